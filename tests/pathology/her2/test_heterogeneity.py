"""Expected answers: the definition of Filho 2021 (doi 10.1158/2159-8290.CD-20-1557), its limits outside."""

from __future__ import annotations

from typing import Any

import pytest

from neoher.errors import InputError
from neoher.pathology.her2.heterogeneity import AreaRow, Heterogeneity, HeterogeneityInputs, heterogeneity
from neoher.record.conclusion import Conclusion

WHOLE = {"area": "A1", "site": "biopsy 1", "cells": 50, "amplified_percent": 90, "fish": "positive"}


def concluded(*rows: dict[str, Any]) -> Conclusion[Heterogeneity]:
    return heterogeneity(HeterogeneityInputs(rows=tuple(AreaRow.model_validate(row) for row in rows)))


def other(**stated: Any) -> dict[str, Any]:
    return {"area": "A2", "site": "biopsy 2", "cells": 50, "fish": "positive"} | stated


@pytest.mark.parametrize(
    ("area", "heterogeneous"),
    [
        (other(amplified_percent=5), False),
        (other(amplified_percent=5.1), True),
        (other(amplified_percent=49.9), True),
        (other(amplified_percent=50), False),
        (other(amplified_percent=90), False),
        (other(amplified_percent=2, fish="negative"), True),
        (other(fish="negative"), True),
        (other(amplified_percent=20, fish=None), True),
    ],
)
def test_a_second_area_at_and_beside_the_limits(area: dict[str, Any], heterogeneous: bool) -> None:
    value = concluded(WHOLE, area).value
    assert value is not None
    assert value.heterogeneous is heterogeneous
    assert value.areas == (("A2",) if heterogeneous else ())


def test_one_site_is_not_assessable_and_never_homogeneous() -> None:
    conclusion = concluded(WHOLE, WHOLE | {"area": "A2"})
    assert conclusion.value is None
    assert conclusion.missing == ("areas from a second site",)


@pytest.mark.parametrize("absent", ["cells", "amplified_percent", "fish"])
def test_an_area_without_its_facts_leaves_the_answer_open(absent: str) -> None:
    area = other(amplified_percent=90)
    del area[absent]
    conclusion = concluded(WHOLE, area)
    assert conclusion.value is None
    assert conclusion.missing == (f"A2.{absent}",)


def test_a_share_without_cells_counted_decides_nothing() -> None:
    conclusion = concluded(WHOLE, other(amplified_percent=20, cells=None))
    assert conclusion.value is None
    assert "A2.cells" in conclusion.missing


def test_a_tumour_without_an_amplified_area_is_not_judged() -> None:
    negative = {"cells": 50, "amplified_percent": 1, "fish": "negative"}
    conclusion = concluded(WHOLE | negative, other(**negative))
    assert conclusion.value is None
    assert [each.code for each in conclusion.warnings] == ["definition-not-applicable"]


def test_a_verdict_against_its_cells_is_refused() -> None:
    with pytest.raises(InputError, match="FISH-negative, yet 60 %"):
        concluded(WHOLE, other(amplified_percent=60, fish="negative"))


def test_the_trial_stands_beside_a_heterogeneous_tumour() -> None:
    (said,) = concluded(WHOLE, other(amplified_percent=20)).warnings
    assert "16 of 157" in said.message


def test_half_of_the_cells_amplified_and_a_negative_verdict_exclude_each_other() -> None:
    with pytest.raises(InputError, match="yet 50 %"):
        concluded(WHOLE, other(amplified_percent=50, fish="negative"))
