"""HER2 over time and the outlook on the page: what the record says, and nothing where it says nothing."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from neoher.pathology.her2.facts import Her2Status, Spectrum
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import TissueAssessments
from neoher.report.drawing.spectrum_chart import SpectrumMark, chart_height, spectrum_chart
from neoher.report.section import Section
from neoher.report.sections import Findings
from neoher.report.sections.her2 import her2_section
from neoher.report.sections.outlook import outlook_section
from neoher.report.tissue_facts import specimen_facts

COURSE = """\
neoher: 1
patient: {id: P1}
cancers: [{id: C1, side: left}]
lesions: [{id: L1, cancer: C1, kind: primary}]
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10,
     her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6}}}
exams:
  - {id: E3, modality: PT, date: 2025-02-14, tracer: 89Zr-pertuzumab, injected_at: "2025-02-08T10:15",
     findings: [{lesion: L1, suvmax: 12.7, uptake: positive}]}
  - {id: E9, modality: MR, date: 2025-06-24, findings: [{lesion: L1, finding: absent}]}
treatment: [{regimen: TCHP, setting: neoadjuvant, start: 2025-02-20}]
"""
SURGERY = 'surgery: {date: 2025-07-10, procedure: lumpectomy, specimen: {ypT: "1a", her2: {ihc: "1+"}}}\n'
TODAY = dt.date(2026, 1, 1)


def findings(text: str) -> Findings:
    return Findings(read_case_text(text), (), (), TissueAssessments(), (), TODAY)


def section(text: str) -> Section:
    made = her2_section(findings(text))
    assert made is not None
    return made


def cells(made: Section, caption: str) -> list[list[str]]:
    (table,) = [each for each in made.tables if caption in each.caption]
    return [[cell.text for cell in row] for row in table.rows]


def test_loss_after_therapy_stands_first_with_what_it_does_not_mean() -> None:
    made = section(COURSE + SURGERY)
    (caution,) = made.cautions
    assert "does not mean that HER2-directed" in caution
    assert cells(made, "Each later specimen")[0] == [
        "B1",
        "lumpectomy specimen",
        "157",
        "positive to negative",
        "2+/ISH+ to low",
        "HER2 lost: positive to negative",
    ]


def test_each_specimen_and_the_her2_pet_beside_it() -> None:
    made = section(COURSE + SURGERY)
    assert [row[0] for row in cells(made, "HER2 of each specimen")] == ["B1", "lumpectomy specimen"]
    assert cells(made, "paired with a biopsy") == [
        [
            "L1",
            "14 Feb 2025",
            "12.7",
            "3 Feb 2025",
            "11 days",
            "2+/ISH+, HER2-moderate (Ma 2025, investigational)",
        ]
    ]


def test_one_specimen_is_compared_with_nothing() -> None:
    made = section(COURSE)
    assert made.cautions == ()
    assert not [each for each in made.assessments if each.title.startswith("Change")]


def test_one_specimen_without_a_her2_pet_has_no_section() -> None:
    assert her2_section(findings(COURSE.replace("89Zr-pertuzumab", "18F-FDG"))) is None


def test_nothing_is_shown_where_nothing_is_recorded() -> None:
    assert her2_section(findings("neoher: 1\npatient: {id: P1}\n")) is None
    assert outlook_section(findings("neoher: 1\npatient: {id: P1}\n")) is None


def test_two_cancers_are_two_courses() -> None:
    text = COURSE.replace("side: left}]", "side: left}, {id: C2, side: right}]", 1).replace(
        "exams:", "  - {id: B2, cancer: C2, date: 2025-02-04, her2: {ihc: '1+'}}\nexams:"
    )
    made = section(text)
    assert [part.title for part in made.parts] == ["Cancer C1", "Cancer C2"]
    # With two cancers nobody knows whose rates apply.
    assert outlook_section(findings(text)) is None


def test_the_outlook_shows_each_rate_with_number_definition_and_source() -> None:
    made = outlook_section(findings(COURSE))
    assert made is not None
    assert [fact.text for fact in made.facts] == [
        "2+/ISH+",
        "positive",
        "TCHP",
        "complete response on imaging",
    ]
    assert made.tables[0].caption.split(":")[0] == "Breast and nodes"
    rows = [row for table in made.tables for row in table.rows]
    assert all(row[3].text and row[4].sources for row in rows)
    assert any("not a probability" in text for text in made.introduction)


@pytest.mark.parametrize(("percent", "said"), [(0, "0 %"), (60, "60 %"), (5, "5 %, low positive")])
def test_a_low_oestrogen_receptor_is_called_so_beside_its_specimen(percent: float, said: str) -> None:
    specimen = read_case_text(COURSE.replace("er_percent: 60", f"er_percent: {percent}")).specimens[0]
    (text,) = [fact.text for fact in specimen_facts(specimen) if fact.label == "oestrogen receptor"]
    assert text.replace("\u202f", " ").startswith(said)
    assert ("low positive" in text) is ("low" in said)


def test_after_the_operation_there_is_no_outlook() -> None:
    assert outlook_section(findings(COURSE + SURGERY)) is None


# The scale ------------------------------------------------------------------------------------------------

DAY = dt.date(2025, 2, 3)


def shapes(*marks: SpectrumMark) -> list[ET.Element]:
    return [
        each
        for each in ET.fromstring(spectrum_chart(marks)).iter()
        if each.tag.endswith("circle") or each.get("rx")
    ]


@pytest.mark.parametrize(
    ("status", "spectrum", "drawn"),
    [
        (Her2Status.POSITIVE, Spectrum.THREE_PLUS, "circle"),
        (Her2Status.NEGATIVE, Spectrum.LOW, "circle"),
        (Her2Status.NEGATIVE, Spectrum.ZERO_UNSPECIFIED, "rect"),
        (Her2Status.POSITIVE, None, "rect"),
        (Her2Status.EQUIVOCAL, None, None),
        (None, None, None),
    ],
)
def test_a_mark_is_drawn_where_its_place_is_known_and_nowhere_else(
    status: Her2Status | None, spectrum: Spectrum | None, drawn: str | None
) -> None:
    found = [each.tag.rpartition("}")[2] for each in shapes(SpectrumMark(DAY, "B1", status, spectrum))]
    assert found == ([drawn] if drawn else [])


def test_places_run_from_absent_to_three_plus_and_negative_lies_left_of_positive() -> None:
    order = [
        Spectrum.ABSENT,
        Spectrum.ULTRALOW,
        Spectrum.LOW,
        Spectrum.ISH_POSITIVE,
        Spectrum.TWO_PLUS_ISH_POSITIVE,
        Spectrum.THREE_PLUS,
    ]
    places = [
        float(shapes(SpectrumMark(DAY, "B", Her2Status.POSITIVE, each))[0].get("cx") or 0) for each in order
    ]
    assert places == sorted(places)


def test_a_her2_pet_has_words_and_no_place() -> None:
    assert shapes(SpectrumMark(DAY, "HER2 PET", beside="L1 positive, SUVmax 12.7")) == []


def test_lines_stand_by_date_and_what_is_typed_in_is_escaped() -> None:
    late = SpectrumMark(dt.date(2026, 1, 1), "<b>late</b>", Her2Status.POSITIVE, Spectrum.THREE_PLUS)
    svg = spectrum_chart([late, replace(late, date=DAY, label="early")])
    assert svg.index("early") < svg.index("&lt;b&gt;late")
    assert "<b>" not in svg
    (height,) = re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)
    assert float(height) == chart_height(2)
    assert spectrum_chart([]) == ""
