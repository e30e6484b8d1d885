"""What is not known yet: the facts on which something hangs, as questions a patient can ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from neoher.report.section import Section
from neoher.report.sections.advice import advice_of

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["fact_in_words", "unknown_section"]

_FACTS = (
    (r"baseline_tests\.hepatitis_b", "Whether you have hepatitis B."),
    (r"baseline_tests\.pregnancy", "Whether a pregnancy test was done."),
    (r"baseline_tests\.laboratory", "Some blood tests."),
    (r"baseline_tests", "Some tests before treatment."),
    (r"heart\[.*\.heart_failure", "Whether you have had signs of a weak heart, such as short breath."),
    (r"heart\[.*\.lower_limit", "Which heart value counts as normal in your hospital."),
    (r"heart", "Your newest heart value."),
    (r"adverse_events\[", "How severe a side effect was."),
    (r"adverse_events", "Whether you have had side effects."),
    (r"contraindications", "Whether there is a reason against one of the medicines."),
    (r"patient\.menopause", "Whether you are before or after the menopause."),
    (r"patient\.birth_year", "Your year of birth."),
    (r"patient\.sex", "Whether you are a woman or a man."),
    (r"patient\.region", "In which country you are treated. Rules differ."),
    (r"cancers.*\.stage\.N", "Whether lymph nodes had cancer at the start."),
    (r"cancers.*\.stage\.M", "Whether the cancer has spread to other organs."),
    (r"cancers.*\.stage", "How large the tumour was at the start, by the doctors' groups."),
    (r"cancers.*\.extent\.(skin|chest)", "Whether the skin or the chest wall is involved."),
    (r"cancers.*\.extent", "Whether there is one tumour or more than one."),
    (r"cancers", "Some facts about the cancer at the start."),
    (r"lesions", "Whether a marker was put into the tumour or the lymph node."),
    (r"specimens.*(er_percent|pr_percent)", "Whether the cancer grows with hormones."),
    (r"specimens.*her2", "The HER2 result of a sample."),
    (r"specimens", "Some results of the tissue samples."),
    (r"exams", "Some findings of the scans."),
    (r"treatment.*(cycles|doses)", "How many rounds or how much of each medicine you have had."),
    (r"treatment.*(end|ended)", "When and why a treatment ended."),
    (r"treatment.*(regimen|drugs)", "Which medicines you have had."),
    (r"treatment", "Whether there was more treatment than is recorded."),
    (r"restaging", "What the checks after treatment showed."),
    (r"surgery.*her2", "The HER2 result of the cancer that was left."),
    (r"surgery.*margins", "Whether cancer cells reach the edge of the tissue that was removed."),
    (r"surgery.*specimen", "What was found in the tissue from the operation."),
    (r"surgery", "Whether you have had an operation."),
)
_ASSUMED = "Where the record names no treatment, scan or operation, none was counted so far."
_OTHER = "A fact that the record does not hold."


def unknown_section(findings: Findings) -> Section:
    """Each missing fact once, in plain words; where nothing is missing, that is said."""
    advice, _ = advice_of(findings)
    items = tuple(
        dict.fromkeys(fact_in_words(each.path) for each in advice.missing_facts if not each.assumed)
    )
    later = (_ASSUMED,) if any(each.assumed for each in advice.missing_facts) else ()
    if not items:
        return Section(
            id="not-known",
            title="What is not known yet",
            introduction=("Nothing that this program looks for is missing from the record.", *later),
        )
    return Section(
        id="not-known",
        title="What is not known yet",
        introduction=(
            "The record does not say these things. Some may be known to your team. What is not known was not "
            "taken as good or bad.",
            *later,
        ),
        items=items,
    )


def fact_in_words(path: str) -> str:
    """What stands at a path of the record, for a reader who has never seen the record."""
    return next((words for pattern, words in _FACTS if re.match(pattern, path)), _OTHER)
