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
