"""The patient's PET exams on disk: files, regions and truth agree."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from neoher.errors import InputError
from neoher.record.exam import PtExam
from neoher.record.reading.case_file import read_case_text
from neoher.simulate.course import Course, plan_patient
from neoher.simulate.patient import simulate_patient
from neoher.simulate.pet.case_text import pet_exam_text
from neoher.simulate.pet.course import plan_pets
from neoher.simulate.pet.dicom_writing import PetHeader
from neoher.simulate.pet.exam import (
    CT_GRID,
    PET_GRID,
    REGIONS_FILE,
    PetTruth,
    PlannedPet,
    ct_organs,
    patient_lesions,
    write_pet_exam,
)
from neoher.simulate.pet.scanning import PetScene

Array = NDArray[np.float64]
ReadSuv = Callable[[Path], "Array | None"]


@dataclasses.dataclass(frozen=True)
class Made:
    """One exam of seed 5 with a metastasis."""

    pet: PlannedPet
    header: PetHeader
    truth: PetTruth
    folder: Path
    objects: int


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, ...]:
    """FDG before therapy, HER2 PET, FDG after the first cycle, each in another form."""
    plan = plan_patient(5)
    place = tmp_path_factory.mktemp("pet")
    physique, pets = plan_pets(plan, "bqml-start")
    scene, ct = PetScene(PET_GRID), ct_organs()
    made = []
    for planned, form in zip(pets, ("philips-counts", "no-injection-date", "gml-suvbw"), strict=True):
        pet = dataclasses.replace(planned, form=form)
        header = PetHeader("P5", 1976, 5, pet.id, physique, pet.administration, pet.times)
        lesions = patient_lesions(pet, plan.breast.tumour, distant=True)
        objects, truth = write_pet_exam(place / pet.id, pet, header, scene, lesions, () if made else ct)
        made.append(Made(pet, header, truth, place / pet.id, objects))
    return tuple(made)


def test_the_exams_come_in_the_order_of_the_course(exams: tuple[Made, ...]) -> None:
    assert [made.pet.id for made in exams] == ["PT-T0-FDG", "PT-T0-HER2", "PT-T1-FDG"]
    fdg, her2, response = (made.pet for made in exams)
    start = plan_patient(5).start
    assert fdg.times.start.date() < start
    assert her2.times.start.date() < start < response.times.start.date() < start + dt.timedelta(days=21)
    # 89Zr-pertuzumab is imaged 5 to 8 days after the injection (knowledge 4.1).
    assert 5 <= (her2.times.start - her2.administration.injected_at).days <= 8
    for pet in (fdg, response):
        waited = (pet.times.start - pet.administration.injected_at).total_seconds() / 60
        assert 50 <= waited <= 70


def test_regions_and_truth_are_those_of_the_written_files(
    exams: tuple[Made, ...], suv_by_the_tags: ReadSuv
) -> None:
    for made in exams:
        if made.pet.form == "no-injection-date":
            continue
        suv = suv_by_the_tags(made.folder / "pet")
        assert suv is not None
        masks = _masks(made.folder / REGIONS_FILE)
        assert [one.lesion for one in made.truth.lesions] == ["L1", "N1", "M1"]
        for one in made.truth.lesions:
            inside = masks[one.lesion]
            assert int(inside.sum()) == one.region_voxels
            assert suv[inside].max() == pytest.approx(one.written.suvmax, rel=1e-4)
            assert suv[inside].mean() == pytest.approx(one.written.suvmean, rel=1e-4)
        for organ in made.truth.organs:
            inside = masks[organ.name]
            assert suv[inside].mean() == pytest.approx(organ.written_mean, rel=1e-4)
            assert suv[inside].std(ddof=1) == pytest.approx(organ.written_sd, rel=1e-3)
            assert organ.expected_mean == pytest.approx(organ.suv, rel=0.03)


def test_a_scan_without_the_injections_date_states_it_nowhere(exams: tuple[Made, ...]) -> None:
    made = exams[1]
    injected = made.pet.administration.injected_at
    text = pet_exam_text(made.pet, made.truth, made.header.physique)
    assert "injected_at" not in text
    for written in [*(made.folder / "pet").glob("*.dcm"), made.folder / REGIONS_FILE]:
        assert injected.strftime("%Y%m%d").encode() not in written.read_bytes()


def test_the_record_states_what_the_technician_noted(exams: tuple[Made, ...]) -> None:
    made = exams[2]
    text = pet_exam_text(made.pet, made.truth, made.header.physique)
    case = read_case_text(
        "neoher: 1\npatient: {id: P5}\nlesions: [{id: L1}, {id: N1}, {id: M1}]\nexams:\n" + text
    )
    exam = case.exams[0]
    assert isinstance(exam, PtExam)
    assert exam.tracer == "18F-FDG"
    assert exam.injected_mbq is not None
    assert exam.residual_mbq is not None
    assert exam.residual_at is not None
    waited = 180 / 6586.2
    net = (exam.injected_mbq - exam.residual_mbq * 2**waited) * 1e6
    assert net == pytest.approx(made.truth.net_injected_bq, rel=1e-9)
    assert {region.segment for region in exam.regions if region.lesion} == {"L1", "N1", "M1"}


def test_what_is_true_of_the_lesion_follows_from_uptake_dose_weight_and_decay(
    exams: tuple[Made, ...],
) -> None:
    for made in exams:
        truth = made.truth
        for one in truth.lesions:
            expected = one.suv * truth.net_injected_bq / (truth.weight_kg * 1000)
            assert one.bq_per_ml_at_injection == pytest.approx(expected, rel=1e-12)
            left = 2 ** (-truth.uptake_s / truth.half_life_s)
            assert one.bq_per_ml_at_scan == pytest.approx(expected * left, rel=1e-12)
            assert one.diameter_mm == pytest.approx((one.volume_cc * 6000 / np.pi) ** (1 / 3), rel=1e-12)
            assert one.recovery.suvmean == pytest.approx(one.expected.suvmean / one.suv, rel=1e-12)


def test_the_primary_is_as_large_as_on_mri(exams: tuple[Made, ...]) -> None:
    tumour = plan_patient(5).breast.tumour
    reach = np.linspace(-1.8, 1.8, 80) * tumour.radius_mm
    points = np.stack(np.meshgrid(reach, reach, reach), axis=-1).reshape(-1, 3) + tumour.centre_mm
    volume = (tumour.at(1.0).distance(points) < 0).mean() * (np.ptp(reach) * 80 / 79) ** 3 / 1000
    assert exams[0].truth.lesions[0].volume_cc == pytest.approx(volume, rel=0.02)


def test_the_ct_lies_where_the_pet_does(exams: tuple[Made, ...]) -> None:
    made = exams[0]
    slices = sorted((made.folder / "ct").glob("*.dcm"))
    assert len(slices) == CT_GRID.shape[0]
    assert [made.objects for made in exams] == [161, 81, 81]
    pet, ct = pydicom.dcmread(made.folder / "pet/0030.dcm"), pydicom.dcmread(slices[29])
    assert ct.FrameOfReferenceUID == pet.FrameOfReferenceUID
    assert ct.StudyInstanceUID == pet.StudyInstanceUID
    assert ct.ImagePositionPatient[2] == pet.ImagePositionPatient[2]
    hounsfield = ct.pixel_array * float(ct.RescaleSlope) + float(ct.RescaleIntercept)
    assert hounsfield.min() < -900
    assert 200 < hounsfield.max() < 700


def test_the_breath_blurs_every_scan_and_is_in_the_truth() -> None:
    plan = plan_patient(5)
    _, pets = plan_pets(plan, "bqml-start", 15.0)
    assert [pet.breathing_mm for pet in pets] == [15.0] * 3
    assert all(pet.imaging.breathing_mm == 15.0 for pet in pets)
    _, still = plan_pets(plan, "bqml-start")
    assert [pet.breathing_mm for pet in still] == [0.0] * 3


def test_uptake_falls_where_the_tumour_answers_and_not_where_it_grows() -> None:
    for course in (Course.FRAGMENTATION, Course.PROGRESSION):
        _, (first, _, second) = plan_pets(plan_patient(5, course), "bqml-start")
        assert (first.uptake, first.lesion_scale) == (1.0, 1.0)
        assert (second.uptake > 1.0) == (course is Course.PROGRESSION)
        assert (second.lesion_scale > 1.0) == (course is Course.PROGRESSION)


def test_nobody_breathes_by_a_negative_depth_or_a_forearm(tmp_path: Path) -> None:
    for depth in (-1.0, 200.0, float("nan")):
        with pytest.raises(InputError, match="is no breath"):
            simulate_patient(tmp_path / "case", breathing_mm=depth)
    assert not (tmp_path / "case").exists()


def test_no_form_of_that_name_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no form of PET is called 'becquerel'") as refused:
        simulate_patient(tmp_path / "case", pet_form="becquerel")
    assert "bqml-admin" in refused.value.remedy
    assert not (tmp_path / "case").exists()


def _masks(file: Path) -> dict[str, NDArray[np.bool_]]:
    """Each segment on the PET's grid, read by highdicom."""
    segmentation = highdicom.seg.segread(file)
    masks = {}
    for number in segmentation.segment_numbers:
        inside = np.zeros(PET_GRID.shape, dtype=np.bool_)
        frames = [
            (float(group.PlanePositionSequence[0].ImagePositionPatient[2]), frame)
            for group, frame in zip(
                segmentation.PerFrameFunctionalGroupsSequence, segmentation.pixel_array, strict=True
            )
            if group.SegmentIdentificationSequence[0].ReferencedSegmentNumber == number
        ]
        for z, frame in frames:
            inside[round((z - PET_GRID.origin_mm[2]) / PET_GRID.spacing_mm[0])] = frame > 0
        masks[segmentation.get_segment_description(number).segment_label] = inside
    return masks
