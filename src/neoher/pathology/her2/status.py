"""From the facts of one specimen to the ruling that holds, also where some of them are not known."""

from __future__ import annotations

from neoher.errors import InputError
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts, Her2Status
from neoher.pathology.her2.ihc import IhcScore
from neoher.pathology.her2.ihc_reading import ihc_gaps
from neoher.pathology.her2.ish import (
    GROUP_WORDS,
    IshGroup,
    Probe,
    SingleProbeResult,
    dual_probe_group,
    possible_groups,
    single_probe,
)
from neoher.pathology.her2.ish_verdict import rule_reported_ish
from neoher.pathology.her2.ruling import Need, Ruling, rule_group, rule_ihc, rule_recount, rule_single_probe
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import ASCO_CAP_2018

__all__ = ["first_count", "refuse_impossible_ish", "ruling_of"]

FEWEST_CELLS = 20


def refuse_impossible_ish(facts: Her2Facts) -> None:
    """Raises: InputError for a ratio of a single probe or a recount without a first count."""
    single = facts.ish_probe is Probe.SINGLE
    if single and facts.ratio is not None:
        raise InputError(
            "a single probe counts no CEP17, so it has no ratio.",
            where="ish_probe, ratio",
            remedy="State a dual probe, or leave the ratio out.",
        )
    recounted = [
        f"recount_{name}" for name in ("ratio", "copies") if getattr(facts, f"recount_{name}") is not None
    ]
    if single and recounted:
        raise InputError(
            "the blinded recount belongs to the work-up of a dual-probe test.",
            where=", ".join(["ish_probe", *recounted]),
            remedy="Leave the recount out, or state the counts of the dual-probe test.",
        )
    if recounted and facts.ratio is None and facts.copies is None:
        raise InputError(
            "there is a recount without a first count.",
            where=", ".join(recounted),
            remedy="State the ratio and the copies of the first count.",
        )


def first_count(facts: Her2Facts, reasons: Reasoning[Her2Assessment]) -> IshGroup | None:
    """The dual-probe group of the first count; None where it is not a complete dual-probe count."""
    if facts.ratio is None or facts.copies is None:
        return None
    group = dual_probe_group(facts.ratio, facts.copies)
    reasons.step(
        f"dual-probe ISH group {group}",
        f"ASCO/CAP 2018 figure 3: {GROUP_WORDS[group]}",
        ASCO_CAP_2018,
        ratio=facts.ratio,
        copies_per_cell=facts.copies,
        cells=facts.cells,
    )
    return group


def ruling_of(facts: Her2Facts, ihc: IhcScore | None, reasons: Reasoning[Her2Assessment]) -> Ruling | None:
    """The ruling by everything that is known, or None; names what is missing either way.

    Where a number of the ISH is not known, every result that remains possible is ruled on: the status stands
    where all agree.
    """
    if facts.cells is not None and facts.cells < FEWEST_CELLS:
        reasons.warn(
            "fewer-than-20-cells",
            f"{facts.cells} cells were counted; the guideline asks for {FEWEST_CELLS} invasive cells.",
        )
    if ihc is None:
        reasons.miss(*ihc_gaps(facts))
    if (reported := rule_reported_ish(facts, ihc, reasons)) is not None:
        reasons.miss(*_gaps_of(reported.need, facts))
        return reported
    candidates = _rulings_left_open(facts, ihc)
    if not candidates:
        return None
    if len(candidates) > 1:
        return _common_ruling(facts, ihc, candidates, reasons)
    (ruling,) = candidates
    if facts.ish_probe is Probe.SINGLE and facts.copies is not None:
        _note_single_probe(facts.copies, ihc, reasons)
    if facts.ratio is not None and facts.copies is not None:
        ruling = _after_recount(facts, ihc, dual_probe_group(facts.ratio, facts.copies), ruling, reasons)
    reasons.miss(*_gaps_of(ruling.need, facts))
    return ruling


def _rulings_left_open(facts: Her2Facts, ihc: IhcScore | None) -> list[Ruling]:
    if facts.ish_probe is Probe.SINGLE:
        results = list(SingleProbeResult) if facts.copies is None else [single_probe(facts.copies)]
        return [rule_single_probe(result, ihc) for result in results]
    if facts.ish_probe is None and facts.ratio is None and facts.copies is None:
        return [] if ihc is None else [rule_ihc(ihc)]
    rulings = [rule_group(group, ihc) for group in possible_groups(facts.ratio, facts.copies)]
    if facts.ish_probe is None and facts.ratio is None and facts.copies is not None:
        rulings.append(rule_single_probe(single_probe(facts.copies), ihc))
    return rulings


def _common_ruling(
    facts: Her2Facts, ihc: IhcScore | None, candidates: list[Ruling], reasons: Reasoning[Her2Assessment]
) -> Ruling | None:
    reasons.miss(*_gaps_of(Need.ISH, facts))
    statuses = {ruling.status for ruling in candidates}
    if len(statuses) == 1:
        return Ruling(
            candidates[0].status, "ASCO/CAP 2018: every ISH result that remains possible gives this status"
        )
    if ihc is None:
        return None
    return Ruling(
        Her2Status.EQUIVOCAL, "ASCO/CAP 2018: the ISH results that remain possible give different statuses"
    )


def _after_recount(
    facts: Her2Facts,
    ihc: IhcScore | None,
    group: IshGroup,
    ruling: Ruling,
    reasons: Reasoning[Her2Assessment],
) -> Ruling:
    if facts.recount_ratio is None or facts.recount_copies is None:
        if facts.recount_ratio is not None or facts.recount_copies is not None:
            reasons.miss(*_gaps_of(Need.RECOUNT, facts))
        return ruling
    recount = dual_probe_group(facts.recount_ratio, facts.recount_copies)
    reasons.step(
        f"blinded recount: group {recount}",
        f"ASCO/CAP 2018 figure 3: {GROUP_WORDS[recount]}",
        recount_ratio=facts.recount_ratio,
        recount_copies_per_cell=facts.recount_copies,
    )
    if ruling.need is Need.RECOUNT:
        return rule_recount(group, recount)
    if recount == group:
        return ruling
    reasons.warn(
        "recount-not-called-for",
        f"The guideline asks for no recount here, yet there is one, in group {recount} instead of {group}.",
    )
    if rule_group(recount, ihc).status is ruling.status:
        return ruling
    return Ruling(
        Her2Status.INDETERMINATE,
        f"groups {group} and {recount} give different statuses: adjudicate by internal procedure (the "
        "guideline does not describe this case; the rule is this program's)",
    )


def _note_single_probe(copies: float, ihc: IhcScore | None, reasons: Reasoning[Her2Assessment]) -> None:
    reasons.step(
        f"single-probe ISH: {single_probe(copies).value}",
        "ASCO/CAP 2018 figure 2: 6.0 copies or more are positive, fewer than 4.0 negative",
        ASCO_CAP_2018,
        copies_per_cell=copies,
    )
    if ihc is None:
        reasons.warn(
            "single-probe-without-ihc",
            "IHC should be reviewed beside every single-probe result; a dual-probe test is preferred.",
            ASCO_CAP_2018,
        )


def _gaps_of(need: Need | None, facts: Her2Facts) -> tuple[str, ...]:
    match need:
        case None:
            return ()
        case Need.IHC:
            return ihc_gaps(facts)
        case Need.DUAL_PROBE:
            # A dual-probe test gives the ratio that a single probe cannot give.
            return ("her2.ish.ratio",)
        case Need.RECOUNT:
            fields = {"recount_ratio": facts.recount_ratio, "recount_copies": facts.recount_copies}
        case Need.ISH if facts.ish_probe is None and facts.ratio is None and facts.copies is None:
            return ("her2.ish",)
        case Need.ISH if facts.ish_probe is Probe.SINGLE:
            fields = {"copies": facts.copies}
        case Need.ISH:
            fields = {"ratio": facts.ratio, "copies": facts.copies}
    return tuple(f"her2.ish.{name}" for name, value in fields.items() if value is None)
