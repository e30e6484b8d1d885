"""Next steps, safety and what is missing on the page: from the record alone, with basis and gaps."""

from __future__ import annotations

import datetime as dt

from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import TissueAssessments
from neoher.report.section import Section
from neoher.report.sections import SECTIONS, Findings
from neoher.report.sections.advice import missing_for_advice_section, next_steps_section, safety_section

NEW = """\
neoher: 1
patient: {id: P1, region: US}
cancers: [{id: C1, stage: {T: "2", N: "1"}}]
specimens: [{id: B1, er_percent: 0, pr_percent: 0, her2: {ihc: "3+"}}]
heart: [{date: 2026-11-01, lvef_percent: 62}]
"""
ILD = """\
neoher: 1
patient: {id: P1, region: US}
specimens: [{id: B1, date: 2026-01-01, her2: {ihc: "3+"}}]
treatment: [{regimen: T-DXd, setting: adjuvant, start: 2026-09-01, cycles: 3, cycles_planned: 14}]
adverse_events: [{kind: ILD, grade: 2, date: 2026-11-20}]
surgery: {date: 2026-08-01, specimen: {ypT: "1c", ypN: "1"}}
"""


def findings(text: str, today: dt.date = dt.date(2026, 11, 22)) -> Findings:
    return Findings(read_case_text(text), (), (), TissueAssessments(), (), today)


def made(section: Section | None) -> Section:
    assert section is not None
    return section


def test_options_stand_by_the_part_of_the_course_with_how_firmly_and_what_would_change_them() -> None:
    section = made(next_steps_section(findings(NEW)))
    (table,) = [each for each in section.tables if each.caption == "Systemic therapy before surgery"]
    assert table.header == ("Option", "How firmly", "Evidence", "What would change it")
    first = table.rows[0]
    assert "TCHP" in first[0].text
    assert "Not before: hepatitis B test, pregnancy test." in first[0].note
    assert (first[1].text, first[1].note) == ("standard", "submitted")
    assert first[2].sources
    assert first[3].text
    assert "never orders" in section.introduction[0]
    assert "2026-11-22" in section.closing[0]


def test_guidelines_that_differ_stand_side_by_side_by_date() -> None:
    section = made(next_steps_section(findings(NEW)))
    (differences,) = [each for each in section.parts if each.id == "differences"]
    since = [row[0].text for row in differences.tables[0].rows]
    assert since == sorted(since)
    assert len(since) >= 2


def test_a_case_of_2022_is_shown_what_was_known_then() -> None:
    then = made(next_steps_section(findings(NEW, dt.date(2022, 6, 1))))
    options = [row[0].text for table in then.tables for row in table.rows]
    assert any("TCHP" in text for text in options)
    assert not [text for text in options if "T-DXd" in text]


def test_an_alert_that_stops_a_drug_stands_before_the_table() -> None:
    section = made(safety_section(findings(ILD)))
    assert any("stop for good" in text for text in section.cautions)
    assert section.tables[0].rows[0][0].emphasis
    assert all(row[2].sources for row in section.tables[0].rows)


def test_without_an_alert_the_page_says_what_that_does_not_mean() -> None:
    done = "neoher: 1\npatient: {id: P1}\nsurgery: {date: 2026-08-01}\n"
    done += "treatment: [{regimen: docetaxel, end: 2026-07-01}]\n"
    section = made(safety_section(findings(done)))
    assert section.tables == ()
    assert "can hide one" in section.introduction[0]


def test_what_is_missing_names_its_place_and_what_hangs_on_it() -> None:
    section = made(missing_for_advice_section(findings(NEW)))
    places = {row[1].text: row for row in section.tables[0].rows}
    assert {"baseline_tests.hepatitis_b", "cancers[C1].stage.M", "contraindications"} <= places.keys()
    assert places["cancers[C1].stage.M"][2].text == "Distant metastases are outside"


def test_out_of_scope_is_said_first() -> None:
    negative = NEW.replace('ihc: "3+"', 'ihc: "0"')
    section = made(next_steps_section(findings(negative)))
    assert section.cautions[0].startswith("HER2-negative")
    assert section.tables == ()


def test_the_three_sections_are_on_the_page() -> None:
    assert {next_steps_section, safety_section, missing_for_advice_section} <= set(SECTIONS)
