"""Cumulative incidences of a cohort with competing events, by group."""

from __future__ import annotations

import numpy as np

from neoher.cohort.parts import Parts, group_label
from neoher.cohort.result import Estimate, Heading, ResultTable, TestResult
from neoher.cohort.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from neoher.cohort.survival.gray_test import gray_test
from neoher.cohort.survival.question import Followed
from neoher.errors import InputError

__all__ = ["cause_names", "incidence_parts"]

METHOD = "Aalen-Johansen, variance by the delta method, log-log interval"


def cause_names(followed: Followed) -> dict[int, str]:
    """The causes seen, with the names the table's dictionary gives them."""
    levels = followed.cohort.variables[str(followed.question.event)].levels
    causes = np.unique(followed.follow_up.cause)
    return {
        int(cause): levels[cause] if cause < len(levels) else f"event {cause}"
        for cause in causes
        if cause > 0
    }


def incidence_parts(followed: Followed, parts: Parts) -> dict[tuple[str, int], CumulativeIncidence]:
    """Add the incidence of each cause in each group at the times asked for; return the curves."""
    question = followed.question
    times = question.at or (float(np.median(followed.follow_up.time)),)
    causes = cause_names(followed)
    curves = {}
    rows = []
    for code, name in enumerate(followed.group_names):
        mine = followed.follow_up.among(followed.group == code)
        for cause, called in causes.items():
            curve = cumulative_incidence(mine, cause, question.level)
            curves[name, cause] = curve
            row: dict[str, str | float | int | None] = {"group": name, "cause": called}
            for time in times:
                point = curve.at(time)
                row |= {
                    f"incidence_at_{time:g}": point.incidence,
                    f"incidence_at_{time:g}_low": point.low,
                    f"incidence_at_{time:g}_high": point.high,
                    f"incidence_at_{time:g}_std_error": point.std_error,
                }
                parts.estimates.append(
                    Estimate(
                        name=f"cumulative incidence of {called} at {time:g}",
                        value=point.incidence,
                        low=point.low,
                        high=point.high,
                        level=question.level,
                        method=METHOD,
                        group=group_label(question.by, name),
                        n=mine.time.size,
                    )
                )
            rows.append(row)
    _compare(followed, causes, parts)
    columns = [Heading(key="group", heading=question.by or "group"), Heading(key="cause", heading="cause")]
    for time in times:
        key = f"incidence_at_{time:g}"
        columns += [
            Heading(key=key, heading=f"at {time:g}", digits=3),
            Heading(key=f"{key}_low", heading="from", digits=3),
            Heading(key=f"{key}_high", heading="to", digits=3),
            Heading(key=f"{key}_std_error", heading="standard error", digits=4),
        ]
    parts.tables.append(
        ResultTable(
            name="cumulative-incidence",
            title="Cumulative incidence",
            columns=tuple(columns),
            rows=tuple(rows),
        )
    )
    return curves


def _compare(followed: Followed, causes: dict[int, str], parts: Parts) -> None:
    """Gray's test of each cause, where there are groups to compare."""
    if len(followed.group_names) < 2:
        return
    within = ", stratified" if followed.strata is not None else ""
    for cause, called in causes.items():
        name, method = f"equal cumulative incidence of {called}", f"Gray's test{within}"
        try:
            test = gray_test(followed.follow_up, followed.group, cause, followed.strata)
        except InputError as error:
            parts.tests.append(
                TestResult(name=name, statistic=None, p=None, method=method, convention=error.what)
            )
            continue
        parts.tests.append(
            TestResult(
                name=name,
                statistic=test.statistic,
                df=test.df,
                p=test.p,
                method=method,
                convention="chi-square, rho = 0, tied events as draws without replacement",
                group=followed.question.by,
            )
        )
