"""Expected scores: the printed formula of Symmans 2007 (PMID 17785706), computed here in decimal arithmetic
of 50 digits, apart from the code under test; single cases with the values of published implementations."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.residual_burden.calculator import CALCULATOR, residual_burden
from neoher.pathology.residual_burden.facts import ResidualBurden, ResidualBurdenFacts
from neoher.pathology.residual_burden.score import class_of
from neoher.record.conclusion import Conclusion

Case = tuple[float, float, float, float, int, float]
"""Diameters of the bed in mm, cellularity %, in situ share %, positive nodes, largest metastasis in mm."""
NAMES = ("cellularity_percent", "cis_percent", "nodes_positive", "largest_met_mm")
CLASSES = ["0", "I", "II", "III"]


def facts(case: Case, **more: Any) -> ResidualBurdenFacts:
    return ResidualBurdenFacts(bed_mm=case[:2], **dict(zip(NAMES, case[2:], strict=True)) | more)


def concluded(case: Case, **more: Any) -> Conclusion[ResidualBurden]:
    return residual_burden(facts(case, **more))


def burden(case: Case, **more: Any) -> ResidualBurden:
    value = concluded(case, **more).value
    assert value is not None
    return value


def codes(conclusion: Conclusion[ResidualBurden]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


def by_the_printed_formula(case: Case) -> Decimal:
    with localcontext() as context:
        context.prec = 50
        d1, d2, cellularity, in_situ, nodes, largest = (Decimal(repr(value)) for value in case)
        bed = (d1 * d2).sqrt()
        invasive = (1 - in_situ / 100) * (cellularity / 100)
        power = Decimal("0.17")
        primary = Decimal("1.4") * (invasive * bed) ** power if invasive * bed else Decimal(0)
        nodal_base = 4 * (1 - Decimal("0.75") ** nodes) * largest
        return primary + (nodal_base**power if nodal_base else Decimal(0))


# Cases ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "score", "burden_class"),
    [
        ((0, 0, 0, 0, 0, 0), 0, "0"),
        ((12, 9, 20, 100, 0, 0), 0, "0"),
        ((20, 15, 10, 0, 0, 0), 1.5370, "II"),
        ((5, 4, 5, 0, 0, 0), 1.0853, "I"),
        ((30, 20, 40, 10, 2, 6), 3.5184, "III"),
        ((0, 0, 0, 0, 1, 2), 1.1251, "I"),
        ((1, 1, 80, 0, 0, 0), 1.3479, "I"),
        ((0, 0, 0, 0, 1, 0.2), 0.7606, "I"),
    ],
)
def test_published_cases(case: Case, score: float, burden_class: str) -> None:
    value = burden(case)
    assert value.score == pytest.approx(score, abs=5e-5)
    assert value.burden_class == burden_class


def test_the_two_terms_stand_beside_the_score() -> None:
    value = burden((30, 20, 40, 10, 2, 6))
    assert value.primary_term == pytest.approx(2.0269, abs=5e-5)
    assert value.nodal_term == pytest.approx(1.4914, abs=5e-5)
    assert list(value.model_dump(by_alias=True))[:4] == ["score", "class", "primary_term", "nodal_term"]


@pytest.mark.parametrize(
    ("case", "margin"),
    [
        ((20, 15, 10, 0, 0, 0), 1.5370 - 1.36),
        ((1, 1, 80, 0, 0, 0), 1.3479 - 1.36),
        ((30, 20, 40, 10, 2, 6), 3.5184 - 3.28),
        ((0, 0, 0, 0, 1, 2), 1.1251 - 1.36),
    ],
)
def test_the_distance_to_the_nearer_cut_is_given_with_its_side(case: Case, margin: float) -> None:
    assert burden(case).to_nearest_cut == pytest.approx(margin, abs=5e-5)


def test_a_score_of_zero_has_no_cut_beside_it() -> None:
    assert burden((0, 0, 0, 0, 0, 0)).to_nearest_cut is None


def test_a_registry_gets_the_score_and_the_class_by_its_own_names() -> None:
    registry = burden((20, 15, 10, 0, 0, 0)).model_dump(by_alias=True)["registry"]
    assert registry == {"Residual Cancer Burden": 1.537, "Class": "RCB-II"}


def test_no_invasive_cancer_and_no_node_score_exactly_zero() -> None:
    assert burden((12, 9, 20, 100, 0, 0)).score == 0.0
    assert burden((25, 20, 0, 0, 0, 0)).score == 0.0


@pytest.mark.parametrize(
    ("score", "burden_class"),
    [(0.0, "0"), (0.001, "I"), (1.36, "I"), (1.3600001, "II"), (3.28, "II"), (3.2800001, "III")],
)
def test_a_score_at_a_cut_belongs_to_the_lower_class(score: float, burden_class: str) -> None:
    assert class_of(score) == burden_class


def test_the_diameters_of_the_bed_may_stand_in_either_order() -> None:
    assert burden((22, 18, 10, 5, 1, 3)) == burden((18, 22, 10, 5, 1, 3))
    assert "smaller first" in concluded((18, 22, 10, 5, 1, 3)).because[0].rule


# Isolated tumour cells ------------------------------------------------------------------------------------


def test_isolated_tumour_cells_alone_show_both_numbers_and_are_no_complete_response() -> None:
    conclusion = concluded((0, 0, 0, 0, 1, 0.2))
    both = next(step.inputs for step in conclusion.because if "itc_counted_score" in step.inputs)
    assert both["itc_counted_score"] == pytest.approx(0.7606, abs=5e-5)
    assert (both["itc_counted_class"], both["itc_not_counted_class"]) == ("I", "0")
    assert both["itc_not_counted_score"] == 0
    warning = next(each.message for each in conclusion.warnings if each.code == "isolated-tumour-cells-only")
    assert "0.7606" in warning
    assert "RCB-0" in warning
    assert "By neither is it a pathological complete response" in warning


def test_a_micrometastasis_counts_with_its_size_by_one_rule() -> None:
    assert "isolated-tumour-cells-only" not in codes(concluded((0, 0, 0, 0, 1, 0.3)))


# What is not known, and where the score does not apply ----------------------------------------------------


@pytest.mark.parametrize(
    "name", ["bed_mm", "cellularity_percent", "cis_percent", "nodes_positive", "largest_met_mm"]
)
@pytest.mark.parametrize("case", [(30, 20, 40, 10, 2, 6), (0, 0, 0, 0, 0, 0), (20, 15, 10, 0, 0, 0)])
def test_a_missing_measurement_is_named_and_never_taken_as_zero(case: Case, name: str) -> None:
    conclusion = concluded(case, **{name: None}) if name != "bed_mm" else _without_bed(case)
    assert conclusion.value is None
    assert conclusion.missing == (name,)


def _without_bed(case: Case) -> Conclusion[ResidualBurden]:
    return residual_burden(facts(case).model_copy(update={"bed_mm": None}))


def test_nothing_stated_names_all_five_measurements() -> None:
    assert residual_burden(ResidualBurdenFacts()).missing == ("bed_mm", *NAMES)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("positive_node_removed_before", "not-valid-after-node-removal"),
        ("progressed_or_inoperable", "class-iii-by-definition"),
        ("lymphovascular_only", "lymphovascular-only"),
    ],
)
def test_a_condition_that_rules_the_score_out_gives_no_number(condition: str, code: str) -> None:
    conclusion = concluded((0, 0, 0, 0, 0, 0), **{condition: True})
    assert conclusion.value is None
    assert code in codes(conclusion)


def test_conditions_that_nobody_stated_are_named_and_stated_ones_are_not() -> None:
    stated = {"positive_node_removed_before": False, "progressed_or_inoperable": False}
    assert "conditions-not-stated" in codes(concluded((20, 15, 10, 0, 0, 0)))
    assert "conditions-not-stated" not in codes(concluded((20, 15, 10, 0, 0, 0), **stated))
    assert "conditions-not-stated" in codes(concluded((0, 0, 0, 0, 0, 0), **stated))
    assert "conditions-not-stated" not in codes(
        concluded((0, 0, 0, 0, 0, 0), **stated, lymphovascular_only=False)
    )


# What cannot be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "more"),
    [
        ((20, 15, 10, 0, 0, 3), {}),
        ((20, 15, 10, 0, 2, 0), {}),
        ((0, 0, 10, 0, 0, 0), {}),
        ((20, 0, 10, 0, 0, 0), {}),
        ((20, 15, 10, 0, 0, 0), {"ypt": "0"}),
        ((20, 15, 10, 100, 0, 0), {"ypt": "0"}),
        ((20, 15, 10, 50, 0, 0), {"ypt": "is"}),
        ((20, 15, 0, 0, 0, 0), {"ypt": "1a"}),
        ((20, 15, 10, 100, 0, 0), {"ypt": "1mi"}),
    ],
)
def test_measurements_that_cannot_both_be_true_are_refused(case: Case, more: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        concluded(case, **more)


@pytest.mark.parametrize(
    ("case", "ypt"),
    [((20, 15, 0, 0, 0, 0), "0"), ((20, 15, 10, 100, 0, 0), "is"), ((20, 15, 10, 50, 0, 0), "1b")],
)
def test_a_category_that_fits_the_bed_changes_nothing(case: Case, ypt: str) -> None:
    assert burden(case, ypt=ypt) == burden(case)


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({"cellularity_percent": "110"}, "cellularity_percent"),
        ({"cellularity_percent": "-1"}, "cellularity_percent"),
        ({"cis_percent": "100.1"}, "cis_percent"),
        ({"nodes_positive": "1.5"}, "nodes_positive"),
        ({"nodes_positive": "-1"}, "nodes_positive"),
        ({"nodes_positive": "9" * 400}, "nodes_positive"),
        ({"largest_met_mm": "nan"}, "largest_met_mm"),
        ({"largest_met_mm": "1,5"}, "largest_met_mm"),
        ({"bed_mm": "22"}, "bed_mm"),
        ({"bed_mm": "22x"}, "bed_mm"),
        ({"bed_mm": "2.2x1.8 cm"}, "bed_mm"),
        ({"bed_mm": "22x18x9"}, "bed_mm"),
        ({"bed_mm": "-22x18"}, "bed_mm"),
        ({"bed_mm": "1e308x1e308"}, "bed_mm"),
        ({"ypt": "5"}, "ypt"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(stated: dict[str, str], named: str) -> None:
    with pytest.raises(InputError) as refusal:
        CALCULATOR.read(stated)
    assert refusal.value.where == named


@pytest.mark.parametrize("written", ["22x18", "22 x 18", "22×18", "22X18 mm", " 22.0 × 18mm "])
def test_the_bed_is_read_as_people_write_it(written: str) -> None:
    assert CALCULATOR.read({"bed_mm": written}).bed_mm == (22, 18)


# What should be looked at twice ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ((160, 150, 10, 0, 0, 0), "bed-over-150-mm"),
        ((200, 150, 100, 0, 0, 0), "class-iii-without-nodes"),
        ((2.2, 1.8, 10, 0, 0, 0), "check-mm-or-cm"),
        ((22, 18, 0.4, 0, 0, 0), "check-percent-or-fraction"),
        ((22, 18, 40, 0.1, 0, 0), "check-percent-or-fraction"),
        ((1, 1, 80, 0, 0, 0), "class-within-rounding"),
        # 10.5 mm, 82.5 % and 90 % in situ score 1.366, with 90.5 % in situ 1.354: by the printed formula
        ((11, 11, 83, 90, 0, 0), "class-within-rounding"),
    ],
)
def test_numbers_that_look_like_a_slip_are_warned_of(case: Case, code: str) -> None:
    assert code in codes(concluded(case))


def test_a_case_far_from_every_cut_and_slip_is_not_warned_of() -> None:
    stated = {"positive_node_removed_before": False, "progressed_or_inoperable": False}
    assert codes(concluded((20, 15, 10, 0, 0, 0), **stated)) == set()


def test_class_three_without_nodes_starts_near_a_bed_of_150_mm() -> None:
    # (3.28 / 1.4) ^ (1 / 0.17) = 149.6 mm of pure invasive cancer
    assert burden((149, 149, 100, 0, 0, 0)).burden_class == "II"
    assert burden((150, 150, 100, 0, 0, 0)).burden_class == "III"


# Laws -----------------------------------------------------------------------------------------------------

LENGTHS = st.floats(0.1, 200).map(lambda value: round(value, 1))
SHARES = st.integers(1, 100).map(float)
NODES = st.integers(1, 40)
IN_SITU = st.integers(0, 100).map(float)
CASES = st.one_of(
    st.tuples(LENGTHS, LENGTHS, SHARES, IN_SITU, NODES, LENGTHS),
    st.tuples(LENGTHS, LENGTHS, SHARES, IN_SITU, st.just(0), st.just(0.0)),
    st.tuples(st.just(0.0), st.just(0.0), st.just(0.0), st.just(0.0), NODES, LENGTHS),
)


@given(CASES)
def test_the_score_is_that_of_the_printed_formula(case: Case) -> None:
    expected = by_the_printed_formula(case)
    value = burden(case)
    assert value.score == pytest.approx(float(expected), rel=1e-12, abs=0)
    if all(abs(expected - Decimal(cut)) > Decimal("1e-9") for cut in ("1.36", "3.28")):
        reached = sum(expected > Decimal(cut) for cut in ("0", "1.36", "3.28"))
        assert value.burden_class == CLASSES[reached]


@given(CASES)
def test_the_score_is_zero_only_without_invasive_cancer_and_without_a_node(case: Case) -> None:
    invasive = case[2] > 0 and case[3] < 100
    value = burden(case)
    assert (value.score == 0) == (not invasive and case[4] == 0)
    assert (value.burden_class == "0") == (value.score == 0)


@given(st.tuples(LENGTHS, LENGTHS, SHARES, IN_SITU, NODES, LENGTHS), st.sampled_from(range(6)), SHARES, NODES)
def test_the_score_grows_with_every_measurement_and_falls_with_the_in_situ_share(
    case: Case, index: int, share: float, nodes: int
) -> None:
    other = list(case)
    other[index] = {2: share, 3: share, 4: nodes}.get(index, case[index] + 1)
    low, high = sorted([case, tuple(other)], key=lambda each: each[index])
    first, second = burden(low).score, burden(high).score  # type: ignore[arg-type]
    assert first >= second - 1e-12 if index == 3 else first <= second + 1e-12


@given(CASES)
def test_the_order_of_the_diameters_never_matters(case: Case) -> None:
    swapped: Case = (case[1], case[0], *case[2:])
    assert burden(case).score == burden(swapped).score


@given(st.tuples(LENGTHS, LENGTHS, SHARES, IN_SITU, NODES, LENGTHS))
def test_a_class_that_rounding_cannot_change_stays_when_every_number_moves_by_less(case: Case) -> None:
    if "class-within-rounding" in codes(concluded(case)):
        return
    moved: Case = (
        case[0] + 0.049,
        case[1] + 0.049,
        min(case[2] + 0.049, 100),
        case[3],
        case[4],
        case[5] + 0.049,
    )
    assert burden(moved).burden_class == burden(case).burden_class
