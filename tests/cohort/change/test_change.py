"""Changes over visits from a table to a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from neoher.cohort.change.analysis import ChangeQuestion, analyse_change
from neoher.cohort.change.course import course_of
from neoher.cohort.change.prediction import Direction, Validation
from neoher.cohort.result import CohortResult
from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError

VISITS = ("ftv_t0_cc", "ftv_t1_cc", "ftv_t2_cc")
TABLE = """\
patient,ftv_t0_cc,ftv_t1_cc,ftv_t2_cc,pcr
A,10,5,0,yes
B,20,30,,no
C,0,1,2,no
D,,4,2,no
"""


def value_of(result: CohortResult, name: str, group: str | None = None) -> float | None:
    (found,) = [each.value for each in result.estimates if each.name == name and each.group == group]
    return found


def test_a_change_needs_a_baseline_above_zero(cohort_of: Callable[[str], Cohort]) -> None:
    course = course_of(cohort_of(TABLE), VISITS)
    assert course.change["ftv_t1_cc"].tolist()[:2] == [-50, 50]
    assert course.change["ftv_t2_cc"].tolist()[0] == -100
    assert course.change.iloc[2:].isna().all(axis=None)
    assert [(each.patient, each.reason) for each in course.excluded] == [
        ("C", "baseline is 0, so no percent change"),
        ("D", "not known"),
    ]


def test_a_missing_visit_is_not_known_and_not_zero(cohort_of: Callable[[str], Cohort]) -> None:
    result = analyse_change(cohort_of(TABLE), ChangeQuestion((VISITS,)))
    second = next(row for row in result.main.rows if row["visit"] == "ftv_t2_cc")
    assert (second["n"], second["median"], second["gone"]) == (1, -100, 1)


@pytest.mark.parametrize(
    ("visits", "what"),
    [(("ftv_t0_cc",), "baseline and a later visit"), (("ftv_t0_cc", "ld_t1_mm"), "different units")],
)
def test_what_is_no_course_is_refused(
    cohort_of: Callable[[str], Cohort], visits: tuple[str, ...], what: str
) -> None:
    cohort = cohort_of("patient,ftv_t0_cc,ld_t1_mm\nA,10,5\nB,3,2\n")
    with pytest.raises(InputError, match=what):
        course_of(cohort, visits)


@pytest.mark.shared
def test_the_areas_of_ispy2_are_those_of_r(r: ModuleType, shared_data: Path) -> None:
    folder = shared_data / "cohorts" / "ispy2"
    cohort = read_cohort(
        folder / "ISPY2-Imaging-Cohort-1-Clinical-Data.xlsx",
        also=[folder / "Multi-feature-MRI-NACT-Data.xlsx"],
    )
    visits = ("ftv_t0_cc", "ftv_t1_cc", "ftv_t2_cc", "ftv_t3_cc")
    question = ChangeQuestion((visits,), "pcr", by=("hr",), validation=Validation(repeats=1))
    result = analyse_change(cohort, question)
    assert result.n == 384
    frame = cohort.frame[cohort.frame["ftv_t0_cc"].notna()]
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(pROC))
        change <- lapply(input$later, function(x) 100 * (x - input$first) / input$first)
        one <- function(x, chosen) c(ci.auc(roc(input$pcr[chosen], x[chosen], quiet = TRUE, direction = ">",
                                                levels = c(0, 1))))
        list(all = lapply(change, one, TRUE), negative = lapply(change, one, input$hr == "negative"),
             quartiles = lapply(change, quantile, c(0.25, 0.5, 0.75), names = FALSE))
        """,
        first=frame[visits[0]].tolist(),
        later={visit: frame[visit].tolist() for visit in visits[1:]},
        pcr=frame["pcr"].astype(int).tolist(),
        hr=frame["hr"].astype(str).tolist(),
    )
    for visit in visits[1:]:
        for group, key in ((None, "all"), ("hr=negative", "negative")):
            name = f"AUC of percent change at {visit}"
            (each,) = [one for one in result.estimates if one.name == name and one.group == group]
            low, middle, high = theirs[key][visit]
            assert r.same(each.value, middle)
            assert r.same(each.low, low)
            assert r.same(each.high, high)
        row = next(row for row in result.main.rows if (row["visit"], row["group"]) == (visit, "all"))
        for ours, expected in zip(
            (row["q1"], row["median"], row["q3"]), theirs["quartiles"][visit], strict=True
        ):
            assert isinstance(ours, float)
            assert r.same(ours, expected)
    assert {figure.name.partition("-")[0] for figure in result.figures} == {"waterfall", "spider", "roc"}


def table_of(change: list[float], pcr: list[bool], quality: list[str]) -> str:
    rows = [
        f"P{place},100,{100 + each},{'yes' if outcome else 'no'},{image}"
        for place, (each, outcome, image) in enumerate(zip(change, pcr, quality, strict=True))
    ]
    return "\n".join(["patient,suv_t0,suv_t1,pcr,quality", *rows]) + "\n"


def test_strata_of_image_quality_are_compared(cohort_of: Callable[[str], Cohort]) -> None:
    rng = np.random.default_rng(6)
    pcr = (rng.random(120) < 0.5).tolist()
    quality = ["good", "poor"] * 60
    # Only good images carry the fall of those with a complete response.
    change = [
        float(np.round(-40 - 30 * (outcome and image == "good") + rng.normal(0, 12), 2))
        for outcome, image in zip(pcr, quality, strict=True)
    ]
    result = analyse_change(
        cohort_of(table_of(change, pcr, quality)),
        ChangeQuestion((("suv_t0", "suv_t1"),), "pcr", quality="quality", validation=Validation(repeats=2)),
    )
    good, poor = (
        value_of(result, "AUC of percent change at suv_t1", f"quality={each}") for each in ("good", "poor")
    )
    assert good is not None
    assert poor is not None
    assert good > 0.85
    assert poor < 0.65
    (test,) = [each for each in result.tests if each.group == "quality"]
    assert test.p is not None
    assert test.p < 0.001


def test_a_quantity_that_rises_with_response_is_read_the_other_way(
    cohort_of: Callable[[str], Cohort],
) -> None:
    change, pcr = [5.0, 8, 11, 30, 34, 50], [False, False, False, True, True, True]
    cohort = cohort_of(table_of(change, pcr, ["good"] * 6))
    for direction, expected in ((Direction.RISE, 1.0), (Direction.FALL, 0.0)):
        question = ChangeQuestion((("suv_t0", "suv_t1"),), "pcr", direction=direction)
        assert value_of(analyse_change(cohort, question), "AUC of percent change at suv_t1") == expected
