"""What the software measures on simulated PET, through DICOM, against its truth, by form and lesion size."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from neoher.measure.case import measure_case
from neoher.measure.suv import SuvInputs, SuvValue, compute
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case
from neoher.simulate.course import plan_patient
from neoher.simulate.pet.case_text import pet_exam_text
from neoher.simulate.pet.course import plan_pets
from neoher.simulate.pet.dicom_writing import PetHeader
from neoher.simulate.pet.exam import PET_GRID, PetTruth, patient_lesions, write_pet_exam
from neoher.simulate.pet.phantom import BALL_SUV, DIAMETERS_MM, write_size_phantom
from neoher.simulate.pet.scanning import PetScene
from neoher.simulate.pet.tracer import FDG, PERTUZUMAB, TRASTUZUMAB, Tracer
from neoher.simulate.pet.truth import LesionTruth
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS

LIMIT = 0.005
FORMS = tuple(VENDOR_FORMS)
MOMENTS = {
    "in the morning": dt.datetime(2025, 2, 11, 9, 41, 20),
    "over midnight": dt.datetime(2025, 2, 28, 23, 25, 0),
    "over the end of the year": dt.datetime(2025, 12, 30, 23, 10, 0),
}


def _measured(folder: Path, form: str, **stated: dt.datetime) -> SuvValue | None:
    inputs = SuvInputs(path=folder / form, region=(str(folder / "regions.dcm"),), **stated)
    return compute(inputs).value


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
@pytest.mark.parametrize("tracer", [FDG, TRASTUZUMAB, PERTUZUMAB], ids=lambda one: str(one.name))
def test_every_form_of_one_scan_gives_the_suv_that_was_written(
    tracer: Tracer, moment: dt.datetime, tmp_path: Path
) -> None:
    truths = write_size_phantom(tmp_path, tracer, FORMS, seed=3, injected_at=moment)
    for form in FORMS:
        value = _measured(tmp_path, form)
        if form == "no-injection-date" and tracer is not FDG:
            assert value is None
            value = _measured(tmp_path, form, injected_at=moment)
        assert value is not None, form
        by_name = {region.name: region for region in value.regions}
        assert set(by_name) == {truth.lesion for truth in truths}
        for truth in truths:
            region = by_name[truth.lesion]
            assert region.max == pytest.approx(truth.written.suvmax, rel=LIMIT), form
            assert region.peak == pytest.approx(truth.written.suvpeak, rel=LIMIT), form
            assert region.mean == pytest.approx(truth.written.suvmean, rel=LIMIT), form
            assert region.volume_cc == pytest.approx(truth.region_cc, rel=1e-9), form


def test_a_slow_tracer_without_its_injections_date_gives_no_suv_and_says_why(tmp_path: Path) -> None:
    write_size_phantom(
        tmp_path, PERTUZUMAB, ("no-injection-date",), seed=1, injected_at=MOMENTS["in the morning"]
    )
    conclusion = compute(
        SuvInputs(path=tmp_path / "no-injection-date", region=(str(tmp_path / "regions.dcm"),))
    )
    assert conclusion.value is None
    assert conclusion.missing == ("injected_at",)
    assert "injection-date-missing" in {caution.code for caution in conclusion.warnings}


def test_a_lesion_shows_the_more_of_its_uptake_the_larger_it_is(tmp_path: Path) -> None:
    shown: dict[str, list[float]] = {"max": [], "peak": [], "mean": []}
    seeds = range(1, 5)
    by_size: dict[float, list[tuple[float, float, float]]] = {size: [] for size in DIAMETERS_MM}
    for seed in seeds:
        folder = tmp_path / str(seed)
        truths = write_size_phantom(
            folder, FDG, ("bqml-start",), seed=seed, injected_at=MOMENTS["in the morning"]
        )
        value = _measured(folder, "bqml-start")
        assert value is not None
        for size, truth, region in zip(DIAMETERS_MM, truths, value.regions, strict=True):
            assert region.max is not None
            assert region.peak is not None
            assert region.mean is not None
            assert truth.diameter_mm == pytest.approx(size, rel=0.01)
            by_size[size].append((region.max / BALL_SUV, region.peak / BALL_SUV, region.mean / BALL_SUV))
    for values in by_size.values():
        for name, of_seeds in zip(shown, zip(*values, strict=True), strict=True):
            shown[name].append(sum(of_seeds) / len(of_seeds))
    assert shown["peak"] == sorted(shown["peak"])
    # The region of a ball of 10 mm is few voxels, whose mean depends on how they lie.
    assert shown["mean"][1:] == sorted(shown["mean"][1:])
    # A ball three times the resolution wide shows all of its uptake in the peak, one of 10 mm a part.
    assert shown["peak"][-1] == pytest.approx(1.0, abs=0.03)
    assert 0.3 < shown["peak"][0] < 0.6
    # Noise lifts the maximum above the truth where nothing is lost.
    assert shown["max"][-1] > 1.02


def test_the_exams_of_a_case_are_measured_as_they_were_written(tmp_path: Path) -> None:
    truths = _write_case(tmp_path)
    results = measure_case(tmp_path, read_case(tmp_path), Measurements())
    measured = {(one.exam.id, one.lesion): one for one in results}
    assert set(measured) == {(exam, one.lesion) for exam, truth in truths.items() for one in truth.lesions}
    for exam, truth in truths.items():
        for one in truth.lesions:
            result = measured[exam, one.lesion]
            assert result.measurement is not None, result.problem
            found = {quantity.name: quantity.value for quantity in result.measurement.quantities}
            for name, expected in _quantities(one).items():
                assert found[name] == pytest.approx(expected, rel=LIMIT), (exam, one.lesion, name)
            # SUL by Janmahasatian (PMID 16176118), worked here: 9270 W / (8780 + 244 BMI), a woman.
            weight, height = truth.weight_kg, truth.height_m
            lean = 9270 * weight / (8780 + 244 * weight / height**2)
            assert found["sulpeak"] == pytest.approx(one.written.suvpeak * lean / weight, rel=LIMIT)
            stored = SuvValue.model_validate(result.measurement.conclusion.value)
            means = {reference.name: reference.mean for reference in stored.references}
            for organ in truth.organs:
                if organ.name != "kidney":
                    assert means[organ.name] == pytest.approx(organ.written_mean, rel=LIMIT)
            region = stored.regions[0]
            assert region.tumour_to_liver == pytest.approx(
                one.written.suvpeak / truth.organs[0].written_mean, rel=LIMIT
            )


def _quantities(truth: LesionTruth) -> dict[str, float]:
    return {
        "suvmax": truth.written.suvmax,
        "suvpeak": truth.written.suvpeak,
        "suvmean": truth.written.suvmean,
        "pet_volume": truth.region_cc,
        "tlg": truth.written.suvmean * truth.region_cc,
    }


def _write_case(folder: Path) -> dict[str, PetTruth]:
    """FDG and HER2 PET of a patient before therapy, without the other exams."""
    plan = plan_patient(7)
    physique, pets = plan_pets(plan, "bqml-start")
    scene = PetScene(PET_GRID)
    truths, entries = {}, []
    for pet in pets[:2]:
        header = PetHeader("P7", 1976, 7, pet.id, physique, pet.administration, pet.times)
        lesions = patient_lesions(pet, plan.breast.tumour, distant=False)
        _, truth = write_pet_exam(folder / pet.folder, pet, header, scene, lesions)
        truths[pet.id] = truth
        entries.append(pet_exam_text(pet, truth, physique))
    stated = "\n".join(
        ["neoher: 1", "patient: {id: P7, sex: female}", "lesions: [{id: L1}, {id: N1}]", "exams:", *entries]
    )
    (folder / "case.yaml").write_text(stated)
    return truths
