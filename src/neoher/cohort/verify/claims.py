"""Claims: one printed statistic a row, with the counts it should follow from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.errors import InputError
from neoher.record.rows import Column, Row

__all__ = ["Claim", "Printed", "Statistic", "printed_number"]

_PRINTED = re.compile(
    r"(?:[pP](?:[- ]?value)?)?\s*(?P<sign>[<>≤≥=])?\s*"
    r"(?P<number>[-+−]?\d*[.·,]?\d+)\s*(?P<percent>%)?"
)


class Statistic(StrEnum):
    """What is printed."""

    PERCENT = "percent"
    P = "p"
    INTERVAL = "interval"
    RATIO = "ratio"
    """A ratio with its interval (and p), such as a hazard ratio: held against itself."""
    RANK_P = "rank-p"
    """A p value of a comparison of two samples by ranks of which only the sizes are known."""
    SUM = "sum"


class Of(StrEnum):
    """What an interval is of."""

    RATE = "rate"
    DIFFERENCE = "difference"
    RISK_RATIO = "risk-ratio"
    ODDS_RATIO = "odds-ratio"


Count = Annotated[int | None, Field(ge=0), Column(may_be_left_out=True)]
PrintedText = Annotated[str | None, Column(may_be_left_out=True, takes="a number as printed")]


class Claim(Row):
    """A printed statistic and what it should follow from; an empty cell is not known."""

    claim: str
    """Name of the claim."""
    statistic: Statistic
    printed: PrintedText = None
    """The value as printed, with its decimals: 16.24 %, p < 0.001, .287."""
    low: PrintedText = None
    """Lower limit as printed."""
    high: PrintedText = None
    """Upper limit as printed."""
    events_1: Count = None
    """Outcomes in the first group (or the only one)."""
    n_1: Count = None
    """All in the first group."""
    events_2: Count = None
    """Outcomes in the second group."""
    n_2: Count = None
    """All in the second group."""
    of: Annotated[Of | None, Column(may_be_left_out=True)] = None
    """What an interval is of; left out, the rate."""
    p: PrintedText = None
    """Of a ratio: the p value printed beside it."""
    parts: Annotated[str | None, Column(may_be_left_out=True, takes="numbers with spaces between")] = None
    """Of a sum: its parts as printed."""
    level_percent: Annotated[float | None, Field(gt=50, lt=100), Column("%", may_be_left_out=True)] = None
    """Confidence level; left out, 95."""
    source: Annotated[str | None, Column(may_be_left_out=True)] = None
    """Where it is printed."""

    @property
    def level(self) -> float:
        """Confidence level as a share."""
        return (self.level_percent or 95) / 100

    @property
    def label(self) -> str:
        """The line and name for a message."""
        return f"line {self.line}, {self.claim}" if self.line else self.claim


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it is printed: its value, its decimals, a sign of inequality and a percent sign."""

    value: Decimal
    decimals: int
    sign: str = "="
    percent: bool = False

    @property
    def unit(self) -> Decimal:
        """One in the last printed decimal."""
        return Decimal(1).scaleb(-self.decimals)

    @property
    def low(self) -> float:
        """The smallest number that rounds to it."""
        return float(self.value - self.unit / 2)

    @property
    def high(self) -> float:
        """The largest number that rounds to it (half up: just not)."""
        return float(self.value + self.unit / 2)

    def __str__(self) -> str:
        sign = "" if self.sign == "=" else f"{self.sign} "
        return f"{sign}{self.value:.{self.decimals}f}{' %' if self.percent else ''}"


def printed_number(text: str, where: str) -> Printed:
    """A number as printed, its decimals kept: '16.24 %', 'p<0.001', '.287', 'P = 0.01', '12'.

    Raises: InputError where the text is no number.
    """
    found = _PRINTED.fullmatch(text.strip())
    if found is None:
        raise InputError(
            f"{text!r} is no printed number.", where, "It takes such as 16.24 %, p < 0.001, .287."
        )
    number = found["number"].replace("·", ".").replace(",", ".").replace("−", "-")
    _, _, decimals = number.partition(".")
    sign = {"≤": "<", "≥": ">", None: "="}.get(found["sign"], found["sign"])
    return Printed(Decimal(number), len(decimals), sign, found["percent"] is not None)
