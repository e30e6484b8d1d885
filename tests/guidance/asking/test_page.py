"""The page holds what the JSON holds, escaped, and loads nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from neoher.guidance.asking import Answer
from neoher.guidance.asking.page import answer_page
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.case import Case

Ask = Callable[..., Answer]


def test_the_page_has_every_line_source_and_caution_of_the_json(asked: Ask) -> None:
    answer = asked("When is trastuzumab held for LVEF in the EU?")
    page = html.unescape(answer_page(answer))
    for line in answer.answer:
        assert line.text in page
        assert all(source.citation in page for source in line.cited)
    assert all(caution.message in page for caution in answer.warnings)
    assert all(each.question in page for each in answer.related)
    assert answer.disclaimer in page
    assert answer.knowledge.version in page


def test_an_abstention_is_said_on_the_page(asked: Ask) -> None:
    answer = asked("What does Enhertu cost?")
    page = html.unescape(answer_page(answer))
    assert "Not answered." in page
    assert (answer.reason or "?") in page


def test_a_belief_is_named_once(asked: Ask) -> None:
    answer = asked("Surgery can be left out after a complete response on imaging, can't it?")
    assert html.unescape(answer_page(answer)).count(answer.answer[0].corrects or "?") == 1


def test_what_is_not_in_the_record_is_listed(asked: Ask, case: Case) -> None:
    page = answer_page(asked("What was her pregnancy test?", case=case))
    assert "baseline_tests.pregnancy" in page
    assert "P001" in page


def test_the_page_escapes_the_question_and_loads_nothing(asked: Ask) -> None:
    page = answer_page(asked('<script>alert("x")</script> When is surgery done?'))
    assert "<script" not in page
    assert not re.search(r"""(?:src|@import|url\()\s*=?\s*["']?(?:https?:)?//""", page)


def test_the_patient_page_has_the_plain_wording(asked: Ask) -> None:
    answer = asked("When is surgery done?", audience=Audience.PATIENT)
    assert "Surgery follows 3 to 6 weeks after the last treatment." in answer_page(answer)
