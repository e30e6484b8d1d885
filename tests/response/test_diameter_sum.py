"""Sums of reported diameters as context: what counts, what is missing, and never a class of RECIST."""

from __future__ import annotations

import pytest

from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text
from neoher.response.diameter_sum import DiameterSum, diameter_sums

HEAD = """\
neoher: 1
patient: {id: P001}
lesions:
  - {id: L1, kind: primary, side: left}
  - {id: L2, kind: satellite, side: left}
  - {id: N1, kind: node, side: left, site: axilla level I}
exams:
"""


def case(*exams: str) -> Case:
    return read_case_text(HEAD + "".join(f"  - {{{exam}}}\n" for exam in exams))


def exam(visit: int, findings: str, modality: str = "MR", name: str = "") -> str:
    return (
        f"id: {name or modality}{visit}, modality: {modality}, visit: T{visit}, date: 2025-0{visit + 1}-10, "
        f"findings: [{findings}]"
    )


def only(told: Case) -> DiameterSum:
    value = diameter_sums(told).value
    assert value is not None
    (one,) = value
    return one


FIRST = "{lesion: L1, longest_mm: 40, short_mm: 30}, {lesion: N1, longest_mm: 25, short_mm: 20}"


def test_masses_count_by_their_longest_diameter_and_nodes_by_their_short_axis() -> None:
    """Knowledge 2.1: 40 + 20, then 26 + 9: -41.7 %."""
    told = only(case(exam(0, FIRST), exam(1, "{lesion: L1, longest_mm: 26}, {lesion: N1, short_mm: 9}")))
    assert [at.sum_mm for at in told.visits] == [60, 35]
    assert told.visits[1].change_from_first_percent == pytest.approx(-41.667, abs=5e-4)
    assert told.visits[0].change_from_first_percent is None


def test_gone_counts_nothing_and_too_small_five() -> None:
    told = only(
        case(exam(0, FIRST), exam(1, "{lesion: L1, finding: absent}, {lesion: N1, finding: too-small}"))
    )
    assert (told.visits[1].sum_mm, told.visits[1].gone, told.visits[1].too_small) == (5, ("L1",), ("N1",))


@pytest.mark.parametrize(
    "later",
    ["{lesion: L1, longest_mm: 20}", "{lesion: N1, finding: not-evaluated}, {lesion: L1, longest_mm: 20}"],
)
def test_a_lesion_that_was_not_measured_is_not_gone(later: str) -> None:
    conclusion = diameter_sums(case(exam(0, FIRST), exam(1, later)))
    assert conclusion.value is not None
    assert conclusion.value[0].visits[1].sum_mm is None
    assert conclusion.value[0].visits[1].not_measured == ("N1",)
    assert "diameter of N1 at T1 by MR" in conclusion.missing


def test_growth_counts_from_the_smallest_sum() -> None:
    told = only(
        case(*(exam(n, f"{{lesion: L1, longest_mm: {size}}}") for n, size in enumerate((40, 20, 25))))
    )
    assert [at.change_from_smallest_percent for at in told.visits] == [None, -50, 25]


def test_a_lesion_that_appears_is_named_and_not_added() -> None:
    later = "{lesion: L1, longest_mm: 20}, {lesion: N1, short_mm: 9}, {lesion: L2, longest_mm: 8}"
    told = only(case(exam(0, FIRST), exam(1, later)))
    assert (told.visits[1].sum_mm, told.visits[1].appeared) == (29, ("L2",))


def test_modalities_are_apart_and_ultrasound_is_left_out() -> None:
    size = "{lesion: L1, longest_mm: 20}"
    exams = [exam(n, size, modality) for n in (0, 1) for modality in ("MR", "CT", "US", "MG")]
    value = diameter_sums(case(*exams)).value
    assert value is not None
    assert [str(each.modality) for each in value] == ["MR", "CT"]


def test_two_exams_of_a_visit_that_disagree_are_not_guessed_at() -> None:
    exams = [
        exam(0, "{lesion: L1, longest_mm: 40}"),
        exam(1, "{lesion: L1, longest_mm: 20}"),
        exam(1, "{lesion: L1, longest_mm: 24}", name="again"),
    ]
    assert only(case(*exams)).visits[1].not_measured == ("L1",)
    agreeing = [*exams[:2], exam(1, "{lesion: L1, longest_mm: 20}", name="again")]
    assert only(case(*agreeing)).visits[1].sum_mm == 20


def test_without_two_visits_there_is_no_sum_and_never_a_class() -> None:
    conclusion = diameter_sums(case(exam(0, FIRST)))
    assert conclusion.value is None
    assert "diameters of a lesion at two visits by MRI or by CT" in conclusion.missing
    whole = diameter_sums(case(exam(0, FIRST), exam(1, FIRST)))
    assert any("roles of the lesions" in each for each in whole.missing)
    assert whole.value is not None
    assert "overall" not in type(whole.value[0]).model_fields
