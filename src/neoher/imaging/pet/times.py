"""When: the time to which decay was corrected, and the time of the injection.

Rules (project knowledge, 4.2; DICOM PS3.3, C.8.9): START refers to the start of the series unless
acquisition times contradict it; a series time after the earliest acquisition is a re-written header, and
vendors keep the true reference in private elements. RadiopharmaceuticalStartTime has no date: for a fast
tracer the day of the scan is taken, for a slow one the date must be given.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.errors import InputError
from neoher.volume.pet import PetAcquisition, StatedInjection

__all__ = ["SLOW_TRACER_S", "TimePoint", "injection_time", "reference_time", "refuse_impossible_order"]

SLOW_TRACER_S = 12 * 3600.0
"""From this half-life on, a time of day without its date is not enough (a design decision): one day off is
an SUV wrong by a factor of 3.7 for 64Cu, 1.24 for 89Zr, and days add up."""
_APART = dt.timedelta(hours=6)
"""A stated time of decay correction farther than this from the acquisition is not that of this scan."""
_LATER = dt.timedelta(seconds=1)
"""Series and acquisition times are often rounded differently, to the second."""


@dataclass(frozen=True, slots=True)
class TimePoint:
    """A point in time with its basis, or None with what is missing."""

    moment: dt.datetime | None
    basis: str
    missing: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


def reference_time(facts: PetAcquisition) -> TimePoint:
    """The time to which images of DecayCorrection START are corrected.

    In this order: a stated date and time of decay correction; the start of the series, unless the earliest
    acquisition lies before it or long after it; the earliest acquisition.
    """
    acquired, series = facts.earliest_acquisition, facts.series_start
    warnings: list[tuple[str, str]] = []
    for stamp in facts.reference_stamps:
        if acquired is None or -_APART <= stamp.moment - acquired <= _LATER:
            return TimePoint(stamp.moment, stamp.where, (), tuple(warnings))
        message = (
            f"{stamp.where} states {stamp.moment}, which does not fit the earliest acquisition ({acquired}):"
            " it was not used."
        )
        warnings.append(("decay-reference-ignored", message))
    if series is None and acquired is None:
        return TimePoint(None, "", ("reference_time",), tuple(warnings))
    if acquired is None:
        return TimePoint(series, "series date and time (0008,0021 and 0031)", (), tuple(warnings))
    if series is None:
        return TimePoint(acquired, "earliest acquisition (0008,0022 and 0032)", (), tuple(warnings))
    if acquired - _APART <= series <= acquired + _LATER:
        return TimePoint(series, "series date and time (0008,0021 and 0031)", (), tuple(warnings))
    message = (
        f"The series' time ({series}) does not fit the earliest acquisition ({acquired}), as in a header that"
        " was written again: the earliest acquisition was taken as the time of decay correction."
    )
    warnings.append(("series-time-rewritten", message))
    return TimePoint(acquired, "earliest acquisition (0008,0022 and 0032)", (), tuple(warnings))


def injection_time(
    stated: StatedInjection,
    by_user: dt.datetime | None,
    scanned: dt.datetime | None,
    half_life_s: float | None,
) -> TimePoint:
    """When the tracer was injected.

    Parameters: `scanned`: the time that the injection must precede; `half_life_s` decides whether a time of
    day alone will do. In this order: what the user states, the date-time, the date with the time of day, and
    for a tracer faster than 12 h the time of day on the day of the scan or the day before.
    """
    if by_user is not None:
        return TimePoint(by_user, "stated by the user")
    if stated.moment is not None:
        return TimePoint(stated.moment, "(0018,1078)", (), _disagreement(stated.moment, stated.clock))
    if stated.day is not None and stated.clock is not None:
        moment = dt.datetime.combine(stated.day, dt.time()) + stated.clock
        return TimePoint(moment, "date of (0018,1078), time of (0018,1072)")
    if stated.clock is None:
        return TimePoint(None, "", ("injected_at",))
    if half_life_s is None or half_life_s >= SLOW_TRACER_S:
        message = (
            "The images state the injection's time of day without its date, and the tracer decays slowly, or"
            " its half-life is not known: the scan may be days later. State the date (--injected-at)."
        )
        return TimePoint(None, "", ("injected_at",), (("injection-date-missing", message),))
    if scanned is None:
        return TimePoint(None, "", ("injected_at",))
    moment = dt.datetime.combine(scanned.date(), dt.time()) + stated.clock
    if moment > scanned:
        moment -= dt.timedelta(days=1)
    message = (
        f"The images state the time of day of the injection without its date: {moment.date()} was taken, the"
        " last such time before the scan."
    )
    return TimePoint(
        moment, "(0018,1072) on the last day before the scan", (), (("injection-date-assumed", message),)
    )


def refuse_impossible_order(injected: dt.datetime, scanned: dt.datetime, half_life_s: float | None) -> None:
    """Raise InputError for an injection after the scan, or so long before it that nothing would be left."""
    elapsed_s = (scanned - injected).total_seconds()
    if elapsed_s < 0:
        raise InputError(
            f"the injection ({injected}) is later than the scan ({scanned}).",
            "injected_at",
            "Correct it: --injected-at YYYY-MM-DDThh:mm:ss, by the scanner's clock.",
        )
    if half_life_s is not None and elapsed_s > _MOST_HALF_LIVES * half_life_s:
        raise InputError(
            f"the injection ({injected}) is {elapsed_s / half_life_s:.0f} half-lives before the scan"
            f" ({scanned}): of that dose nothing would be seen.",
            "injected_at",
            "Correct it: --injected-at YYYY-MM-DDThh:mm:ss; or the nuclide: --nuclide.",
        )


_MOST_HALF_LIVES = 12.0
"""0.02 % are left after twelve."""


def _disagreement(moment: dt.datetime, clock: dt.timedelta | None) -> tuple[tuple[str, str], ...]:
    if clock is None:
        return ()
    of_day = moment - dt.datetime.combine(moment.date(), dt.time())
    apart = abs(of_day - clock)
    if min(apart, dt.timedelta(days=1) - apart) <= dt.timedelta(minutes=1):
        return ()
    message = (
        f"The injection's date-time (0018,1078) says {of_day}, its time of day (0018,1072) {clock}: the"
        " date-time was taken."
    )
    return (("injection-times-differ", message),)
