"""Balls of known size and uptake in warm water: what a scanner shows of a lesion, by its size.

Diameters as in the image quality phantom of NEMA NU 2: 10, 13, 17, 22, 28 and 37 mm.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.pet.administration import Administration, PetTimes, Physique
from neoher.simulate.pet.body import Organ
from neoher.simulate.pet.dicom_writing import PetHeader, segmented, write_pet
from neoher.simulate.pet.scanning import Imaging, PetLesion, PetScene, ScannedImage
from neoher.simulate.pet.shapes import Ellipsoid
from neoher.simulate.pet.tracer import Tracer
from neoher.simulate.pet.truth import LesionTruth, lesion_truth
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS
from neoher.simulate.segmentation import LESION, Segment, write_segmentation
from neoher.volume.grid import Grid

__all__ = ["BALL_SUV", "DIAMETERS_MM", "write_size_phantom"]

Array = NDArray[np.float64]

DIAMETERS_MM = (10.0, 13.0, 17.0, 22.0, 28.0, 37.0)
BALL_SUV = 8.0
_RING_MM = 57.0
"""Radius of the circle on which the balls lie."""
_GRID = Grid(
    (22, 56, 64),
    (4.0, 4.0, 4.0),
    (-126.0, -110.0, -42.0),
    ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
)
_PHYSIQUE = Physique(weight_kg=70.0, height_m=1.70)


def write_size_phantom(
    folder: Path, tracer: Tracer, forms: tuple[str, ...], *, seed: int, injected_at: dt.datetime
) -> tuple[LesionTruth, ...]:
    """Scan the phantom once and write it below `folder` in each form; returns the truth of each ball.

    Each form has a folder of its name; `regions.dcm` beside them holds a segment per ball. The seed moves
    the balls against the voxels and draws the noise.
    """
    random = np.random.default_rng([seed, 41])
    lesions = _balls(random)
    imaging = Imaging(filter_mm=tracer.filter_mm, counts_per_suv=tracer.counts_per_suv)
    image = PetScene(_GRID, _water).scan(tracer.organs, lesions, imaging, random)
    given = Administration(
        tracer, injected_at, tracer.injected_mbq, 1.2, injected_at + dt.timedelta(minutes=2)
    )
    start = injected_at + dt.timedelta(seconds=tracer.uptake_s)
    header = PetHeader("PHANTOM", 1976, seed, "PHANTOM", _PHYSIQUE, given, PetTimes(start, tracer.bed_s, 11))
    found = [_truth(image, lesion, given, start) for lesion in lesions]
    for form in forms:
        write_pet(folder / form, header, VENDOR_FORMS[form], _GRID, image.suv)
    segments = [Segment(truth.lesion, LESION, inside) for truth, inside in found]
    write_segmentation(folder / "regions.dcm", segmented(header, _GRID), _GRID, segments)
    return tuple(truth for truth, _ in found)


def _truth(
    image: ScannedImage, lesion: PetLesion, given: Administration, start: dt.datetime
) -> tuple[LesionTruth, NDArray[np.bool_]]:
    return lesion_truth(
        image,
        lesion,
        at_injection=given.bq_per_ml_of_suv(_PHYSIQUE),
        at_scan=given.bq_per_ml_of_suv(_PHYSIQUE, start),
    )


def _balls(random: np.random.Generator) -> tuple[PetLesion, ...]:
    balls = []
    for number, diameter in enumerate(DIAMETERS_MM):
        angle = 2 * np.pi * number / len(DIAMETERS_MM)
        x, y, z = random.uniform(-2.0, 2.0, 3) + np.array(
            [_RING_MM * np.cos(angle), _RING_MM * np.sin(angle), 0.0]
        )
        radius = diameter / 2
        ball = Ellipsoid((float(x), float(y), float(z)), (radius, radius, radius))
        balls.append(
            PetLesion(
                f"{diameter:g}mm", "primary", "phantom", BALL_SUV, ball.centre_mm, radius, ball.distance
            )
        )
    return tuple(balls)


def _water(points_mm: Array, voxel_mm: float) -> tuple[Organ, ...]:
    """Warm water in an oval bottle; its uptake is that of the tracer's gland."""
    across = np.hypot(points_mm[..., 0] / 112.0, points_mm[..., 1] / 96.0)
    share = np.clip(0.5 - (across - 1.0) * 100.0 / voxel_mm, 0.0, 1.0)
    return (Organ("gland", share, 0.0, 0.0),)
