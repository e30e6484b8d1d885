"""The contrast phases of one series: told apart, ordered and timed by what its objects state.

Every statement is heard: where two of them put the phases in a different order or at different intervals,
the series is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from neoher.errors import PhaseOrderError, SeriesError
from neoher.intake.dicom.frames import Frame
from neoher.intake.phases.statements import STATEMENTS, Clock, Statement, stated_values, title

__all__ = ["SeriesPhases", "phases_of_series"]

_INTERVAL_TOLERANCE_S: Final = 5.0
_INTERVAL_TOLERANCE: Final = 0.10


@dataclass(frozen=True, slots=True)
class SeriesPhases:
    """The phases of one series, with times after the exam's reference time where the clock is known."""

    phases: tuple[tuple[Frame, ...], ...]
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    """Time of each phase's last slice."""
    on_clock: bool
    told_apart_by: str
    warnings: tuple[tuple[str, str], ...]


def phases_of_series(slices: Sequence[Sequence[Frame]], clock: Clock) -> SeriesPhases:
    """The phases of a series, given its frames by slice, as many at every slice.

    Raises PhaseOrderError where nothing separates or times them or two statements contradict each other;
    SeriesError where a phase lacks slices or the series says it should hold more phases.
    """
    if len(slices[0]) == 1:
        return _single_phase(tuple(one[0] for one in slices), clock)
    values = {
        statement.name: rows
        for statement in STATEMENTS
        if (rows := stated_values(statement, slices, clock)) is not None
    }
    separating = [
        statement
        for statement in STATEMENTS
        if statement.name in values and all(len(set(row)) == len(row) for row in values[statement.name])
    ]
    if not separating:
        raise _nothing_separates(slices[0])
    basis = separating[0]
    order = [sorted(range(len(row)), key=row.__getitem__) for row in values[basis.name]]
    ordered = {
        name: [[row[at] for at in ranks] for row, ranks in zip(rows, order, strict=True)]
        for name, rows in values.items()
    }
    for statement in STATEMENTS:
        if statement.trusted and statement.name in ordered:
            _refuse_contradiction(basis, statement, ordered[statement.name], slices[0][0])
        if statement in separating and statement.seconds is None:
            _refuse_other_indices(statement, ordered[statement.name], slices)
    starts, ends, on_clock, warnings = _times(separating, ordered, slices)
    _refuse_missing_positions(slices[0], len(starts))
    phases = tuple(
        tuple(one[ranks[phase]] for one, ranks in zip(slices, order, strict=True))
        for phase in range(len(starts))
    )
    return SeriesPhases(phases, starts, ends, on_clock, f"{basis.name} inside one series", warnings)


def _single_phase(frames: tuple[Frame, ...], clock: Clock) -> SeriesPhases:
    for statement in (STATEMENTS[0], STATEMENTS[-1]):
        times = [statement.value(frame, clock) for frame in frames]
        known = [time for time in times if time is not None]
        if len(known) == len(times):
            warnings = () if statement.trusted else (_made_not_acquired(frames[0]),)
            return SeriesPhases((frames,), (min(known),), (max(known),), True, "", warnings)
    return SeriesPhases((frames,), (0.0,), (0.0,), False, "", ())


def _times(
    separating: Sequence[Statement],
    ordered: dict[str, list[list[float]]],
    slices: Sequence[Sequence[Frame]],
) -> tuple[tuple[float, ...], tuple[float, ...], bool, tuple[tuple[str, str], ...]]:
    """Start and end of each phase in seconds, whether they are clock times, and warnings."""
    timed = [statement for statement in separating if statement.seconds is not None]
    trusted = [statement for statement in timed if statement.trusted]
    spans = {statement.name: _spans(statement, ordered[statement.name]) for statement in timed}
    for one, two in pairwise(trusted):
        _refuse_other_intervals(one, two, spans, slices[0][0])
    base = ordered.get("AcquisitionTime")
    if trusted:
        starts, ends = spans[trusted[0].name]
        if trusted[0].name == "AcquisitionTime":
            return starts, ends, True, ()
        if base is None:
            return starts, ends, False, ()
        begin = min(min(row) for row in base)
        return tuple(begin + start for start in starts), tuple(begin + end for end in ends), True, ()
    if timed:
        return *spans[timed[0].name], True, (_made_not_acquired(slices[0][0]),)
    return _by_temporal_resolution(ordered, slices)


def _spans(statement: Statement, rows: list[list[float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    unit = statement.seconds or 1.0
    phases = list(zip(*rows, strict=True))
    return tuple(unit * min(phase) for phase in phases), tuple(unit * max(phase) for phase in phases)


def _by_temporal_resolution(
    ordered: dict[str, list[list[float]]], slices: Sequence[Sequence[Frame]]
) -> tuple[tuple[float, ...], tuple[float, ...], bool, tuple[tuple[str, str], ...]]:
    """Times from TemporalPositionIdentifier x TemporalResolution (0020,0110), where nothing else tells."""
    first = slices[0][0]
    resolution = {frame.protocol.temporal_resolution_ms for one in slices for frame in one}
    step_ms = resolution.pop() if len(resolution) == 1 else None
    if not step_ms or step_ms < 0:
        raise PhaseOrderError(
            "the phases are numbered, but nothing in the objects says when they were acquired.",
            title(first),
            "Export the exam again with its acquisition times; de-identification may have removed them.",
        )
    positions = ordered["TemporalPositionIdentifier"][0]
    starts = tuple((position - positions[0]) * step_ms / 1000 for position in positions)
    message = (
        "Phase times are TemporalPositionIdentifier times TemporalResolution (0020,0110),"
        " as no object states when it was acquired; a pause between phases would not show."
    )
    return starts, starts, False, (("phase-times-from-resolution", message),)


def _refuse_contradiction(basis: Statement, other: Statement, rows: list[list[float]], frame: Frame) -> None:
    for row in rows:
        if any(after < before for before, after in pairwise(row)):
            raise PhaseOrderError(
                f"{basis.name} and {other.name} put the phases in different orders.",
                title(frame),
                "Find out which is right before anything is measured; then mend the other.",
            )


def _refuse_other_indices(
    statement: Statement, rows: list[list[float]], slices: Sequence[Sequence[Frame]]
) -> None:
    """An index must run through the same numbers at every slice, or slices of some phases are missing."""
    for row, frames in zip(rows, slices, strict=True):
        if row != rows[0]:
            raise SeriesError(
                f"{statement.name} runs {_run(rows[0])} at the first slice and {_run(row)} at another:"
                " slices are missing in some phases.",
                frames[0].header.source.label,
                "Copy or export the series again, complete.",
            )


def _run(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _refuse_other_intervals(
    one: Statement,
    two: Statement,
    spans: dict[str, tuple[tuple[float, ...], tuple[float, ...]]],
    frame: Frame,
) -> None:
    first, second = spans[one.name][0], spans[two.name][0]
    for index, (here, there) in enumerate(zip(pairwise(first), pairwise(second), strict=True)):
        interval, other = here[1] - here[0], there[1] - there[0]
        if abs(interval - other) > max(_INTERVAL_TOLERANCE_S, _INTERVAL_TOLERANCE * interval):
            raise PhaseOrderError(
                f"between phases {index} and {index + 1} there are {interval:.1f} s by {one.name}"
                f" and {other:.1f} s by {two.name}.",
                title(frame),
                "Find out which is right before anything is measured; then mend the other.",
            )


def _refuse_missing_positions(frames: Sequence[Frame], phases: int) -> None:
    stated = {frame.protocol.temporal_positions for frame in frames}
    expected = stated.pop() if len(stated) == 1 else None
    if expected is not None and expected > phases:
        raise SeriesError(
            f"the series should hold {expected} temporal positions and holds {phases}: phases are missing.",
            title(frames[0]),
            "Copy or export the series again, complete.",
        )


def _nothing_separates(frames: Sequence[Frame]) -> PhaseOrderError:
    labels = ", ".join(sorted(frame.header.source.label for frame in frames)[:3])
    return PhaseOrderError(
        f"{len(frames)} images lie at the same slice position of one series, and neither a temporal position"
        " nor a time tells them apart: the order of the phases is not known.",
        labels,
        "Export the exam again with its acquisition times; de-identification may have removed them.",
    )


def _made_not_acquired(frame: Frame) -> tuple[str, str]:
    return (
        "phase-times-from-content-time",
        f"{title(frame)}: phase times are those at which the images were made (ContentTime),"
        " as nothing says when they were acquired.",
    )
