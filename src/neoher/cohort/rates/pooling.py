"""Strata together: common effects, Cochran-Mantel-Haenszel, homogeneity; and adjusted by logistic models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.rates.comparing import as_estimate, as_test
from neoher.cohort.rates.counting import RateCounts, pattern_of
from neoher.cohort.result import Estimate, TestResult
from neoher.cohort.statistics import stratified
from neoher.cohort.statistics.logistic import LogisticFit, fit_logistic, likelihood_ratio_between

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["adjusted_effects", "pooled_effects"]

GREENLAND = "Mantel-Haenszel; interval of Greenland and Robins"
SEPARATED = "; cannot be estimated: groups are separated, the coefficient runs to infinity"
STRATUM = None
"""Stands for the strata among the names of the adjusting columns, any of which somebody may have."""
DEPENDENT = "; cannot be estimated: the columns determine one another"


def pooled_effects(
    counts: RateCounts, reference: int, by: str, strata: str, level: float
) -> tuple[list[Estimate], list[TestResult]]:
    """Effects common to all strata, and whether they differ between strata."""
    estimates: list[Estimate] = []
    tests: list[TestResult] = []
    within = f"over {strata}"
    for group, name in enumerate(counts.groups):
        if group == reference:
            continue
        tables = [counts.table(group, reference, stratum) for stratum in range(len(counts.strata))]
        label = f"{name} v {counts.groups[reference]}"
        n = sum(table.n for table in tables)
        for kind, method, interval in (
            ("risk difference", GREENLAND, stratified.common_risk_difference(tables, level)),
            ("risk ratio", GREENLAND, stratified.common_risk_ratio(tables, level)),
            (
                "odds ratio",
                "Mantel-Haenszel; interval of Robins, Breslow and Greenland",
                stratified.common_odds_ratio(tables, level),
            ),
        ):
            estimates.append(as_estimate(f"common {kind}, {label}", interval, method, within, level, n))
        method = "Cochran-Mantel-Haenszel"
        for corrected, convention in (
            (True, "with continuity correction, where the difference from the expected is 0.5 or more"),
            (False, "no continuity correction"),
        ):
            test = stratified.cochran_mantel_haenszel(tables, corrected=corrected)
            tests.append(as_test(label, test, method, convention, within))
        for tarone, convention in (
            (False, "at the Mantel-Haenszel odds ratio, no correction"),
            (True, "at the Mantel-Haenszel odds ratio, Tarone's correction"),
        ):
            test = stratified.breslow_day(tables, tarone=tarone)
            method = "Breslow-Day, homogeneity of odds ratios"
            tests.append(as_test(f"{label}, by {strata}", test, method, convention, within))
        test = stratified.difference_heterogeneity(tables)
        method = "Cochran's Q, homogeneity of risk differences"
        tests.append(as_test(f"{label}, by {strata}", test, method, "inverse-variance weights", within))
    if len(counts.groups) > 2:
        grids = [counts.grid(stratum) for stratum in range(len(counts.strata))]
        test = stratified.generalised_cmh(grids)
        method = "Cochran-Mantel-Haenszel, general association"
        tests.append(as_test(by, test, method, "no continuity correction", within))
    return estimates, tests


def adjusted_effects(
    counts: RateCounts, reference: int, by: str, strata: str | None, level: float
) -> tuple[list[Estimate], list[TestResult]]:
    """Odds ratios of the groups and their interaction with the strata, from logistic models.

    Crude: group alone; then with the stratum; then with the adjusting columns as well.
    """
    estimates: list[Estimate] = []
    tests: list[TestResult] = []
    chosen: list[tuple[str, list[str | None]]] = []
    stratum: list[str | None] = [STRATUM] if strata else []
    if strata:
        chosen.append((f"adjusted for {strata}", stratum))
    if counts.adjusting:
        named = [*([strata] if strata else []), *counts.adjusting]
        chosen.append((f"adjusted for {' and '.join(named)}", [*stratum, *counts.adjusting]))
    for words, columns in chosen:
        with_group = _fit(counts, reference, columns, group=True)
        without = _fit(counts, reference, columns, group=False)
        estimates += _odds_ratios(counts, reference, with_group, words, level)
        test = likelihood_ratio_between(without, with_group)
        tests.append(as_test(by, test, "likelihood ratio, logistic regression", words, words))
    if strata and len(counts.strata) > 1:
        for columns, words in _interactions(counts):
            main = _fit(counts, reference, columns, group=True)
            crossed = _fit(counts, reference, columns, group=True, crossed=True)
            test = likelihood_ratio_between(main, crossed)
            method = "likelihood ratio of the interaction, logistic regression"
            tests.append(as_test(f"{by} x {strata}", test, method, f"on the log-odds scale, {words}", words))
    return estimates, tests


def _interactions(counts: RateCounts) -> Iterator[tuple[list[str | None], str]]:
    yield [STRATUM], "crude"
    if counts.adjusting:
        yield [STRATUM, *counts.adjusting], f"adjusted for {' and '.join(counts.adjusting)}"


def _odds_ratios(
    counts: RateCounts, reference: int, fit: LogisticFit | None, words: str, level: float
) -> Iterator[Estimate]:
    for group, name in enumerate(counts.groups):
        if group == reference:
            continue
        method = "logistic regression; Wald interval"
        label = f"odds ratio, {name} v {counts.groups[reference]}"
        if fit is None or not fit.estimable(f"group {group}"):
            reason = DEPENDENT if fit is None else SEPARATED
            yield Estimate(name=label, value=None, method=method + reason, group=words, n=counts.n)
            continue
        found = fit.odds_ratio(f"group {group}", level)
        yield as_estimate(label, found, method, words, level, counts.n)


def _fit(
    counts: RateCounts, reference: int, columns: Sequence[str | None], *, group: bool, crossed: bool = False
) -> LogisticFit | None:
    """The model of the patterns: intercept, groups against the reference, each column's levels or number."""
    patterns = counts.patterns
    design: list[NDArray[np.float64]] = [np.ones(len(patterns))]
    names = ["intercept"]
    groups = [place for place in range(len(counts.groups)) if place != reference] if group else []
    for place in groups:
        design.append(_indicator(patterns["group"] == place))
        names.append(f"group {place}")
    for column in columns:
        held = "stratum" if column is None else pattern_of(column)
        levels = counts.strata if column is None else counts.adjusting[column]
        if not levels:
            design.append(patterns[held].to_numpy(dtype=float))
            names.append(held)
        for place in range(1, len(levels)):
            design.append(_indicator(patterns[held] == place))
            names.append(f"{held} {place}")
    if crossed:
        for place in groups:
            for stratum in range(1, len(counts.strata)):
                both = (patterns["group"] == place) & (patterns["stratum"] == stratum)
                design.append(_indicator(both))
                names.append(f"group {place} x stratum {stratum}")
    return fit_logistic(
        np.column_stack(design),
        names,
        patterns["yes"].to_numpy(dtype=float),
        patterns["all"].to_numpy(dtype=float),
    )


def _indicator(holds: pd.Series) -> NDArray[np.float64]:
    return np.asarray(holds, dtype=np.float64)
