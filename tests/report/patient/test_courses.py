"""The patient's page over whole courses of simulated patients: what the record decides, and the rest."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import assess_tissue
from neoher.report.building import build_content
from neoher.report.section import Section

COURSES = Path(__file__).parent / "courses"
AFTER = dt.date(2025, 7, 20)
BEFORE_SURGERY = dt.date(2025, 7, 1)
DECIDED_BY_THE_RECORD = ("found", "size", "her2", "so-far", "heart")
NAMES = ("complete-response", "progression", "calcifications", "her2-loss")


def course(name: str) -> Case:
    return read_case_text((COURSES / f"{name}.yaml").read_text(encoding="utf-8"))


def before_surgery(case: Case) -> Case:
    """The record as it stood before the operation."""
    return case.model_copy(update={"surgery": (), "outcome": None})


def page(case: Case, today: dt.date) -> dict[str, Section]:
    content = build_content(
        case, (), images=(), tissue=assess_tissue(case), today=today, audience=Audience.PATIENT
    )
    return {section.id: section for section in content.sections}


def told(section: Section) -> list[str]:
    """A section as lines of text, in reading order."""
    lines = [f"# {section.title}", *section.cautions, *section.introduction]
    lines += [f"- {item}" for item in section.items]
    lines += [f"{fact.label}: {fact.text}" for fact in section.facts]
    lines += [f"[{image.alt}]" for image in section.figures]
    for table in section.tables:
        lines += [table.caption, " | ".join(table.header)]
        lines += [
            " | ".join(" ".join(part for part in (cell.text, cell.note) if part) for cell in row)
            for row in table.rows
        ]
    for part in section.parts:
        lines += told(part)
    return [line.replace("\u202f", " ").rstrip() for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_the_course_is_told_as_the_record_has_it(name: str) -> None:
    sections = page(course(name), AFTER)
    text = "\n".join(line for each in DECIDED_BY_THE_RECORD for line in told(sections[each]))
    assert text.splitlines() == (COURSES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


def lines_of(case: Case, today: dt.date, section: str) -> str:
    return "\n".join(told(page(case, today)[section]))


def test_a_complete_response_is_no_reason_to_leave_the_operation_out() -> None:
    case = before_surgery(course("complete-response"))
    assert "It is not proof that all cancer is gone." in lines_of(case, BEFORE_SURGERY, "size")
    next_steps = lines_of(case, BEFORE_SURGERY, "next")
    assert "Even if scans are clear, surgery is needed." in next_steps
    assert "You and your surgeon decide." in next_steps


def test_growth_under_treatment_stands_first_with_whom_to_ask() -> None:
    case = before_surgery(course("progression"))
    sections = page(case, BEFORE_SURGERY)
    assert next(iter(sections)) == "soon"
    assert (
        "The record says that the cancer has grown during treatment. Talk to your team about it now."
    ) in sections["soon"].items
    assert "44 % larger" in lines_of(case, BEFORE_SURGERY, "size")
    assert "A new tissue sample can show whether the cancer has changed." in lines_of(
        case, BEFORE_SURGERY, "next"
    )


def test_calcium_spots_that_stay_are_no_sign_of_failure_and_are_asked_about() -> None:
    case = before_surgery(course("calcifications"))
    assert "They do not show how well treatment works." in lines_of(case, BEFORE_SURGERY, "next")
    assert "They are usually removed, even when the tumour can no longer be seen." in lines_of(
        case, BEFORE_SURGERY, "soon"
    )
    size = lines_of(case, BEFORE_SURGERY, "size")
    assert size.count("length of the calcium spots report | 24 mm |") == 2


def test_her2_that_is_lost_is_explained_and_stops_no_treatment() -> None:
    her2 = lines_of(course("her2-loss"), AFTER, "her2")
    assert "The cancer that was left at the operation no longer shows HER2." in her2
    assert "is not stopped for this" in her2
    assert "no longer shows HER2" not in lines_of(course("progression"), AFTER, "her2")
