"""The check finds what it is for: each fault is put in, and is the one that is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.guidance.knowledge.checking import CheckedKnowledge, check_knowledge
from neoher.guidance.knowledge.checking.quantities import held_numbers, is_held, stated_numbers
from neoher.guidance.knowledge.checking.readability import reading_grade
from neoher.guidance.knowledge.loading import read_state

TODAY = dt.date(2026, 11, 22)


def checked(knowledge: Knowledge, today: dt.date = TODAY) -> CheckedKnowledge:
    value = check_knowledge(knowledge, today).value
    assert value is not None
    return value


def codes(folder: Path, today: dt.date = TODAY) -> set[str]:
    return {finding.code for finding in checked(read_state(folder), today).findings}


def test_nothing_is_found_where_nothing_is_wrong(folder: Path) -> None:
    assert codes(folder) == set()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("    sources: [PMID:1]", "    sources: [PMID:2]", "dangling-source"),
        ("    sources: [PMID:1]", "    sources: [PMID:1]\n    trials: [KATHERINE]", "dangling-reference"),
        ("    sources: [PMID:1]", "    sources: [PMID:1]\n    supersedes: [axilla.fnr]", "supersedes-itself"),
        ("subject: axilla", "subject: heart", "unknown-subject"),
        ("  - id: axilla.fnr", '  - id: "PMID:1"', "shared-id"),
        ("rate is 12.6 %", "rate is 12.7 %", "number-not-held"),
        ("About 13 of 100", "About 14 of 100", "number-not-held"),
        ("rate is 12.6 %", "rate is 8.4 %", "verification-too-high"),
        ("rate is 12.6 %", "rate is 12.6 %, pCR 45.8 %", "pcr-without-definition"),
        (", pcr: ypT0/is}", "}", "pcr-without-definition"),
        (
            "rate is 12.6 %.",
            "rate is 12.6 %, pCR (ypT0/is ypN0) 45.8 %.\n    pcr: ypT0/is ypN0",
            "pcr-definition-differs",
        ),
        (
            "patient: About 13 of 100 are missed.",
            "patient: Approximately 13 of 100 metastatically infiltrated axillary lymphatic structures "
            "remain unidentified intraoperatively.",
            "hard-to-read",
        ),
    ],
)
def test_a_fault_is_found(changed: Callable[[str, str], Path], before: str, after: str, code: str) -> None:
    assert code in codes(changed(before, after))


def test_an_unverified_item_may_rest_on_an_unverified_fact(changed: Callable[[str, str], Path]) -> None:
    folder = changed("    kind: evidence", "    kind: evidence\n    verification: unverified")
    assert codes(folder) == set()


def test_an_item_expires_on_the_day_after_its_interval(folder: Path) -> None:
    # 365 days after 2026-11-01, by the calendar, is 2027-11-01.
    assert codes(folder, dt.date(2027, 11, 1)) == set()
    assert codes(folder, dt.date(2027, 11, 2)) == {"expired"}


SECOND = """\
defaults:
  {{verification: verified, checked: 2026-11-01, subject: axilla, kind: evidence, since: 2021,
    sources: [PMID:1], clinician: One., patient: One., researcher: One.}}
statements:
  - {{id: one, title: One, claim: {{about: dose, says: low}}{one}}}
  - {{id: two, title: Two, claim: {{about: dose, says: {says}}}{two}}}
"""


@pytest.mark.parametrize(
    ("one", "two", "says", "expected"),
    [
        ("", "", "high", {"statements-contradict"}),
        ("", "", "low", set()),
        (", regions: [US]", ", regions: [EU]", "high", set()),
        (", regions: [US]", ", regions: [US, EU]", "high", {"statements-contradict"}),
        ("", ", supersedes: [one]", "high", set()),
        (", until: 2021-01-01", "", "high", set()),
        (", until: 2021-01-02", "", "high", {"statements-contradict"}),
        (", differs_from: [two]", ", differs_from: [one]", "high", set()),
        (", supersedes: [two]", ", supersedes: [one]", "high", {"supersedes-itself"}),
        (", differs_from: [two]", "", "high", {"statements-contradict", "one-sided-difference"}),
    ],
)
def test_claims_on_one_thing_agree_or_say_why_they_differ(
    folder: Path, one: str, two: str, says: str, expected: set[str]
) -> None:
    (folder / "second.yaml").write_text(SECOND.format(one=one, two=two, says=says), encoding="utf-8")
    assert codes(folder) == expected


def test_two_sources_known_by_one_number_are_found(folder: Path) -> None:
    second = (
        "sources:\n  - {id: other, kind: trial, title: Another, verification: verified, checked: 2026-11-01, "
        "accessed: 2026-11-01, reading: read, doi: 10.1/Abc}\n"
    )
    (folder / "second.yaml").write_text(second, encoding="utf-8")
    assert codes(folder) == {"shared-source-name"}


TRIAL = """\
trials:
  - id: T
    title: A trial
    verification: verified
    checked: 2026-11-01
    since: 2020
    setting: neoadjuvant
    design: randomised
    population: some
    sources: [PMID:1]
    arms: [{{id: A, name: A}}, {{id: B, name: B}}]
    results:
      - {{id: one, endpoint: OS, definition: death, verification: verified, sources: [PMID:1],
          values: [{{arm: A, value: 12.6}}]}}
      - {{id: two, endpoint: OS, definition: death, verification: verified, sources: [PMID:1],
          values: [{{arm: {arm}, value: {value}}}]}}
"""


@pytest.mark.parametrize(
    ("arm", "value", "expected"),
    [("A", "45.8", {"results-contradict"}), ("A", "12.6", set()), ("B", "45.8", set())],
)
def test_results_of_one_endpoint_agree(folder: Path, arm: str, value: str, expected: set[str]) -> None:
    (folder / "trial.yaml").write_text(TRIAL.format(arm=arm, value=value), encoding="utf-8")
    assert codes(folder) == expected


def test_a_result_with_a_number_that_its_source_does_not_hold_is_found(folder: Path) -> None:
    (folder / "trial.yaml").write_text(TRIAL.format(arm="B", value="55.5"), encoding="utf-8")
    assert codes(folder) == {"number-not-held"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("HER2 3+ in 0/1+ cases, T-DM1, DB-05, B-51, ypT0/is ypN0, cT1-3 N0-1", set()),
        ("89Zr and 18F, 1.07W", set()),
        ("67.3 % (61.9-72.4), difference -1.8", {67.3, 61.9, 72.4, 1.8}),
        ("n=4,804; 16/157", {4804, 16, 157}),
        ("25 x 10^9/L", {25}),
        ("T1c up to 20 mm", {20}),
        ("grade 3-4", {3, 4}),
    ],
)
def test_numbers_are_told_from_names(text: str, numbers: set[float]) -> None:
    assert stated_numbers(text) == numbers


@given(st.floats(0, 10_000, allow_nan=False).map(lambda number: round(number, 2)))
def test_every_number_that_is_stated_is_one_that_a_fact_can_hold(number: float) -> None:
    text = f"it was {number:.2f} %"
    assert stated_numbers(text) == {number}
    assert stated_numbers(text) <= held_numbers(text)


@pytest.mark.parametrize(
    ("number", "rounded", "held"),
    [(67.0, True, True), (67.0, False, False), (68.0, True, False), (67.3, False, True), (67.5, True, False)],
)
def test_only_a_patient_wording_may_round(number: float, rounded: bool, held: bool) -> None:
    assert is_held(number, frozenset({67.3}), rounded=rounded) is held


def test_the_reading_grade_is_that_of_its_formula() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 × 6 + 11.8 × 1 − 15.59 = −1.45, by hand.
    assert reading_grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 'chemotherapy' has 5 syllables, 2 where it is explained: (2 v 5) × 11.8 / 2 words.
    plain, explained = (
        reading_grade("Chemotherapy helps."),
        reading_grade("Chemotherapy helps.", frozenset({"chemotherapy"})),
    )
    assert plain - explained == pytest.approx(3 * 11.8 / 2)


def test_a_misprint_in_what_we_ship_would_be_found() -> None:
    """Every decimal figure of every statement, its last digit misprinted: how many the check would find."""
    knowledge = load_knowledge()
    found = misprints = 0
    for statement in knowledge.contents.statements:
        sources = [source for source in map(knowledge.find_source, statement.sources) if source is not None]
        facts = [held_numbers(fact.fact) for each in sources for fact in each.facts]
        held = frozenset[float]().union(*facts)
        for number in stated_numbers(f"{statement.clinician} {statement.researcher}"):
            if number.is_integer():
                continue
            digits = len(f"{number:.10f}".rstrip("0").partition(".")[2])
            for misprint in (number + 10**-digits, number - 10**-digits):
                misprints += 1
                found += not is_held(round(misprint, digits), held, rounded=False)
    assert misprints > 800
    # 899 of 936 on 2026-11-22; the others fall on another figure of the same source.
    assert found / misprints > 0.95
