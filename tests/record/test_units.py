"""Numbers with a unit."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from neoher.record.values.units import Measured

MM = Measured("mm", above=0, at_most=500)
MBQ = Measured("MBq", above=0, at_most=20_000)
PERCENT = Measured("%", at_least=0, at_most=100)


@pytest.mark.parametrize(
    ("measured", "stated", "expected"),
    [
        (MM, 38, 38.0),
        (MM, "38 mm", 38.0),
        (MM, "3.8 cm", 38.0),
        (MM, "3.8cm", 38.0),
        (MBQ, "2 mCi", 74.0),  # 1 Ci = 3.7e10 Bq exactly (SI brochure)
        (MBQ, "0.0738 GBq", 73.8),
        (PERCENT, "60 %", 60.0),
        (Measured("mg", above=0), "0.84 g", 840.0),
        (Measured("m", above=0), "165 cm", 1.65),
    ],
)
def test_a_number_is_in_the_named_unit_or_is_converted_to_it(
    measured: Measured, stated: object, expected: float
) -> None:
    assert measured.number(stated) == expected


@pytest.mark.parametrize(
    "stated",
    [
        "38",
        "38 kg",
        "38 inch",
        "3,8 cm",
        "about 38",
        "38 mm 2",
        "",
        "-3 mm",
        "1e3 mm",
        "٣٨ mm",
        True,
        None,
        [38],
    ],
)
def test_a_text_without_a_fitting_unit_is_refused(stated: object) -> None:
    with pytest.raises(PydanticCustomError):
        MM.number(stated)


@pytest.mark.parametrize("stated", [0, -1, 501, math.nan, math.inf, -math.inf, 10**400, "51 cm", "0 mm"])
def test_a_length_that_cannot_be_is_refused(stated: object) -> None:
    with pytest.raises(PydanticCustomError):
        MM.number(stated)


@pytest.mark.parametrize("stated", [110, "110 %", -0.1])
def test_a_share_beyond_100_percent_is_refused(stated: object) -> None:
    with pytest.raises(PydanticCustomError):
        PERCENT.number(stated)


def test_a_quoted_number_says_that_a_unit_is_never_guessed() -> None:
    with pytest.raises(PydanticCustomError, match="has no unit; a unit is never guessed"):
        MM.number("38")


@given(tenths=st.integers(min_value=1, max_value=5000))
def test_millimetres_and_centimetres_of_one_length_agree(tenths: int) -> None:
    millimetres = Decimal(tenths) / 10
    assert MM.number(f"{millimetres / 10} cm") == MM.number(f"{millimetres} mm") == float(millimetres)


@given(
    value=st.floats(min_value=0.001, max_value=500), unit=st.sampled_from(["kg", "MBq", "%", "T", "g", "s"])
)
def test_no_unit_of_another_dimension_passes_for_a_length(value: float, unit: str) -> None:
    with pytest.raises(PydanticCustomError):
        MM.number(f"{value:f} {unit}")
