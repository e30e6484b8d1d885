"""Models of an outcome: recovered effects, honest validation, and nothing said outside the data."""

from __future__ import annotations

import contextlib
import io
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from neoher.cli.main import run
from neoher.cohort.prediction.performance import judge, net_benefit
from neoher.cohort.prediction.training import (
    Patients,
    applicability_of,
    choose_penalty,
    design,
    fit_ridge,
    log_loss,
    predictors_of,
)
from neoher.cohort.prediction.validation import Validation, cross_validate
from neoher.errors import InputError
from neoher.response.prediction import (
    NumberPredictor,
    PredictionModel,
    design_columns,
    predict,
    read_model,
)

LEVELS = {"her2_class": ("positive", "low", "0")}
UNITS = {"age": "a"}


def _drawn(n: int, effect: float, seed: int = 5) -> Patients:
    """Patients whose log odds are known: -1, + effect where HER2-positive, - effect for 10 years above 50."""
    random = np.random.default_rng(seed)
    age = random.normal(50, 10, n).round(1)
    her2 = random.choice(LEVELS["her2_class"], n)
    score = -1 + effect * (her2 == "positive") - effect * (age - 50) / 10
    outcome = random.random(n) < expit(score)
    values = [{"age": float(a), "her2_class": str(h)} for a, h in zip(age, her2, strict=True)]
    return Patients(values, outcome, np.arange(n))


def _model(patients: Patients) -> PredictionModel:
    predictors = predictors_of(patients, LEVELS, UNITS)
    columns = design(predictors, patients, curved=True)
    fit = fit_ridge(columns, patients.outcome, 1.0)
    coefficients = tuple(fit.coef_[0].tolist())
    intercept = float(fit.intercept_[0])
    return PredictionModel(
        outcome="pcr",
        n=len(patients.values),
        events=int(patients.outcome.sum()),
        predictors=predictors,
        intercept=intercept,
        coefficients=coefficients,
        resampled=tuple((intercept + shift, *coefficients) for shift in np.linspace(-1, 1, 201)),
        level=0.9,
        penalty=1.0,
        applicability=applicability_of(design(predictors, patients, curved=False)),
        performance={},
    )


@pytest.fixture(scope="module")
def patients() -> Patients:
    return _drawn(400, 1.0)


@pytest.fixture(scope="module")
def model(patients: Patients) -> PredictionModel:
    return _model(patients)


def test_a_spline_is_straight_beyond_its_outer_knots_and_smooth_at_each() -> None:
    """The definition of a restricted cubic spline."""
    knots = (1.0, 2.0, 4.0, 7.0)
    predictor = NumberPredictor(name="x", low=-5, high=20, centre=0, spread=1, knots=knots)

    def terms(x: float) -> np.ndarray:
        return np.array(design_columns([predictor], {"x": x})[1:])

    assert terms(0.9).tolist() == [0, 0]
    for x in (8.0, 12.0, 15.0):
        assert terms(x) - 2 * terms(x + 1) + terms(x + 2) == pytest.approx(0, abs=1e-9)
    step = 1e-4
    for knot in knots:
        left = (terms(knot) - 2 * terms(knot - step) + terms(knot - 2 * step)) / step**2
        right = (terms(knot + 2 * step) - 2 * terms(knot + step) + terms(knot)) / step**2
        assert left == pytest.approx(right, abs=2e-2)


def test_the_model_file_gives_the_chance_that_scikit_learn_gives(
    patients: Patients, model: PredictionModel
) -> None:
    columns = design(model.predictors, patients, curved=True)
    theirs = fit_ridge(columns, patients.outcome, 1.0).predict_proba(columns)[:, 1]
    read = PredictionModel.model_validate_json(model.model_dump_json())
    ours = [predict(read, each).value for each in patients.values]
    assert all(each is not None for each in ours), "no patient of the fit lies outside the data"
    assert [each.probability for each in ours if each] == pytest.approx(theirs, rel=1e-12)


def test_the_interval_spans_the_percentiles_of_the_resampled_fits(model: PredictionModel) -> None:
    """Resampled intercepts lie evenly from -1 to 1: 5th and 95th percentile are -0.9 and 0.9."""
    found = predict(model, {"age": 50.0, "her2_class": "low"}).value
    assert found is not None
    score = math.log(found.probability / (1 - found.probability))
    assert (found.low, found.high) == pytest.approx((expit(score - 0.9), expit(score + 0.9)))
    assert found.level == 0.9


def test_what_is_not_known_is_named_and_not_filled_in(model: PredictionModel) -> None:
    found = predict(model, {"age": None})
    assert found.value is None
    assert found.missing == ("age", "her2_class")


@pytest.mark.parametrize("beyond", ["low", "high"])
def test_the_range_of_the_fit_is_covered_to_its_ends_and_no_further(
    model: PredictionModel, beyond: str
) -> None:
    age = model.predictors[0]
    assert isinstance(age, NumberPredictor)
    end = age.low if beyond == "low" else age.high
    away = -0.1 if beyond == "low" else 0.1
    outside = predict(model, {"age": end + away, "her2_class": "low"})
    assert outside.value is None
    assert [each.code for each in outside.warnings] == ["outside-the-data", "research-use"]
    wide = model.model_copy(
        update={"applicability": model.applicability.model_copy(update={"limit": math.inf})}
    )
    assert predict(wide, {"age": end, "her2_class": "low"}).value is not None


def test_a_level_that_the_fit_did_not_hold_is_outside_the_data(model: PredictionModel) -> None:
    found = predict(model, {"age": 50.0, "her2_class": "ultralow"})
    assert found.value is None
    assert "ultralow" in found.warnings[0].message


def test_a_combination_that_no_patient_comes_near_is_outside_the_data() -> None:
    """Two numbers that go together: each alone is usual, the pair is not."""
    random = np.random.default_rng(1)
    first = random.normal(0, 1, 200)
    values = [
        {"a": float(x), "b": float(x + e)} for x, e in zip(first, random.normal(0, 0.1, 200), strict=True)
    ]
    together = Patients(values, random.random(200) < 0.5, np.arange(200))
    model = _model(together)
    assert predict(model, {"a": 1.5, "b": 1.5}).value is not None
    apart = predict(model, {"a": 1.5, "b": -1.5})
    assert apart.value is None
    assert "Mahalanobis" in apart.warnings[0].message


def test_a_known_effect_is_recovered_by_a_weak_penalty() -> None:
    """20,000 patients, true log odds 1 for HER2-positive against low, and -1 for 10 years."""
    many = _drawn(20_000, 1.0)
    predictors = predictors_of(many, LEVELS, UNITS)
    columns = design(predictors, many, curved=True)
    fit = fit_ridge(columns, many.outcome, 100.0)

    def score(age: float, her2: str) -> float:
        at = design_columns(predictors, {"age": age, "her2_class": her2})
        return float(fit.intercept_[0] + fit.coef_[0] @ at)

    assert score(50, "positive") - score(50, "low") == pytest.approx(1, abs=0.12)
    assert score(55, "low") - score(45, "low") == pytest.approx(-1, abs=0.12)


def test_cross_validation_finds_nothing_where_there_is_nothing_and_a_strong_effect_where_it_is() -> None:
    validation = Validation(folds=4, repeats=1, seed=2)
    nothing = _drawn(240, 0.0)
    for chance in cross_validate(nothing, LEVELS, UNITS, validation):
        area = judge(chance, nothing.outcome, nothing.person, 0.95).area
        assert area.value is not None
        assert abs(area.value - 0.5) < 0.12
    strong = _drawn(240, 3.0)
    logistic, _ = cross_validate(strong, LEVELS, UNITS, validation)
    found = judge(logistic, strong.outcome, strong.person, 0.95)
    assert found.area.value is not None
    assert found.area.value > 0.9
    assert found.brier < 0.6 * found.brier_of_rate


def test_rows_of_one_patient_never_stand_on_both_sides() -> None:
    """Each patient twice with a random outcome: whoever learns from the twin would foretell it."""
    random = np.random.default_rng(4)
    values = [{"age": float(age)} for age in random.normal(50, 10, 100)]
    outcome = random.random(100) < 0.5
    twins = Patients(values * 2, np.tile(outcome, 2), np.tile(np.arange(100), 2))
    _, boosted = cross_validate(twins, {}, UNITS, Validation(5, 1, 0))
    area = judge(boosted, twins.outcome, twins.person, 0.95).area
    assert area.value is not None
    assert area.value < 0.65


def test_the_penalty_has_the_least_loss_of_folds_drawn_here() -> None:
    strong = _drawn(300, 2.0)
    predictors = predictors_of(strong, LEVELS, UNITS)
    columns = design(predictors, strong, curved=True)
    assert choose_penalty(columns, strong, seed=0) >= 0.1
    nothing = _drawn(300, 0.0)
    assert choose_penalty(design(predictors, nothing, curved=True), nothing, seed=0) <= 0.1


def test_a_fit_is_the_same_from_wherever_it_begins(patients: Patients) -> None:
    """The penalised likelihood has one maximum; the gradient there is 0, computed here."""
    columns = design(predictors_of(patients, LEVELS, UNITS), patients, curved=True)
    far = fit_ridge(columns, patients.outcome, 0.001)
    cold = fit_ridge(columns, patients.outcome, 10.0)
    warm = fit_ridge(columns, patients.outcome, 10.0, far)
    assert warm.coef_[0] == pytest.approx(cold.coef_[0], rel=1e-6)
    left = expit(warm.intercept_[0] + columns @ warm.coef_[0]) - patients.outcome
    assert columns.T @ left + warm.coef_[0] / 10 == pytest.approx(0, abs=1e-4)
    assert left.sum() == pytest.approx(0, abs=1e-4)


def test_the_number_of_processes_changes_nothing() -> None:
    few = _drawn(60, 1.0)
    one, two = (cross_validate(few, LEVELS, UNITS, Validation(2, 1, 0, jobs)) for jobs in (1, 2))
    assert one[0].tolist() == two[0].tolist()
    assert one[1].tolist() == two[1].tolist()


def test_performance_by_hand() -> None:
    """Chances equal to the rates of two groups of ten: calibration exact by construction."""
    chance = np.repeat([0.2, 0.7], 10)
    outcome = np.array([True] * 2 + [False] * 8 + [True] * 7 + [False] * 3)
    found = judge(chance, outcome, np.arange(20), 0.95)
    assert found.intercept.value == pytest.approx(0, abs=1e-9)
    assert found.slope.value == pytest.approx(1, abs=1e-9)
    assert found.brier == pytest.approx((10 * 0.2 * 0.8 + 10 * 0.7 * 0.3) / 20)
    assert found.brier_of_rate == pytest.approx(0.45 * 0.55)
    # Pairs: 9 cases x 11 controls; concordant 7 x 8, tied 2 x 8 + 7 x 3.
    assert found.area.value == pytest.approx((56 + 0.5 * (16 + 21)) / 99)
    assert net_benefit(chance, outcome, 0.5) == pytest.approx(7 / 20 - 3 / 20)
    assert net_benefit(chance, outcome, 0.2) == pytest.approx(9 / 20 - 11 / 20 * 0.25)
    assert net_benefit(chance, outcome, 0.75) == 0
    assert log_loss(chance, outcome) == pytest.approx(
        -(2 * math.log(0.2) + 8 * math.log(0.8) + 7 * math.log(0.7) + 3 * math.log(0.3))
    )


def test_a_file_that_is_no_model_is_refused(tmp_path: Path, model: PredictionModel) -> None:
    path = tmp_path / "model.json"
    path.write_text("{}")
    with pytest.raises(InputError, match="no model of this form"):
        read_model(path)
    plain = json.loads(model.model_dump_json())
    plain["coefficients"] = plain["coefficients"][:-1]
    path.write_text(json.dumps(plain))
    with pytest.raises(InputError, match="do not belong"):
        read_model(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_model(tmp_path / "absent.json")


def test_applying_a_model_loads_neither_scikit_learn_nor_numpy(
    tmp_path: Path, model: PredictionModel
) -> None:
    path = tmp_path / "model.json"
    path.write_text(model.model_dump_json())
    code = (
        "import sys; from pathlib import Path; from neoher.response.prediction import predict, read_model; "
        f"model = read_model(Path({str(path)!r})); "
        "print(predict(model, {'age': 50.0, 'her2_class': 'low'}).value.probability); "
        "assert not {'sklearn', 'numpy'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) < 1


# The commands ----------------------------------------------------------------------------------------------


def _printed(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["cohort", *words])
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory, patients: Patients) -> Path:
    path = tmp_path_factory.mktemp("table") / "cohort.csv"
    rows = [
        f"P{place},{'' if place == 7 else each['age']},{each['her2_class']},{int(happened)}"
        for place, (each, happened) in enumerate(zip(patients.values, patients.outcome, strict=True))
    ]
    path.write_text("\n".join(["patient,age,her2_class,pcr", *rows[:200]]) + "\n")
    return path


def test_fit_writes_model_and_card_and_predict_applies_it(table: Path, tmp_path: Path) -> None:
    model, out = tmp_path / "model.json", tmp_path / "card"
    words = ["--predictors", "age,her2_class", "--subgroups", "her2_class", "--folds", "3", "--repeats", "1"]
    words += ["--resamples", "40", "--model", str(model)]
    status, printed, _ = _printed("fit", str(table), *words, "--json", "--out", str(out))
    assert status == 0
    card = json.loads(printed)
    assert list(card)[1:7] == ["n", "excluded", "table", "estimates", "tests", "methods_text"]
    assert card["n"] == 199
    assert [(each["row"], each["column"], each["patient"]) for each in card["excluded"]] == [(9, "age", "P7")]
    assert "research-use" in {each["code"] for each in card["warnings"]}
    page = (out / "fit.html").read_text()
    assert all(words in page for words in ("Calibration.", "Decision curve.", "By her2_class"))
    again = tmp_path / "again.json"
    _printed("fit", str(table), *words[:-1], str(again), "--json")
    assert again.read_bytes() == model.read_bytes()

    new = tmp_path / "new.csv"
    new.write_text("patient,age,her2_class\nA,50.5,low\nB,,low\nC,99,low\nD,49.5,positive\n")
    status, printed, _ = _printed("predict", str(new), "--model", str(model), "--json")
    assert status == 0
    found = json.loads(printed)
    assert found["n"] == 2
    chances = {row["patient"]: row["chance_percent"] for row in found["table"]}
    assert chances["B"] is None
    assert chances["C"] is None
    assert 0 < chances["A"] < chances["D"] < 100
    assert [each["patient"] for each in found["excluded"]] == ["B", "C"]
    assert {"outside-the-data", "research-use"} <= {each["code"] for each in found["warnings"]}
    assert {each["role"] for each in found["remake"]["files"]} == {"data", "model"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--predictors", "pcr,age"], "cannot foretell itself"),
        (["--predictors", "agee"], "no column"),
        (["--predictors", "age", "--folds", "1"], "needs 2 folds"),
        (["--predictors", "age", "--jobs", "0"], "no number of processes"),
        (["--predictors", "age", "--where", "her2_class=low", "--where", "pcr=yes"], "too few"),
    ],
)
def test_a_question_without_an_answer_is_refused_and_nothing_written(
    table: Path, tmp_path: Path, words: list[str], message: str
) -> None:
    model = tmp_path / "model.json"
    status, out, err = _printed("fit", str(table), *words, "--model", str(model))
    assert (status, out) == (2, "")
    assert message in err
    assert not model.exists()


def test_neither_model_nor_card_is_written_where_one_of_them_cannot_be(table: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = ["--predictors", "age", "--folds", "2", "--repeats", "1", "--resamples", "40"]
    model = tmp_path / "model.json"
    status, out, err = _printed("fit", str(table), *words, "--model", str(model), "--out", f"{tmp_path}/file")
    assert (status, out) == (2, "")
    assert "folder cannot be made" in err
    assert not model.exists()
    card = tmp_path / "card"
    absent = tmp_path / "absent" / "model.json"
    status, out, err = _printed("fit", str(table), *words, "--model", str(absent), "--out", str(card))
    assert (status, out) == (2, "")
    assert "no such folder" in err
    assert not card.exists()


def test_a_table_in_another_unit_is_refused(table: Path, tmp_path: Path) -> None:
    text = table.read_text().replace(",age,", ",ftv_cc,")
    cc = tmp_path / "cc.csv"
    cc.write_text(text)
    model = tmp_path / "model.json"
    words = ["--predictors", "ftv_cc", "--folds", "2", "--repeats", "1", "--resamples", "40"]
    assert _printed("fit", str(cc), *words, "--model", str(model))[0] == 0
    plain = json.loads(model.read_text())
    plain["predictors"][0]["unit"] = "mm"
    model.write_text(json.dumps(plain))
    status, out, err = _printed("predict", str(cc), "--model", str(model))
    assert (status, out) == (2, "")
    assert "the model was fitted in mm" in err
