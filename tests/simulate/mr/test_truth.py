"""The truth of a visit, of a box of enhancing voxels whose every number follows from its sides."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from neoher.simulate.course import plan_patient
from neoher.simulate.mr.scanner import SCANNERS, Vendor
from neoher.simulate.mr.truth import VisitTruth, truth_of
from neoher.simulate.mr.visit import SimulatedVisit
from neoher.volume.grid import Grid

BOX = (4, 10, 20)
"""Slices, rows, columns; a single voxel lies apart."""
SPACING = (2.0, 1.0, 1.0)
TIMES = 5


@pytest.fixture(scope="module")
def truth() -> VisitTruth:
    """A box of signal 100, which rises to 300 early, in its half to 250 and in the other to 350 late."""
    plan = plan_patient(1)
    low = np.asarray(plan.breast.voi.lower)
    grid = Grid(
        (10, 30, 40),
        SPACING,
        (float(low[0]) + 1, float(low[1]) + 1, float(low[2]) + 1),
        ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
    )
    scanner = replace(
        SCANNERS[Vendor.SIEMENS],
        grid=grid,
        first_start_s=-60.0,
        post_starts_s=(0.0, 120.0, 240.0, 420.0),
        phase_duration_s=60.0,
    )
    inside = np.zeros(grid.shape, dtype=bool)
    inside[2 : 2 + BOX[0], 3 : 3 + BOX[1], 5 : 5 + BOX[2]] = True
    inside[2, 3, 30] = True
    signal = np.full((TIMES, *grid.shape), 100.0, dtype=np.float32)
    signal[2, inside] = 300.0
    falling = inside.copy()
    falling[..., 15:] = False
    signal[4, inside], signal[4, falling] = 350.0, 250.0
    gland = (~inside).astype(float)
    visit = SimulatedVisit(signal.astype(np.int16), signal, inside.astype(float), gland, 1.0)
    followed = plan.visits[0].followed(plan.breast)
    return truth_of(followed, scanner, visit, plan.visits[0].kinetics, 20.0)


def test_extent_and_parts(truth: VisitTruth) -> None:
    voxels = math.prod(BOX)
    assert truth.reference_voxels == voxels + 1
    assert (truth.parts, truth.fragments) == (2, 1)
    assert truth.ftv_reference_cc == pytest.approx((voxels + 1) * 0.002)
    assert truth.fragments_hull_cc == pytest.approx(voxels * 0.002)
    # The box's diagonal from voxel centre to voxel centre, and one voxel's extent along it.
    sides = [(count - 1) * step for count, step in zip(BOX, SPACING, strict=True)]
    diagonal = math.dist(sides, (0, 0, 0))
    extent = min(step * diagonal / side for step, side in zip(SPACING, sides, strict=True))
    assert truth.longest_diameter_3d_mm == pytest.approx(diagonal + extent)
    in_plane = math.hypot(9.0, 19.0)
    assert truth.longest_diameter_in_plane_mm == pytest.approx(in_plane + in_plane / 19.0)
    # With the voxel apart, from column 5 to column 30 in the same slice, the farther corner 9 rows away.
    whole = math.hypot(9.0, 25.0)
    assert truth.reference_diameter_in_plane_mm == pytest.approx(whole + whole / 25.0)
    assert truth.reference_diameter_3d_mm is not None
    assert truth.reference_diameter_3d_mm > truth.longest_diameter_3d_mm


def test_uptake(truth: VisitTruth) -> None:
    voxels = math.prod(BOX) + 1
    falling = math.prod(BOX) // 2
    assert truth.reference_pe_percent == pytest.approx((200.0, 200.0))
    assert truth.reference_washout_percent == pytest.approx(100 * falling / voxels)
    late = (250 * falling + 350 * (voxels - falling)) / voxels - 100
    assert truth.reference_curve_percent == pytest.approx((0.0, 0.0, 200.0, 0.0, late))


def test_sphericity_of_a_box_is_that_of_its_mesh(truth: VisitTruth) -> None:
    # A sharp box of these sides; the mesh halfway between voxels cuts its edges, and holds the voxel apart.
    a, b, c = (count * step for count, step in zip(BOX, SPACING, strict=True))
    sharp = math.pi ** (1 / 3) * (6 * a * b * c) ** (2 / 3) / (2 * (a * b + b * c + a * c))
    assert truth.sphericity == pytest.approx(sharp, rel=0.08)
