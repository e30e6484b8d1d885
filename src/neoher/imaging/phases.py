"""Phases: which contrast phase is pre, early and late, and when each was acquired.

A phase's time is its start plus half its duration. t = 0 is the start of the injection where it is stated,
else the start of the first phase after contrast. Early is the post-contrast phase nearest 150 s, late the
one nearest 450 s among those later than early; exactly two post-contrast phases are early and late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from statistics import median

from neoher.errors import InputError, PhaseOrderError
from neoher.volume.dynamic import Phase, TimeAxis

__all__ = ["PhaseChoice", "PhaseRole", "choose_phases"]

EARLY_TIMING_S = (90.0, 180.0)
"""An early phase timed outside this range gets a warning."""

CLOCK_STEP_S = 1.0
"""Start times and the injection's time are often stated in whole seconds: no finer overlap is judged."""


class PhaseRole(StrEnum):
    """What a phase stands for in percent enhancement and signal enhancement ratio."""

    PRE = "pre"
    EARLY = "early"
    LATE = "late"
    PRE_CONTRAST = "pre-contrast"
    """Acquired before the contrast, and not the one chosen."""
    POST = "post"
    """Acquired after the contrast, and neither early nor late."""


@dataclass(frozen=True, slots=True)
class PhaseChoice:
    """The phases a measurement uses, with the time of every phase of the exam."""

    pre: int
    """Index of the phase before contrast (S0)."""
    early: int
    """Index of the early phase after contrast (S1)."""
    late: int | None
    """Index of the late phase after contrast (S2); None when no phase later than early exists."""
    times_s: tuple[float, ...]
    """Mid time of every phase in seconds after t = 0, in order of acquisition."""
    roles: tuple[PhaseRole, ...]
    """Role of every phase, in order of acquisition."""
    zero_basis: str
    """What t = 0 is, for a reader."""
    warnings: tuple[tuple[str, str], ...] = ()
    """(code, message) of what a reader must know about these times and roles."""


def choose_phases(
    axis: TimeAxis,
    *,
    early_s: float = 150.0,
    late_s: float = 450.0,
    phases: tuple[int, ...] | None = None,
) -> PhaseChoice:
    """The pre-contrast, early and late phase of an exam.

    With the injection's start stated, phases whose mid time is before it are pre-contrast, and the last of
    them that ended by then is `pre`. Otherwise only the first phase is pre-contrast. Two phases equally near
    a target time: the earlier one is taken. A phase without a duration is given the median of the stated
    ones, or, where none is stated, the shortest interval between two starts; a warning says so.

    Parameters: `axis`, the phases in time; `early_s`, `late_s`, target times in seconds after t = 0;
    `phases`, indices of (pre, early) or (pre, early, late) that the user states: they override the rule.
    Raises: PhaseOrderError when there are too few phases, when their order contradicts their times, or when
    none lies before or none after the injection; InputError when `phases`, `early_s` or `late_s` make no
    sense. Does not tell phases apart, and does not look at the signal.
    Source: I-SPY/UCSF rule as published in the SlicerBreast_DCEMRI_FTV code (UCSF Breast Imaging Research
    Group), with the warning limits chosen by this project.
    """
    _check_order(axis.phases)
    _check_targets(early_s, late_s)
    durations, warnings = _durations(axis.phases)
    if phases is not None:
        _check_stated(phases, len(axis.phases))

    middle = [phase.start_s + duration / 2 for phase, duration in zip(axis.phases, durations, strict=True)]
    if axis.bolus_start_s is not None:
        zero_s = axis.bolus_start_s
        stated = f" ({axis.bolus_basis})" if axis.bolus_basis else ""
        basis = f"start of the injection{stated}"
    else:
        zero_s = axis.phases[phases[0] + 1 if phases else 1].start_s
        basis = "start of the first phase after contrast; the injection's start is not stated"
        warnings.append(
            (
                "injection-time-assumed",
                "The start of the injection is not stated: times count from the start of the first phase "
                "after contrast, and the phases before that one are taken to be without contrast.",
            )
        )
    times = tuple(time - zero_s for time in middle)

    if phases is not None:
        pre, early, late = phases[0], phases[1], phases[2] if len(phases) == 3 else None
        warnings += _contradictions(axis, times, pre, early)
        contrast_from = pre + 1
    else:
        contrast_from = 1 if axis.bolus_start_s is None else sum(time < 0 for time in times)
        if contrast_from == 0 or contrast_from == len(times):
            raise PhaseOrderError(
                f"no phase lies {'before' if contrast_from == 0 else 'after'} the start of the injection "
                f"({zero_s:g} s after the start of the first phase).",
                remedy="Check the time of the injection, or state the phases as pre,early,late.",
            )
        pre, overlap = _last_before(axis, durations, contrast_from)
        warnings += overlap
        early, late = _early_and_late(times, contrast_from, early_s, late_s)

    warnings += _timing(times, early, late)
    return PhaseChoice(
        pre=pre,
        early=early,
        late=late,
        times_s=times,
        roles=_roles(len(times), contrast_from, pre, early, late),
        zero_basis=basis,
        warnings=tuple(warnings),
    )


def _check_order(phases: Sequence[Phase]) -> None:
    if len(phases) < 2:
        raise PhaseOrderError(
            f"too few contrast phases ({len(phases)}): enhancement needs one before and at least one after "
            "contrast.",
            remedy="Give the whole dynamic series: the phases of one exam together.",
        )
    for position, phase in enumerate(phases):
        if phase.index != position:
            raise PhaseOrderError(
                f"phase {phase.index} stands at place {position} of the time axis.",
                remedy="Phases are numbered from 0 in order of acquisition.",
            )
        if phase.duration_s is not None and not 0 <= phase.duration_s < float("inf"):
            raise PhaseOrderError(
                f"the duration of phase {phase.index} is {phase.duration_s:g} s ({phase.duration_basis}).",
                remedy="Correct the duration, or leave it out: it is then assumed, and said to be.",
            )
    for before, after in pairwise(phases):
        if not after.start_s > before.start_s:
            raise PhaseOrderError(
                f"phase {after.index} does not start after phase {before.index} ({after.start_s:g} s and "
                f"{before.start_s:g} s): their order in time cannot be told.",
                remedy="Check the acquisition times of the series.",
            )


def _check_targets(early_s: float, late_s: float) -> None:
    if 0 < early_s < late_s < float("inf"):
        return
    raise InputError(
        f"the target times of the early and late phase are {early_s:g} s and {late_s:g} s.",
        where="early-s, late-s",
        remedy="Give seconds after the injection, both above 0, the early one first.",
    )


def _check_stated(phases: tuple[int, ...], count: int) -> None:
    increasing = all(before < after for before, after in pairwise(phases))
    if len(phases) in (2, 3) and increasing and phases[0] >= 0 and phases[-1] < count:
        return
    raise InputError(
        f"the stated phases {','.join(map(str, phases))} do not name a pre, an early and a late phase in "
        f"order of time among the {count} phases of the exam (0 to {count - 1}).",
        where="phases",
        remedy="Give pre,early,late, such as 0,1,2; or pre,early where there is no late phase.",
    )


def _durations(phases: Sequence[Phase]) -> tuple[list[float], list[tuple[str, str]]]:
    """The duration of each phase in seconds, with a warning where it had to be assumed."""
    stated = [phase.duration_s for phase in phases if phase.duration_s is not None]
    if len(stated) == len(phases):
        return stated, []
    if stated:
        assumed = median(stated)
        basis = "the median of the phases whose duration is known"
    else:
        # A pause for the injection makes an interval longer than the phase, never shorter.
        assumed = min(after.start_s - before.start_s for before, after in pairwise(phases))
        basis = "the shortest interval between the starts of two phases"
    without = ", ".join(str(phase.index) for phase in phases if phase.duration_s is None)
    message = f"The duration of phase {without} is not known; {assumed:g} s is assumed: {basis}."
    durations = [assumed if phase.duration_s is None else phase.duration_s for phase in phases]
    return durations, [("phase-duration-assumed", message)]


def _last_before(
    axis: TimeAxis, durations: Sequence[float], contrast_from: int
) -> tuple[int, list[tuple[str, str]]]:
    """The last phase that ended before the injection; else the last before contrast, with a warning."""
    if axis.bolus_start_s is None:
        return contrast_from - 1, []
    for index in reversed(range(contrast_from)):
        if axis.phases[index].start_s + durations[index] <= axis.bolus_start_s + CLOCK_STEP_S:
            return index, []
    message = (
        f"The injection started while phase {contrast_from - 1}, taken as pre-contrast, was being acquired: "
        "its signal may hold contrast, and enhancement may be too low."
    )
    return contrast_from - 1, [("pre-phase-overlaps-injection", message)]


def _early_and_late(
    times: Sequence[float], contrast_from: int, early_s: float, late_s: float
) -> tuple[int, int | None]:
    post = range(contrast_from, len(times))
    if len(post) == 2:
        return post[0], post[1]
    # min() keeps the first of equals: the earlier phase of a tie.
    early = min(post, key=lambda index: abs(times[index] - early_s))
    later = range(early + 1, len(times))
    return early, min(later, key=lambda index: abs(times[index] - late_s), default=None)


def _contradictions(axis: TimeAxis, times: Sequence[float], pre: int, early: int) -> list[tuple[str, str]]:
    if axis.bolus_start_s is None or (times[pre] < 0 <= times[early]):
        return []
    message = (
        f"By the stated injection, phase {pre} was acquired at {times[pre]:.0f} s and phase {early} at "
        f"{times[early]:.0f} s; they were stated as pre and early, and are used as such."
    )
    return [("phases-contradict-injection", message)]


def _timing(times: Sequence[float], early: int, late: int | None) -> list[tuple[str, str]]:
    found = []
    if not EARLY_TIMING_S[0] <= times[early] <= EARLY_TIMING_S[1]:
        message = (
            f"The early phase was acquired at {times[early]:.0f} s; between {EARLY_TIMING_S[0]:.0f} and "
            f"{EARLY_TIMING_S[1]:.0f} s is expected. Enhancement may not compare with other exams."
        )
        found.append(("early-phase-timing", message))
    if late is None:
        message = (
            f"No phase later than the early one ({times[early]:.0f} s) is used: the signal enhancement ratio "
            "is not known."
        )
        found.append(("late-phase-missing", message))
    return found


def _roles(count: int, contrast_from: int, pre: int, early: int, late: int | None) -> tuple[PhaseRole, ...]:
    chosen = {pre: PhaseRole.PRE, early: PhaseRole.EARLY}
    if late is not None:
        chosen[late] = PhaseRole.LATE
    return tuple(
        chosen.get(index, PhaseRole.PRE_CONTRAST if index < contrast_from else PhaseRole.POST)
        for index in range(count)
    )
