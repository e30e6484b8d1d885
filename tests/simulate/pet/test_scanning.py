"""The scanner against closed forms: a ball behind a Gaussian, Poisson's law, the breath."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.simulate.pet.body import Organ, organ_shares
from neoher.simulate.pet.scanning import Imaging, PetLesion, PetScene, breathing_kernel
from neoher.simulate.pet.shapes import Ellipsoid, Tube
from neoher.simulate.pet.tracer import FDG
from neoher.simulate.pet.truth import lesion_truth, region_values
from neoher.volume.grid import Grid, Vector

Array = NDArray[np.float64]
AXIAL = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
FINE = Grid((40, 40, 40), (2.0, 2.0, 2.0), (-40.0, -40.0, -40.0), AXIAL)
COARSE = Grid((20, 24, 28), (4.0, 4.0, 4.0), (-54.0, -46.0, -38.0), AXIAL)
STILL = Imaging(detector_mm=4.6, filter_mm=4.0)


def _water(points_mm: Array, voxel_mm: float) -> tuple[Organ, ...]:
    """Muscle everywhere: SUV 0.7."""
    assert voxel_mm > 0
    return (Organ("muscle", np.ones(points_mm.shape[:-1]), 0.0, 0.0),)


def _ball(
    radius: float, *, suv: float = 8.0, centre: Vector = (0.0, 0.0, 0.0), moves: float = 0.0
) -> PetLesion:
    shape = Ellipsoid(centre, (radius, radius, radius))
    return PetLesion("L1", "primary", "breast", suv, centre, radius, shape.distance, moves)


def _recovered_at_the_centre(radius: float, width: float) -> float:
    """Closed form of a uniform ball behind a Gaussian, at its centre (Kessler et al., 1984)."""
    x = radius / (width / (2 * math.sqrt(2 * math.log(2))))
    return math.erf(x / math.sqrt(2)) - math.sqrt(2 / math.pi) * x * math.exp(-(x**2) / 2)


@pytest.mark.parametrize("radius", [4.0, 6.0, 9.0, 14.0])
def test_a_ball_recovers_at_its_centre_what_the_closed_form_says(radius: float) -> None:
    scanned = PetScene(FINE, _water).scan(FDG.organs, [_ball(radius)], STILL, np.random.default_rng(1))
    background = 0.7
    found = (scanned.expected[20, 20, 20] - background) / (8.0 - background)
    # A voxel of 2 mm shows its mean: at most a little less than its centre.
    expected = _recovered_at_the_centre(radius, STILL.width_mm)
    assert found == pytest.approx(expected, rel=0.045)
    assert found <= expected + 1e-3


@pytest.mark.parametrize("centre", [(0.0, 0.0, 0.0), (1.3, -0.9, 0.6)])
@pytest.mark.parametrize("radius", [4.0, 5.5, 8.5, 13.0])
def test_blur_neither_makes_nor_loses_activity(radius: float, centre: Vector) -> None:
    lesion = _ball(radius, centre=centre)
    scanned = PetScene(COARSE, _water).scan(FDG.organs, [lesion], STILL, np.random.default_rng(1))
    excess = (scanned.expected - 0.7).sum() * COARSE.voxel_volume_cc
    volume = 4 / 3 * math.pi * radius**3 / 1000
    assert scanned.lesion_volumes_cc["L1"] == pytest.approx(volume, rel=0.02)
    assert excess == pytest.approx(7.3 * volume, rel=0.02)


def test_the_larger_the_lesion_the_more_is_recovered() -> None:
    recovered = []
    for radius in (4.0, 5.0, 6.5, 8.5, 11.0, 14.0):
        lesion = _ball(radius, centre=(0.4, -0.3, 0.2))
        scanned = PetScene(COARSE, _water).scan(FDG.organs, [lesion], STILL, np.random.default_rng(1))
        truth, _ = lesion_truth(scanned, lesion, at_injection=1.0, at_scan=1.0)
        recovered.append(truth.recovery)
        # Max over ball over mean cannot be otherwise without noise.
        assert truth.recovery.suvpeak <= truth.recovery.suvmax <= 1.0
    for name in ("suvmax", "suvpeak", "suvmean"):
        values = [getattr(one, name) for one in recovered]
        assert values == sorted(values), name
    assert recovered[0].suvmax < 0.65
    assert recovered[-1].suvmax > 0.99


def test_noise_is_unbiased_and_grows_with_the_root_of_the_activity() -> None:
    deviations = {}
    for suv in (1.0, 4.0):
        tissue = Organ("marrow", np.full(COARSE.shape, suv / FDG.organs.marrow), 0.0, 0.0)
        scene = PetScene(COARSE, lambda *_, tissue=tissue: (tissue,))  # type: ignore[misc]
        images = [scene.scan(FDG.organs, [], STILL, np.random.default_rng(seed)) for seed in range(6)]
        noise = np.stack([one.suv - one.expected for one in images])[:, 3:-3, 3:-3, 3:-3]
        deviations[suv] = float(noise.std())
        assert abs(noise.mean()) < 4 * noise.std() / math.sqrt(noise.size / 8)
    assert deviations[4.0] / deviations[1.0] == pytest.approx(2.0, rel=0.04)


def test_the_liver_has_the_noise_of_a_clinical_scan() -> None:
    grid = Grid((30, 96, 96), (4.0, 4.0, 4.0), (-190.0, -190.0, -170.0), AXIAL)
    imaging = Imaging(filter_mm=FDG.filter_mm, counts_per_suv=FDG.counts_per_suv)
    scanned = PetScene(grid).scan(FDG.organs, [], imaging, np.random.default_rng(3))
    liver = next(organ for organ in scanned.organs if organ.name == "liver").share > 0.999
    inside = scanned.suv[liver]
    assert inside.size > 3000
    assert 0.06 <= inside.std() / inside.mean() <= 0.16


def test_the_breath_spends_its_time_as_lujan_says() -> None:
    kernel = breathing_kernel(12.0, 1.0)
    places = np.arange(len(kernel))
    assert kernel.sum() == pytest.approx(1.0)
    # The mean of cos^4 is 3/8.
    assert kernel @ places == pytest.approx(12.0 * 5 / 8, abs=0.01)
    assert kernel[0] > kernel[3:9].max()
    assert breathing_kernel(0.0, 4.0)[0] == pytest.approx(1.0)


def test_a_lesion_that_moves_is_smeared_towards_the_feet_and_keeps_its_activity() -> None:
    still, moving = (
        PetScene(COARSE, _water).scan(
            FDG.organs,
            [_ball(6.0, moves=1.0)],
            Imaging(breathing_mm=excursion),
            np.random.default_rng(1),
        )
        for excursion in (0.0, 12.0)
    )
    assert moving.expected.max() < 0.8 * still.expected.max()
    assert moving.expected.sum() == pytest.approx(still.expected.sum(), rel=1e-3)
    along = np.arange(COARSE.shape[0]) @ (moving.expected - 0.7).sum(axis=(1, 2))
    middle = along / (moving.expected - 0.7).sum()
    z = COARSE.to_patient(np.array([[middle, 0.0, 0.0]]))[0, 2]
    assert z == pytest.approx(-12.0 * 5 / 8, abs=0.3)


def test_the_peak_is_the_largest_mean_over_a_ball_of_one_cubic_centimetre() -> None:
    random = np.random.default_rng(5)
    image = random.gamma(4.0, 1.0, COARSE.shape)
    inside = np.zeros(COARSE.shape, dtype=np.bool_)
    inside[6:11, 8:15, 9:14] = True
    values = region_values(image, inside, COARSE)
    best = 0.0
    for voxel in np.argwhere(inside):
        away = np.linalg.norm((np.indices(COARSE.shape).T - voxel).T * 4.0, axis=0)
        best = max(best, float(image[away <= 6.2].mean()))
    assert values.suvpeak == pytest.approx(best, rel=1e-12)
    assert values.suvmax == image[inside].max()
    assert values.suvmean == pytest.approx(image[inside].mean(), rel=1e-12)


def test_tissues_share_a_voxel_and_never_fill_it_twice() -> None:
    grid = Grid((20, 64, 64), (16.0, 8.0, 8.0), (-252.0, -252.0, -204.0), AXIAL)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    points = grid.to_patient(index.reshape(-1, 3).astype(float)).reshape(*grid.shape, 3)
    organs = organ_shares(points, 4.0)
    total = np.sum([organ.share for organ in organs], axis=0)
    assert total.min() >= 0
    assert total.max() <= 1 + 1e-9
    litres = {organ.name: organ.share.sum() * grid.voxel_volume_cc / 1000 for organ in organs}
    # Of a woman's trunk, about: liver 1 to 2 L, lungs 2 to 5 L, both kidneys 0.2 to 0.45 L.
    assert 1.0 < litres["liver"] < 2.0
    assert 2.0 < litres["lung"] < 5.0
    assert 0.2 < litres["kidney"] < 0.45


def test_shapes_are_as_far_as_they_say() -> None:
    points = np.array([[10.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
    assert Ellipsoid((0.0, 0.0, 0.0), (4.0, 4.0, 4.0)).distance(points) == pytest.approx([6.0, -1.0, -4.0])
    tube = Tube(((0.0, 0.0, -50.0), (0.0, 0.0, 50.0)), 2.0)
    assert tube.distance(points) == pytest.approx([8.0, 1.0, -2.0])
    long = Ellipsoid((0.0, 0.0, 0.0), (10.0, 6.0, 6.0))
    # Near the surface the distance is that along the normal, to first order.
    assert long.distance(np.array([[10.4, 0.0, 0.0], [0.0, 6.3, 0.0]])) == pytest.approx([0.4, 0.3], rel=0.06)
