"""Ejection fraction under HER2-directed drugs, by the rows of knowledge 5.6 and its cases 5.5, 5.6, 5.10."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.guidance.cardiac import assess_heart
from neoher.guidance.heart.course import add_months
from neoher.guidance.heart.facts import Action, CardiacAssessment, CardiacDrug, CardiacFacts, RuleSet
from neoher.record.conclusion import Conclusion

FIRST = dt.date(2025, 2, 12)
LATER = dt.date(2025, 5, 14)
WEEK = dt.timedelta(weeks=1)


def concluded(drug: str, *lvef: float, **facts: object) -> Conclusion[CardiacAssessment]:
    """Two measurements three months apart, further ones each four weeks later."""
    days = [FIRST, *(LATER + index * 4 * WEEK for index in range(len(lvef) - 1))]
    series = tuple(f"{day}={value}" for day, value in zip(days, lvef, strict=True))
    return assess_heart(CardiacFacts.model_validate({"drug": drug, "lvef": series, **facts}))


def actions(drug: str, *lvef: float, **facts: object) -> dict[str, str | None]:
    value = concluded(drug, *lvef, **facts).value
    assert value is not None
    return {str(name): verdict.action and str(verdict.action) for name, verdict in value.by_rule_set.items()}


# Label sections 2.2 and 5.1 (US); SmPC (EU).
@pytest.mark.parametrize(
    ("baseline", "now", "lower_limit", "us", "eu"),
    [
        (60, 44, None, "hold", "hold"),  # case 5.5: fall 16
        (62, 51, 55, "hold", "continue"),  # region switch
        (62, 51, None, None, "continue"),  # between 10 and 15 it hangs on the lower limit
        (62, 52, 53, "hold", "continue"),  # a fall of exactly 10 counts as 10
        (62, 53, 55, "continue", "continue"),  # fall 9, although below normal
        (70, 55, 55, "continue", "continue"),  # exactly at the lower limit is not below it
        (71, 55, 55, "hold", "continue"),  # fall 16 and normal
        (59, 49, 45, "continue", "hold"),  # EU: below 50 with a fall of 10
        (60, 50, 45, "continue", "continue"),  # EU: 50 is not below 50
        (58, 49, 45, "continue", "continue"),  # EU: below 50 with a fall of 9
        (55, 70, 55, "continue", "continue"),  # a rise
    ],
)
def test_trastuzumab_is_held_by_each_region_s_rule(
    baseline: float, now: float, lower_limit: float | None, us: str | None, eu: str
) -> None:
    assert actions("trastuzumab", baseline, now, lln=lower_limit) == {"US": us, "EU": eu}


# enhertuhcp.com lvef: >45 with fall 10-20 continue; 40-45 with <10 repeat, with 10-20 interrupt; <40 or >20.
@pytest.mark.parametrize(
    ("baseline", "now", "action"),
    [
        (55, 43, "hold"),  # case 5.6
        (55, 45, "hold"),  # exactly 45 belongs to 40-45
        (56, 46, "continue"),
        (54, 45, "recheck"),  # fall 9
        (49, 40, "recheck"),
        (50, 40, "hold"),
        (48, 39.9, "hold"),
        (70, 50, "continue"),  # fall exactly 20, above 45
        (71, 50, "hold"),  # fall 21
    ],
)
def test_t_dxd_is_interrupted_by_its_table(baseline: float, now: float, action: str) -> None:
    assert actions("t-dxd", baseline, now)["US"] == action


# Swiss text below 45; the rows from 45 to below 50 from memory.
@pytest.mark.parametrize(
    ("baseline", "now", "action"),
    [
        (60, 44, "hold"),
        (60, 45, "hold"),
        (60, 49, "hold"),
        (58, 49, "recheck"),
        (60, 50, "continue"),
        (50, 45, "recheck"),
    ],
)
def test_t_dm1_in_early_disease_has_its_own_table(baseline: float, now: float, action: str) -> None:
    assert actions("t-dm1", baseline, now) == {"US": action, "EU": action}


@pytest.mark.parametrize(
    ("drug", "lvef", "facts", "expected"),
    [
        ("trastuzumab", 55, {"region": "UK"}, {"US": "continue", "EU": "continue", "UK": "cannot-start"}),
        ("trastuzumab", 55.1, {"region": "UK"}, {"US": "continue", "EU": "continue", "UK": "continue"}),
        ("pertuzumab", 55, {}, {"US": "continue", "EU": "continue"}),
        ("pertuzumab", 54, {"after_anthracycline": False}, {"US": "cannot-start", "EU": "cannot-start"}),
        ("pertuzumab", 54, {"after_anthracycline": True}, {"US": "continue", "EU": "continue"}),
        ("pertuzumab", 54, {}, {"US": None, "EU": None}),
        ("pertuzumab", 49, {}, {"US": "cannot-start", "EU": "cannot-start"}),
        ("t-dm1", 50, {}, {"US": "continue", "EU": "continue"}),
        ("t-dm1", 49.9, {}, {"US": "cannot-start", "EU": "cannot-start"}),
        ("t-dxd", 39, {}, {"US": "cannot-start", "EU": "cannot-start"}),
    ],
)
def test_one_measurement_says_whether_the_drug_can_be_started(
    drug: str, lvef: float, facts: dict[str, object], expected: dict[str, str | None]
) -> None:
    assert actions(drug, lvef, **facts) == expected


def test_nice_and_the_eu_text_are_shown_side_by_side() -> None:
    conclusion = concluded("trastuzumab", 55, region="UK")
    assert conclusion.value is not None
    assert conclusion.value.applied is RuleSet.UK
    assert "nice:TA107" in conclusion.sources
    assert [each.code for each in conclusion.warnings] == ["caution-at-start"]


def next_echo(drug: str, *lvef: float, **facts: object) -> dict[str, dt.date | None]:
    value = concluded(drug, *lvef, **facts).value
    assert value is not None
    return {str(name): verdict.next_echo for name, verdict in value.by_rule_set.items()}


def test_the_next_echo_follows_each_schedule() -> None:
    quarter = dt.date(2025, 8, 14)
    assert next_echo("trastuzumab", 62, 60) == {"US": quarter, "EU": quarter}
    assert next_echo("trastuzumab", 60, 44) == {"US": LATER + 4 * WEEK, "EU": LATER + 3 * WEEK}
    assert next_echo("t-dxd", 55, 43)["US"] == LATER + 3 * WEEK
    assert next_echo("t-dxd", 60, 58)["US"] is None  # the label fixes no interval
    assert next_echo("trastuzumab", 55, region="UK")["UK"] is None


def test_after_the_last_dose_it_is_every_six_months_for_two_years() -> None:
    done = next_echo("trastuzumab", 62, 60, last_dose=LATER)
    assert done["US"] == dt.date(2025, 11, 14)
    long_over = CardiacFacts(
        drug=CardiacDrug.TRASTUZUMAB,
        lvef=("2023-01-10=62", f"{LATER}=60"),
        last_dose=LATER - dt.timedelta(days=23 * 30),
    )
    value = assess_heart(long_over).value
    assert value is not None
    assert value.by_rule_set[RuleSet.US].next_echo is None


@pytest.mark.parametrize(("today", "overdue"), [("2025-08-14", False), ("2025-08-15", True)])
def test_an_echo_is_overdue_the_day_after_it_was_due(today: str, overdue: bool) -> None:
    value = concluded("trastuzumab", 62, 60, today=today).value
    assert value is not None
    assert value.by_rule_set[RuleSet.US].overdue is overdue


def test_a_held_drug_is_resumed_within_four_to_eight_weeks_when_normal_again() -> None:
    assert actions("trastuzumab", 62, 44, 58, lln=55)["US"] == "continue"
    assert actions("trastuzumab", 62, 44, 50, lln=55)["US"] == "hold"  # not yet normal
    assert actions("trastuzumab", 72, 50, 56, lln=55)["US"] == "hold"  # normal, but a fall of 16


def after_hold(weeks: float, lvef: float) -> str | None:
    later = LATER + dt.timedelta(days=round(weeks * 7))
    facts = CardiacFacts(
        drug=CardiacDrug.TRASTUZUMAB, lvef=(f"{FIRST}=62", f"{LATER}=44", f"{later}={lvef}"), lln=55
    )
    value = assess_heart(facts).value
    assert value is not None
    action = value.by_rule_set[RuleSet.US].action
    return None if action is None else str(action)


def test_a_hold_lasts_four_weeks_at_least_and_a_decline_of_more_than_eight_ends_it() -> None:
    assert after_hold(3.9, 60) == "hold"
    assert after_hold(4, 60) == "continue"
    assert after_hold(8, 60) == "continue"
    assert after_hold(8, 50) == "hold"
    assert after_hold(8.2, 50) == "stop"
    # Recovered, but measured first after 8 weeks: the label does not say; it is not called persistent.
    assert after_hold(10, 60) == "hold"


def test_a_fourth_suspension_stops_trastuzumab_for_good() -> None:
    up_and_down = [62, 44, 60, 44, 60, 44, 60]
    assert actions("trastuzumab", *up_and_down, 50, lln=55)["US"] == "stop"
    assert actions("trastuzumab", *up_and_down, lln=55)["US"] == "continue"


def test_eu_not_improved_after_a_hold_is_a_stop_and_says_that_it_is_to_be_considered() -> None:
    value = concluded("trastuzumab", 60, 44, 44).value
    assert value is not None
    verdict = value.by_rule_set[RuleSet.EU]
    assert verdict.action is Action.STOP
    assert verdict.says is not None
    assert "consider" in verdict.says
    assert actions("trastuzumab", 60, 44, 47)["EU"] == "hold"  # better, and still below 50 with a fall of 13
    assert actions("trastuzumab", 60, 44, 52)["EU"] == "continue"


def test_t_dxd_that_does_not_recover_to_within_ten_points_stops() -> None:
    assert actions("t-dxd", 55, 43, 45)["US"] == "continue"  # within 10
    assert actions("t-dxd", 55, 43, 44)["US"] == "stop"
    assert actions("t-dxd", 55, 38, 39)["US"] == "stop"


def test_symptoms_stop_the_conjugates_and_are_named_when_not_stated() -> None:
    assert actions("t-dxd", 60, 58, symptoms=True)["US"] == "stop"
    assert actions("t-dm1", 60, 58, symptoms=True)["US"] == "stop"
    assert concluded("t-dxd", 60, 58).missing == ("region", "symptoms")
    assert concluded("t-dxd", 60, 58, symptoms=False, region="US").missing == ()


def test_a_rule_set_that_was_not_read_says_so() -> None:
    codes = [each.code for each in concluded("t-dxd", 60, 58, region="EU").warnings]
    assert codes == ["rule-set-not-read"]
    assert "unverified-rule" in [each.code for each in concluded("pertuzumab", 60, 58).warnings]
    assert concluded("trastuzumab", 60, 58).warnings == ()


def test_without_drug_or_measurement_nothing_is_said() -> None:
    conclusion = assess_heart(CardiacFacts(drug=CardiacDrug.TRASTUZUMAB))
    assert (conclusion.value, conclusion.missing) == (None, ("lvef",))
    assert assess_heart(CardiacFacts(lvef=("2025-02-12=60",))).missing == ("drug",)


def test_the_baseline_may_be_named_and_earlier_measurements_are_left_out() -> None:
    series = ("2024-01-01=70", "2025-02-12=60", "2025-05-14=52")
    facts = CardiacFacts(drug=CardiacDrug.TRASTUZUMAB, lvef=series, baseline=FIRST, lln=50)
    value = assess_heart(facts).value
    assert value is not None
    assert (value.baseline_percent, value.fall_points) == (60, 8)


@pytest.mark.parametrize(
    ("lvef", "facts", "where"),
    [
        (("2025-02-12=60", "2025-02-12=55"), {}, "lvef"),
        (("2025-02-12=sixty",), {}, "lvef"),
        (("2025-02-30=60",), {}, "lvef"),
        (("2025-02-12=160",), {}, "lvef"),
        (("2025-02-12=0",), {}, "lvef"),
        (("2025-02-12=60",), {"baseline": "2025-02-13"}, "baseline"),
    ],
)
def test_what_contradicts_itself_is_refused(
    lvef: tuple[str, ...], facts: dict[str, object], where: str
) -> None:
    with pytest.raises(InputError) as refused:
        assess_heart(CardiacFacts.model_validate({"drug": "trastuzumab", "lvef": lvef, **facts}))
    assert refused.value.where == where


LVEF = st.floats(25, 80).map(lambda value: round(value, 1))


@given(baseline=LVEF, now=LVEF, higher=st.floats(0, 20), drug=st.sampled_from(list(CardiacDrug)), lln=LVEF)
def test_a_higher_ejection_fraction_is_never_judged_worse(
    baseline: float, now: float, higher: float, drug: CardiacDrug, lln: float
) -> None:
    order = [Action.CONTINUE, Action.RECHECK, Action.HOLD, Action.STOP, Action.CANNOT_START]
    better = min(80.0, round(now + higher, 1))

    def ranks(value: float) -> list[int]:
        judged = concluded(drug, baseline, value, lln=lln, symptoms=False).value
        assert judged is not None
        return [order.index(each.action) for each in judged.by_rule_set.values() if each.action]

    assert all(one >= other for one, other in zip(ranks(now), ranks(better), strict=True))


@given(series=st.lists(LVEF, min_size=1, max_size=6), seed=st.randoms())
def test_the_order_in_which_measurements_are_given_does_not_matter(series: list[float], seed: object) -> None:
    stated = [f"{FIRST + index * 5 * WEEK}={value}" for index, value in enumerate(series)]
    shuffled = list(stated)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    facts = {"drug": "trastuzumab", "lln": 55}
    one = assess_heart(CardiacFacts.model_validate({**facts, "lvef": tuple(stated)}))
    other = assess_heart(CardiacFacts.model_validate({**facts, "lvef": tuple(shuffled)}))
    assert one == other


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2025-11-30", 3, "2026-02-28"),
        ("2023-11-30", 3, "2024-02-29"),
        ("2025-12-31", 6, "2026-06-30"),
        ("2025-05-14", 24, "2027-05-14"),
    ],
)
def test_months_are_those_of_the_calendar(day: str, months: int, expected: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


# EU text: symptomatic failure, strongly consider stopping; T-DM1 and T-DXd stop. The US label's rows for
# trastuzumab and those of pertuzumab judge the number alone: with symptoms they are no reason to go on.
@pytest.mark.parametrize(
    ("drug", "us", "eu"),
    [
        ("trastuzumab", None, "stop"),
        ("pertuzumab", None, None),
        ("t-dm1", "stop", "stop"),
        ("t-dxd", "stop", "stop"),
    ],
)
def test_no_drug_goes_on_under_stated_heart_failure(drug: str, us: str | None, eu: str | None) -> None:
    assert actions(drug, 60, 58, symptoms=True) == {"US": us, "EU": eu}
    codes = {each.code for each in concluded(drug, 60, 58, symptoms=True).warnings}
    assert ("symptoms-not-judged" in codes) is (None in (us, eu))
    assert "started-below-limit" not in codes
    assert "continue" in set(actions(drug, 60, 58, symptoms=False).values())


def test_a_hold_by_the_number_stands_with_symptoms_too() -> None:
    assert actions("trastuzumab", 60, 44, symptoms=True)["US"] == "hold"


def test_a_heart_that_fails_before_the_first_dose_is_no_reason_to_begin() -> None:
    assert actions("trastuzumab", 60, symptoms=True) == {"US": None, "EU": "cannot-start"}


def test_what_was_measured_after_the_day_is_left_out() -> None:
    conclusion = concluded("trastuzumab", 62, 40, lln=55, today=FIRST + 4 * WEEK)
    assert conclusion.value is not None
    assert conclusion.value.latest_percent == 62
    assert "readings-after-today" in [each.code for each in conclusion.warnings]
    nothing = concluded("trastuzumab", 62, today=FIRST - WEEK)
    assert nothing.value is None
    assert nothing.missing == ("lvef",)


def test_pertuzumab_is_measured_every_12_weeks() -> None:
    value = concluded("pertuzumab", 62, 61, region="US").value
    assert value is not None
    assert value.by_rule_set[RuleSet.US].next_echo == LATER + 12 * WEEK


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"lvef": ("2025-02-12=0.62",)}, "reads as a fraction"),
        ({"lvef": ("2025-02-12=62",), "last_dose": "2024-02-12"}, "lies before the baseline"),
    ],
)
def test_what_cannot_be_is_refused(facts: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        assess_heart(CardiacFacts.model_validate({"drug": "trastuzumab", **facts}))


def test_after_a_stop_no_text_fixes_the_next_echo() -> None:
    assert next_echo("trastuzumab", 60, 58, symptoms=True)["EU"] is None
    assert next_echo("t-dm1", 60, 44, 43) == {"US": None, "EU": None}
