"""Expected points: table 1 of PMC11724176, written here as ranges of stages apart from the code; the worked
cases are computed by hand from that table."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.bioscore import CALCULATOR, Bioscore, bioscore
from neoher.record.conclusion import Conclusion

CLINICAL = ["I", "IIA", "IIB", "IIIA", "IIIB", "IIIC"]
PATHOLOGIC = ["0", "I", "IIA", "IIB", "IIIA", "IIIB", "IIIC"]
COMPLETE = {
    "clinical_stage": "IIIA",
    "yp_stage": "IIA",
    "er": "negative",
    "nuclear_grade": "3",
    "her2": "positive",
}


def concluded(**stated: object) -> Conclusion[Bioscore]:
    return bioscore(CALCULATOR.read(stated))


def points(**stated: object) -> tuple[int | None, int | None]:
    value = concluded(**stated).value
    assert value is not None
    return value.cps_eg, value.neo_bioscore


@pytest.mark.parametrize(
    ("clinical", "pathologic", "er", "grade", "her2", "expected"),
    [
        ("IIIA", "IIA", "negative", "3", "positive", (4, 4)),
        ("IIB", "0", "positive", "2", "positive", (1, 1)),
        ("IIIC", "IIIC", "negative", "3", "negative", (6, 7)),
        ("I", "0", "positive", "1", "positive", (0, 0)),
    ],
)
def test_worked_cases(
    clinical: str, pathologic: str, er: str, grade: str, her2: str, expected: tuple[int, int]
) -> None:
    got = points(clinical_stage=clinical, yp_stage=pathologic, er=er, nuclear_grade=grade, her2=her2)
    assert got == expected


def test_every_combination_of_the_point_table() -> None:
    for clinical, pathologic, er, grade, her2 in product(
        CLINICAL, PATHOLOGIC, ["positive", "negative"], ["1", "2", "3"], ["positive", "negative"]
    ):
        # Two clinical groups share a point; after therapy the points step after I and after IIIB.
        expected = CLINICAL.index(clinical) // 2
        expected += (pathologic not in {"0", "I"}) + (pathologic == "IIIC")
        expected += [er, grade].count("negative") + [er, grade].count("3")
        got = points(clinical_stage=clinical, yp_stage=pathologic, er=er, nuclear_grade=grade, her2=her2)
        assert got == (expected, expected + (her2 == "negative"))


@pytest.mark.parametrize("part", ["IA", "IB"])
def test_the_parts_of_stage_one_score_as_stage_one(part: str) -> None:
    for name in ("clinical_stage", "yp_stage"):
        assert points(**COMPLETE | {name: part}) == points(**COMPLETE | {name: "I"})


@pytest.mark.parametrize("name", ["clinical_stage", "yp_stage", "er", "nuclear_grade"])
def test_without_an_item_of_both_scores_there_is_no_value(name: str) -> None:
    conclusion = concluded(**{key: value for key, value in COMPLETE.items() if key != name})
    assert conclusion.value is None
    assert conclusion.missing == (name,)


def test_without_her2_only_neo_bioscore_cannot_be_said() -> None:
    conclusion = concluded(**{key: value for key, value in COMPLETE.items() if key != "her2"})
    assert conclusion.value == Bioscore(cps_eg=4, neo_bioscore=None)
    assert conclusion.missing == ("her2",)


def test_nothing_stated_names_every_item() -> None:
    conclusion = concluded()
    assert conclusion.value is None
    assert conclusion.missing == ("clinical_stage", "yp_stage", "er", "nuclear_grade", "her2")


# Oestrogen receptor ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("er", "percent", "expected"),
    [
        (None, 0, (4, 4)),
        (None, 0.99, (4, 4)),
        (None, 10.5, (3, 3)),
        ("positive", 1, (3, 3)),
        ("negative", 1, (4, 3)),
        ("negative", 10, (4, 3)),
        ("negative", 0.5, (4, 4)),
    ],
)
def test_neo_bioscore_takes_one_percent_and_more_as_positive(
    er: str | None, percent: float, expected: tuple[int, int]
) -> None:
    assert points(**COMPLETE | {"er": er, "er_percent": percent}) == expected


@pytest.mark.parametrize("percent", [1, 5, 10])
def test_low_er_without_a_reported_status_leaves_cps_eg_open(percent: float) -> None:
    conclusion = concluded(**COMPLETE | {"er": None, "er_percent": percent})
    assert conclusion.value == Bioscore(cps_eg=None, neo_bioscore=3)
    assert conclusion.missing == ("er",)
    assert "er-cut-of-cps-eg-not-held" in {each.code for each in conclusion.warnings}


@pytest.mark.parametrize(("er", "percent"), [("positive", 0.5), ("positive", 0), ("negative", 11)])
def test_status_and_percent_that_contradict_are_refused(er: str, percent: float) -> None:
    with pytest.raises(InputError, match="is not"):
        concluded(**COMPLETE | {"er": er, "er_percent": percent})


# What is not there ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("survival", "Survival"),
        ("her2-event", "HER2-EveNT"),
        ("iris", "IRIS"),
        ("predict", "PREDICT"),
        ("cts5", "CTS5"),
    ],
)
def test_what_has_no_verified_source_is_not_there_and_asking_says_so(asked: str, named: str) -> None:
    conclusion = concluded(**COMPLETE, also=asked)
    assert conclusion.value == concluded(**COMPLETE).value
    warning = next(each for each in conclusion.warnings if each.code == "not-held")
    assert warning.message.startswith(named)


def test_no_survival_is_printed() -> None:
    assert set(Bioscore.model_fields) == {"cps_eg", "neo_bioscore"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clinical_stage", "IV"),
        ("clinical_stage", "0"),
        ("yp_stage", "IV"),
        ("nuclear_grade", "4"),
        ("her2", "low"),
    ],
)
def test_what_the_table_does_not_have_is_refused(name: str, value: str) -> None:
    with pytest.raises(InputError, match="is not one of its values"):
        concluded(**COMPLETE | {name: value})


# Laws -----------------------------------------------------------------------------------------------------

STAGES = st.tuples(st.sampled_from(CLINICAL), st.sampled_from(PATHOLOGIC))
BIOLOGY = st.fixed_dictionaries(
    {
        "er": st.sampled_from(["positive", "negative"]),
        "nuclear_grade": st.sampled_from(["1", "2", "3"]),
        "her2": st.sampled_from(["positive", "negative"]),
    }
)


@given(STAGES, STAGES, BIOLOGY)
def test_a_higher_stage_never_scores_lower(
    first: tuple[str, str], second: tuple[str, str], biology: dict[str, str]
) -> None:
    clinical = sorted((first[0], second[0]), key=CLINICAL.index)
    pathologic = sorted((first[1], second[1]), key=PATHOLOGIC.index)
    lower = points(clinical_stage=clinical[0], yp_stage=pathologic[0], **biology)
    higher = points(clinical_stage=clinical[1], yp_stage=pathologic[1], **biology)
    assert all(a is not None and b is not None and a <= b for a, b in zip(lower, higher, strict=True))
