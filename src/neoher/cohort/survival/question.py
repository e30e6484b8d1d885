"""What is asked of a cohort's follow-up, and the follow-up that answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from neoher.cohort.exclusions import excluded_rows, known_in_all, nobody_left
from neoher.cohort.result import Excluded
from neoher.cohort.survival.cox import Ties
from neoher.cohort.survival.follow_up import FloatArray, FollowUp, IntArray, since_landmark
from neoher.cohort.survival.kaplan_meier import Interval
from neoher.cohort.table.checks import check_endpoint, check_follow_up, event_column_of, unsaid_events
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["Followed", "SurvivalQuestion", "followed_of"]

MOST_CAUSES = 9
"""A column of numbers up to this is taken as causes where it is named as the event."""
KNOWN_AT_SURGERY = ("pcr", "rcb", "ypt", "ypn", "residual")
"""Beginnings of names of columns that nobody knows before surgery."""


@dataclass(frozen=True, slots=True)
class SurvivalQuestion:
    """The options of `neoher cohort survival`."""

    time: str
    event: str | None = None
    by: str | None = None
    strata: str | None = None
    adjust: tuple[str, ...] = ()
    ties: Ties = Ties.EFRON
    interval: Interval = Interval.LOG
    at: tuple[float, ...] = ()
    landmark: str | None = None
    horizon: float | None = None
    reference: str | None = None
    event_is: str | None = None
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Followed:
    """The patients whose follow-up is analysed, row for row."""

    cohort: Cohort
    follow_up: FollowUp
    group: IntArray
    """Shape (n,); zeros where no column divides the patients."""
    group_names: tuple[str, ...]
    strata: IntArray | None
    excluded: tuple[Excluded, ...]
    warnings: tuple[Caution, ...]
    question: SurvivalQuestion
    """With the event named."""
    unit: str
    origin: str


def followed_of(cohort: Cohort, question: SurvivalQuestion) -> Followed:
    """The patients with a known time, event and group, counted from the landmark where one is named.

    Raises: InputError where time and event are of two endpoints, a column is of the wrong kind, or nobody is
    left; TableError for a negative time or an event without a time.
    """
    question = _with_event(cohort, question)
    time, event = question.time, str(question.event)
    check_endpoint(cohort, time, event)
    columns: dict[str, pd.Series] = {
        time: cohort.numbers(time, "--time"),
        event: _causes(cohort, event, question.event_is),
    }
    check_follow_up(cohort, time, event, columns[event])
    for name, option in ((question.by, "--by"), (question.strata, "--strata")):
        if name is not None:
            columns[name] = cohort.groups(name, option)
    for name in question.adjust:
        cohort.variable(name, "--adjust")
        columns[name] = cohort.frame[name]
    excluded = excluded_rows(cohort, columns)
    known = known_in_all(columns)
    if not known.any():
        raise nobody_left(columns, "--time, --event")
    kept = cohort.where(known)
    follow_up = FollowUp.of(columns[time][known], columns[event][known].astype("int64"))
    if question.landmark is not None:
        since, stayed = since_landmark(follow_up, _landmark(kept, question.landmark))
        excluded += _before_landmark(kept, stayed, question)
        kept, follow_up = kept.where(pd.Series(stayed, kept.frame.index)), since
    group, names = _codes(kept, question.by, "--by")
    strata = None if question.strata is None else _codes(kept, question.strata, "--strata")[0]
    variable = cohort.variables[time]
    return Followed(
        kept,
        follow_up,
        group,
        names,
        strata,
        tuple(sorted(excluded, key=lambda each: each.row or 0)),
        _warnings(cohort, question, follow_up),
        question,
        variable.unit,
        variable.origin,
    )


def _with_event(cohort: Cohort, question: SurvivalQuestion) -> SurvivalQuestion:
    cohort.variable(question.time, "--time")
    if question.event is not None:
        return question
    found = event_column_of(cohort, question.time)
    if found is None:
        events = [name for name, each in cohort.variables.items() if each.kind is Kind.EVENT]
        raise InputError(
            f"the event of {question.time} is not known.",
            "--event",
            f"Name its column: {', '.join(events) or 'the table has no column of events'}.",
        )
    return replace(question, event=found)


def _causes(cohort: Cohort, event: str, event_is: str | None) -> pd.Series:
    """0 censored, 1 the event, 2 and above competing events."""
    variable = cohort.variable(event, "--event")
    if event_is is not None:
        return cohort.answers(event, "--event", yes=event_is).astype("Int64")
    if variable.kind is Kind.YES_NO:
        return cohort.frame[event].astype("boolean").astype("Int64")
    codes = cohort.frame[event]
    counted = variable.kind is Kind.NUMBER and codes.dropna().isin(range(MOST_CAUSES + 1)).all()
    if variable.kind is Kind.EVENT or counted:
        causes = codes.astype("Int64")
        if not variable.levels and unsaid_events(causes):
            raise InputError(
                f"the column {event} holds 2 and never 0, so that nobody would be censored.",
                "--event",
                "Where 1 is censored and 2 the event: --event-is 2. Where 2 is a competing event, name the "
                "levels in a mapping.",
            )
        return causes
    raise InputError(
        f"the column {event} holds a {variable.kind}, not events.",
        "--event",
        "Events are 0 (censored), 1 (the event), 2 and above (competing); or name its level: --event-is "
        "LEVEL.",
    )


def _landmark(cohort: Cohort, landmark: str) -> FloatArray:
    """The landmark of each patient, in the unit of the times."""
    try:
        return np.full(len(cohort), float(landmark))
    except ValueError:
        return cohort.numbers(landmark, "--landmark").to_numpy(dtype=np.float64)


def _before_landmark(
    cohort: Cohort, stayed: np.ndarray[tuple[int], np.dtype[np.bool_]], question: SurvivalQuestion
) -> tuple[Excluded, ...]:
    unknown = ~np.isfinite(_landmark(cohort, str(question.landmark)))
    patients = cohort.patients() if cohort.patient else None
    return tuple(
        Excluded(
            row=int(row),
            column=question.time if not unknown[place] else str(question.landmark),
            reason="not known" if unknown[place] else "event or end of follow-up at or before the landmark",
            patient=None if patients is None else str(patients.loc[row]),
        )
        for place, row in enumerate(cohort.frame.index)
        if not stayed[place]
    )


def _codes(cohort: Cohort, column: str | None, option: str) -> tuple[IntArray, tuple[str, ...]]:
    from neoher.cohort.survival.covariates import codes_of

    if column is None:
        return np.zeros(len(cohort), dtype=np.int64), ("all",)
    return codes_of(cohort.groups(column, option))


def _warnings(cohort: Cohort, question: SurvivalQuestion, follow_up: FollowUp) -> tuple[Caution, ...]:
    found = list(cohort.warnings)
    origin = cohort.variables[question.time].origin.casefold()
    late = question.by is not None and question.by.casefold().startswith(KNOWN_AT_SURGERY)
    if late and question.landmark is None and "surgery" not in origin:
        counted = f"from {origin}" if origin else "from a day that the table does not state"
        found.append(
            Caution(
                code="known-only-at-surgery",
                message=f"{question.by} is known only at surgery, while {question.time} is counted "
                f"{counted}: those "
                "who had the event before surgery cannot have a response, which flatters responders. "
                "Count from surgery: "
                "--landmark COLUMN (time of surgery) or a time since surgery.",
            )
        )
    if (follow_up.cause > 1).any():
        found.append(
            Caution(
                code="competing-events",
                message=f"{int((follow_up.cause > 1).sum())} competing events count as censored in the "
                "Kaplan-Meier "
                "curves and Cox's model; the probability of the event is the cumulative incidence.",
            )
        )
    return tuple(found)
