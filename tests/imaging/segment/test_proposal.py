"""Proposals on a phantom of known truth and on simulated tumours."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.errors import InputError, RegionError
from neoher.imaging.phases import choose_phases
from neoher.imaging.segment.proposal import Proposal, propose_tumour
from neoher.volume.dynamic import Scale
from neoher.volume.mask import Mask

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return 2 * int((one & other).sum()) / (int(one.sum()) + int(other.sum()))


@pytest.fixture(scope="module")
def still(make_phantom: Any) -> Any:
    return make_phantom()


def proposed(phantom: Any, **given: Any) -> Proposal:
    return propose_tumour(phantom.series, choose_phases(phantom.series.time_axis), **given)


def test_both_balls_are_found_from_a_click_on_either_and_the_vessel_is_left_out(still: Any) -> None:
    for click, first_is_larger in ((still.large_mm, True), (still.small_mm, False)):
        proposal = proposed(still, at_mm=click)
        assert dice(proposal.extent.inside, still.truth) > 0.93
        assert not (proposal.extent.inside & still.vessel & ~still.truth).any()
        assert not (proposal.extent.inside & still.skin).any()
        assert len(proposal.foci) == 2
        assert (proposal.foci[0].voxels > proposal.foci[1].voxels) is first_is_larger
        assert not (proposal.foci[0].inside & proposal.foci[1].inside).any()
        assert sum(focus.voxels for focus in proposal.foci) == proposal.extent.voxels
        assert 0.8 < proposal.confidence.score <= 1
        assert proposal.extent.source.startswith("proposed")


def test_enhancement_is_that_of_the_phantom(still: Any) -> None:
    proposal = proposed(still, at_mm=still.large_mm)
    assert proposal.early_percent == pytest.approx(160, rel=0.12)
    assert proposal.around_percent < 40


def test_nothing_outside_a_box_is_proposed(still: Any) -> None:
    box = np.zeros(still.truth.shape, dtype=bool)
    where = Mask(still.truth, still.series.grid, "", "").bounding_box()
    assert where is not None
    middle = (where[2].start + where[2].stop) // 2
    # The half of the box that holds the larger ball.
    box[where[0], where[1], middle : where[2].stop] = True
    proposal = proposed(still, box=Mask(box, still.series.grid, "box", "box"))
    assert not (proposal.extent.inside & ~box).any()
    assert dice(proposal.extent.inside, still.truth & box) > 0.9


def test_the_unit_of_the_signal_does_not_matter(still: Any) -> None:
    scaled = replace(still.series, scales=(Scale(2.5, 0.0),) * 3)
    one = proposed(still, at_mm=still.large_mm)
    other = propose_tumour(scaled, choose_phases(scaled.time_axis), at_mm=still.large_mm)
    assert dice(one.extent.inside, other.extent.inside) > 0.999


def test_the_order_of_slices_and_columns_does_not_matter(still: Any) -> None:
    grid = still.series.grid
    last = grid.to_patient(np.array([[grid.shape[0] - 1.0, 0.0, grid.shape[2] - 1.0]]))[0]
    turned_grid = replace(
        grid,
        origin_mm=tuple(last.tolist()),
        axes=(tuple(-a for a in grid.axes[0]), grid.axes[1], tuple(-a for a in grid.axes[2])),
    )
    turned = replace(still.series, grid=turned_grid, signal=still.series.signal[:, ::-1, :, ::-1])
    other = propose_tumour(turned, choose_phases(turned.time_axis), at_mm=still.large_mm)
    one = proposed(still, at_mm=still.large_mm)
    assert dice(one.extent.inside, other.extent.inside[::-1, :, ::-1]) > 0.98


def test_without_a_late_phase_the_early_one_decides(still: Any) -> None:
    choice = choose_phases(still.series.time_axis, phases=(0, 1))
    proposal = propose_tumour(still.series, choice, at_mm=still.large_mm)
    assert dice(proposal.extent.inside, still.truth) > 0.9


def test_where_nothing_enhances_nothing_is_proposed(still: Any) -> None:
    with pytest.raises(RegionError, match="nothing enhances"):
        proposed(still, at_mm=(0.0, 27.0, 0.0))


def test_a_click_beside_the_image_and_a_missing_or_double_start_are_refused(still: Any) -> None:
    with pytest.raises(RegionError, match="outside the image"):
        proposed(still, at_mm=(500.0, 0.0, 0.0))
    with pytest.raises(InputError, match="a point or a box"):
        proposed(still)
    whole = Mask(np.ones(still.truth.shape, dtype=bool), still.series.grid, "", "")
    with pytest.raises(InputError, match="a point or a box"):
        proposed(still, at_mm=still.large_mm, box=whole)


def test_more_noise_makes_less_confident(still: Any) -> None:
    random = np.random.default_rng(3)
    noisy = still.series.signal + random.normal(0, 130, still.series.signal.shape)
    loud = replace(still.series, signal=np.abs(noisy).astype(np.float32))
    poor = propose_tumour(loud, choose_phases(loud.time_axis), at_mm=still.large_mm)
    assert poor.confidence.score < proposed(still, at_mm=still.large_mm).confidence.score - 0.1


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 11])
def test_fragmented_and_non_mass_tumours_as_simulated(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The whole table of 60 is printed by scripts/proposal_table.py.
    monkeypatch.syspath_prepend(str(SCRIPTS))
    spec = importlib.util.spec_from_file_location("proposal_cases", SCRIPTS / "proposal_cases.py")
    assert spec is not None
    assert spec.loader is not None
    cases = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "proposal_cases", cases)
    spec.loader.exec_module(cases)
    case = cases.simulated_tumour(seed)
    proposal = propose_tumour(case.series, choose_phases(case.series.time_axis), at_mm=case.click_mm)
    assert dice(proposal.extent.inside, case.truth) >= 0.85
    assert len(proposal.foci) > 1
