"""Change of quantities over visits, and what it foretells, as one result."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from neoher.cohort.change.course import Course, course_of
from neoher.cohort.change.figures import roc_figure, spider_figure, waterfall_figure
from neoher.cohort.change.prediction import Direction, Validation, predict_outcome
from neoher.cohort.parts import Parts
from neoher.cohort.result import CohortResult, Excluded, Figure, Heading, ResultTable
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["ChangeQuestion", "analyse_change"]


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """The options of `neoher cohort change`."""

    quantities: tuple[tuple[str, ...], ...]
    """The visits' columns of each quantity, the baseline first."""
    outcome: str | None = None
    outcome_is: str | None = None
    by: tuple[str, ...] = ()
    quality: str | None = None
    direction: Direction = Direction.FALL
    validation: Validation = field(default_factory=Validation)
    level: float = 0.95


def analyse_change(cohort: Cohort, question: ChangeQuestion) -> CohortResult:
    """Percent changes of each quantity, with areas and cut-offs for the outcome where one is named.

    Raises: InputError where columns are no course of one quantity; see `course_of`.
    """
    if not question.quantities:
        raise InputError(
            "no visits are named.", "--visits", "Such as --visits ftv_t0_cc,ftv_t1_cc,ftv_t2_cc."
        )
    outcome = None
    if question.outcome is not None:
        outcome = cohort.answers(question.outcome, "--outcome", yes=question.outcome_is)
        outcome.name = question.outcome
    parts = Parts()
    figures: list[Figure] = []
    excluded: list[Excluded] = []
    summary: list[dict[str, str | float | int | None]] = []
    predicted: list[dict[str, str | float | int | None]] = []
    n = 0
    for visits in question.quantities:
        course = course_of(cohort, visits)
        excluded += course.excluded
        n = max(n, int(course.change.notna().any(axis=1).sum()))
        summary += _summary(cohort, course, question)
        # The waterfall shows the last visit that anybody has.
        last = [visit for visit in course.visits[1:] if course.change[visit].notna().any()][-1]
        figures += [waterfall_figure(course, last, outcome), spider_figure(course, outcome)]
        if outcome is not None:
            strata = (*question.by, *([question.quality] if question.quality else []))
            predicted += predict_outcome(
                cohort,
                course,
                outcome,
                strata,
                question.direction,
                question.validation,
                question.level,
                parts,
            )
            roc = roc_figure(course, outcome, question.direction)
            figures += [roc] if roc is not None else []
    further = [] if outcome is None else [_prediction_table(predicted, question)]
    return CohortResult(
        title=f"Change of {', '.join(visits[0] for visits in question.quantities)}",
        n=n,
        excluded=tuple(excluded),
        main=_main(summary),
        further=tuple(further),
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=_methods(cohort, question),
        warnings=(*cohort.warnings, *parts.warnings, *_warnings(outcome, question)),
        figures=tuple(figures),
    )


def _summary(
    cohort: Cohort, course: Course, question: ChangeQuestion
) -> list[dict[str, str | float | int | None]]:
    groups: list[tuple[str, pd.Series]] = [("all", pd.Series(True, course.change.index))]
    for column in (*question.by, *([question.quality] if question.quality else [])):
        values = cohort.groups(column, "--by")
        groups += [(f"{column}={level}", values == level) for level in values.cat.categories]
    rows = []
    for visit in course.visits[1:]:
        for name, mine in groups:
            change = course.change.loc[mine, visit].dropna().to_numpy(dtype=np.float64)
            row: dict[str, str | float | int | None] = {"visit": visit, "group": name, "n": change.size}
            row["not_known"] = int(mine.sum()) - change.size
            if change.size:
                quartiles = np.quantile(change, [0, 0.25, 0.5, 0.75, 1], method="linear").tolist()
                row |= dict(zip(("least", "q1", "median", "q3", "most"), quartiles, strict=True))
                row["gone"] = int((change == -100).sum())
            rows.append(row)
    return rows


def _main(rows: list[dict[str, str | float | int | None]]) -> ResultTable:
    columns = (
        Heading(key="visit", heading="visit"),
        Heading(key="group", heading="group"),
        Heading(key="n", heading="n"),
        Heading(key="not_known", heading="not known"),
        Heading(key="least", heading="least", unit="%", digits=1),
        Heading(key="q1", heading="quartile 1", unit="%", digits=1),
        Heading(key="median", heading="median", unit="%", digits=1),
        Heading(key="q3", heading="quartile 3", unit="%", digits=1),
        Heading(key="most", heading="most", unit="%", digits=1),
        Heading(key="gone", heading="gone (-100 %)"),
    )
    return ResultTable(name="change", title="Change from baseline", columns=columns, rows=tuple(rows))


def _prediction_table(
    rows: list[dict[str, str | float | int | None]], question: ChangeQuestion
) -> ResultTable:
    columns = (
        Heading(key="visit", heading="visit"),
        Heading(key="group", heading="group"),
        Heading(key="n", heading="n"),
        Heading(key="cases", heading=f"{question.outcome}"),
        Heading(key="median_cases", heading="median with", unit="%", digits=1),
        Heading(key="median_controls", heading="median without", unit="%", digits=1),
        Heading(key="auc", heading="AUC", digits=3),
        Heading(key="auc_low", heading="from", digits=3),
        Heading(key="auc_high", heading="to", digits=3),
        Heading(key="cut", heading="cut-off", unit="%", digits=1),
        Heading(key="sensitivity", heading="sensitivity", digits=2),
        Heading(key="specificity", heading="specificity", digits=2),
    )
    note = "Sensitivity and specificity of patients left out when the cut-off was chosen."
    title = f"Percent change and {question.outcome}"
    return ResultTable(name="prediction", title=title, columns=columns, rows=tuple(rows), note=note)


def _warnings(outcome: pd.Series | None, question: ChangeQuestion) -> list[Caution]:
    found = []
    if outcome is not None and outcome.isna().any():
        found.append(
            Caution(
                code="outcome-not-known",
                message=f"{int(outcome.isna().sum())} rows have no {question.outcome}; they are in the "
                "summary of changes, "
                "not in the prediction.",
            )
        )
    return found


def _methods(cohort: Cohort, question: ChangeQuestion) -> str:
    text = (
        f"{cohort.reading} Change is 100 x (visit - baseline) / baseline; a baseline of 0 has none. "
        "Quartiles interpolate "
        "linearly (type 7)."
    )
    if question.outcome is None:
        return text
    check = question.validation
    return (
        f"{text} The area under the ROC curve of {question.outcome} takes a {question.direction.value} as "
        "its sign, counts "
        f"ties half and has DeLong's {100 * question.level:g} % interval, cut to 0 to 1; an area below "
        "0.5 is shown as it is. "
        "Visits are compared by DeLong's test in patients with both, groups by Cochran's Q. Cut-offs "
        "maximise the Youden "
        f"index; sensitivity and specificity are of patients left out in {check.folds}-fold "
        "cross-validation stratified by "
        f"outcome, the mean of {check.repeats} repeats (seed {check.seed}), the cut-off chosen anew in "
        "each. Percent changes of "
        "small baselines are unstable; no limit of repeatability of functional tumour volume is published."
    )
