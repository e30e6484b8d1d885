"""The cardiac rules of the knowledge base, by drug and rule set, without loading the rest of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from neoher.guidance.heart.facts import CardiacDrug, RuleSet
from neoher.guidance.knowledge.kinds.limits import CardiacLimits, DiseaseSetting, StartingLimit

__all__ = ["COMPILED", "Applied", "limits_of"]

COMPILED = Path(__file__).parents[1] / "knowledge" / "compiled.json"
"""The compiled knowledge base; `scripts/compile_knowledge.py --check` holds it to its data files."""
_IDS = {
    CardiacDrug.TRASTUZUMAB: "trastuzumab",
    CardiacDrug.PERTUZUMAB: "pertuzumab",
    CardiacDrug.T_DM1: "T-DM1",
    CardiacDrug.T_DXD: "T-DXd",
}


@dataclass(frozen=True, slots=True)
class Applied:
    """The rules that stand for one rule set."""

    limits: CardiacLimits
    start: tuple[StartingLimit, ...]
    start_sources: tuple[str, ...]
    read: bool
    """Whether the rule set's own text was read; else the rows of another stand in its place."""

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of all of it."""
        return tuple(dict.fromkeys((*self.limits.sources, *self.start_sources)))


def limits_of(drug: CardiacDrug, rule_set: RuleSet) -> Applied:
    """The rules for early disease.

    Where a rule set's text was not read, the rows of the one that was stand in its place, marked so. The UK
    takes the rows of the EU text and its own limit to start.
    """
    tables = [
        each
        for each in _tables()
        if each.drug == _IDS[drug] and each.setting is DiseaseSetting.EARLY and each.rows
    ]
    wanted = RuleSet.EU if rule_set is RuleSet.UK else rule_set
    own = next((each for each in tables if str(wanted) in each.rule_sets), None)
    limits = own or tables[0]
    local = [
        each
        for each in _tables()
        if each.drug == _IDS[drug] and rule_set is RuleSet.UK and "UK" in each.rule_sets
    ]
    start = tuple(row for each in local for row in each.start) or limits.start
    return Applied(limits, start, tuple(name for each in local for name in each.sources), own is not None)


@cache
def _tables() -> tuple[CardiacLimits, ...]:
    contents = json.loads(COMPILED.read_bytes())["contents"]
    return tuple(CardiacLimits.model_validate_json(json.dumps(each)) for each in contents["cardiac_limits"])
