"""The methods text of an analysis of rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.cohort.methods_words import column_words, left_out_words

if TYPE_CHECKING:
    from neoher.cohort.rates.counting import RateCounts
    from neoher.cohort.rates.question import RateQuestion
    from neoher.cohort.table.tidy import Cohort

__all__ = ["methods_text"]


def methods_text(cohort: Cohort, question: RateQuestion, counts: RateCounts, reference: str) -> str:
    """Every choice of the analysis, in sentences."""
    named = [question.outcome, question.by, question.strata, *question.adjust]
    columns = [name for name in named if name]
    level = f"{100 * question.level:g} %"
    sentences = [cohort.reading, *(column_words(cohort, name) for name in columns)]
    sentences.append(left_out_words(len(cohort), counts.n, columns))
    if question.yes is not None:
        sentences.append(f"The outcome counts where {question.outcome} is {question.yes}.")
    sentences.append(
        f"Rates are given with {level} intervals of Wilson (score, no continuity correction) and of Clopper "
        "and Pearson (exact)."
    )
    if question.by and len(counts.groups) > 1:
        sentences += [_compared(question.by, reference), _multiplicity(counts)]
    if question.strata:
        sentences.append(_pooled(question.strata))
    if question.subgroups:
        sentences.append(
            f"Inside every level of {', '.join(question.subgroups)} the groups were compared by the risk "
            "difference (Newcombe) and the odds ratio, without rows in which that column is not known; the "
            "interaction with each column is the likelihood ratio of a logistic model. Subgroups overlap, "
            "and their tests are not adjusted for their number."
        )
    if question.adjust:
        sentences.append(
            f"Adjusted odds ratios come from logistic regression with {_entered(counts)} (maximum "
            "likelihood, Wald intervals)."
        )
    return " ".join(filter(None, sentences))


def _entered(counts: RateCounts) -> str:
    """Which adjusting columns enter as categories, and which as numbers."""
    groups = [name for name, levels in counts.adjusting.items() if levels]
    numbers = [name for name, levels in counts.adjusting.items() if not levels]
    parts = [f"{', '.join(groups)} as categories"] if groups else []
    parts += [f"{', '.join(numbers)} as a number, straight"] if numbers else []
    return " and ".join(parts)


def _compared(by: str, reference: str) -> str:
    return (
        f"Groups of {by} were compared with {reference}: risk difference (interval of Newcombe, method 10,"
        " and of Wald), risk ratio (log-normal), sample odds ratio (log-normal) and conditional "
        "maximum-likelihood odds ratio (exact interval). Tests are two-sided: Pearson's chi-squared "
        "without and with Yates's correction, the likelihood ratio, Fisher's exact test and its mid-p "
        "(tables no more likely than the observed; doubled tails beside it), and the z test with unpooled"
        " variances."
    )


def _multiplicity(counts: RateCounts) -> str:
    if len(counts.groups) == 2:
        return "P values are not adjusted for the number of tests."
    return (
        "P values are not adjusted for the number of tests, but for Fisher's tests against the reference,"
        " which are given with Holm's adjustment as well."
    )


def _pooled(strata: str) -> str:
    return (
        f"Over the strata of {strata} the Mantel-Haenszel odds ratio (variance of Robins, Breslow and "
        "Greenland), risk ratio and risk difference (variance of Greenland and Robins), the "
        "Cochran-Mantel-Haenszel test with and without continuity correction, and homogeneity by Breslow "
        "and Day (with and without Tarone's correction), by Cochran's Q of the risk differences, and by "
        "the likelihood ratio of the interaction in a logistic model are given. Interaction on the odds "
        "scale and on the difference scale are two questions and may be answered differently."
    )
