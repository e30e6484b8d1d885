"""The HER2 PET study on simulated cohorts whose truth is known, and what it does with incomplete tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from neoher.cohort.her2pet.analysis import Her2PetSource, analyse_her2pet
from neoher.cohort.her2pet.comparison import QUESTIONS, ClassComparison, compare_classes
from neoher.cohort.her2pet.lesions import Her2Class, PairedLesion, Study, class_of_level, select
from neoher.cohort.her2pet.reading import LesionColumns, lesions_of
from neoher.cohort.result import CohortResult
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

POSITIVE, LOW = (QUESTIONS[0][0], QUESTIONS[0][1]), (QUESTIONS[0][2], QUESTIONS[0][3])
SOURCE = Her2PetSource("Simulated.")


def lesion(patient: int, her2: Her2Class, suvmax: float, **known: object) -> PairedLesion:
    plain = PairedLesion(
        patient=f"P{patient}",
        lesion=f"L{patient}-{suvmax}",
        tracer="89Zr-pertuzumab",
        suvmax=suvmax,
        her2=her2,
        her2_stated=str(her2),
        days_apart=10,
        site="breast",
        biopsy="primary",
        uptake="positive",
    )
    return replace(plain, **known)


def simulated(
    rng: np.random.Generator, shift: float, sizes: tuple[int, int] = (6, 16), per_patient: int = 1
) -> Study:
    """SUVmax of log-normal shape; `per_patient` lesions share most of what a patient's uptake is."""
    lesions = []
    for patient, her2 in enumerate([Her2Class.POSITIVE] * sizes[0] + [Her2Class.LOW] * sizes[1]):
        own = rng.normal(0, 0.5 if per_patient > 1 else 0)
        for _ in range(per_patient):
            value = np.exp(2 + own + rng.normal(0, 0.15 if per_patient > 1 else 0.5))
            lesions.append(lesion(patient, her2, float(np.round(value + shift * (her2 is Her2Class.LOW), 1))))
    return Study(tuple(lesions), (), ())


def compared(study: Study) -> ClassComparison:
    found = compare_classes(study, POSITIVE, LOW)
    assert found is not None
    return found


def test_of_two_thousand_null_studies_at_most_six_percent_are_significant() -> None:
    rng = np.random.default_rng(2025)
    found = [compared(simulated(rng, 0)) for _ in range(2000)]
    for test in ("lesions", "by_patient"):
        share = np.mean([getattr(each, test).p <= 0.05 for each in found])
        assert 0.03 < share <= 0.06, test


def test_lesions_of_one_patient_do_not_count_as_many_patients() -> None:
    """Null studies with four alike lesions a patient: lesions as independent mislead, patients do not."""
    rng = np.random.default_rng(7)
    found = [compared(simulated(rng, 0, (5, 8), per_patient=4)) for _ in range(400)]
    naive = np.mean([each.lesions.p <= 0.05 for each in found])
    by_patient = np.mean([each.by_patient.p <= 0.05 for each in found])
    assert naive > 0.15
    assert by_patient <= 0.07
    assert all(each.clustered for each in found)


def test_a_known_effect_is_recovered() -> None:
    rng = np.random.default_rng(12)
    found = [compared(simulated(rng, 6.0, (12, 32))) for _ in range(200)]
    assert np.mean([each.shift.value for each in found]) == pytest.approx(-6, abs=0.4)
    covered = [each.shift.low <= -6 <= each.shift.high for each in found]
    assert np.mean(covered) >= 0.91
    assert np.mean([each.by_patient.p <= 0.05 for each in found]) > 0.9
    areas = [each.area.value for each in found if each.area is not None]
    assert np.mean(areas) < 0.25


def test_tracers_on_different_scales_do_not_make_an_effect() -> None:
    """Positive lesions are mostly on the tracer with the lower scale; within tracers classes are alike."""
    rng = np.random.default_rng(5)
    pooled, within = [], []
    for _ in range(300):
        lesions = []
        for patient in range(30):
            second = patient % 2 == 0
            her2 = Her2Class.POSITIVE if rng.random() < (0.7 if second else 0.2) else Her2Class.LOW
            value = float(np.exp(rng.normal(0, 0.4)) * (4 if second else 12))
            lesions.append(lesion(patient, her2, value, tracer="A" if second else "B"))
        found = compared(Study(tuple(lesions), (), ()))
        assert found.within_tracers is not None
        pooled.append(found.by_patient.p <= 0.05)
        within.append(found.within_tracers.p <= 0.05)
    assert np.mean(pooled) > 0.4
    assert np.mean(within) <= 0.08


def yeh() -> list[PairedLesion]:
    """The counts of Yeh 2025: 24 lesions of 23 patients; one patient has two."""
    plan = {
        "89Zr-trastuzumab": (3, 6, 0),
        "89Zr-pertuzumab": (2, 5, 0),
        "89Zr-ss-pertuzumab": (1, 5, 2),
    }
    rng = np.random.default_rng(3)
    found: list[PairedLesion] = []
    for tracer, counts in plan.items():
        for her2, count in zip(Her2Class, counts, strict=True):
            for _ in range(count):
                value = float(np.round(rng.uniform(3, 20), 1))
                found.append(lesion(max(len(found), 1), her2, value, tracer=tracer))
    return found


def value_of(result: CohortResult, name: str, group: str | None) -> float | None:
    (found,) = [each.value for each in result.estimates if each.name == name and each.group == group]
    return found


def test_the_classes_by_tracer_are_those_of_yeh_2025() -> None:
    result = analyse_her2pet(yeh(), SOURCE)
    shares = {row["tracer"]: [row[f"{her2}_percent"] for her2 in Her2Class] for row in result.main.rows}
    assert shares["89Zr-trastuzumab"] == pytest.approx([100 / 3, 200 / 3, 0])
    assert shares["89Zr-pertuzumab"] == pytest.approx([200 / 7, 500 / 7, 0])
    assert shares["89Zr-ss-pertuzumab"] == [12.5, 62.5, 25]
    assert [row["patients"] for row in result.main.rows] == [7, 8, 8, 23]
    assert result.n == 24
    # Every negative lesion with uptake was low or 0: 16 of 18 are low.
    assert value_of(result, "false positives that are HER2-low", None) == pytest.approx(16 / 18)
    codes = {each.code for each in result.warnings}
    assert {"no-cut-off", "tracers-pooled", "lesions-clustered", "few-lesions"} <= codes
    assert "What this cannot say" in result.methods_text
    assert [figure.name for figure in result.figures] == ["flow", "uptake", "roc"]


def test_liver_lesions_are_left_out_once_more() -> None:
    lesions = [
        replace(each, site="Liver segment 4" if place % 5 == 0 else "bone")
        for place, each in enumerate(yeh())
    ]
    result = analyse_her2pet(lesions, SOURCE)
    groups = {each.group for each in result.tests}
    assert "all tracers pooled, without liver lesions" in groups
    assert "liver-lesions" in {each.code for each in result.warnings}


@pytest.mark.parametrize(("days", "kept"), [(61, 1), (-61, 1), (62, 0), (None, 0)])
def test_the_window_of_61_days_counts_either_way_and_unknown_days_are_outside(
    days: float | None, kept: int
) -> None:
    study = select([lesion(1, Her2Class.LOW, 9, days_apart=days)], 61)
    assert len(study.lesions) == kept
    assert len(study.excluded) == 1 - kept


def test_what_is_not_known_is_left_out_with_its_reason_and_never_taken_as_zero() -> None:
    lesions = [
        lesion(1, Her2Class.LOW, 9),
        replace(lesion(2, Her2Class.LOW, 9), her2=None, her2_stated="negative"),
        replace(lesion(3, Her2Class.LOW, 9), her2=None, her2_stated=None),
        replace(lesion(4, Her2Class.LOW, 9), suvmax=None),
        lesion(5, Her2Class.LOW, 9, tracer=None),
    ]
    study = select(lesions, 61)
    assert [each.patient for each in study.lesions] == ["P1"]
    assert [step.lesions for step in study.flow] == [5, 5, 3, 1]
    assert {each.patient for each in study.excluded} == {"P2", "P3", "P4", "P5"}
    with pytest.raises(InputError, match="no lesion has what is needed"):
        analyse_her2pet(lesions[1:], SOURCE)


@pytest.mark.parametrize(
    ("level", "her2"),
    [
        ("positive", Her2Class.POSITIVE),
        ("3+", Her2Class.POSITIVE),
        ("2+/ISH+", Her2Class.POSITIVE),
        ("HER2-low", Her2Class.LOW),
        ("1+", Her2Class.LOW),
        ("ultralow", Her2Class.ZERO),
        ("0", Her2Class.ZERO),
        ("negative", None),
        ("2+", None),
        (None, None),
    ],
)
def test_a_level_is_a_class_only_where_it_decides(level: str | None, her2: Her2Class | None) -> None:
    assert class_of_level(level) is her2


def test_a_table_gives_its_lesions(cohort_of: Callable[[str], Cohort]) -> None:
    cohort = cohort_of(
        "patient,lesion,tracer,suvmax,her2_class,days_apart\n"
        "A,breast,89Zr-pertuzumab,12.5,low,30\n"
        "A,node,89Zr-pertuzumab,,0,30\n"
        "B,bone,89Zr-trastuzumab,6.1,positive,\n"
        'C,bone,89Zr-trastuzumab,7.7,"IHC 2+, FISH not amplified",3\n'
        "D,bone,89Zr-trastuzumab,7.8,HER2 negative,3\n"
    )
    lesions, missing = lesions_of(cohort, LesionColumns())
    assert [(each.patient, each.lesion, each.suvmax, each.her2) for each in lesions] == [
        ("A", "breast", 12.5, Her2Class.LOW),
        ("A", "node", None, Her2Class.ZERO),
        ("B", "bone", 6.1, Her2Class.POSITIVE),
        ("C", "bone", 7.7, Her2Class.LOW),
        ("D", "bone", 7.8, None),
    ]
    assert lesions[2].days_apart is None
    assert lesions[0].row == 2
    assert missing == ("site", "biopsy", "uptake")


def test_a_table_without_patients_cannot_be_a_study(cohort_of: Callable[[str], Cohort]) -> None:
    with pytest.raises(InputError, match="names no patient"):
        lesions_of(cohort_of("suvmax,her2_class\n3,low\n4,positive\n"), LesionColumns())
