"""Functional tumour volume, washout share and ADC over the visits, with their published context."""

from __future__ import annotations

import datetime as dt

import pytest

from neoher.errors import InputError
from neoher.response.diffusion import AdcVisit, adc_course
from neoher.response.functional_volume import EnhancementVisit, functional_volume_course, washout_share

DAYS = {
    name: dt.date(2025, 2, 8) + dt.timedelta(weeks=weeks)
    for name, weeks in zip("0123", (0, 3, 12, 20), strict=True)
}


def visit(name: str, volume: float | None, platform: str = "ftv/1") -> EnhancementVisit:
    return EnhancementVisit(name, DAYS[name[1]], volume, platform=platform)


def test_volumes_count_from_the_first_visit_whatever_their_order() -> None:
    told = functional_volume_course([visit("T2", 3.0), visit("T0", 12.0), visit("T1", 6.0)]).value
    assert told is not None
    percents = [each.change.percent for each in told if each.change]
    assert (percents, [each.time_point for each in told]) == (
        [-50, -75],
        ["after 3 weeks", "after 12 weeks, between regimens"],
    )
    assert all(each.change and each.change.beyond_noise is None for each in told)


@pytest.mark.parametrize(("later", "said"), [(7.0, False), (7.01, True), (12.0, True), (1.0, False)])
def test_less_than_30_percent_at_3_weeks_names_the_trials_own_rule(later: float, said: bool) -> None:
    (told,) = functional_volume_course([visit("T0", 10.0), visit("T1", later)]).value or ()
    investigational = [each for each in told.context if each.status.startswith("investigational")]
    assert bool(investigational) is said
    assert all("no reason to change therapy" in each.text for each in investigational)


def test_every_context_has_source_and_standing() -> None:
    told = functional_volume_course([visit(f"T{n}", 10.0) for n in range(4)]).value
    assert told is not None
    assert all(each.context for each in told)
    assert all(one.source and one.status for each in told for one in each.context)


def test_a_volume_that_was_not_measured_is_missing_and_never_zero() -> None:
    told = functional_volume_course([visit("T0", 10.0), visit("T1", None), visit("T3", 0.0)])
    assert told.missing == ("functional_tumour_volume at T1",)
    assert told.value is not None
    assert told.value[0].change is None
    assert told.value[0].context == ()
    assert told.value[1].change is not None
    assert told.value[1].change.percent == -100
    assert functional_volume_course([visit("T0", 10.0)]).value is None


def test_volumes_of_two_platforms_are_not_compared() -> None:
    told = functional_volume_course([visit("T0", 10.0), visit("T1", 5.0, "other/2")])
    assert told.value is not None
    assert told.value[0].change is None
    assert [each.code for each in told.warnings] == ["platform-changed"]


def test_two_volumes_of_one_visit_are_refused() -> None:
    with pytest.raises(InputError, match="two volumes"):
        functional_volume_course([visit("T0", 10.0), visit("T0", 5.0)])


def test_the_washout_share_is_that_of_the_bins_above_1_3() -> None:
    bins = {"0-0.9": 10, "0.9-1.0": 20, "1.0-1.3": 30, "1.3-1.75": 20, "1.75-3": 15, ">3": 5}
    assert washout_share(bins) == 40
    assert washout_share(None) is None
    assert washout_share(dict.fromkeys(bins, 0)) is None
    first = EnhancementVisit("T0", DAYS["0"], 10.0, bins, "ftv/1")
    later = EnhancementVisit("T1", DAYS["1"], 5.0, {**bins, "0-0.9": 110}, "ftv/1")
    (told,) = functional_volume_course([first, later]).value or ()
    assert (told.washout_share_percent, told.washout_share_change) == (20, -20)


def test_adc_is_held_against_13_3_percent_and_predicts_nothing_in_her2_positive_disease() -> None:
    told = adc_course([AdcVisit("T2", DAYS["2"], 1134.0), AdcVisit("T0", DAYS["0"], 1000.0)])
    assert told.value is not None
    (only,) = told.value
    assert only.change is not None
    assert (only.change.percent, only.change.beyond_noise) == (13.4, True)
    assert "did not predict in HER2-positive" in only.context[0].text
    assert only.context[0].source == "PMC6283325"


def test_an_adc_that_was_not_measured_is_missing() -> None:
    told = adc_course([AdcVisit("T0", DAYS["0"], None), AdcVisit("T1", DAYS["1"], 1100.0)])
    assert told.missing == ("adc_mean at T0",)
    assert told.value is not None
    assert told.value[0].change is None
    assert adc_course([AdcVisit("T0", None, 1000.0)]).value is None
    with pytest.raises(InputError, match="two values"):
        adc_course([AdcVisit("T0", None, 1.0), AdcVisit("T0", None, 2.0)])
