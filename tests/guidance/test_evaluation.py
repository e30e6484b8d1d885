"""Advice against the evaluation cases, each written from the source it names; its laws over all of them."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from functools import cache
from pathlib import Path

import pytest

from neoher.guidance.advice import Advice
from neoher.guidance.advice.evaluation import (
    EvaluationCase,
    advised,
    gains,
    misses,
    names,
    put,
    read_cases,
    removals,
    unexplained_gains,
)
from neoher.guidance.facts import cancers_of, facts_of
from neoher.guidance.facts.words import FACT_WORDS
from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion

CASES = read_cases(Path(__file__).parent / "cases")
KNOWLEDGE = load_knowledge()
SHARE = 40
"""One in so many removals is tried, chosen by hash; `scripts/evaluate_advice.py --removals` tries each."""


@cache
def advice_at(position: int) -> Conclusion[Advice]:
    return advised(CASES[position].record, CASES[position].today, KNOWLEDGE)


def advice_of(case: EvaluationCase) -> Advice:
    value = advice_at(CASES.index(case)).value
    assert value is not None
    return value


@cache
def known_on(day: dt.date) -> Knowledge:
    return KNOWLEDGE.as_of(day)


def test_there_are_enough_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 150
    assert len({(each.file, each.name) for each in CASES}) == len(CASES)
    # A case that expects nothing could not fail.
    assert not [each.name for each in CASES if not set(each.expected) - {"source"}]


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.file.removesuffix('.yaml')}: {each.name}")
def test_advice_is_what_the_source_says(case: EvaluationCase) -> None:
    assert misses(case, advice_of(case)) == ()
    assert all(KNOWLEDGE.find_source(source) for source in case.sources)


def test_every_rule_is_reached_by_a_case() -> None:
    reached: set[str] = set()
    for position in range(len(CASES)):
        reached |= {step.rule.partition(" ")[0] for step in advice_at(position).because}
    assert set(KNOWLEDGE.rules) - reached == set()


def test_every_rule_reads_facts_that_are_read_from_the_record() -> None:
    (patient,) = cancers_of(
        Case.model_validate({"neoher": 1, "patient": {"id": "P"}}), KNOWLEDGE, dt.date.max
    )
    sheet = facts_of(patient)
    assert set(sheet) == set(FACT_WORDS)
    assert {name for rule in KNOWLEDGE.rules.values() for name in rule.facts()} <= set(sheet)


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.file.removesuffix('.yaml')}: {each.name}")
def test_every_option_and_alert_has_a_source_that_is_held_and_says_what_would_change_it(
    case: EvaluationCase,
) -> None:
    advice = advice_of(case)
    for option in advice.options:
        assert option.would_change
        assert option.sources
        assert option.evidence or case.today < dt.date(2026, 11, 22)
        assert all(KNOWLEDGE.find_source(source) for source in option.sources)
    for alert in advice.alerts:
        assert alert.rule
        assert all(KNOWLEDGE.find_source(source) for source in alert.sources)
    # Nothing is shown that was not known on the day.
    for line in (line for option in advice.options for line in option.evidence):
        assert known_on(case.today).statements[line.statement].clinician == line.text
    orders = ("must be given", "give her", "administer")
    assert not [each.text for each in advice.options if any(word in each.text.lower() for word in orders)]


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.file.removesuffix('.yaml')}: {each.name}")
def test_a_fact_less_gains_nothing_that_missing_does_not_explain(case: EvaluationCase) -> None:
    chosen = [
        (where, path)
        for where, path in removals(case.record)
        if int(hashlib.sha256(f"{case.name}{where}".encode()).hexdigest(), 16) % SHARE == 0
    ]
    assert unexplained_gains(case, KNOWLEDGE, chosen) == ()


def test_the_law_can_fail() -> None:
    """A record whose alert goes with the fact that gave it, where the path is not named."""
    case = next(each for each in CASES if each.name.startswith("worked case 5.8"))
    before = advice_of(case)
    record = copy.deepcopy(case.record)
    put(record, "baseline_tests.laboratory.0.value", 180)
    after = advised(record, case.today, KNOWLEDGE).value
    assert after is not None
    assert gains(before, after) == ("option conjugate-continue-tdm1 firmer", "alert platelets-hold cleared")
    assert not names(after.missing, "patient.sex")
    assert names(("exams",), "exams[E1].findings")
    assert names(("surgery.specimen.ypT",), "surgery")
    assert not names(("surgery.date",), "surgery.dates")
