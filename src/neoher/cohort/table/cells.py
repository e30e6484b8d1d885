"""Text cells to typed values, and the cells that cannot be what their column takes.

Every distinct text is looked at once, so a million rows cost as many looks as they hold distinct texts.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from neoher.cohort.table.tidy import case_of
from neoher.cohort.table.units import unit_named, with_unit

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "CellProblem",
    "Codes",
    "NumberReader",
    "Reader",
    "as_date",
    "date_form_of",
    "looks_like_date",
    "marks_among",
    "plain_number",
    "plain_numbers",
    "translate",
]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NOT_OF_NUMBERS = re.compile(r"[^0-9+\-.eE\n]")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_DATES = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./]\d{1,2}[./]\d{1,2}"
    r"|\d{1,2}[-. ](?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\.?"
    r"(?:[-. ]\d{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-. ]\d{1,4}",
    re.IGNORECASE,
)


DATE_FORMS = ("", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d")
"""Forms that a column of dates may have without a mapping; a dot stands between day, month and year."""
FIRST_YEAR, LAST_YEAR = 1800, 2200


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Cells of one column with one text that cannot be what the column takes."""

    column: str
    rows: tuple[int, ...]
    text: str
    what: str
    remedy: str = ""


Reader = Callable[[str], "tuple[Any, str, str]"]
"""Of a distinct text: its value, or None with what is wrong and the remedy."""


def translate(
    column: pd.Series, name: str, read: Reader, missing: Sequence[str], dtype: str
) -> tuple[pd.Series, list[CellProblem]]:
    """A text column read into `dtype`, each distinct text once; empty cells and marks become missing."""
    import numpy as np
    import pandas as pd

    found = pd.Categorical(column)
    texts = [str(text) for text in found.categories]
    marked = marks_among(texts, missing)
    codes = np.asarray(found.codes, dtype=np.int64)
    if marked:
        codes[np.isin(codes, list(marked))] = -1
    problems: list[CellProblem] = []
    values: Any = read.together(texts) if isinstance(read, NumberReader) and not marked else None
    if values is None:
        values = [None] * len(texts)
        for place, text in enumerate(texts):
            if place in marked:
                continue
            values[place], what, remedy = read(text)
            if what:
                rows = tuple(int(row) for row in column.index[codes == place])
                if rows:
                    problems.append(CellProblem(name, rows, text, what, remedy))
    distinct = pd.array(values, dtype=dtype)  # type: ignore[call-overload]
    return pd.Series(distinct.take(codes, allow_fill=True), column.index, name=name), problems


def marks_among(texts: Sequence[str], missing: Sequence[str]) -> set[int]:
    """The places of the texts that are marks of a missing cell."""
    marks = {case_of(mark) for mark in missing}
    # Most texts begin unlike any mark: a look at one letter spares the rest.
    first = {mark[:1] for mark in marks} | {mark[:1].upper() for mark in marks}
    return {place for place, text in enumerate(texts) if text[:1] in first and case_of(text) in marks}


def plain_numbers(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """All texts as finite numbers at once; None where one of them needs a closer look."""
    import numpy as np

    if not texts or _NOT_OF_NUMBERS.search("\n".join(texts)):
        return None
    try:
        values = np.array(texts, dtype=np.float64)
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def plain_number(text: str, *, decimal_comma: bool = False) -> float | None:
    """The finite number that a text is, with nothing around it; None where it is none."""
    if decimal_comma and _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def looks_like_date(text: str) -> bool:
    """Whether a text is written as a date."""
    return _DATES.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Numbers in one unit: a cell with the same unit behind its number is taken, with another it is not."""

    unit: str
    decimal_comma: bool = False
    possible: tuple[float | None, float | None] = (None, None)

    def together(self, texts: Sequence[str]) -> NDArray[np.float64] | None:
        """The values of all texts where each is a plain, possible number; else None."""
        values = plain_numbers(texts)
        low, high = self.possible
        if values is None or (low is not None and values.min() < low):
            return None
        return None if high is not None and values.max() > high else values

    def __call__(self, text: str) -> tuple[float | None, str, str]:
        """The value of one text, or what is wrong with it and the remedy."""
        value = plain_number(text, decimal_comma=self.decimal_comma)
        if value is None:
            measured = with_unit(text)
            if measured is not None and unit_named(self.unit) == measured[1]:
                value = plain_number(measured[0], decimal_comma=self.decimal_comma)
            if value is None:
                return None, *_no_number(text, self.unit, measured)
        low, high = self.possible
        if low is not None and value < low:
            what = "is negative" if value < 0 and low == 0 else f"is below {low:g}, the least possible"
            return None, what, "Correct it, or mark it as missing."
        if high is not None and value > high:
            return None, f"is above {high:g}, the most possible", "Correct it, or mark it as missing."
        return value, "", ""


def _no_number(text: str, unit: str, measured: tuple[str, str] | None) -> tuple[str, str]:
    if measured is not None:
        stated = f"a column in {unit}" if unit else "a column whose other cells state no such unit"
        return (
            f"is in {measured[1]}, in {stated}: mixed units",
            "Convert the cells to one unit; name it in the mapping (unit:) or in the column's name.",
        )
    if looks_like_date(text):
        return (
            "is a date in a column of numbers",
            "Spreadsheets turn entries such as 3-1 into dates: type the number again.",
        )
    if _DECIMAL_COMMA.fullmatch(text):
        return "has a decimal comma", "Write 3.4, or state `decimal: ','` in the mapping."
    return "is no number", "Correct it, or list it under `missing` in the mapping."


def date_form_of(texts: Sequence[str]) -> str | None:
    """The one form that all dates of a column have: '' for ISO 8601, else a strptime form.

    None where none fits, or days and months cannot be told apart (all of them are 12 or below).
    """
    fitting = [form for form in DATE_FORMS if not any(as_date(form)(text)[1] for text in texts)]
    return fitting[0] if len(fitting) == 1 else None


def as_date(form: str = "") -> Reader:
    """A reader of dates: ISO 8601, or the strptime form that the mapping states."""

    def read(text: str) -> tuple[dt.datetime | None, str, str]:
        try:
            if form:
                day = dt.datetime.strptime(text, form)
            else:
                day = dt.datetime.combine(dt.date.fromisoformat(text[:10]), dt.time())
        except ValueError:
            expected = form or "year-month-day (ISO 8601)"
            return None, f"is no date of the form {expected}", "State `date_form:` in the mapping."
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            return None, f"is a day of the year {day.year}", "Correct it, or mark it as missing."
        return day, "", ""

    return read


@dataclass(frozen=True, slots=True)
class Codes:
    """What each code of a column stands for; a code that stands for nothing is missing by statement."""

    values: dict[str, Any]

    def reader(self) -> Reader:
        """A reader of these codes; 1, 1.0 and 01 are one code."""
        by_text = {case_of(code): value for code, value in self.values.items()}
        by_number = {
            number: value for code, value in self.values.items() if (number := plain_number(code)) is not None
        }
        listed = ", ".join(self.values)

        def read(text: str) -> tuple[Any, str, str]:
            if case_of(text) in by_text:
                return by_text[case_of(text)], "", ""
            number = plain_number(text)
            if number is not None and number in by_number:
                return by_number[number], "", ""
            what = "is a date where a code is needed" if looks_like_date(text) else "is not one of the codes"
            return None, what, f"The codes are {listed}."

        return read
