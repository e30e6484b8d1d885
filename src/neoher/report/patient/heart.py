"""Heart checks: what was measured, and when the next one is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.report.numbers import NOT_KNOWN, long_date, short_date, with_unit
from neoher.report.section import Section, Table, TableCell
from neoher.report.sections.advice import advice_of

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["heart_section", "next_heart_check"]

_METHODS = {"echo": "ultrasound of the heart", "MUGA": "heart scan (MUGA)", "CMR": "MRI of the heart"}
_DUE = ("lvef-next", "lvef-overdue")


def heart_section(findings: Findings) -> Section:
    """Every measurement and the next due day; where none is recorded, that is said."""
    measured = sorted(findings.case.heart, key=lambda each: each.date or dt.date.max)
    table = Table(
        caption="Heart checks on record",
        header=("Day", "How", "Heart value"),
        rows=tuple(
            (
                TableCell(short_date(each.date)),
                TableCell(
                    _METHODS.get(str(each.method), "") if each.method else NOT_KNOWN, known=bool(each.method)
                ),
                TableCell(with_unit(each.lvef_percent, "%"))
                if each.lvef_percent is not None
                else TableCell(NOT_KNOWN, known=False),
            )
            for each in measured
        ),
    )
    return Section(
        id="heart",
        title="Your heart checks",
        introduction=(
            "Medicines against HER2 can make the heart weaker. This is why the heart is checked. The heart "
            "value says how much of its blood the heart pumps out with each beat.",
            *_told(findings, measured=bool(measured)),
        ),
        tables=(table,) if measured else (),
    )


def next_heart_check(findings: Findings) -> tuple[dt.date, bool] | None:
    """The earliest due day of the drugs that are given, and whether it is past; None where none is due."""
    advice, _ = advice_of(findings)
    due = [
        dt.date.fromisoformat(str(each.numbers["next_echo"]))
        for each in advice.alerts
        if each.code in _DUE and each.numbers.get("next_echo")
    ]
    return (min(due), min(due) < findings.today) if due else None


def _told(findings: Findings, *, measured: bool) -> Iterator[str]:
    if not measured:
        yield "No heart check is recorded. Ask your team whether one was done."
    due = next_heart_check(findings)
    if due is None:
        yield "No day for the next check follows from the record. Ask your team when it is due."
        return
    date, past = due
    if past:
        yield f"The next check was due on {long_date(date)}. It may be late. Ask your team for a day."
    else:
        yield f"The next check is due on {long_date(date)}."
