"""Expected comparisons: written by hand from ASCO/CAP 2018 statuses; KATHERINE's figures from its abstract
(doi 10.1038/s41523-022-00477-z)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from neoher.errors import InputError
from neoher.pathology.her2.change import LOSS, her2_change
from neoher.pathology.her2.change_facts import Her2ChangeInputs, Her2Course, Her2Row
from neoher.record.conclusion import Conclusion

BIOPSY = {"specimen": "B1", "date": "2025-02-03", "setting": "biopsy"}
RESIDUAL = {"specimen": "S1", "date": "2025-07-10", "setting": "residual"}
METASTASIS = {"specimen": "M1", "date": "2027-01-05", "setting": "metastasis"}
POSITIVE_2 = {"ihc": "2+", "ish_probe": "dual", "ratio": 2.4, "copies": 5.6}


def concluded(*rows: dict[str, Any]) -> Conclusion[Her2Course]:
    return her2_change(Her2ChangeInputs(rows=tuple(Her2Row.model_validate(row) for row in rows)))


def codes(conclusion: Conclusion[Her2Course]) -> list[str]:
    return [warning.code for warning in conclusion.warnings]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ({"ihc": "3+"}, {"ihc": "1+"}, "loss"),
        (POSITIVE_2, {"ihc": "2+", "ish_result": "negative"}, "loss"),
        ({"ihc": "1+"}, {"ihc": "3+"}, "gain"),
        ({"ihc": "3+"}, POSITIVE_2, "label"),
        ({"ihc": "1+"}, {"ihc": "0", "membrane_staining": True}, "label"),
        ({"ihc": "3+"}, {"ihc": "3+"}, "unchanged"),
        ({"ihc": "0"}, {"ihc": "0", "membrane_staining": False}, "same-status"),
        ({"ihc": "1+"}, {"ihc": "0"}, "label"),
        ({"text": "HER2 positive"}, {"ihc": "3+"}, "same-status"),
        ({"ihc": "3+"}, {"ihc": "2+"}, "open"),
        ({"ihc": "3+"}, {}, "open"),
    ],
)
def test_a_later_result_against_an_earlier_one(
    first: dict[str, Any], second: dict[str, Any], kind: str
) -> None:
    value = concluded(BIOPSY | first, RESIDUAL | second).value
    assert value is not None
    (shift,) = value.changes
    assert (shift.kind, shift.days) == (kind, 157)


def test_loss_after_therapy_says_what_it_does_not_mean() -> None:
    conclusion = concluded(BIOPSY | POSITIVE_2, RESIDUAL | {"ihc": "1+"})
    said = next(each.message for each in conclusion.warnings if each.code == LOSS)
    for figure in ("70 of 845", "8.3 %", "11 of 42", "0 of 28"):
        assert figure in said
    assert "does not mean that HER2-directed" in said
    assert "loss-more-often-in-2plus" in codes(conclusion)
    assert "doi:10.1038/s41523-022-00477-z" in conclusion.sources
    unverified = next(each.message for each in conclusion.warnings if each.code == "her2-loss-frequency")
    assert "unverified" in unverified


def test_loss_in_a_metastasis_is_another_matter_than_loss_after_therapy() -> None:
    conclusion = concluded(BIOPSY | {"ihc": "3+"}, METASTASIS | {"ihc": "1+"})
    assert "her2-loss-in-metastasis" in codes(conclusion)
    assert LOSS not in codes(conclusion)


def test_each_later_specimen_is_compared_with_the_first_and_with_the_one_before() -> None:
    conclusion = concluded(BIOPSY | {"ihc": "3+"}, RESIDUAL | {"ihc": "1+"}, METASTASIS | {"ihc": "3+"})
    assert conclusion.value is not None
    assert [(each.from_specimen, each.to_specimen, each.kind) for each in conclusion.value.changes] == [
        ("B1", "S1", "loss"),
        ("B1", "M1", "unchanged"),
        ("S1", "M1", "gain"),
    ]
    assert {LOSS, "her2-gain"} <= set(codes(conclusion))


def test_the_order_of_the_rows_does_not_matter() -> None:
    rows = (BIOPSY | {"ihc": "3+"}, RESIDUAL | {"ihc": "1+"}, METASTASIS | {"ihc": "0"})
    said = {concluded(*order).model_dump_json() for order in itertools.permutations(rows)}
    assert len(said) == 1


def test_a_specimen_without_a_result_is_missing_and_not_negative() -> None:
    conclusion = concluded(BIOPSY | {"ihc": "3+"}, RESIDUAL)
    assert conclusion.value is not None
    assert conclusion.value.results[1].status is None
    assert "S1.her2" in conclusion.missing
    assert LOSS not in codes(conclusion)


def test_no_result_at_all_gives_no_value() -> None:
    conclusion = concluded(BIOPSY, RESIDUAL)
    assert conclusion.value is None
    assert conclusion.missing == ("B1.her2", "S1.her2")


def test_biopsies_that_differ_before_therapy_are_no_change() -> None:
    other = {"specimen": "B2", "date": "2025-02-04", "setting": "biopsy", "ihc": "1+"}
    conclusion = concluded(BIOPSY | {"ihc": "3+"}, other)
    assert "biopsies-before-therapy-differ" in codes(conclusion)
    assert conclusion.value is not None
    assert [each.kind for each in conclusion.value.changes] == ["discordant"]
    assert LOSS not in codes(conclusion)


def test_a_move_inside_the_band_of_readers_need_not_be_a_change() -> None:
    conclusion = concluded(BIOPSY | {"ihc": "1+"}, RESIDUAL | {"ihc": "0", "membrane_staining": True})
    assert "label-change-in-reader-band" in codes(conclusion)


def test_two_specimens_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="two specimens are called B1"):
        concluded(BIOPSY | {"ihc": "3+"}, RESIDUAL | {"specimen": "B1", "ihc": "1+"})


def test_a_contradictory_specimen_is_refused_by_its_line() -> None:
    row = RESIDUAL | {"line": 3, "ihc": "2+", "ish_probe": "single", "ratio": 2.4}
    with pytest.raises(InputError) as refusal:
        concluded(BIOPSY | {"ihc": "3+"}, row)
    assert refusal.value.where == "line 3, S1: ish_probe, ratio"


def test_biopsies_that_agree_and_a_course_without_gain_are_not_warned_of() -> None:
    other = {"specimen": "B2", "date": "2025-02-04", "setting": "biopsy", "ihc": "3+"}
    said = codes(concluded(BIOPSY | {"ihc": "3+"}, other, RESIDUAL | {"ihc": "1+"}))
    assert "biopsies-before-therapy-differ" not in said
    assert "her2-gain" not in said
    assert "label-change-in-reader-band" not in said


def test_a_specimens_own_warnings_are_told_once_and_those_of_every_label_are_not() -> None:
    said = codes(concluded(BIOPSY | {"ihc": "1+", "ratio": 3.0, "copies": 8.0}, RESIDUAL | {"ihc": "1+"}))
    assert "ihc-ish-discordant" in said
    assert "spectrum-not-for-neoadjuvant-decisions" not in said
    assert "reader-disagreement-band" not in said


def test_the_sources_are_those_that_were_used() -> None:
    sources = concluded(BIOPSY | {"ihc": "3+"}, RESIDUAL | {"ihc": "3+"}).sources
    assert "doi:10.1200/JCO.22.02864" in sources
    assert "PMID:37419078" not in sources


@pytest.mark.parametrize("staining", [True, False])
def test_a_zero_that_is_not_split_may_be_either_label(staining: bool) -> None:
    split = {"ihc": "0", "membrane_staining": staining}
    value = concluded(BIOPSY | {"ihc": "0"}, RESIDUAL | split).value
    assert value is not None
    assert [each.kind for each in value.changes] == ["same-status"]
