"""What was found at the beginning: the cancer, its place, whether nodes and other organs are involved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.record.case import Case
from neoher.record.lesion import Cancer
from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN
from neoher.report.patient.words import day, lesion_in_words, listed, site_in_words
from neoher.report.section import Section
from neoher.report.words import capitalised

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["found_section"]


def found_section(findings: Findings) -> Section:
    """What is recorded of the cancer at diagnosis; what is not recorded is said."""
    case = findings.case
    if not case.cancers:
        return Section(
            id="found",
            title="What was found",
            introduction=("The record does not describe the cancer. Ask your team what was found.",),
            facts=tuple(_lesions(case, None)),
        )
    several = len(case.cancers) > 1
    introduction = (f"The record names {len(case.cancers)} cancers.",) if several else ()
    parts = [_cancer(case, cancer, number) for number, cancer in enumerate(case.cancers, 1)]
    if several:
        return Section(id="found", title="What was found", introduction=introduction, parts=tuple(parts))
    (only,) = parts
    return Section(id="found", title="What was found", introduction=only.introduction, facts=only.facts)


def _cancer(case: Case, cancer: Cancer, number: int) -> Section:
    side = f"your {cancer.side} breast" if cancer.side else "your breast (which side is not recorded)"
    when = f" The day of diagnosis is {day(cancer.diagnosed)}." if cancer.diagnosed else ""
    return Section(
        id=f"found-{number}",
        title=f"Cancer in {side}",
        introduction=(f"Breast cancer was found in {side}.{when}",),
        facts=tuple(_facts(case, cancer)),
    )


def _facts(case: Case, cancer: Cancer) -> Iterator[Fact]:
    yield from _lesions(case, cancer)
    yield _fact("Kind of cancer, as the report names it", cancer.histology)
    yield _fact("Grade", f"{cancer.grade}, on a scale from 1 to 3" if cancer.grade else None)
    stage = cancer.stage
    yield _fact("Lymph nodes at the start", _nodes(stage.N if stage else None))
    yield _fact("Spread to other organs at the start", _spread(stage.M if stage else None))


def _lesions(case: Case, cancer: Cancer | None) -> Iterator[Fact]:
    """The places, one by one."""
    mine = [each for each in case.lesions if cancer is None or case.cancer_of(each) in {cancer, None}]
    names = []
    for lesion in mine:
        place = site_in_words(lesion)
        name = lesion_in_words(case, lesion)
        names.append(f"{name} ({place})" if place and place not in name else name)
    yield _fact("Where", capitalised(listed(names)) if names else None)


def _nodes(category: str | None) -> str | None:
    if category is None or category == "X":
        return None
    return "no sign of cancer in them" if category.startswith("0") else "involved, by touch, scan or sample"


def _spread(category: str | None) -> str | None:
    if category is None or category == "X":
        return None
    return "yes, it is recorded" if category.startswith("1") else "no sign of it"


def _fact(label: str, text: str | None) -> Fact:
    return Fact(label, text) if text else Fact(label, NOT_KNOWN, known=False)
