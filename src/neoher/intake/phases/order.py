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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from neoher.errors import PhaseOrderError, SeriesError
from neoher.intake.dicom.frames import Frame
from neoher.intake.dicom.geometry import Plane, slice_places
from neoher.intake.phases.per_series import SeriesPhases, phases_of_series
from neoher.intake.phases.statements import common_clock, title

__all__ = ["AcquiredPhase", "OrderedPhases", "order_phases"]

_LONGEST_EXAM_S: Final = 3 * 3600.0
_SPREAD_TOLERANCE_S: Final = 10.0
_SPREAD_TOLERANCE: Final = 2.0


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


def order_phases(frames: Sequence[Frame], plane: Plane) -> OrderedPhases:
    """The phases among frames of one or more series on one grid.

    Raises SeriesError where a phase lacks slices or holds one twice; PhaseOrderError where no statement
    separates the phases, none gives their time, or two of them contradict each other.
    """
    clock, reference = common_clock(frames)
    by_series: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        by_series[frame.header.identity.series_uid].append(frame)
    slices = slice_places(frames, plane)
    _refuse_unequal_slices(by_series, slices)
    parts = [
        phases_of_series(slices if len(by_series) == 1 else slice_places(by_series[uid], plane), clock)
        for uid in sorted(by_series)
    ]
    starts, ends, phases = _joined(parts)
    if len(phases) < 2:
        raise PhaseOrderError(
            f"there is one contrast phase only ({title(frames[0])}).",
            _where(frames),
            "Enhancement needs the image before contrast and one after: give the folder that holds both.",
        )
    _refuse_overlap(starts, ends, phases)
    _refuse_scattered_slices(starts, ends, phases)
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
        name, total = title(members[0]), len(slices)
        if len(short) >= total - len(short) and most > 1:
            extra = next(one for one in at_slices if len(one) == most)
            raise SeriesError(
                f"{name}: {total - len(short)} of {total} slice positions hold {most} images where"
                " the others hold fewer: a phase is incomplete, or holds a slice twice.",
                ", ".join(frame.header.source.label for frame in extra[:3]),
                "Copy or export the series again, complete, without the extra images.",
            )
        raise SeriesError(
            f"{name}: {len(short)} of {total} slice positions hold fewer images than the others"
            f" ({most}): slices are missing in a phase, the first at slice {short[0]}.",
            f"beside {slices[short[0]][0].header.source.label}",
            "Copy or export the series again, complete.",
        )


def _joined(
    parts: Sequence[SeriesPhases],
) -> tuple[list[float], list[float], list[tuple[Frame, ...]]]:
    """The phases of all series, sorted by start."""
    if len(parts) > 1:
        for part in parts:
            if not part.on_clock:
                raise PhaseOrderError(
                    "the phases are in several series, and this one does not say when it was acquired.",
                    title(part.phases[0][0]),
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
        one, two = title(phases[index][0]), title(phases[index + 1][0])
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


def _refuse_scattered_slices(
    starts: Sequence[float], ends: Sequence[float], phases: Sequence[tuple[Frame, ...]]
) -> None:
    """Slices of every phase spread alike over time; one phase that spreads far more mixes two."""
    spreads = [end - start for start, end in zip(starts, ends, strict=True)]
    worst = max(range(len(spreads)), key=spreads.__getitem__)
    if spreads[worst] > _SPREAD_TOLERANCE_S + _SPREAD_TOLERANCE * min(spreads):
        raise PhaseOrderError(
            f"the slices of phase {worst} were acquired over {spreads[worst]:.1f} s, those of another phase"
            f" over {min(spreads):.1f} s: slices of two phases are mixed, as where some are missing.",
            _where(phases[worst]),
            "Copy or export the exam again, complete.",
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


def _how(parts: Sequence[SeriesPhases]) -> str:
    inside = sorted({part.told_apart_by for part in parts if part.told_apart_by})
    if len(parts) == 1:
        return inside[0]
    if not inside:
        return "one series per phase"
    return f"several series, and {' and '.join(inside)}"


def _where(frames: Sequence[Frame]) -> str:
    return frames[0].header.source.label.rpartition("/")[0] or frames[0].header.source.label
