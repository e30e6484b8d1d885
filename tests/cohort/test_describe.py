"""Table 1 from table to result, held against R."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from neoher.cohort.describe.analysis import DescribeQuestion, describe_cohort
from neoher.cohort.result import CohortResult
from neoher.cohort.table.building import as_cohort, read_cohort
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError

ISPY1 = "cohorts/ispy1/I-SPY_1_All_Patient_Clinical_and_Outcome_Data.xlsx"


def line(result: CohortResult, variable: str, level: str = "") -> dict[str, Any]:
    found = [
        row
        for row in result.main.rows
        if row["variable"] == variable and (not level or row["level"] == level)
    ]
    return found[0]


def test_a_column_of_too_many_groups_is_left_out_and_named() -> None:
    """Hospitals: 30 of 120 patients; nobody asked for them by name, so the rest of table 1 stands."""
    frame = pd.DataFrame(
        {
            "age": range(30, 150),
            "hospital": [f"H{place % 30}" for place in range(120)],
            "hr": ["positive", "negative"] * 60,
        }
    )
    frame["age"] = 30 + frame["age"] % 50
    cohort = as_cohort(frame)
    assert cohort.variables["hospital"].kind is Kind.CATEGORY
    result = describe_cohort(cohort, DescribeQuestion(by="hr"))
    assert {row["variable"] for row in result.main.rows} == {"rows", "age"}
    (warning,) = [each for each in result.warnings if each.code == "column-of-too-many-groups"]
    assert "hospital" in warning.message
    with pytest.raises(InputError, match="too many for groups"):
        describe_cohort(cohort, DescribeQuestion(by="hr", columns=("hospital",)))


@pytest.mark.shared
def test_table_1_of_ispy1_is_that_of_r(shared_data: Path, r: ModuleType) -> None:
    cohort = read_cohort(shared_data / ISPY1)
    result = describe_cohort(cohort, DescribeQuestion(by="her2_class"))
    frame = cohort.frame[cohort.frame["her2_class"].notna()]
    theirs = r.run(
        """
g <- factor(input$g, c("positive", "negative"))
number <- function(x) { a <- x[g == "positive"]; b <- x[g == "negative"]
  list(q = unname(quantile(x, c(.25, .5, .75), na.rm = TRUE)), w = suppressWarnings(wilcox.test(a, b,
    exact = FALSE)$p.value),
    t = t.test(a, b)$p.value, m = mean(x, na.rm = TRUE), s = sd(x, na.rm = TRUE),
    d = abs(mean(a, na.rm = TRUE) - mean(b, na.rm = TRUE)) /
    sqrt((var(a, na.rm = TRUE) + var(b, na.rm = TRUE)) / 2)) }
level <- function(x) { t <- table(g, x); list(n = unname(t[, 1]), p = suppressWarnings(chisq.test(t,
  correct = FALSE)$p.value), f = fisher.test(t, workspace = 2e7)$p.value) }
list(numbers = lapply(input$numbers, number), levels = lapply(input$levels, level))
""",
        g=frame["her2_class"].astype(str),
        numbers={name: frame[name] for name in ("age_years", "mri_ld_t1_mm", "mri_ld_t4_mm", "rfs_days")},
        levels={
            name: frame[name].astype(object).where(frame[name].notna(), None)
            for name in ("pr", "rcb_class", "race")
        },
    )
    assert result.n == 216
    assert len(result.excluded) == 5
    tests = {(test.name, test.method): test.p for test in result.tests}
    for name, his in theirs["numbers"].items():
        ours = line(result, name)["all"]
        mine = (ours["q1"], ours["median"], ours["q3"], ours["mean"], ours["sd"])
        assert all(r.same(a, b) for a, b in zip(mine, (*his["q"], his["m"], his["s"]), strict=True)), name
        assert r.same(tests[name, "Mann-Whitney test"], his["w"])
        assert r.same(tests[name, "Welch's t test"], his["t"])
        assert r.same(line(result, name)["standardised_difference"], his["d"])
    for name, his in theirs["levels"].items():
        assert r.same(tests[name, "Pearson chi-squared"], his["p"])
        first = line(result, name, "African American" if name == "race" else "")
        assert [first["her2_class=positive"]["count"], first["her2_class=negative"]["count"]] == his["n"]
    assert r.same(tests["race", "Fisher-Freeman-Halton exact test"], theirs["levels"]["race"]["f"])
    assert line(result, "race")["test"] == "Fisher-Freeman-Halton exact test"
    assert line(result, "pr")["test"] == "Pearson chi-squared"


def test_small_groups_are_compared_exactly_and_percentages_are_of_the_known() -> None:
    frame = pd.DataFrame(
        {
            "her2_class": ["positive"] * 4 + ["low"] * 4 + [None],
            "suvmax": [5.0, 6.1, 6.1, 7, 9, 11, 12.5, None, 3],
            "pcr": [1, 1, None, 0, 0, 0, 1, 0, 1],
        }
    )
    result = describe_cohort(as_cohort(frame), DescribeQuestion(by="her2_class"))
    assert line(result, "pcr")["her2_class=positive"] == {
        "count": 2,
        "n": 3,
        "percent": pytest.approx(200 / 3),
    }
    assert line(result, "pcr", "not known")["her2_class=positive"] == {"count": 1}
    exact = next(test for test in result.tests if test.name == "suvmax")
    assert "exact" in exact.convention
    # Of the 35 splits of seven values, the extreme one and its mirror are as far from the mean.
    assert exact.p == pytest.approx(2 / 35)
    assert line(result, "pcr")["test"] == "Fisher's exact test"


@pytest.mark.parametrize(("kind", "expected"), [(7, (1.75, 3.25)), (6, (1.25, 3.75)), (2, (1.5, 3.5))])
def test_the_quantile_type_is_the_one_that_is_named(kind: int, expected: tuple[float, float]) -> None:
    """Of 1, 2, 3, 4: by Hyndman and Fan's definitions."""
    frame = pd.DataFrame({"patient": list("ABCD"), "size_mm": [1.0, 2, 3, 4]})
    result = describe_cohort(as_cohort(frame), DescribeQuestion(quantile_type=kind))
    found = line(result, "size_mm")["all"]
    assert (found["q1"], found["q3"]) == expected
    assert f"type {kind}" in result.methods_text


def test_correlations_are_asked_for_in_pairs(r: ModuleType) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"ftv_cc": rng.exponential(20, 40), "ld_mm": np.round(rng.exponential(30, 40))})
    frame["suvmax"] = np.round(frame["ftv_cc"] / 4 + rng.normal(0, 3, 40), 1).abs()
    frame.loc[3, "ld_mm"] = None
    result = describe_cohort(as_cohort(frame), DescribeQuestion(correlate=("ftv_cc", "ld_mm", "suvmax")))
    theirs = r.run(
        "x <- cor(data.frame(input), use = 'pairwise.complete.obs', method = 'spearman')\n"
        "x['ftv_cc', c('ld_mm', 'suvmax')]",
        **{name: frame[name].astype(object).where(frame[name].notna(), None) for name in frame},
    )
    ours = [
        each.value
        for each in result.estimates
        if each.name in ("Spearman correlation, ftv_cc and ld_mm", "Spearman correlation, ftv_cc and suvmax")
    ]
    assert all(r.same(a, b) for a, b in zip(ours, theirs, strict=True))


def test_the_dictionary_says_what_each_column_means(cohort_of: Callable[[str], Cohort]) -> None:
    cohort = cohort_of("patient,idfs_days,idfs_event,age\nA,100,0,51\nB,80,1,\n")
    (dictionary,) = describe_cohort(cohort, DescribeQuestion()).further
    rows = {row["column"]: row for row in dictionary.rows}
    assert "counted from surgery" in str(rows["idfs_days"]["definition"])
    assert rows["idfs_days"]["unit"] == "d"
    assert rows["age"]["not_known"] == 1


def test_what_cannot_be_described_is_refused(cohort_of: Callable[[str], Cohort]) -> None:
    cohort = cohort_of("patient,age\n" + "".join(f"P{k},{20 + k}.5\n" for k in range(40)))
    with pytest.raises(InputError, match="too many for groups"):
        describe_cohort(cohort, DescribeQuestion(by="age"))
    with pytest.raises(InputError, match="no quantile type"):
        describe_cohort(cohort, DescribeQuestion(quantile_type=1))
    with pytest.raises(InputError, match="not numbers"):
        describe_cohort(cohort, DescribeQuestion(correlate=("age", "patient")))


@pytest.mark.shared
def test_the_dictionary_of_ispy1_says_which_pcr_and_from_when(shared_data: Path) -> None:
    from neoher.cohort.describe.dictionary import cohort_dictionary

    result = cohort_dictionary(read_cohort(shared_data / ISPY1))
    rows = {row["column"]: row for row in result.main.rows}
    assert str(rows["pcr"]["definition"]).startswith("ypT0/is ypN0")
    assert rows["rfs_days"]["counted_from"] == "start of neoadjuvant chemotherapy"
    assert rows["os_days"]["counted_from"] == "study entry"
    assert result.missing == ()


def test_a_time_without_its_beginning_is_missing_it(cohort_of: Callable[[str], Cohort]) -> None:
    from neoher.cohort.describe.dictionary import cohort_dictionary

    result = cohort_dictionary(cohort_of("patient,efs_days,efs_event\nA,100,0\nB,80,1\n"))
    assert result.missing == ("efs_days: from when it is counted",)
