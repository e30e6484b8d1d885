"""Dose-response curves against R's nls, on the digitised cell lines and on curves whose truth is known."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neoher.cohort.dose_response.calculator import CALCULATOR, doseresponse
from neoher.cohort.dose_response.facts import ComparedCurves, CurveResult, DoseResponseInputs, DoseRow
from neoher.cohort.dose_response.units import log_scale
from neoher.errors import InputError
from neoher.record.conclusion import Conclusion

DOSES = (0.3, 1, 3, 10, 30, 100, 300, 1000, 3000)


def response_at(dose: float, top: float, bottom: float, ec50: float, hill: float) -> float:
    return bottom + (top - bottom) / (1 + (dose / ec50) ** hill)


def rows_of(
    name: str, responses: dict[float, float] | list[tuple[float, float]], **known: Any
) -> list[DoseRow]:
    pairs = responses.items() if isinstance(responses, dict) else responses
    return [
        DoseRow(**({"curve": name, "dose": dose, "dose_unit": "ng/mL", "response": response} | known))
        for dose, response in pairs
    ]


def conclude(*rows: list[DoseRow], **options: Any) -> Conclusion[Any]:
    return doseresponse(DoseResponseInputs(rows=tuple(row for each in rows for row in each), **options))


def curves_of(*rows: list[DoseRow], **options: Any) -> tuple[CurveResult, ...]:
    value = conclude(*rows, **options).value
    assert isinstance(value, tuple)
    return value


def compared(*rows: list[DoseRow], **options: Any) -> ComparedCurves:
    value = conclude(*rows, compare=True, **options).value
    assert isinstance(value, ComparedCurves)
    return value


def truth(top: float = 100, bottom: float = 20, ec50: float = 30, hill: float = 1.4) -> dict[float, float]:
    return {dose: response_at(dose, top, bottom, ec50, hill) for dose in DOSES}


def noisy(seed: int, sd: float = 3.0, **parameters: float) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    return [
        (dose, value + rng.normal(0, sd)) for dose, value in truth(**parameters).items() for _ in range(3)
    ]


@pytest.mark.shared
def test_the_cell_lines_are_fitted_as_by_r(r: ModuleType, shared_data: Path) -> None:
    table = shared_data / "cohorts" / "cell-lines" / "adc_dose_response_digitised.csv"
    series: dict[str, list[tuple[float, float]]] = {}
    for row in csv.DictReader(table.open(encoding="utf-8")):
        name = f"{row['drug']} {row['cell_line']}"
        series.setdefault(name, []).append((float(row["conc_ng_per_mL"]), float(row["response"])))
    results = {
        each.curve: each for each in curves_of(*(rows_of(name, points) for name, points in series.items()))
    }
    starts = {
        name: [each.top, each.bottom, math.log(each.ec50 or 1), math.log(each.hill or 1)]
        for name, each in results.items()
    }
    theirs = r.run(
        """
        mapply(function(points, start) {
          x <- points[, 1]; y <- points[, 2]
          # Started off the answer, so that R finds it itself.
          begin <- list(t = start[1] * 1.02, b = start[2] * 0.97, e = start[3] + 0.05, h = start[4] + 0.05)
          # It goes on until nothing moves any more, which R takes for a failure.
          careful <- nls.control(maxiter = 60, tol = 1e-14, minFactor = 1e-14, warnOnly = TRUE)
          curve <- y ~ b + (t - b) / (1 + (x / exp(e))^exp(h))
          fit <- suppressWarnings(nls(curve, start = begin, control = careful))
          s <- summary(fit)$coefficients; q <- qt(0.975, length(x) - 4)
          p <- unname(coef(fit)); v <- vcov(fit); k <- exp(p[4])
          at <- p[3] + log((p[1] - 50) / (50 - p[2])) / k
          g <- c(1 / ((p[1] - 50) * k), 1 / ((50 - p[2]) * k), 1, -log((p[1] - 50) / (50 - p[2])) / k)
          error <- sqrt(drop(t(g) %*% v %*% g))
          fitted <- function(u) p[2] + (p[1] - p[2]) / (1 + exp(k * (u - p[3])))
          ends <- log(range(x))
          area <- integrate(fitted, ends[1], ends[2], rel.tol = 1e-12, subdivisions = 2000)$value
          both <- c(-1, 1) * q
          list(top = c(p[1], p[1] + both * s[1, 2]), bottom = c(p[2], p[2] + both * s[2, 2]),
               ec50 = exp(c(p[3], p[3] + both * s[3, 2])), hill = exp(c(p[4], p[4] + both * s[4, 2])),
               ic50_absolute = exp(c(at, at + both * error)), auc = area / diff(ends) / 100,
               sigma = summary(fit)$sigma)
        }, input$series, input$starts, SIMPLIFY = FALSE)
        """,
        series=series,
        starts=starts,
    )
    assert len(theirs) == 5
    for name, expected in theirs.items():
        ours = results[name].model_dump()
        for key in ("top", "bottom", "ec50", "hill", "ic50_absolute"):
            found = [ours[f"{key}{end}"] for end in ("", "_low", "_high")]
            assert all(r.same(a, b, relative=2e-6) for a, b in zip(found, expected[key], strict=True)), (
                name,
                key,
            )
        assert r.same(ours["auc"], expected["auc"])
        assert r.same(ours["residual_error"], expected["sigma"])
    # The two IC50s differ by up to 63 % on these curves (README of the data).
    differences = [abs(each.absolute_beyond_relative_percent or 0) for each in results.values()]
    assert round(max(differences)) == 63


@given(
    st.floats(80, 120),
    st.floats(0, 45),
    st.floats(3, 300),
    st.floats(0.6, 4),
)
@settings(max_examples=40)
def test_a_curve_without_scatter_is_found_again(top: float, bottom: float, ec50: float, hill: float) -> None:
    (found,) = curves_of(rows_of("c", truth(top, bottom, ec50, hill)))
    assert found.ec50 == pytest.approx(ec50, rel=1e-5)
    assert found.hill == pytest.approx(hill, rel=1e-5)
    assert found.top == pytest.approx(top, rel=1e-5)
    assert found.bottom == pytest.approx(bottom, rel=1e-5, abs=1e-4)
    absolute = ec50 * ((top - 50) / (50 - bottom)) ** (1 / hill)
    if DOSES[0] < absolute < DOSES[-1]:
        assert found.ic50_absolute == pytest.approx(absolute, rel=1e-5)
    assert found.direction == "falling"


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    covered = {"ec50": 0, "ic50_absolute": 0, "auc": 0}
    clean = curves_of(rows_of("c", truth()))[0].model_dump()
    for seed in range(150):
        found = curves_of(rows_of("c", noisy(seed)))[0].model_dump()
        for key in covered:
            covered[key] += found[f"{key}_low"] <= clean[key] <= found[f"{key}_high"]
    assert all(0.89 <= count / 150 <= 0.99 for count in covered.values()), covered


def test_a_rising_response_has_the_same_ec50() -> None:
    (falling,) = curves_of(rows_of("c", noisy(1)))
    (rising,) = curves_of(rows_of("c", [(dose, 100 - value) for dose, value in noisy(1)]))
    assert rising.direction == "rising"
    assert rising.ec50 == pytest.approx(falling.ec50, rel=1e-6)
    assert rising.top == pytest.approx(100 - (falling.bottom or 0), rel=1e-6)


def test_a_control_without_drug_counts_at_the_top() -> None:
    (found,) = curves_of(rows_of("c", [(0.0, 100.0), *truth().items()]))
    assert found.points == len(DOSES) + 1
    assert found.doses == len(DOSES)
    assert found.ec50 == pytest.approx(30, rel=1e-5)


def test_an_ic50_that_is_not_reached_is_not_given() -> None:
    conclusion = conclude(rows_of("c", truth(bottom=60)))
    (found,) = conclusion.value
    assert found.ec50 == pytest.approx(30, rel=1e-5)
    assert found.ic50_absolute is None
    assert found.ic50_absolute_low is None
    assert "ic50-not-reached" in {each.code for each in conclusion.warnings}
    assert conclusion.missing


def test_an_ec50_outside_the_doses_is_not_given() -> None:
    doses = {dose: value for dose, value in truth(ec50=3000, hill=2).items() if dose <= 1000}
    conclusion = conclude(rows_of("c", doses))
    assert conclusion.value[0].ec50 is None
    assert "ec50-outside-doses" in {each.code for each in conclusion.warnings}


def test_a_drug_without_effect_has_no_ic50() -> None:
    rng = np.random.default_rng(1)
    conclusions = [
        conclude(rows_of("c", [(dose, float(rng.normal(98, 4))) for dose in DOSES for _ in range(2)]))
        for _ in range(60)
    ]
    without = [each for each in conclusions if each.value[0].ec50 is None]
    assert len(without) >= 55
    (found,) = without[0].value
    assert (found.ic50_absolute, found.top, found.hill) == (None, None, None)
    assert found.auc == pytest.approx(0.98, abs=0.05)
    assert "no-dose-response" in {each.code for each in without[0].warnings}


def test_a_step_between_two_doses_has_no_slope_and_no_interval() -> None:
    points = [(dose, 100.0 if dose < 20 else 5.0) for dose in DOSES for _ in range(2)]
    conclusion = conclude(rows_of("c", points))
    (found,) = conclusion.value
    assert found.ec50 is not None
    assert 10 < found.ec50 < 30
    assert (found.ec50_low, found.hill_low) == (None, None)
    assert "curve-not-determined" in {each.code for each in conclusion.warnings}


@pytest.mark.parametrize("points", [[(1, 99), (10, 60), (100, 20)], [(1, 50.0)] * 8, []])
def test_too_few_points_give_nothing_and_say_what_is_missing(points: list[tuple[float, float]]) -> None:
    conclusion = conclude(rows_of("c", points))
    if not points:
        assert conclusion.value is None
        assert conclusion.missing == ("rows",)
        return
    assert conclusion.value[0].ec50 is None
    assert "on curve c" in conclusion.missing[0]


def test_a_response_that_is_not_known_is_left_out_and_never_zero() -> None:
    rows = rows_of("c", truth())
    gap = [*rows[:-1], rows[-1].model_copy(update={"response": None, "line": 10})]
    conclusion = conclude(gap)
    assert conclusion.value[0].points == len(DOSES) - 1
    assert conclusion.value[0].ec50 == pytest.approx(30, rel=1e-5)
    assert "response-not-known" in {each.code for each in conclusion.warnings}


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([*rows_of("c", {1: 9.0}), *rows_of("c", {2: 9.0}, dose_unit="nM")], "ng/mL in one row and nM"),
        ([*rows_of("c", {1: 9.0}, drug="A"), *rows_of("c", {2: 9.0}, drug="B")], "A in one row and B"),
        (rows_of("c", {1: 0.98, 10: 0.5, 100: 0.2}), "no response is above 0.98"),
    ],
)
def test_contradictions_are_refused(rows: list[DoseRow], what: str) -> None:
    with pytest.raises(InputError, match=what):
        conclude(rows)


def test_fractions_are_read_with_their_own_half() -> None:
    (percent,) = curves_of(rows_of("c", noisy(2)))
    (fraction,) = curves_of(rows_of("c", [(dose, value / 100) for dose, value in noisy(2)]), half=0.5)
    assert fraction.ic50_absolute == pytest.approx(percent.ic50_absolute, rel=1e-7)
    assert fraction.auc == pytest.approx(percent.auc, rel=1e-7)


def test_a_drug_three_times_as_strong_has_a_third_of_the_ic50() -> None:
    covered, ratios = 0, []
    for seed in range(60):
        value = compared(
            rows_of("A", noisy(seed), drug="A", cell_line="X"),
            rows_of("B", noisy(900 + seed, ec50=10), drug="B", cell_line="X"),
        )
        (each,) = value.comparisons
        assert each.ec50_ratio is not None
        assert each.ec50_ratio_low is not None
        assert each.ec50_ratio_high is not None
        ratios.append(each.ec50_ratio)
        covered += each.ec50_ratio_low <= 1 / 3 <= each.ec50_ratio_high
        assert each.p_same_curve is not None
        assert each.p_same_curve < 0.001
    assert float(np.median(ratios)) == pytest.approx(1 / 3, rel=0.06)
    assert covered >= 53


def test_alike_curves_are_rarely_called_different() -> None:
    found = [
        compared(rows_of("A", noisy(seed)), rows_of("B", noisy(5000 + seed))).comparisons[0].p_same_curve
        for seed in range(60)
    ]
    assert sum(p is not None and p <= 0.05 for p in found) <= 8


def test_single_against_dual_is_named_and_curves_of_two_cell_lines_are_not_compared() -> None:
    value = compared(
        rows_of("T", noisy(1), drug="T", cell_line="X", arm="single"),
        rows_of("T+P", noisy(2, ec50=20), drug="T+P", cell_line="X", arm="dual"),
        rows_of("P", noisy(3), drug="P", cell_line="X", arm="single"),
        rows_of("other", noisy(4), drug="T", cell_line="Y", arm="single"),
    )
    kinds = {(each.first, each.second): each.kind for each in value.comparisons}
    assert kinds == {
        ("T", "T+P"): "single against dual",
        ("T", "P"): "drugs",
        ("T+P", "P"): "single against dual",
    }
    adjusted = [(each.p_same_curve, each.p_same_curve_holm) for each in value.comparisons]
    smallest = min(p for p, _ in adjusted if p is not None)
    assert all(p is not None and holm is not None and holm >= p for p, holm in adjusted)
    assert (smallest, min(1.0, 3 * smallest)) in adjusted


def test_units_are_converted_where_they_can_be_and_else_not_compared() -> None:
    micro = rows_of("B", [(dose / 1000, value) for dose, value in noisy(7)], dose_unit="ug/mL")
    (each,) = compared(rows_of("A", noisy(7)), micro).comparisons
    assert each.ec50_ratio == pytest.approx(1, rel=1e-6)
    molar = rows_of("B", noisy(7), dose_unit="nM")
    conclusion = conclude(rows_of("A", noisy(7)), molar, compare=True)
    assert conclusion.value.comparisons == ()
    assert "units-not-comparable" in {each.code for each in conclusion.warnings}
    assert log_scale("µg/mL", "ng/mL") == pytest.approx(math.log(1000))
    assert log_scale("umol/L", "nM") == pytest.approx(math.log(1000))
    assert log_scale("nM", "ng/mL") is None


def test_the_example_of_the_calculator_runs(tmp_path: Path) -> None:
    from neoher.record.rows import read_rows

    table = tmp_path / "responses.csv"
    table.write_text(CALCULATOR.example_table, encoding="utf-8")
    value = compared(list(read_rows(table, DoseRow)))
    assert [each.curve for each in value.curves] == ["drug A on SK-BR-3", "drug B on SK-BR-3"]
    assert len(value.comparisons) == 1
    assert "relative IC50" in value.in_words()
