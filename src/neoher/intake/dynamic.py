"""The dynamic contrast-enhanced exam below a path: its phases in time first, their signal on request.

exam = find_dynamic(Path("t0-mr.zip"))
exam.time_axis.phases      # shown before anything is computed
exam.load([0, 1, 2])       # stored numbers of these phases only
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError
from neoher.intake.dicom.digest import digest_of
from neoher.intake.dicom.frames import Frame
from neoher.intake.dicom.geometry import grid_of, slice_places
from neoher.intake.dicom.headers import Header, Progress
from neoher.intake.dicom.headers_below import headers_below
from neoher.intake.dicom.pixels import read_planes, refuse_unreadable_pixels
from neoher.intake.dicom.scale import refuse_mixed_scales, scale_of, scale_warnings
from neoher.intake.dicom.series import group_series, named_series, refuse_two_patients, without_duplicates
from neoher.intake.phases.candidates import Candidate, LeftOut, choose_dynamic, find_candidates
from neoher.intake.phases.order import order_phases
from neoher.intake.phases.times import time_axis
from neoher.record.measurement import InputObjects
from neoher.volume.dynamic import DynamicSeries, Scale, TimeAxis
from neoher.volume.grid import Grid

__all__ = ["DynamicExam", "ScannerFacts", "find_dynamic"]


@dataclass(frozen=True, slots=True)
class ScannerFacts:
    """How the exam was made, for a reader and for checks of comparability."""

    manufacturer: str
    model: str
    field_strength_t: float | None
    """Tesla. A header that states gauss is converted; None where it is absent or can be neither."""
    orientation: str
    """'sagittal', 'coronal', 'axial' or 'oblique'."""
    laterality: str
    """As stated: 'L', 'R', 'B' or ''."""


@dataclass(frozen=True, slots=True)
class DynamicExam:
    """A dynamic exam found and checked: everything about it but its pixels, which `load` reads."""

    label: str
    """Where it was found, as given."""
    patient_id: str
    study_uid: str
    study_date: dt.date | None
    description: str
    scanner: ScannerFacts
    grid: Grid
    time_axis: TimeAxis
    """Phases, their times, and every warning about the exam."""
    left_out: tuple[tuple[str, str], ...]
    """(series, reason) of what lies beside the dynamic and is no part of it."""
    frames: tuple[tuple[Frame, ...], ...]
    """Image planes by phase and slice."""

    @property
    def frame_of_reference_uid(self) -> str | None:
        """UID of the patient space that positions refer to; None where the objects state none."""
        return self.frames[0][0].header.identity.frame_of_reference_uid or None

    def load(self, phases: Sequence[int]) -> DynamicSeries:
        """The signal of some phases of the time axis, in the order asked for.

        Only their pixels are read, into one array of shape (phases, slices, rows, columns): int16 or uint16
        as stored, or float32, rescaled, where the slices of a phase differ in scale or the phases in sign.
        MONOCHROME1 turns the display round, not the numbers: they stay as stored.
        Raises InputError for a phase that is not there; ImageError for pixels that cannot be read.
        """
        wanted = tuple(phases)
        if not wanted or len(set(wanted)) != len(wanted) or not set(wanted) <= set(range(len(self.frames))):
            raise InputError(
                f"phases {list(wanted)} were asked for; the exam has phases 0 to {len(self.frames) - 1}.",
                self.label,
                "Name each of them once.",
            )
        planes = [frame for phase in wanted for frame in self.frames[phase]]
        signs = {frame.header.pixels.signed for frame in planes if frame.header.pixels is not None}
        uniform = all(len({scale_of(frame) for frame in self.frames[phase]}) == 1 for phase in wanted)
        shape = (len(planes), *self.grid.shape[1:])
        if uniform and len(signs) == 1:
            stored = np.empty(shape, dtype=np.int16 if signs == {True} else np.uint16)
            read_planes(planes, stored)
            scales = tuple(scale_of(self.frames[phase][0]) for phase in wanted)
            return self._series(wanted, stored, scales)
        signal = np.empty(shape, dtype=np.float32)
        read_planes(planes, signal)
        for index, frame in enumerate(planes):
            scale = scale_of(frame)
            signal[index] *= np.float32(scale.slope)
            signal[index] += np.float32(scale.intercept)
        return self._series(wanted, signal, (Scale(),) * len(wanted))

    def digest(self) -> InputObjects:
        """What the exam was read from: number of objects and the hash over their sorted hashes.

        Reads every object of the dynamic once more, from its first to its last byte.
        """
        frames = (frame for phase in self.frames for frame in phase)
        phases = f"{len(self.frames)} phases of {self.grid.shape[0]} slices"
        return digest_of(frames, f"MR, {self.description}, {phases}")

    def _series(
        self, loaded: tuple[int, ...], planes: NDArray[np.generic], scales: tuple[Scale, ...]
    ) -> DynamicSeries:
        signal = planes.reshape(len(loaded), *self.grid.shape)
        return DynamicSeries(self.grid, self.time_axis, loaded, signal, scales)


def find_dynamic(
    path: Path,
    *,
    injected_at: dt.datetime | None = None,
    series: Sequence[str] = (),
    progress: Progress | None = None,
    headers: Sequence[Header] | None = None,
) -> DynamicExam:
    """The dynamic exam in a folder, file or archive.

    `injected_at`: clock time of the contrast injection, where known better than from the objects.
    `series`: UIDs, numbers or descriptions of the series to look at; () means all.
    `progress`: called with (objects read, objects in all).
    `headers`: those below `path`, where they were read before.

    Raises ImageError for files that cannot be read; SeriesError where they make no single dynamic on one
    grid (two patients, missing slices, gaps, mixed sizes, several candidates); PhaseOrderError where the
    phases' order or times cannot be trusted.
    Reads headers only. Does not decide which phase is early or late.
    """
    found = headers_below(path, progress) if headers is None else headers
    refuse_two_patients(found)
    kept, copies = without_duplicates(found)
    groups = named_series(group_series(kept), series, str(path))
    candidates, left_out = find_candidates(groups)
    chosen, left_out = choose_dynamic(candidates, left_out, str(path))
    return _exam(path, chosen, left_out, injected_at, copies)


def _exam(
    path: Path,
    chosen: Candidate,
    left_out: Sequence[LeftOut],
    injected_at: dt.datetime | None,
    copies: tuple[tuple[str, str], ...],
) -> DynamicExam:
    refuse_unreadable_pixels(chosen.frames)
    refuse_mixed_scales(chosen.frames)
    ordered = order_phases(chosen.frames, chosen.plane)
    grid = grid_of(slice_places(ordered.phases[0].frames, chosen.plane), chosen.plane)
    first = chosen.frames[0].header
    field_strength_t, field_warning = _field_strength(chosen.frames[0])
    beside = tuple(
        ("series-left-out", f"{one.series.title}: {one.reason}") for one in left_out if one.notable
    )
    warnings = (
        *copies,
        *field_warning,
        *beside,
        *_pixel_warnings(chosen.frames),
        *scale_warnings(chosen.frames),
    )
    return DynamicExam(
        label=str(path),
        patient_id=first.identity.patient_id,
        study_uid=first.identity.study_uid,
        study_date=first.identity.study_date,
        description=" + ".join(dict.fromkeys(series.description for series in chosen.series)),
        scanner=ScannerFacts(
            first.identity.manufacturer,
            first.identity.model,
            field_strength_t,
            chosen.plane.orientation,
            first.identity.laterality,
        ),
        grid=grid,
        time_axis=time_axis(ordered, injected_at, warnings),
        left_out=tuple((one.series.title, one.reason) for one in left_out),
        frames=tuple(phase.frames for phase in ordered.phases),
    )


def _field_strength(frame: Frame) -> tuple[float | None, tuple[tuple[str, str], ...]]:
    stated = frame.protocol.field_strength
    if stated is None or 0.05 <= stated <= 15:
        return stated, ()
    if 500 <= stated <= 150_000:
        message = f"MagneticFieldStrength is {stated:g}: read as gauss, {stated / 1e4:g} T."
        return stated / 1e4, (("field-strength-in-gauss", message),)
    message = f"MagneticFieldStrength is {stated:g}, neither tesla nor gauss: taken as not known."
    return None, (("field-strength-implausible", message),)


def _pixel_warnings(frames: Iterable[Frame]) -> tuple[tuple[str, str], ...]:
    formats = {frame.header.pixels for frame in frames}
    warnings = []
    if any(pixels is not None and pixels.lossy for pixels in formats):
        warnings.append(
            ("lossy-compression", "Images were compressed with loss: measured values may differ.")
        )
    if any(pixels is not None and pixels.photometric == "MONOCHROME1" for pixels in formats):
        warnings.append(("monochrome1", "Images are marked to be shown inverted; their numbers were not."))
    return tuple(warnings)
