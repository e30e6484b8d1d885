"""Imaging against the specimen: worked cases and definitions of the knowledge base (6.3, 6.5), and laws."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.response.specimen.facts import SpecimenInputs
from neoher.response.specimen.table import CALCULATOR, specimen

SURGERY = dt.date(2025, 7, 10)


def row(
    imaging: float | None, invasive: float | None, whole: float | None = None, days: int = 10, **more: Any
) -> dict[str, Any]:
    sizes = {"imaging_mm": imaging, "invasive_mm": invasive, "invasive_and_in_situ_mm": whole}
    when = {"exam_date": SURGERY - dt.timedelta(days=days), "surgery_date": SURGERY}
    return {"patient": "P", "lesion": "L", "modality": "MRI", **sizes, **when, **more}


def compared(*rows: dict[str, Any], **asked: Any) -> Conclusion[Any]:
    return specimen(SpecimenInputs.model_validate({"rows": rows, **asked}))


def only(*rows: dict[str, Any], **asked: Any) -> Any:
    (one,) = compared(*rows, **asked).value
    return one


def codes(conclusion: Conclusion[Any]) -> list[str]:
    return [warning.code for warning in conclusion.warnings]


# Worked by hand -------------------------------------------------------------------------------------------


def test_case_6_2_twelve_on_mri_and_twenty_in_the_specimen_is_under() -> None:
    found = only(row(12, 20))
    assert (found.error_invasive_mm, found.agreement_invasive) == (-8, "under")
    assert (found.false_negative, found.false_positive) == (False, False)


def test_case_6_3_nothing_seen_and_four_mm_is_a_false_negative_although_within_the_band() -> None:
    found = only(row(0, 4))
    assert (found.error_invasive_mm, found.agreement_invasive) == (-4, "under")
    assert (found.false_negative, found.false_positive) == (True, False)
    assert found.in_words().startswith("P, L, MRI: FALSE NEGATIVE")


def test_case_6_4_twenty_five_on_mri_and_nothing_in_the_specimen_is_a_false_positive() -> None:
    found = only(row(25, 0, 0))
    assert (found.error_invasive_mm, found.agreement_invasive) == (25, "over")
    assert (found.false_negative, found.false_positive) == (False, True)
    assert found.in_words().startswith("P, L, MRI: FALSE POSITIVE;")


def test_case_6_5_calcifications_that_stay_are_never_non_response() -> None:
    conclusion = compared(row(0, 0, 0), row(48, 0, 0, modality="MG", finding="calcifications"))
    flecks = conclusion.value[1]
    assert (flecks.false_positive, flecks.agreement_invasive, flecks.agreement_invasive_and_in_situ) == (
        None,
        None,
        None,
    )
    assert flecks.error_invasive_mm == 48
    assert codes(conclusion) == ["calcifications-not-response", "calcifications-beyond-lesion"]
    assert "no sign of non-response" in conclusion.warnings[1].message
    assert "excised" in conclusion.warnings[0].message


@pytest.mark.parametrize(("days", "warned"), [(0, False), (28, False), (29, True), (60, True)])
def test_case_6_6_an_exam_older_than_28_days_is_warned_of(days: int, warned: bool) -> None:
    conclusion = compared(row(20, 20, days=days))
    assert ("exam-too-old" in codes(conclusion)) is warned
    assert conclusion.value[0].days_before_surgery == days


@pytest.mark.parametrize(
    ("imaging", "invasive", "verdict"),
    [
        (25, 20, "concordant"),
        (25.01, 20, "over"),
        (15, 20, "concordant"),
        (14.99, 20, "under"),
        # 25.1 - 20.1 and 20.3 - 25.3 are off by a binary hair in floating point.
        (25.1, 20.1, "concordant"),
        (20.3, 25.3, "concordant"),
        (0, 0, "concordant"),
    ],
)
def test_the_band_holds_five_mm_and_no_more(imaging: float, invasive: float, verdict: str) -> None:
    assert only(row(imaging, invasive)).agreement_invasive == verdict


def test_the_band_is_the_users() -> None:
    assert only(row(29, 20), band_mm=10).agreement_invasive == "concordant"
    assert only(row(21, 20), band_mm=0).agreement_invasive == "over"
    # The flags win over any band.
    assert only(row(0, 4), band_mm=10).agreement_invasive == "under"
    assert only(row(3, 0), band_mm=10).agreement_invasive == "over"


def test_the_two_sizes_of_the_specimen_are_two_questions() -> None:
    found = only(row(38, 3, 40))
    assert (found.error_invasive_mm, found.agreement_invasive) == (35, "over")
    assert (found.error_invasive_and_in_situ_mm, found.agreement_invasive_and_in_situ) == (-2, "concordant")


def test_in_situ_cancer_alone_is_false_positive_for_invasive_cancer_only() -> None:
    conclusion = compared(row(30, 0, 28))
    found = conclusion.value[0]
    assert (found.false_positive, found.false_positive_invasive_and_in_situ) == (True, False)
    assert (found.agreement_invasive, found.agreement_invasive_and_in_situ) == ("over", "concordant")
    assert codes(conclusion) == ["in-situ-only"]
    conclusion = compared(row(0, 0, 28))
    found = conclusion.value[0]
    assert (found.false_negative, found.false_negative_invasive_and_in_situ) == (False, True)
    assert codes(conclusion) == ["in-situ-not-seen"]


def test_neither_together_says_that_no_invasive_cancer_is_there() -> None:
    found = only(row(6, None, 0))
    assert (found.false_positive, found.error_invasive_mm, found.agreement_invasive) == (True, 6, "over")


def test_an_invasive_focus_says_that_cancer_is_there_but_not_its_extent() -> None:
    found = only(row(0, 4, None))
    assert found.false_negative_invasive_and_in_situ is True
    assert (found.error_invasive_and_in_situ_mm, found.agreement_invasive_and_in_situ) == (None, "under")
    found = only(row(9, 4, None))
    assert found.false_positive_invasive_and_in_situ is False
    assert found.agreement_invasive_and_in_situ is None


# Absent is never 0, negative or normal --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["imaging_mm", "invasive_mm", "invasive_and_in_situ_mm", "exam_date"])
def test_what_is_left_out_is_missing_and_unknown(name: str) -> None:
    conclusion = compared({**row(12, 20, 30), name: None})
    found = conclusion.value[0]
    assert conclusion.missing == (f"{name} of P, L, MRI",)
    if name == "imaging_mm":
        assert found.error_invasive_mm is None
        assert (found.false_negative, found.agreement_invasive) == (None, None)
    if name == "invasive_mm":
        assert (found.error_invasive_mm, found.agreement_invasive) == (None, None)
        assert found.error_invasive_and_in_situ_mm == -18
    if name == "exam_date":
        assert found.days_before_surgery is None


def test_an_unknown_specimen_is_no_false_positive_and_an_unread_exam_no_false_negative() -> None:
    unknown = only(row(12, None))
    assert (unknown.false_positive, unknown.false_negative) == (None, False)
    unread = only(row(None, 4))
    assert (unread.false_negative, unread.false_positive) == (None, False)


def test_a_table_without_rows_says_nothing() -> None:
    assert specimen(SpecimenInputs(rows=())).value is None


# Contradictions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row(12, 20, days=-1)], "is later than the operation"),
        ([row(12, 20, 19)], "larger than invasive and in situ cancer together"),
        ([row(12, 20), row(14, 21, modality="US")], "the same specimen is 20 mm in an earlier row and 21 mm"),
    ],
)
def test_what_cannot_be_is_refused_with_its_row(rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        compared(*rows)
    assert "P, L" in refused.value.where


# Modalities among themselves ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mri", "ultrasound", "days", "warned"),
    [
        (0, 6, 12, ["modalities-disagree"]),
        (6, 0, 12, ["modalities-disagree"]),
        (0, 0, 12, []),
        (20, 30, 12, []),
        (20, 30.1, 12, ["modalities-disagree"]),
        # More than 28 days between the two exams: another time, no disagreement.
        (0, 6, 39, ["exam-too-old"]),
        (0, 6, 38, ["exam-too-old", "modalities-disagree"]),
    ],
)
def test_modalities_disagree_in_presence_or_beyond_twice_the_band(
    mri: float, ultrasound: float, days: int, warned: list[str]
) -> None:
    conclusion = compared(row(mri, None), row(ultrasound, None, modality="US", days=days))
    assert codes(conclusion) == warned


def test_each_modality_speaks_by_its_last_exam() -> None:
    conclusion = compared(row(30, None, days=25), row(8, None, days=5), row(9, None, modality="US", days=6))
    assert codes(conclusion) == []


def test_two_spellings_of_a_modality_are_one() -> None:
    conclusion = compared(row(30, None, days=25, modality="MR"), row(8, None, days=5))
    assert codes(conclusion) == []


def test_two_lesions_are_not_held_against_each_other() -> None:
    assert codes(compared(row(30, None), row(0, None, modality="US", lesion="M"))) == []


# Laws -----------------------------------------------------------------------------------------------------

lengths = st.integers(0, 800).map(lambda tenths: tenths / 10)


@given(lengths, lengths, lengths, st.integers(0, 20))
def test_every_verdict_is_the_definition_read_again(
    imaging: float, one: float, other: float, band: int
) -> None:
    invasive, whole = sorted((one, other))
    found = only(row(imaging, invasive, whole), band_mm=band)
    for size, missed, invented, error, verdict in (
        (
            invasive,
            found.false_negative,
            found.false_positive,
            found.error_invasive_mm,
            found.agreement_invasive,
        ),
        (
            whole,
            found.false_negative_invasive_and_in_situ,
            found.false_positive_invasive_and_in_situ,
            found.error_invasive_and_in_situ_mm,
            found.agreement_invasive_and_in_situ,
        ),
    ):
        # In whole tenths of a millimetre: exact by construction.
        tenths = round(imaging * 10) - round(size * 10)
        assert error == float(Fraction(tenths, 10))
        assert missed is (imaging == 0 and size > 0)
        assert invented is (imaging > 0 and size == 0)
        expected = "over" if tenths > 10 * band else "under" if tenths < -10 * band else "concordant"
        if missed or invented:
            expected = "under" if missed else "over"
        assert verdict == expected


@given(st.permutations([row(12, 20), row(0, 20, modality="US"), row(9, 3, lesion="M")]))
def test_the_order_of_the_rows_changes_only_the_order_of_the_answers(rows: list[dict[str, Any]]) -> None:
    def known(conclusion: Conclusion[Any]) -> set[str]:
        return {each.model_dump_json() for each in conclusion.value}

    assert known(compared(*rows)) == known(
        compared(row(12, 20), row(0, 20, modality="US"), row(9, 3, lesion="M"))
    )


def test_the_example_is_the_patient_whose_modalities_disagree() -> None:
    # MRI sees nothing, mammography 48 mm of calcifications; 3 mm invasive, 40 mm with in situ cancer.
    assert "P1,L1,MRI,2025-06-28,0,2025-07-10,3,40" in CALCULATOR.example_table
