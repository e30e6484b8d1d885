"""SUV of the digital reference objects, and of a real FDG series against an independent computation."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from neoher.measure.suv import RegionUptake, SuvInputs, compute

pytestmark = pytest.mark.shared

OBJECTS = (
    ["DRO_0_0", "DRO_1_0", "DRO_2_0", "DRO_2_1", "DRO_2_4", "DRO_3_0", "DRO_3_1", "DRO_3_3", "DRO_4_0"]
)  # fmt: skip


def region_of(path: Path, region: str | None = None) -> RegionUptake:
    conclusion = compute(SuvInputs(path=path, region=(region,) if region else ()))
    assert conclusion.value is not None
    (only,) = conclusion.value.regions
    return only


@pytest.mark.parametrize("name", OBJECTS)
def test_a_reference_object_gives_its_published_values(shared_data: Path, name: str) -> None:
    folder = shared_data / "imaging" / "suv-dro"
    with (folder / "DRO_list.csv").open(encoding="utf-8", newline="") as table:
        published = {row["ID"]: row for row in csv.DictReader(table)}[name]
    region = region_of(folder / f"{name}.tar.xz")
    for value, column in (
        (region.min, "SUVmin_expected"),
        (region.median, "SUVmed_expected"),
        (region.max, "SUVmax_expected"),
    ):
        assert f"{value:.2f}" == published[column]


def test_the_object_by_body_surface_gives_what_its_three_stored_numbers_hold(shared_data: Path) -> None:
    # It stores 5, 26 and 105 hundredths of a cm2/mL: no factor makes 0.20, 1.00 and 4.00 of them (0.20 / 5,
    # 1.00 / 26 and 4.00 / 105 lie further apart than rounding to two decimals explains). They are the truth
    # cut to whole numbers, so each lies within one stored step below it.
    region = region_of(shared_data / "imaging" / "suv-dro" / "DRO_2_3.tar.xz")
    step = 0.01 * 70_000 / (1e4 * 0.007184 * 70**0.425 * 175**0.725)
    assert (region.min, region.median, region.max) == pytest.approx(
        (5 * step, 26 * step, 105 * step), rel=1e-6
    )
    for value, published in ((region.min, 0.20), (region.median, 1.00), (region.max, 4.00)):
        assert value is not None
        assert value <= published < value + step


def test_mask_and_contour_of_a_reference_object_agree(shared_data: Path) -> None:
    archive = shared_data / "imaging" / "suv-dro" / "DRO_0_0.tar.xz"
    mask = region_of(archive, f"{archive}/DRO_0_0/mask/DRO_mask.nii.gz")
    assert [f"{value:.2f}" for value in (mask.min, mask.median, mask.max)] == ["0.20", "1.00", "4.00"]


# The real series ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Independent:
    """Uptake of the real series' contours, computed without the code under test."""

    suv: NDArray[np.float64]
    positions: NDArray[np.float64]
    """LPS mm of every voxel, shape (slices, rows, columns, 3)."""
    masks: dict[str, NDArray[np.bool_]]

    def peaks(self, name: str) -> tuple[float, float]:
        """Global and local peak by searching neighbours in space."""
        of_mask = self.positions[self.masks[name]]
        box = (
            (self.positions >= of_mask.min(axis=0) - 10) & (self.positions <= of_mask.max(axis=0) + 10)
        ).all(-1)
        values, positions = self.suv[box], self.positions[box]
        inside = np.flatnonzero(self.masks[name][box])
        radius = (3 / (4 * np.pi)) ** (1 / 3) * 10
        near = cKDTree(positions).query_ball_point(positions[inside], radius + 1e-6)
        means = np.array([values[members].mean() for members in near])
        hottest = np.flatnonzero(values[inside] == values[inside].max())
        return float(means.max()), float(means[hottest].max())


def in_polygon(points: NDArray[np.float64], polygon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points (n, 2) lie inside a polygon, by the angle it winds around each of them."""
    shifted = polygon[None] - points[:, None]
    following = np.roll(shifted, -1, axis=1)
    cross = shifted[..., 0] * following[..., 1] - shifted[..., 1] * following[..., 0]
    dot = (shifted * following).sum(axis=-1)
    inside: NDArray[np.bool_] = np.abs(np.arctan2(cross, dot).sum(axis=1)) > np.pi
    return inside


@pytest.fixture(scope="module")
def independent(shared_data: Path) -> Independent:
    slices, structure = [], None
    archive = zipfile.ZipFile(shared_data / "imaging" / "pet-fdg-sts" / "STS_001_FDG_PET.zip")
    for name in archive.namelist():
        content = archive.read(name)
        if content[128:132] == b"DICM":
            data = pydicom.dcmread(io.BytesIO(content))
            if data.Modality == "PT":
                slices.append(data)
            else:
                structure = data
    assert structure is not None
    slices.sort(key=lambda data: float(data.ImagePositionPatient[2]))
    first = slices[0]
    tracer = first.RadiopharmaceuticalInformationSequence[0]
    clock = "%H%M%S.%f"
    waited = dt.datetime.strptime(first.SeriesTime, clock) - dt.datetime.strptime(
        tracer.RadiopharmaceuticalStartTime, clock
    )
    left = float(tracer.RadionuclideTotalDose) * np.exp(
        -np.log(2) * waited.total_seconds() / float(tracer.RadionuclideHalfLife)
    )
    suv = np.stack(
        [
            data.pixel_array * float(data.RescaleSlope) * 1000 * float(data.PatientWeight) / left
            for data in slices
        ]
    )
    x0, y0 = (float(value) for value in first.ImagePositionPatient[:2])
    spacing = float(first.PixelSpacing[0])
    z = np.array([float(data.ImagePositionPatient[2]) for data in slices])
    y, x = y0 + spacing * np.arange(suv.shape[1]), x0 + spacing * np.arange(suv.shape[2])
    positions = np.stack(np.meshgrid(z, y, x, indexing="ij")[::-1], axis=-1)
    plane = positions[0, :, :, :2].reshape(-1, 2)
    masks = {}
    names = {int(roi.ROINumber): str(roi.ROIName) for roi in structure.StructureSetROISequence}
    for roi in structure.ROIContourSequence:
        mask = np.zeros(suv.shape, dtype=bool)
        for contour in roi.ContourSequence:
            points = np.array(contour.ContourData, dtype=float).reshape(-1, 3)
            index = int(np.argmin(np.abs(z - points[0, 2])))
            low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
            near = np.flatnonzero(((plane >= low) & (plane <= high)).all(axis=1))
            # Even-odd: a contour inside another is a hole.
            mask[index].reshape(-1)[near] ^= in_polygon(plane[near], points[:, :2])
        masks[names[int(roi.ReferencedROINumber)]] = mask
    return Independent(suv, positions, masks)


def test_a_real_series_gives_the_independent_values_in_each_contour(
    shared_data: Path, independent: Independent
) -> None:
    series = shared_data / "imaging" / "pet-fdg-sts" / "STS_001_FDG_PET.zip"
    conclusion = compute(SuvInputs(path=series))
    assert conclusion.value is not None
    assert [region.name for region in conclusion.value.regions] == ["GTV_Mass", "GTV_Edema"]
    for region in conclusion.value.regions:
        mask = independent.masks[region.name]
        values = independent.suv[mask]
        assert region.voxels == values.size
        assert region.volume_cc == pytest.approx(values.size * 3.27 * 4.6875**2 / 1000, rel=1e-5)
        assert (region.min, region.max) == pytest.approx((values.min(), values.max()), rel=1e-6)
        assert (region.median, region.mean) == pytest.approx((np.median(values), values.mean()), rel=1e-6)
        assert (region.peak, region.peak_local) == pytest.approx(independent.peaks(region.name), rel=1e-6)
    # 388.777 MBq at 10:35:00, series 11:20:11, half-life 6588 s (the objects' README)
    assert conclusion.value.activity_mbq == pytest.approx(388.777472)
    assert conclusion.value.reference_time == "2000-09-07T11:20:11"
    assert conclusion.value.injection_time == "2000-09-07T10:35:00"
