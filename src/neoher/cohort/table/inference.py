"""What the columns of a table hold where no mapping says it: by name, else by the cells themselves.

A column of numbers in which some cells are dates, other units or words is not made into text: the cells are
named and refused. Only where numbers are few codes are further words taken as further codes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from neoher.cohort.table.cells import (
    CellProblem,
    Codes,
    NumberReader,
    Reader,
    as_date,
    date_form_of,
    looks_like_date,
    marks_among,
    plain_number,
    plain_numbers,
    translate,
)
from neoher.cohort.table.known import Known, known_column
from neoher.cohort.table.level_order import level_order
from neoher.cohort.table.tidy import MOST_GROUPS, Kind, Variable, case_of
from neoher.cohort.table.units import unit_in_name, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["DTYPES", "infer_column", "is_identifier"]

IDENTIFIERS = (
    "patient",
    "patient id",
    "patientid",
    "subject",
    "subject id",
    "subjectid",
    "record id",
    "mrn",
    "id",
)
FEW_CODES = 10
DTYPES = {
    Kind.NUMBER: "Float64",
    Kind.TIME: "Float64",
    Kind.YES_NO: "boolean",
    Kind.EVENT: "Int64",
    Kind.DATE: "datetime64[ns]",
    Kind.CATEGORY: "string",
    Kind.TEXT: "string",
    Kind.IDENTIFIER: "string",
}

_HER2_CLASSES = re.compile(r"her2[\s_.-]*(class|before|after|baseline|residual|spectrum)", re.IGNORECASE)
_YES_NO = {"yes": True, "no": False, "y": True, "n": False, "true": True, "false": False}
_YES_NO_OR_CODES: dict[str, Any] = {**_YES_NO, "1": True, "0": False}
"""Answers as words, and 1 and 0 beside words: one table filled in by two hands."""
_EVENTS: dict[str, Any] = {"no": 0, "yes": 1, "false": 0, "true": 1, "censored": 0, "event": 1}
_EVENTS |= {"alive": 0, "dead": 1, "deceased": 1, "died": 1, "no event": 0}


def is_identifier(name: str) -> bool:
    """Whether a column's name says that it names the patient."""
    return re.sub(r"[\s_.-]+", " ", name).strip().casefold() in IDENTIFIERS


def infer_column(
    name: str, column: pd.Series, missing: Sequence[str], *, decimal_comma: bool = False
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    """A column with what it holds: its dictionary entry, its typed values, and the cells it cannot take."""
    if is_identifier(name):
        return _read(Variable(name, Kind.IDENTIFIER, name), column, _as_written, missing)
    every = [str(text) for text in column.astype("category").cat.categories]
    marked = marks_among(every, missing)
    texts = [text for place, text in enumerate(every) if place not in marked]
    known = known_column(name)
    if known is not None and (known.strict or _mostly_codes(known, texts)):
        return _by_name(name, column, known, texts, missing, decimal_comma=decimal_comma)
    return _by_cells(name, column, texts, missing, decimal_comma=decimal_comma)


def _mostly_codes(known: Known, texts: list[str]) -> bool:
    codes = {case_of(code) for code in known.codes or _EVENTS}
    codes |= {"0", "1"} if known.kind is Kind.EVENT else set()
    return sum(case_of(text) in codes for text in texts) * 2 > len(texts)


def _by_name(
    name: str,
    column: pd.Series,
    known: Known,
    texts: list[str],
    missing: Sequence[str],
    *,
    decimal_comma: bool,
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    variable = Variable(
        name,
        known.kind,
        name,
        unit=unit_in_name(name) if known.kind in (Kind.NUMBER, Kind.TIME) else "",
        levels=known.levels,
        definition=known.definition,
        endpoint=known.endpoint,
    )
    if known.kind is Kind.EVENT:
        return _event(name, column, known, missing)
    if known.codes is not None:
        return _read(variable, column, Codes(known.codes).reader(), missing)
    reader = NumberReader(
        _common_unit(variable.unit, texts), decimal_comma=decimal_comma, possible=known.possible
    )
    return _read(variable, column, reader, missing)


def _event(
    name: str, column: pd.Series, known: Known, missing: Sequence[str]
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    def read(text: str) -> tuple[int | None, str, str]:
        if case_of(text) in _EVENTS:
            return _EVENTS[case_of(text)], "", ""
        number = plain_number(text)
        if number is not None and number.is_integer() and 0 <= number <= 9:
            return int(number), "", ""
        what = "is a date where an event is coded" if looks_like_date(text) else "is no code of an event"
        return (
            None,
            what,
            "Events are 0 (censored), 1 (event), 2 ... (competing events), or named in a mapping.",
        )

    variable = Variable(name, Kind.EVENT, name, definition=known.definition, endpoint=known.endpoint)
    return _read(variable, column, read, missing)


def _named_answer(texts: list[str]) -> bool:
    return any(case_of(text) in _YES_NO for text in texts)


def _by_cells(
    name: str, column: pd.Series, texts: list[str], missing: Sequence[str], *, decimal_comma: bool
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    if texts and all(case_of(text) in _YES_NO_OR_CODES for text in texts) and _named_answer(texts):
        return _read(Variable(name, Kind.YES_NO, name), column, Codes(_YES_NO_OR_CODES).reader(), missing)
    together = plain_numbers(texts)
    if together is not None and len(texts) > FEW_CODES:
        variable = Variable(name, Kind.NUMBER, name, unit=unit_in_name(name))
        return _read(variable, column, NumberReader(variable.unit), missing)
    numbers = [
        value for text in texts if (value := plain_number(text, decimal_comma=decimal_comma)) is not None
    ]
    measured = [text for text in texts if with_unit(text) is not None]
    if numbers and len(numbers) == len(texts) and set(numbers) <= {0.0, 1.0}:
        if set(numbers) == {0.0} and _HER2_CLASSES.match(name):
            # Of HER2 classes 0 is one: nobody here has another.
            return _category(
                Variable(name, Kind.CATEGORY, name, levels=level_order(texts)), column, texts, missing
            )
        return _read(
            Variable(name, Kind.YES_NO, name), column, Codes({"0": False, "1": True}).reader(), missing
        )
    numeric = len(numbers) + len(measured)
    all_numbers = bool(texts) and numeric == len(texts)
    if all_numbers or (numeric * 2 > len(texts) and len(set(numbers)) > FEW_CODES):
        unit = _common_unit(
            unit_in_name(name), texts if not numbers else measured if unit_in_name(name) else []
        )
        variable = Variable(name, Kind.NUMBER, name, unit=unit)
        return _read(variable, column, NumberReader(unit, decimal_comma=decimal_comma), missing)
    if texts and all(looks_like_date(text) for text in texts):
        return _dates(name, column, texts, missing)
    if len(texts) <= MOST_GROUPS or len(texts) * 4 <= int(column.notna().sum()):
        variable = Variable(name, Kind.CATEGORY, name, levels=level_order(texts))
        return _category(variable, column, texts, missing)
    return _read(Variable(name, Kind.TEXT, name), column, _as_written, missing)


def _dates(
    name: str, column: pd.Series, texts: list[str], missing: Sequence[str]
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    """A column of dates in the one form that fits them all; refused where day and month may be either."""
    form = date_form_of(texts)
    told = f"dates written {form}" if form else ""
    variable = Variable(name, Kind.DATE, name, conversion=told)
    return _read(variable, column, as_date(form or ""), missing)


def _category(
    variable: Variable, column: pd.Series, texts: list[str], missing: Sequence[str]
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    spellings: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        spellings[case_of(text)].append(text)
    problems = []
    for written in spellings.values():
        if len(written) == 1:
            continue
        counts = {text: int((column == text).sum()) for text in written}
        usual = max(written, key=lambda text: counts[text])
        for text in written:
            if text != usual:
                rows = tuple(int(row) for row in column.index[(column == text).fillna(False)])
                what = f"differs from {usual!r} only in letters' case or spaces: two codes of one thing"
                problems.append(CellProblem(variable.name, rows, text, what, "Write one of them."))
    variable, values, _ = _read(variable, column, _as_written, missing)
    return variable, values, problems


def _common_unit(unit: str, texts: list[str]) -> str:
    """The unit of the column's name, else the one that every measured cell states."""
    if unit:
        return unit
    stated = {measured[1] for text in texts if (measured := with_unit(text)) is not None}
    return stated.pop() if len(stated) == 1 else ""


def _as_written(text: str) -> tuple[str, str, str]:
    return text, "", ""


def _read(
    variable: Variable, column: pd.Series, read: Reader, missing: Sequence[str]
) -> tuple[Variable, pd.Series, list[CellProblem]]:
    values, problems = translate(column, variable.name, read, missing, DTYPES[variable.kind])
    return variable, values, problems
