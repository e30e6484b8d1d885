"""A real exam, read with pydicom alone: the measurements must not rest on our own reader."""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from neoher.volume.dynamic import DynamicSeries, Phase, Scale, TimeAxis
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask


@dataclass(frozen=True)
class RealExam:
    """UCSF-BR-08 of the TCIA collection Breast-MRI-NACT-Pilot, with the site's own maps and region."""

    series: DynamicSeries
    region: Mask
    site_percent_enhancement: NDArray[np.int16]
    """Percent, floored, 0 below 0."""
    site_ratio: NDArray[np.float64]
    """Rounded to 0.001, cut to 0..3."""


@pytest.fixture(scope="session")
def real_exam(shared_data: Path) -> RealExam:
    by_description: dict[str, list[Any]] = defaultdict(list)
    with zipfile.ZipFile(shared_data / "imaging" / "breast-mri-nact-pilot" / "UCSF-BR-08.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".dcm"):
                instance = pydicom.dcmread(io.BytesIO(archive.read(name)))
                by_description[instance.SeriesDescription].append(instance)

    by_phase: dict[str, list[Any]] = defaultdict(list)
    for instance in by_description["Dynamic-3dfgre"]:
        # The first phase's slices are spread over two seconds, 08:58:03 and 08:58:04.
        by_phase[instance.AcquisitionTime[:4]].append(instance)
    signal = np.stack([_stack(by_phase[time]) for time in ("0858", "0904", "0909")])
    first = min(by_phase["0858"], key=_depth)
    row, column = np.array(first.ImageOrientationPatient, dtype=float).reshape(2, 3)
    grid = Grid(
        shape=signal.shape[1:],
        spacing_mm=(2.0, 0.703125, 0.703125),
        origin_mm=tuple(map(float, first.ImagePositionPatient)),
        axes=(tuple(np.cross(row, column)), tuple(column), tuple(row)),
    )
    starts = (0.0, 372.0, 710.0)  # 08:58:03, 09:04:15 and 09:09:53
    axis = TimeAxis(
        phases=tuple(
            Phase(i, start, None, "", "1.2", "Dynamic-3dfgre", 60) for i, start in enumerate(starts)
        ),
        first_start=None,
        bolus_start_s=None,
        bolus_basis="",
        told_apart_by="AcquisitionTime inside one series",
    )
    return RealExam(
        series=DynamicSeries(grid, axis, (0, 1, 2), signal, (Scale(), Scale(), Scale())),
        region=Mask(
            _segment(by_description["VOI Breast Tissue Segmentation"][0], grid), grid, "Breast", "SEG"
        ),
        site_percent_enhancement=_stack(by_description["Dynamic-3dfgre: PE1"]),
        site_ratio=_stack(by_description["Dynamic-3dfgre: SER"]) * 0.001,
    )


def _depth(instance: Any) -> float:
    orientation = np.array(instance.ImageOrientationPatient, dtype=float)
    return float(np.cross(orientation[:3], orientation[3:]) @ np.array(instance.ImagePositionPatient, float))


def _stack(instances: list[Any]) -> NDArray[np.int16]:
    return np.stack([instance.pixel_array for instance in sorted(instances, key=_depth)])


def _segment(segmentation: Any, grid: Grid) -> NDArray[np.bool_]:
    inside = np.zeros(grid.shape, dtype=bool)
    frames = segmentation.PerFrameFunctionalGroupsSequence
    for frame, pixels in zip(frames, segmentation.pixel_array, strict=True):
        position = np.array(frame.PlanePositionSequence[0].ImagePositionPatient, dtype=float)
        index = grid.to_index(position[None])[0]
        # The site states its frames half a pixel off the image; voxel for voxel they are the image's.
        assert np.allclose(index, [round(index[0]), 0.5, 0.5], atol=0.01)
        inside[round(index[0])] = pixels > 0
    return inside


@dataclass(frozen=True)
class Phantom:
    """A breast of tissue, fat and skin with two balls of tumour and a vessel; built here, from nothing of
    ours."""

    series: DynamicSeries
    truth: NDArray[np.bool_]
    vessel: NDArray[np.bool_]
    skin: NDArray[np.bool_]
    large_mm: tuple[float, float, float]
    """Middle of the larger ball (8 mm radius)."""
    small_mm: tuple[float, float, float]
    """Middle of the smaller ball (4 mm radius), 18 mm away."""


def phantom(
    moved_mm: tuple[float, float, float] = (0.0, 0.0, 0.0), fat: float = 60.0, seed: int = 5
) -> Phantom:
    """The phantom with its early phase moved by so much (LPS); `fat`, fat's signal beside tissue of 400."""
    shape, spacing = (36, 84, 84), (1.8, 0.9, 0.9)
    grid = Grid(shape, spacing, (-37.0, -38.0, -30.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, 3)
    at = grid.to_patient(index.astype(float)).reshape(*shape, 3)
    random = np.random.default_rng(seed)
    large, small = (4.0, 2.0, 1.0), (-10.0, -9.0, 3.5)

    def phases(points: NDArray[np.float64]) -> tuple[list[NDArray[np.float64]], dict[str, NDArray[np.bool_]]]:
        x, y, z = np.moveaxis(points, -1, 0)
        radius = np.sqrt(x**2 + y**2 + z**2)
        tissue = (np.hypot(x / 22, (y - 2) / 18) < 1 + 0.15 * np.sin(z / 4) * np.cos(x / 5)) & (abs(z) < 24)
        parts = {
            "skin": (radius < 36) & (radius >= 34),
            "vessel": (np.hypot(x - 16, z + 8) < 1.3) & (radius < 33),
            "tumour": (np.linalg.norm(points - large, axis=-1) < 8)
            | (np.linalg.norm(points - small, axis=-1) < 4),
        }
        before = np.where(radius < 36, fat, 0.0)
        before[tissue & (radius < 34)] = 400.0
        before[parts["skin"]] = 300.0
        before[parts["vessel"] | parts["tumour"]] = 400.0
        uptake = np.zeros(radius.shape), np.zeros(radius.shape)
        for level, (early, late) in {"tissue": (0.2, 0.35), "skin": (0.3, 0.5)}.items():
            inside = tissue & (radius < 34) if level == "tissue" else parts["skin"]
            uptake[0][inside], uptake[1][inside] = early, late
        for name, (early, late) in {"tumour": (1.6, 1.3), "vessel": (2.0, 1.5)}.items():
            uptake[0][parts[name]], uptake[1][parts[name]] = early, late
        return [before, before * (1 + uptake[0]), before * (1 + uptake[1])], parts

    still, parts = phases(at)
    shifted, _ = phases(at - np.asarray(moved_mm))
    signal = np.stack([still[0], shifted[1], still[2]])
    noisy = np.hypot(signal + random.normal(0, 20, signal.shape), random.normal(0, 20, signal.shape))
    axis = TimeAxis(
        tuple(Phase(i, start, 60.0, "", "1.2", "phantom", 36) for i, start in enumerate((0.0, 200.0, 500.0))),
        None,
        80.0,
        "stated",
        "phantom",
    )
    series = DynamicSeries(grid, axis, (0, 1, 2), np.rint(noisy).astype(np.int16), (Scale(),) * 3)
    return Phantom(series, parts["tumour"], parts["vessel"], parts["skin"], large, small)


@pytest.fixture(scope="session")
def make_phantom() -> Any:
    """Builds phantoms: make_phantom(moved_mm=…, fat=…)."""
    return phantom
