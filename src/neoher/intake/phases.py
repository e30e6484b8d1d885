"""Contrast phases: which image belongs to which phase, in what order, and when each phase began.

Vendors tell the phases of one series apart by TemporalPositionIdentifier, AcquisitionTime, TriggerTime, an
offset from the acquisition's start, or only the time the image was made; others write one series per phase.
Every statement that is there is heard: where two of them put the phases in a different order or at different
intervals, the exam is refused. AcquisitionNumber and InstanceNumber are not trusted for anything: real
exams repeat them over phases.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from neoher.errors import PhaseOrderError, SeriesError
from neoher.intake.clock import Moment
from neoher.intake.frames import Frame
from neoher.intake.geometry import Plane, slice_places

__all__ = ["AcquiredPhase", "OrderedPhases", "order_phases"]

Clock = Callable[[Moment], float]
"""Seconds of a moment after the exam's reference time."""

_LONGEST_EXAM_S: Final = 3 * 3600.0
_INTERVAL_TOLERANCE_S: Final = 5.0
_INTERVAL_TOLERANCE: Final = 0.10


@dataclass(frozen=True, slots=True)
class AcquiredPhase:
    """One phase: its frames by slice and when it began."""

    frames: tuple[Frame, ...]
    """One per slice, rising along the plane's normal."""
    start_s: float
    """Seconds after the start of the first phase."""


@dataclass(frozen=True, slots=True)
class OrderedPhases:
    """The phases in the order of their acquisition."""

    phases: tuple[AcquiredPhase, ...]
    first_start: dt.datetime | None
    told_apart_by: str
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Statement:
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


_STATEMENTS: Final = (
    _Statement("AcquisitionTime", _acquisition, 1.0),
    _Statement("temporal position offset", lambda frame, _: frame.timing.offset_s, 1.0),
    _Statement("TriggerTime", lambda frame, _: frame.timing.trigger_ms, 0.001),
    _Statement("TemporalPositionIdentifier", lambda frame, _: frame.timing.temporal_position, None),
    _Statement("ContentTime", _content, 1.0, trusted=False),
)


@dataclass(frozen=True, slots=True)
class _SeriesPhases:
    """The phases of one series, with times after the exam's reference time where the clock is known."""

    phases: tuple[tuple[Frame, ...], ...]
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    """Time of each phase's last slice."""
    on_clock: bool
    told_apart_by: str
    warnings: tuple[tuple[str, str], ...]


def order_phases(frames: Sequence[Frame], plane: Plane) -> OrderedPhases:
    """The phases among frames of one or more series on one grid.

    Raises SeriesError where a phase lacks slices or holds one twice; PhaseOrderError where no statement
    separates the phases, none gives their time, or two of them contradict each other.
    """
    clock, reference = _common_clock(frames)
    by_series: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        by_series[frame.header.identity.series_uid].append(frame)
    slices = slice_places(frames, plane)
    _refuse_unequal_slices(by_series, slices)
    parts = [
        _phases_of_series(slices if len(by_series) == 1 else slice_places(by_series[uid], plane), clock)
        for uid in sorted(by_series)
    ]
    starts, ends, phases = _joined(parts)
    if len(phases) < 2:
        raise PhaseOrderError(
            f"there is one contrast phase only ({_title(frames[0])}).",
            _where(frames),
            "Enhancement needs the image before contrast and one after: give the folder that holds both.",
        )
    _refuse_overlap(starts, ends, phases)
    _refuse_decreasing_positions(phases)
    if starts[-1] - starts[0] > _LONGEST_EXAM_S:
        raise PhaseOrderError(
            f"the first and the last phase are {(starts[-1] - starts[0]) / 3600:.1f} hours apart.",
            _where(frames),
            "Give one exam only, or mend the acquisition dates.",
        )
    on_clock = all(part.on_clock for part in parts)
    return OrderedPhases(
        phases=tuple(
            AcquiredPhase(tuple(phase), start - starts[0])
            for phase, start in zip(phases, starts, strict=True)
        ),
        first_start=reference + dt.timedelta(seconds=starts[0]) if on_clock else None,
        told_apart_by=_how(parts),
        warnings=tuple(warning for part in parts for warning in part.warnings),
    )


def _common_clock(frames: Iterable[Frame]) -> tuple[Clock, dt.datetime]:
    """A clock for all frames: by UTC where every moment states its distance from it, as shown elsewhere."""
    stated = {
        moment
        for timing in {id(frame.timing): frame.timing for frame in frames}.values()
        for moment in (timing.acquisition, timing.content)
        if moment is not None
    }
    offsets = {moment.utc_offset_minutes for moment in stated}
    zone = next(iter(offsets)) if offsets and None not in offsets else None
    day = min((moment.clock for moment in stated), default=dt.datetime(1900, 1, 1))
    reference = dt.datetime.combine(day.date(), dt.time())

    def clock(moment: Moment) -> float:
        seconds = (moment.clock - reference).total_seconds()
        if zone is None or moment.utc_offset_minutes is None:
            return seconds
        return seconds - 60.0 * (moment.utc_offset_minutes - zone)

    return clock, reference


def _refuse_unequal_slices(by_series: dict[str, list[Frame]], slices: Sequence[Sequence[Frame]]) -> None:
    """Every slice must be there as often as every other, in each series."""
    if len(by_series) == 1 and len({len(one) for one in slices}) == 1:
        return
    for uid, members in by_series.items():
        at_slices = [[frame for frame in one if frame.header.identity.series_uid == uid] for one in slices]
        most = max(len(one) for one in at_slices)
        short = [index for index, one in enumerate(at_slices) if len(one) < most]
        if not short:
            continue
        title, total = _title(members[0]), len(slices)
        if len(short) >= total - len(short) and most > 1:
            extra = next(one for one in at_slices if len(one) == most)
            raise SeriesError(
                f"series {title}: {total - len(short)} of {total} slice positions hold {most} images where"
                " the others hold fewer: a phase is incomplete, or holds a slice twice.",
                ", ".join(frame.header.source.label for frame in extra[:3]),
                "Copy or export the series again, complete, without the extra images.",
            )
        raise SeriesError(
            f"series {title}: {len(short)} of {total} slice positions hold fewer images than the others"
            f" ({most}): slices are missing in a phase, the first at slice {short[0]}.",
            f"beside {slices[short[0]][0].header.source.label}",
            "Copy or export the series again, complete.",
        )


def _phases_of_series(slices: Sequence[Sequence[Frame]], clock: Clock) -> _SeriesPhases:
    if len(slices[0]) == 1:
        return _single_phase(tuple(one[0] for one in slices), clock)
    values = {
        statement.name: rows
        for statement in _STATEMENTS
        if (rows := _values(statement, slices, clock)) is not None
    }
    separating = [
        statement
        for statement in _STATEMENTS
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
    for statement in _STATEMENTS:
        if statement.trusted and statement.name in ordered:
            _refuse_contradiction(basis, statement, ordered[statement.name], slices[0][0])
    starts, ends, on_clock, warnings = _times(separating, ordered, slices)
    _refuse_missing_positions(slices[0], len(starts))
    phases = tuple(
        tuple(one[ranks[phase]] for one, ranks in zip(slices, order, strict=True))
        for phase in range(len(starts))
    )
    return _SeriesPhases(phases, starts, ends, on_clock, f"{basis.name} inside one series", warnings)


def _single_phase(frames: tuple[Frame, ...], clock: Clock) -> _SeriesPhases:
    for statement in (_STATEMENTS[0], _STATEMENTS[-1]):
        times = [statement.value(frame, clock) for frame in frames]
        known = [time for time in times if time is not None]
        if len(known) == len(times):
            warnings = () if statement.trusted else (_made_not_acquired(frames[0]),)
            return _SeriesPhases((frames,), (min(known),), (max(known),), True, "", warnings)
    return _SeriesPhases((frames,), (0.0,), (0.0,), False, "", ())


def _values(
    statement: _Statement, slices: Sequence[Sequence[Frame]], clock: Clock
) -> list[list[float]] | None:
    """The statement's value of every frame, by slice; None where any frame lacks it."""
    rows: list[list[float]] = []
    for frames in slices:
        row = [value for frame in frames if (value := statement.value(frame, clock)) is not None]
        if len(row) != len(frames):
            return None
        rows.append(row)
    return rows


def _times(
    separating: Sequence[_Statement],
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


def _spans(statement: _Statement, rows: list[list[float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
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
            _title(first),
            "Export the exam again with its acquisition times; de-identification may have removed them.",
        )
    positions = ordered["TemporalPositionIdentifier"][0]
    starts = tuple((position - positions[0]) * step_ms / 1000 for position in positions)
    message = (
        "Phase times are TemporalPositionIdentifier times TemporalResolution (0020,0110),"
        " as no object states when it was acquired; a pause between phases would not show."
    )
    return starts, starts, False, (("phase-times-from-resolution", message),)


def _joined(
    parts: Sequence[_SeriesPhases],
) -> tuple[list[float], list[float], list[tuple[Frame, ...]]]:
    """The phases of all series, sorted by start."""
    if len(parts) > 1:
        for part in parts:
            if not part.on_clock:
                raise PhaseOrderError(
                    "the phases are in several series, and this one does not say when it was acquired.",
                    _title(part.phases[0][0]),
                    "Export the exam again with its acquisition dates and times.",
                )
    together = sorted(
        (
            (start, end, phase)
            for part in parts
            for start, end, phase in zip(part.starts_s, part.ends_s, part.phases, strict=True)
        ),
        key=lambda entry: (entry[0], entry[1], entry[2][0].header.identity.series_uid),
    )
    return [one[0] for one in together], [one[1] for one in together], [one[2] for one in together]


def _refuse_overlap(
    starts: Sequence[float], ends: Sequence[float], phases: Sequence[tuple[Frame, ...]]
) -> None:
    for index, (end, start) in enumerate(zip(ends, starts[1:], strict=False)):
        if start > end:
            continue
        one, two = _title(phases[index][0]), _title(phases[index + 1][0])
        if start == starts[index]:
            raise PhaseOrderError(
                f"two images of every slice were acquired at the same time: in {one} and in {two}.",
                _where(phases[index]),
                "If they are two reconstructions or contrasts of one acquisition, choose one by series.",
            )
        raise PhaseOrderError(
            f"the times of two phases overlap ({one} and {two}): the next begins"
            f" {end - start:.1f} s before the last slice of the one before.",
            _where(phases[index]),
            "The acquisition times cannot be trusted; export the exam again from the scanner or archive.",
        )


def _refuse_decreasing_positions(phases: Sequence[tuple[Frame, ...]]) -> None:
    """Temporal positions over several series: where each phase has one of its own, they must rise."""
    positions = [{frame.timing.temporal_position for frame in phase} for phase in phases]
    single = [next(iter(values)) for values in positions if len(values) == 1]
    stated = [value for value in single if value is not None]
    if len(stated) == len(phases) == len(set(stated)) and stated != sorted(stated):
        raise PhaseOrderError(
            "TemporalPositionIdentifier and the acquisition times put the phases in different orders:"
            f" by time the identifiers run {', '.join(map(str, stated))}.",
            _where(phases[0]),
            "Find out which is right before anything is measured; then mend the other.",
        )


def _refuse_contradiction(
    basis: _Statement, other: _Statement, rows: list[list[float]], frame: Frame
) -> None:
    for row in rows:
        if any(after < before for before, after in pairwise(row)):
            raise PhaseOrderError(
                f"{basis.name} and {other.name} put the phases in different orders.",
                _title(frame),
                "Find out which is right before anything is measured; then mend the other.",
            )


def _refuse_other_intervals(
    one: _Statement,
    two: _Statement,
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
                _title(frame),
                "Find out which is right before anything is measured; then mend the other.",
            )


def _refuse_missing_positions(frames: Sequence[Frame], phases: int) -> None:
    stated = {frame.protocol.temporal_positions for frame in frames}
    expected = stated.pop() if len(stated) == 1 else None
    if expected is not None and expected > phases:
        raise SeriesError(
            f"the series should hold {expected} temporal positions and holds {phases}: phases are missing.",
            _title(frames[0]),
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
        f"{_title(frame)}: phase times are those at which the images were made (ContentTime),"
        " as nothing says when they were acquired.",
    )


def _how(parts: Sequence[_SeriesPhases]) -> str:
    inside = sorted({part.told_apart_by for part in parts if part.told_apart_by})
    if len(parts) == 1:
        return inside[0]
    if not inside:
        return "one series per phase"
    return f"several series, and {' and '.join(inside)}"


def _title(frame: Frame) -> str:
    identity = frame.header.identity
    number = f"{identity.series_number} " if identity.series_number is not None else ""
    return f"series {number}'{identity.series_description}' {identity.series_uid}"


def _where(frames: Sequence[Frame]) -> str:
    return frames[0].header.source.label.rpartition("/")[0] or frames[0].header.source.label
