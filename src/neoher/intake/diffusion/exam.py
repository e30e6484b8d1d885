"""The diffusion exam below a path: its b-values or its ADC map first, the numbers on request.

exam = find_diffusion(Path("t0-mr"))
exam.b_values     # (0.0, 100.0, 600.0, 800.0); empty where only a scanner's ADC map is there
exam.load()       # one trace-weighted signal per b-value, or the map in its stored unit
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.errors import SeriesError
from neoher.intake.dicom.digest import digest_of
from neoher.intake.dicom.frames import Frame, frames_of
from neoher.intake.dicom.geometry import grid_of, plane_of, slice_places
from neoher.intake.dicom.headers import Header, Progress
from neoher.intake.dicom.headers_below import headers_below
from neoher.intake.dicom.pixels import read_planes, refuse_unreadable_pixels
from neoher.intake.dicom.series import (
    Series,
    group_series,
    named_series,
    refuse_two_patients,
    without_duplicates,
)
from neoher.intake.diffusion.object_facts import DiffusionFacts, diffusion_facts
from neoher.record.measurement import InputObjects
from neoher.volume.grid import Grid

__all__ = ["DiffusionExam", "find_diffusion"]

_SAME_B = 5.0
"""b-values closer than this, in s/mm2, are one: scanners write 0 as 5, and rounding differs by direction."""
_IS_MAP = re.compile(r"(?<![a-z])adc(?![a-z])|apparent diffusion", re.IGNORECASE)
_IS_NO_MAP = re.compile(r"(?<![a-z])e?exp(onential)?(?![a-z])|(?<![a-z])eadc", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DiffusionExam:
    """A diffusion exam found and checked: everything about it but its pixels, which `load` reads."""

    label: str
    patient_id: str
    description: str
    grid: Grid
    b_values: tuple[float, ...]
    """In s/mm2, rising; empty for a map."""
    unit: str
    """Unit that the map states; '' where it states none, and for images."""
    frames: tuple[tuple[tuple[Frame, ...], ...], ...]
    """By b-value and slice the images of each direction or repetition; for a map a single b-value."""
    scales: Mapping[tuple[str, int], tuple[float, float]]
    """Slope and intercept by SOP Instance UID and number of the frame."""
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def is_map(self) -> bool:
        """Whether it is an ADC map that a scanner made."""
        return not self.b_values

    @property
    def frame_of_reference_uid(self) -> str | None:
        """UID of the patient space that positions refer to; None where the objects state none."""
        return self.frames[0][0][0].header.identity.frame_of_reference_uid or None

    def load(self) -> NDArray[np.float32]:
        """Signals, shape (b-values, slices, rows, columns), or the map, shape (1, slices, rows, columns).

        Images of several directions are joined to their geometric mean, which is trace-weighted; repetitions
        likewise. Raises: ImageError for pixels that cannot be read.
        """
        signal = np.empty((len(self.frames), *self.grid.shape), dtype=np.float32)
        plane = np.empty((1, *self.grid.shape[1:]), dtype=np.float32)
        for index, of_b in enumerate(self.frames):
            for slice_index, images in enumerate(of_b):
                signal[index, slice_index] = self._joined(images, plane)
        return signal

    def digest(self) -> InputObjects:
        """What the exam was read from: number of objects and the hash over their sorted hashes."""
        what = "ADC map" if self.is_map else f"b {', '.join(f'{b:g}' for b in self.b_values)} s/mm2"
        frames = (one for of_b in self.frames for some in of_b for one in some)
        return digest_of(frames, f"MR, {self.description}, {what}")

    def _joined(self, images: Sequence[Frame], plane: NDArray[np.float32]) -> NDArray[np.float32]:
        if len(images) == 1:
            return self._values(images[0], plane).copy()
        logarithm = np.zeros(plane.shape[1:], dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            for image in images:
                logarithm += np.log(self._values(image, plane))
            # A direction without signal leaves none: the logarithm of 0 stays.
            return np.exp(logarithm / len(images)).astype(np.float32)

    def _values(self, image: Frame, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        read_planes([image], plane)
        slope, intercept = self.scales[image.header.sop_uid, image.number]
        result: NDArray[np.float32] = plane[0]
        result *= np.float32(slope)
        result += np.float32(intercept)
        return result


def find_diffusion(
    path: Path,
    *,
    series: Sequence[str] = (),
    progress: Progress | None = None,
    headers: Sequence[Header] | None = None,
) -> DiffusionExam | None:
    """The diffusion exam in a folder, file or archive; None where nothing there is one.

    Images with b-values go before a scanner's map, from which it cannot be told how it was made.
    `series`: UIDs, numbers or descriptions of the series to look at; () means all.
    `headers`: those below `path`, where they were read before.
    Raises: ImageError for files that cannot be read; SeriesError for two patients, several diffusion exams,
    missing slices or images that lie on different grids.
    """
    found = headers_below(path, progress) if headers is None else headers
    refuse_two_patients(found)
    kept, copies = without_duplicates(found)
    groups = named_series(group_series(kept), series, str(path))
    maps = [group for group in groups if _is_map(group)]
    others = [group for group in groups if group not in maps and _may_be_diffusion(group)]
    weighted = _by_grid(_weighted_images(others))
    exams = [some for some in weighted if len({b for b, _, _ in some}) > 1]
    if len(exams) > 1:
        raise SeriesError(
            f"{len(exams)} diffusion exams on different grids lie here; which one is meant is not guessed.",
            str(path),
            "Name the series: --series NUMBER, UID or description.",
        )
    if exams:
        return _from_images(path, exams[0], copies + _maps_beside(maps))
    if not maps:
        return None
    if len(maps) > 1:
        titles = "".join(f"\n    {group.title}" for group in maps)
        raise SeriesError(
            f"{len(maps)} ADC maps lie here; which one is meant is not guessed:{titles}",
            str(path),
            "Name one: --series NUMBER, UID or description.",
        )
    return _from_map(path, maps[0], copies)


def _is_map(group: Series) -> bool:
    identity, protocol = group.headers[0].identity, group.headers[0].protocol
    if identity.modality != "MR" or group.headers[0].pixels is None:
        return False
    kinds = {part.upper() for part in protocol.image_type}
    if "EADC" in kinds or _IS_NO_MAP.search(identity.series_description):
        return False
    return "ADC" in kinds or (
        bool(_IS_MAP.search(identity.series_description)) and protocol.image_type[:1] == ("DERIVED",)
    )


def _may_be_diffusion(group: Series) -> bool:
    """Whether a look into the objects is worth its time: MR images that are no plain T1 or T2 stack."""
    header = group.headers[0]
    if header.identity.modality != "MR" or header.pixels is None or header.pixels.samples != 1:
        return False
    protocol = header.protocol
    kinds = {part.upper() for part in protocol.image_type}
    if kinds & {"FA", "COLFA", "EADC", "MPR", "LOCALIZER"}:
        return False
    words = header.identity.series_description
    stated = any(one.protocol.b_value is not None for one in group.headers)
    planar = "EP" in protocol.scanning_sequence or kinds & {"DIFFUSION", "TRACEW", "DWI"}
    return stated or bool(planar) or bool(re.search(r"dwi|diff|trace|(?<![a-z])b ?\d{2,4}", words, re.I))


def _weighted_images(groups: Sequence[Series]) -> Iterator[tuple[float, Frame, DiffusionFacts]]:
    for group in groups:
        for header in group.headers:
            frames = frames_of(header)
            facts = diffusion_facts(header) if header.frames == 1 else None
            for frame in frames:
                stated = frame.protocol.b_value
                b = stated if stated is not None else facts.b_value if facts else None
                if b is not None and frame.placement is not None:
                    own = facts or DiffusionFacts(b, "", frame.slope, frame.intercept)
                    yield float(b), frame, own


def _by_grid(
    images: Iterator[tuple[float, Frame, DiffusionFacts]],
) -> list[list[tuple[float, Frame, DiffusionFacts]]]:
    """Images that share their plane: orientation, spacing and size."""
    groups: list[list[tuple[float, Frame, DiffusionFacts]]] = []
    for image in images:
        plane = plane_of(image[1])
        home = next((some for some in groups if plane_of(some[0][1]).matches(plane)), None)
        if home is None:
            groups.append([image])
        else:
            home.append(image)
    return groups


def _from_images(
    path: Path,
    images: Sequence[tuple[float, Frame, DiffusionFacts]],
    warnings: tuple[tuple[str, str], ...],
) -> DiffusionExam:
    by_b: dict[float, list[Frame]] = defaultdict(list)
    for b, frame, _ in sorted(images, key=lambda one: one[0]):
        nearest = next((known for known in by_b if abs(known - b) <= _SAME_B), b)
        by_b[nearest].append(frame)
    plane = plane_of(images[0][1])
    all_frames = [frame for _, frame, _ in images]
    refuse_unreadable_pixels(all_frames)
    places = slice_places(all_frames, plane)
    grid = grid_of(places, plane)
    frames = tuple(tuple(_of_b(place, members, b, path) for place in places) for b, members in by_b.items())
    for b, of_b in zip(by_b, frames, strict=True):
        _refuse_uneven(of_b, b, path)
    return DiffusionExam(
        label=str(path),
        patient_id=all_frames[0].header.identity.patient_id,
        description=_description(all_frames),
        grid=grid,
        b_values=tuple(by_b),
        unit="",
        frames=frames,
        scales=_scales(images),
        warnings=warnings,
    )


def _of_b(place: Sequence[Frame], members: Sequence[Frame], b: float, path: Path) -> tuple[Frame, ...]:
    wanted = {id(one) for one in members}
    found = tuple(frame for frame in place if id(frame) in wanted)
    if not found:
        raise SeriesError(
            f"a slice of b = {b:g} s/mm2 is missing.",
            f"{path}, {place[0].header.source.label}",
            "Copy or export the exam again.",
        )
    return found


def _refuse_uneven(of_b: Sequence[Sequence[Frame]], b: float, path: Path) -> None:
    """A slice that lacks a direction is not trace-weighted, and looks like any other."""
    counts = [len(images) for images in of_b]
    fewest = min(counts)
    if fewest == max(counts):
        return
    index = counts.index(fewest)
    raise SeriesError(
        f"slices of b = {b:g} s/mm2 have {fewest} to {max(counts)} images: a direction or a repetition is "
        "missing.",
        f"{path}, {of_b[index][0].header.source.label}",
        "Copy or export the exam again.",
    )


def _from_map(path: Path, group: Series, warnings: tuple[tuple[str, str], ...]) -> DiffusionExam:
    images = [
        (0.0, frame, facts or DiffusionFacts(None, "", frame.slope, frame.intercept))
        for header in group.headers
        for facts in (diffusion_facts(header) if header.frames == 1 else None,)
        for frame in frames_of(header)
    ]
    frames = [frame for _, frame, _ in images]
    refuse_unreadable_pixels(frames)
    plane = plane_of(frames[0])
    if any(not plane.matches(plane_of(frame)) for frame in frames):
        raise SeriesError("images of the ADC map differ in orientation or size.", group.title)
    places = slice_places(frames, plane)
    if max(len(place) for place in places) > 1:
        raise SeriesError(
            "several images of the ADC map lie at one place.", group.title, "Give the folder of one map."
        )
    units = {facts.unit for _, _, facts in images}
    if len(units) > 1:
        raise SeriesError(
            f"images of the ADC map state several units: {', '.join(sorted(units))}.", group.title
        )
    return DiffusionExam(
        label=str(path),
        patient_id=group.headers[0].identity.patient_id,
        description=group.description,
        grid=grid_of(places, plane),
        b_values=(),
        unit=units.pop(),
        frames=(tuple(tuple(place) for place in places),),
        scales=_scales(images),
        warnings=warnings,
    )


def _scales(
    images: Sequence[tuple[float, Frame, DiffusionFacts]],
) -> Mapping[tuple[str, int], tuple[float, float]]:
    return {
        (frame.header.sop_uid, frame.number): (facts.slope, facts.intercept) for _, frame, facts in images
    }


def _maps_beside(maps: Sequence[Series]) -> tuple[tuple[str, str], ...]:
    if not maps:
        return ()
    names = ", ".join(group.title for group in maps)
    message = f"The ADC is computed from the images with b-values, not taken from the scanner's map: {names}."
    return (("scanner-map-not-used", message),)


def _description(frames: Sequence[Frame]) -> str:
    names = dict.fromkeys(frame.header.identity.series_description for frame in frames)
    return " + ".join(name for name in names if name)
