"""Peak uptake and shape against the IBSI digital phantom, and on images whose peak is known."""

from __future__ import annotations

import csv
from pathlib import Path

import nibabel
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neoher.imaging.pet.peak import SPHERE_RADIUS_MM, peak_of, sphere_offsets
from neoher.imaging.surface import surface_of
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask
from neoher.volume.pet import SuvVolume


def grid_of(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> Grid:
    return Grid(shape, spacing, (0.0, 0.0, 0.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))


@pytest.fixture(scope="module")
def phantom(shared_data: Path) -> tuple[SuvVolume, Mask]:
    folder = shared_data / "quant" / "ibsi1-digital-phantom" / "ibsi_1_digital_phantom" / "nifti"
    image = nibabel.load(folder / "image" / "phantom.nii.gz")
    numbers = np.asarray(image.dataobj, dtype=np.float32).transpose(2, 1, 0)
    inside = np.asarray(nibabel.load(folder / "mask" / "mask.nii.gz").dataobj).transpose(2, 1, 0) > 0
    grid = grid_of(numbers.shape, (2.0, 2.0, 2.0))
    return SuvVolume(grid, numbers), Mask(inside, grid, "phantom", "IBSI")


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, tuple[float, float]]:
    path = shared_data / "quant" / "ibsi1-digital-phantom" / "ibsi1_reference_values_parsed.csv"
    with path.open(encoding="utf-8", newline="") as table:
        return {
            row["feature"]: (
                float(row["value"]),
                # Peaks are published without a tolerance: then the last printed digit counts.
                float(row["tol."]) if row["tol."] != "—" else 0.05,
            )
            for row in csv.DictReader(table)
            if row["data"] == "dig. phantom" and row["value"] != "—" and row["aggr. method"] in {"", None}
        }


@pytest.mark.shared
def test_the_peaks_of_the_digital_phantom_are_the_published_ones(
    phantom: tuple[SuvVolume, Mask], published: dict[str, tuple[float, float]]
) -> None:
    peak = peak_of(*phantom)
    for found, name in ((peak.highest, "global intensity peak"), (peak.at_maximum, "local intensity peak")):
        value, tolerance = published[name]
        assert found == pytest.approx(value, abs=tolerance)


@pytest.mark.shared
def test_volume_diameter_and_sphericity_of_the_digital_phantom(
    phantom: tuple[SuvVolume, Mask], published: dict[str, tuple[float, float]]
) -> None:
    _, mask = phantom
    surface = surface_of(mask.inside, mask.grid.spacing_mm)
    for found, name in (
        (1000 * mask.volume_cc, "volume (voxel counting)"),
        (surface.volume_mm3, "volume (mesh)"),
        (surface.area_mm2, "surface area (mesh)"),
        (surface.sphericity, "sphericity"),
        (surface.longest_diameter_mm, "maximum 3D diameter"),
    ):
        value, tolerance = published[name]
        assert found == pytest.approx(value, abs=tolerance), name


def test_the_sphere_holds_one_cubic_centimetre() -> None:
    assert pytest.approx(6.2035, abs=1e-4) == SPHERE_RADIUS_MM
    assert 4 / 3 * np.pi * SPHERE_RADIUS_MM**3 == pytest.approx(1000)
    fine = grid_of((3, 3, 3), (0.25, 0.25, 0.25))
    assert len(sphere_offsets(fine)) * 0.25**3 == pytest.approx(1000, rel=0.005)


def test_voxels_larger_than_the_sphere_are_their_own_peak() -> None:
    grid = grid_of((3, 3, 3), (7.0, 7.0, 7.0))
    suv = np.zeros(grid.shape, dtype=np.float32)
    suv[1, 1, 1] = 9
    peak = peak_of(SuvVolume(grid, suv), Mask(suv > 0, grid, "one", "test"))
    assert (peak.highest, peak.at_maximum, peak.sphere_voxels) == (9, 9, 1)


def test_the_highest_sphere_need_not_lie_at_the_hottest_voxel() -> None:
    grid = grid_of((1, 1, 40), (20.0, 20.0, 4.0))
    suv = np.zeros(grid.shape, dtype=np.float32)
    suv[0, 0, 5] = 10  # a single hot voxel: its sphere holds it and one neighbour to each side
    suv[0, 0, 20:23] = 6
    peak = peak_of(SuvVolume(grid, suv), Mask(np.ones(grid.shape, dtype=bool), grid, "line", "test"))
    assert peak.at_maximum == pytest.approx(10 / 3)
    assert peak.highest == pytest.approx(6)
    assert peak.centre == (0, 0, 21)


def test_beyond_the_image_there_is_nothing() -> None:
    grid = grid_of((1, 1, 4), (20.0, 20.0, 4.0))
    suv = np.array([[[8, 2, 0, 0]]], dtype=np.float32)
    first = np.zeros(grid.shape, dtype=bool)
    first[0, 0, 0] = True
    assert peak_of(SuvVolume(grid, suv), Mask(first, grid, "edge", "test")).highest == pytest.approx(5)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100), spacing=st.sampled_from([2.0, 3.3, 5.0]))
def test_peaks_scale_with_uptake_and_lie_between_mean_and_maximum(
    seed: int, scale: float, spacing: float
) -> None:
    grid = grid_of((6, 7, 8), (spacing, 3.0, 3.0))
    random = np.random.default_rng(seed)
    suv = random.random(grid.shape).astype(np.float32)
    region = Mask(random.random(grid.shape) < 0.3, grid, "some", "test")
    if not region.inside.any():
        return
    peak = peak_of(SuvVolume(grid, suv), region)
    assert peak.at_maximum <= peak.highest <= suv.max()
    scaled = peak_of(SuvVolume(grid, (suv * scale).astype(np.float32)), region)
    assert scaled.highest == pytest.approx(peak.highest * scale, rel=1e-5)
    # A flat image has its own value as its peak, at its edges too.
    flat = peak_of(SuvVolume(grid, np.full(grid.shape, 3, dtype=np.float32)), region)
    assert (flat.highest, flat.at_maximum) == pytest.approx((3, 3))
