"""Sections of the report: imaging against the specimen, and the shrinkage pattern."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from neoher.measure.case import ExamResult, State
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME
from neoher.record.case import Case
from neoher.record.measurement import Quantity
from neoher.record.reading.case_file import read_case_text
from neoher.report.content import ReportContent
from neoher.report.html import render
from neoher.report.json_form import as_json
from neoher.report.section import Section

DISAGREEING = """\
neoher: 1
patient: {id: P7}
cancers: [{id: C1, side: left}]
lesions: [{id: L1, cancer: C1, kind: primary}]
specimens: [{id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10}]
exams:
  - {id: M0, modality: MR, visit: T0, date: 2025-02-08, findings:
      [{lesion: L1, longest_mm: 38, type: non-mass enhancement}]}
  - {id: M3, modality: MR, visit: T3, date: 2025-06-24, findings: [{lesion: L1, finding: absent}]}
  - {id: U3, modality: US, visit: T3, date: 2025-06-23, findings: [{lesion: L1, longest_mm: 6}]}
  - {id: G3, modality: MG, visit: T3, date: 2025-06-20, findings:
      [{lesion: L1, calcifications: {morphology: fine pleomorphic, extent_mm: 48}}]}
treatment: [{regimen: TCHP, setting: neoadjuvant, start: 2025-02-20}]
surgery: {date: 2025-07-10, specimen: {invasive_mm: 3, invasive_and_in_situ_mm: 40}}
"""

Build = Callable[..., ReportContent]


def section(content: ReportContent, name: str) -> Section | None:
    return next((one for one in content.sections if one.id == name), None)


@pytest.fixture
def compared(build: Build) -> Section:
    found = section(build(read_case_text(DISAGREEING)), "imaging-against-specimen")
    assert found is not None
    return found


def rows(of: Section, caption: str) -> list[list[str]]:
    (part,) = of.parts
    table = next(one for one in part.tables if one.caption.startswith(caption))
    return [[" ".join(filter(None, (cell.text, cell.note))) for cell in row] for row in table.rows]


def test_false_negatives_and_disagreements_stand_before_the_first_number(compared: Section) -> None:
    assert (
        compared.cautions[0]
        == "P7, L1, MRI: Nothing was seen, and the specimen holds 3 mm of invasive cancer."
    )
    assert "L1: MRI shows nothing, ultrasound shows 6 mm: they disagree" in compared.cautions[1]
    # What is said of calcifications is said once.
    assert sum("48 mm of calcifications" in caution for caution in compared.cautions) == 1


def test_each_modality_has_its_row_with_errors_and_reasons(compared: Section) -> None:
    mri, ultrasound, flecks = rows(compared, "Last exam")
    assert mri[0] == "MRI M3, 24 Jun 2025, 16 days before"
    assert mri[1] == "nothing seen"
    assert [cell.replace("\u202f", " ") for cell in mri[2:4]] == [
        "−3 mm false negative",
        "−40 mm false negative",
    ]
    assert "hormone receptors are positive" in mri[4]
    assert "unverified: anti-vascular-effect" in mri[4]
    assert [cell.replace("\u202f", " ") for cell in ultrasound[2:4]] == ["+3 mm concordant", "−34 mm under"]
    # Calcifications have a distance and no verdict.
    assert [cell.replace("\u202f", " ") for cell in flecks[1:4]] == [
        "48 mm extent, no size of the cancer",
        "+45 mm",
        "+8 mm",
    ]


def test_every_published_figure_names_its_source_and_how_far_it_was_read(compared: Section) -> None:
    (part,) = compared.parts
    table = part.tables[1]
    assert {row[0].text for row in table.rows} == {"MRI", "Ultrasound", "Mammography"}
    assert all(row[2].sources and row[2].note for row in table.rows)


def test_a_number_points_to_where_the_record_states_it(build: Build) -> None:
    content = build(read_case_text(DISAGREEING))
    found = section(content, "imaging-against-specimen")
    assert found is not None
    cells = [row[1] for row in found.parts[0].tables[0].rows]
    stated = {row.id: row.exam for row in content.provenance}
    assert [stated.get(cell.provenance or "") for cell in cells] == [None, "U3", "G3"]


def test_the_figure_has_a_bar_per_size_at_its_length(compared: Section) -> None:
    (figure,) = compared.parts[0].figures
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([0-9.]+)"', figure.svg)]
    whole, invasive, ultrasound, flecks = widths
    assert invasive / whole == pytest.approx(3 / 40, abs=0.002)
    assert ultrasound / whole == pytest.approx(6 / 40, abs=0.002)
    assert flecks / whole == pytest.approx(48 / 40, abs=0.002)
    assert figure.svg.count("false negative") == 1
    # Calcifications are an outline.
    assert len(re.findall(r'<rect [^>]*fill="none"', figure.svg)) == 1
    assert "MRI nothing seen; ultrasound 6 mm" in figure.svg


def test_the_page_and_the_json_hold_it(build: Build) -> None:
    content = build(read_case_text(DISAGREEING))
    page = render(content)
    assert '<h2 id="imaging-against-specimen">Imaging against the specimen</h2>' in page
    sections = as_json(content)["sections"]
    assert isinstance(sections, list)
    ids = [one["id"] for one in sections if isinstance(one, dict)]
    assert "imaging-against-specimen" in ids
    assert "shrinkage-pattern" in ids


def test_what_is_typed_in_is_escaped(build: Build) -> None:
    scan = "  - {modality: PT, date: 2025-06-22, tracer: <i>x, findings: [{lesion: L1, longest_mm: 9}]}\n"
    page = render(build(read_case_text(DISAGREEING.replace("treatment:", scan + "treatment:"))))
    assert "PET &lt;i&gt;x" in page
    assert "<i>x" not in page


def test_a_specimen_without_sizes_says_what_is_needed_and_gives_no_error(build: Build, course: Case) -> None:
    found = section(build(course), "imaging-against-specimen")
    assert found is not None
    (basis,) = found.assessments
    assert any(path.endswith("invasive_mm") for path in basis.conclusion.missing)
    row = found.parts[0].tables[0].rows[0]
    assert (row[2].text, row[2].known) == ("not known", False)


def test_before_surgery_the_calcifications_are_flagged_although_mri_sees_nothing(build: Build) -> None:
    # Mammography was not repeated, so no two modalities can disagree after therapy.
    text = (
        DISAGREEING[: DISAGREEING.index("surgery:")]
        .replace(
            "id: G3, modality: MG, visit: T3, date: 2025-06-20",
            "id: G0, modality: MG, visit: T0, date: 2025-02-05",
        )
        .replace("longest_mm: 6}", "finding: absent}")
    )
    found = section(build(read_case_text(text)), "imaging-against-specimen")
    assert found is not None
    assert [caution.partition(":")[0] for caution in found.cautions] == [
        "L1 had calcifications of a suspicious form"
    ]
    assert found.introduction[0].startswith("Before surgery")


def test_a_record_without_exam_or_lesion_has_neither_section(build: Build) -> None:
    sections = build(read_case_text("neoher: 1\npatient: {id: P1}\n")).sections
    assert not {"imaging-against-specimen", "shrinkage-pattern"} & {section.id for section in sections}


# Pattern --------------------------------------------------------------------------------------------------


def test_the_pattern_reads_reported_and_measured_apart(
    build: Build, course: Case, results: tuple[ExamResult, ...]
) -> None:
    with_fragments = [_in_one_part(one) for one in results]
    found = section(build(course, with_fragments), "shrinkage-pattern")
    assert found is not None
    (table,) = found.tables
    cells = [(row[0].text, row[0].note.split(", ")[2], row[1].text) for row in table.rows]
    assert cells == [
        ("T1", "measured", "Concentric shrinkage"),
        ("T3", "measured", "No enhancing lesion left to see"),
        ("T1", "reported", "cannot be said"),
        ("T2", "reported", "cannot be said"),
        ("T3", "reported", "No enhancing lesion left to see"),
    ]
    assert "No pathological" not in found.closing[0]
    assert "no pathological complete response" in found.closing[0]


def _in_one_part(result: ExamResult) -> ExamResult:
    """The result with shape facts: as wide as its diameter, in one part."""
    measurement = result.measurement
    if measurement is None:
        return result
    length = measurement.quantity("longest_diameter_in_plane")
    size = length.value if length else None
    facts = (
        Quantity(name="fragments", value=1.0 if size else 0.0, unit="1"),
        Quantity(name="fragments_longest_diameter_3d", value=size, unit="mm"),
    )
    stored = measurement.model_copy(update={"quantities": (*measurement.quantities, *facts)})
    return replace(result, measurement=stored)


def test_a_stale_measurement_gives_no_pattern(
    build: Build, course: Case, results: tuple[ExamResult, ...]
) -> None:
    stale = [replace(_in_one_part(one), state=State.STALE) for one in results]
    found = section(build(course, stale), "shrinkage-pattern")
    assert found is not None
    assert all("reported" in row[0].note for row in found.tables[0].rows)
    assert {one.method.name for one in stale} == {FUNCTIONAL_VOLUME.name}
