"""One rule set over a series of ejection fractions: holds, resumptions and stops in their order."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from neoher.guidance.heart.facts import Action, CardiacFacts, HeartReading
from neoher.guidance.heart.limits import Applied
from neoher.guidance.knowledge.kinds.limits import LvefAction, LvefRow

__all__ = ["SYMPTOMS_NOT_JUDGED", "Judged", "add_months", "judge"]

_ACTIONS = {
    LvefAction.CONTINUE: Action.CONTINUE,
    LvefAction.RESUME: Action.CONTINUE,
    LvefAction.HOLD: Action.HOLD,
    LvefAction.RECHECK: Action.RECHECK,
    LvefAction.CONSIDER_STOP: Action.STOP,
    LvefAction.STOP: Action.STOP,
    LvefAction.CAUTION: Action.CONTINUE,
    LvefAction.CANNOT_START: Action.CANNOT_START,
}
_NO_ROW = LvefRow(action=LvefAction.CONTINUE, says="no limit is reached")
SYMPTOMS_NOT_JUDGED = "symptoms of heart failure are stated, and these rows judge the ejection fraction alone"
_STILL_HELD = LvefRow(action=LvefAction.HOLD, says="held: what it takes to resume is not reached")


@dataclass(slots=True)
class Judged:
    """What a rule set says after the newest measurement."""

    row: LvefRow | None
    """The row that decided; None where it hangs on a fact that is not known."""
    action: Action | None
    next_echo: dt.date | None
    missing: tuple[str, ...] = ()
    """Fields of the facts on which it hangs, or that would matter."""
    course: list[str] = field(default_factory=list)
    """What happened at each measurement, in words."""


@dataclass(slots=True)
class _State:
    held_since: HeartReading | None = None
    suspensions: int = 0
    stopped: LvefRow | None = None


@dataclass(frozen=True, slots=True)
class _Now:
    """One measurement with everything that a row may ask."""

    reading: HeartReading
    fall: float
    below_limit: bool | None
    symptoms: bool | None
    state: _State

    @property
    def weeks_held(self) -> float | None:
        held = self.state.held_since
        return None if held is None else (self.reading.date - held.date).days / 7

    @property
    def improved(self) -> bool | None:
        held = self.state.held_since
        return None if held is None else self.reading.lvef_percent > held.lvef_percent


def judge(applied: Applied, readings: Sequence[HeartReading], facts: CardiacFacts) -> Judged:
    """The rule set applied to each measurement after the first, which is the baseline.

    A hold is taken as followed. A fall of exactly 10 points counts as 10 (design decision).
    """
    if len(readings) == 1:
        return _with_symptoms(applied, _before_the_first_dose(applied, readings[0], facts), facts)
    state = _State()
    baseline = readings[0].lvef_percent
    judged = Judged(None, None, None)
    for reading in readings[1:]:
        now = _Now(
            reading,
            round(baseline - reading.lvef_percent, 6),
            None if facts.lln is None else reading.lvef_percent < facts.lln,
            facts.symptoms if reading is readings[-1] else None,
            state,
        )
        row, missing = _row(applied, now)
        judged.row, judged.missing = row, missing
        says = row.says if row is not None else f"cannot be decided without {', '.join(missing)}"
        judged.course.append(f"{reading.date}: LVEF {reading.lvef_percent:g} %, {says}")
        _follow(state, row, reading)
    asks_symptoms = any(
        each.symptoms is not None for each in (*applied.limits.rows, *applied.limits.after_hold)
    )
    if asks_symptoms and facts.symptoms is None:
        judged.missing = tuple(dict.fromkeys((*judged.missing, "symptoms")))
    judged.action = _ACTIONS[judged.row.action] if judged.row else None
    judged.next_echo = _next_echo(applied, judged.row, readings[-1].date, facts)
    return _with_symptoms(applied, judged, facts)


def _with_symptoms(applied: Applied, judged: Judged, facts: CardiacFacts) -> Judged:
    """The same; 'go on' is withdrawn where heart failure is stated and no row of the rule set asks for it."""
    asks = any(row.symptoms is not None for row in (*applied.limits.rows, *applied.limits.after_hold))
    if facts.symptoms is not True or asks or judged.action not in {Action.CONTINUE, Action.RECHECK}:
        return judged
    row = LvefRow(action=LvefAction.CAUTION, says=SYMPTOMS_NOT_JUDGED)
    return Judged(row, None, None, judged.missing, judged.course)


def _before_the_first_dose(applied: Applied, reading: HeartReading, facts: CardiacFacts) -> Judged:
    missing: list[str] = []
    for limit in applied.start:
        if limit.lvef_percent.holds(reading.lvef_percent):
            continue
        if limit.after_anthracycline is not None and facts.after_anthracycline is None:
            missing.append("after_anthracycline")
            continue
        if limit.after_anthracycline in {None, facts.after_anthracycline}:
            row = LvefRow(action=limit.otherwise, says=limit.says)
            action = _ACTIONS[row.action]
            due = None if action is Action.CANNOT_START else _next_echo(applied, row, reading.date, facts)
            return Judged(row, action, due)
    if missing and len(missing) == len(applied.start):
        # Every limit is missed, whichever of them applies.
        row = LvefRow(action=LvefAction.CANNOT_START, says="; ".join(each.says for each in applied.start))
        return Judged(row, Action.CANNOT_START, None)
    if missing:
        return Judged(None, None, None, ("after_anthracycline",))
    below = None if facts.lln is None else reading.lvef_percent < facts.lln
    found, unknown = _first(applied.limits.rows, _Now(reading, 0.0, below, facts.symptoms, _State()))
    decided = found or _NO_ROW
    if decided.action in {LvefAction.HOLD, LvefAction.STOP, LvefAction.CONSIDER_STOP}:
        refused = decided.model_copy(update={"action": LvefAction.CANNOT_START, "recheck_weeks": None})
        return Judged(refused, Action.CANNOT_START, None)
    return Judged(
        decided, _ACTIONS[decided.action], _next_echo(applied, decided, reading.date, facts), unknown
    )


def _row(applied: Applied, now: _Now) -> tuple[LvefRow | None, tuple[str, ...]]:
    """The row that decides at one measurement, or the facts it hangs on."""
    limits, state = applied.limits, now.state
    if state.stopped is not None:
        return state.stopped, ()
    if state.held_since is None:
        row, missing = _first(limits.rows, now)
        if row is not None and row.action is LvefAction.HOLD:
            too_often = _Now(
                now.reading,
                now.fall,
                now.below_limit,
                now.symptoms,
                _State(suspensions=state.suspensions + 1),
            )
            ends = [each for each in limits.after_hold if each.suspensions is not None]
            return next((each for each in ends if _holds(each, too_often)[0]), row), ()
        return row, missing
    row, missing = _first(limits.after_hold, now)
    weeks = now.weeks_held or 0.0
    least = limits.hold_weeks_at_least
    if row is not None and row.action is LvefAction.RESUME and least is not None and weeks < least:
        return _STILL_HELD, ()
    if row is not None:
        return row, ()
    if missing:
        return None, missing
    if least is not None:
        return _STILL_HELD, ()
    again, missing = _first(limits.rows, now)
    return (None, missing) if missing else (again or _NO_ROW, ())


def _first(rows: Sequence[LvefRow], now: _Now) -> tuple[LvefRow | None, tuple[str, ...]]:
    """The first row that holds; none with the facts on which an earlier one hangs; `_NO_ROW` for no row.

    Symptoms that are not stated do not leave a row open: they are named as missing beside the answer.
    """
    missing: list[str] = []
    for row in rows:
        met, unknown = _holds(row, now)
        if met is None:
            missing += unknown
        elif met:
            return (row, ()) if not missing else (None, tuple(missing))
    if missing:
        return None, tuple(dict.fromkeys(missing))
    return (None, ()) if now.state.held_since is not None else (_NO_ROW, ())


def _holds(row: LvefRow, now: _Now) -> tuple[bool | None, list[str]]:
    """Whether every condition of a row is met: true, false, or open with the fields it hangs on."""
    answers: dict[str, bool | None] = {}
    if row.lvef_percent is not None:
        answers["lvef"] = row.lvef_percent.holds(now.reading.lvef_percent)
    if row.fall_points is not None:
        answers["fall"] = row.fall_points.holds(now.fall)
    if row.below_lower_limit is not None:
        answers["lln"] = None if now.below_limit is None else now.below_limit is row.below_lower_limit
    if row.symptoms is not None:
        answers["symptoms"] = now.symptoms is row.symptoms
    if row.weeks_held is not None:
        answers["weeks"] = now.weeks_held is not None and row.weeks_held.holds(now.weeks_held)
    if row.suspensions is not None:
        answers["suspensions"] = row.suspensions.holds(now.state.suspensions)
    if row.improved is not None:
        answers["improved"] = now.improved is not None and now.improved is row.improved
    if False in answers.values():
        return False, []
    open_ones = [name for name, met in answers.items() if met is None]
    return (None, open_ones) if open_ones else (True, [])


def _follow(state: _State, row: LvefRow | None, reading: HeartReading) -> None:
    if row is None:
        return
    match row.action:
        case LvefAction.HOLD if state.held_since is None:
            state.held_since = reading
            state.suspensions += 1
        case LvefAction.STOP | LvefAction.CONSIDER_STOP:
            state.stopped = row
        case LvefAction.RESUME | LvefAction.CONTINUE | LvefAction.RECHECK:
            state.held_since = None


def _next_echo(applied: Applied, row: LvefRow | None, last: dt.date, facts: CardiacFacts) -> dt.date | None:
    schedule = applied.limits.schedule
    if row is None:
        return None
    if row.recheck_weeks is not None:
        return last + dt.timedelta(weeks=row.recheck_weeks)
    if row.action is LvefAction.HOLD:
        weeks = schedule.weeks_while_held or next(
            (r.recheck_weeks for r in applied.limits.rows if r.recheck_weeks), None
        )
        return None if weeks is None else last + dt.timedelta(weeks=weeks)
    if facts.last_dose is not None and last >= facts.last_dose:
        if schedule.months_after is None:
            return None
        due = add_months(last, schedule.months_after)
        until = add_months(facts.last_dose, schedule.months_after_until or 0)
        return due if due <= until else None
    if row.action in {LvefAction.STOP, LvefAction.CONSIDER_STOP}:
        # Intervals after therapy are those of a heart that bore it; no text fixes them for one that did not.
        return None
    if schedule.weeks_during is not None:
        return last + dt.timedelta(weeks=schedule.weeks_during)
    return None if schedule.months_during is None else add_months(last, schedule.months_during)


def add_months(day: dt.date, months: float) -> dt.date:
    """The same day some months later; the month's last where there is no such day."""
    count = day.month - 1 + round(months)
    year, month = day.year + count // 12, count % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
