"""A survival analysis from a table to a result: the real trial against R, and what a table may not say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from neoher.cohort.result import CohortResult, Estimate
from neoher.cohort.survival.analysis import analyse_survival
from neoher.cohort.survival.cox import Ties
from neoher.cohort.survival.kaplan_meier import Interval
from neoher.cohort.survival.question import SurvivalQuestion
from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError


def estimate(result: CohortResult, name: str, group: str | None = None) -> Estimate:
    (found,) = [each for each in result.estimates if each.name == name and each.group == group]
    return found


def codes(result: CohortResult) -> set[str]:
    return {each.code for each in result.warnings}


@pytest.mark.shared
def test_recurrence_free_survival_of_ispy1_is_that_of_r(r: ModuleType, shared_data: Path) -> None:
    table = shared_data / "cohorts" / "ispy1" / "I-SPY_1_All_Patient_Clinical_and_Outcome_Data.xlsx"
    cohort = read_cohort(table)
    question = SurvivalQuestion(
        "rfs_days", by="subtype", adjust=("age_years",), at=(365, 1095, 1825), interval=Interval.LOG_LOG
    )
    result = analyse_survival(cohort, question)
    frame = cohort.frame.dropna(subset=["rfs_days", "rfs_event", "subtype", "age_years"])
    assert result.n == len(frame)
    assert result.n + len(result.excluded) == 221
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(survival))
        group <- factor(input$subtype, levels = input$levels)
        y <- Surv(input$time, input$event)
        s <- survfit(y ~ group, conf.type = "log-log")
        at <- summary(s, times = c(365, 1095, 1825))
        fit <- coxph(y ~ group + input$age, control = coxph.control(eps = 1e-14))
        list(survival = at$surv, low = at$lower, high = at$upper, logrank = survdiff(y ~ group)$chisq,
             median = unname(quantile(s, 0.25)$quantile), ratio = unname(exp(coef(fit))),
             ph = cox.zph(fit, terms = FALSE)$table[, 3])
        """,
        time=frame["rfs_days"].tolist(),
        event=frame["rfs_event"].astype(int).tolist(),
        subtype=frame["subtype"].astype(str).tolist(),
        levels=["HER2+", "HR+/HER2-", "triple negative"],
        age=frame["age_years"].tolist(),
    )
    place = 0
    for level in ("HER2+", "HR+/HER2-", "triple negative"):
        for time in (365, 1095, 1825):
            point = estimate(result, f"survival at {time}", f"subtype={level}")
            assert r.same(point.value, theirs["survival"][place])
            assert r.same(point.low, theirs["low"][place])
            assert r.same(point.high, theirs["high"][place])
            place += 1
    quarters = [
        estimate(result, "time by which 25 % had the event", f"subtype={level}").value
        for level in ("HER2+", "HR+/HER2-", "triple negative")
    ]
    assert all(r.same(a, b) for a, b in zip(quarters, np.ravel(theirs["median"]).tolist(), strict=True))
    (logrank,) = [each for each in result.tests if each.name == "equal survival"]
    assert r.same(logrank.statistic, theirs["logrank"])
    ratios = [each.value for each in result.estimates if each.name == "hazard ratio"]
    assert all(r.same(a, b) for a, b in zip(ratios, theirs["ratio"], strict=True))
    proportional = [each.p for each in result.tests if each.name == "proportional hazards"]
    assert all(r.same(a, b) for a, b in zip(proportional, theirs["ph"], strict=True))
    assert "rfs-after-os" in codes(result)


TABLE = """\
patient,efs_months,efs_event,her2_class,pcr,surgery_months
A,5,1,positive,no,6
B,30,0,positive,yes,6
C,12,1,low,no,5
D,40,0,low,no,7
E,25,1,positive,yes,6
F,,0,low,no,6
G,18,0,,no,6
H,22,1,low,yes,
"""


def test_rows_that_lack_a_fact_are_left_out_with_the_reason(cohort_of: Callable[[str], Cohort]) -> None:
    result = analyse_survival(cohort_of(TABLE), SurvivalQuestion("efs_months", by="her2_class"))
    assert result.n == 6
    assert [(each.patient, each.column) for each in result.excluded] == [
        ("F", "efs_months"),
        ("G", "her2_class"),
    ]
    assert {row["group"]: (row["n"], row["events"]) for row in result.main.rows} == {
        "positive": (3, 2),
        "low": (3, 2),
    }


def test_a_group_known_only_at_surgery_is_compared_from_there(cohort_of: Callable[[str], Cohort]) -> None:
    cohort = cohort_of(TABLE)
    naive = analyse_survival(cohort, SurvivalQuestion("efs_months", by="pcr"))
    assert "known-only-at-surgery" in codes(naive)
    landmark = analyse_survival(cohort, SurvivalQuestion("efs_months", by="pcr", landmark="surgery_months"))
    assert "known-only-at-surgery" not in codes(landmark)
    reasons = {each.patient: each.reason for each in landmark.excluded}
    assert reasons["A"] == "event or end of follow-up at or before the landmark"
    assert reasons["H"] == "not known"
    assert landmark.n == 5
    assert "landmark surgery_months" in landmark.methods_text


def test_survival_beyond_the_follow_up_is_not_given(cohort_of: Callable[[str], Cohort]) -> None:
    question = SurvivalQuestion("efs_months", by="her2_class", at=(24, 36), horizon=35)
    result = analyse_survival(cohort_of(TABLE), question)
    assert estimate(result, "survival at 36", "her2_class=positive").value is None
    assert estimate(result, "survival at 36", "her2_class=low").value is not None
    assert estimate(result, "restricted mean to 35", "her2_class=positive").value is None
    assert result.missing == ("follow-up to 35 of her2_class=positive",)


def test_restricted_means_are_compared(cohort_of: Callable[[str], Cohort], r: ModuleType) -> None:
    rng = np.random.default_rng(6)
    arm = rng.integers(0, 2, 90)
    time, event = np.ceil(rng.exponential(400 + 300 * arm)), rng.integers(0, 2, 90)
    rows = [f"P{k},{time[k]:g},{event[k]},{'ab'[arm[k]]}" for k in range(90)]
    cohort = cohort_of("\n".join(["patient,os_days,os_event,arm", *rows]) + "\n")
    result = analyse_survival(cohort, SurvivalQuestion("os_days", by="arm", horizon=500))
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(survival))
        m <- summary(survfit(Surv(input$time, input$event) ~ input$arm), rmean = 500)$table
        d <- diff(m[, "rmean"]); e <- sqrt(sum(m[, "se(rmean)"]^2)); z <- qnorm(0.975)
        c(d, d - z * e, d + z * e, 2 * pnorm(-abs(d / e)))
        """,
        time=time,
        event=event,
        arm=arm,
    )
    found = estimate(result, "difference of restricted means to 500", "arm: b v a")
    (test,) = [each for each in result.tests if each.name == "equal restricted means to 500"]
    ours = (found.value, found.low, found.high, test.p)
    assert all(r.same(a, b) for a, b in zip(ours, theirs, strict=True))


def test_a_group_without_events_has_no_hazard_ratio_and_the_rest_stands(
    cohort_of: Callable[[str], Cohort],
) -> None:
    rows = [f"P{place},{place + 1},{int(place < 5)},{'a' if place < 6 else 'b'}" for place in range(12)]
    cohort = cohort_of("\n".join(["patient,os_days,os_event,arm", *rows]) + "\n")
    result = analyse_survival(cohort, SurvivalQuestion("os_days", by="arm"))
    assert "model-not-fitted" in codes(result)
    assert not [each for each in result.estimates if each.name == "hazard ratio"]
    assert estimate(result, "median", "arm=a").value == 3.5
    assert next(each.p for each in result.tests if each.name == "equal survival") is not None


def test_competing_events_are_counted_as_such(cohort_of: Callable[[str], Cohort]) -> None:
    rng = np.random.default_rng(4)
    rows = [
        f"P{place},{rng.integers(30, 2000)},{rng.integers(0, 3)},{'a' if place % 2 else 'b'}"
        for place in range(80)
    ]
    cohort = cohort_of("\n".join(["patient,rfi_days,rfi_event,arm", *rows]) + "\n")
    result = analyse_survival(cohort, SurvivalQuestion("rfi_days", by="arm", at=(1000,)))
    assert "competing-events" in codes(result)
    incidences = [each for each in result.estimates if each.name.startswith("cumulative incidence")]
    assert len(incidences) == 4
    assert sum(each.method == "Gray's test" and each.p is not None for each in result.tests) == 2
    assert [
        each.name for each in result.further if each.name in ("cox", "fine-gray", "cumulative-incidence")
    ] == [
        "cox",
        "fine-gray",
        "cumulative-incidence",
    ]
    assert "subdistribution hazard ratio" in {each.name for each in result.estimates}
    assert [figure.name for figure in result.figures] == ["survival", "cumulative-incidence"]


def test_the_reference_and_the_ties_are_those_asked_for(cohort_of: Callable[[str], Cohort]) -> None:
    cohort = cohort_of(TABLE)
    plain = analyse_survival(cohort, SurvivalQuestion("efs_months", by="her2_class", ties=Ties.EXACT))
    turned = analyse_survival(cohort, SurvivalQuestion("efs_months", by="her2_class", reference="low"))
    first = estimate(plain, "hazard ratio", "her2_class: low v positive")
    other = estimate(turned, "hazard ratio", "her2_class: positive v low")
    assert first.value is not None
    assert other.value == pytest.approx(1 / first.value)
    assert "exact partial likelihood" in plain.methods_text
    with pytest.raises(InputError, match="no patient at level 'zero'"):
        analyse_survival(cohort, SurvivalQuestion("efs_months", by="her2_class", reference="zero"))


@pytest.mark.parametrize(
    ("question", "what"),
    [
        (SurvivalQuestion("efs_month"), "there is no column"),
        (SurvivalQuestion("efs_months", event="her2_class"), "not events"),
        (SurvivalQuestion("surgery_months"), "event of surgery_months is not known"),
        (SurvivalQuestion("efs_months", horizon=0), "not above 0"),
        (SurvivalQuestion("efs_months", level=95), "does not lie between 0 and 1"),
    ],
)
def test_what_is_no_follow_up_is_refused(
    cohort_of: Callable[[str], Cohort], question: SurvivalQuestion, what: str
) -> None:
    with pytest.raises(InputError, match=what):
        analyse_survival(cohort_of(TABLE), question)


def test_a_time_with_the_event_of_another_endpoint_is_refused(cohort_of: Callable[[str], Cohort]) -> None:
    cohort = cohort_of("patient,rfs_days,os_days,os_event\nA,4,5,1\nB,5,9,0\n")
    with pytest.raises(InputError, match="two endpoints"):
        analyse_survival(cohort, SurvivalQuestion("rfs_days", "os_event"))
