"""Numbers with a unit: the unit stands in the field's name, and is never guessed.

A plain number is in the unit of the field's name. A text must carry a unit of the same dimension and is
converted ('3.8 cm' in a field `longest_mm` gives 38). Anything else is refused.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from neoher.record.conclusion import Frozen
from neoher.record.values.refusal import refuse
from neoher.record.values.text import Text

__all__ = [
    "CubicCentimetres",
    "Kilograms",
    "Measured",
    "Megabecquerels",
    "Metres",
    "Milligrams",
    "Millimetres",
    "MillimetresOrNone",
    "Percent",
    "PlainNumber",
    "Position",
    "StatedQuantity",
    "Tesla",
]

# Factors are exact by definition: SI prefixes; 1 Ci = 3.7e10 Bq (SI brochure, 8th ed., table 8).
FACTORS: dict[str, dict[str, Decimal]] = {
    "mm": {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000)},
    "m": {"m": Decimal(1), "cm": Decimal("0.01"), "mm": Decimal("0.001")},
    "cm": {"cm": Decimal(1), "m": Decimal(100), "mm": Decimal("0.1")},
    "cc": {"cc": Decimal(1), "mL": Decimal(1), "ml": Decimal(1), "cm3": Decimal(1), "mm3": Decimal("0.001")},
    "%": {"%": Decimal(1)},
    "mg": {"mg": Decimal(1), "g": Decimal(1000)},
    "kg": {"kg": Decimal(1), "g": Decimal("0.001")},
    "MBq": {"MBq": Decimal(1), "GBq": Decimal(1000), "kBq": Decimal("0.001"), "mCi": Decimal(37)},
    "T": {"T": Decimal(1)},
    "d": {"d": Decimal(1)},
    "": {},
}
_NUMBER_AND_UNIT = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.,].*?)?\s*$", re.ASCII)
_LONGEST_TEXT = 40


@dataclass(frozen=True, slots=True)
class Measured:
    """Annotation of a float field: its unit and the range in which it can be true.

    `unit`: a key of FACTORS; '' for a number without dimension (a ratio, signals per cell).
    `above` excludes its limit, `at_least` and `at_most` include theirs.
    """

    unit: str
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def number(self, stated: object) -> float:
        """The number in the field's unit.

        Raises: a refusal for a foreign unit, a text without a unit, a value out of range.
        """
        value = self._read(stated)
        if not math.isfinite(value):
            raise refuse(
                f"{value} is not a number that can be used.", "Leave the field out when it is not known."
            )
        low = (self.above is not None and value <= self.above) or (
            self.at_least is not None and value < self.at_least
        )
        if low or (self.at_most is not None and value > self.at_most):
            raise refuse(f"{value:g} lies outside what is possible here: {self.range_in_words()}.")
        return value

    def _read(self, stated: object) -> float:
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            # an integer of a thousand digits has no float; it is out of any range here
            return float(stated) if abs(stated) < 1e300 else math.inf
        if not isinstance(stated, str):
            raise refuse("this is not a number.", f"Write a number{self._in_unit()}.")
        match = _NUMBER_AND_UNIT.match(stated) if len(stated) <= _LONGEST_TEXT else None
        if match is None:
            raise refuse(f"'{stated[:_LONGEST_TEXT]}' is not a number.", f"Write a number{self._in_unit()}.")
        digits, unit = match.groups()
        if unit is None:
            named = f", or name the unit: '{digits} {self.unit}'" if self.unit else ""
            raise refuse(
                f"the text '{digits}' has no unit; a unit is never guessed.",
                f"Write {digits} without quotes{named}.",
            )
        factor = FACTORS[self.unit].get(unit)
        if factor is None:
            raise refuse(f"the unit '{unit}' does not fit this field.", f"Write a number{self._in_unit()}.")
        return float(Decimal(digits) * factor)

    def _in_unit(self) -> str:
        others = [unit for unit in FACTORS[self.unit] if unit != self.unit]
        if not self.unit:
            return " without a unit"
        return f" in {self.unit}" + (f", or with one of the units {', '.join(others)}" if others else "")

    def range_in_words(self) -> str:
        """The allowed range with its unit, for a message."""
        unit = f" {self.unit}" if self.unit else ""
        parts = [
            f"above {self.above:g}{unit}" if self.above is not None else "",
            f"{self.at_least:g}{unit} or more" if self.at_least is not None else "",
            f"at most {self.at_most:g}{unit}" if self.at_most is not None else "",
        ]
        return ", ".join(part for part in parts if part)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with `number`; the field holds a plain float."""
        return core_schema.no_info_plain_validator_function(self.number)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A number in range, or a text that carries a unit of the same dimension."""
        number: JsonSchemaValue = {"type": "number"}
        if self.above is not None:
            number["exclusiveMinimum"] = self.above
        if self.at_least is not None:
            number["minimum"] = self.at_least
        if self.at_most is not None:
            number["maximum"] = self.at_most
        if not self.unit:
            return number
        units = "|".join(re.escape(unit) for unit in FACTORS[self.unit])
        text = {"type": "string", "pattern": rf"^\s*[0-9]+(\.[0-9]+)?\s*({units})\s*$"}
        return {"anyOf": [number, text], "x-unit": self.unit}


PlainNumber = Annotated[float, Measured("", at_least=0, at_most=1e6)]
"""A number without dimension, 0 or more: a ratio, signals per cell."""
Millimetres = Annotated[float, Measured("mm", above=0, at_most=500)]
"""A length that was measured: more than 0; 'gone' is said in words, never as 0."""
MillimetresOrNone = Annotated[float, Measured("mm", at_least=0, at_most=500)]
"""A length in a specimen, where 0 is the pathologist's statement that nothing is left."""
Percent = Annotated[float, Measured("%", at_least=0, at_most=100)]
LARGEST_FRACTION = 1.0
EjectionFraction = Annotated[float, Measured("%", above=LARGEST_FRACTION, at_most=100)]
"""In %, as 62: 0.62 is a fraction, and no heart beats with 1 %."""
CubicCentimetres = Annotated[float, Measured("cc", at_least=0, at_most=10_000)]
Milligrams = Annotated[float, Measured("mg", above=0, at_most=100_000)]
Kilograms = Annotated[float, Measured("kg", above=0, at_most=500)]
Metres = Annotated[float, Measured("m", above=0, at_most=3)]
Megabecquerels = Annotated[float, Measured("MBq", above=0, at_most=20_000)]
Tesla = Annotated[float, Measured("T", above=0, at_most=20)]
Position = Annotated[float, Measured("mm", at_least=-2000, at_most=2000)]
"""A coordinate in mm."""


class StatedQuantity(Frozen):
    """A value whose unit no field name fixes: both are stated together."""

    value: float = Field(allow_inf_nan=False)
    unit: Text
    """UCUM code, such as U/L, mg/dL or 10*9/L. Without it the value is refused."""
