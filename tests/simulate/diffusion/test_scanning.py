"""Diffusion of simulated tumours: what is written in every vendor's form is read back as it is true."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from neoher.measure.adc import AdcInputs, compute
from neoher.simulate.course import Course, Plan, plan_patient
from neoher.simulate.diffusion.course import tumour_adc_1e6
from neoher.simulate.diffusion.dicom_writing import write_diffusion, write_outlines
from neoher.simulate.diffusion.forms import MAPS, DiffusionForm
from neoher.simulate.diffusion.scanning import (
    DiffusionScene,
    DiffusionTruth,
    ScannedDiffusion,
    region_truth,
)
from neoher.simulate.mr.dicom_writing import ExamHeader
from neoher.simulate.mr.scanner import SCANNERS, Vendor

ADC = 960.0
HEADER = ExamHeader("P1", 1976, 3, "T0", dt.datetime(2025, 2, 8, 10, 15, 30))
SIEMENS = SCANNERS[Vendor.SIEMENS]


@dataclass(frozen=True)
class Made:
    """A scanned baseline and what holds in it."""

    plan: Plan
    scene: DiffusionScene
    scanned: ScannedDiffusion
    truth: DiffusionTruth
    inside: NDArray[np.bool_]


@pytest.fixture(scope="module")
def made() -> Made:
    plan = plan_patient(3)
    scene = DiffusionScene(plan.breast)
    scanned = scene.scan(plan.visits[0].tumour, ADC, np.random.default_rng(1))
    found = region_truth(scanned, plan.visits[0].followed(plan.breast), "standard")
    assert found is not None
    return Made(plan, scene, scanned, *found)


@pytest.mark.parametrize("form", list(DiffusionForm), ids=str)
def test_the_coefficient_is_recovered_in_every_form(form: DiffusionForm, made: Made, tmp_path: Path) -> None:
    count = write_diffusion(tmp_path / "images", HEADER, SIEMENS, made.scanned, form)
    outlines = tmp_path / "outlines.dcm"
    write_outlines(outlines, HEADER, SIEMENS, {"L2": ~made.inside, "L1": made.inside})

    inputs = AdcInputs.model_validate({"path": tmp_path / "images", "region": f"{outlines}#L1"})
    conclusion = compute(inputs)

    value = conclusion.value
    assert value is not None
    assert count == (30 if form in MAPS else 30 * (1 + 3 * 3))
    assert value.voxels == made.truth.region_voxels
    assert value.volume_cc == pytest.approx(made.truth.region_cc)
    assert value.mean == pytest.approx(made.truth.adc_mean, rel=0.01)
    assert value.median == pytest.approx(made.truth.adc_median, rel=0.01)
    # Noise widens the spread: the lower percentiles come out lower.
    assert value.p15 == pytest.approx(made.truth.adc_p15, rel=0.02)
    assert value.p25 == pytest.approx(made.truth.adc_p25, rel=0.02)
    codes = {caution.code for caution in conclusion.warnings}
    assert ("unit-not-stated" in codes) == (form is DiffusionForm.MAP_WITHOUT_UNIT)


@pytest.mark.parametrize(
    "form", [DiffusionForm.SIEMENS_PRIVATE, DiffusionForm.GE_PRIVATE, DiffusionForm.PHILIPS_PRIVATE], ids=str
)
def test_a_private_form_states_no_standard_b_value(form: DiffusionForm, made: Made, tmp_path: Path) -> None:
    write_diffusion(tmp_path / "images", HEADER, SIEMENS, made.scanned, form)
    last = pydicom.dcmread(sorted((tmp_path / "images").iterdir())[-1])
    assert "DiffusionBValue" not in last
    stated = {
        DiffusionForm.SIEMENS_PRIVATE: (0x0019100C, 800),
        DiffusionForm.GE_PRIVATE: (0x00431039, [1_000_000_800, 8, 0, 0]),
        DiffusionForm.PHILIPS_PRIVATE: (0x20011003, 800.0),
    }
    tag, expected = stated[form]
    assert last[tag].value == expected


def test_the_signal_of_the_tumour_decays_by_its_coefficient(made: Made) -> None:
    at_0, at_800 = made.scanned.signal[0][0], made.scanned.signal[3]
    decay = np.log(at_0[made.inside].mean() / at_800[:, made.inside].mean())
    # The mean over directions and voxels of different decays is a little above the decay of their mean.
    assert decay / 800e-6 == pytest.approx(made.truth.adc_mean, rel=0.02)


def test_the_region_is_tumour_alone_and_none_where_it_is_gone(made: Made) -> None:
    assert (made.scanned.tumour_share[made.inside] >= 0.97).all()
    assert made.truth.region_voxels > 100
    gone = made.plan.visits[3]
    scanned = made.scene.scan(gone.tumour, ADC, np.random.default_rng(1))
    assert not scanned.tumour_share.any()
    assert region_truth(scanned, gone.followed(made.plan.breast), "standard") is None


def test_the_coefficient_rises_where_the_tumour_answers_and_stays_where_it_grows() -> None:
    answering = list(tumour_adc_1e6(plan_patient(1, Course.CONCENTRIC_SHRINKAGE)).values())
    growing = set(tumour_adc_1e6(plan_patient(1, Course.PROGRESSION)).values())
    assert answering == sorted(answering)
    assert answering[-1] > 1.3 * answering[0]
    assert len(growing) == 1
