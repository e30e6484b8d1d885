"""Why: each option with its rule, the facts that met it, where they stand, and evidence by kind and grade."""

from __future__ import annotations

import datetime as dt

from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import TissueAssessments
from neoher.report.section import Section
from neoher.report.sections import SECTIONS, Findings
from neoher.report.sections.advice import next_steps_section
from neoher.report.sections.why import why_section

NEW = """\
neoher: 1
patient: {id: P1, region: US}
cancers: [{id: C1, stage: {T: "2", N: "1"}}]
specimens: [{id: B1, er_percent: 0, pr_percent: 0, her2: {ihc: "3+"}}]
heart: [{date: 2026-11-01, lvef_percent: 62}]
"""


def why(text: str, audience: Audience = Audience.CLINICIAN) -> Section:
    today = dt.date(2026, 11, 22)
    section = why_section(Findings(read_case_text(text), (), (), TissueAssessments(), (), today, audience))
    assert section is not None
    return section


def part(section: Section, rule: str) -> Section:
    return next(each for each in section.parts if each.id == f"why-{rule}")


def test_every_option_of_the_next_steps_has_its_reason() -> None:
    findings = Findings(read_case_text(NEW), (), (), TissueAssessments(), (), dt.date(2026, 11, 22))
    steps = next_steps_section(findings)
    assert steps is not None
    options = sum(len(table.rows) for table in steps.tables)
    reasons = [each for each in why(NEW).parts if each.id not in {"why-alerts", "why-not"}]
    assert len(reasons) == options > 5
    assert all(each.folded and "holds because" in each.introduction[0] for each in reasons)


def test_the_row_that_decided_is_told_with_its_facts_and_where_they_stand() -> None:
    reason = part(why(NEW), "neo-tdxd-thp")
    assert "cn is 1, 2 or 3" in reason.introduction[0]
    facts = {row[0].text: (row[1].text, row[2].text) for row in reason.tables[0].rows}
    assert facts["HER2 before therapy"] == ("positive", "specimens[B1].her2")
    assert facts["Clinical N before therapy"] == ("1", "cancers[C1].stage.N")
    assert facts["Region whose labels apply"] == ("US", "patient.region")
    assert "Clinical T before therapy" not in facts


def test_a_fact_that_was_read_from_silence_says_so() -> None:
    rows = part(why(NEW), "neo-tchp").tables[0].rows
    (phase,) = [row for row in rows if row[1].text == "before therapy"]
    assert phase[2].note == "nothing stated at treatment, surgery: taken as not so far"


def test_evidence_has_kind_and_grade_of_its_source_date_and_how_far_it_was_read() -> None:
    rows = part(why(NEW), "neo-tdxd-thp").tables[1].rows
    (label,) = [
        row for row in rows if "fda:2026-05-15-tdxd-early" in row[2].sources and "FDA" in row[0].text
    ][:1]
    assert label[1].text == "regulatory"
    assert label[2].text == "regulator"
    assert "2026-05-15" in label[2].note
    assert "verified" in label[2].note


def test_each_reader_is_given_the_statements_in_his_words() -> None:
    statement = load_knowledge().statements["choice.who-neoadjuvant"]
    for audience in (Audience.CLINICIAN, Audience.RESEARCHER):
        rows = part(why(NEW, audience), "neo-tchp").tables[1].rows
        assert statement.wording(audience) in {row[0].text for row in rows}


def test_an_option_that_a_fact_forbids_is_named_with_the_fact() -> None:
    forbidden = part(why(NEW + "baseline_tests: {pregnancy: positive}\n"), "not")
    assert any("TCHP" in row[0].text and "pregnancy" in row[1].text for row in forbidden.tables[0].rows)


def test_each_alert_names_what_it_compared() -> None:
    text = NEW.replace("lvef_percent: 62", "lvef_percent: 45")
    rows = part(why(text), "alerts").tables[0].rows
    (below,) = [row for row in rows if row[0].text == "lvef below start"][:1]
    assert below[2].text == "lvef percent 45"
    assert below[3].sources


def test_the_section_is_on_the_page() -> None:
    assert why_section in SECTIONS
