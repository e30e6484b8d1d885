"""The time axis of a dynamic exam: starts, durations and the injection, each with where it came from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from neoher.errors import PhaseOrderError
from neoher.intake.phases.order import AcquiredPhase, OrderedPhases
from neoher.volume.dynamic import Phase, TimeAxis

__all__ = ["time_axis"]

_CLOCK_ROUNDING_S: Final = 2.0
"""Times are often written in whole seconds, and a stated duration may be rounded up."""


def time_axis(
    ordered: OrderedPhases,
    injected_at: dt.datetime | None,
    warnings: tuple[tuple[str, str], ...] = (),
) -> TimeAxis:
    """Phases with durations, and the start of the injection.

    A stated duration is used where it fits before the next phase's start: some scanners state that of the
    whole dynamic in each phase. Otherwise a phase lasts until the next; the last as long as the one before.
    `injected_at` outranks ContrastBolusStartTime (0018,1042); `warnings` are kept in front.
    Raises PhaseOrderError where `injected_at` lies outside the exam.
    """
    durations = _durations(ordered.phases)
    bolus_start_s, bolus_basis, bolus_warnings = _bolus(ordered, injected_at)
    phases = tuple(
        Phase(
            index=index,
            start_s=acquired.start_s,
            duration_s=duration_s,
            duration_basis=basis,
            series_uid=acquired.frames[0].header.identity.series_uid,
            description=acquired.frames[0].header.identity.series_description,
            slices=len(acquired.frames),
        )
        for index, (acquired, (duration_s, basis)) in enumerate(zip(ordered.phases, durations, strict=True))
    )
    return TimeAxis(
        phases=phases,
        first_start=ordered.first_start,
        bolus_start_s=bolus_start_s,
        bolus_basis=bolus_basis,
        told_apart_by=ordered.told_apart_by,
        warnings=(*warnings, *ordered.warnings, *bolus_warnings),
    )


def _durations(phases: Sequence[AcquiredPhase]) -> list[tuple[float | None, str]]:
    stated = [_stated(phase) for phase in phases]
    intervals = [after.start_s - before.start_s for before, after in pairwise(phases)]
    too_long = {
        duration
        for (duration, _), interval in zip(stated, intervals, strict=False)
        if duration is not None and duration > interval + _CLOCK_ROUNDING_S
    }
    found: list[tuple[float | None, str]] = []
    for (duration, basis), interval in zip(stated, intervals, strict=False):
        fits = duration is not None and duration not in too_long
        found.append((duration, basis) if fits else (interval, "interval to the next phase"))
    duration, basis = stated[-1]
    if duration is not None and duration not in too_long and duration <= 2 * intervals[-1]:
        return [*found, (duration, basis)]
    return [*found, (intervals[-1], "interval between the last two phases")]


def _stated(phase: AcquiredPhase) -> tuple[float | None, str]:
    """The duration that all slices of the phase state alike."""
    durations = {(frame.timing.duration_s, frame.timing.duration_basis) for frame in phase.frames}
    return durations.pop() if len(durations) == 1 else (None, "")


def _bolus(
    ordered: OrderedPhases, injected_at: dt.datetime | None
) -> tuple[float | None, str, tuple[tuple[str, str], ...]]:
    """Start of the injection in seconds after the first phase's start, its basis, and warnings."""
    last_s = ordered.phases[-1].start_s
    stated_s = _stated_bolus(ordered)
    if injected_at is not None:
        return *_given_bolus(ordered, injected_at, last_s), ()
    if stated_s is None:
        return None, "", ()
    if 0 < stated_s < last_s:
        return stated_s, "ContrastBolusStartTime (0018,1042)", ()
    message = (
        f"ContrastBolusStartTime (0018,1042) lies {stated_s:.0f} s after the start of the first phase,"
        f" not between the first and the last ({last_s:.0f} s): it was not used."
    )
    return None, "", (("bolus-time-implausible", message),)


def _stated_bolus(ordered: OrderedPhases) -> float | None:
    times = {frame.timing.bolus_start for phase in ordered.phases for frame in phase.frames} - {None}
    if ordered.first_start is None or len(times) != 1:
        return None
    time = times.pop() or dt.timedelta()
    start = dt.datetime.combine(ordered.first_start.date(), dt.time()) + time
    seconds = (start - ordered.first_start).total_seconds()
    return seconds + 86400.0 if seconds < -43200.0 else seconds


def _given_bolus(ordered: OrderedPhases, injected_at: dt.datetime, last_s: float) -> tuple[float, str]:
    if ordered.first_start is None:
        raise PhaseOrderError(
            "the injection's clock time was given, but the objects do not state theirs.",
            "injected_at",
            "Leave it out; times then count from the first phase after contrast.",
        )
    if injected_at.tzinfo is not None:
        raise PhaseOrderError(
            "the injection's time was given with a time zone.",
            "injected_at",
            "Give it as the scanner's clock showed it, without a zone.",
        )
    seconds = (injected_at - ordered.first_start).total_seconds()
    if not 0 < seconds < last_s:
        raise PhaseOrderError(
            f"the injection at {injected_at.isoformat(sep=' ')} does not lie between the start of the first"
            f" phase ({ordered.first_start.isoformat(sep=' ')}) and that of the last, {last_s:.0f} s later.",
            "injected_at",
            "Correct it, or leave it out.",
        )
    return seconds, "as given by the user"
