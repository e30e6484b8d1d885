"""Signal that can be compared between phases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from neoher.errors import SeriesError
from neoher.intake.dynamic import find_dynamic


def philips(dataset: Dataset) -> Any:
    return dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)


def signal_of(loaded: Any) -> Any:
    slopes = np.array([scale.slope for scale in loaded.scales])[:, None, None, None]
    intercepts = np.array([scale.intercept for scale in loaded.scales])[:, None, None, None]
    return loaded.signal * slopes + intercepts


def test_philips_scaling_of_each_dynamic_is_undone(exam: Any, acquired_every_90_s: Any) -> None:
    # Each phase is scaled anew before it is stored: the same tissue would show 2 and 3 times as bright.
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        truth = np.full((6, 5), 120)
        dataset.PixelData = (truth * (phase + 1)).astype("<i2").tobytes()
        dataset.RescaleSlope, dataset.RescaleIntercept = 1.7, 0
        philips(dataset).add_new(0x0E, "FL", 0.25 * (phase + 1))

    found = find_dynamic(exam.phases(edit))
    assert np.allclose(signal_of(found.load([0, 1, 2])), 120 / 0.25)
    assert "philips-scale-slope" in {code for code, _ in found.time_axis.warnings}


def test_the_rescale_intercept_is_scaled_with_the_displayed_value(
    exam: Any, acquired_every_90_s: Any
) -> None:
    # FP = (PV * RS + RI) / (RS * SS) = (10 * 2 + 6) / (2 * 0.5) = 26
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.PixelData = np.full((6, 5), 10, dtype="<i2").tobytes()
        dataset.RescaleSlope, dataset.RescaleIntercept = 2, 6
        philips(dataset).add_new(0x0E, "FL", 0.5)

    assert np.allclose(signal_of(find_dynamic(exam.phases(edit)).load([0])), 26)


def test_philips_scaling_in_an_enhanced_object_is_undone(exam: Any) -> None:
    def edit(frame: Dataset, phase: int, _index: int) -> None:
        item = Dataset()
        block = philips(item)
        block.add_new(0x0E, "FL", float(2**phase))
        block.add_new(0xA0, "FL", 30.0 * phase)
        frame.add_new(0x20050014, "LO", "Philips MR Imaging DD 005")
        frame.add_new(0x2005140F, "SQ", Sequence([item]))

    dataset = exam.enhanced(edit)
    truth = np.repeat([1.0, 2.0, 4.0], 4 * 6 * 5) * 100
    dataset.PixelData = truth.astype("<i2").tobytes()
    found = find_dynamic(exam.save(dataset))
    assert [phase.start_s for phase in found.time_axis.phases] == [0.0, 30.0, 60.0]
    assert np.allclose(signal_of(found.load([0, 1, 2])), 100)


def test_a_scale_that_only_some_images_state_is_refused(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        if phase:
            philips(dataset).add_new(0x0E, "FL", 0.5)

    with pytest.raises(SeriesError, match="some do not"):
        find_dynamic(exam.phases(edit))
