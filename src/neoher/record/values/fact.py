"""Fact: the base of every entry of case.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from neoher.record.conclusion import Frozen
from neoher.record.values.text import Text

__all__ = ["NONE_OR_ENTRIES", "Fact", "NoneStated", "OneOrMore", "without_empty_fields"]

F = TypeVar("F")


def without_empty_fields(model: type[BaseModel], stated: Any) -> Any:
    """What was stated, less the known fields without a value (`findings:` and nothing behind it)."""
    if not isinstance(stated, dict):
        return stated
    return {
        name: value for name, value in stated.items() if value is not None or name not in model.model_fields
    }


class Fact(Frozen):
    """Something people stated. A field that is left out is not known: never zero, negative or normal."""

    source: Text | None = None
    """Where this entry comes from: the report, letter or person, with its date."""

    @model_validator(mode="before")
    @classmethod
    def _a_field_without_a_value_is_left_out(cls, stated: Any) -> Any:
        return without_empty_fields(cls, stated)

    def stated_fields(self) -> Iterator[tuple[str, Any]]:
        """Names and values of the fields that were stated, in the order of the model."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is not None and value != ():
                yield name, value


class _ALoneEntryIsAList:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_as_list, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        inner = handler(schema)
        return {"anyOf": [inner["items"], inner]}


def _as_list(stated: object) -> object:
    return stated if isinstance(stated, list | tuple) else (stated,)


OneOrMore = Annotated[tuple[F, ...], _ALoneEntryIsAList()]
"""A list of entries; a lone entry may be written without the list."""


def _none_or_entries(stated: Any) -> str:
    return "entries" if isinstance(stated, list | tuple) else "none"


NoneStated = Annotated[Literal["none"], Tag("none")]
"""It is stated that there is none; its partner is a list tagged "entries"."""
NONE_OR_ENTRIES = Discriminator(_none_or_entries)
