"""Stage of the specimen after neoadjuvant therapy: ypT, ypN, anatomic stage group (AJCC, 8th edition)."""

from __future__ import annotations

from typing import TypeVar

from neoher.errors import InputError
from neoher.pathology.categories import YpN, YpT
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import AJCC_8, ANATOMIC_STAGE_TABLE, SIZE_LIMITS, STAGE_III_GROUPS
from neoher.pathology.stage.anatomic import AnatomicStage, NoGroup, possible_groups
from neoher.pathology.stage.categories import agrees, node_category, nodes_of, size_of, tumour_category
from neoher.pathology.stage.facts import Interval, PathologicStage, StageFacts
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATOR", "stage"]

_Category = TypeVar("_Category", YpT, YpN)

WHY_NO_GROUP = {
    NoGroup.COMPLETE_RESPONSE: "no stage group after a pathological complete response (from memory, "
    "unverified)",
    NoGroup.NO_TUMOUR_CLEAR_NODES: "T0 N0 has no anatomic group; N0 includes isolated tumour cells (from "
    "memory, unverified)",
    NoGroup.NOT_IN_TABLE: "the table has no group of in situ cancer with metastasis in nodes",
}


def stage(facts: StageFacts) -> Conclusion[PathologicStage]:
    """ypT, ypN and the anatomic stage group, from sizes and counts or from reported categories.

    Lengths in mm. Returns: a part is null while a fact that it rests on is not known; no value where all are.
    Raises: InputError where a reported category and a size or count cannot both be true.
    Sources: limits of size, Radiopaedia; groups, MSD Manual 2023-10 and NCIt C139541; rules after therapy,
    AJCC 8th edition, from memory and unverified.
    Gives no prognostic stage: its groups do not apply after neoadjuvant therapy.
    """
    _refuse_contradictions(facts)
    reasons: Reasoning[PathologicStage] = Reasoning()
    tumour = _tumour(facts, reasons)
    nodes = _nodes(facts, reasons)
    group = _group(tumour, nodes, facts, reasons)
    if tumour is None and nodes is None and facts.m is None:
        return reasons.conclude(None)
    size = None if tumour is None else size_of(tumour)
    count = None if nodes is None else nodes_of(nodes)
    return reasons.conclude(
        PathologicStage(
            ypT=tumour,
            ypN=nodes,
            M=facts.m,
            anatomic_stage=group,
            invasive_mm=None if size is None else Interval(over=size.over, up_to=size.up_to),
            nodes_positive=None if count is None else Interval(over=count.over, up_to=count.up_to),
        )
    )


def _refuse_contradictions(facts: StageFacts) -> None:
    nodes, largest = facts.nodes_positive, facts.largest_met_mm
    if facts.invasive_mm == 0 and facts.wall_or_skin not in {None, "none"}:
        raise InputError(
            f"no invasive cancer remains, yet it involves {facts.wall_or_skin}.",
            where="invasive_mm, wall_or_skin",
            remedy="Correct one of them; what was involved before therapy alone does not count.",
        )
    if nodes is None or largest is None:
        return
    if nodes == 0 and largest > 0.2:
        raise InputError(
            f"no node is positive, yet the largest metastasis is {largest:g} mm.",
            where="nodes_positive, largest_met_mm",
            remedy="Correct one of them; without a metastasis the largest is 0.",
        )
    if nodes > 0 and largest == 0:
        raise InputError(
            f"{nodes} nodes are positive, yet the largest metastasis is 0 mm.",
            where="nodes_positive, largest_met_mm",
            remedy="Correct one of them; leave out a size that is not known.",
        )


def _tumour(facts: StageFacts, reasons: Reasoning[PathologicStage]) -> YpT | None:
    # A reported category other than T4 says that neither wall nor skin is involved.
    other_than_4 = facts.ypt is not None and not facts.ypt.startswith("4")
    derived, needed = tumour_category(
        facts.invasive_mm,
        in_situ=facts.in_situ,
        wall_or_skin=facts.wall_or_skin or ("none" if other_than_4 else None),
    )
    if derived is not None:
        _refuse_other_category("ypT", facts.ypt, derived, "ypt, invasive_mm, in_situ, wall_or_skin")
    _refuse_other_presence(facts)
    return _chosen("ypT", "ypt", _finer(facts.ypt, derived), derived, needed, reasons, facts)


def _refuse_other_presence(facts: StageFacts) -> None:
    if facts.invasive_mm == 0 and facts.ypt not in {None, "0", "is", "X"}:
        raise InputError(
            f"no invasive cancer remains, yet ypT{facts.ypt} is invasive cancer.",
            where="ypt, invasive_mm",
            remedy="Correct one of them.",
        )
    if (facts.ypt == "0" and facts.in_situ) or (facts.ypt == "is" and facts.in_situ is False):
        raise InputError(
            f"ypT{facts.ypt} and what is stated of in situ cancer cannot both be true.",
            where="ypt, in_situ",
            remedy="Correct one of them; ypTis is in situ cancer alone, ypT0 has none.",
        )


def _nodes(facts: StageFacts, reasons: Reasoning[PathologicStage]) -> YpN | None:
    derived, needed = node_category(facts.nodes_positive, facts.largest_met_mm)
    if derived is not None and not facts.other_nodes:
        _refuse_other_category("ypN", facts.ypn, derived, "ypn, nodes_positive, largest_met_mm")
    _refuse_other_count(facts)
    if facts.other_nodes and facts.ypn is None:
        reasons.warn(
            "nodes-beside-the-axilla",
            "ypN is derived from axillary nodes alone: with others involved, state it as reported.",
        )
        derived, needed = None, "ypn"
    elif derived is None and not needed and facts.ypn is None:
        reasons.warn(
            "micrometastases-in-four-or-more",
            "Four nodes or more without a metastasis above 2 mm: no rule is held. State ypN as reported.",
        )
        needed = "ypn"
    elif derived is not None and facts.other_nodes is None and facts.ypn is None:
        reasons.warn(
            "conditions-not-stated",
            "Not stated, though ypN holds only if: no node beside the axilla is involved.",
        )
    return _chosen("ypN", "ypn", _finer(facts.ypn, derived), derived, needed, reasons, facts)


def _refuse_other_count(facts: StageFacts) -> None:
    count = None if facts.ypn is None else nodes_of(facts.ypn)
    if count is None or facts.nodes_positive is None:
        return
    over = -1 if count.over is None else count.over
    if facts.nodes_positive <= over or (count.up_to is not None and facts.nodes_positive > count.up_to):
        raise InputError(
            f"ypN{facts.ypn} is stated, yet {facts.nodes_positive} nodes are positive.",
            where="ypn, nodes_positive",
            remedy="Correct one of them.",
        )


def _finer(stated: _Category | None, derived: _Category | None) -> _Category | None:
    """The stated category, or the part of it that the size or count gives."""
    if stated in {"1", "2", "3"} and derived is not None and derived.startswith(stated):
        return derived
    return stated


def _refuse_other_category(name: str, stated: str | None, derived: str, where: str) -> None:
    if stated is None or agrees(stated, derived):
        return
    raise InputError(
        f"{name}{stated} is stated, yet the sizes and counts give {name}{derived}.",
        where=where,
        remedy="Correct one of them.",
    )


def _chosen(
    name: str,
    field: str,
    stated: _Category | None,
    derived: _Category | None,
    needed: str,
    reasons: Reasoning[PathologicStage],
    facts: StageFacts,
) -> _Category | None:
    """The category with its step; X is not known."""
    category = derived if stated is None else stated
    if category is None or category == "X":
        reasons.miss(field if category == "X" else needed)
        return None
    if derived is None:
        reasons.step(f"{name}{category} as reported", "the pathologist's category", reported=category)
        return category
    if name == "ypT":
        reasons.step(
            f"ypT{category}",
            "largest contiguous invasive focus, fibrosis and further foci not counted (from memory, "
            "unverified): 1mi up to 1 mm, 1a to 5, 1b to 10, 1c to 20, 2 to 50, 3 above; 4 by chest wall, "
            "skin or inflammatory cancer",
            SIZE_LIMITS,
            invasive_mm=facts.invasive_mm,
            in_situ=facts.in_situ,
            wall_or_skin=facts.wall_or_skin,
        )
    else:
        reasons.step(
            f"ypN{category}",
            "0(i+) up to 0.2 mm, 1mi up to 2 mm; with one above 2 mm: 1a 1 to 3 nodes, 2a 4 to 9, 3a 10 and "
            "more (counts from memory, unverified)",
            SIZE_LIMITS,
            nodes_positive=facts.nodes_positive,
            largest_met_mm=facts.largest_met_mm,
        )
    reasons.cite(AJCC_8)
    return category


def _group(
    tumour: YpT | None, nodes: YpN | None, facts: StageFacts, reasons: Reasoning[PathologicStage]
) -> AnatomicStage | None:
    groups = possible_groups(tumour, nodes, facts.m)
    if len(groups) > 1:
        if facts.m is None:
            reasons.miss("m")
        _say_what_it_would_be(tumour, nodes, facts, reasons)
        return None
    (group,) = groups
    categories = f"T{tumour or ' not known'} N{nodes or ' not known'} M{facts.m}"
    reasons.cite(ANATOMIC_STAGE_TABLE)
    if isinstance(group, NoGroup):
        reasons.step(f"{categories}: no anatomic stage group", WHY_NO_GROUP[group], AJCC_8)
        _warn_of_no_group(categories, group, reasons)
        return None
    rule = "anatomic stage table (MSD Manual, October 2023)"
    if group is AnatomicStage.IV:
        rule += "; what was M1 before therapy stays M1 (from memory, unverified)"
    elif _rests_on_memory(tumour, nodes):
        rule += (
            "; T1 includes T1mi, N0 isolated tumour cells, and T2 to T4 with N1mi count as N1 (from memory, "
            "unverified)"
        )
        reasons.warn(
            "unverified-rule", f"The group of {categories} rests on a rule given from memory: check it."
        )
    reasons.step(f"{categories}: anatomic stage {group}", rule, AJCC_8)
    if group.startswith("III"):
        reasons.cite(STAGE_III_GROUPS)
    return group


def _warn_of_no_group(categories: str, group: NoGroup, reasons: Reasoning[PathologicStage]) -> None:
    after_pcr = group is NoGroup.COMPLETE_RESPONSE
    code = "no-stage-group-after-pcr" if after_pcr else "no-anatomic-group"
    reasons.warn(code, f"{categories}: {WHY_NO_GROUP[group]}.")


def _rests_on_memory(tumour: YpT | None, nodes: YpN | None) -> bool:
    return (
        tumour == "1mi"
        or nodes in {"0(i+)", "0(mol+)"}
        or (nodes == "1mi" and tumour is not None and tumour[0] in "234")
    )


def _say_what_it_would_be(
    tumour: YpT | None, nodes: YpN | None, facts: StageFacts, reasons: Reasoning[PathologicStage]
) -> None:
    without_metastases = possible_groups(tumour, nodes, facts.m or "0")
    if tumour is None or nodes is None:
        return
    if len(without_metastases) > 1:
        listed = ", ".join(sorted(without_metastases))
        reasons.miss("ypn")
        reasons.warn(
            "group-needs-part-of-n",
            f"ypN{nodes} leaves the group open ({listed}): state its part, such as 1mi.",
        )
        return
    (group,) = without_metastases
    if isinstance(group, NoGroup):
        _warn_of_no_group(f"T{tumour} N{nodes} without distant metastases", group, reasons)
        return
    reasons.step(
        f"without distant metastases {group}, with them IV", "M is not stated", ypt=tumour, ypn=nodes
    )


CALCULATOR = Calculator(
    name="stage",
    summary="Categories ypT and ypN from sizes and node counts, and the anatomic stage group.",
    inputs=StageFacts,
    output=PathologicStage,
    compute=stage,
    example="--invasive 14 --wall-or-skin none --nodes 2 --largest-met 4 --other-nodes no --m 0",
    sources=(SIZE_LIMITS, AJCC_8, ANATOMIC_STAGE_TABLE, STAGE_III_GROUPS),
    explanation="""\
**ypT** is the largest contiguous focus of invasive cancer in the specimen: not the tumour bed, not fibrosis,
not several foci added up. **ypN** is derived for the axilla alone; with other nodes involved state it as
reported. A reported category is held against the size and the count where both are given, and gains its part
(ypT1 with 14 mm is ypT1c). ypT4 is derived without its part.

| ypT | invasive focus, mm | ypN | axillary nodes |
|---|---|---|---|
| 0 / is | none / in situ cancer alone | 0 | none |
| 1mi | up to 1 | 0(i+) | deposits up to 0.2 mm alone |
| 1a | over 1 to 5 | 1mi | over 0.2 to 2 mm, none larger |
| 1b | over 5 to 10 | 1a | 1 to 3, one above 2 mm |
| 1c | over 10 to 20 | 2a | 4 to 9 |
| 2 | over 20 to 50 | 3a | 10 and more |
| 3 | over 50 | | |
| 4 | chest wall, skin, inflammatory | | |

| anatomic stage | T and N, with M0 |
|---|---|
| 0 | Tis N0 |
| IA | T1 N0 |
| IB | T0-1 N1mi |
| IIA | T0-1 N1, T2 N0 |
| IIB | T2 N1, T3 N0 |
| IIIA | T0-2 N2, T3 N1-2 |
| IIIB | T4 N0-2 |
| IIIC | any T N3 |
| IV | M1, whatever T and N |

**No group.** T0 N0 has no anatomic group, and after a pathological complete response (ypT0 or ypTis with
ypN0) none is given. Metastases before therapy stay M1, also when none is seen any more. Prognostic stage
groups do not apply after neoadjuvant therapy.

**From memory, unverified**: what is measured for ypT, the counts of ypN, that M1 stays, that a complete
response has no group, that T1 includes T1mi, N0 isolated tumour cells, and that T2 to T4 with N1mi count as
N1. The AJCC manual was not opened; its tables are protected, and the facts stand here in our own words.""",
)
