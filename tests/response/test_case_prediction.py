"""A model applied to a record: what it takes, what is not known, and the same row as in a cohort."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from neoher.cohort.prediction.analysis import row_values
from neoher.cohort.prediction.applying import apply_model
from neoher.cohort.table.building import read_cohort
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case_text
from neoher.response.case_prediction import CasePrediction, predict_case
from neoher.response.prediction import (
    Applicability,
    CategoryPredictor,
    NumberPredictor,
    PredictionModel,
    SubgroupPerformance,
)

RECORD = """
neoher: 1
patient: {id: P1, birth_year: 1970}
cancers: [{id: C1, side: left, grade: 2}]
lesions: [{id: L1, cancer: C1, kind: primary}]
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2020-02-03, er_percent: 60, ki67_percent: 40,
     her2: {ihc: "3+"}}
exams: [{id: E1, modality: MR, visit: T0, date: 2020-02-08, findings: [{lesion: L1, longest_mm: 30}]}]
treatment: [{regimen: TCHP, start: 2020-03-01, cycles: 2}]
"""
HER2 = CategoryPredictor(name="her2_class", levels=("positive", "low"))
SIZE = NumberPredictor(name="mr_longest_t0_mm", unit="mm", low=10, high=80, centre=40, spread=20)
NOTHING = Measurements()


def model(*predictors: NumberPredictor | CategoryPredictor, **stated: object) -> PredictionModel:
    """Log odds -0.5, + 1 for the second level of a group, - 0.8 for one spread of a number."""
    coefficients = tuple(-0.8 if isinstance(each, NumberPredictor) else 1.0 for each in predictors)
    size = len(predictors)
    held = Applicability(
        centre=(0.0,) * size,
        inverse=tuple(tuple(float(a == b) for b in range(size)) for a in range(size)),
        limit=10.0,
    )
    values: dict[str, object] = {
        "outcome": "pcr",
        "n": 100,
        "events": 40,
        "predictors": predictors,
        "intercept": -0.5,
        "coefficients": coefficients,
        "resampled": tuple((-0.5 + shift, *coefficients) for shift in (-0.2, 0.0, 0.2)),
        "level": 0.95,
        "penalty": 1.0,
        "applicability": held,
        "performance": {},
    }
    return PredictionModel.model_validate(values | stated)


def only(text: str, fitted: PredictionModel) -> CasePrediction:
    (found,) = predict_case(fitted, read_case_text(text), NOTHING)
    return found


def codes(found: CasePrediction) -> list[str]:
    return [each.code for each in found.conclusion.warnings]


def test_the_chance_of_a_record_by_hand() -> None:
    """HER2-positive is the first level; 30 mm lies half a spread below 40: log odds -0.5 + 0.4."""
    found = only(RECORD, model(HER2, SIZE))
    assert found.stated == {"her2_class": "positive", "mr_longest_t0_mm": 30.0}
    assert found.conclusion.value is not None
    assert found.conclusion.value.probability == pytest.approx(1 / (1 + math.exp(0.1)))
    assert found.conclusion.missing == ()
    assert codes(found) == ["research-use"]


def test_what_the_record_does_not_state_is_named_by_its_place() -> None:
    ki67 = NumberPredictor(name="ki67_percent", unit="%", low=0, high=100, centre=30, spread=20)
    receptors = CategoryPredictor(name="hr", levels=("negative", "positive"))
    text = (
        RECORD.replace(", ki67_percent: 40", "")
        .replace("er_percent: 60", "er_percent: 0")
        .replace("T0", "T1")
    )
    found = only(text, model(HER2, SIZE, ki67, receptors))
    assert found.conclusion.value is None
    # ER 0 % alone leaves the receptors open: only the absent half is asked for.
    assert set(found.conclusion.missing) == {
        "specimens[B1].ki67_percent",
        "specimens[B1].pr_percent",
        "exams (none of modality MR at visit t0)",
    }


def test_specimens_that_disagree_are_all_named() -> None:
    other = '  - {id: B2, lesion: L1, date: 2020-02-04, her2: {ihc: "1+"}}\nexams:'
    found = only(RECORD.replace("exams:", other), model(HER2))
    assert found.conclusion.missing == ("specimens[B1].her2", "specimens[B2].her2")


def test_a_group_without_an_entry_is_named_itself() -> None:
    age = NumberPredictor(name="age_years", unit="years", low=20, high=90, centre=50, spread=10)
    text = "neoher: 1\npatient: {id: P1, birth_year: 1970}\n"
    found = only(text, model(HER2, age))
    assert set(found.conclusion.missing) == {"specimens", "treatment"}


def test_a_column_of_the_users_own_is_said_to_be_one() -> None:
    own = NumberPredictor(name="sphericity_t0", low=0, high=1, centre=0.5, spread=0.1)
    found = only(RECORD, model(HER2, own))
    assert found.conclusion.value is None
    assert found.conclusion.missing == ()
    assert codes(found) == ["predictor-not-of-a-case", "research-use"]
    assert "sphericity_t0" in found.conclusion.warnings[0].message


@pytest.mark.parametrize(
    "predictor",
    [
        SIZE.model_copy(update={"unit": "cm"}),
        SIZE.model_copy(update={"unit": ""}),
        CategoryPredictor(name="mr_longest_t0_mm", levels=("small", "large")),
        NumberPredictor(name="grade", low=1, high=3, centre=2, spread=0.5),
        CategoryPredictor(name="os_days", levels=("1", "2")),
    ],
)
def test_another_unit_or_kind_gives_no_number(predictor: NumberPredictor | CategoryPredictor) -> None:
    found = only(RECORD, model(HER2, predictor))
    assert found.conclusion.value is None
    assert codes(found) == ["predictor-differs", "research-use"]


def test_outside_the_data_names_the_predictor() -> None:
    found = only(RECORD.replace("longest_mm: 30", "longest_mm: 80.1"), model(HER2, SIZE))
    assert found.conclusion.value is None
    assert "mr_longest_t0_mm of 80.1 lies outside 10 to 80 mm" in found.conclusion.warnings[0].message


def test_an_outcome_that_is_known_is_shown_beside() -> None:
    operated = RECORD + 'surgery: {date: 2020-08-01, specimen: {ypT: "is", ypN: "0"}}\n'
    assert only(RECORD, model(HER2)).recorded_outcome is None
    assert only(operated, model(HER2)).recorded_outcome is True
    assert only(operated.replace('"is"', '"1a"'), model(HER2)).recorded_outcome is False


def test_each_cancer_has_its_own_chance_and_group() -> None:
    text = RECORD.replace("cancers: [", "cancers: [{id: C2, side: right}, ")
    text = text.replace("exams:", '  - {id: B3, cancer: C2, date: 2020-02-04, her2: {ihc: "1+"}}\nexams:')
    group = SubgroupPerformance(
        column="her2_class",
        group="low",
        n=10,
        events=3,
        auc=None,
        auc_low=None,
        auc_high=None,
        calibration_intercept=None,
    )
    right, left = predict_case(model(HER2, subgroups=(group,)), read_case_text(text), NOTHING)
    assert right.conclusion.value is not None
    assert left.conclusion.value is not None
    assert right.conclusion.value.probability == pytest.approx(1 / (1 + math.exp(-0.5)))
    assert left.conclusion.value.probability == pytest.approx(1 / (1 + math.exp(0.5)))
    assert (right.groups, left.groups) == ({"her2_class": "low"}, {"her2_class": "positive"})


def test_a_case_alone_and_in_a_cohort_is_the_same_row(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(RECORD)
    cohort = read_cohort(tmp_path)
    names = ("her2_class", "grade", "mr_longest_t0_mm", "age_years", "hr", "regimen", "pcr")
    levels = ("a", "b")
    predictors = tuple(
        NumberPredictor(name=name, low=0, high=1, centre=0, spread=1, unit=cohort.variables[name].unit)
        if pd.api.types.is_float_dtype(cohort.frame[name])
        else CategoryPredictor(name=name, levels=levels)
        for name in names
    )
    assert only(RECORD, model(*predictors)).stated == row_values(cohort, names, "TABLE")[0]
    fitted = model(HER2, SIZE)
    value = only(RECORD, fitted).conclusion.value
    assert value is not None
    assert apply_model(cohort, fitted).estimates[0].value == value.probability
