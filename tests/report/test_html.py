"""The page: self-contained, well-formed, escaped, and every number with its unit and its source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from neoher.record.reading.case_file import read_case_text
from neoher.report.content import ExamImages, KeyImage, LegendEntry, ReportContent
from neoher.report.html import render

Build = Callable[..., ReportContent]
VOID = {"meta", "br", "img", "link", "hr", "input", "wbr"}


class Page(HTMLParser):
    """Elements, attributes and text of a page; balance is checked on the way."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.headers_without_scope = 0
        self.pictures_without_words = 0
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        stated = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if stated.get("id"):
            self.ids.append(str(stated["id"]))
        self.links += [(name, str(value)) for name, value in attrs if name in {"href", "src", "action"}]
        self.headers_without_scope += tag == "th" and "scope" not in stated
        self.pictures_without_words += tag == "svg" and not stated.get("aria-label")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


@pytest.fixture
def page(content: ReportContent) -> Page:
    return Page(render(content))


def test_the_page_is_balanced_and_says_its_language(content: ReportContent, page: Page) -> None:
    assert page.open == []
    assert render(content).lstrip().startswith('<!DOCTYPE html>\n<html lang="en">')


def test_the_page_loads_nothing_and_runs_nothing(page: Page) -> None:
    assert "script" not in page.tags
    assert "link" not in page.tags
    addresses = [value for _, value in page.links if not value.startswith(("#", "data:image/png;base64,"))]
    publications = (
        "https://pubmed.ncbi.nlm.nih.gov/",
        "https://doi.org/",
        "https://www.ncbi.nlm.nih.gov/pmc/",
    )
    assert all(address.startswith(publications) for address in addresses)


def test_every_code_beside_a_number_leads_to_its_row(page: Page) -> None:
    inner = [value[1:] for name, value in page.links if value.startswith("#")]
    assert {"m1", "m2", "m3", "r1", "t1"} <= set(inner)
    assert set(inner) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_tables_and_pictures_can_be_read_aloud(page: Page) -> None:
    assert page.headers_without_scope == 0
    assert page.pictures_without_words == 0


@pytest.mark.parametrize(
    "words",
    [
        "12.3 cc",
        "−50 % since T0",
        "no voxel reaches the thresholds; this is not a pathologic statement",
        "not measured: slice 12 is missing.",
        "no test-retest limit published",
        "not seen, as reported",
        "L1: mass, longest diameter 38 mm, irregular shape, spiculated margin, rim internal enhancement",
        "HER2-positive · IHC 2+ · ISH group 1",
        "RCB-I, score 1.25",
        "dual-probe ISH group 1",
        "neoher is not a cleared or certified medical device",
        "supports a professional who can review its basis",
        "exams[E1].findings[0]",
        "pe_percent 70",
        "Last seen, alive",
        "contraindications",
        "not known",
    ],
)
def test_the_page_says(page: Page, words: str) -> None:
    assert words in re.sub(r"\s+", " ", page.text.replace("\u202f", " "))


def test_a_measured_number_is_never_printed_without_its_unit(content: ReportContent, page: Page) -> None:
    for table in content.lesions:
        for row in table.rows:
            for cell in row.cells:
                if cell.value is not None and row.unit in {"mm", "cm3"}:
                    unit = {"mm": "mm", "cm3": "cc"}[row.unit]
                    value = f"{cell.value:.3g}" if cell.value else "0"
                    assert f"{value}\u202f{unit}" in page.text, (row.label, cell)


HOSTILE = "</style><script>alert(1)</script>\"'&amp;"


def test_what_somebody_typed_is_shown_and_never_run(build: Build) -> None:
    x = '"<img src=x onerror=alert(1)>"'
    case = read_case_text(
        f"neoher: 1\npatient: {{id: P1}}\ncancers: [{{id: C1, histology: {x}}}]\n"
        f"lesions: [{{id: L1, kind: primary, site: {x}}}]\n"
        f'specimens: [{{id: B1, her2: {{ihc: "3+", text: {x}}}, text: {x}}}]\n'
        f"exams: [{{id: E1, modality: MR, visit: {x}, date: 2025-02-08, text: {x}, quality: {x},\n"
        f"  findings: [{{lesion: L1, longest_mm: 20, source: {x}, text: {x}}}]}},\n"
        "  {id: E2, modality: MR, visit: T1, date: 2025-04-08, findings: [{lesion: L1, longest_mm: 9}]}]\n"
        f"treatment: [{{regimen: {x}, start: 2025-02-20, doses: [{{drug: {x}, date: 2025-03-01}}]}}]\n"
        f"surgery: {{procedure: {x}, date: 2025-07-10}}\n"
        f"adverse_events: [{{kind: {x}, date: 2025-03-01}}]\n"
    )
    built = replace(build(case), patient=HOSTILE)
    markup = render(built)
    page = Page(markup)
    assert page.open == []
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "alert(1)" in page.text
    assert markup.count("</style>") == 1


def test_pictures_stand_in_the_page_with_caption_and_legend(content: ReportContent) -> None:
    image = KeyImage(
        title="Slice",
        caption="Early phase.",
        alt="a slice",
        svg='<svg xmlns="http://www.w3.org/2000/svg" aria-label="a slice"></svg>',
        aspect=1.5,
        legend=(LegendEntry("#3d6cc9", "0–0.9, gradual", "81.9 %"),),
    )
    visit = content.visits[0]
    exam = next(exam for exam in visit.exams if exam.regions)
    shown = replace(exam, regions=(replace(exam.regions[0], images=(image,), no_images=""),))
    exams = tuple(shown if one is exam else one for one in visit.exams)
    page = Page(render(replace(content, visits=(replace(visit, exams=exams), *content.visits[1:]))))
    assert "Slice. Early phase." in page.text
    assert "81.9 %" in page.text


def test_an_exam_without_pictures_says_why(page: Page) -> None:
    assert "No pictures were drawn." in page.text
    assert ExamImages("E1", None, "ftv", ()).absent == ""


def test_a_stale_number_is_marked_where_it_stands(content: ReportContent) -> None:
    table = content.lesions[0]
    row = table.rows[0]
    cells = (replace(row.cells[0], stale=True), *row.cells[1:])
    lesions = (replace(table, rows=(replace(row, cells=cells), *table.rows[1:])), *content.lesions[1:])
    before = render(content).count("stale: may no longer hold")
    assert render(replace(content, lesions=lesions)).count("stale: may no longer hold") == before + 2


def test_an_empty_record_gives_a_page_that_names_what_is_not_known(build: Build) -> None:
    page = Page(render(build(read_case_text("neoher: 1\npatient: {id: P1}\n"))))
    for words in (
        "No size was reported or measured.",
        "No dated fact is in the record.",
        "No exam is in the record.",
        "No lesion is in the record.",
        "not known: no specimen with HER2 is in the record",
        "not known: no surgical specimen is in the record",
        "No number is in this report.",
    ):
        assert words in page.text
