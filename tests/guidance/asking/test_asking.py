"""Answers are stored statements with everything a reviewer needs, or none is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from neoher.guidance.asking import Answer
from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.kinds.item import Place
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.case import Case

Ask = Callable[..., Answer]


@pytest.mark.parametrize("audience", list(Audience))
def test_every_line_is_the_stored_wording_for_the_reader(asked: Ask, audience: Audience) -> None:
    answer = asked("What is given for high-risk residual disease?", audience=audience)
    stored = load_knowledge().statements[answer.answer[0].item or ""]
    assert answer.answer[0].text == stored.wording(audience)
    assert set(answer.answer[0].sources) <= {
        source.id for name in stored.sources for source in [load_knowledge().source(name)]
    }


def test_a_line_carries_kind_review_verification_and_date_of_its_source(asked: Ask) -> None:
    line = asked("Is Enhertu approved before surgery in the US?").answer[0]
    assert line.item == "reg.tdxd-neo-us"
    assert (line.sort, line.review, line.verification) == ("regulatory", "submitted", "verified")
    assert line.since == "2026-05-15"
    assert line.regions == ("US",)
    assert line.cited[0].kind == "regulator"
    assert line.cited[0].citation


def test_what_was_not_known_on_the_day_is_not_answered(asked: Ask) -> None:
    """T-DXd before surgery was approved on 2026-05-15 (knowledge 5.1)."""
    question = "Is T-DXd approved before surgery in the US?"
    assert asked(question, today=dt.date(2026, 5, 15)).answer[0].item == "reg.tdxd-neo-us"
    before = asked(question, today=dt.date(2026, 5, 14))
    assert "reg.tdxd-neo-us" not in [line.item for line in before.answer]


def test_the_region_of_the_asker_comes_first(asked: Ask) -> None:
    question = "When is trastuzumab held for a falling ejection fraction?"
    assert asked(question, region=Place.EU).answer[0].item == "heart.trastuzumab-hold-eu"
    assert asked(question, region=Place.US).answer[0].item == "heart.trastuzumab-hold-us"


def test_statements_that_differ_stand_side_by_side(asked: Ask) -> None:
    answer = asked("When is trastuzumab held for LVEF in the EU?")
    assert [line.item for line in answer.answer if line.differs] == ["heart.trastuzumab-hold-us"]
    assert "bodies-differ" in [caution.code for caution in answer.warnings]


@pytest.mark.parametrize(
    ("question", "us", "eu"),
    [
        ("Is Enhertu approved after surgery", "reg.tdxd-adj-us", "reg.tdxd-eu"),
        ("enhertu before surgery approved?", "reg.tdxd-neo-us", "reg.tdxd-eu"),
        ("hold herceptin ef", "heart.trastuzumab-hold-us", "heart.trastuzumab-hold-eu"),
        ("how often echo herceptin", "heart.trastuzumab-schedule-us", "heart.trastuzumab-schedule-eu"),
        ("nerlynx approved?", "reg.neratinib-us", "reg.neratinib-eu"),
    ],
)
def test_where_regions_differ_both_are_shown_and_the_askers_own_first(
    asked: Ask, question: str, us: str, eu: str
) -> None:
    assert {us, eu} <= {line.item for line in asked(question).answer}
    for region, first, beside in ((Place.US, us, eu), (Place.EU, eu, us)):
        lines = asked(question, region=region).answer
        assert lines[0].item == first
        assert beside in [line.item for line in lines if line.differs]
    assert Place.EU in asked(f"{question} in europe", region=Place.US).answer[0].regions


@pytest.mark.parametrize(
    "question", ["pertuzumab biosimilar approved", "paclitaxel extravasation", "half life of trastuzumab"]
)
def test_a_description_answers_only_where_the_thing_is_asked(asked: Ask, question: str) -> None:
    assert asked(question).abstained


def test_a_trials_record_tells_who_was_in_it(asked: Ask) -> None:
    """KATHERINE had 1,486 patients, T-DM1 against trastuzumab (knowledge 5.3)."""
    assert "1486 patients" in asked("how many patients were in KATHERINE").answer[0].text
    assert "T-DM1 x 14" in asked("control arm of DB05").answer[0].text
    assert asked("How many patients in KATHERINE had peripheral neuropathy?").abstained


def test_a_dose_is_answered_only_by_a_text_that_has_one(asked: Ask) -> None:
    assert asked("dose of goserelin for ovarian protection").abstained
    assert "mg" in asked("neratinib dose").answer[0].text


def test_a_false_premise_is_corrected(asked: Ask) -> None:
    answer = asked("As T-DXd-THP is better than TCHP, should everybody get it?")
    assert answer.answer[0].item == "result.db11-control"
    assert answer.answer[0].corrects == "T-DXd-THP is better than TCHP."
    assert "premise-corrected" in [caution.code for caution in answer.warnings]


def test_a_number_that_the_answer_does_not_hold_is_named(asked: Ask) -> None:
    """After residual disease 14 cycles are given (knowledge 5.2), not 18."""
    answer = asked("Why is T-DM1 given for 18 cycles after residual disease?")
    codes = {caution.code: caution.message for caution in answer.warnings}
    assert answer.abstained or "14" in answer.answer[0].text
    if not answer.abstained:
        assert "18 cycles" in codes["number-not-in-answer"]


def test_a_number_that_the_answer_holds_is_not_named(asked: Ask) -> None:
    answer = asked("After residual disease, are 14 cycles of T-DM1 given?")
    assert "number-not-in-answer" not in [caution.code for caution in answer.warnings]


@pytest.mark.parametrize(
    "question",
    [
        "What is the first-line therapy of metastatic HER2-positive disease?",
        "Which drugs for HER2-negative disease?",
        "How are children with breast cancer treated?",
    ],
)
def test_outside_the_scope_the_statement_on_the_scope_is_named_and_nothing_answered(
    asked: Ask, question: str
) -> None:
    answer = asked(question)
    assert answer.abstained
    assert not answer.answer
    assert "outside" in (answer.reason or "")
    assert answer.held[0].item == "choice.out-of-scope"


def test_an_abstention_says_what_is_not_held_and_what_is(asked: Ask) -> None:
    answer = asked("Does capecitabine help in residual disease?")
    assert answer.abstained
    assert "capecitabine" in (answer.reason or "")
    assert answer.sources == ()


def test_a_study_that_is_not_held_is_not_answered_from_another(asked: Ask) -> None:
    answer = asked("What did the HERA trial show about one year of trastuzumab?")
    assert answer.abstained
    assert "HERA" in (answer.reason or "")


def test_an_emergency_is_not_looked_up(asked: Ask) -> None:
    answer = asked("She has chest pain under trastuzumab, what now?")
    assert answer.abstained
    assert "emergency" in (answer.reason or "")


def test_nobody_is_told_what_will_become_of_them(asked: Ask) -> None:
    assert asked("Will I survive?").abstained
    assert asked("How long has she left to live?").abstained


@pytest.mark.parametrize(
    "question", ["?", "...", "the and of", "1234", "\u200b", "<script>alert(1)</script>"]
)
def test_a_question_without_a_subject_is_not_answered(asked: Ask, question: str) -> None:
    assert asked(question).abstained


def test_misspelt_words_are_read_and_the_reading_is_shown(asked: Ask) -> None:
    answer = asked("What did the kathrine trial show?")
    assert answer.answer[0].item == "residual.katherine"
    assert "katherine" in answer.understood_as


def test_a_superseded_statement_is_shown_as_history_where_its_title_is_asked_for(asked: Ask) -> None:
    answer = asked("Never stop before 1 year (January 2026)?")
    old = next(line for line in answer.answer if line.item == "oracle.never-stop")
    assert old.superseded_by == ("duration.holds",)
    assert "oracle.never-stop" not in [
        line.item for line in asked("May HER2-directed therapy be stopped before 1 year?").answer
    ]


def test_what_comes_from_memory_is_said(asked: Ask) -> None:
    answer = asked("What are the heart limits of pertuzumab?")
    assert answer.answer[0].verification == "unverified"
    assert "source-not-opened" in [caution.code for caution in answer.warnings]


def test_related_questions_are_on_the_subject_and_lead_to_their_statement(asked: Ask) -> None:
    answer = asked("What did KATHERINE show at 7 years?")
    statements = load_knowledge().statements
    assert answer.related
    for each in answer.related[-2:]:
        assert statements[each.item].subject == "residual"
        assert asked(each.question).answer[0].item == each.item


def test_every_answer_names_knowledge_disclaimer_and_software(asked: Ask) -> None:
    for question in ("What is pCR?", "What does Enhertu cost?"):
        answer = asked(question)
        assert answer.knowledge.version
        assert answer.knowledge.fingerprint
        assert "professional" in answer.disclaimer
        assert answer.software.version


def test_the_json_has_the_keys_of_the_contract(asked: Ask) -> None:
    plain = asked("When is surgery done?").as_json()
    assert {"value", "because", "missing", "warnings", "sources", "software"} <= plain.keys()
    assert plain["value"]["answer"] == plain["answer"]
    assert asked("What does Enhertu cost?").as_json()["value"] is None
    assert plain["abstained"] is False
    assert isinstance(plain["related"], list)
    assert {"text", "sources"} <= set(plain["answer"][0])


def test_with_a_case_a_general_statement_is_said_to_be_general(asked: Ask, case: Case) -> None:
    answer = asked("Can Enhertu and doxorubicin be combined?", case=case)
    assert answer.answer[0].item == "choice.never-with-anthracycline"
    assert "general-answer" in [caution.code for caution in answer.warnings]
