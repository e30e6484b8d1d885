"""Side effects, and what came after treatment, as the record states them."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.safety import AdverseEvent
from neoher.record.surgery import OutcomeEventKind
from neoher.report.patient.words import day
from neoher.report.section import Section
from neoher.report.words import capitalised

__all__ = ["event_sections"]

_AFTERWARDS = {
    OutcomeEventKind.LOCAL: "cancer came back in or near the breast",
    OutcomeEventKind.REGIONAL: "cancer came back in lymph nodes near the breast",
    OutcomeEventKind.DISTANT: "cancer was found in another part of the body",
    OutcomeEventKind.CONTRALATERAL: "cancer was found in the other breast",
    OutcomeEventKind.SECOND_PRIMARY: "another kind of cancer was found",
}


def event_sections(case: Case) -> Iterator[Section]:
    """One part for side effects, one for what came afterwards; none where nothing is stated of it."""
    if isinstance(case.adverse_events, tuple):
        items = tuple(_side_effect(each) for each in case.adverse_events)
        yield Section(id="side-effects", title="Side effects on record", items=items)
    elif case.adverse_events is not None:
        none = ("The record says that there were no side effects.",)
        yield Section(id="side-effects", title="Side effects on record", introduction=none)
    events = case.outcome.events if case.outcome else None
    if isinstance(events, tuple):
        told = tuple(
            f"The record says that {_AFTERWARDS[each.kind] if each.kind else 'something was found'}"
            f"{f', on {day(each.date)}' if each.date else ''}. Talk to your team about what this means."
            for each in events
        )
        yield Section(id="afterwards", title="After treatment", items=told)


def _side_effect(event: AdverseEvent) -> str:
    name = capitalised(event.kind) if event.kind else "A side effect that is not named"
    grade = f", grade {event.grade} of 5" if event.grade is not None else ", how severe is not recorded"
    began = f", from {day(event.date)}" if event.date else ""
    over = f", over on {day(event.resolved)}" if event.resolved else ""
    return f"{name}{grade}{began}{over}."
