"""A declaration: what its fields take, in words, and how what they do not take is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import Field

from neoher.errors import InputError
from neoher.record.calculator import Calculator, Option, TableForm
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.values.allowed import allowed_values, choices


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class Facts(Frozen):
    side: Side | None = None
    kind: Literal["a", "b"] | None = None
    seen: bool | None = None
    size_mm: Annotated[float | None, Field(gt=0, le=100), Option("size", unit="mm", columns=("size_mm",))] = (
        None
    )
    count: Annotated[int | None, Field(ge=0)] = None
    text: str | None = None


CALCULATOR = Calculator(
    name="sum",
    summary="",
    inputs=Facts,
    output=float,
    compute=lambda facts: Conclusion[float](value=facts.size_mm),
    example="",
    table=TableForm(identifier="patient", results=("score",)),
)


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("side", "one of left, right"),
        ("kind", "one of a, b"),
        ("seen", "yes or no"),
        ("size_mm", "a number above 0 to 100 (mm)"),
        ("count", "a whole number from 0"),
        ("text", "text"),
    ],
)
def test_what_a_field_takes_is_said_in_words(name: str, takes: str) -> None:
    assert allowed_values(*CALCULATOR.options()[name]) == takes


def test_values_that_can_be_listed_are_listed() -> None:
    listed = {name: choices(field) for name, (field, _) in CALCULATOR.options().items()}
    assert listed == {
        "side": ("left", "right"),
        "kind": ("a", "b"),
        "seen": ("yes", "no"),
        "size_mm": (),
        "count": (),
        "text": (),
    }


@pytest.mark.parametrize(
    ("stated", "what"),
    [
        ({"side": "up"}, "'up' is not one of its values."),
        ({"kind": "c"}, "'c' is not one of its values."),
        ({"seen": "perhaps"}, "'perhaps' is neither yes nor no."),
        ({"size_mm": "0"}, "'0' is not above 0."),
        ({"size_mm": "101"}, "'101' is above 100."),
        ({"size_mm": "wide"}, "'wide' is not a number."),
        ({"count": "1.5"}, "'1.5' is not a whole number."),
        ({"count": "-1"}, "'-1' is below 0."),
        ({"colour": "red"}, "there is no such input."),
    ],
)
def test_a_value_that_is_not_taken_is_quoted_and_named(stated: dict[str, str], what: str) -> None:
    with pytest.raises(InputError) as refusal:
        CALCULATOR.read(stated)
    assert refusal.value.what == what
    assert refusal.value.where == next(iter(stated))


def test_every_bad_value_is_named_at_once() -> None:
    with pytest.raises(InputError) as refusal:
        CALCULATOR.read({"side": "up", "count": "x"}, label=str.upper)
    assert refusal.value.where == "2 values"
    assert "SIDE: 'up'" in refusal.value.what
    assert "COUNT takes a whole number from 0" in refusal.value.remedy


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_blank_is_not_known(blank: str | None) -> None:
    assert CALCULATOR.read({"size_mm": blank, "seen": blank}) == Facts()


def test_a_table_has_the_columns_of_the_fields_that_name_some() -> None:
    assert CALCULATOR.columns() == ("patient", "size_mm")
    assert CALCULATOR.result_columns() == ("sum_score", "missing")
