"""Provenance rows: one for every source of numbers, with the short code that stands beside each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from neoher.measure.case import ExamResult, ResultKey, State
from neoher.record.case import Case
from neoher.record.exam import Exam
from neoher.record.finding import Finding
from neoher.report.content import Assessment, Origin, Provenance
from neoher.report.reported import modality_of, reported_numbers

__all__ = ["NumberSources", "measured_rows", "reported_rows", "tissue_rows"]

ReportedKey = tuple[str, int]
"""Exam and position of the finding in it."""


class NumberSources:
    """All rows of a report and the way from a number to its row."""

    def __init__(
        self,
        case: Case,
        results: Sequence[ExamResult],
        visit_of: Mapping[str, str],
        tissue: Sequence[Assessment],
    ) -> None:
        """`visit_of`: label of the visit that the report shows each exam in, by the exam's id."""
        self.measured = measured_rows(results, visit_of)
        self.reported = reported_rows(case, visit_of)
        self.tissue = tissue_rows(case, tissue)

    @property
    def rows(self) -> tuple[Provenance, ...]:
        """Every row in the order of the report's table."""
        return (*self.measured.values(), *self.reported.values(), *self.tissue.values())


def measured_rows(results: Sequence[ExamResult], visit_of: Mapping[str, str]) -> dict[ResultKey, Provenance]:
    """m1, m2 …: one row per measurement, in the order of the exams."""
    rows: dict[ResultKey, Provenance] = {}
    for result in results:
        measurement = result.measurement
        if measurement is None:
            continue
        region = measurement.region
        rows[result.key] = Provenance(
            id=f"m{len(rows) + 1}",
            origin=Origin.MEASURED,
            exam=measurement.exam,
            visit=visit_of.get(result.exam.id, ""),
            date=measurement.date,
            modality=measurement.modality,
            lesion=measurement.lesion,
            method=measurement.method,
            parameters=measurement.parameters,
            images=measurement.images.description,
            images_sha256=measurement.images.sha256,
            region=region.description if region else "",
            region_sha256=region.sha256 if region else "",
            software=f"{measurement.software.name} {measurement.software.version}",
            source="",
            stale=result.state is State.STALE,
        )
    return rows


def reported_rows(case: Case, visit_of: Mapping[str, str]) -> dict[ReportedKey, Provenance]:
    """r1, r2 …: one row per finding that states a number, in the order of the record."""
    rows: dict[ReportedKey, Provenance] = {}
    for exam in case.exams:
        for position, finding in enumerate(exam.findings):
            if not any(number.value is not None for number in reported_numbers(finding)):
                continue
            rows[exam.id, position] = Provenance(
                id=f"r{len(rows) + 1}",
                origin=Origin.REPORTED,
                exam=exam.id,
                visit=visit_of.get(exam.id, ""),
                date=exam.date,
                modality=modality_of(exam),
                lesion=finding.lesion or finding.site,
                method=f"exams[{exam.id}].findings[{position}]",
                parameters={},
                images="",
                images_sha256="",
                region="",
                region_sha256="",
                software="",
                source=_source(case, exam, finding),
                stale=False,
            )
    return rows


def tissue_rows(case: Case, assessments: Sequence[Assessment]) -> dict[str, Provenance]:
    """t1, t2 …: one row per specimen that a tissue assessment rests on, by its place in the record."""
    rows: dict[str, Provenance] = {}
    for assessment in assessments:
        if assessment.path in rows:
            continue
        software = assessment.conclusion.software
        rows[assessment.path] = Provenance(
            id=f"t{len(rows) + 1}",
            origin=Origin.REPORTED,
            exam=assessment.title,
            visit="",
            date=assessment.date,
            modality="tissue",
            lesion=None,
            method=assessment.path,
            parameters={},
            images="",
            images_sha256="",
            region="",
            region_sha256="",
            software=f"facts stated by people; class by {software.name} {software.version}",
            source=_documents(case),
            stale=False,
        )
    return rows


def _source(case: Case, exam: Exam, finding: Finding) -> str:
    return finding.source or exam.source or _documents(case)


def _documents(case: Case) -> str:
    return "; ".join(case.provenance.documents) if case.provenance else ""
