"""Quality figures of a phantom that is still, moved by a known amount, noisy, or without fat suppression."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from neoher.imaging.phases import choose_phases
from neoher.imaging.quality import ExamQuality, QualityGrade, judge_quality
from neoher.volume.mask import Mask


def region_of(phantom: Any) -> Mask:
    box = Mask(phantom.truth, phantom.series.grid, "", "").bounding_box()
    assert box is not None
    inside = np.zeros(phantom.truth.shape, dtype=bool)
    inside[box] = True
    return Mask(inside, phantom.series.grid, "box", "box")


def judged(phantom: Any) -> ExamQuality:
    return judge_quality(phantom.series, choose_phases(phantom.series.time_axis), region_of(phantom))


def codes(quality: ExamQuality) -> set[str]:
    return {code for code, _ in quality.warnings}


def test_a_still_phantom_is_good(make_phantom: Any) -> None:
    quality = judged(make_phantom())
    assert quality.grade is QualityGrade.GOOD
    assert quality.warnings == ()
    assert quality.motion_early_mm is not None
    assert quality.motion_early_mm < 1.0
    # Noise of standard deviation 20 on tissue of 400.
    assert quality.signal_to_noise == pytest.approx(400 / 20, rel=0.25)
    assert quality.fat_signal_ratio is not None
    assert quality.fat_signal_ratio < 0.5


@pytest.mark.parametrize("moved", [(2.0, 0.0, 0.0), (0.0, 3.0, 0.0), (1.5, -2.0, 3.6)])
def test_motion_is_found_by_its_length(make_phantom: Any, moved: tuple[float, float, float]) -> None:
    quality = judged(make_phantom(moved_mm=moved))
    length = float(np.linalg.norm(moved))
    assert quality.motion_early_mm == pytest.approx(length, abs=0.8)
    assert quality.motion_late_mm is not None
    assert quality.motion_late_mm < 1.0
    assert "motion-between-phases" in codes(quality)
    if length > 4:
        assert quality.grade is QualityGrade.POOR


def test_fat_as_bright_as_tissue_is_said(make_phantom: Any) -> None:
    assert "fat-not-suppressed" in codes(judged(make_phantom(fat=520.0)))


def test_noise_is_said(make_phantom: Any) -> None:
    phantom = make_phantom()
    noisy = phantom.series.signal + np.random.default_rng(1).normal(0, 80, phantom.series.signal.shape)
    quality = judged(replace(phantom, series=replace(phantom.series, signal=noisy.astype(np.float32))))
    assert "image-noise" in codes(quality)
    assert quality.grade is not QualityGrade.GOOD


def test_a_region_at_the_border_is_poor(make_phantom: Any) -> None:
    phantom = make_phantom()
    region = Mask(np.ones(phantom.truth.shape, dtype=bool), phantom.series.grid, "", "")
    quality = judge_quality(phantom.series, choose_phases(phantom.series.time_axis), region)
    assert quality.region_meets_edge
    assert "region-meets-image-edge" in codes(quality)
    assert quality.grade is QualityGrade.POOR


def test_timing_and_a_missing_late_phase_limit(make_phantom: Any) -> None:
    phantom = make_phantom()
    without = choose_phases(phantom.series.time_axis, phases=(0, 1))
    quality = judge_quality(phantom.series, without, region_of(phantom))
    assert quality.motion_late_mm is None
    assert quality.grade is QualityGrade.LIMITED
    choice = choose_phases(phantom.series.time_axis)
    early_late = replace(choice, times_s=(-50.0, 60.0, 250.0))
    quality = judge_quality(phantom.series, early_late, region_of(phantom))
    assert not quality.early_in_window
    assert "late-phase-timing" in codes(quality)
    # Exactly on the limits both are fine.
    on_limits = judge_quality(
        phantom.series, replace(choice, times_s=(-50.0, 90.0, 300.0)), region_of(phantom)
    )
    assert on_limits.grade is QualityGrade.GOOD
