"""The PET series below a path: one static scan on one grid, its facts first, its numbers on request.

exam = find_pet(Path("pet.zip"))
exam.acquisition.units     # shown before anything is computed
exam.load()                # numbers in these units
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from neoher.errors import SeriesError
from neoher.intake.dicom.digest import digest_of
from neoher.intake.dicom.frames import Frame, frames_of
from neoher.intake.dicom.geometry import grid_of, plane_of, slice_places
from neoher.intake.dicom.headers import Header, Progress
from neoher.intake.dicom.headers_below import headers_below
from neoher.intake.dicom.pixels import read_planes, refuse_unreadable_pixels
from neoher.intake.dicom.series import group_series, named_series, refuse_two_patients, without_duplicates
from neoher.intake.pet.choosing import choose_pet_series
from neoher.intake.pet.object_facts import PetObject, SharedFacts, read_pet_object
from neoher.record.measurement import InputObjects
from neoher.volume.grid import Grid
from neoher.volume.pet import PetAcquisition, PetSeries

__all__ = ["PetExam", "find_pet"]

_ONE_SCAN = dt.timedelta(hours=6)
"""No static scan, however many beds, takes longer from its first slice to its last."""
_NAMES = {
    "units": "Units (0054,1001)",
    "suv_type": "SUVType (0054,1006)",
    "decay_correction": "DecayCorrection (0054,1102)",
    "corrections": "CorrectedImage (0028,0051)",
    "series_start": "the series' date and time (0008,0021 and 0031)",
    "reference_stamps": "the date and time of decay correction",
    "injection": "the injection's time (0018,1072 and 1078)",
    "dose": "RadionuclideTotalDose (0018,1074)",
    "half_life_s": "RadionuclideHalfLife (0018,1075)",
    "nuclide_codes": "the radionuclide (0054,0300)",
    "tracer": "the radiopharmaceutical (0018,0031)",
    "weight_kg": "PatientWeight (0010,1030)",
    "height_m": "PatientSize (0010,1020)",
    "sex": "PatientSex (0010,0040)",
    "philips_suv_factor": "Philips' factor (7053,1000)",
    "philips_activity_factor": "Philips' factor (7053,1009)",
    "slices_stated": "NumberOfSlices (0054,0081)",
    "series_type": "SeriesType (0054,1000)",
}


@dataclass(frozen=True, slots=True)
class PetExam:
    """A PET series found and checked: everything about it but its pixels, which `load` reads."""

    label: str
    """Where it was found, as given."""
    patient_id: str
    study_date: dt.date | None
    description: str
    scanner: str
    """Manufacturer and model as stated; '' where neither is."""
    grid: Grid
    acquisition: PetAcquisition
    left_out: tuple[tuple[str, str], ...]
    """(series, reason) of other PET series beside it."""
    frames: tuple[Frame, ...]
    """Image planes in the order of the grid."""
    slopes: tuple[float, ...]

    @property
    def frame_of_reference_uid(self) -> str | None:
        """UID of the patient space that positions refer to; None where the objects state none."""
        return self.frames[0].header.identity.frame_of_reference_uid or None

    def load(self) -> PetSeries:
        """The numbers of the whole series, each slice by its own slope, shape (slices, rows, columns).

        Raises: ImageError for pixels that cannot be read.
        """
        formats = {frame.header.pixels for frame in self.frames}
        signs = {pixels.signed for pixels in formats if pixels is not None}
        stored: np.ndarray[tuple[int, ...], np.dtype[np.generic]]
        kind = np.float32 if len(signs) > 1 else np.int16 if signs == {True} else np.uint16
        stored = np.empty(self.grid.shape, dtype=kind)
        read_planes(self.frames, stored)
        rescaled = np.empty(self.grid.shape, dtype=np.float32)
        for index, slope in enumerate(self.slopes):
            np.multiply(stored[index], slope, out=rescaled[index], casting="unsafe")
        return PetSeries(self.grid, rescaled, self.acquisition)

    def digest(self) -> InputObjects:
        """What the series was read from: number of objects and the hash over their sorted hashes."""
        return digest_of(self.frames, f"PT, {self.description}, {len(self.frames)} slices")


def find_pet(
    path: Path,
    *,
    series: Sequence[str] = (),
    progress: Progress | None = None,
    headers: Sequence[Header] | None = None,
) -> PetExam:
    """The PET series in a folder, file or archive.

    `series`: UIDs, numbers or descriptions of the series to look at; () means all.
    `progress`: called with (objects read, objects in all).
    `headers`: those below `path`, where they were read before.

    Raises: ImageError for files that cannot be read; SeriesError where they make no single static series on
    one grid: two patients, several series, several time or gate frames at one place, missing slices, or
    images that contradict one another. Reads headers only.
    """
    found = headers_below(path, progress) if headers is None else headers
    refuse_two_patients(found)
    kept, copies = without_duplicates(found)
    chosen, left_out = choose_pet_series(named_series(group_series(kept), series, str(path)), str(path))
    frames, grid = _on_one_grid(chosen.headers)
    refuse_unreadable_pixels(frames)
    in_reading_order = sorted(frames, key=lambda frame: frame.header.source.reading_order)
    objects = {id(frame.header): read_pet_object(frame.header) for frame in in_reading_order}
    images = [objects[id(frame.header)] for frame in frames]
    identity = frames[0].header.identity
    return PetExam(
        label=str(path),
        patient_id=identity.patient_id,
        study_date=identity.study_date,
        description=chosen.description,
        scanner=" ".join(part for part in (identity.manufacturer, identity.model) if part),
        grid=grid,
        acquisition=_acquisition(images, copies + _left_out_warnings(left_out)),
        left_out=left_out,
        frames=frames,
        slopes=tuple(image.slope for image in images),
    )


def _on_one_grid(headers: Sequence[Header]) -> tuple[tuple[Frame, ...], Grid]:
    frames = [frame for header in headers for frame in frames_of(header)]
    plane = plane_of(frames[0])
    for frame in frames:
        if not plane.matches(plane_of(frame)):
            raise SeriesError(
                "images of the series differ in orientation, spacing or size.",
                f"{frames[0].header.source.label}, {frame.header.source.label}",
                "Give the folder of one series.",
            )
    places = slice_places(frames, plane)
    most = max(len(place) for place in places)
    if most > 1:
        raise SeriesError(
            f"the series holds {most} images at one place: it is dynamic, gated, or two beds overlap."
            " SUV is computed from one static image a place.",
            places[0][0].header.source.label,
            "Export one time frame (or the summed, static series) by itself.",
        )
    return tuple(place[0] for place in places), grid_of(places, plane)


def _acquisition(images: Sequence[PetObject], notes: tuple[tuple[str, str], ...]) -> PetAcquisition:
    shared = images[0].shared
    for image in images:
        _refuse_difference(images[0], image)
    starts = tuple(image.started for image in images)
    stated = [start for start in starts if start is not None]
    if stated and max(stated) - min(stated) > _ONE_SCAN:
        raise SeriesError(
            f"acquisition times of the series run from {min(stated)} to {max(stated)}: that is not one scan.",
            images[0].header.source.label,
            "Correct AcquisitionDate and AcquisitionTime, or give the series of one scan.",
        )
    own = tuple(dict.fromkeys(note for image in images for note in image.warnings))
    return PetAcquisition(
        units=shared.units,
        suv_type=shared.suv_type,
        decay_correction=shared.decay_correction,
        corrections=shared.corrections,
        series_start=shared.series_start,
        slice_starts=starts,
        reference_stamps=shared.reference_stamps,
        frame_duration_s=max((one.frame_duration_s for one in images if one.frame_duration_s), default=None),
        injection=shared.injection,
        dose=shared.dose,
        half_life_s=shared.half_life_s,
        nuclide_codes=shared.nuclide_codes,
        tracer=shared.tracer,
        weight_kg=shared.weight_kg,
        height_m=shared.height_m,
        sex=shared.sex,
        philips_suv_factor=shared.philips_suv_factor,
        philips_activity_factor=shared.philips_activity_factor,
        warnings=notes + own + _count_warning(shared, len(images)),
    )


def _refuse_difference(first: PetObject, other: PetObject) -> None:
    if first.shared == other.shared:
        return
    for field in fields(SharedFacts):
        one, two = getattr(first.shared, field.name), getattr(other.shared, field.name)
        if one != two:
            raise SeriesError(
                f"images of the series contradict one another in {_NAMES[field.name]}: {_shown(one)} and"
                f" {_shown(two)}.",
                f"{first.header.source.label}, {other.header.source.label}",
                "Export the series again, or correct the header that is wrong.",
            )


def _shown(value: object) -> str:
    return "nothing" if value in (None, "", ()) else str(value)


def _count_warning(shared: SharedFacts, found: int) -> tuple[tuple[str, str], ...]:
    if shared.slices_stated is None or shared.slices_stated in (0, found):
        return ()
    message = f"NumberOfSlices (0054,0081) says {shared.slices_stated}; {found} slices are here."
    return (("slice-count-differs", message),)


def _left_out_warnings(left_out: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(("series-left-out", f"Series {title} was left out: {why}.") for title, why in left_out)
