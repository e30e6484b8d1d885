"""The laboratory's verdict on an in situ hybridisation beside, or in place of, its counts."""

from __future__ import annotations

from neoher.errors import InputError
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts, Her2Status
from neoher.pathology.her2.ihc import IhcScore
from neoher.pathology.her2.ish import (
    HIGH_COPIES,
    LOW_COPIES,
    RATIO_CUT,
    IshResult,
    Probe,
    SingleProbeResult,
    dual_probe_group,
    single_probe,
)
from neoher.pathology.her2.ruling import Need, Ruling, rule_group
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import ASCO_CAP_2018

__all__ = ["refuse_other_verdict", "rule_reported_ish"]


def refuse_other_verdict(facts: Her2Facts) -> None:
    """Raises: InputError where a complete count says the opposite of the laboratory's verdict.

    Groups 2 to 4 and a single probe between 4.0 and 6.0 copies go with either verdict: the work-up decides.
    """
    if facts.ish_result is None or facts.copies is None:
        return
    by_count = None
    if facts.ratio is not None:
        by_count = {1: IshResult.POSITIVE, 5: IshResult.NEGATIVE}.get(
            dual_probe_group(facts.ratio, facts.copies)
        )
    elif facts.ish_probe is Probe.SINGLE:
        by_count = {
            SingleProbeResult.POSITIVE: IshResult.POSITIVE,
            SingleProbeResult.NEGATIVE: IshResult.NEGATIVE,
        }.get(single_probe(facts.copies))
    if by_count is None or by_count is facts.ish_result:
        return
    raise InputError(
        f"the ISH was reported {facts.ish_result}, but its counts are {by_count}.",
        where="ish_result, ratio, copies" if facts.ratio is not None else "ish_result, copies",
        remedy="Correct the verdict or the counts; the report it was taken from may hold two tests.",
    )


def rule_reported_ish(
    facts: Her2Facts, ihc: IhcScore | None, reasons: Reasoning[Her2Assessment]
) -> Ruling | None:
    """The status by a verdict whose counts are not complete; None where the counts are to decide.

    Source: ASCO/CAP 2018 figures 1 to 3 (PMID 29846122) for what either result means beside IHC.
    That a verdict is followed only where the one number given points the same way is this program's rule.
    """
    complete = facts.copies is not None and (facts.ratio is not None or facts.ish_probe is Probe.SINGLE)
    if facts.ish_result is None or complete:
        return None
    if _points_elsewhere(facts, facts.ish_result):
        reasons.warn(
            "ish-result-not-followed",
            f"The ISH was reported {facts.ish_result}, which the one number given does not support by "
            "itself; ratio and copies together decide.",
        )
        return None
    reasons.step(
        f"ISH {facts.ish_result} as reported",
        "the laboratory's verdict; its counts are not given in full, so the group is not known",
        ASCO_CAP_2018,
        ish_result=facts.ish_result,
        ratio=facts.ratio,
        copies_per_cell=facts.copies,
    )
    if ihc is IhcScore.THREE_PLUS:
        return Ruling(
            Her2Status.POSITIVE, "ASCO/CAP 2018 figure 1: IHC 3+ is positive, whatever the ISH says"
        )
    if facts.ish_result is IshResult.EQUIVOCAL:
        return Ruling(
            Her2Status.EQUIVOCAL,
            "ASCO/CAP 2018 knows no equivocal ISH: ratio and copies with IHC decide",
            Need.ISH,
        )
    status = rule_group(1 if facts.ish_result is IshResult.POSITIVE else 5, ihc).status
    reasons.warn(
        "ish-as-reported",
        "The ISH is taken as reported: without ratio and copies the ASCO/CAP group cannot be checked.",
    )
    return Ruling(status, f"ASCO/CAP 2018 figures 1 to 3: ISH {facts.ish_result} as reported is {status}")


def _points_elsewhere(facts: Her2Facts, result: IshResult) -> bool:
    ratio, copies = facts.ratio, facts.copies
    if result is IshResult.POSITIVE:
        return (ratio is not None and ratio < RATIO_CUT) or (copies is not None and copies < LOW_COPIES)
    if result is IshResult.NEGATIVE:
        return (ratio is not None and ratio >= RATIO_CUT) or (copies is not None and copies >= HIGH_COPIES)
    return False
