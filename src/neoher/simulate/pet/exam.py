"""One PET exam of a reference patient: which lesions take up how much; PET, CT and regions on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.lattice import positions
from neoher.simulate.pet.administration import Administration, PetTimes
from neoher.simulate.pet.body import (
    AORTA,
    AXILLA_MM,
    BREAST_MM,
    KIDNEY,
    LIVER_MM,
    VERTEBRA_MM,
    Organ,
    organ_shares,
)
from neoher.simulate.pet.dicom_writing import PetHeader, segmented, write_ct, write_pet
from neoher.simulate.pet.scanning import Imaging, PetLesion, PetScene, ScannedImage
from neoher.simulate.pet.shapes import Ellipsoid
from neoher.simulate.pet.tracer import Tracer
from neoher.simulate.pet.truth import LesionTruth, OrganTruth, lesion_truth, organ_truth
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS
from neoher.simulate.segmentation import LESION, ORGAN, Segment, write_segmentation
from neoher.simulate.tumour.shape import Disease
from neoher.volume.grid import Grid

__all__ = [
    "CT_GRID",
    "PET_GRID",
    "REGIONS_FILE",
    "PetTruth",
    "PlannedPet",
    "ReferenceRegion",
    "ct_organs",
    "patient_lesions",
    "write_pet_exam",
]

Array = NDArray[np.float64]
_AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
PET_GRID = Grid((80, 128, 128), (4.0, 4.0, 4.0), (-254.0, -254.0, -214.0), _AXIAL)
CT_GRID = Grid((80, 140, 200), (4.0, 2.0, 2.0), (-199.0, -159.0, -214.0), _AXIAL)
SLICES_PER_BED = 20
REGIONS_FILE = "regions.dcm"
_CT_NOISE_HU = 11.0
_NODE_SEMI_AXES_MM = (7.0, 6.5, 9.0)
_DISTANT_RADIUS_MM = 9.0


class ReferenceRegion:
    """Names of the reference regions: segments of the SEG, keys of the truth."""

    LIVER = "liver"
    BLOOD_POOL = "blood pool"
    KIDNEY = "kidney"


@dataclass(frozen=True, slots=True)
class PlannedPet:
    """One PET of the patient."""

    id: str
    visit: str
    folder: str
    """Of the images, relative to the case."""
    administration: Administration
    times: PetTimes
    lesion_scale: float
    """Linear size of the lesions against baseline."""
    uptake: float
    """Uptake of the lesions against baseline."""
    form: str
    """Name in VENDOR_FORMS."""
    noise_seed: int
    breathing_mm: float = 0.0
    glucose_mg_dl: int | None = None

    @property
    def tracer(self) -> Tracer:
        """What was injected."""
        return self.administration.tracer

    @property
    def imaging(self) -> Imaging:
        """What the scanner does to this tracer's activity."""
        return Imaging(
            filter_mm=self.tracer.filter_mm,
            counts_per_suv=self.tracer.counts_per_suv,
            breathing_mm=self.breathing_mm,
        )


@dataclass(frozen=True, slots=True)
class PetTruth:
    """What is true of one PET. SUV by body weight."""

    visit: str
    tracer: str
    form: str
    half_life_s: float
    injected_at: str
    net_injected_bq: float
    """Activity in the patient at the injection: what stayed in the syringe is taken off."""
    scan_start: str
    uptake_s: float
    """From the injection to the start of the scan."""
    weight_kg: float
    height_m: float
    point_spread_mm: float
    """Width at half maximum."""
    breathing_mm: float
    lesions: tuple[LesionTruth, ...]
    organs: tuple[OrganTruth, ...]


def patient_lesions(pet: PlannedPet, tumour: Disease, *, distant: bool) -> tuple[PetLesion, ...]:
    """The lesions of the patient: the same primary as on MRI, a node of the axilla, at will a vertebra."""
    scale, tracer = pet.lesion_scale, pet.tracer
    primary = tumour.at(scale)
    shift = tumour.centre_mm - np.asarray(BREAST_MM)
    node = Ellipsoid(AXILLA_MM, tuple(scale * axis for axis in _NODE_SEMI_AXES_MM))  # type: ignore[arg-type]
    lesions = [
        PetLesion(
            "L1",
            "primary",
            "breast",
            tracer.primary * pet.uptake,
            BREAST_MM,
            primary.reach_mm,
            lambda points: primary.distance(points + shift),
            moves=0.15,
        ),
        PetLesion(
            "N1",
            "node",
            "axilla",
            tracer.node * pet.uptake,
            AXILLA_MM,
            max(node.semi_axes_mm),
            node.distance,
            moves=0.15,
        ),
    ]
    if distant:
        radius = _DISTANT_RADIUS_MM * scale
        ball = Ellipsoid(VERTEBRA_MM, (radius, radius, radius))
        lesions.append(
            PetLesion(
                "M1",
                "metastasis",
                "thoracic vertebra",
                tracer.distant * pet.uptake,
                VERTEBRA_MM,
                radius,
                ball.distance,
            )
        )
    return tuple(lesions)


def write_pet_exam(
    folder: Path,
    pet: PlannedPet,
    header: PetHeader,
    scene: PetScene,
    lesions: Sequence[PetLesion],
    ct: Sequence[Organ] = (),
) -> tuple[int, PetTruth]:
    """Scan, then write PET, CT and regions below `folder`; returns the number of objects and the truth.

    Parameters: `ct`: shares of tissues as `ct_organs` gives them, the same for every exam; none: no CT.
    """
    random = np.random.default_rng(pet.noise_seed)
    image = scene.scan(pet.tracer.organs, lesions, pet.imaging, random)
    count = write_pet(folder / "pet", header, VENDOR_FORMS[pet.form], image.grid, image.suv)
    if ct:
        count += write_ct(folder / "ct", header, CT_GRID, _hounsfield(ct, lesions, random))
    physique = header.physique
    at_injection = pet.administration.bq_per_ml_of_suv(physique)
    at_scan = pet.administration.bq_per_ml_of_suv(physique, pet.times.start)
    found = [lesion_truth(image, one, at_injection=at_injection, at_scan=at_scan) for one in lesions]
    organs = _reference_regions(image, pet.tracer)
    segments = [Segment(truth.lesion, LESION, inside) for truth, inside in found]
    segments += [Segment(truth.name, ORGAN, inside) for truth, inside in organs]
    write_segmentation(folder / REGIONS_FILE, segmented(header, image.grid), image.grid, segments)
    truth = PetTruth(
        visit=pet.visit,
        tracer=str(pet.tracer.name),
        form=pet.form,
        half_life_s=pet.tracer.nuclide.half_life_s,
        injected_at=pet.administration.injected_at.isoformat(),
        net_injected_bq=pet.administration.net_mbq * 1e6,
        scan_start=pet.times.start.isoformat(),
        uptake_s=(pet.times.start - pet.administration.injected_at).total_seconds(),
        weight_kg=physique.weight_kg,
        height_m=physique.height_m,
        point_spread_mm=pet.imaging.width_mm,
        breathing_mm=pet.breathing_mm,
        lesions=tuple(truth for truth, _ in found),
        organs=tuple(truth for truth, _ in organs),
    )
    return count + 1, truth


def _reference_regions(image: ScannedImage, tracer: Tracer) -> list[tuple[OrganTruth, NDArray[np.bool_]]]:
    """A ball of 3 cm in the right lobe of the liver, 1 cm of the descending aorta over 2 cm, a kidney."""
    at = positions(image.grid)
    liver = Ellipsoid(LIVER_MM, (15.0, 15.0, 15.0)).distance(at) <= 0
    across = np.hypot(at[..., 0] - AORTA.corners_mm[0][0], at[..., 1] - AORTA.corners_mm[0][1])
    aorta = (across <= 5.0) & (np.abs(at[..., 2]) <= 10.0)
    kidney = Ellipsoid(KIDNEY.centre_mm, (12.0, 12.0, 20.0)).distance(at) <= 0
    return [
        (organ_truth(image, name, suv, inside), inside)
        for name, suv, inside in (
            (ReferenceRegion.LIVER, tracer.organs.liver, liver),
            (ReferenceRegion.BLOOD_POOL, tracer.organs.blood, aorta),
            (ReferenceRegion.KIDNEY, tracer.organs.kidney, kidney),
        )
    ]


def ct_organs() -> tuple[Organ, ...]:
    """Shares of tissues on the CT's grid."""
    return organ_shares(positions(CT_GRID), min(CT_GRID.spacing_mm))


def _hounsfield(organs: Sequence[Organ], lesions: Sequence[PetLesion], random: np.random.Generator) -> Array:
    at = positions(CT_GRID)
    image = np.full(CT_GRID.shape, -1000.0)
    for organ in organs:
        image += organ.share * (organ.hounsfield + 1000.0)
    for lesion in lesions:
        near = _window(lesion)
        away = lesion.distance(at[near].reshape(-1, 3)).reshape(at[near].shape[:-1])
        share = np.clip(0.5 - away / min(CT_GRID.spacing_mm), 0.0, 1.0)
        density = 480.0 if lesion.kind == "metastasis" else 48.0
        image[near] += share * (density - image[near])
    return np.asarray(image + _CT_NOISE_HU * random.standard_normal(CT_GRID.shape))


def _window(lesion: PetLesion) -> tuple[slice, ...]:
    """The part of the CT's grid that the lesion may reach."""
    centre = CT_GRID.to_index(np.asarray([lesion.centre_mm]))[0]
    half = (lesion.reach_mm + 3.0) / np.asarray(CT_GRID.spacing_mm)
    low = np.clip(np.floor(centre - half), 0, CT_GRID.shape).astype(int)
    high = np.clip(np.ceil(centre + half) + 1, 0, CT_GRID.shape).astype(int)
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
