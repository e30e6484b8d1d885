"""Courses of disease: what happens to the tumour, and that each is recovered through DICOM."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from neoher.errors import InputError
from neoher.measure.case import measure_case
from neoher.record.checking import check_case
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case
from neoher.simulate.course import Course, Plan, plan_patient
from neoher.simulate.patient import DiffusionForm, Vendor, simulate_patient
from neoher.simulate.tumour.shape import TumourShape

SEED = 2
STEP_MM = 1.0
GONE = {Course.COMPLETE_RESPONSE, Course.CALCIFICATIONS_STAY}
HARD = {
    # Each with its diffusion in another form.
    Course.FRAGMENTATION: DiffusionForm.GE_PRIVATE,
    Course.NON_MASS_ENHANCEMENT: DiffusionForm.PHILIPS_PRIVATE,
    Course.PROGRESSION: DiffusionForm.MAP_WITHOUT_UNIT,
    Course.NEW_LESION: DiffusionForm.SIEMENS_PRIVATE,
}


@pytest.fixture(scope="module", params=list(Course), ids=str)
def plan(request: pytest.FixtureRequest) -> Plan:
    """The same patient on each course."""
    return plan_patient(SEED, request.param)


def _lattice(plan: Plan) -> NDArray[np.float64]:
    """Points STEP_MM apart over the whole breast, LPS mm, shape (x, y, z, 3)."""
    middle = plan.breast.tumour.centre_mm
    steps = np.arange(-46.0, 46.0, STEP_MM)
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1) + middle


def _inside(shape: TumourShape, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (shape.distance(points.reshape(-1, 3)) < 0).reshape(points.shape[:-1])


def test_volume_goes_the_way_of_the_course(plan: Plan) -> None:
    points = _lattice(plan)
    cc = [_inside(visit.tumour, points).sum() * STEP_MM**3 / 1000 for visit in plan.visits]
    steps = np.diff(cc)
    assert (steps > 0).all() if plan.course is Course.PROGRESSION else (steps < 0).all()
    assert (cc[-1] == 0) == (plan.course in GONE)
    if plan.course not in {Course.FRAGMENTATION, *GONE}:
        expected = [visit.scale**3 for visit in plan.visits]
        # Of a segment the size says what share is filled on average over many.
        limit = 0.3 if plan.course is Course.NON_MASS_ENHANCEMENT else 0.02
        assert np.array(cc) / cc[0] == pytest.approx(expected, rel=limit)


def test_the_tumour_stays_inside_its_volume_of_interest_and_out_of_what_is_omitted(plan: Plan) -> None:
    points = _lattice(plan)
    inside_voi, omitted = plan.breast.voi.holds(points), plan.breast.omit.holds(points)
    for visit in plan.visits:
        tumour = _inside(visit.tumour, points)
        assert not (tumour & ~inside_voi).any()
        assert not (tumour & omitted).any()


def test_islands_lie_apart_within_the_former_mass() -> None:
    plan = plan_patient(SEED, Course.FRAGMENTATION)
    points = _lattice(plan)
    first, _, third, last = (_inside(visit.tumour, points) for visit in plan.visits)
    for islands in (third, last):
        _, count = ndimage.label(islands, structure=np.ones((3, 3, 3)))
        assert count == 5
        # All but the tips of spicules lies where the mass was, and they span most of it.
        assert (islands & first).sum() > 0.9 * islands.sum()
        assert np.ptp(np.argwhere(islands), axis=0).max() > 0.7 * np.ptp(np.argwhere(first), axis=0).max()


def test_a_segment_empties_within_its_outline() -> None:
    plan = plan_patient(SEED, Course.NON_MASS_ENHANCEMENT)
    points = _lattice(plan)
    filled = [_inside(visit.tumour, points) for visit in plan.visits]
    for earlier, later in itertools.pairwise(filled):
        assert not (later & ~earlier).any()
    spans = [np.ptp(np.argwhere(one), axis=0).max() for one in filled]
    assert spans[2] > 0.9 * spans[0]
    _, count = ndimage.label(filled[0])
    _, later_count = ndimage.label(filled[3])
    assert later_count > count >= 1


def test_a_new_lesion_comes_late_and_apart_from_the_known_one() -> None:
    plan = plan_patient(SEED, Course.NEW_LESION)
    points = _lattice(plan)
    assert plan.breast.second_voi is not None
    own = plan.breast.second_voi.holds(points)
    for visit in plan.visits:
        assert visit.second is not None
        second = _inside(visit.second, points)
        assert second.any() == (visit.name in {"T2", "T3"})
        assert not (second & ~own).any()
        assert not (second & plan.breast.voi.holds(points)).any()
        assert not (_inside(visit.tumour, points) & own).any()


@pytest.mark.slow
@pytest.mark.parametrize(("course", "form"), HARD.items(), ids=str)
def test_a_hard_course_is_recovered_through_dicom(
    course: Course, form: DiffusionForm, tmp_path: Path
) -> None:
    case_folder = tmp_path / "case"
    simulate_patient(
        case_folder,
        seed=SEED,
        vendor=Vendor.SIEMENS,
        course=course,
        diffusion_form=form,
        pet_form=None,
    )
    truth = json.loads((case_folder / "truth.json").read_text())
    checked = check_case(case_folder).value
    assert checked is not None
    assert not checked.implausible
    assert not [fact for fact in checked.missing if fact.importance == "essential"]

    everything = measure_case(case_folder, read_case(case_folder), Measurements())
    results = [result for result in everything if result.method.name.startswith("ftv")]
    of_diffusion = [result for result in everything if result.method.name.startswith("adc")]

    assert len(results) == 4 + (2 if course is Course.NEW_LESION else 0)
    for result in results:
        assert result.measurement is not None
        value = result.measurement.conclusion.value
        assert value is not None
        lesions = truth["visits" if result.lesion == "L1" else "second_lesion"]
        expected = lesions[str(result.exam.visit)]
        # Clumps and islands are all edge; the smallest of them weigh as much as a speck of noise.
        limit = 0.02 if expected["tumour_cc"] >= 3 else 0.05
        assert value["volume_cc"] == pytest.approx(expected["ftv_reference_cc"], rel=limit)
        if course is not Course.NON_MASS_ENHANCEMENT:
            assert value["fragments"]["count"] == expected["fragments"]
        assert value["fragments"]["longest_diameter_3d_mm"] == pytest.approx(
            expected["fragments_longest_diameter_3d_mm"], abs=2.1
        )
    outlined = [
        (visit, lesion, one["adc_mean"], one["region_voxels"])
        for visit, lesions in truth["diffusion"].items()
        for lesion, one in lesions.items()
    ]
    assert len(outlined) >= 2
    for result in of_diffusion:
        assert result.measurement is not None
        value = result.measurement.conclusion.value
        known = [one[2:] for one in outlined if one[:2] == (result.exam.visit, result.lesion)]
        if not known:
            assert value is None
            assert result.measurement.conclusion.missing == (f"exams.{result.exam.id}.regions",)
            continue
        assert value is not None
        ((adc, voxels),) = known
        # Noise of a voxel's coefficient is some 5 %: the mean of a few voxels is less sure.
        assert value["mean"] == pytest.approx(adc, rel=0.02 if voxels >= 50 else 0.06)


def test_nobody_moves_by_a_negative_length_or_out_of_the_scanner(tmp_path: Path) -> None:
    for amount in (-1.0, 50.0, float("nan")):
        with pytest.raises(InputError, match="leaves no exam"):
            simulate_patient(tmp_path / "case", motion_mm=amount)
    assert not (tmp_path / "case").exists()
