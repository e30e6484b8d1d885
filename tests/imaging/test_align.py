"""Registration on phantoms moved by a known amount."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from neoher.errors import GridMismatch, InputError
from neoher.imaging.align import Motion, align_phases, align_volumes
from neoher.imaging.dce import functional_tumour_volume
from neoher.imaging.phases import choose_phases
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

pytest.importorskip("SimpleITK")

MOVED = (1.6, -2.2, 2.7)


def test_a_moved_phase_is_put_back_and_the_volume_with_it(make_phantom: Any) -> None:
    still, moved = make_phantom(), make_phantom(moved_mm=MOVED)
    aligned = align_phases(moved.series, 0)
    assert [one.index for one in aligned.moved] == [1, 2]
    assert aligned.moved[0].displacement_mm == pytest.approx(MOVED, abs=0.25)
    assert np.linalg.norm(aligned.moved[1].displacement_mm) < 0.25
    box = np.zeros(still.truth.shape, dtype=bool)
    bounds = Mask(still.truth, still.series.grid, "", "").bounding_box()
    assert bounds is not None
    box[tuple(slice(span.start - 3, span.stop + 3) for span in bounds)] = True
    region, choice = Mask(box, still.series.grid, "", ""), choose_phases(still.series.time_axis)
    truth = functional_tumour_volume(still.series, choice, region).mask.inside
    wrong = functional_tumour_volume(moved.series, choice, region).mask.inside
    right = functional_tumour_volume(aligned.series, choice, region).mask.inside
    assert (right ^ truth).sum() < 0.5 * (wrong ^ truth).sum()


def test_the_same_alignment_comes_each_time(make_phantom: Any) -> None:
    series = make_phantom(moved_mm=MOVED).series
    part = (slice(8, 28), slice(20, 64), slice(20, 64))
    one, other = (align_phases(series, 0, area=part) for _ in range(2))
    for first, second in zip(one.moved, other.moved, strict=True):
        assert first.displacement_mm == pytest.approx(second.displacement_mm, abs=1e-6)
    assert np.abs(one.series.signal - other.series.signal).max() < 0.01


def test_two_visits_on_different_grids_are_aligned(make_phantom: Any) -> None:
    series = make_phantom().series
    grid = series.grid
    pre = series.signal[0].astype(np.float32)
    # The second visit: another voxel size, another origin, and the patient shifted by MOVED.
    other = Grid((40, 70, 72), (1.6, 1.1, 1.05), (-36.0, -37.0, -31.0), grid.axes)
    index = np.stack(np.meshgrid(*map(np.arange, other.shape), indexing="ij"), axis=-1).reshape(-1, 3)
    source = grid.to_index(other.to_patient(index.astype(float)) - np.asarray(MOVED))
    second = ndimage.map_coordinates(pre, source.T, order=1).reshape(other.shape).astype(np.float32)
    found = align_volumes(pre, grid, second, other)
    assert found.displacement_mm((0.0, 0.0, 0.0)) == pytest.approx(MOVED, abs=0.3)
    marked = np.zeros(other.shape, dtype=np.float32)
    place = np.rint(other.to_index(np.array([MOVED])))[0].astype(int)
    marked[tuple(slice(at - 2, at + 3) for at in place)] = 1
    back = found.resampled(marked, labels=True)
    assert set(np.unique(back)) == {0.0, 1.0}
    middle = grid.to_patient(np.argwhere(back > 0).mean(axis=0)[None])[0]
    assert np.linalg.norm(middle) < 1.2


def test_a_bend_is_followed_where_asked_for(make_phantom: Any) -> None:
    phantom = make_phantom()
    grid = phantom.series.grid
    pre = phantom.series.signal[0, 9:27, 22:62, 22:62].astype(np.float32)
    small = replace(grid, shape=pre.shape)
    index = np.stack(np.meshgrid(*map(np.arange, pre.shape), indexing="ij"), axis=0).astype(float)
    # The early phase is the first with its rows bent by up to 3 mm along the columns.
    bend = 3.3 * np.sin(np.pi * index[2] / pre.shape[2]) * np.sin(np.pi * index[1] / pre.shape[1])
    bent = ndimage.map_coordinates(pre, index - np.stack([0 * bend, bend, 0 * bend]), order=1, mode="nearest")
    bent = bent.astype(np.float32)
    rigid, free = (align_volumes(pre, small, bent, small, motion=one) for one in Motion)
    inner = (slice(4, -4),) * 3
    left = [float(np.abs(found.resampled(bent) - pre)[inner].mean()) for found in (rigid, free)]
    assert left[1] < 0.85 * left[0]


def test_what_cannot_be_aligned_is_refused(make_phantom: Any) -> None:
    series = make_phantom().series
    with pytest.raises(InputError, match="phase 7 is not loaded"):
        align_phases(series, 7)
    with pytest.raises(GridMismatch):
        align_volumes(series.signal[0][:5], series.grid, series.signal[1], series.grid)
