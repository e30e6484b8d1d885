"""The record as it could be known on a day: without what is dated later."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from neoher.record.case import Case
from neoher.record.treatment import Treatment

__all__ = ["known_on"]

E = TypeVar("E")


def known_on(case: Case, today: dt.date) -> tuple[Case, tuple[str, ...]]:
    """The case without entries that are dated after `today`, and the paths of what was left out.

    An entry without a date stays: nobody can tell when it was.
    """
    left_out: list[str] = []

    def kept(group: str, date_field: str = "date") -> tuple[object, ...]:
        entries = getattr(case, group)
        later = [day is not None and day > today for day in (getattr(each, date_field) for each in entries)]
        left_out.extend(f"{group}[{position}]" for position, is_later in enumerate(later) if is_later)
        return tuple(each for each, is_later in zip(entries, later, strict=True) if not is_later)

    changed: dict[str, object] = {
        group: kept(group) for group in ("specimens", "exams", "heart", "restaging", "surgery")
    }
    changed["treatment"] = tuple(
        _so_far(each, today) for each in kept("treatment", "start") if isinstance(each, Treatment)
    )
    if isinstance(case.adverse_events, tuple):
        events = kept("adverse_events")
        # An empty list would say that there were none.
        changed["adverse_events"] = events or None
    return case.model_copy(update=changed), tuple(left_out)


def _so_far(treatment: Treatment, today: dt.date) -> Treatment:
    doses = tuple(each for each in treatment.doses if each.date is None or each.date <= today)
    end = treatment.end if treatment.end is None or treatment.end <= today else None
    return treatment.model_copy(update={"doses": doses, "end": end})
