"""Advice as a whole: warnings, sources of the day, notes of the region, one systemic therapy."""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from neoher.errors import InputError
from neoher.guidance.advice import Advice
from neoher.guidance.advice.evaluation import advised, put, read_cases
from neoher.guidance.knowledge import load_knowledge
from neoher.record.conclusion import Conclusion

KNOWLEDGE = load_knowledge()
TODAY = dt.date(2026, 11, 22)
CASES = read_cases(Path(__file__).parent / "cases")
NEW = next(each.record for each in CASES if each.name == "3+ alone disagrees with nothing")


def advice(today: dt.date = TODAY, **changed: Any) -> Conclusion[Advice]:
    record = copy.deepcopy(NEW)
    for path, value in changed.items():
        put(record, path.replace("__", "."), value)
    return advised(record, today, KNOWLEDGE)


def value(conclusion: Conclusion[Advice]) -> Advice:
    assert conclusion.value is not None
    return conclusion.value


@pytest.mark.parametrize(
    ("her2", "code"),
    [
        ({"ihc": "3+"}, None),
        ({"ihc": "3+", "ish": {"probe": "dual", "ratio": 1.2, "copies": 2.0}}, "ihc-ish-discordant"),
        ({"ihc": "1+", "ish": {"probe": "dual", "ratio": 2.8, "copies": 6.1}}, "ihc-ish-discordant"),
    ],
)
def test_a_warning_on_her2_is_passed_on_with_its_specimen(her2: dict[str, object], code: str | None) -> None:
    warnings = advice(specimens__0__her2=her2).warnings
    assert [each.code for each in warnings] == ([code] if code else [])
    assert all(each.message.startswith("B1: ") for each in warnings)


@pytest.mark.parametrize(
    ("today", "warned"), [("2015-06-01", True), ("2021-12-30", True), ("2021-12-31", False)]
)
def test_a_day_before_the_rules_are_complete_is_warned_of_once(today: str, *, warned: bool) -> None:
    codes = [each.code for each in advice(dt.date.fromisoformat(today)).warnings]
    assert codes.count("rules-begin-later") == warned


def test_the_warning_names_the_topics_of_which_nothing_is_held() -> None:
    (message,) = (
        each.message for each in advice(dt.date(2019, 12, 20)).warnings if each.code == "rules-begin-later"
    )
    assert (
        "nothing at all is held on before therapy, under therapy, radiotherapy, endocrine therapy" in message
    )


def test_a_guideline_of_a_later_year_is_no_source_of_an_option_on_an_earlier_day() -> None:
    (case,) = (each for each in CASES if each.name == "cT2 N1 in December 2019")
    then = value(advised(case.record, case.today, KNOWLEDGE))
    now = value(advised(case.record, TODAY, KNOWLEDGE))
    sources = [{each.rule: each.sources for each in given.options}["neo-tchp"] for given in (then, now)]
    assert "gene:perjeta" in sources[0]
    assert "doi:10.1200/JCO.20.03399" not in sources[0]
    assert "doi:10.1200/JCO.20.03399" in sources[1]


def test_no_note_of_another_region_stands_beside_an_option() -> None:
    in_the_us = value(advice(heart__0__lvef_percent=55))
    in_the_eu = value(advice(heart__0__lvef_percent=55, patient__region="EU"))
    notes = {each.rule: each.notes for each in in_the_us.options}
    assert not any("EU" in note for note in notes["neo-tchp"])
    assert any("EU: caution" in note for each in in_the_eu.options for note in each.notes)


def test_a_contraindication_that_is_not_understood_is_warned_of_and_named() -> None:
    conclusion = advice(contraindications=[{"kind": "frailty"}])
    assert [each.code for each in conclusion.warnings] == ["contraindication-not-understood"]
    assert "contraindications[0].against" in conclusion.missing
    assert {each.rule for each in value(conclusion).options} >= {"neo-tchp", "neo-ddac-thp"}


def test_a_single_alert_stands_for_two_drugs_only_where_both_are_forbidden() -> None:
    codes = [
        each.text
        for each in value(advice(heart__0__lvef_percent=49)).alerts
        if each.code == "lvef-below-start"
    ]
    assert len(codes) == 2
    assert any("pertuzumab" in text for text in codes)
    assert any("trastuzumab (below 50 %" in text for text in codes)


def test_what_is_hardly_so_is_said_beside_what_is_concluded_from_it() -> None:
    given = [{"regimen": "TCHP", "start": "2026-06-01", "cycles": 9, "cycles_planned": 6}]
    conclusion = advice(treatment=given)
    assert [
        "9 cycles of TCHP were given, 6 were planned" in each.message for each in conclusion.warnings
    ] == [True]


@pytest.mark.parametrize(
    ("today", "message"),
    [(dt.date(1950, 1, 1), "before the patient's birth"), (dt.date(9999, 12, 31), "too far")],
)
def test_a_day_that_cannot_be_meant_is_refused(today: dt.date, message: str) -> None:
    with pytest.raises(InputError, match=message):
        advice(today, patient__birth_year=1976)
