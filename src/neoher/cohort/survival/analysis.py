"""Survival of a cohort: curves, comparisons, models and cumulative incidence, as one result."""

from __future__ import annotations

import math
from dataclasses import asdict

import numpy as np

from neoher.cohort.parts import Parts, group_label
from neoher.cohort.result import CohortResult, Estimate, Heading, ResultTable, TestResult
from neoher.cohort.survival.figures import curve_figure, incidence_figure
from neoher.cohort.survival.hazards import hazard_parts
from neoher.cohort.survival.incidence import incidence_parts
from neoher.cohort.survival.kaplan_meier import (
    RestrictedMean,
    SurvivalCurve,
    normal_quantile,
    restricted_mean,
    survival_curve,
)
from neoher.cohort.survival.log_rank import LogRank, log_rank
from neoher.cohort.survival.methods import methods_text
from neoher.cohort.survival.question import Followed, SurvivalQuestion, followed_of
from neoher.cohort.table.tidy import Cohort
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["analyse_survival"]

MOST_STEPS = 2000
"""Times of a curve that its table lists; a longer curve is listed at that many times, evenly over its
events."""
SHARES = (0.25, 0.5, 0.75)
SOURCES = ("doi:10.1200/JCO.20.03613",)


def analyse_survival(cohort: Cohort, question: SurvivalQuestion, *, drawn: bool = True) -> CohortResult:
    """Kaplan-Meier by group with log-rank, Cox and, where events compete, Aalen-Johansen and Fine-Gray.

    Parameters: `drawn`: whether the result carries its figures, which a million patients need not wait for.
    Raises: InputError where the columns do not make a follow-up; see `followed_of`.
    """
    followed = followed_of(cohort, question)
    curves = _curves(followed)
    parts = Parts()
    horizon = _horizon(curves, question)
    main = _summary(followed, curves, horizon, parts)
    parts.tables += _survival_at(followed, curves, parts)
    comparison = _compare(followed, parts)
    further = [_numbers_at_risk(followed, curves), _steps(followed, curves)]
    p = None if comparison is None else comparison.p
    figures = [curve_figure(followed, curves, p)] if drawn else []
    hazard_parts(followed, parts)
    if (followed.follow_up.cause > 1).any():
        incidences = incidence_parts(followed, parts)
        figures += [incidence_figure(followed, incidences)] if drawn else []
    by = f" by {question.by}" if question.by else ""
    return CohortResult(
        title=f"{question.time}{by}",
        n=followed.follow_up.time.size,
        excluded=followed.excluded,
        main=main,
        further=(*parts.tables, *further),
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=methods_text(followed, horizon),
        warnings=(*followed.warnings, *parts.warnings),
        missing=tuple(parts.missing),
        sources=SOURCES,
        figures=tuple(figures),
    )


def _curves(followed: Followed) -> list[SurvivalCurve]:
    question = followed.question
    return [
        survival_curve(followed.follow_up.among(followed.group == code), question.interval, question.level)
        for code in range(len(followed.group_names))
    ]


def _horizon(curves: list[SurvivalCurve], question: SurvivalQuestion) -> float | None:
    """The horizon of the restricted mean: as asked, else the shortest of the groups' last times."""
    if question.horizon is not None:
        return question.horizon
    last = min(float(curve.time[-1]) for curve in curves)
    return last if last > 0 else None


def _summary(
    followed: Followed, curves: list[SurvivalCurve], horizon: float | None, parts: Parts
) -> ResultTable:
    question, unit = followed.question, followed.unit
    columns = [
        Heading(key="group", heading=question.by or "group"),
        Heading(key="n", heading="patients"),
        Heading(key="events", heading="events"),
        Heading(key="median", heading="median", unit=unit),
        Heading(key="median_low", heading="from", unit=unit),
        Heading(key="median_high", heading="to", unit=unit),
        Heading(key="median_follow_up", heading="median follow-up", unit=unit),
        Heading(key="restricted_mean", heading="restricted mean", unit=unit, digits=1),
    ]
    means: list[tuple[str, RestrictedMean | None]] = []
    rows = []
    for code, (name, curve) in enumerate(zip(followed.group_names, curves, strict=True)):
        label = group_label(question.by, name)
        row: dict[str, str | int | float | None] = {"group": name, "n": curve.patients}
        row["events"] = int(curve.events.sum())
        _add_quantiles(curve, label, followed, parts, row)
        row["median_follow_up"] = _median_follow_up(followed, code)
        mean = None if horizon is None else _restricted(curve, horizon, label, followed, parts)
        row["restricted_mean"] = None if mean is None else mean.mean
        means.append((name, mean))
        rows.append(row)
    if len(means) > 1:
        _compare_means(followed, means, parts)
    note = "Median follow-up by reverse Kaplan-Meier. A dash: not reached, or beyond the last follow-up."
    return ResultTable(name="survival", title="Survival", columns=tuple(columns), rows=tuple(rows), note=note)


def _survival_at(followed: Followed, curves: list[SurvivalCurve], parts: Parts) -> list[ResultTable]:
    """Survival at the times asked for."""
    question = followed.question
    columns = (
        Heading(key="group", heading=question.by or "group"),
        Heading(key="time", heading="time", unit=followed.unit),
        Heading(key="survival", heading="survival", digits=3),
        Heading(key="low", heading="from", digits=3),
        Heading(key="high", heading="to", digits=3),
        Heading(key="at_risk", heading="at risk"),
    )
    rows = []
    for name, curve in zip(followed.group_names, curves, strict=True):
        for time in question.at:
            point = curve.at(time)
            rows.append({"group": name} | asdict(point))
            method = f"Kaplan-Meier, {question.interval} interval"
            parts.estimates.append(
                Estimate(
                    name=f"survival at {time:g}",
                    value=point.survival,
                    low=point.low,
                    high=point.high,
                    level=question.level,
                    method=method if point.survival is not None else "not known: beyond the last follow-up",
                    group=group_label(question.by, name),
                    n=curve.patients,
                )
            )
    title = "Survival at the times asked for"
    return [ResultTable(name="survival-at", title=title, columns=columns, rows=tuple(rows))] if rows else []


def _add_quantiles(
    curve: SurvivalCurve,
    label: str | None,
    followed: Followed,
    parts: Parts,
    row: dict[str, str | int | float | None],
) -> None:
    for share in SHARES:
        found = curve.quantile(share)
        name = "median" if share == 0.5 else f"time by which {100 * share:g} % had the event"
        if share == 0.5:
            row |= {"median": found.time, "median_low": found.low, "median_high": found.high}
        reached = "" if found.time is not None else "; not reached"
        parts.estimates.append(
            Estimate(
                name=name,
                value=found.time,
                low=found.low,
                high=found.high,
                level=followed.question.level,
                method=f"Kaplan-Meier, limits of the {followed.question.interval} interval inverted{reached}",
                group=label,
                n=curve.patients,
                unit=followed.unit,
            )
        )


def _median_follow_up(followed: Followed, code: int) -> float | None:
    from neoher.cohort.survival.follow_up import FollowUp

    mine = followed.group == code
    ended = (followed.follow_up.cause[mine] == 0).astype(np.int64)
    return survival_curve(FollowUp(followed.follow_up.time[mine], ended)).quantile().time


def _restricted(
    curve: SurvivalCurve, horizon: float, label: str | None, followed: Followed, parts: Parts
) -> RestrictedMean | None:
    name = f"restricted mean to {horizon:g}"
    try:
        mean = restricted_mean(curve, horizon)
    except InputError as error:
        if followed.question.horizon is not None and horizon <= 0:
            raise
        parts.missing.append(f"follow-up to {horizon:g} of {label or 'all'}")
        parts.estimates.append(Estimate(name=name, value=None, method=error.what, group=label))
        return None
    parts.estimates.append(
        Estimate(
            name=name,
            value=mean.mean,
            low=mean.low,
            high=mean.high,
            level=followed.question.level,
            method="area under Kaplan-Meier's curve, normal interval",
            group=label,
            n=curve.patients,
            unit=followed.unit,
        )
    )
    return mean


def _compare_means(followed: Followed, means: list[tuple[str, RestrictedMean | None]], parts: Parts) -> None:
    """Differences of restricted means from the reference group, where both are known."""
    base = followed.question.reference or means[0][0]
    reference = dict(means).get(base)
    z = normal_quantile(followed.question.level)
    for name, mean in means:
        if name == base or mean is None or reference is None:
            continue
        difference = mean.mean - reference.mean
        error = math.hypot(mean.std_error, reference.std_error)
        label = f"{followed.question.by}: {name} v {base}"
        parts.estimates.append(
            Estimate(
                name=f"difference of restricted means to {mean.horizon:g}",
                value=difference,
                low=difference - z * error,
                high=difference + z * error,
                level=followed.question.level,
                method="areas under Kaplan-Meier's curves, normal interval",
                group=label,
                unit=followed.unit,
            )
        )
        if error > 0:
            parts.tests.append(
                TestResult(
                    name=f"equal restricted means to {mean.horizon:g}",
                    statistic=difference / error,
                    p=math.erfc(abs(difference / error) / math.sqrt(2)),
                    method="z test of restricted means",
                    convention="two-sided, standard normal",
                    group=label,
                )
            )


def _compare(followed: Followed, parts: Parts) -> LogRank | None:
    """The log-rank test, where there are groups to compare."""
    if len(followed.group_names) < 2:
        return None
    stratified = followed.strata is not None
    method = "log-rank test, stratified" if stratified else "log-rank test"
    try:
        test = log_rank(followed.follow_up, followed.group, followed.strata)
    except InputError as error:
        parts.tests.append(
            TestResult(name="equal survival", statistic=None, p=None, method=method, convention=error.what)
        )
        parts.warnings.append(Caution(code="not-compared", message=f"Groups were not compared: {error.what}"))
        return None
    parts.tests.append(
        TestResult(
            name="equal survival",
            statistic=test.statistic,
            df=test.df,
            p=test.p,
            method=method,
            convention="chi-square with the hypergeometric variance of ties, two-sided, no continuity "
            "correction",
            group=followed.question.by,
        )
    )
    return test


def _numbers_at_risk(followed: Followed, curves: list[SurvivalCurve]) -> ResultTable:
    from neoher.cohort.survival.figures import risk_times

    times = risk_times(curves)
    columns = [Heading(key="group", heading=followed.question.by or "group")]
    columns += [Heading(key=f"{time:g}", heading=f"{time:g}", unit=followed.unit) for time in times]
    rows = [
        {"group": name} | {f"{time:g}": curve.number_at_risk(time) for time in times}
        for name, curve in zip(followed.group_names, curves, strict=True)
    ]
    return ResultTable(name="at-risk", title="Numbers at risk", columns=tuple(columns), rows=tuple(rows))


def _steps(followed: Followed, curves: list[SurvivalCurve]) -> ResultTable:
    """The curves themselves, at their event times."""
    columns = [
        Heading(key="group", heading=followed.question.by or "group"),
        Heading(key="time", heading="time", unit=followed.unit),
        Heading(key="at_risk", heading="at risk"),
        Heading(key="events", heading="events"),
        Heading(key="survival", heading="survival", digits=4),
        Heading(key="low", heading="from", digits=4),
        Heading(key="high", heading="to", digits=4),
        Heading(key="std_error", heading="standard error", digits=4),
    ]
    rows = []
    shortened = False
    for name, curve in zip(followed.group_names, curves, strict=True):
        steps = np.flatnonzero(curve.events)
        if steps.size > MOST_STEPS:
            steps = steps[np.linspace(0, steps.size - 1, MOST_STEPS).astype(np.int64)]
            shortened = True
        for step in steps.tolist():
            point = curve.at(float(curve.time[step]))
            rows.append(
                {
                    "group": name,
                    "time": float(curve.time[step]),
                    "at_risk": int(curve.at_risk[step]),
                    "events": int(curve.events[step]),
                    "survival": point.survival,
                    "low": point.low,
                    "high": point.high,
                    "std_error": None if point.low is None else float(curve.std_error[step]),
                }
            )
    note = (
        f"A curve with more than {MOST_STEPS} event times is listed at that many of them."
        if shortened
        else ""
    )
    return ResultTable(
        name="curve",
        title="Kaplan-Meier's curve",
        columns=tuple(columns),
        rows=tuple(rows),
        note=note,
        in_terminal=False,
    )
