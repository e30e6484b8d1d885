"""A follow-up may leave out what the last question was about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from neoher.errors import InputError
from neoher.guidance.asking import Answer
from neoher.guidance.asking.conversation import (
    Conversation,
    Turn,
    read_conversation,
    write_conversation,
)

Ask = Callable[..., Answer]


def after(*questions: str) -> Conversation:
    """A conversation of these questions."""
    return Conversation(turns=tuple(Turn(question=each, understood_as=each) for each in questions))


@pytest.mark.parametrize(
    ("before", "follow_up", "first"),
    [
        ("Is Enhertu approved before surgery in the US?", "And in Europe?", "reg.tdxd-eu"),
        ("Boxed warnings of Herceptin", "And Kadcyla?", "liver.boxed-tdm1"),
        (
            "How long is contraception needed after Kadcyla?",
            "What about Enhertu?",
            "pregnancy.contraception-tdxd",
        ),
        ("When is trastuzumab held for LVEF in the EU?", "in the US?", "heart.trastuzumab-hold-us"),
        ("What was the total pCR in NeoSphere?", "And in BERENICE?", "result.berenice"),
        # The opposite takes the place of what was said, also without an opening word.
        ("pCR after node-positive disease?", "and if node-negative?", "pcr-after.n-negative"),
        ("pCR after node-negative disease?", "and if node-positive?", "pcr-after.n-positive"),
        ("LVEF schedule trastuzumab US", "for pertuzumab?", "heart.pertuzumab-schedule"),
        ("contraception after Enhertu", "for Herceptin?", "pregnancy.contraception-antibodies"),
        ("minimum LVEF to start Kadcyla", "and to hold?", "heart.tdm1-hold"),
        # A dose is not asked of another subject.
        ("dose of T-DM1", "and platelets of 60?", "blood.tdm1-platelets"),
    ],
)
def test_a_follow_up_takes_its_subject_from_the_last_question(
    asked: Ask, before: str, follow_up: str, first: str
) -> None:
    answer = asked(follow_up, conversation=after(before))
    assert answer.answer[0].item == first, answer.understood_as


def test_a_new_question_is_not_mixed_with_the_last(asked: Ask) -> None:
    question = "When is surgery done after the last dose?"
    alone = asked(question)
    assert asked(question, conversation=after("Boxed warnings of Herceptin")).answer == alone.answer


def test_a_conversation_is_kept_in_its_file(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    assert read_conversation(file) == Conversation()
    write_conversation(file, after("What is pCR?"))
    assert read_conversation(file) == after("What is pCR?")


@pytest.mark.parametrize("content", ["", "[]", '{"turns": 3}', "not json"])
def test_a_file_that_is_no_conversation_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    file = tmp_path / "talk.json"
    file.write_text(content)
    with pytest.raises(InputError, match="no conversation"):
        read_conversation(file)
    assert file.read_text() == content
