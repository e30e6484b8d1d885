"""Expected groups: the anatomic table (MSD Manual, October 2023) as rows of T over columns of N, written
apart from the code; limits of size as Radiopaedia gives them; rules after therapy (AJCC 8) unverified."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.categories import YpN, YpT
from neoher.pathology.complete_response import CALCULATOR as COMPLETE_RESPONSE
from neoher.pathology.complete_response import complete_response
from neoher.pathology.stage.calculator import CALCULATOR, stage
from neoher.pathology.stage.categories import nodes_of, size_of
from neoher.pathology.stage.facts import PathologicStage
from neoher.record.conclusion import Conclusion

COLUMNS = ["0", "0(i+)", "1mi", "1a", "2a", "3a"]
GROUPS = {  # - has no group
    "0": "-    -    IB   IIA  IIIA IIIC",
    "is": "-   0    -    -    -    IIIC",
    "1mi": "IA IA   IB   IIA  IIIA IIIC",
    "1a": "IA  IA   IB   IIA  IIIA IIIC",
    "1c": "IA  IA   IB   IIA  IIIA IIIC",
    "2": "IIA  IIA  IIB  IIB  IIIA IIIC",
    "3": "IIB  IIB  IIIA IIIA IIIA IIIC",
    "4": "IIIB IIIB IIIB IIIB IIIB IIIC",
    "4d": "IIIB IIIB IIIB IIIB IIIB IIIC",
}


def concluded(**stated: object) -> Conclusion[PathologicStage]:
    return stage(CALCULATOR.read(stated))


def staged(**stated: object) -> PathologicStage:
    value = concluded(**stated).value
    assert value is not None
    return value


def codes(**stated: object) -> set[str]:
    return {each.code for each in concluded(**stated).warnings}


# Categories from sizes and counts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "category"),
    [
        (0.1, "1mi"), (1, "1mi"), (1.1, "1a"), (5, "1a"), (5.1, "1b"), (10, "1b"), (10.1, "1c"), (20, "1c"),
        (20.1, "2"), (50, "2"), (50.1, "3"), (120, "3"),
    ],
)  # fmt: skip
def test_the_limits_of_size(size: float, category: str) -> None:
    assert staged(invasive_mm=size, wall_or_skin="none").ypT == category


@pytest.mark.parametrize(("in_situ", "category"), [(True, "is"), (False, "0")])
def test_without_invasive_cancer_in_situ_cancer_decides(in_situ: bool, category: str) -> None:
    assert staged(invasive_mm=0, in_situ=in_situ).ypT == category


@pytest.mark.parametrize("involved", ["chest-wall", "skin", "inflammatory"])
def test_chest_wall_and_skin_are_four_whatever_the_size(involved: str) -> None:
    assert staged(invasive_mm=3, wall_or_skin=involved).ypT == "4"
    assert staged(wall_or_skin=involved).ypT == "4"


@pytest.mark.parametrize(
    ("nodes", "largest", "category"),
    [
        (0, 0, "0"), (None, 0, "0"), (0, 0.2, "0(i+)"), (1, 0.2, "0(i+)"), (1, 0.21, "1mi"), (3, 2, "1mi"),
        (1, 2.1, "1a"), (3, 9, "1a"), (4, 2.1, "2a"), (9, 9, "2a"), (10, 2.1, "3a"), (25, 30, "3a"),
    ],
)  # fmt: skip
def test_the_limits_of_nodes(nodes: int | None, largest: float, category: str) -> None:
    assert staged(nodes_positive=nodes, largest_met_mm=largest, other_nodes=False).ypN == category


def test_four_nodes_with_micrometastases_alone_are_asked() -> None:
    conclusion = concluded(nodes_positive=4, largest_met_mm=1.5)
    assert conclusion.value is None
    assert "ypn" in conclusion.missing
    assert "micrometastases-in-four-or-more" in {each.code for each in conclusion.warnings}


def test_nodes_beside_the_axilla_are_not_derived() -> None:
    conclusion = concluded(nodes_positive=2, largest_met_mm=5, other_nodes=True)
    assert conclusion.value is None
    assert "ypn" in conclusion.missing
    assert staged(nodes_positive=2, largest_met_mm=5, other_nodes=True, ypn="3b").ypN == "3b"
    assert "conditions-not-stated" in codes(nodes_positive=2, largest_met_mm=5)


@pytest.mark.parametrize(
    ("stated", "categories", "complete"),
    [
        # from what was measured to the flags: breast and nodes; without in situ cancer; breast alone
        ({"invasive_mm": 0, "in_situ": False, "nodes_positive": 0, "largest_met_mm": 0}, "0 0", (1, 1, 1)),
        ({"invasive_mm": 0, "in_situ": True, "nodes_positive": 0, "largest_met_mm": 0}, "is 0", (1, 0, 1)),
        ({"invasive_mm": 0, "in_situ": False, "nodes_positive": 1, "largest_met_mm": 2}, "0 1mi", (0, 0, 1)),
        (
            {"invasive_mm": 0, "in_situ": False, "nodes_positive": 1, "largest_met_mm": 0.2},
            "0 0(i+)",
            (0, 0, 1),
        ),
    ],
)
def test_worked_cases_from_sizes_to_complete_response(
    stated: dict[str, object], categories: str, complete: tuple[int, ...]
) -> None:
    value = staged(**stated)
    assert f"{value.ypT} {value.ypN}" == categories
    flags = complete_response(COMPLETE_RESPONSE.read({"ypt": value.ypT, "ypn": value.ypN})).value
    assert flags is not None
    assert (flags.breast_and_nodes, flags.breast_and_nodes_without_in_situ, flags.breast) == complete


# The group ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tumour", GROUPS)
def test_the_anatomic_table(tumour: str) -> None:
    for nodes, group in zip(COLUMNS, GROUPS[tumour].split(), strict=True):
        value = staged(ypt=tumour, ypn=nodes, m="0")
        assert value.anatomic_stage == (None if group == "-" else group), (tumour, nodes)


@pytest.mark.parametrize("tumour", ["0", "is"])
def test_after_a_complete_response_there_is_no_group(tumour: str) -> None:
    for metastases in ("0", None):
        assert "no-stage-group-after-pcr" in codes(ypt=tumour, ypn="0", m=metastases)


def test_t0_n0_with_isolated_cells_has_no_group_and_is_no_complete_response() -> None:
    assert codes(ypt="0", ypn="0(i+)", m="0") == {"no-anatomic-group"}


def test_metastases_before_therapy_stay() -> None:
    for tumour in get_args(YpT):
        assert staged(ypt=tumour, ypn="0", m="1").anatomic_stage == "IV"
    assert staged(m="1").anatomic_stage == "IV"


def test_n3_is_iiic_whatever_the_tumour() -> None:
    value = staged(ypn="3a", m="0")
    assert (value.ypT, value.anatomic_stage) == (None, "IIIC")


def test_n1_without_its_part_leaves_the_group_of_a_small_tumour_open() -> None:
    conclusion = concluded(ypt="1c", ypn="1", m="0")
    assert conclusion.value is not None
    assert conclusion.value.anatomic_stage is None
    assert conclusion.missing == ("ypn",)
    assert staged(ypt="2", ypn="1", m="0").anatomic_stage == "IIB"


@pytest.mark.parametrize(("tumour", "nodes"), [("1mi", "0"), ("1a", "0(i+)"), ("2", "1mi")])
def test_a_group_that_rests_on_memory_says_so(tumour: str, nodes: str) -> None:
    assert "unverified-rule" in codes(ypt=tumour, ypn=nodes, m="0")
    assert "unverified-rule" not in codes(ypt="2", ypn="1a", m="0")


# What is not known, and what contradicts -------------------------------------------------------------------

WHOLE: dict[str, object] = {
    "invasive_mm": 14,
    "wall_or_skin": "none",
    "nodes_positive": 2,
    "largest_met_mm": 4,
    "other_nodes": False,
    "m": "0",
}


@pytest.mark.parametrize("removed", ["invasive_mm", "wall_or_skin", "nodes_positive", "largest_met_mm", "m"])
def test_a_fact_taken_away_is_named_and_leaves_the_group_unsaid(removed: str) -> None:
    assert staged(**WHOLE).anatomic_stage == "IIA"
    conclusion = concluded(**{name: value for name, value in WHOLE.items() if name != removed})
    assert conclusion.value is not None
    assert conclusion.value.anatomic_stage is None
    assert conclusion.missing == (removed,)


def test_nothing_stated_has_no_value() -> None:
    conclusion = concluded()
    assert conclusion.value is None
    assert conclusion.missing == ("invasive_mm", "largest_met_mm", "m")


def test_x_is_not_known() -> None:
    conclusion = concluded(ypt="X", ypn="X", m="0")
    assert conclusion.value is not None
    assert conclusion.value.anatomic_stage is None
    assert conclusion.missing == ("ypt", "ypn")


@pytest.mark.parametrize(
    "stated",
    [
        {"ypt": "2", "invasive_mm": 14},
        {"ypt": "X", "invasive_mm": 14},
        {"ypt": "4b", "invasive_mm": 14, "wall_or_skin": "none"},
        {"ypt": "0", "invasive_mm": 5},
        {"ypt": "1mi", "invasive_mm": 0},
        {"ypt": "4", "invasive_mm": 0},
        {"ypt": "0", "in_situ": True},
        {"ypt": "is", "in_situ": False},
        {"ypt": "2", "wall_or_skin": "skin"},
        {"invasive_mm": 0, "wall_or_skin": "skin"},
        {"nodes_positive": 0, "largest_met_mm": 3},
        {"nodes_positive": 2, "largest_met_mm": 0},
        {"ypn": "0", "nodes_positive": 2},
        {"ypn": "1a", "nodes_positive": 12},
        {"ypn": "2a", "nodes_positive": 3},
        {"ypn": "0", "nodes_positive": 1, "largest_met_mm": 0.1},
        {"ypn": "1a", "nodes_positive": 2, "largest_met_mm": 1},
    ],
)
def test_facts_that_cannot_both_be_true_are_refused(stated: dict[str, object]) -> None:
    with pytest.raises(InputError, match="Correct one"):
        concluded(**stated)


def test_a_reported_category_gains_the_part_that_the_size_gives() -> None:
    assert staged(ypt="1", invasive_mm=14).ypT == "1c"
    assert staged(ypn="1", nodes_positive=2, largest_met_mm=1).ypN == "1mi"
    assert staged(ypt="4b", invasive_mm=14).ypT == "4b"
    assert staged(ypt="4b", wall_or_skin="skin").ypT == "4b"


# Laws -----------------------------------------------------------------------------------------------------

ORDER_T = ["1mi", "1a", "1b", "1c", "2", "3"]


@given(st.floats(0.01, 200))
def test_a_size_lies_within_what_its_category_stands_for(size: float) -> None:
    value = staged(invasive_mm=size, wall_or_skin="none")
    assert value.invasive_mm is not None
    assert value.invasive_mm.over is not None
    assert value.invasive_mm.over < size
    assert value.invasive_mm.up_to is None or size <= value.invasive_mm.up_to


@given(st.floats(0.01, 200), st.floats(0.01, 200))
def test_a_larger_tumour_is_never_a_lower_category(first: float, second: float) -> None:
    low, high = (
        ORDER_T.index(str(staged(invasive_mm=size, wall_or_skin="none").ypT))
        for size in sorted((first, second))
    )
    assert low <= high


@pytest.mark.parametrize(("category", "over", "up_to"), [("1a", 0, 3), ("2a", 3, 9), ("3a", 9, None)])
def test_the_count_that_a_node_category_stands_for(category: YpN, over: int, up_to: int | None) -> None:
    count = nodes_of(category)
    assert count is not None
    assert (count.over, count.up_to) == (over, up_to)


@pytest.mark.parametrize("category", ["4", "4a", "4d", "X"])
def test_size_does_not_decide_four(category: YpT) -> None:
    assert size_of(category) is None
