"""Change over the visits from a table: from the first visit, with its limit, beyond or within noise."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.response.change_table import ChangeInputs, changes

START = dt.date(2025, 2, 8)


def row(
    visit: int, value: float | None, quantity: str = "ADC mean", unit: str = "1e-6 mm2/s", **more: Any
) -> dict[str, Any]:
    when = {"visit": f"T{visit}", "date": START + dt.timedelta(weeks=3 * visit)}
    return {"lesion": "L1", "quantity": quantity, "unit": unit, **when, "value": value, **more}


def assess(rows: list[dict[str, Any]]) -> Conclusion[Any]:
    return changes(ChangeInputs.model_validate({"rows": rows}))


def test_a_change_counts_from_the_first_visit_by_date() -> None:
    told = assess([row(2, 1500), row(0, 1000), row(1, 1100)]).value
    assert [(each.visit, each.change, each.percent, each.limit, each.beyond_noise) for each in told] == [
        ("T1", 100, 10, 13.3, False),
        ("T2", 500, 50, 13.3, True),
    ]
    assert {each.since for each in told} == {"T0"}
    assert told[0].sources == ("PMID:30350329",)


def test_the_limit_is_that_of_the_direction() -> None:
    told = assess([row(0, 10, "FDG SUVmax", "g/mL"), row(1, 7, "FDG SUVmax", "g/mL")]).value
    assert (told[0].limit, told[0].beyond_noise) == (28, True)
    told = assess([row(0, 10, "FDG SUVmax", "g/mL"), row(1, 13.9, "FDG SUVmax", "g/mL")]).value
    assert (told[0].limit, told[0].beyond_noise) == (39, False)


@pytest.mark.parametrize(
    ("quantity", "unit", "published"),
    [("FTV", "cc", "published"), ("longest diameter", "mm", "published"), ("HER2 PET SUVmax", "1", "tracer")],
)
def test_without_a_published_limit_it_says_so(quantity: str, unit: str, published: str) -> None:
    (told,) = assess([row(0, 10, quantity, unit), row(1, 1, quantity, unit)]).value
    assert (told.percent, told.limit, told.beyond_noise) == (-90, None, None)
    assert published in told.limit_in_words


def test_an_uptake_without_a_tracer_has_no_limit_until_it_is_stated() -> None:
    rows = [row(0, 10, "SUVmax", "g/mL"), row(1, 5, "SUVmax", "g/mL")]
    told = assess(rows)
    assert (told.value[0].beyond_noise, told.missing) == (None, ("tracer of L1, SUVmax",))
    assert [each.code for each in told.warnings] == ["tracer-not-stated"]
    (stated,) = assess([{**each, "tracer": "18F-FDG"} for each in rows]).value
    assert stated.beyond_noise is True


def test_a_first_value_that_is_not_known_is_not_replaced_by_a_later_one() -> None:
    told = assess([row(0, None), row(1, 1000), row(2, 2000)])
    assert [(each.change, each.beyond_noise, each.since) for each in told.value] == [
        (None, None, "T0"),
        (None, None, "T0"),
    ]
    assert told.missing == ("ADC mean of L1 at T0",)
    assert "13.3" in told.value[0].limit_in_words


def test_a_later_value_that_is_not_known_is_no_change() -> None:
    told = assess([row(0, 1000), row(1, None), row(2, 2000)])
    assert [each.change for each in told.value] == [None, 1000]
    assert told.missing == ("ADC mean of L1 at T1",)


def test_growth_from_nothing_has_no_percentage_and_no_verdict() -> None:
    (told,) = assess([row(0, 0), row(1, 500)]).value
    assert (told.change, told.percent, told.limit, told.beyond_noise) == (500, None, None, None)


def test_lesions_and_quantities_are_apart_and_units_of_a_kind_are_converted() -> None:
    rows = [
        *(row(0, 3.8, "LD", "cm"), row(1, 19, "LD", "mm")),
        *(row(0, 1.0, "ADC", "1e-3 mm2/s", lesion="L2"), row(1, 1200, "ADC", "×10⁻⁶ mm²/s", lesion="L2")),
        *(row(0, 4, "FTV", "cc"), row(1, 3000, "FTV", "mm3")),
    ]
    told = {(each.lesion, each.quantity): each for each in assess(rows).value}
    assert told["L1", "LD"].change == pytest.approx(-1.9)
    assert (told["L1", "LD"].percent, told["L1", "LD"].unit) == (-50, "cm")
    assert (told["L2", "ADC"].percent, told["L2", "ADC"].beyond_noise) == (20, True)
    assert told["L1", "FTV"].percent == -25


REFUSED = {
    "two rows at a visit": ([row(0, 1), row(0, 2)], "two rows"),
    "two visits of one date": ([row(0, 1), {**row(1, 2), "date": START}], "same date"),
    "a diameter in cc": ([row(0, 1, "LD", "cc"), row(1, 2, "LD", "cc")], "no unit of this quantity"),
    "a volume in g/mL": ([row(0, 1, "FTV", "cc"), row(1, 2, "FTV", "g/mL")], "no unit of this quantity"),
    "an unknown quantity of two kinds": ([row(0, 1, "extent", "mm"), row(1, 2, "extent", "cc")], "changes"),
    "two tracers": (
        [
            row(0, 1, "SUVmax", "g/mL", tracer="18F-FDG"),
            row(1, 2, "SUVmax", "g/mL", tracer="89Zr-pertuzumab"),
        ],
        "tracer changes",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compared_is_refused(name: str) -> None:
    rows, message = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        assess(rows)
    assert message in str(refusal.value)
    assert refusal.value.remedy


def test_one_visit_alone_has_no_change() -> None:
    assert assess([row(0, 1000)]).missing == ("a second visit of a quantity",)
    assert assess([]).missing == ("rows",)


VALUES = st.lists(st.one_of(st.none(), st.integers(1, 5000)), min_size=2, max_size=5)


@given(VALUES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(values: list[int | None], shuffler: random.Random) -> None:
    rows = [row(visit, value) for visit, value in enumerate(values)]
    mixed = list(rows)
    shuffler.shuffle(mixed)
    assert assess(mixed) == assess(rows)


@given(VALUES)
def test_the_verdict_agrees_with_whole_numbers(values: list[int | None]) -> None:
    told = assess([row(visit, value) for visit, value in enumerate(values)]).value
    first = values[0]
    expected = [
        None if first is None or value is None else 1000 * abs(value - first) > 133 * first
        for value in values[1:]
    ]
    assert [each.beyond_noise for each in told] == expected
