"""The section 'Prediction': a number never without 'research use', its interval, and what it rests on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from neoher.cli.main import run
from neoher.measure.case import ExamResult, State
from neoher.record.case import Case
from neoher.record.exam import MrExam
from neoher.report.assessing import assess_tissue
from neoher.report.building import build_content
from neoher.report.html import render
from neoher.report.json_form import as_json
from neoher.report.section import Section
from neoher.response.model_file import ModelFile
from neoher.response.prediction import Applicability, NumberPredictor, PredictionModel, SubgroupPerformance

VOLUME = NumberPredictor(
    name="ftv_t0_cc", definition="volume before therapy", unit="cc", low=1, high=40, centre=12.345, spread=5
)
GROUP = SubgroupPerformance(
    column="hr",
    group="positive",
    n=60,
    events=20,
    auc=0.7,
    auc_low=0.55,
    auc_high=0.85,
    calibration_intercept=-0.001,
)


def fitted(predictor: NumberPredictor = VOLUME) -> PredictionModel:
    """Even odds at the middle of the fit."""
    return PredictionModel(
        outcome="pcr",
        definition="ypT0/is ypN0 as the trial read it",
        n=120,
        events=45,
        predictors=(predictor,),
        intercept=0.0,
        coefficients=(1.0,),
        resampled=tuple((shift / 10, 1.0) for shift in range(-10, 11)),
        level=0.9,
        penalty=1.0,
        applicability=Applicability(centre=(0.0,), inverse=((1.0,),), limit=9.0),
        performance={"auc": 0.71, "auc_low": 0.6, "auc_high": 0.82, "calibration_slope": 0.93},
        subgroups=(GROUP,),
        data_sha256=("ab" * 32,),
    )


def section(case: Case, results: tuple[ExamResult, ...], model: PredictionModel) -> tuple[Section, str]:
    file = ModelFile("own.json", "cd" * 32, model)
    content = build_content(
        case,
        results,
        images=(),
        tissue=assess_tissue(case),
        today=dt.date(2026, 9, 2),
        models=(file,),
    )
    plain = as_json(content)
    assert "prediction" in json.dumps(plain)
    (found,) = [each for each in content.sections if each.id == "prediction"]
    return found, render(content)


def test_the_chance_stands_with_interval_basis_and_the_words_research_use(
    course: Case, results: tuple[ExamResult, ...]
) -> None:
    """12.345 cc at T0 is the middle of the fit: log odds 0; 5 and 95 % of 21 even steps are -0.9 and 0.9."""
    found, page = section(course, results, fitted())
    (part,) = found.parts
    (assessment,) = part.assessments
    assert (
        assessment.headline.replace("\u202f", " ") == "50.0 % (90 % interval 28.9 % to 71.1 %), research use"
    )
    facts = {each.label: each.text.replace("\u202f", " ") for each in part.facts}
    assert facts["outcome"] == "ypT0/is ypN0 as the trial read it"
    assert facts["already recorded in this case"].startswith("pcr: no (pathological complete response")
    assert facts["fitted on"] == "120 patients, 45 with the outcome (37.5 % of them)"
    assert "AUC 0.71 (0.60 to 0.82)" in facts["cross-validated there"]
    assert "calibration slope (1 is right) 0.93" in facts["cross-validated there"]
    taken, groups = part.tables
    assert [cell.text for cell in taken.rows[0]] == [
        "ftv_t0_cc",
        "12.345",
        "1 to 40",
        "volume before therapy",
        "functional tumour volume, measured, visit t0",
    ]
    assert groups.rows[0][0].note == "this patient's group"
    assert groups.rows[0][4].text == "0.00"
    assert all("research use" in title for title in (found.title, part.title, assessment.headline))
    assert "Not for decisions about a patient" in page


def test_a_measurement_that_may_no_longer_hold_is_not_handed_to_the_model(
    course: Case, results: tuple[ExamResult, ...]
) -> None:
    first = results[0]
    assert isinstance(first.exam, MrExam)
    stale = ExamResult(first.exam, "L1", first.method, State.STALE, first.measurement)
    found, _ = section(course, (stale, *results[1:]), fitted())
    (assessment,) = found.parts[0].assessments
    assert assessment.conclusion.value is None
    assert assessment.conclusion.missing == ("exams[E1], measured",)
    assert assessment.headline.startswith("cannot be said")


@pytest.mark.parametrize(
    ("predictor", "words"),
    [
        (VOLUME.model_copy(update={"high": 12.0}), "outside the data of the fit"),
        (VOLUME.model_copy(update={"unit": "mm3"}), "a record cannot give what the model takes"),
        (VOLUME.model_copy(update={"name": "texture"}), "a record cannot give what the model takes"),
    ],
)
def test_without_a_number_the_headline_says_why(
    course: Case, results: tuple[ExamResult, ...], predictor: NumberPredictor, words: str
) -> None:
    found, _ = section(course, results, fitted(predictor))
    (assessment,) = found.parts[0].assessments
    assert words in assessment.headline
    assert "research use" in assessment.headline


def test_without_a_model_there_is_no_such_section(build: Callable[..., Any], course: Case) -> None:
    assert "prediction" not in {each.id for each in build(course).sections}


def test_the_command_applies_a_file_and_refuses_what_is_none(
    tmp_path: Path, course_text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "case.yaml").write_text(course_text)
    model = tmp_path / "own.json"
    model.write_text("{}")
    assert run(["report", str(case), "--model", str(model)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no model of this form" in printed.err
    assert [each.name for each in case.iterdir()] == ["case.yaml"]
    model.write_text(fitted().model_dump_json())
    assert run(["report", str(case), "--model", str(model), "--today", "2026-09-02"]) == 0
    report = json.loads((case / "report.json").read_text())
    (held,) = [each for each in report["sections"] if each["id"] == "prediction"]
    assert held["parts"][0]["assessments"][0]["conclusion"]["value"] is None
    capsys.readouterr()
    hers = ["report", str(case), "--for", "patient", "--out", str(tmp_path / "hers"), "--model", str(model)]
    assert run([*hers, "--today", "2026-09-02"]) == 0
    assert "shows no prediction" in capsys.readouterr().err
    assert "prediction" not in (tmp_path / "hers" / "report.json").read_text().casefold()
