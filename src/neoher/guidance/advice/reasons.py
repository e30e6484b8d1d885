"""Stated contraindications in advice: what was not understood is named, so that nothing is passed over."""

from __future__ import annotations

from neoher.guidance.advice.content import Alert
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.facts.fact import Patient
from neoher.guidance.knowledge.kinds.rule import Severity
from neoher.record.conclusion import Caution

__all__ = ["reason_alerts"]

_DECIDES = "which options a contraindication takes away"


def reason_alerts(patient: Patient, gathered: Gathered) -> None:
    """An alert and a warning for what is stated as a contraindication and was not understood."""
    if patient.reasons is None:
        gathered.miss("contraindications", "contraindications, or `none`", _DECIDES)
        return
    for reason in patient.reasons:
        for path in reason.open_fields:
            gathered.miss(path, f"what {reason.words} is and speaks against", _DECIDES)
        if not reason.unclear:
            continue
        text = (
            f"A contraindication is stated and not understood ({reason.words}): '{reason.unclear}' names no "
            "drug, class, regimen or procedure known here, so that no option was left out for it. Judge each "
            "option against it, and state what it speaks against."
        )
        gathered.warnings.append(
            Caution(code="contraindication-not-understood", message=f"{reason.path}: {text}")
        )
        gathered.alerts.append(
            Alert(
                code="contraindication-not-understood",
                text=text,
                severity=Severity.ACT,
                rule="what is stated as a contraindication is never passed over without a word",
                numbers={reason.path: reason.words},
                sources=("neoher:design",),
                verification="design decision",
            )
        )
