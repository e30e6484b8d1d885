"""The pages of FDG PET and HER2 PET: every number with its unit, nothing compared that may not be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from neoher.errors import ImageError
from neoher.measure.case import ExamResult, State
from neoher.measure.pet_uptake import PET_UPTAKE
from neoher.record.case import Case
from neoher.record.conclusion import Caution, Conclusion
from neoher.record.exam import PtExam
from neoher.record.measurement import InputObjects, Measurement, Quantity
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import TissueAssessments
from neoher.report.pet.scans import TracerFamily, family_of
from neoher.report.section import Section, Table
from neoher.report.sections import Findings
from neoher.report.sections.pet import fdg_pet_section, her2_pet_section, other_pet_section
from neoher.review import review
from neoher.simulate.pet.phantom import write_size_phantom
from neoher.simulate.pet.tracer import FDG

FDG_EXAMS = """
  - {id: F0, modality: PT, visit: T0, date: 2025-02-11, images: a, tracer: 18F-FDG, injected_mbq: 244,
     weight_kg: 60, height_m: 1.65, glucose_mg_dl: 94, scanner: A}
  - {id: F1, modality: PT, visit: T1, date: 2025-03-12, images: b, tracer: 18F-FDG, injected_mbq: 240,
     weight_kg: 60, height_m: 1.65, glucose_mg_dl: 250, scanner: A}
"""
HER2_EXAMS = """
  - {id: Z0, modality: PT, visit: T0, date: 2025-02-18, images: c, tracer: 89Zr-pertuzumab}
  - {id: Z1, modality: PT, visit: T3, date: 2025-07-01, images: d, tracer: 89Zr-trastuzumab}
"""


def _case(exams: str) -> Case:
    return read_case_text(
        "neoher: 1\npatient: {id: P1, sex: female}\n"
        "lesions: [{id: L1, kind: primary}, {id: M1, kind: metastasis, site: liver}]\nexams:" + exams
    )


def _value(hours: float, liver_mean: float) -> dict[str, Any]:
    region = dict.fromkeys(
        ("min", "median", "mean", "max", "peak", "peak_local", "tlg", "sd", "threshold"), 1.0
    )
    return {
        "regions": [
            {"name": "L1", "volume_cc": 2.0, "voxels": 31, "tumour_to_liver": 3.5, "tumour_to_blood": None}
            | region
        ],
        "units": "BQML",
        "decay_correction": "START",
        "reference_time": "2025-02-11T10:41:20",
        "injection_time": "2025-02-11T09:41:20",
        "nuclide": "18F",
        "half_life_s": 6588.0,
        "normalisation": "bw",
        "suv_unit": "g/mL",
        "formula": "body weight",
        "body_measure": "60 kg",
        "activity_mbq": 240.3,
        "hours_after_injection": hours,
        "corrected": [{"fact": "weight_kg", "images_state": "61", "used": "60"}],
        "references": [
            {"name": "liver", "mean": liver_mean, "sd": 0.2, "max": 3.0, "volume_cc": 14.1, "voxels": 220}
        ],
        "percist_threshold": None,
        "parameters": {},
    }


def _result(
    exam: PtExam, lesion: str, suvmax: float | None, *, hours: float = 1.0, liver_mean: float = 2.2
) -> ExamResult:
    """A stored measurement whose images were not read again; None: SUV could not be said."""
    named = {"suvmax": 1.0, "suvpeak": 0.9, "sulpeak": 0.6, "suvmean": 0.7, "tlg": 1.4}
    value = None if suvmax is None else _value(hours, liver_mean)
    missing = (f"exams.{exam.id}.injected_at",) if suvmax is None else ()
    warning = Caution(code="injection-date-missing", message="The date of the injection is not stated.")
    inputs = InputObjects(description="PT", count=80, sha256="a" * 64)
    measurement = Measurement(
        exam=exam.id,
        visit=exam.visit,
        date=exam.date,
        modality="PT",
        lesion=lesion,
        method="suv/1",
        parameters={},
        images=inputs,
        region=inputs,
        quantities=()
        if suvmax is None
        else tuple(Quantity(name=name, value=suvmax * share, unit="g/mL") for name, share in named.items()),
        conclusion=Conclusion[dict[str, Any]](
            value=value, missing=missing, warnings=(warning,) if suvmax is None else ()
        ),
    )
    return ExamResult(exam, lesion, PET_UPTAKE, State.FRESH, measurement)


def _findings(case: Case, results: Sequence[ExamResult]) -> Findings:
    return Findings(case, results, (), TissueAssessments(), (), dt.date(2025, 8, 1))


def _exams(case: Case) -> dict[str, PtExam]:
    return {exam.id: exam for exam in case.exams if isinstance(exam, PtExam)}


def _fdg(now: float | None, **later: float) -> Section:
    case = _case(FDG_EXAMS)
    exams = _exams(case)
    results = [_result(exams["F0"], "L1", 10.0), _result(exams["F1"], "L1", now, **later)]
    section = fdg_pet_section(_findings(case, results))
    assert section is not None
    return section


def _tables(section: Section) -> list[Table]:
    return [*section.tables, *(table for part in section.parts for table in _tables(part))]


def _table(section: Section, beginning: str) -> Table:
    return next(table for table in _tables(section) if table.caption.startswith(beginning))


@pytest.mark.parametrize(
    ("tracer", "family"),
    [
        ("18F-FDG", TracerFamily.FDG),
        ("Fludeoxyglucose F18", TracerFamily.FDG),
        ("89Zr-trastuzumab", TracerFamily.HER2),
        ("89Zr-ss-pertuzumab", TracerFamily.HER2),
        ("68Ga-ABY-025", TracerFamily.HER2),
        ("18F-FES", TracerFamily.OTHER),
        (None, TracerFamily.OTHER),
    ],
)
def test_a_tracer_belongs_to_its_page_by_its_name(tracer: str | None, family: TracerFamily) -> None:
    assert family_of(tracer) is family


def test_without_pet_there_is_no_page() -> None:
    case = _case(FDG_EXAMS)
    for section in (fdg_pet_section, her2_pet_section, other_pet_section):
        assert section(_findings(case, ())) is None


def test_uptake_times_and_activity_stand_with_their_units() -> None:
    scan = _fdg(6.0).parts[0]
    facts = {fact.label: fact.text for fact in scan.facts}
    assert facts["tracer"] == "18F-FDG, half-life 109.8 min"
    assert facts["injection"] == "09:41:20, 11 Feb 2025"
    assert facts["activity at the injection"].startswith("240.3 MBq, 244 MBq in the syringe")
    assert facts["scan after the injection"] == "60 min"
    assert facts["numbers in the images"] == "BQML, decay correction START, to 10:41:20, 11 Feb 2025"
    assert facts["blood glucose"] == "94 mg/dL"
    assert facts["taken from the record"] == "weight"
    # SUL = SUV x 0.6667 here; liver 2.2 and 0.2: 1.5 x 1.4667 + 2 x 0.1333 = 2.47.
    assert facts["measurable by PERCIST"] == "SULpeak of 2.47 g/mL and more (1.5 × liver + 2 SD)"
    table = _table(scan, "Uptake by lesion")
    assert table.header[:4] == ("Lesion", "SUVmax, g/mL", "SUVpeak, g/mL", "SULpeak, g/mL")
    first = dict(zip(table.header, table.rows[0], strict=True))
    assert first["SUVmax, g/mL"].text == "10"
    assert first["SUVmax, g/mL"].provenance == "m1"
    assert first["peak / liver"].text == "3.50"
    assert not first["peak / blood pool"].known
    liver = dict(zip(table.header, table.rows[-1], strict=True))
    assert (liver["Lesion"].text, liver["SUVmean, g/mL"].text) == ("liver", "2.20")


def test_a_change_is_held_against_what_repeating_gives() -> None:
    # FDG SUVmax on one scanner: a fall must exceed 28 % (knowledge 2.11).
    beyond = _table(_fdg(7.1), "Change from T0").rows[0][1]
    within = _table(_fdg(7.3), "Change from T0").rows[0][1]
    assert beyond.note.endswith("beyond noise")
    assert within.note.endswith("within noise")
    assert beyond.text == "10 → 7.10"
    assert "−29" in beyond.note


def test_a_lesion_without_a_number_has_not_shrunk() -> None:
    section = _fdg(None)
    cell = _table(section, "Change from T0").rows[0][1]
    assert not cell.known
    assert cell.text == "cannot be said"
    assert "exams.F1.injected_at" in cell.note
    lesions = _table(section.parts[1], "Uptake by lesion").rows[0]
    assert all(not one.known and one.text not in {"0", ""} for one in lesions[1:])
    assert "The date of the injection is not stated." in section.parts[1].parts[-1].closing


def test_rules_of_comparable_scans_are_told_one_by_one() -> None:
    rows = {row[0].text: row for row in _table(_fdg(6.0), "May T0 and T1").rows}
    assert rows["time from injection to scan"][2].text == "yes"
    assert rows["uptake of the reference region"][2].text == "yes"
    assert rows["blood glucose"][2].text == "no"
    assert rows["blood glucose"][2].emphasis
    late = {row[0].text: row for row in _table(_fdg(6.0, hours=1.4), "May T0 and T1").rows}
    assert late["time from injection to scan"][2].text == "no"
    assert late["time from injection to scan"][3].text == "not assessable by PERCIST"
    # Liver SUL 1.467 and 1.8: 0.333 apart, over the 0.3 that is allowed.
    liver = {row[0].text: row for row in _table(_fdg(6.0, liver_mean=2.7), "May T0 and T1").rows}
    assert liver["uptake of the reference region"][2].text == "no"


def test_scans_that_cannot_be_compared_say_why_and_break_nothing() -> None:
    # 30 hours after the injection is no FDG scan: outside what the criteria take.
    table = _table(_fdg(6.0, hours=30.0), "May T0 and T1")
    assert len(table.rows) == 1
    assert table.rows[0][0].text.startswith("cannot be said")


def test_values_of_two_tracers_are_never_compared() -> None:
    case = _case(HER2_EXAMS)
    exams = _exams(case)
    section = her2_pet_section(
        _findings(case, [_result(exams["Z0"], "L1", 12.0), _result(exams["Z1"], "L1", 6.0)])
    )
    assert section is not None
    captions = [table.caption for table in _tables(section)]
    assert not [caption for caption in captions if caption.startswith(("Change from", "May "))]
    assert "there is no change yet" in section.parts[-1].introduction[0]
    limits = _table(section, "What repeating")
    assert all("no test-retest limit found" in row[1].text for row in limits.rows)


def test_her2_pet_gives_no_class_and_marks_sites_of_physiologic_uptake() -> None:
    case = _case(HER2_EXAMS)
    exams = _exams(case)
    results = [_result(exams["Z0"], "L1", 12.0), _result(exams["Z0"], "M1", 9.0)]
    section = her2_pet_section(_findings(case, results))
    assert section is not None
    assert "not a HER2 class" in section.introduction[0]
    table = _table(section, "Uptake by lesion")
    assert table.header[-1] == "Reading"
    primary, liver = table.rows[:2]
    assert "tracer" in primary[-1].text or not primary[-1].known
    assert "liver" in liver[-1].note
    assert "liver" not in primary[-1].note
    words = " ".join(
        cell.text + cell.note for table in _tables(section) for row in table.rows for cell in row
    )
    assert not re.search(r"HER2[- ]?(positive|negative|low|zero)|ihc", words, re.IGNORECASE)


def test_a_scan_outside_the_tracers_window_is_shown_and_said_to_be() -> None:
    # 89Zr-pertuzumab is imaged on days 5 to 8 (knowledge 4.1); case 4.7: day 2.
    stated = ', injected_at: "2025-02-16T10:15", injected_mbq: 74}'
    early = _case(HER2_EXAMS.replace("89Zr-pertuzumab}", f"89Zr-pertuzumab{stated}"))
    for case, words in ((early, "Imaged on day 2, outside"), (_case(HER2_EXAMS), "not known")):
        section = her2_pet_section(_findings(case, [_result(_exams(case)["Z0"], "L1", None)]))
        assert section is not None
        assert words in section.parts[0].parts[-1].assessments[0].headline


def test_a_scan_that_could_not_be_read_is_on_the_page_with_its_reason() -> None:
    case = _case(FDG_EXAMS)
    exam = _exams(case)["F0"]
    problem = ImageError("slice 12 is missing.", "a", "Copy the series again.")
    result = ExamResult(exam, "L1", PET_UPTAKE, State.FAILED, None, problem=problem)
    section = fdg_pet_section(_findings(case, [result]))
    assert section is not None
    assert "No pictures" in section.parts[0].introduction[0]
    cells = _table(section, "Uptake by lesion").rows[0][1:]
    assert all("slice 12 is missing" in cell.text for cell in cells if cell.text != "not known")
    assert {fact.label for fact in section.parts[0].facts if not fact.known} >= {"injection"}


def test_the_page_of_a_case_shows_its_pet(tmp_path: Path) -> None:
    injected_at = dt.datetime(2025, 2, 11, 9, 41, 20)
    write_size_phantom(tmp_path / "images", FDG, ("bqml-start",), seed=2, injected_at=injected_at)
    (tmp_path / "case.yaml").write_text(
        "neoher: 1\npatient: {id: PHANTOM, sex: female}\nlesions: [{id: L1}, {id: L2}]\nexams:\n"
        "  - {id: F0, modality: PT, visit: T0, date: 2025-02-11, images: images/bqml-start,\n"
        "     tracer: 18F-FDG, regions: [{lesion: L1, file: 'images/regions.dcm#37mm'},\n"
        "               {lesion: L2, file: 'images/regions.dcm#22mm'},\n"
        "               {purpose: liver, box_mm: {from: [-20, -20, -20], to: [20, 20, 20]}}]}\n"
    )
    made = review(tmp_path, today=dt.date(2025, 8, 1))
    page = made.files.html.read_text()
    assert '<section aria-labelledby="fdg-pet">' in page
    assert page.count("<b>Projection from the") == 2
    assert page.count('class="picture light"') == 2 + page.count("<b>Slice through") > 2
    assert "PET alone: no CT in its frame of reference" in page
    assert 'class="lesion"' in page
    assert [result.lesion for result in made.results] == ["L1", "L2"]
    assert ">liver</span>" in page
