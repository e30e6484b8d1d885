"""The patient's page: plain, explained, complete, and no number that the clinician's page does not hold."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from pathlib import Path

import pytest

from neoher.guidance.advice.evaluation import EvaluationCase, read_cases
from neoher.guidance.knowledge.kinds.rule import Severity
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.measure.case import ExamResult
from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import assess_tissue
from neoher.report.building import build_content
from neoher.report.content import ReportContent
from neoher.report.html import render
from neoher.report.patient.next_steps import urgent_section
from neoher.report.section import Section
from neoher.report.sections import Findings
from neoher.report.sections.advice import advice_of

TODAY = dt.date(2025, 7, 20)
CASES = read_cases(Path(__file__).parents[2] / "guidance" / "cases")
SOME = [case for place, case in enumerate(CASES) if place % 6 == 0]
"""Every sixth case of the set that advice is held against: all parts of the course."""
HARDEST_GRADE = 8.0

JARGON = """
neoadjuvant adjuvant lesion lesions axilla axillary sentinel primary histology malignant benign carcinoma
metastasis metastases metastatic resection progression toxicity recurrence cytotoxic enhancement kinetics
washout voxel voxels threshold cellularity lymphovascular immunohistochemistry hybridisation spectrum
equivocal indeterminate ejection fraction systolic pneumonitis prognosis prognostic cohort baseline
cumulative equivalent conjugate de-escalation non-inferior efficacy endpoint
"""
"""Words of the field that the page uses nowhere unless it explains them."""


def page_of(
    case: Case, today: dt.date = TODAY, audience: Audience = Audience.PATIENT, results: object = ()
) -> str:
    content = build_content(
        case,
        results,  # type: ignore[arg-type]
        images=(),
        tissue=assess_tissue(case),
        today=today,
        audience=audience,
    )
    return read(render(content))


def read(markup: str) -> str:
    """What a reader sees, drawings included through their words; one line per piece."""
    text = re.sub(r"<style>.*?</style>", "", markup, flags=re.DOTALL)
    text = re.sub(r"</(p|tr|li|h\d|dd|dt|td|th|caption|text|figcaption|summary|span)>", "\n", text)
    text = unescape(re.sub(r"<[^>]+>", "", text)).replace("\u202f", " ")
    return re.sub(r"[ \t]*\n\s*", "\n", text)


def patient_content(case: Case, today: dt.date = TODAY) -> ReportContent:
    return build_content(
        case, (), images=(), tissue=assess_tissue(case), today=today, audience=Audience.PATIENT
    )


def words_of(page: str) -> str:
    return page[page.index("Words on this page", page.index("About this page\nA computer")) :]


@pytest.fixture
def patient(course: Case, results: tuple[ExamResult, ...]) -> str:
    return page_of(course, dt.date(2026, 9, 2), results=results)


@pytest.fixture
def clinician(course: Case, results: tuple[ExamResult, ...]) -> str:
    return page_of(course, dt.date(2026, 9, 2), Audience.CLINICIAN, results)


# The same numbers -----------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(\d+(?:\.\d+)?) ?(mm|cm|cc|%)(?![a-z])")


def test_every_number_with_a_unit_stands_on_the_clinicians_page(patient: str, clinician: str) -> None:
    hers = {(each[1], each[2]) for each in _NUMBER.finditer(patient)}
    theirs = {(each[1], each[2]) for each in _NUMBER.finditer(clinician)}
    assert hers >= {("38", "mm"), ("38.7", "mm"), ("12.3", "cc"), ("50", "%"), ("60", "%"), ("63", "%")}
    assert hers <= theirs


def test_the_researchers_page_holds_the_same_numbers(
    course: Case, results: tuple[ExamResult, ...], clinician: str
) -> None:
    page = page_of(course, dt.date(2026, 9, 2), Audience.RESEARCHER, results)
    measured = {(each[1], each[2]) for each in _NUMBER.finditer(clinician) if each[2] in {"mm", "cc"}}
    assert measured <= {(each[1], each[2]) for each in _NUMBER.finditer(page)}


def test_report_json_holds_the_same_values_for_every_reader(
    course: Case, results: tuple[ExamResult, ...]
) -> None:
    def built(audience: Audience) -> ReportContent:
        return build_content(
            course, results, images=(), tissue=assess_tissue(course), today=TODAY, audience=audience
        )

    ours, hers = built(Audience.CLINICIAN), built(Audience.PATIENT)
    assert ours.lesions == hers.lesions
    assert ours.provenance == hers.provenance
    assert (ours.audience, hers.audience) == (Audience.CLINICIAN, Audience.PATIENT)


# Plain words ----------------------------------------------------------------------------------------------


def prose(sections: tuple[Section, ...]) -> list[str]:
    """Every running sentence of the page; the list of words at its end is read one by one."""
    pieces = []
    for section in sections:
        for each in (section, *section.parts):
            pieces += [*each.cautions, *each.introduction, *each.items, *each.closing]
    return pieces


def grade(pieces: list[str]) -> float:
    """Flesch-Kincaid grade: 0.39 words per sentence + 11.8 syllables per word - 15.59 (Kincaid et al., 1975).

    Written here anew, with syllables as groups of vowels less a silent e; no word is let off.
    """
    text = " ".join(piece if piece[-1] in ".?!" else f"{piece}." for piece in (p.strip("”“") for p in pieces))
    words = re.findall(r"[A-Za-z][A-Za-z'-]*", text)
    sentences = len(re.findall(r"[.?!]+(?=[\s”]|$)", text))
    syllables = 0
    for word in words:
        plain = re.sub(r"(?<=[^aeiouyl])e$|(?<=[^aeioutd])ed$", "", word.lower())
        syllables += max(1, len(re.findall(r"[aeiouy]+", plain)))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_the_grade_of_known_texts() -> None:
    """Both worked by hand from the formula."""
    assert grade(["The cat sat on the mat."]) == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59)
    assert grade(["Chemotherapy helps."]) == pytest.approx(0.39 * 2 + 11.8 * 6 / 2 - 15.59)


@pytest.mark.parametrize("case", SOME, ids=lambda case: case.name)
def test_the_page_of_every_part_of_the_course(case: EvaluationCase) -> None:
    """Reads at grade 8 or below, uses no word of the field unexplained, and shows no id of the record."""
    content = patient_content(Case.model_validate(case.record), case.today)
    assert grade(prose(content.sections)) <= HARDEST_GRADE
    page = read(render(content))
    explained = words_of(page).lower()
    body = page[: page.index("Words on this page", page.index("About this page\nA computer"))]
    loose = [word for word in JARGON.split() if re.search(rf"(?<![\w-]){word}(?![\w-])", body.lower())]
    assert [word for word in loose if word not in explained] == []
    short = set(re.findall(r"(?<![\w-])[A-Z][A-Za-z0-9/+-]*[A-Z0-9][A-Za-z0-9/+-]*(?![\w-])", body))
    own = {"USA", str(case.record["patient"]["id"])}
    assert {each for each in short - own if each.lower() not in explained} == set()
    assert "[" not in page
    assert "_" not in page
    assert "of 100" not in page


def test_no_id_of_a_lesion_exam_or_sample_is_on_the_page(patient: str, course: Case) -> None:
    ids = [
        each.id
        for group in (course.cancers, course.lesions, course.exams, course.specimens)
        for each in group
    ]
    assert [name for name in ids if re.search(rf"(?<!\w){name}(?!\w)", patient)] == []
    assert re.search(r"(?<!\w)[mrt]\d+(?!\w)", patient) is None


def test_a_word_is_explained_where_it_is_first_used_and_again_in_the_list(course: Case) -> None:
    sections = patient_content(course).sections
    told = [word for section in sections[:-1] for word in section.words]
    assert len({word.label for word in told}) == len(told)
    assert sorted(word.label.lower() for word in sections[-1].facts) == sorted(
        word.label.lower() for word in told
    )
    where = {word.label: section.id for section in sections for word in section.words}
    assert where["MRI"] == "size"
    assert where["TCHP"] == "so-far"


# What it must say, and what not ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "Breast cancer was found in your left breast.",
        "The tumour in your left breast (upper outer part) and a lymph node in your left armpit",
        "On MRI, it was 38 mm on 8 February 2025. On 24 June 2025 it was not seen any more.",
        "On ultrasound, it was 16 mm on 7 February 2025.",
        "On 25 April 2025 it was 7 mm, which is 56 % smaller.",
        "It is not proof that all cancer is gone.",
        "Your cancer was HER2-positive before treatment.",
        "score 2+, and the gene test was positive",
        "The medicines are docetaxel, carboplatin, trastuzumab and pertuzumab.",
        "You have had 6 of 6 planned rounds.",
        "Some cancer was still found.",
        "Ask: “Which treatment comes after the operation, for how long, and why?”",
        "This X-ray shows the tumour and any tiny calcium spots before treatment starts.",
        "The last MRI shows what is left. It helps the surgeon to plan the operation.",
        "Whether there is a reason against one of the medicines.",
        "It is not a medical device.",
        "Do not start, change or stop a treatment because of this page.",
    ],
)
def test_the_page_says(patient: str, words: str) -> None:
    assert words in patient


def test_nothing_left_that_the_computer_counts_is_no_proof(patient: str) -> None:
    assert "0 cc\ntoo little left to measure" in patient
    assert "100 %" not in patient


def test_an_empty_record_says_of_everything_that_it_is_not_known() -> None:
    page = page_of(read_case_text("neoher: 1\npatient: {id: P1}\n"))
    for words in (
        "The record does not describe the cancer.",
        "No size is recorded yet.",
        "No HER2 result is recorded.",
        "No treatment is recorded yet.",
        "No operation is recorded yet.",
        "No scan is recorded.",
        "No heart check is recorded.",
        "The record does not say these things.",
    ):
        assert words in page
    assert _NUMBER.search(page) is None


def test_what_somebody_typed_is_shown_and_never_run() -> None:
    x = '"<img src=x onerror=alert(1)>"'
    case = read_case_text(
        f"neoher: 1\npatient: {{id: P1}}\ncancers: [{{id: C1, histology: {x}}}]\n"
        f"lesions: [{{id: L1, kind: primary, site: {x}}}]\n"
        f"treatment: [{{regimen: {x}, start: 2025-02-20}}]\nsurgery: {{procedure: {x}, date: 2025-07-10}}\n"
    )
    markup = render(patient_content(case))
    assert "<img" not in markup
    assert "alert(1)" in markup


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_that_must_stop_is_left_out_or_hidden(case: EvaluationCase) -> None:
    """Each alert that stops or calls for an act is on her page, in words, and none is passed over."""
    record = Case.model_validate(case.record)
    findings = Findings(record, (), (), assess_tissue(record), (), case.today, Audience.PATIENT)
    advice, _ = advice_of(findings)
    grave = [each for each in advice.alerts if each.severity is not Severity.WATCH]
    section = urgent_section(findings)
    assert (section is not None) is bool(grave)
    if section is None:
        return
    stops = [each for each in grave if each.severity is Severity.STOP]
    assert bool(section.cautions) is bool(stops)
    assert all("safety note" not in text for text in (*section.cautions, *section.items))
    assert all(re.search(r"[Cc]all|[Aa]sk|[Tt]alk|[Tt]ell", text) for text in section.cautions)


def test_side_effects_and_what_came_afterwards_are_told_as_stated() -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1}\n"
        "adverse_events: [{kind: diarrhoea, grade: 2, date: 2025-03-01, resolved: 2025-03-09}, {kind: ILD}]\n"
        "outcome: {events: [{kind: distant recurrence, date: 2026-05-01}]}\n"
    )
    page = page_of(case)
    assert "Diarrhoea, grade 2 of 5, from 1 March 2025, over on 9 March 2025." in page
    assert "ILD, how severe is not recorded." in page
    assert "An inflammation of the lungs." in words_of(page)
    assert "cancer was found in another part of the body, on 1 May 2026" in page
    assert "The record says that there were no side effects." in page_of(
        read_case_text("neoher: 1\npatient: {id: P1}\nadverse_events: none\n")
    )


def test_someone_outside_the_rules_is_told_so_and_named_no_treatment() -> None:
    case = read_case_text(
        "neoher: 1\npatient: {id: P1, region: US}\n"
        "cancers: [{id: C1, side: left, stage: {T: '2', N: '1', M: '1'}}]\n"
        'specimens: [{id: B1, her2: {ihc: "3+"}}]\n'
    )
    page = page_of(case)
    assert "This program is about cancer that has not spread, so it names no treatment for you." in page
    assert "Medicines before the operation" not in page


def test_heart_checks_that_are_overdue_by_two_drugs_are_one_check() -> None:
    case = next(each for each in CASES if each.name == "the next LVEF is overdue")
    record = Case.model_validate(case.record)
    section = urgent_section(
        Findings(record, (), (), assess_tissue(record), (), case.today, Audience.PATIENT)
    )
    assert section is not None
    checks = [item for item in section.items if "heart check was due" in item]
    # LVEF on 2026-07-20: pertuzumab every 12 weeks, trastuzumab every 3 months.
    assert checks == ["Your heart check was due on 12 October 2026. Ask your team for a day soon."]
