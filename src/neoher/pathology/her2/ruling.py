"""The decision tables of ASCO/CAP 2018: from IHC and ISH to a status, or to the test still to be done.

Source of every table here: Wolff et al., J Clin Oncol 2018;36:2105 (PMID 29846122), figures 1 to 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from neoher.pathology.her2.facts import Her2Status
from neoher.pathology.her2.ihc import IhcScore
from neoher.pathology.her2.ish import IshGroup, SingleProbeResult

__all__ = ["Need", "Ruling", "rule_group", "rule_ihc", "rule_recount", "rule_single_probe"]


class Need(Enum):
    """A test that is still to be done."""

    IHC = auto()
    ISH = auto()
    RECOUNT = auto()
    DUAL_PROBE = auto()


@dataclass(frozen=True, slots=True)
class Ruling:
    """A status, the row of the table that gave it, and the test that is still to be done."""

    status: Her2Status
    rule: str
    need: Need | None = None


def rule_ihc(ihc: IhcScore) -> Ruling:
    """The status by IHC alone, no ISH done (figure 1)."""
    match ihc:
        case IhcScore.THREE_PLUS:
            return Ruling(Her2Status.POSITIVE, "ASCO/CAP 2018 figure 1: IHC 3+ is positive")
        case IhcScore.TWO_PLUS:
            rule = "ASCO/CAP 2018 figure 1: IHC 2+ needs ISH on the same specimen"
            return Ruling(Her2Status.EQUIVOCAL, rule, Need.ISH)
    return Ruling(Her2Status.NEGATIVE, "ASCO/CAP 2018 figure 1: IHC 0 or 1+ is negative")


def rule_group(group: IshGroup, ihc: IhcScore | None) -> Ruling:
    """The status by dual-probe group and IHC of the same sample (figures 3 to 6), before any recount."""
    if ihc is IhcScore.THREE_PLUS:
        return Ruling(
            Her2Status.POSITIVE, "ASCO/CAP 2018 figures 1, 4 to 6: IHC 3+ is positive, whatever the ISH group"
        )
    if group == 1:
        return Ruling(Her2Status.POSITIVE, "ASCO/CAP 2018 figure 3: group 1 is ISH positive")
    if group == 5:
        return Ruling(Her2Status.NEGATIVE, "ASCO/CAP 2018 figure 3: group 5 is ISH negative")
    figure = f"ASCO/CAP 2018 figure {group + 2}: group {group}"
    if ihc is None:
        return Ruling(Her2Status.EQUIVOCAL, f"{figure} needs IHC on the same sample", Need.IHC)
    if ihc is IhcScore.TWO_PLUS:
        rule = f"{figure} with IHC 2+ needs a recount by a blinded observer"
        return Ruling(Her2Status.EQUIVOCAL, rule, Need.RECOUNT)
    return Ruling(Her2Status.NEGATIVE, f"{figure} with IHC 0 or 1+ is negative, with a comment")


def rule_recount(group: IshGroup, recount: IshGroup) -> Ruling:
    """The status after the blinded recount of a group 2, 3 or 4 with IHC 2+ (figures 4 to 6)."""
    figure = f"ASCO/CAP 2018 figure {group + 2}"
    if recount != group:
        rule = (
            f"{figure}: the recount fell into group {recount}, not {group}: adjudicate by internal procedure"
        )
        return Ruling(Her2Status.INDETERMINATE, rule)
    confirmed = f"{figure}: group {group} with IHC 2+, confirmed by the recount,"
    if group == 3:
        return Ruling(Her2Status.POSITIVE, f"{confirmed} is positive")
    return Ruling(Her2Status.NEGATIVE, f"{confirmed} is negative, with a comment")


def rule_single_probe(result: SingleProbeResult, ihc: IhcScore | None) -> Ruling:
    """The status by a single-probe test and concurrent IHC (figure 2)."""
    figure = "ASCO/CAP 2018 figure 2"
    if ihc is IhcScore.THREE_PLUS:
        return Ruling(Her2Status.POSITIVE, f"{figure}: concurrent IHC 3+ is positive")
    if result is SingleProbeResult.POSITIVE:
        return Ruling(Her2Status.POSITIVE, f"{figure}: 6.0 copies or more are ISH positive")
    if result is SingleProbeResult.NEGATIVE:
        return Ruling(Her2Status.NEGATIVE, f"{figure}: fewer than 4.0 copies are ISH negative")
    between = f"{figure}: 4.0 to below 6.0 copies"
    if ihc is None:
        return Ruling(Her2Status.EQUIVOCAL, f"{between} need concurrent IHC", Need.IHC)
    if ihc is IhcScore.TWO_PLUS:
        return Ruling(Her2Status.EQUIVOCAL, f"{between} with IHC 2+ need a dual-probe test", Need.DUAL_PROBE)
    return Ruling(Her2Status.NEGATIVE, f"{between} with IHC 0 or 1+ are negative")
