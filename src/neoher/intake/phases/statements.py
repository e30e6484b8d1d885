"""The ways in which objects state when they were acquired and to which contrast phase they belong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from neoher.intake.dicom.clock import Moment
from neoher.intake.dicom.frames import Frame

__all__ = ["STATEMENTS", "Clock", "Statement", "common_clock", "stated_values", "title"]

Clock: TypeAlias = Callable[[Moment], float]
"""Seconds of a moment after the exam's reference time."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One of the ways in which objects state which phase they belong to."""

    name: str
    value: Callable[[Frame, Clock], float | None]
    seconds: float | None
    """How many seconds one unit of the value is; None for a mere index."""
    trusted: bool = True
    """Whether it describes the acquisition; the time an image was made does not, after any processing."""


def _acquisition(frame: Frame, clock: Clock) -> float | None:
    return None if frame.timing.acquisition is None else clock(frame.timing.acquisition)


def _content(frame: Frame, clock: Clock) -> float | None:
    return None if frame.timing.content is None else clock(frame.timing.content)


STATEMENTS: Final = (
    Statement("AcquisitionTime", _acquisition, 1.0),
    Statement("temporal position offset", lambda frame, _: frame.timing.offset_s, 1.0),
    Statement("TriggerTime", lambda frame, _: frame.timing.trigger_ms, 0.001),
    Statement("TemporalPositionIdentifier", lambda frame, _: frame.timing.temporal_position, None),
    Statement("ContentTime", _content, 1.0, trusted=False),
)


def common_clock(frames: Iterable[Frame]) -> tuple[Clock, dt.datetime]:
    """A clock for all frames, and the midnight from which it counts seconds.

    Where every acquisition states its distance from UTC, the clock runs on through a change of the zone, and
    shows the zone of the first; elsewhere moments count as the scanner's clock showed them.
    """
    timings = {id(frame.timing): frame.timing for frame in frames}.values()
    acquired = [timing.acquisition for timing in timings if timing.acquisition is not None]
    zoned = [
        (moment.clock - dt.timedelta(minutes=moment.utc_offset_minutes), moment.utc_offset_minutes)
        for moment in acquired
        if moment.utc_offset_minutes is not None
    ]
    zone = min(zoned)[1] if zoned and len(zoned) == len(acquired) else None
    made = [timing.content for timing in timings if timing.content is not None]
    day = min((moment.clock for moment in acquired or made), default=dt.datetime(1900, 1, 1))
    midnight = dt.datetime.combine(day.date(), dt.time())

    def clock(moment: Moment) -> float:
        seconds = (moment.clock - midnight).total_seconds()
        if zone is None or moment.utc_offset_minutes is None:
            return seconds
        return seconds - 60.0 * (moment.utc_offset_minutes - zone)

    return clock, midnight


def stated_values(
    statement: Statement, slices: Sequence[Sequence[Frame]], clock: Clock
) -> list[list[float]] | None:
    """The statement's value of every frame, by slice; None where any frame lacks it."""
    rows: list[list[float]] = []
    for frames in slices:
        row = [value for frame in frames if (value := statement.value(frame, clock)) is not None]
        if len(row) != len(frames):
            return None
        rows.append(row)
    return rows


def title(frame: Frame) -> str:
    """How a reader finds the frame's series."""
    identity = frame.header.identity
    number = f"{identity.series_number} " if identity.series_number is not None else ""
    return f"series {number}'{identity.series_description}' {identity.series_uid}"
