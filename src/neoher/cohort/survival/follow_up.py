"""Follow-up of a cohort: how long each patient was seen, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError

__all__ = ["BoolArray", "FloatArray", "FollowUp", "IntArray", "merge_near_ties", "since_landmark"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

TIE_TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Times and endings of n patients, right-censored.

    `time`: shape (n,), 0 or more, any one unit. `cause`: shape (n,), 0 censored, 1 the event, 2 and above
    competing events.
    Raises: InputError for a time below 0 or not finite, a negative cause, unequal lengths, or no patient.
    """

    time: FloatArray
    cause: IntArray

    def __post_init__(self) -> None:
        if self.time.ndim != 1 or self.time.shape != self.cause.shape:
            raise InputError("times and endings have different lengths.", "follow-up")
        if self.time.size == 0:
            raise InputError("there is no patient with a time and an ending.", "follow-up")
        if not np.isfinite(self.time).all() or (self.time < 0).any():
            row = int(np.flatnonzero(~(np.isfinite(self.time) & (self.time >= 0)))[0])
            raise InputError(
                f"entry {row + 1} has the time {self.time[row]}.", "follow-up", "Times are 0 or more."
            )
        if (self.cause < 0).any():
            raise InputError(
                "a cause is below 0.", "follow-up", "0 is censored, 1 the event, 2 and above compete."
            )

    @classmethod
    def of(cls, time: object, event: object) -> FollowUp:
        """Follow-up from anything that NumPy takes as numbers; times equal but for rounding become ties."""
        return cls(merge_near_ties(np.asarray(time, dtype=np.float64)), np.asarray(event, dtype=np.int64))

    @property
    def event(self) -> BoolArray:
        """Whether the event of interest ended the follow-up, shape (n,)."""
        happened: BoolArray = self.cause == 1
        return happened

    def among(self, chosen: BoolArray) -> FollowUp:
        """The follow-up of the chosen patients."""
        return FollowUp(self.time[chosen], self.cause[chosen])


def merge_near_ties(time: FloatArray) -> FloatArray:
    """Times in which those that differ by rounding alone are equal, shape as given.

    Two neighbouring times closer than 1.5e-8, absolutely or in units of the mean time, are one: a difference
    of dates in years must not break a tie. It is the convention of R's survival (Therneau, 'Roundoff error
    and tied times').
    """
    distinct = np.unique(time)
    if distinct.size < 2:
        return time
    gaps = np.diff(distinct)
    mean = float(np.abs(distinct).mean())
    close = (gaps <= TIE_TOLERANCE) | (gaps <= TIE_TOLERANCE * mean)
    if not close.any():
        return time
    starts = distinct[np.concatenate(([True], ~close))]
    merged: FloatArray = starts[np.searchsorted(starts, time, side="right") - 1]
    return merged


def since_landmark(follow_up: FollowUp, landmark: FloatArray) -> tuple[FollowUp, BoolArray]:
    """Follow-up counted from a landmark, such as surgery, of those still followed then without an event.

    `landmark`: shape (n,), in the unit of the times, NaN where it was not reached or is not known.
    Returns: the follow-up of those kept, and which were kept, shape (n,). An ending on the day of the
    landmark is not after it: that patient is left out. What happens before a landmark can thus not be
    credited to a group that is known only at it (immortal time; knowledge 7.5, Anderson 1983 PMID:6668489,
    unverified).
    """
    kept: BoolArray = np.isfinite(landmark) & (follow_up.time > np.nan_to_num(landmark, nan=np.inf))
    if not kept.any():
        raise InputError("nobody was followed beyond the landmark.", "landmark")
    return FollowUp(merge_near_ties(follow_up.time[kept] - landmark[kept]), follow_up.cause[kept]), kept
