"""Rates of a cohort from table to result: counts, strata, interaction, refusals, output."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from neoher.cohort.rates.analysis import RateQuestion, analyse_rates
from neoher.cohort.result import CohortResult
from neoher.cohort.table.building import as_cohort, read_cohort
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

ISPY1 = "cohorts/ispy1/I-SPY_1_All_Patient_Clinical_and_Outcome_Data.xlsx"
ISPY2 = "cohorts/ispy2/ISPY2-Imaging-Cohort-1-Clinical-Data.xlsx"


def estimate(
    result: CohortResult, name: str, group: str | None = None, method: str = ""
) -> tuple[float | None, ...]:
    (found,) = [
        each
        for each in result.estimates
        if each.name == name and each.group == group and method in each.method
    ]
    return found.value, found.low, found.high


def p_of(result: CohortResult, method: str, group: str | None = None, convention: str = "") -> float | None:
    (found,) = [
        each
        for each in result.tests
        if each.method == method and each.group == group and convention in each.convention
    ]
    return found.p


def made_up(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Three regimens, two strata, an adjusting column; some of each not known."""
    frame = pd.DataFrame(
        {
            "patient": [f"P{k}" for k in range(n)],
            "regimen": rng.choice(["TCHP", "TH", "THP"], n, p=[0.5, 0.15, 0.35]),
            "her2_class": rng.choice(["positive", "low"], n, p=[0.7, 0.3]),
            "hr": rng.choice(["negative", "positive"], n),
            "pcr": rng.choice(["0", "1"], n, p=[0.6, 0.4]),
        }
    )
    for column in ("regimen", "her2_class", "pcr"):
        frame.loc[rng.choice(n, 4, replace=False), column] = None
    return frame


@pytest.fixture(scope="module")
def ispy1(shared_data: Path) -> Cohort:
    return read_cohort(shared_data / ISPY1)


@pytest.mark.shared
def test_the_counts_of_ispy1_by_her2_and_hr(ispy1: Cohort) -> None:
    """../shared/data/cohorts/README.md: 56 of 210; HR+/HER2- 8/93, triple negative 18/51, HER2+ 30/66."""
    result = analyse_rates(ispy1, RateQuestion("pcr", by="her2_class", strata="hr"))
    rows = {(row["stratum"], row["group"]): (row["events"], row["n"]) for row in result.main.rows}
    assert result.n == 210
    assert len(result.excluded) == 11
    assert rows["all", "all"] == (56, 210)
    assert rows["all", "negative"] == (26, 144)
    assert rows["all", "positive"] == (30, 66)
    assert rows["positive", "negative"] == (8, 93)
    assert rows["negative", "negative"] == (18, 51)
    assert {(each.column, each.reason) for each in result.excluded} == {
        ("pcr", "not known"),
        ("her2_class", "not known"),
    }


def test_numbers_are_adjusted_for_as_numbers_whatever_their_columns_are_called(r: ModuleType) -> None:
    """Three regimens, a stratum and two columns with names that the counting uses; the models are R's."""
    rng = np.random.default_rng(11)
    frame = made_up(rng, 220).dropna()
    frame["group"] = rng.integers(1, 4, len(frame)).astype(float)
    frame["stratum"] = (rng.normal(1e6, 40, len(frame))).round(1)
    question = RateQuestion("pcr", by="regimen", strata="hr", adjust=("group", "stratum", "her2_class"))
    result = analyse_rates(as_cohort(frame), question)
    theirs = r.run(
        """
d <- data.frame(y = input$y, g = relevel(factor(input$g), "TCHP"), s = factor(input$s), a = input$a,
  b = (input$b - 1e6), h = factor(input$h))
k <- glm.control(epsilon = 1e-14, maxit = 100)
m <- glm(y ~ g + s + a + b + h, binomial, d, control = k)
o <- glm(y ~ s + a + b + h, binomial, d, control = k)
x <- glm(y ~ g * s + a + b + h, binomial, d, control = k)
ci <- function(n) exp(coef(m)[n] + c(0, -1, 1) * qnorm(.975) * sqrt(vcov(m)[n, n]))
p <- function(a, b) anova(a, b, test = "LRT")[["Pr(>Chi)"]][2]
list(th = ci("gTH"), thp = ci("gTHP"), group = p(o, m), x = p(m, x))
""",
        y=frame["pcr"].astype(int),
        g=frame["regimen"],
        s=frame["hr"],
        a=frame["group"],
        b=frame["stratum"],
        h=frame["her2_class"],
    )
    words = "adjusted for hr and group and stratum and her2_class"
    for name, his in (("TH", theirs["th"]), ("THP", theirs["thp"])):
        ours = estimate(result, f"odds ratio, {name} v TCHP", words)
        assert all(r.same(a, b) for a, b in zip(ours, his, strict=True))
    assert r.same(p_of(result, "likelihood ratio, logistic regression", words), theirs["group"])
    crossed = "likelihood ratio of the interaction, logistic regression"
    assert r.same(p_of(result, crossed, "adjusted for group and stratum and her2_class"), theirs["x"])
    assert "her2_class as categories and group, stratum as a number" in result.methods_text


@pytest.mark.parametrize("empty", ["her2_class", "pcr"])
def test_a_column_that_is_known_nowhere_is_named(empty: str) -> None:
    frame = made_up(np.random.default_rng(1), 20)
    frame[empty] = None
    with pytest.raises(InputError, match=f"no row is known in all of .*; {empty} is known in no row"):
        analyse_rates(as_cohort(frame.assign(hr="negative")), RateQuestion("pcr", by="her2_class"))


def test_one_group_alone_has_rates_and_nothing_to_compare() -> None:
    frame = made_up(np.random.default_rng(1), 40).assign(her2_class="positive")
    question = RateQuestion("pcr", by="her2_class", strata="hr", subgroups=("regimen",))
    found = analyse_rates(as_cohort(frame), question).as_json()
    json.dumps(found, allow_nan=False)
    assert all(test["p"] is None for test in found["tests"] if "interaction" in test["method"])


@pytest.mark.shared
def test_dual_against_single_antibody_in_ispy2(shared_data: Path, r: ModuleType) -> None:
    """Crude, adjusted for HR, and the interaction with HR; the models are R's."""
    cohort = read_cohort(shared_data / ISPY2)
    result = analyse_rates(cohort, RateQuestion("pcr", by="antibodies", strata="hr", adjust=("mammaprint",)))
    frame = cohort.frame[cohort.frame["antibodies"].notna()]
    theirs = r.run(
        """
d <- data.frame(y = input$y, a = factor(input$a, c("single", "dual")), h = factor(input$h),
  m = factor(input$m))
k <- glm.control(epsilon = 1e-14, maxit = 100)
f <- glm(y ~ a + h, binomial, d, control = k); g <- glm(y ~ a + h + m, binomial, d, control = k)
x <- glm(y ~ a * h, binomial, d, control = k); w <- glm(y ~ a * h + m, binomial, d, control = k)
z <- glm(y ~ h, binomial, d, control = k)
ci <- function(m) exp(coef(m)["adual"] + c(0, -1, 1) * qnorm(.975) * sqrt(vcov(m)["adual", "adual"]))
p <- function(a, b) anova(a, b, test = "LRT")[["Pr(>Chi)"]][2]
list(f = ci(f), g = ci(g), group = p(z, f), crude = p(f, x), adjusted = p(g, w))
""",
        y=frame["pcr"].astype(int),
        a=frame["antibodies"].astype(str),
        h=frame["hr"].astype(str),
        m=frame["mammaprint"].astype(str),
    )
    assert result.n == 128
    pairs = [
        (estimate(result, "odds ratio, dual v single", "adjusted for hr"), theirs["f"]),
        (estimate(result, "odds ratio, dual v single", "adjusted for hr and mammaprint"), theirs["g"]),
    ]
    for ours, his in pairs:
        assert all(r.same(a, b) for a, b in zip(ours, his, strict=True)), (ours, his)
    interaction = "likelihood ratio of the interaction, logistic regression"
    assert r.same(p_of(result, "likelihood ratio, logistic regression", "adjusted for hr"), theirs["group"])
    assert r.same(p_of(result, interaction, "crude"), theirs["crude"])
    assert r.same(p_of(result, interaction, "adjusted for mammaprint"), theirs["adjusted"])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_generated_cohort_gives_the_numbers_of_r(r: ModuleType, seed: int) -> None:
    frame = made_up(np.random.default_rng(seed), 90)
    result = analyse_rates(as_cohort(frame), RateQuestion("pcr", by="regimen", strata="her2_class"))
    known = frame.dropna(subset=["regimen", "her2_class", "pcr"])
    theirs = r.run(
        """
t <- table(input$g, input$y); s <- table(input$g, input$y, input$s)
q <- suppressWarnings(chisq.test(t, correct = FALSE)); m <- mantelhaen.test(s)
two <- t[c("THP", "TCHP"), c("1", "0")]
fp <- c(fisher.test(t[c("TH", "TCHP"), ])$p.value, fisher.test(two)$p.value)
st <- s[c("THP", "TCHP"), c("1", "0"), ]
list(pearson = q$p.value, exact = fisher.test(t)$p.value,
  trend = suppressWarnings(prop.trend.test(t[, "1"], rowSums(t))$p.value),
  general = m$p.value, holm = p.adjust(fp, "holm"), mh = unname(mantelhaen.test(st)$estimate))
""",
        g=known["regimen"],
        y=known["pcr"],
        s=known["her2_class"],
    )
    assert result.n == len(known)
    assert r.same(p_of(result, "Pearson chi-squared", None, "all groups"), theirs["pearson"])
    assert r.same(p_of(result, "Fisher-Freeman-Halton exact test", None), theirs["exact"])
    assert r.same(p_of(result, "Cochran-Armitage trend, chi-squared", None), theirs["trend"])
    general = "Cochran-Mantel-Haenszel, general association"
    assert r.same(p_of(result, general, "over her2_class"), theirs["general"])
    adjusted = [test.p for test in result.tests if test.method == "Fisher's exact test, adjusted"]
    assert all(r.same(a, b) for a, b in zip(sorted(adjusted), sorted(theirs["holm"]), strict=True))
    ours, _, _ = estimate(result, "common odds ratio, THP v TCHP", "over her2_class")
    assert r.same(ours, theirs["mh"])


def test_the_order_of_rows_changes_nothing() -> None:
    frame = made_up(np.random.default_rng(5), 60)
    question = RateQuestion("pcr", by="regimen", strata="her2_class", adjust=("hr",))
    one = analyse_rates(as_cohort(frame), question, drawn=False)
    other = analyse_rates(as_cohort(frame.sample(frac=1, random_state=3)), question, drawn=False)
    assert one.main == other.main
    assert one.estimates == other.estimates
    assert one.tests == other.tests


def test_the_reference_turns_the_comparison() -> None:
    frame = made_up(np.random.default_rng(8), 80)
    cohort = as_cohort(frame[frame["regimen"] != "TH"])
    first = analyse_rates(cohort, RateQuestion("pcr", by="regimen"), drawn=False)
    second = analyse_rates(cohort, RateQuestion("pcr", by="regimen", reference="THP"), drawn=False)
    one, _, _ = estimate(first, "odds ratio, THP v TCHP")
    other, _, _ = estimate(second, "odds ratio, TCHP v THP")
    assert one is not None
    assert other == pytest.approx(1 / one)


def test_an_empty_cell_gives_no_ratio_and_says_why() -> None:
    frame = pd.DataFrame({"pcr": [1, 1, 0, 0, 0], "arm": ["A", "A", "B", "B", "B"]})
    result = analyse_rates(as_cohort(frame), RateQuestion("pcr", by="arm", reference="B"), drawn=False)
    (ratio,) = [each for each in result.estimates if each.name == "odds ratio, A v B"]
    assert ratio.value is None
    assert "empty" in ratio.method
    json = result.as_json()
    assert all(each["value"] is None or np.isfinite(each["value"]) for each in json["estimates"])


def test_one_group_is_not_compared() -> None:
    frame = pd.DataFrame({"pcr": [1, 0, 0], "arm": ["A", "A", "A"]})
    result = analyse_rates(as_cohort(frame), RateQuestion("pcr", by="arm"))
    assert result.tests == ()
    assert result.main.rows[-1]["n"] == 3


def test_a_level_of_a_category_can_be_the_outcome() -> None:
    frame = pd.DataFrame({"rcb_class": ["0", "I", "0", "III"], "arm": ["A", "A", "B", "B"]})
    result = analyse_rates(as_cohort(frame), RateQuestion("rcb_class", yes="0", by="arm"))
    assert [row["events"] for row in result.main.rows] == [1, 1, 2]
    with pytest.raises(InputError, match="not yes and no"):
        analyse_rates(as_cohort(frame), RateQuestion("rcb_class", by="arm"))


def test_nobody_left_is_refused() -> None:
    frame = pd.DataFrame({"pcr": [1, None], "arm": [None, "A"]})
    with pytest.raises(InputError, match="no row is known"):
        analyse_rates(as_cohort(frame), RateQuestion("pcr", by="arm"))


def test_the_methods_text_names_every_choice(cohort_of: Callable[[str], Cohort]) -> None:
    rows = "".join(
        f"P{k},{'low' if k % 3 else 'positive'},{k % 2},{'negative' if k % 4 else ''}\n" for k in range(24)
    )
    cohort = cohort_of("patient,her2_class,pcr,hr\n" + rows)
    question = RateQuestion("pcr", by="her2_class", strata="hr", adjust=(), level=0.9)
    text = analyse_rates(cohort, question).methods_text
    for word in (
        "90 %",
        "Wilson",
        "Clopper",
        "Newcombe",
        "Yates",
        "mid-p",
        "Breslow",
        "left out",
        "positive",
    ):
        assert word in text


def test_subgroups_are_compared_inside_each_level_with_their_interaction(r: ModuleType) -> None:
    frame = made_up(np.random.default_rng(12), 140)
    frame = frame[frame["regimen"] != "TH"]
    question = RateQuestion("pcr", by="regimen", subgroups=("her2_class", "hr"))
    result = analyse_rates(as_cohort(frame), question)
    (table,) = result.further
    assert [(row["subgroup"], row["level"]) for row in table.rows] == [
        ("her2_class", "positive"),
        ("her2_class", "low"),
        ("hr", "negative"),
        ("hr", "positive"),
    ]
    known = frame.dropna(subset=["regimen", "pcr"])
    low = known[known["her2_class"] == "low"]
    theirs = r.run(
        """
d <- data.frame(y = as.integer(input$y), g = factor(input$g), h = factor(input$h))
k <- glm.control(epsilon = 1e-14)
m <- glm(y ~ g + h, binomial, d, control = k)
list(p = anova(m, update(m, . ~ . + g:h), test = "LRT")[["Pr(>Chi)"]][2], or = exp(coef(glm(y ~ g, binomial,
  d[d$h == "low", ], control = k)))[[2]])
""",
        y=known.dropna()["pcr"],
        g=known.dropna()["regimen"],
        h=known.dropna()["her2_class"],
    )
    second = table.rows[1]
    assert second["n"] == int((low["regimen"] == "THP").sum())
    assert r.same(float(str(second["odds_ratio"])), theirs["or"])
    assert r.same(float(str(second["interaction_p"])), theirs["p"])
    assert [figure.name for figure in result.figures][-1] == "subgroups-forest"
    with pytest.raises(InputError, match="none are named"):
        analyse_rates(as_cohort(frame), RateQuestion("pcr", subgroups=("hr",)))
