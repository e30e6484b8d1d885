"""A simulated exam must be as hard as a real one: noise, parenchyma, vessels, partial volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from neoher.simulate.course import Plan, PlannedVisit, plan_patient
from neoher.simulate.mr.scanner import SCANNERS, Vendor
from neoher.simulate.mr.truth import VisitTruth, truth_of
from neoher.simulate.mr.visit import Scene, SimulatedVisit


@dataclass(frozen=True)
class Baseline:
    """A patient's first visit."""

    plan: Plan
    scene: Scene
    visit: PlannedVisit
    scanned: SimulatedVisit
    truth: VisitTruth


@pytest.fixture(scope="module", params=list(Vendor), ids=str)
def baseline(request: pytest.FixtureRequest) -> Baseline:
    """Seed 4 at baseline on each scanner."""
    plan, scanner = plan_patient(4), SCANNERS[request.param]
    scene, visit = Scene(plan.breast, scanner), plan.visits[0]
    scanned = scene.visit(visit.tumour, visit.kinetics, visit.snr, np.random.default_rng(visit.noise_seed))
    truth = truth_of(visit.followed(plan.breast), scanner, scanned, visit.kinetics, visit.snr)
    return Baseline(plan, scene, visit, scanned, truth)


def _enhancement(baseline: Baseline) -> np.ndarray:
    before = baseline.scanned.noise_free[baseline.truth.pre].astype(float)
    early = baseline.scanned.noise_free[baseline.truth.early].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * (early - before) / before


def test_parenchyma_has_the_noise_of_a_clinical_scan(baseline: Baseline) -> None:
    gland = baseline.scanned.gland_share > 0.999
    before = baseline.scanned.noise_free[0][gland].astype(float)
    noise = baseline.scanned.signal[0][gland] - before
    assert 10 <= before.mean() / noise.std() <= 25


def test_background_enhancement_is_speckled_between_10_and_60_percent(baseline: Baseline) -> None:
    enhancement = _enhancement(baseline)[baseline.scanned.gland_share > 0.999]
    low, high = np.percentile(enhancement, [2.5, 97.5])
    assert low >= 10
    assert high <= 60
    assert high - low > 10


def test_the_tumour_enhances_between_80_and_250_percent_with_a_brighter_rim(baseline: Baseline) -> None:
    enhancement = _enhancement(baseline)
    whole = baseline.scanned.tumour_share > 0.999
    assert enhancement[whole].min() >= 80
    assert enhancement[whole].max() <= 250
    assert np.ptp(np.percentile(enhancement[whole], [5, 95])) > 30
    points = baseline.scene.centres[whole]
    depth = baseline.visit.tumour.depth_share(points)
    rim, core = enhancement[whole][depth < 0.2], enhancement[whole][depth > 0.5]
    assert rim.mean() > core.mean() + 10


def test_the_region_holds_a_vessel_and_enhancing_parenchyma(baseline: Baseline) -> None:
    voi = baseline.plan.breast.voi.holds(baseline.scene.centres)
    vessel = baseline.scene.vessels > 0.3
    assert (voi & vessel).sum() > 20
    assert (_enhancement(baseline)[voi & vessel] > 70).mean() > 0.8
    assert (baseline.scanned.gland_share[voi] > 0.5).mean() > 0.1


def test_what_is_omitted_is_the_vessel_and_none_of_the_tumour(baseline: Baseline) -> None:
    omit = baseline.plan.breast.omit.holds(baseline.scene.centres)
    voi = baseline.plan.breast.voi.holds(baseline.scene.centres)
    assert not (omit & (baseline.scanned.tumour_share > 0)).any()
    assert not (voi & ~omit & (baseline.scene.vessels > 0)).any()


def test_the_edge_of_the_tumour_is_made_of_partial_voxels(baseline: Baseline) -> None:
    share = baseline.scanned.tumour_share
    partial = (share > 0.02) & (share < 0.98)
    assert partial.sum() > 0.1 * (share >= 0.98).sum()


def test_noise_is_rician_in_air(baseline: Baseline) -> None:
    # The magnitude of complex noise alone follows Rayleigh's law: mean = sd x sqrt(pi/2).
    air = baseline.scanned.noise_free[0] < 1e-3
    assert air.any()
    mean = baseline.scanned.signal[0][air].mean()
    assert abs(mean / (baseline.scanned.noise_sd * np.sqrt(np.pi / 2)) - 1) < 0.02


def test_motion_shifts_the_phase_and_not_the_truth(baseline: Baseline) -> None:
    visit, scanner = baseline.visit, baseline.scene.scanner
    rows = scanner.grid.spacing_mm[1]
    # Two whole rows along the grid's row axis, in the second phase alone.
    step = tuple(float(2 * rows * part) for part in scanner.grid.axes[1])
    moved = tuple(step if phase == 1 else (0.0, 0.0, 0.0) for phase in range(len(scanner.times_s)))
    random = np.random.default_rng(visit.noise_seed)
    scanned = baseline.scene.visit(visit.tumour, visit.kinetics, visit.snr, random, moved)
    assert np.array_equal(scanned.noise_free, baseline.scanned.noise_free)
    assert np.array_equal(scanned.signal[0], baseline.scanned.signal[0])
    noise = 4 * scanned.noise_sd
    difference = scanned.signal[1][:, 2:].astype(float) - baseline.scanned.noise_free[1][:, :-2]
    assert np.median(np.abs(difference)) < noise
    still = scanned.signal[1].astype(float) - baseline.scanned.noise_free[1]
    assert np.abs(still).std() > 1.5 * np.abs(difference).std()
