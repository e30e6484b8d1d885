"""Facts of the case come from the record and its conclusions; what is not there is named, never guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from neoher.guidance.advice import advise
from neoher.guidance.asking import Answer
from neoher.guidance.knowledge import load_knowledge
from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text

TODAY = dt.date(2026, 11, 22)
Ask = Callable[..., Answer]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # RCB of test 3.3: 20 x 15 mm, 10 %, no nodes: 1.5370, class II.
        ("What is her RCB?", "RCB-II, score 1.537"),
        ("what's the patient's residual cancer burden", "RCB-II"),
        # IHC 2+ with ratio 2.4 and 5.6 copies: group 1, positive.
        ("What was her HER2?", "HER2-positive"),
        ("Was she HER2 positive at biopsy?", "ISH group 1"),
        ("Did she have a pCR?", "ypT0/is ypN0 no"),
        ("Is she hormone receptor positive?", "ER positive"),
        ("What is her Ki67?", "35 %"),
        ("What was the clinical stage of the patient?", "cT2 cN1 cM0"),
        ("How big was the tumour on MRI at T0?", "38 mm"),
        ("How large was the node at baseline?", "short axis 16 mm"),
        ("What did the last MRI measure in her?", "20 mm"),
        # 20 - 9 = +11 mm, beyond 5 mm: over (knowledge 6.3).
        ("Did MRI overestimate?", "over"),
        ("How much did her tumour shrink?", "20 mm"),
        ("What is her LVEF?", "60 %"),
        ("Which regimen did she get?", "TCHP"),
        ("How many cycles has she had?", "6 cycles given of 6 planned"),
        ("When was her surgery?", "2025-07-10"),
        ("How many positive nodes did she have at surgery?", "0 positive nodes"),
        ("Was a clip placed?", "2025-02-10"),
        ("Has she had side effects?", "none, as stated"),
        ("Was her hepatitis B negative?", "negative"),
        ("How old is she?", "1976"),
        ("What is her menopausal status?", "premenopausal"),
        ("When was her last MRI?", "2025-06-28"),
    ],
)
def test_a_fact_is_answered_from_the_record(asked: Ask, case: Case, question: str, expected: str) -> None:
    answer = asked(question, case=case)
    said = " | ".join(line.text for line in answer.answer)
    assert expected in said, said or answer.reason
    assert all(line.origin == "record" and line.paths for line in answer.answer)


def test_the_next_echo_follows_the_rules_of_her_region_with_the_other_beside_it(
    asked: Ask, case: Case
) -> None:
    """US label, trastuzumab: every 3 months during therapy (knowledge 5.6): 2025-05-14 and 3 months."""
    answer = asked("When is the next echo?", case=case, today=dt.date(2025, 6, 1))
    said = [line.text for line in answer.answer]
    assert any("Trastuzumab, US rules (applied): continue; next echo 2025-08-14" in line for line in said)
    assert any("EU rules" in line for line in said)
    assert not any("overdue" in line for line in said)
    late = asked("Is her echo overdue?", case=case, today=dt.date(2025, 8, 15))
    assert any("overdue" in line.text for line in late.answer)


def test_next_steps_are_the_options_of_advise(asked: Ask, case: Case) -> None:
    advice = advise(case, load_knowledge(), TODAY).value
    assert advice is not None
    assert advice.options
    answer = asked("What are her next steps?", case=case)
    said = [line.text for line in answer.answer]
    assert len(said) == len(advice.options)
    assert all(option.text in line for option, line in zip(advice.options, said, strict=True))


def test_what_is_dated_later_is_not_known_yet(asked: Ask, case: Case) -> None:
    answer = asked("What is her RCB?", case=case, today=dt.date(2025, 7, 9))
    assert answer.abstained
    assert answer.missing == ("surgery.specimen",)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What was her pregnancy test?", "baseline_tests.pregnancy"),
        ("Was her HER2 retested after surgery?", "surgery[0].specimen.her2"),
        ("What is her PIK3CA status?", "specimens[].pik3ca"),
        ("Were her margins clear?", "surgery[0].specimen.margins"),
        ("Does she have contraindications?", "contraindications"),
        ("Has she had a relapse?", "outcome"),
        ("How big was the tumour on mammography?", "exams[].findings[].longest_mm by MG"),
    ],
)
def test_what_the_record_does_not_say_is_named(asked: Ask, case: Case, question: str, missing: str) -> None:
    answer = asked(question, case=case)
    assert missing in answer.missing, (answer.missing, [line.text for line in answer.answer])


def test_an_empty_record_answers_nothing_and_takes_nothing_for_normal(asked: Ask) -> None:
    empty = read_case_text("neoher: 1\npatient: {id: P9}\n")
    for question in (
        "What is her RCB?",
        "What was her HER2?",
        "When is the next echo?",
        "Did MRI overestimate?",
        "What is her LVEF?",
        "Did she have a pCR?",
        "Has she had side effects?",
        "What is her stage?",
        "How old is she?",
        "Which regimen did she get?",
        "How much did her tumour shrink?",
    ):
        answer = asked(question, case=empty)
        assert answer.abstained, question
        assert answer.missing, question
        assert not answer.answer, question


def test_a_fact_of_one_patient_without_a_case_is_not_looked_up_in_the_knowledge(asked: Ask) -> None:
    answer = asked("What is her RCB?")
    assert answer.abstained
    assert answer.missing == ("case",)


@pytest.mark.parametrize(
    "question",
    ["What is RCB?", "What does HER2-low mean?", "How often is LVEF measured under trastuzumab?"],
)
def test_a_general_question_is_answered_generally_with_a_case_too(
    asked: Ask, case: Case, question: str
) -> None:
    answer = asked(question, case=case)
    assert answer.answer
    assert all(line.origin == "knowledge" for line in answer.answer)


def test_facts_that_contradict_each_other_are_said_to(asked: Ask) -> None:
    """Nodes without a size are not computed; a bed of 0 with cellularity cannot be."""
    text = (
        "neoher: 1\npatient: {id: P3}\nsurgery: {date: 2025-07-10, specimen: {bed_mm: [0, 0], "
        "cellularity_percent: 40, cis_percent: 0, nodes_positive: 0, largest_met_mm: 0}}\n"
    )
    answer = asked("What is her RCB?", case=read_case_text(text))
    assert answer.abstained
    assert "contradictory-facts" in [caution.code for caution in answer.warnings]
