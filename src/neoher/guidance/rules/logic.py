"""Three-valued logic: a cell, a row and a rule are true, false, or hang on facts that are not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from neoher.guidance.facts.fact import Read, Sheet
from neoher.guidance.knowledge.kinds.limits import Range
from neoher.guidance.knowledge.kinds.rule import Cell, Excluded, Rule

__all__ = ["Decision", "decide"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says of one sheet of facts."""

    rule: Rule
    holds: bool | None
    """None: it hangs on the facts of `unknown`."""
    used: Sheet
    """The facts on which a decided rule rests."""
    unknown: tuple[str, ...]
    """Facts that are not known and would decide it, or could still block it."""
    region_open: bool = False
    """It holds only in its regions, and the record names none."""
    row: Mapping[str, Cell] | None = None
    """The row of `when` that every fact of `used` meets; None where it does not hold."""


def decide(rule: Rule, sheet: Sheet) -> Decision:
    """Whether a rule holds.

    A rule for some regions holds where the record names none, and says that it is for those regions.
    """
    elsewhere, region_open = _region(rule, sheet["region"])
    if elsewhere:
        return Decision(rule, False, {"region": sheet["region"]}, ())
    blocked_open: list[str] = []
    for row in rule.unless:
        met, unknown = _row(row, sheet)
        if met:
            return Decision(rule, False, {name: sheet[name] for name in row}, ())
        blocked_open += unknown
    open_facts: list[str] = []
    for row in rule.when:
        met, unknown = _row(row, sheet)
        if met:
            used = {name: sheet[name] for name in row}
            hanging = [*blocked_open, *(["region"] if region_open else [])]
            return Decision(rule, True, used, tuple(dict.fromkeys(hanging)), region_open, row)
        open_facts += unknown
    if open_facts:
        return Decision(rule, None, {}, tuple(dict.fromkeys(open_facts)), region_open)
    return Decision(rule, False, {}, ())


def _region(rule: Rule, region: Read) -> tuple[bool, bool]:
    """Whether the rule is for elsewhere, and whether that cannot be said."""
    if not rule.regions:
        return False, False
    if region.value is None:
        return False, True
    return region.value not in {str(each) for each in rule.regions}, False


def _row(row: Mapping[str, Cell], sheet: Sheet) -> tuple[bool | None, list[str]]:
    """Whether every cell is true; one false cell decides, whatever else is not known."""
    answers = {name: _cell(cell, sheet[name]) for name, cell in row.items()}
    if False in answers.values():
        return False, []
    unknown = [name for name, met in answers.items() if met is None]
    return (None, unknown) if unknown else (True, [])


def _cell(cell: Cell, read: Read) -> bool | None:
    value = read.value
    if value is None:
        return None
    match cell:
        case Range():
            return isinstance(value, float) and cell.holds(value)
        case Excluded():
            return value not in cell.not_in
        case tuple():
            return value in cell
    return value == cell
