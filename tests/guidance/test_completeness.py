"""Everything that the clinical knowledge beside the project states is held: its figures and its publications.

The oracle is the text of the knowledge files, read here by its own few rules: a figure with decimals or of
two digits and more that stands in prose or a table. Worked cases, and what only cites (years, pages,
numbers of publications) are not facts to hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from neoher.guidance.knowledge import load_knowledge

pytestmark = pytest.mark.shared

SECTION = re.compile(r"(?m)^(?=##+ )")
TAG = re.compile(r"`\[[^\]]*\]`")
CITATION = re.compile(
    r"PMID[: ]*\d+|PMC\d+|(?:doi[: ]*)?10\.\d{4,}/\S+|\d{4};\d+(?:\(\w+\))?[:;]\S+|arXiv\S+|NCT\d+"
    r"|Oncol \d+;\d+:\d+|\b(?:JCO|Pathol|Cancer|Oncol|Radiology|Med) (?:\d{4};)?\d+(?:\(\w+\))?:\S+"
    r"|\(\d{4},\d{4}\)"
    r"|\d{4}/\d{7}|\b7,711,494|ACRIN 6698|@\w+|b-values [\d,]+|[\d.]+\.md"
)
FIGURE = re.compile(r"(?<![\w.])(?<![A-Za-z]-)((?:\d{1,3}(?:,\d{3})+|\d*\.\d+|\d{2,}))(?!\w)")
NOT_HELD = re.compile(r"[Tt]est cases|Tests")
"""Sections whose figures are worked cases."""
SECTION_NUMBER = re.compile(r"(?m)^##+ ([1-7]\.\d{1,2})\b")
"""A figure that is no fact but the number of a section refers to it."""
YEARS = range(1980, 2031)
STAND_FOR = {78.4: 78.41}
"""Figures that the text itself calls a rounding of one that is held."""


@pytest.fixture(scope="module")
def files(shared_data: Path) -> list[Path]:
    return sorted((shared_data.parent / "knowledge").glob("0[1-7]*.md"))


def held_figures() -> frozenset[float]:
    """Every number in the facts of the sources, and in the trials, regimens and limits themselves."""
    knowledge = load_knowledge()
    held: set[float] = set()
    for kind, item in knowledge.items():
        if kind != "statements":
            held |= set(_walk(item.model_dump(mode="json")))
    return frozenset(held)


def _walk(value: object) -> Iterator[float]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, str):
        yield from (float(each.replace(",", "")) for each in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", value))
    elif isinstance(value, dict):
        for each in value.values():
            yield from _walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each)


def test_every_figure_of_the_knowledge_is_held(files: list[Path]) -> None:
    held = held_figures()
    texts = [file.read_text(encoding="utf-8") for file in files]
    sections = {float(number) for text in texts for number in SECTION_NUMBER.findall(text)}
    checked, absent = 0, []
    for file, text in zip(files, texts, strict=True):
        for section in SECTION.split(text):
            heading, _, body = section.partition("\n")
            if NOT_HELD.search(heading):
                continue
            plain = CITATION.sub(" ", TAG.sub(" ", f"{heading.lstrip('# 0123456789.')}\n{body}"))
            for found in FIGURE.finditer(plain):
                number = float(found[1].replace(",", ""))
                checked += 1
                if number in held or number in YEARS or number in sections or STAND_FOR.get(number) in held:
                    continue
                absent.append(f"{file.name}, {heading[:40]}: {found[1]}")
    assert checked > 1000
    assert absent == []


def test_every_publication_of_the_knowledge_is_held(shared_data: Path) -> None:
    named: set[str] = set()
    for file in (shared_data.parent / "knowledge").glob("*.md"):
        text = file.read_text(encoding="utf-8")
        named |= {f"PMID:{number}" for number in re.findall(r"PMID[: ]+(\d{7,8})", text)}
        named |= set(re.findall(r"PMC\d{6,8}", text))
        dois = re.findall(r"doi:? ?(10\.\d{4,}/[^\s`;,\]]+)", text)
        # Brackets belong to a doi only in pairs; what follows it in the sentence does not.
        named |= {f"doi:{_balanced(doi)}" for doi in dois}
    knowledge = load_knowledge()
    assert len(named) > 120
    assert sorted(name for name in named if knowledge.find_source(name) is None) == []


def _balanced(doi: str) -> str:
    while doi and (doi[-1] in ".:;" or (doi[-1] == ")" and doi.count("(") < doi.count(")"))):
        doi = doi[:-1]
    return doi
