"""Reasons: the stated contraindications, each with what it is and the drugs it speaks against."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from neoher.guidance.facts.against import Against, against_named, carriers, drugs_within
from neoher.guidance.facts.conditions import Condition, condition_of
from neoher.guidance.knowledge import Knowledge
from neoher.record.safety import Contraindications

__all__ = ["Reason", "reasons_of"]


_ALLERGY = re.compile(r"allerg|hypersensitiv|anaphyla|infusion reaction", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reason:
    """One stated contraindication as it was understood."""

    path: str
    words: str
    """As stated: 'allergy against carboplatin'."""
    condition: Condition | None
    against: Against
    open_fields: tuple[str, ...] = ()
    """The fields that would tell what it is and what it speaks against, where that is not stated or not
    understood."""
    unclear: str = ""
    """What of it was not understood, as stated; empty where all of it was."""

    def rules_out(self, drugs: Iterable[str]) -> bool:
        """Whether it is stated against one of these drugs, or against a regimen that they hold whole."""
        given = frozenset(drugs)
        return bool(given & self.against.drugs) or any(each <= given for each in self.against.together)


def reasons_of(stated: Contraindications | None, knowledge: Knowledge) -> tuple[Reason, ...] | None:
    """The contraindications of a record in their order; None where nothing is stated, empty where `none` is.

    What one speaks against is read from `against` (drugs, brands, classes, regimens, procedures) and, where
    that is left out, from the drugs that its `kind` names. An allergy to an antibody counts for the
    conjugates that carry it (design decision).
    """
    if stated is None:
        return None
    entries = stated if isinstance(stated, tuple) else ()
    return tuple(
        _reason(f"contraindications[{position}]", each.kind, each.against, knowledge)
        for position, each in enumerate(entries)
    )


def _reason(path: str, kind: str | None, against: str | None, knowledge: Knowledge) -> Reason:
    condition = condition_of(kind or "")
    open_fields = [f"{path}.kind"] if kind is None else []
    unclear = ""
    if against is None:
        found = Against(drugs=drugs_within(kind or "", knowledge))
        if not found.drugs and condition is None:
            open_fields.append(f"{path}.against")
            unclear = kind or "a reason that is not stated"
    else:
        found = against_named(against, knowledge)
        if found.not_understood or found.open_drugs:
            open_fields.append(f"{path}.against")
        unclear = ", ".join(found.not_understood)
    if _ALLERGY.search(kind or ""):
        carried = frozenset().union(*(carriers(knowledge, drug) for drug in found.drugs))
        found = replace(found, drugs=found.drugs | carried)
    words = kind or "a reason"
    return Reason(
        path,
        f"{words} against {against}" if against else words,
        condition,
        found,
        tuple(open_fields),
        unclear,
    )
