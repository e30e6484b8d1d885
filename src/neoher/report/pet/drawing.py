"""From a measured scan to its pictures: pixels, regions and CT are read once more for it."""

from __future__ import annotations

from neoher.errors import ImageError
from neoher.intake.pet.companion_ct import find_companion_ct
from neoher.intake.regions.reading import read_region
from neoher.measure.pet_exam import PetMeasurement
from neoher.measure.pet_uptake import PreparedUptake
from neoher.report.pet.figures import PetImages, PetPicture, pet_images
from neoher.report.pet.scans import PetScan, TracerFamily
from neoher.volume.ct import CtVolume

__all__ = ["draw_scan"]

_BLACK_AT = {TracerFamily.FDG: 8.0, TracerFamily.HER2: 15.0, TracerFamily.OTHER: 10.0}
"""SUV shown black: fixed for each kind of tracer, so that visits look alike (a design decision)."""


def draw_scan(scan: PetScan) -> PetImages:
    """Projections and slices of a scan; none where its images were not read or give no SUV.

    Raises: NeoherError where pixels or a region cannot be read.
    """
    measured: PetMeasurement | None = None
    regions = {}
    for one in scan.lesions:
        prepared = one.result.prepared
        if not isinstance(prepared, PreparedUptake) or one.result.measurement is None:
            continue
        if measured is None:
            measured = prepared.from_pixels()
        exam, request = prepared.pet.exam, prepared.pet.request
        for source in request.regions:
            mask = read_region(
                source,
                exam.grid,
                near=request.near,
                frame_of_reference_uid=exam.frame_of_reference_uid,
                patient_id=exam.patient_id,
            )
            regions[one.lesion or "region"] = mask.inside
    if measured is None:
        return PetImages()
    return pet_images(
        PetPicture(
            volume=measured.volume,
            lesions=regions,
            black_at=_BLACK_AT[scan.family],
            unit=f"SUV by {measured.conversion.measure.formula.value}, "
            f"{measured.conversion.measure.formula.unit}",
            ct=_ct(measured),
        )
    )


def _ct(measured: PetMeasurement) -> CtVolume | None:
    """The CT beside the PET; one that cannot be read is left out, as it measures nothing."""
    exam, request = measured.prepared.exam, measured.prepared.request
    try:
        return find_companion_ct(request.images, exam.frame_of_reference_uid)
    except ImageError:
        return None
