"""What has happened so far: the medicines, the operation and what it found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.guidance.facts.treatments import Given, treatments_of
from neoher.guidance.knowledge import load_knowledge
from neoher.pathology.complete_response import CompleteResponseFacts, complete_response
from neoher.record.surgery import AxillarySurgery, Margins, Surgery, SurgicalSpecimen
from neoher.record.treatment import StopReason, Treatment
from neoher.report.assessing import TissueAssessments
from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN, number, with_unit
from neoher.report.patient.events import event_sections
from neoher.report.patient.words import day, listed
from neoher.report.section import Section

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["course_section"]

_PROCEDURES = {
    "lumpectomy": "an operation that keeps the breast (lumpectomy)",
    "breast-conserving surgery": "an operation that keeps the breast",
    "mastectomy": "an operation that removes the breast (mastectomy)",
}
_AXILLA = {
    AxillarySurgery.NONE: "No lymph nodes were removed.",
    AxillarySurgery.SENTINEL_NODES: "A few lymph nodes under the arm were removed.",
    AxillarySurgery.TARGETED: "The marked lymph node and a few others were removed.",
    AxillarySurgery.DISSECTION: "Most lymph nodes under the arm were removed.",
}
_ENDED = {
    StopReason.COMPLETED: "It was completed.",
    StopReason.TOXICITY: "It was stopped because of side effects.",
    StopReason.PROGRESSION: "It was stopped because the cancer grew.",
    StopReason.PATIENT_CHOICE: "It was stopped because you wished so.",
    StopReason.OTHER: "It was stopped.",
}
_MARGINS = {
    Margins.NEGATIVE: "no cancer cells at the edge of the tissue",
    Margins.CLOSE: "cancer cells close to the edge of the tissue",
    Margins.POSITIVE: "cancer cells at the edge of the tissue",
}
_UNTREATED = "The tissue was looked at with a microscope. Ask your team what was found."


def course_section(findings: Findings) -> Section:
    """Treatment and operations in plain words; where none is recorded, that is said."""
    given = treatments_of(findings.case, load_knowledge(), findings.case.surgery)
    parts = [_treatment(each, number) for number, each in enumerate(given, 1)]
    treated = any(each.before_surgery for each in given)
    parts += [
        _operation(each, findings.tissue, number, treated=treated)
        for number, each in enumerate(findings.case.surgery, 1)
    ]
    parts += event_sections(findings.case)
    none = ["No treatment is recorded yet."] if not given else []
    none += ["No operation is recorded yet."] if not findings.case.surgery else []
    return Section(
        id="so-far", title="What has happened so far", introduction=tuple(none), parts=tuple(parts)
    )


def _treatment(given: Given, position: int) -> Section:
    treatment = given.treatment
    when = "before the operation" if given.before_surgery else "after the operation"
    return Section(
        id=f"treatment-{position}",
        title=f"Treatment {when}: {treatment.regimen or listed(treatment.drugs) or 'name not recorded'}",
        introduction=tuple(_told(given)),
    )


def _told(given: Given) -> Iterator[str]:
    treatment = given.treatment
    if given.regimen is not None:
        knowledge = load_knowledge()
        names = dict.fromkeys(part.drug for part in given.regimen.components)
        drugs = [knowledge.drugs[name].title.lower() for name in names if name in knowledge.drugs]
        yield f"{given.regimen.patient} The medicines are {listed(drugs)}."
    elif treatment.drugs:
        yield f"The medicines are {listed(treatment.drugs)}."
    start = f"It began on {day(treatment.start)}." if treatment.start else "The first day is not recorded."
    end = f" The last dose was on {day(treatment.end)}." if treatment.end else ""
    ended = f" {_ENDED[treatment.ended_because]}" if treatment.ended_because else ""
    yield f"{start} {_rounds(treatment)}{end}{ended}"


def _rounds(treatment: Treatment) -> str:
    done, planned = treatment.cycles, treatment.cycles_planned
    if done is None:
        return "How many rounds were given is not recorded."
    of = f" of {planned} planned" if planned is not None else ""
    return f"You have had {done}{of} rounds."


def _operation(surgery: Surgery, tissue: TissueAssessments, position: int, *, treated: bool) -> Section:
    stated = surgery.procedure or ""
    procedure = _PROCEDURES.get(
        stated.lower(), f"an operation (in the record: {stated})" if stated else "an operation"
    )
    on = f"On {day(surgery.date)}" if surgery.date else "On a day that is not recorded"
    of = f" on the {surgery.side} side" if surgery.side else ""
    told = (
        f"{on} you had {procedure}{of}. {_AXILLA.get(surgery.axilla, '') if surgery.axilla else ''}".strip()
    )
    specimen = surgery.specimen
    if specimen is None:
        told += " What was found in the tissue is not recorded yet."
        return Section(id=f"operation-{position}", title="Operation", introduction=(told,))
    return Section(
        id=f"operation-{position}",
        title="Operation",
        introduction=(told, *(_response(specimen) if treated else (_UNTREATED,))),
        facts=tuple(_facts(surgery, specimen, tissue)),
    )


def _response(specimen: SurgicalSpecimen) -> Iterator[str]:
    """Whether invasive cancer was left, by the definition that counts breast and lymph nodes."""
    value = complete_response(CompleteResponseFacts(ypt=specimen.ypT, ypn=specimen.ypN)).value
    whole = value.breast_and_nodes if value else None
    if whole is None:
        yield "Whether all invasive cancer was gone is not known from the record. Ask your team."
    elif whole:
        yield "No invasive cancer was found any more, neither in the breast nor in the lymph nodes removed."
    else:
        yield "Some cancer was still found. Treatment after the operation is chosen by this."


def _facts(surgery: Surgery, specimen: SurgicalSpecimen, tissue: TissueAssessments) -> Iterator[Fact]:
    bed = specimen.bed_mm
    place = f"{number(bed[0], 'mm')} × {with_unit(bed[1], 'mm')}" if bed else None
    yield _fact("Place where the tumour was", place)
    share = specimen.cellularity_percent
    yield _fact("Part of this place that is cancer", None if share is None else with_unit(share, "%"))
    yield _fact("Lymph nodes with cancer", _nodes(specimen))
    yield _fact("Edge of the tissue", _MARGINS[specimen.margins] if specimen.margins else None)
    burden = next((one for one in tissue.residual_burden if one.date == surgery.date), None)
    value = burden.conclusion.value if burden else None
    yield _fact("Score for what was left (RCB)", f"class {value.burden_class}" if value else None)


def _nodes(specimen: SurgicalSpecimen) -> str | None:
    if specimen.nodes_positive is None:
        return None
    of = f" of {specimen.nodes_examined} looked at" if specimen.nodes_examined is not None else ""
    return f"{specimen.nodes_positive}{of}"


def _fact(label: str, text: str | None) -> Fact:
    return Fact(label, text) if text else Fact(label, NOT_KNOWN, known=False)
