"""For the researcher: formulas with parameters and publications, endpoints with definitions and intervals."""

from __future__ import annotations

import datetime as dt

import pytest

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.measure.case import ExamResult
from neoher.record.case import Case
from neoher.report.assessing import assess_tissue
from neoher.report.section import Section
from neoher.report.sections import RESEARCHER_SECTIONS, Findings, sections_of
from neoher.report.sections.methods import evidence_section, formulas_section

TODAY = dt.date(2026, 9, 2)


@pytest.fixture
def findings(course: Case, results: tuple[ExamResult, ...]) -> Findings:
    return Findings(course, results, (), assess_tissue(course), (), TODAY, Audience.RESEARCHER)


def part(section: Section, name: str) -> Section:
    return next(each for each in section.parts if each.id == name)


def test_a_formula_stands_with_the_parameters_that_were_used_and_its_publications(findings: Findings) -> None:
    ftv = part(formulas_section(findings), "formula-ftv")
    parameters, publications = ftv.tables
    assert [row[0].text for row in parameters.rows] == ["E1, L1", "E6, L1", "E9, L1"]
    assert "pe_percent 70.0" in parameters.rows[0][2].text
    assert "PMID:22623692" in [row[2].sources[0] for row in publications.rows]


def test_the_formula_of_the_residual_burden_is_printed(findings: Findings) -> None:
    """Symmans et al., J Clin Oncol 2007;25:4414."""
    (formula,) = part(formulas_section(findings), "formula-rcb").formulas
    assert "1.4 × (invasive fraction × mean diameter)^0.17 + (4 × (1 − 0.75^nodes)" in formula


def test_a_method_that_gave_nothing_is_not_described(findings: Findings) -> None:
    names = {each.id for each in formulas_section(findings).parts}
    assert "formula-suv" not in names
    empty = Case.model_validate({"neoher": 1, "patient": {"id": "P"}})
    bare = Findings(empty, (), (), assess_tissue(empty), (), TODAY)
    assert formulas_section(bare).parts == ()


def test_an_endpoint_has_its_definition_interval_and_how_far_it_was_read(findings: Findings) -> None:
    """KATHERINE, invasive disease-free survival at 7 years: N Engl J Med 2025;392:249."""
    section = evidence_section(findings)
    assert section is not None
    katherine = part(section, "trial-katherine")
    found = [row for row in katherine.tables[0].rows if "0.54" in row[2].text]
    assert found
    assert found[0][0].text.startswith("iDFS: ")
    assert "95 % interval 0.44 to 0.66" in found[0][2].text
    assert found[0][3].text in {"verified", "secondary", "unverified"}


def test_every_source_says_how_far_it_was_read(findings: Findings) -> None:
    section = evidence_section(findings)
    assert section is not None
    assert section.tables[0].rows
    assert all(row[2].text for row in section.tables[0].rows)


def test_only_the_researcher_is_given_them(findings: Findings) -> None:
    ours = {section.id for section in sections_of(findings)}
    clinician = Findings(findings.case, findings.results, (), findings.tissue, (), TODAY, Audience.CLINICIAN)
    theirs = {section.id for section in sections_of(clinician)}
    assert ours - theirs == {"formulas", "evidence"}
    assert theirs <= ours
    assert len(RESEARCHER_SECTIONS) == 2
