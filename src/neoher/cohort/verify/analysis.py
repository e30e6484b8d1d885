"""The check of a table of claims, as a result with a methods text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from neoher.cohort.result import CohortResult, Excluded, Heading, ResultTable
from neoher.cohort.verify.claims import Claim, Statistic
from neoher.cohort.verify.findings import Finding, Verdict
from neoher.cohort.verify.intervals import check_interval, check_ratio
from neoher.cohort.verify.p_values import check_p_value
from neoher.cohort.verify.percentages import check_percentage
from neoher.cohort.verify.rank_values import check_rank_p
from neoher.cohort.verify.sums import check_sum
from neoher.record.conclusion import Caution

__all__ = ["check_claim", "verify_claims"]

METHODS = (
    "Percentages were held against their counts with exact arithmetic: rounding half up, half to even, cut"
    " off and up. P values of two proportions were held against Pearson's chi-squared without and with "
    "Yates's correction, the likelihood ratio, Fisher's exact test and its mid-p (each by tables no more "
    "likely and by doubling the smaller tail), and the z test with unpooled variances; where none gives "
    "the printed value, counts that differ by up to three in one or two places were tried with Pearson, "
    "Yates and Fisher. Intervals of a rate were held against Wilson, Clopper-Pearson, Wald, Agresti-Coull"
    " and Jeffreys, of a difference against Newcombe and Wald, of ratios against their log-normal and "
    "exact intervals. A value that is not reproduced may come from another test, from adjustment or "
    "stratification, from other counts or from a slip: the check does not say which, and a reproduced "
    "value is not thereby the right one."
)


def check_claim(claim: Claim, others: Sequence[Claim] = ()) -> Finding:
    """One claim checked; `others` lend their counts where a p belongs to another pair.

    Raises: InputError where a printed value is no number.
    """
    match claim.statistic:
        case Statistic.PERCENT:
            return check_percentage(claim)
        case Statistic.P:
            return check_p_value(claim, others)
        case Statistic.INTERVAL:
            return check_interval(claim)
        case Statistic.RATIO:
            return check_ratio(claim)
        case Statistic.RANK_P:
            return check_rank_p(claim)
    return check_sum(claim)


def verify_claims(claims: Sequence[Claim]) -> CohortResult:
    """Every claim with its verdict.

    Raises: InputError where a printed value is no number.
    """
    findings = [(claim, check_claim(claim, claims)) for claim in claims]
    undecided = tuple(
        Excluded(row=claim.line, column=str(claim.statistic), reason=finding.note, patient=None)
        for claim, finding in findings
        if finding.verdict is Verdict.UNDECIDED
    )
    counts = Counter(finding.verdict for _, finding in findings)
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    return CohortResult(
        title="Printed statistics against printed counts",
        n=len(claims) - len(undecided),
        excluded=undecided,
        main=ResultTable(
            name="claims",
            title=f"{len(claims)} claims: {said}",
            columns=(
                Heading(key="claim", heading="claim"),
                Heading(key="statistic", heading="statistic"),
                Heading(key="printed", heading="printed"),
                Heading(key="verdict", heading="verdict"),
                Heading(key="computed", heading="from the counts"),
                Heading(key="reproduced_by", heading="reproduced by"),
                Heading(key="would_be_given_by", heading="would be given by"),
                Heading(key="note", heading="note"),
                Heading(key="source", heading="source"),
            ),
            rows=tuple(
                {
                    "claim": claim.claim,
                    "statistic": str(claim.statistic),
                    "printed": _printed(claim),
                    "verdict": str(finding.verdict),
                    "computed": finding.computed or None,
                    "reproduced_by": list(finding.by),
                    "would_be_given_by": list(finding.would),
                    "note": finding.note or None,
                    "source": claim.source,
                }
                for claim, finding in findings
            ),
        ),
        tests=tuple(test for _, finding in findings for test in finding.tests),
        methods_text=METHODS,
        warnings=tuple(
            Caution(
                code=str(finding.verdict),
                message=f"{claim.claim}: printed {_printed(claim)}; {finding.computed}: {finding.note}",
            )
            for claim, finding in findings
            if finding.verdict in (Verdict.NOT_REPRODUCED, Verdict.WITHIN_RANGE, Verdict.OTHER_ROUNDING)
        ),
    )


def _printed(claim: Claim) -> str:
    limits = f"{claim.low} to {claim.high}" if claim.low and claim.high else ""
    value = claim.printed or ""
    beside = f", p {claim.p}" if claim.p else ""
    return f"{value}{f' ({limits})' if value and limits else limits}{beside}"
