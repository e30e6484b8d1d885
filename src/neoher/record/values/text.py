"""Short texts, identifiers and categories as people type them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from neoher.record.values.refusal import refuse

__all__ = [
    "FreeText",
    "Identifier",
    "PatientIdentifier",
    "Text",
    "WholeNumber",
    "WholeNumbersToo",
    "YesNo",
]


class WholeNumbersToo:
    """Annotation of a text or a category that a person may write as a bare whole number.

    YAML reads `T: 2` as a number; here it means the category "2". Fractions and true/false stay refused.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Turn a whole number into its digits before the text is validated."""
        return core_schema.no_info_before_validator_function(_digits, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The categories, each of digits also as a number; for a free text any whole number."""
        inner = handler(schema)
        if "enum" in inner:
            twins = [int(word) for word in inner["enum"] if word.isdigit()]
            return {"enum": [*inner["enum"], *twins]}
        return {"anyOf": [inner, {"type": "integer", "minimum": 0}]}


def _digits(stated: object) -> object:
    if isinstance(stated, bool):
        return stated
    if isinstance(stated, int) and 0 <= stated < 10**18:
        return str(stated)
    if isinstance(stated, float):
        raise refuse(f"{stated} is a number, a text is expected.", f"Put it in quotes: '{stated}'.")
    return stated


def _whole(stated: object) -> object:
    if isinstance(stated, bool | float):
        raise refuse("a whole number is expected here.", "Write it in digits.")
    return stated


WholeNumber = BeforeValidator(_whole)
"""Annotation of a closed list of whole numbers: without it, `true` would pass for 1 and 3.0 for 3."""

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_PRINTABLE)
]
"""One line."""
FreeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000)]
"""As written in a report, any length that a report has."""
Identifier = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64), WholeNumbersToo()
]
"""Name of an entry inside this record: letters, digits, dot, hyphen, underscore."""
PatientIdentifier = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=_PRINTABLE),
    WholeNumbersToo(),
]
YesNo = Literal["yes", "no"]
