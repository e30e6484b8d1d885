"""Tissue assessed: HER2 of every specimen and the residual burden of every operation, as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from neoher.pathology.her2.claims import WORDING_RULE
from neoher.pathology.recorded_conclusions import (
    CONTRADICTORY_FACTS,
    her2_conclusion,
    residual_burden_conclusion,
)
from neoher.record.case import Case
from neoher.record.chronology.problem import entry_path
from neoher.record.conclusion import Conclusion
from neoher.record.specimen import Her2Result, Specimen
from neoher.record.surgery import Surgery
from neoher.report.content import Assessment
from neoher.report.numbers import NOT_KNOWN, short_date
from neoher.report.tissue_facts import specimen_facts, surgical_facts

__all__ = ["TissueAssessments", "assess_tissue"]


@dataclass(frozen=True, slots=True)
class TissueAssessments:
    """What the tissue of a record says, specimen by specimen."""

    her2: tuple[Assessment, ...] = ()
    residual_burden: tuple[Assessment, ...] = ()


def assess_tissue(case: Case) -> TissueAssessments:
    """HER2 by specimen and residual burden by operation.

    Facts that contradict each other stop nothing: their assessment has no value and says why. Does not
    decide which of several specimens counts.
    """
    her2 = [_her2_of_specimen(case, specimen) for specimen in case.specimens if specimen.malignant != "no"]
    burden: list[Assessment] = []
    for surgery, path in _operations_with_specimen(case):
        her2 += _her2_of_surgery(case, surgery, path)
        burden.append(_burden(case, surgery, path))
    return TissueAssessments(tuple(her2), tuple(burden))


def _her2_of_specimen(case: Case, specimen: Specimen) -> Assessment:
    kind = str(specimen.kind).replace("-", " ") if specimen.kind else "specimen"
    of = f" of {specimen.lesion}" if specimen.lesion else ""
    cancer = case.cancer_of(specimen)
    path = f"specimens[{specimen.id}]"
    conclusion = her2_conclusion(specimen.her2, path)
    return Assessment(
        title=f"HER2, {kind} {specimen.id}{of}, {short_date(specimen.date)}",
        headline=_headline(conclusion),
        conclusion=conclusion,
        cancer=cancer.id if cancer else None,
        date=specimen.date,
        path=path,
        notes=_wording(specimen.her2, conclusion),
        facts=specimen_facts(specimen),
    )


def _her2_of_surgery(case: Case, surgery: Surgery, path: str) -> Iterator[Assessment]:
    specimen = surgery.specimen
    if specimen is None or specimen.her2 is None:
        return
    cancer = case.cancer_of(surgery)
    conclusion = her2_conclusion(specimen.her2, path)
    yield Assessment(
        title=f"HER2 after therapy, surgical specimen, {short_date(surgery.date)}",
        headline=_headline(conclusion),
        conclusion=conclusion,
        cancer=cancer.id if cancer else None,
        date=surgery.date,
        path=path,
        notes=_wording(specimen.her2, conclusion),
    )


def _burden(case: Case, surgery: Surgery, path: str) -> Assessment:
    specimen = surgery.specimen
    assert specimen is not None  # only such operations come here
    cancer = case.cancer_of(surgery)
    conclusion = residual_burden_conclusion(specimen, path)
    return Assessment(
        title=f"Residual cancer burden, {surgery.procedure or 'operation'}, {short_date(surgery.date)}",
        headline=_headline(conclusion),
        conclusion=conclusion,
        cancer=cancer.id if cancer else None,
        date=surgery.date,
        path=path,
        facts=surgical_facts(specimen),
    )


def _headline(conclusion: Conclusion[Any]) -> str:
    if conclusion.value is not None:
        return str(conclusion.value.in_words())
    if any(caution.code == CONTRADICTORY_FACTS for caution in conclusion.warnings):
        return "cannot be said: the recorded facts contradict each other"
    return NOT_KNOWN


def _wording(stated: Her2Result | None, conclusion: Conclusion[Any]) -> tuple[str, ...]:
    if stated is None or not stated.text:
        return ()
    understood = [
        f"{step.step} (“{step.inputs['phrase']}”)" for step in conclusion.because if step.rule == WORDING_RULE
    ]
    read = (f"Understood from the wording: {'; '.join(understood)}",) if understood else ()
    return (f"Report: “{stated.text}”", *read)


def _operations_with_specimen(case: Case) -> Iterator[tuple[Surgery, str]]:
    for position, surgery in enumerate(case.surgery):
        if surgery.specimen is not None:
            yield surgery, entry_path(case, "surgery", position, "specimen")
