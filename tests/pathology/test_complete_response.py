"""Expected answers: a table of the three definitions written apart from the code, from how the FDA, the GBG
and NeoSphere define them; isolated tumour cells by doi 10.1038/modpathol.2015.74 and
doi 10.1093/annonc/mdv161."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.categories import YpN, YpT
from neoher.pathology.complete_response import CALCULATOR, CompleteResponse, complete_response
from neoher.record.conclusion import Conclusion

KEYS = ("ypT0/is ypN0", "ypT0 ypN0", "ypT0/is")
T, F, U = True, False, None

# One row each ypT, one column each kind of ypN: clear, tumour cells of any amount, not known.
TABLE = {
    "0": ((T, T, T), (F, F, T), (U, U, T)),
    "is": ((T, F, T), (F, F, T), (U, F, T)),
    "invasive": ((F, F, F), (F, F, F), (F, F, F)),
    "unknown": ((U, U, U), (F, F, U), (U, U, U)),
}


def concluded(
    ypt: str | None, ypn: str | None, vessels_only: bool | None = None
) -> Conclusion[CompleteResponse]:
    stated = {"ypt": ypt, "ypn": ypn, "lymphovascular_only": vessels_only}
    return complete_response(CALCULATOR.read(stated))


def answers(ypt: str | None, ypn: str | None, vessels_only: bool | None = None) -> tuple[bool | None, ...]:
    value = concluded(ypt, ypn, vessels_only).value
    return (U, U, U) if value is None else tuple(value.model_dump(by_alias=True)[key] for key in KEYS)


def row_of(ypt: str | None) -> str:
    return "unknown" if ypt in {None, "X"} else ypt if ypt in {"0", "is"} else "invasive"


def column_of(ypn: str | None) -> int:
    return 2 if ypn in {None, "X", "0(mol+)"} else 0 if ypn == "0" else 1


@pytest.mark.parametrize("ypt", [None, *get_args(YpT)])
@pytest.mark.parametrize("ypn", [None, *get_args(YpN)])
def test_every_pair_of_categories(ypt: str | None, ypn: str | None) -> None:
    assert answers(ypt, ypn) == TABLE[row_of(ypt)][column_of(ypn)]


@pytest.mark.parametrize(
    ("ypt", "ypn", "expected"),
    [
        ("is", "0", (T, F, T)),  # in situ cancer alone
        ("0", "1mi", (F, F, T)),  # breast clear, one node of 2 mm
        ("0", "0(i+)", (F, F, T)),  # breast clear, isolated cells of 0.2 mm
        ("0", "0", (T, T, T)),
    ],
)
def test_worked_cases(ypt: str, ypn: str, expected: tuple[bool, ...]) -> None:
    assert answers(ypt, ypn) == expected


def test_isolated_tumour_cells_name_their_sources() -> None:
    assert concluded("0", "0(i+)").sources == (
        "PMID:24529560",
        "doi:10.1038/modpathol.2015.74",
        "doi:10.1093/annonc/mdv161",
    )


@pytest.mark.parametrize(
    ("ypt", "ypn", "missing"),
    [
        (None, None, ("ypt", "ypn")),
        ("X", "X", ("ypt", "ypn")),
        (None, "0", ("ypt",)),
        (None, "1a", ("ypt",)),
        ("0", None, ("ypn",)),
        ("is", "X", ("ypn",)),
        ("1mi", None, ()),
        ("0", "0", ()),
    ],
)
def test_what_is_missing_is_named_where_it_could_change_an_answer(
    ypt: str | None, ypn: str | None, missing: tuple[str, ...]
) -> None:
    assert concluded(ypt, ypn).missing == missing


@pytest.mark.parametrize(("ypt", "ypn"), [(None, None), ("X", "0"), (None, "0"), (None, "0(mol+)")])
def test_there_is_no_value_where_no_definition_can_be_decided(ypt: str | None, ypn: str | None) -> None:
    assert concluded(ypt, ypn).value is None


def test_a_molecular_finding_alone_is_for_the_pathologist() -> None:
    conclusion = concluded("0", "0(mol+)")
    assert "molecular-finding-in-nodes" in {each.code for each in conclusion.warnings}
    assert conclusion.missing == ("ypn",)


def test_tumour_in_vessels_alone_is_no_complete_response() -> None:
    assert answers("0", "0", vessels_only=True) == (F, F, F)
    assert answers(None, None, vessels_only=True) == (F, F, F)
    assert answers("0", "0", vessels_only=False) == (T, T, T)


@pytest.mark.parametrize(("vessels_only", "warned"), [(None, True), (False, False), (True, False)])
def test_a_complete_response_says_what_was_not_stated_of_vessels(
    vessels_only: bool | None, warned: bool
) -> None:
    codes = {each.code for each in concluded("0", "0", vessels_only).warnings}
    assert ("conditions-not-stated" in codes) is warned


@pytest.mark.parametrize(("ypt", "ypn"), [("1mi", "0"), ("0", "1mi"), ("2", None)])
def test_more_than_vessels_contradicts_vessels_alone(ypt: str, ypn: str | None) -> None:
    with pytest.raises(InputError, match="all that remains"):
        concluded(ypt, ypn, vessels_only=True)


CATEGORY_T = st.sampled_from([None, *get_args(YpT)])
CATEGORY_N = st.sampled_from([None, *get_args(YpN)])


@given(CATEGORY_T, CATEGORY_N)
def test_a_stricter_definition_never_holds_where_a_laxer_one_does_not(
    ypt: str | None, ypn: str | None
) -> None:
    lax, strict, breast = answers(ypt, ypn)
    # implication over true, false and not known
    order = {False: 0, None: 1, True: 2}
    assert order[strict] <= order[lax] <= order[breast]


def test_stating_a_category_never_turns_a_decided_answer() -> None:
    for ypt, ypn in product(get_args(YpT), get_args(YpN)):
        for less in (answers(ypt, None), answers(None, ypn)):
            more = answers(ypt, ypn)
            # ypTX, ypNX and a molecular finding decide nothing more than silence.
            assert all(was is None or was == now for was, now in zip(less, more, strict=True))
