"""The methods text of table 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.cohort.methods_words import column_words, left_out_words
from neoher.cohort.statistics.ranks import EXACT_BELOW

if TYPE_CHECKING:
    from neoher.cohort.describe.analysis import DescribeQuestion
    from neoher.cohort.table.tidy import Cohort

__all__ = ["methods_text"]

TYPES = {
    2: "averages at jumps, as in SAS",
    6: "weighted at (n + 1) p, as in SPSS",
    7: "linear at 1 + (n - 1) p, as in R",
}


def methods_text(cohort: Cohort, question: DescribeQuestion, used: int, groups: int) -> str:
    """Every choice of table 1, in sentences."""
    sentences = [cohort.reading]
    if question.by:
        sentences += [column_words(cohort, question.by), left_out_words(len(cohort), used, [question.by])]
    kind = question.quantile_type
    sentences.append(
        "Categories are counts with percentages of the rows in which the column is known; numbers are "
        f"medians with quartiles of type {kind} of Hyndman and Fan ({TYPES[kind]}). Follow-up times are "
        "summarised as they stand: their medians are not survival medians."
    )
    if groups > 1:
        two = (
            f"the Mann-Whitney test (exact with ties where both groups hold fewer than {EXACT_BELOW}, else "
            "the normal approximation with continuity correction)"
        )
        sentences.append(
            "Between groups, categories were compared by Pearson's chi-squared, or by the exact test where"
            " an expected count is below 5 (sum of the tables no more likely than the observed), numbers "
            f"by {two if groups == 2 else 'the Kruskal-Wallis test corrected for ties'}; means are compared"
            " beside it. Tests are two-sided and not adjusted for their number. Rows in which the column "
            "is not known are left out of its test."
        )
        sentences.append(
            "Standardised differences are the difference of means over the root of the mean variance, and "
            "for categories the Mahalanobis distance of their shares (Yang and Dalton)"
            + ("." if groups == 2 else ", the largest of all pairs of groups.")
        )
    if question.correlate:
        sentences.append(
            "Correlations are Pearson's (interval by Fisher's z), Spearman's (midranks, t approximation) and "
            "Kendall's tau-b (normal approximation), over rows in which both are known."
        )
    return " ".join(filter(None, sentences))
