"""Three-valued logic of rules: the truth tables of Kleene's strong logic, and what each answer names."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from neoher.guidance.facts.fact import Read
from neoher.guidance.knowledge.kinds.rule import Cell, Rule, row_in_words
from neoher.guidance.rules.logic import decide

REGION = Read("US", ("patient.region",))


def rule(
    when: list[Mapping[str, object]], unless: list[Mapping[str, object]] | None = None, **more: object
) -> Rule:
    stated = {
        "id": "r", "title": "a rule", "verification": "verified", "checked": "2026-11-22", "since": "2021",
        "sources": ["neoher:design"], "kind": "pitfall", "topic": "safety", "text": "says", "when": when,
        "unless": unless or [],
    }  # fmt: skip
    return Rule.model_validate({**stated, **more})


def sheet(**facts: bool | str | float | None) -> dict[str, Read]:
    return {"region": REGION} | {name: Read(value, (f"path.{name}",)) for name, value in facts.items()}


def kleene_and(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def kleene_or(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


@pytest.mark.parametrize("values", list(product([True, False, None], repeat=4)))
def test_rows_are_or_and_cells_are_and(values: tuple[bool | None, ...]) -> None:
    a, b, c, d = values
    decision = decide(rule([{"a": True, "b": True}, {"c": True, "d": True}]), sheet(a=a, b=b, c=c, d=d))
    assert decision.holds is kleene_or([kleene_and([a, b]), kleene_and([c, d])])


def test_an_undecided_rule_names_only_the_facts_that_would_decide_it() -> None:
    decision = decide(
        rule([{"a": True, "b": True}, {"c": True, "d": True}]), sheet(a=None, b=False, c=True, d=None)
    )
    assert (decision.holds, decision.unknown) == (None, ("d",))


def test_unless_blocks_and_an_open_one_is_named_without_blocking() -> None:
    guarded = rule([{"a": True}], [{"b": True}])
    assert decide(guarded, sheet(a=True, b=True)).holds is False
    assert decide(guarded, sheet(a=True, b=False)).unknown == ()
    opened = decide(guarded, sheet(a=True, b=None))
    assert (opened.holds, opened.unknown) == (True, ("b",))


def test_cells_take_one_value_several_a_range_and_all_but_some() -> None:
    def holds(cell: object, value: bool | str | float | None) -> bool | None:
        return decide(rule([{"x": cell}]), sheet(x=value)).holds

    assert [holds(["1", "2"], value) for value in ("1", "3", None)] == [True, False, None]
    assert [holds({"not_in": ["1"]}, value) for value in ("1", "2", None)] == [False, True, None]
    assert [holds({"at_least": 28}, value) for value in (27.9, 28.0, None)] == [False, True, None]
    assert [holds({"above": 28}, value) for value in (28.0, 28.1)] == [False, True]
    assert holds(False, False) is True
    assert holds("1", True) is False  # the category "1" is no truth value


def test_a_category_that_lost_its_quotes_is_refused() -> None:
    with pytest.raises(ValidationError):
        rule([{"cn": 1}])


def test_a_rule_of_a_region_is_shown_as_such_where_no_region_is_stated() -> None:
    local = rule([{"a": True}], regions=["US"])
    assert decide(local, sheet(a=True)).holds is True
    assert decide(local, {**sheet(a=True), "region": Read("EU")}).holds is False
    unstated = decide(local, {**sheet(a=True), "region": Read(None, ("patient.region",))})
    assert (unstated.holds, unstated.region_open, unstated.unknown) == (True, True, ("region",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "option", "strength": "standard"},  # says nothing of what would change it
        {"kind": "option", "would_change": ["x"]},  # has no strength
        {"kind": "alert"},  # has no severity
        {"severity": "act"},  # a pitfall with one
        {"kind": "difference", "statements": ["one"]},
        {"when": []},
    ],
)
def test_a_rule_that_lacks_what_its_kind_needs_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({**rule([{"a": True}]).model_dump(mode="json"), **wrong})


@given(
    values=st.fixed_dictionaries({name: st.sampled_from([True, False, None]) for name in "abc"}),
    rows=st.lists(
        st.dictionaries(st.sampled_from("abc"), st.booleans(), min_size=1, max_size=3), min_size=1, max_size=3
    ),
)
def test_learning_a_fact_never_turns_a_decided_rule_round(
    values: dict[str, bool | None], rows: list[dict[str, bool]]
) -> None:
    """Monotone in knowledge: what is true or false stays so, whatever the unknown facts turn out to be."""
    stated = rule([dict(row) for row in rows])
    decided = decide(stated, sheet(**values)).holds
    for learnt in product([True, False], repeat=sum(value is None for value in values.values())):
        answers = iter(learnt)
        full = {name: next(answers) if value is None else value for name, value in values.items()}
        if decided is not None:
            assert decide(stated, sheet(**full)).holds is decided


def test_a_row_reads_as_a_sentence() -> None:
    row: Mapping[str, Cell] = rule(
        [{"cn": ["1", "2"], "lvef": {"at_least": 40, "below": 50}, "child": False}]
    ).when[0]
    assert row_in_words(row) == "cn is 1 or 2 and lvef ≥ 40 and < 50 and child is not so"
