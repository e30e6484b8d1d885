"""Sections made of common pieces: drawn on the page, held in the JSON, everything typed in escaped."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from neoher.record.conclusion import Conclusion
from neoher.report.content import Assessment, Fact, KeyImage, ReportContent
from neoher.report.html import render
from neoher.report.json_form import as_json
from neoher.report.section import Section, Table, TableCell

SECTION = Section(
    id="specimen",
    title="Imaging against the specimen",
    introduction=("What the surgeon found <b>beside</b> the images.",),
    cautions=("MRI and mammography disagree.",),
    facts=(Fact("Days", "12"),),
    figures=(KeyImage("Sizes", "by modality", "bars", '<svg class="chart"></svg>', 2.0),),
    wide=True,
    assessments=(
        Assessment("L1 on MRI", "over by 6 mm", Conclusion[str](value="over", sources=("PMID:23963140",))),
    ),
    tables=(
        Table(
            "Sizes in mm",
            ("Modality", "Imaging"),
            ((TableCell("MRI"), TableCell("18", note="longest", sources=("doi:10.1/x",))),),
        ),
    ),
    closing=("Small print.",),
    parts=(Section(id="specimen-l2", title="Lesion L2"),),
)


@pytest.fixture
def with_section(content: ReportContent) -> ReportContent:
    return replace(content, sections=(SECTION,))


def test_every_piece_stands_on_the_page_once_and_in_order(with_section: ReportContent) -> None:
    page = render(with_section)
    pieces = [
        '<h2 id="specimen">Imaging against the specimen</h2>',
        '<p class="caution">MRI and mammography disagree.</p>',
        "What the surgeon found &lt;b&gt;beside&lt;/b&gt; the images.",
        "<dt>Days</dt>",
        '<figure class="wide">',
        "over by 6 mm",
        "<caption>Sizes in mm</caption>",
        "https://doi.org/10.1/x",
        '<h3 id="specimen-l2">Lesion L2</h3>',
        "Small print.",
    ]
    places = [page.index(piece) for piece in pieces]
    assert places == sorted(places)
    assert [page.count(piece) for piece in pieces] == [1] * len(pieces)


def test_a_report_without_sections_has_none_of_it(content: ReportContent) -> None:
    assert 'id="specimen"' not in render(replace(content, sections=()))


def test_the_json_holds_the_pieces_without_the_drawings(with_section: ReportContent) -> None:
    sections = as_json(with_section)["sections"]
    assert isinstance(sections, list)
    first = sections[0]
    assert isinstance(first, dict)
    assert first["tables"][0]["rows"][0][1]["text"] == "18"  # type: ignore[index,call-overload]
    assert "svg" not in first["figures"][0]  # type: ignore[operator,index,call-overload]
    assert first["parts"][0]["title"] == "Lesion L2"  # type: ignore[index,call-overload]


def test_a_table_whose_row_lacks_a_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="has not 2 cells"):
        Table("Sizes", ("a", "b"), ((TableCell("1"),),))


def test_the_contents_lead_to_every_section(with_section: ReportContent) -> None:
    page = render(with_section)
    contents = page[page.index('<nav aria-label="Sections">') : page.index("</nav>")]
    targets = re.findall(r'href="#([a-z0-9-]+)"', contents)
    assert "specimen" in targets
    assert all(page.count(f'id="{target}"') == 1 for target in targets)
    # Every heading of the first order is led to, in the order of the page.
    assert targets == re.findall(r'<h2 id="([a-z0-9-]+)"', page)
