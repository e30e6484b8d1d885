"""The kinetic curve of a region."""

from __future__ import annotations

import numpy as np
import pytest

from neoher.errors import GridMismatch, RegionError
from neoher.imaging.kinetic_curve import kinetic_curve
from neoher.imaging.phases import PhaseChoice, PhaseRole
from neoher.volume.dynamic import Scale
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

SHAPE = (2, 3, 4)
GRID = Grid(SHAPE, (2.0, 1.0, 1.0), (0.0, 0.0, 0.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
CHOICE = PhaseChoice(
    0, 1, 2, (-60.0, 150.0, 450.0), (PhaseRole.PRE, PhaseRole.EARLY, PhaseRole.LATE), "injection"
)


def region(*places: tuple[int, int, int]) -> Mask:
    inside = np.zeros(SHAPE, dtype=bool)
    for place in places:
        inside[place] = True
    return Mask(inside, GRID, "L1", "box in case.yaml")


def phase(first: int, second: int, scale: Scale) -> tuple[np.ndarray, Scale]:
    stored = np.full(SHAPE, 30000, dtype=np.int16)  # outside the region; a sum of it would overflow int16
    stored[0, 1, 1], stored[1, 2, 3] = first, second
    return stored, scale


def test_the_curve_is_the_mean_signal_of_the_region_in_every_phase() -> None:
    phases = [phase(100, 300, Scale()), phase(50, 150, Scale(4.0, 40.0)), phase(250, 250, Scale(1.0, 50.0))]
    curve = kinetic_curve(phases.__getitem__, CHOICE, region((0, 1, 1), (1, 2, 3)))
    assert curve.times_s == (-60, 150, 450)
    assert curve.mean_signal == (200, 440, 300)
    # Of the mean signal: the voxels' own, 140 and 113 % early, have a mean of 127 %.
    assert curve.enhancement_percent == pytest.approx((0, 120, 50))
    assert curve.voxels == 2


def test_one_phase_at_a_time_is_asked_for_and_in_order() -> None:
    asked = []

    def load(index: int) -> tuple[np.ndarray, Scale]:
        asked.append(index)
        return phase(100, 100, Scale())

    kinetic_curve(load, CHOICE, region((0, 1, 1)))
    assert asked == [0, 1, 2]


def test_a_region_without_signal_before_contrast_has_no_enhancement() -> None:
    phases = [phase(0, 0, Scale()), phase(50, 50, Scale()), phase(60, 60, Scale())]
    curve = kinetic_curve(phases.__getitem__, CHOICE, region((0, 1, 1), (1, 2, 3)))
    assert curve.mean_signal == (0, 50, 60)
    assert curve.enhancement_percent is None


def test_bright_voxels_do_not_overflow_the_stored_number() -> None:
    full = np.full(SHAPE, 32767, dtype=np.int16)
    inside = Mask(np.ones(SHAPE, dtype=bool), GRID, "L1", "box")
    assert kinetic_curve(lambda _: (full, Scale()), CHOICE, inside).mean_signal == (32767, 32767, 32767)


def test_an_empty_region_is_refused() -> None:
    with pytest.raises(RegionError, match="no voxel"):
        kinetic_curve(lambda _: phase(1, 1, Scale()), CHOICE, region())


def test_a_phase_of_another_size_is_refused() -> None:
    with pytest.raises(GridMismatch, match="phase 0"):
        kinetic_curve(lambda _: (np.zeros((1, 3, 4), np.int16), Scale()), CHOICE, region((0, 1, 1)))
