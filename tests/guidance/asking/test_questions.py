"""The set of questions: what is answered, what is refused, and that every statement can be reached.

Questions and expected statements were written from the clinical knowledge; the half held back decides.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import random
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from neoher.guidance.asking import Question, ask
from neoher.guidance.knowledge import Knowledge, load_knowledge

SCRIPT = Path(__file__).parents[3] / "scripts" / "ask_evaluation.py"


@pytest.fixture(scope="module")
def evaluation() -> ModuleType:
    """The script that prints the figures."""
    specification = importlib.util.spec_from_file_location("ask_evaluation", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["ask_evaluation"] = module
    specification.loader.exec_module(module)
    return module


def test_there_are_three_hundred_questions_of_every_sort(evaluation: ModuleType) -> None:
    questions = evaluation.read_questions()
    groups = {each.group for each in questions}
    assert len({each.text for each in questions}) == len(questions) >= 300
    assert groups >= {"answerable", "paraphrased", "misspelt", "brands", "out-of-scope", "unanswerable"}
    assert "false-premises" in groups


def test_every_expected_item_is_held(evaluation: ModuleType) -> None:
    knowledge = load_knowledge()
    strange = {
        name for each in evaluation.read_questions() for name in each.first if not knowledge.found(name)
    }
    assert strange == set()


def test_the_held_half_meets_the_targets(evaluation: ModuleType) -> None:
    held = [each for each in evaluation.read_questions() if each.held]
    assert 0.3 < len(held) / len(evaluation.read_questions()) < 0.6
    figures = evaluation.evaluate(held, load_knowledge())
    report = "\n".join(figures.lines())
    assert figures.wrongly_answered_percent <= 2, report
    assert figures.refused_percent <= 10, report
    assert figures.wrong_first_percent <= 5, report
    assert not figures.unsupported, report
    assert not figures.not_corrected, report


def test_a_file_may_state_its_half(evaluation: ModuleType) -> None:
    telegraphic = [each for each in evaluation.read_questions() if each.group == "telegraphic-set"]
    assert len(telegraphic) >= 200
    assert not any(each.held for each in telegraphic)


def test_one_typing_error_changes_few_answers(evaluation: ModuleType) -> None:
    """Two letters swapped, one left out or one doubled in a word of five letters; every third question."""
    knowledge, chance = load_knowledge(), random.Random(20261122)
    asked = right = 0
    for each in evaluation.read_questions()[::3]:
        words = list(re.finditer(r"[A-Za-z]{5,}", each.text))
        if not each.first or not words or not _is_right(each.text, each.first, knowledge):
            continue
        word = chance.choice(words)
        misspelt = _misspelt(word.group(), chance)
        asked += 1
        right += _is_right(
            each.text[: word.start()] + misspelt + each.text[word.end() :], each.first, knowledge
        )
    assert asked > 120
    assert right / asked >= 0.9, f"{right} of {asked}"


def _is_right(text: str, first: tuple[str, ...], knowledge: Knowledge) -> bool:
    answer = ask(Question(text, today=dt.date(2026, 11, 22)), knowledge)
    return bool(answer.answer) and answer.answer[0].item in first


def _misspelt(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    return chance.choice(
        (f"{before}{after[0]}{letter}{after[1:]}", f"{before}{after}", f"{before}{letter}{letter}{after}")
    )


def test_every_statement_is_reached_by_a_question_on_its_own_subject(evaluation: ModuleType) -> None:
    assert evaluation.unreached(load_knowledge()) == []


def test_a_statement_that_nothing_reaches_fails_the_check(evaluation: ModuleType) -> None:
    """A statement whose title and keywords say nothing of its text cannot be asked for."""
    from neoher.guidance.knowledge.base import Contents, Knowledge

    knowledge = load_knowledge()
    first = knowledge.contents.statements[0]
    lost = first.model_copy(
        update={
            "id": "test.lost",
            "title": "What is known now",
            "keywords": (),
            "corrects": None,
            "supersedes": (),
            "differs_from": (),
        }
    )
    contents = {kind: knowledge.contents.of(kind) for kind in Contents.kinds()}
    contents["statements"] = (*knowledge.contents.statements[:20], lost)
    with_lost = Knowledge(knowledge.edition, Contents.model_construct(**contents))  # type: ignore[arg-type]
    assert "test.lost" in evaluation.unreached(with_lost)
