"""Building the report's content from a record, its measurements and its tissue; no reading, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.measure.case import ExamResult, State
from neoher.pathology.recorded_conclusions import CONTRADICTORY_FACTS
from neoher.record.case import Case
from neoher.record.chronology.timeline import Problem, Severity, timeline, timeline_problems
from neoher.record.conclusion import Caution, Conclusion, Software
from neoher.record.exam import Exam
from neoher.record.gaps.completeness import missing_facts
from neoher.record.intended_use import GUIDANCE, MEASURING
from neoher.record.measurement import Measurement
from neoher.report.assessing import TissueAssessments
from neoher.report.content import (
    Assessment,
    ExamImages,
    ExamPage,
    FindingSentence,
    MeasuredRegion,
    ReportContent,
    VisitPage,
    VisitPicture,
)
from neoher.report.key_line import key_line
from neoher.report.lesion_table import lesion_tables
from neoher.report.measured import page_of
from neoher.report.provenance import NumberSources
from neoher.report.record_facts import cancer_facts, exam_facts, patient_facts, safety_facts
from neoher.report.reported import modality_in_words
from neoher.report.section import Table
from neoher.report.sections import Findings, sections_of
from neoher.report.sizes.part import sizes_over_visits
from neoher.report.visits import ReportVisit, visits_of
from neoher.report.words import exam_title, finding_sentence, treatment_sentences
from neoher.response.model_file import ModelFile

__all__ = ["NOT_MEASURED", "STALE", "build_content"]

NOT_MEASURED = "exam-not-measured"
"""Code of the caution where an exam has images and no measurement."""
STALE = "stale-measurement"
"""Code of the caution where nobody can tell whether a stored measurement still holds."""


def build_content(
    case: Case,
    results: Sequence[ExamResult],
    *,
    images: Sequence[ExamImages],
    tissue: TissueAssessments,
    today: dt.date,
    audience: Audience = Audience.CLINICIAN,
    models: Sequence[ModelFile] = (),
) -> ReportContent:
    """Everything the report shows, in reading order.

    Parameters: `results` of `neoher.measure.case.measure_case`; `images` of
    `neoher.report.exam_images.draw_exam`, one per result, or none; `tissue` of
    `neoher.report.assessing.assess_tissue`; `today`: the day on the report, after which no fact can be dated;
    `audience`: who reads it, which decides the sections and their words, never a number;
    `models` to apply to this case, for research use.
    Does not conclude anything of its own beyond the change between two visits.
    """
    visits = visits_of(case)
    visit_of = {exam.id: visit.label for visit in visits for exam in visit.exams}
    sources = NumberSources(case, results, visit_of, (*tissue.her2, *tissue.residual_burden))
    lesions = tuple(
        replace(
            table,
            pictures=tuple(_pictures(table.lesion or None, visits, images)),
            sizes=sizes_over_visits(case, table),
        )
        for table in lesion_tables(case, visits, results, sources)
    )
    problems = timeline_problems(case, today)
    findings = Findings(case, results, images, tissue, lesions, today, audience, models)
    return ReportContent(
        patient=case.patient.id,
        audience=audience,
        generated_on=today,
        software=Software(),
        key_line=key_line(case, lesions, tissue),
        identity=patient_facts(case),
        cancers=tuple((f"Cancer {cancer.id}", cancer_facts(cancer)) for cancer in case.cancers),
        treatment=tuple(treatment_sentences(case)),
        safety=safety_facts(case),
        timeline=timeline(case),
        visits=tuple(_visit_page(visit, results, images, sources) for visit in visits),
        lesions=lesions,
        her2=_pointing(tissue.her2, sources),
        residual_burden=_pointing(tissue.residual_burden, sources),
        sections=tuple(sections_of(findings)),
        missing=missing_facts(case),
        problems=problems,
        cautions=tuple(_cautions(results, tissue, problems)),
        intended_use=(MEASURING, GUIDANCE),
        provenance=sources.rows,
    )


def _pictures(
    lesion: str | None, visits: Sequence[ReportVisit], images: Sequence[ExamImages]
) -> Iterator[VisitPicture]:
    """The first such picture of each visit."""
    for visit in visits:
        dates = {exam.id: exam.date for exam in visit.exams}
        shown = [
            VisitPicture(visit.label, dates[drawn.exam], image)
            for drawn in images
            if drawn.exam in dates and drawn.lesion == lesion
            for image in drawn.images
            if image.over_visits
        ]
        yield from shown[:1]


def _visit_page(
    visit: ReportVisit,
    results: Sequence[ExamResult],
    images: Sequence[ExamImages],
    sources: NumberSources,
) -> VisitPage:
    pages = []
    for exam in visit.exams:
        of_exam = [result for result in results if result.exam.id == exam.id]
        regions = [_region(result, images, sources) for result in of_exam]
        pages.append(_exam_page(exam, regions, sources))
    return VisitPage(visit.label, visit.dates, tuple(pages))


def _exam_page(exam: Exam, regions: Sequence[MeasuredRegion], sources: NumberSources) -> ExamPage:
    texts = [exam.text, *(finding.text for finding in exam.findings)]
    return ExamPage(
        exam=exam.id,
        title=exam_title(exam),
        date=exam.date,
        modality=modality_in_words(exam),
        facts=exam_facts(exam),
        findings=tuple(
            FindingSentence(finding_sentence(finding), row.id if row else None)
            for position, finding in enumerate(exam.findings)
            for row in (sources.reported.get((exam.id, position)),)
        ),
        quotations=tuple(text for text in texts if text),
        regions=tuple(regions),
    )


def _region(result: ExamResult, images: Sequence[ExamImages], sources: NumberSources) -> MeasuredRegion:
    drawn = next(
        (one for one in images if (one.exam, one.lesion, one.method) == result.key),
        ExamImages(*result.key, (), "No pictures were drawn."),
    )
    return MeasuredRegion(drawn.images, drawn.absent, _measured(result, sources), _tables(result, sources))


def _tables(result: ExamResult, sources: NumberSources) -> tuple[Table, ...]:
    value = result.measurement.conclusion.value if result.measurement else None
    row = sources.measured.get(result.key)
    if value is None:
        return ()
    try:
        return page_of(result).tables(value, result.lesion, row.id if row else None)
    except ValidationError:
        return ()  # stored by another version, which the headline says


def _measured(result: ExamResult, sources: NumberSources) -> Assessment:
    of = f", {result.lesion}" if result.lesion else ""
    title = f"{result.method.title}{of}"
    measurement = result.measurement
    if measurement is None:
        what = str(result.problem).replace("\n", " ") if result.problem else "the reason was not stored"
        caution = Caution(code=NOT_MEASURED, message=what)
        return Assessment(title, "not measured", Conclusion[Any](value=None, warnings=(caution,)))
    row = sources.measured.get(result.key)
    return Assessment(
        title=title,
        headline=_headline(result, measurement),
        conclusion=measurement.conclusion,
        date=measurement.date,
        provenance=row.id if row else None,
        stale=result.state is State.STALE,
    )


def _headline(result: ExamResult, measurement: Measurement) -> str:
    value = measurement.conclusion.value
    if value is None:
        return "cannot be said"
    try:
        return page_of(result).in_words(value)
    except ValidationError:
        # Stored by another version; its numbers stand in the table by their names.
        return "measured by another version: see the table of lesions"


def _pointing(assessments: Sequence[Assessment], sources: NumberSources) -> tuple[Assessment, ...]:
    return tuple(replace(one, provenance=sources.tissue[one.path].id) for one in assessments)


def _cautions(
    results: Sequence[ExamResult], tissue: TissueAssessments, problems: Sequence[Problem]
) -> Iterator[Caution]:
    """What a reader must know before the first number."""
    for result in results:
        name = f"{result.exam.name} ({result.exam.id})"
        if result.state is State.FAILED and result.problem:
            message = f"{name} was not measured: {result.problem.what}"
            yield Caution(code=NOT_MEASURED, message=message)
        if result.state is State.STALE and result.problem:
            message = (
                f"The measurement of {name} is stale: the exam cannot be read now. {result.problem.what}"
            )
            yield Caution(code=STALE, message=message)
    for assessment in (*tissue.her2, *tissue.residual_burden):
        if any(caution.code == CONTRADICTORY_FACTS for caution in assessment.conclusion.warnings):
            message = f"{assessment.title}: the recorded facts contradict each other; nothing is concluded."
            yield Caution(code=CONTRADICTORY_FACTS, message=message)
    for problem in problems:
        if problem.severity is Severity.IMPOSSIBLE:
            yield Caution(code="impossible-date", message=f"Cannot be: {problem.message}")
