"""Hazard ratios of a cohort: Cox's model, its test of proportional hazards, and Fine and Gray's."""

from __future__ import annotations

from collections.abc import Sequence

from neoher.cohort.parts import Parts
from neoher.cohort.result import Estimate, Heading, ResultTable, TestResult
from neoher.cohort.survival.covariates import Covariates, covariates_of
from neoher.cohort.survival.cox import ChiSquare, CoxFit, HazardRatio, Ties, fit_cox
from neoher.cohort.survival.fine_gray import fit_fine_gray
from neoher.cohort.survival.proportional_hazards import proportional_hazards
from neoher.cohort.survival.question import Followed
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["hazard_parts"]

NOT_PROPORTIONAL = 0.05
FEWEST_EVENTS = 10
"""Events a coefficient below which an estimate is called unstable (a design decision)."""
COLUMNS = (
    Heading(key="term", heading="comparison"),
    Heading(key="ratio", heading="hazard ratio"),
    Heading(key="low", heading="from"),
    Heading(key="high", heading="to"),
    Heading(key="coefficient", heading="log hazard ratio", digits=4),
    Heading(key="std_error", heading="standard error", digits=4),
    Heading(key="z", heading="z", digits=2),
    Heading(key="p", heading="p"),
)


def hazard_parts(followed: Followed, parts: Parts) -> None:
    """Add the models of the groups and covariates, where there are any."""
    question = followed.question
    columns = [*([question.by] if len(followed.group_names) > 1 and question.by else []), *question.adjust]
    if not columns:
        return
    reference = (
        None if question.by is None or question.reference is None else (question.by, question.reference)
    )
    covariates = covariates_of(followed.cohort, columns, reference)
    ties = f"Cox's model, ties by {question.ties.value.capitalize()}"
    if followed.strata is not None:
        ties += f", stratified by {question.strata}"
    try:
        fit = fit_cox(
            followed.follow_up,
            covariates.values,
            covariates.names,
            question.ties,
            followed.strata,
            question.level,
        )
    except InputError as error:
        _not_fitted(parts, "Cox's model", error)
    else:
        _add_terms(parts, fit.terms, "cox", "Hazard ratios (Cox)", "hazard ratio", ties, question.level)
        _add_tests(parts, fit, ties)
        _add_proportional(parts, fit, followed, covariates)
        if fit.events < FEWEST_EVENTS * len(fit.terms):
            parts.warnings.append(
                Caution(
                    code="few-events",
                    message=f"{fit.events} events for {len(fit.terms)} coefficients: hazard ratios are "
                    "unstable.",
                )
            )
    if (followed.follow_up.cause > 1).any():
        _add_fine_gray(parts, followed, covariates)


def _not_fitted(parts: Parts, model: str, error: InputError) -> None:
    where = f"{error.where}: " if error.where else ""
    parts.warnings.append(
        Caution(
            code="model-not-fitted",
            message=f"{model} was not fitted: {where}{error.what} {error.remedy}".strip(),
        )
    )
    parts.missing.append(f"{model}: {where}{error.what}")


def _add_terms(
    parts: Parts,
    terms: Sequence[HazardRatio],
    table: str,
    title: str,
    name: str,
    method: str,
    level: float,
) -> None:
    rows = []
    for term in terms:
        rows.append(
            {
                "term": term.name,
                "ratio": term.ratio,
                "low": term.low,
                "high": term.high,
                "coefficient": term.coefficient,
                "std_error": term.std_error,
                "z": term.z,
                "p": term.p,
            }
        )
        parts.estimates.append(
            Estimate(
                name=name,
                value=term.ratio,
                low=term.low,
                high=term.high,
                level=level,
                method=f"{method}, Wald interval",
                group=term.name,
            )
        )
        parts.tests.append(
            TestResult(
                name=f"{name} of 1",
                statistic=term.z,
                p=term.p,
                method=f"Wald test, {method}",
                convention="two-sided, standard normal",
                group=term.name,
            )
        )
    parts.tables.append(ResultTable(name=table, title=title, columns=COLUMNS, rows=tuple(rows)))


def _add_tests(parts: Parts, fit: CoxFit, method: str) -> None:
    every: list[tuple[str, ChiSquare]] = [
        ("likelihood ratio test", fit.likelihood_ratio),
        ("Wald test", fit.wald),
        ("score test", fit.score),
    ]
    for name, test in every:
        parts.tests.append(
            TestResult(
                name="all hazard ratios of 1",
                statistic=test.statistic,
                df=test.df,
                p=test.p,
                method=f"{name}, {method}",
                convention="chi-square",
            )
        )


def _add_proportional(parts: Parts, fit: CoxFit, followed: Followed, covariates: Covariates) -> None:
    test = proportional_hazards(fit, followed.follow_up, covariates.values, followed.strata)
    ties = "; tested with Efron's ties" if fit.ties is Ties.EXACT else ""
    convention = f"time scale 1 - Kaplan-Meier, variance of every risk set{ties}"
    for name, each in (*test.terms.items(), ("all", test.overall)):
        parts.tests.append(
            TestResult(
                name="proportional hazards",
                statistic=each.statistic,
                df=each.df,
                p=each.p,
                method="score test of a coefficient that changes with time (Grambsch and Therneau)",
                convention=convention,
                group=name,
            )
        )
    if test.overall.p < NOT_PROPORTIONAL:
        parts.warnings.append(
            Caution(
                code="hazards-not-proportional",
                message=f"Hazards are not proportional (p = {test.overall.p:.2g}): one hazard ratio does "
                "not describe "
                "the whole follow-up. Read the restricted means and survival at named times.",
            )
        )


def _add_fine_gray(parts: Parts, followed: Followed, covariates: Covariates) -> None:
    try:
        fit = fit_fine_gray(followed.follow_up, covariates.values, covariates.names, followed.question.level)
    except InputError as error:
        _not_fitted(parts, "Fine and Gray's model", error)
        return
    method = "Fine and Gray's model, ties by Breslow, robust standard errors"
    title = "Subdistribution hazard ratios (Fine-Gray)"
    _add_terms(
        parts, fit.terms, "fine-gray", title, "subdistribution hazard ratio", method, followed.question.level
    )
    if followed.strata is not None:
        parts.warnings.append(
            Caution(
                code="fine-gray-not-stratified",
                message="Fine and Gray's model does not take the strata; name them with --adjust to "
                "adjust for them.",
            )
        )
