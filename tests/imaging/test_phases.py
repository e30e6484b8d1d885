"""Which phase is pre, early and late, by the rule of I-SPY and UCSF (SlicerBreast_DCEMRI_FTV)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError, PhaseOrderError
from neoher.imaging.phases import PhaseChoice, choose_phases
from neoher.volume.dynamic import Phase, TimeAxis


def exam(
    *starts_s: float,
    duration_s: float | None = 60.0,
    bolus_s: float | None = None,
    durations_s: tuple[float | None, ...] | None = None,
) -> TimeAxis:
    durations = durations_s or (duration_s,) * len(starts_s)
    phases = tuple(
        Phase(index, start, duration, "AcquisitionDuration", "1.2.3", "dynamic", 60)
        for index, (start, duration) in enumerate(zip(starts_s, durations, strict=True))
    )
    return TimeAxis(phases, None, bolus_s, "" if bolus_s is None else "ContrastBolusStartTime", "start times")


def codes(choice: PhaseChoice) -> set[str]:
    return {code for code, _ in choice.warnings}


def test_without_a_stated_injection_time_counts_from_the_first_phase_after_contrast() -> None:
    # The site's own times of this exam are -234, 138 and 476 s: starts 0, 372 and 710 s, 276 s long.
    choice = choose_phases(exam(0, 372, 710, duration_s=276))
    assert choice.times_s == (-234, 138, 476)
    assert choice.roles == ("pre", "early", "late")
    assert "not stated" in choice.zero_basis
    assert codes(choice) == {"injection-time-assumed"}


def test_with_a_stated_injection_time_counts_from_it() -> None:
    choice = choose_phases(exam(0, 120, 440, duration_s=90, bolus_s=100))
    assert choice.times_s == (-55, 65, 385)
    assert "ContrastBolusStartTime" in choice.zero_basis
    assert "injection-time-assumed" not in codes(choice)


def test_of_several_phases_before_the_injection_the_last_is_pre() -> None:
    choice = choose_phases(exam(0, 60, 120, 180, 240, 300, 420, 540, 660, bolus_s=180))
    assert choice.roles[:3] == ("pre-contrast", "pre-contrast", "pre")
    assert choice.times_s[choice.pre] == -30
    # Mid times after the injection: 30, 90, 150, 270, 390, 510 s.
    assert (choice.times_s[choice.early], choice.times_s[choice.late or 0]) == (150, 390)


def test_a_phase_that_the_injection_interrupts_is_not_pre_while_an_earlier_one_exists() -> None:
    choice = choose_phases(exam(0, 60, 120, 400, bolus_s=100))
    assert choice.pre == 0
    assert choice.roles == ("pre", "pre-contrast", "early", "late")


def test_a_single_phase_interrupted_by_the_injection_is_pre_with_a_warning() -> None:
    choice = choose_phases(exam(0, 100, 400, bolus_s=40))
    assert choice.pre == 0
    assert "pre-phase-overlaps-injection" in codes(choice)


def test_a_phase_whose_middle_is_the_injection_itself_is_not_pre_contrast() -> None:
    choice = choose_phases(exam(0, 60, 120, 400, bolus_s=90))
    assert choice.times_s[1] == 0
    assert choice.roles == ("pre", "post", "early", "late")


def test_clock_times_in_whole_seconds_do_not_make_an_overlap() -> None:
    choice = choose_phases(exam(0, 61, 122, 400, duration_s=60.4, bolus_s=121))
    assert choice.pre == 1
    assert "pre-phase-overlaps-injection" not in codes(choice)


def test_early_is_nearest_150_s_and_late_nearest_450_s() -> None:
    choice = choose_phases(exam(0, 100, 160, 220, 280, 340, 400, 460, 520, 580))
    # Mid times: 30, 90, 150, 210, 270, 330, 390, 450, 510 s after the first phase after contrast.
    assert (choice.early, choice.late) == (3, 8)
    assert choice.roles == ("pre", "post", "post", "early", "post", "post", "post", "post", "late", "post")


def test_of_two_phases_equally_near_the_earlier_is_taken() -> None:
    choice = choose_phases(exam(0, 100, 190, 250, 490, 550))
    # Mid times: 30, 120, 180, 420, 480 s: both pairs lie 30 s around the targets.
    assert (choice.early, choice.late) == (2, 4)


def test_exactly_two_phases_after_contrast_are_early_and_late_whatever_their_times() -> None:
    choice = choose_phases(exam(0, 400, 900))
    assert choose_phases(exam(0, 10, 20)).roles == ("pre", "early", "late")
    assert (choice.early, choice.late) == (1, 2)


def test_with_one_phase_after_contrast_there_is_no_late_phase() -> None:
    choice = choose_phases(exam(0, 100))
    assert (choice.pre, choice.early, choice.late) == (0, 1, None)
    assert "late-phase-missing" in codes(choice)


def test_no_late_phase_is_made_up_where_none_follows_early() -> None:
    choice = choose_phases(exam(0, 30, 60, 90, duration_s=30))
    assert (choice.early, choice.late) == (3, None)
    assert "late-phase-missing" in codes(choice)


@pytest.mark.parametrize(
    ("early_mid_s", "warned"), [(89.5, True), (90, False), (150, False), (180, False), (180.5, True)]
)
def test_an_early_phase_outside_90_to_180_s_is_warned_of(early_mid_s: float, warned: bool) -> None:
    choice = choose_phases(exam(0, 100, 700, duration_s=2 * early_mid_s))
    assert choice.times_s[choice.early] == early_mid_s
    assert ("early-phase-timing" in codes(choice)) == warned


def test_an_unknown_duration_is_taken_from_the_other_phases_and_said_so() -> None:
    choice = choose_phases(exam(0, 100, 400, durations_s=(80, None, 100)))
    assert choice.times_s[1] == 45  # half the median of 80 and 100
    assert "phase-duration-assumed" in codes(choice)


def test_where_no_duration_is_known_the_shortest_interval_is_assumed() -> None:
    choice = choose_phases(exam(0, 300, 400, 500, duration_s=None))
    assert choice.times_s == (-250, 50, 150, 250)
    assert "phase-duration-assumed" in codes(choice)


def test_stated_phases_override_the_rule() -> None:
    choice = choose_phases(exam(0, 100, 200, 300, 400, 500), phases=(1, 2, 5))
    assert (choice.pre, choice.early, choice.late) == (1, 2, 5)
    assert choice.roles == ("pre-contrast", "pre", "early", "post", "post", "late")
    assert choice.times_s[2] == 30  # counts from the start of the phase after the stated pre


def test_two_stated_phases_mean_that_there_is_no_late_phase() -> None:
    assert choose_phases(exam(0, 100, 200), phases=(0, 2)).late is None


def test_stated_phases_that_contradict_the_injection_are_used_with_a_warning() -> None:
    choice = choose_phases(exam(0, 100, 200, 300, bolus_s=90), phases=(1, 2, 3))
    assert choice.pre == 1
    assert "phases-contradict-injection" in codes(choice)


@pytest.mark.parametrize("phases", [(), (0,), (0, 0, 1), (2, 1, 0), (0, 1, 3), (-1, 0, 1), (0, 1, 2, 3)])
def test_stated_phases_that_name_no_order_in_time_are_refused(phases: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="pre"):
        choose_phases(exam(0, 100, 200), phases=phases)


@pytest.mark.parametrize(("bolus_s", "side"), [(-100, "before"), (1000, "after")])
def test_an_injection_with_no_phase_on_one_side_is_refused(bolus_s: float, side: str) -> None:
    with pytest.raises(PhaseOrderError, match=side):
        choose_phases(exam(0, 100, 400, bolus_s=bolus_s))


@pytest.mark.parametrize("starts_s", [(), (0,)])
def test_fewer_than_two_phases_are_refused(starts_s: tuple[float, ...]) -> None:
    with pytest.raises(PhaseOrderError, match="too few"):
        choose_phases(exam(*starts_s))


@pytest.mark.parametrize("starts_s", [(0, 100, 100), (0, 200, 100), (0, math.nan, 100)])
def test_phases_whose_order_contradicts_their_times_are_refused(starts_s: tuple[float, ...]) -> None:
    with pytest.raises(PhaseOrderError, match="order in time"):
        choose_phases(exam(*starts_s))


def test_phases_out_of_their_numbered_order_are_refused() -> None:
    axis = exam(0, 100, 400)
    shuffled = TimeAxis(axis.phases[::-1], None, None, "", "start times")
    with pytest.raises(PhaseOrderError, match="place 0"):
        choose_phases(shuffled)


@pytest.mark.parametrize("duration_s", [-1.0, math.nan, math.inf])
def test_a_duration_that_cannot_be_is_refused(duration_s: float) -> None:
    with pytest.raises(PhaseOrderError, match="duration"):
        choose_phases(exam(0, 100, 400, duration_s=duration_s))


@pytest.mark.parametrize(
    ("early_s", "late_s"), [(0, 450), (450, 150), (150, 150), (math.nan, 450), (150, math.inf)]
)
def test_target_times_that_make_no_sense_are_refused(early_s: float, late_s: float) -> None:
    with pytest.raises(InputError, match="target times"):
        choose_phases(exam(0, 100, 400), early_s=early_s, late_s=late_s)


@given(
    gaps=st.lists(st.floats(20, 200), min_size=3, max_size=12),
    shift_s=st.floats(-5000, 5000),
    bolus_s=st.floats(10, 300),
)
def test_roles_do_not_depend_on_where_the_clock_starts(
    gaps: list[float], shift_s: float, bolus_s: float
) -> None:
    # In whole quarters of a second, so that the shift itself rounds nothing.
    starts = [round(4 * sum(gaps[:n])) / 4 for n in range(len(gaps))]
    bolus, shift = round(4 * bolus_s) / 4, round(4 * shift_s) / 4
    try:
        here = choose_phases(exam(*starts, duration_s=20, bolus_s=bolus))
    except PhaseOrderError:
        with pytest.raises(PhaseOrderError):
            choose_phases(exam(*(s + shift for s in starts), duration_s=20, bolus_s=bolus + shift))
        return
    there = choose_phases(exam(*(s + shift for s in starts), duration_s=20, bolus_s=bolus + shift))
    assert (here.roles, here.times_s) == (there.roles, there.times_s)
    assert here.pre < here.early
    assert here.late is None or here.early < here.late
