"""Expected pairs, written by hand: biopsy within two months of the scan (Yeh 2025, doi
10.2967/jnumed.124.269227), 61 days by this project's choice; classes by ASCO/CAP 2018."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.response.her2pet.facts import Her2PetInputs, Her2PetPairs, Her2PetRow
from neoher.response.her2pet.pairs import her2pet_pairs

DAY = dt.date(2025, 3, 1)


def day(offset: int) -> str:
    return (DAY + dt.timedelta(days=offset)).isoformat()


def scan(lesion: str | None = "L1", at: int = 0, **more: Any) -> dict[str, Any]:
    stated = {"tracer": "89Zr-pertuzumab", "suvmax": 8.0} | more
    return {"patient": "P1", "event": "scan", "date": day(at), "lesion": lesion} | stated


def biopsy(at: int, text: str | None = "HER2 1+", lesion: str | None = "L1") -> dict[str, Any]:
    return {"patient": "P1", "event": "biopsy", "date": day(at), "lesion": lesion, "her2_text": text}


def drug(at: int, name: str = "trastuzumab") -> dict[str, Any]:
    return {"patient": "P1", "event": "drug", "date": day(at), "drug": name}


def concluded(*rows: dict[str, Any], **more: Any) -> Conclusion[Her2PetPairs]:
    return her2pet_pairs(Her2PetInputs(rows=tuple(Her2PetRow.model_validate(row) for row in rows), **more))


def value(*rows: dict[str, Any], **more: Any) -> Her2PetPairs:
    found = concluded(*rows, **more).value
    assert found is not None
    return found


def reasons(found: Her2PetPairs) -> list[tuple[str, str]]:
    return [(each.event, each.reason) for each in found.exclusions]


@pytest.mark.parametrize("at", [-61, -1, 0, 1, 61])
def test_within_the_window_either_first(at: int) -> None:
    found = value(scan(), biopsy(at))
    assert [pair.days_apart for pair in found.pairs] == [abs(at)]
    assert found.exclusions == ()


@pytest.mark.parametrize("at", [-62, 62])
def test_a_day_beyond_the_window_is_not_paired(at: int) -> None:
    found = value(scan(), biopsy(at))
    assert found.pairs == ()
    assert reasons(found) == [(each.event, "outside-window") for each in found.exclusions]
    assert {each.event for each in found.exclusions} == {"scan", "biopsy"}
    assert "62 days" in found.exclusions[0].message


def test_the_window_can_be_set() -> None:
    assert value(scan(), biopsy(30), window=29).pairs == ()
    assert len(value(scan(), biopsy(30), window=30).pairs) == 1


@pytest.mark.parametrize(
    ("rows", "paired"),
    [
        ([biopsy(-20), drug(-10)], False),
        ([biopsy(-20), drug(-20)], False),
        ([biopsy(-20), drug(0)], False),
        ([biopsy(20), drug(10)], False),
        ([biopsy(-20), drug(-21)], True),
        ([biopsy(-20), drug(1)], True),
        ([biopsy(-20), drug(-10, "T-DM1")], False),
        ([biopsy(-20), drug(-10, "TCHP")], False),
        ([biopsy(-20), drug(-10, "letrozole")], True),
        ([biopsy(-20), drug(-10, "lapatinib")], True),
        ([biopsy(-20), drug(-10) | {"patient": "P2"}], True),
    ],
)
def test_a_her2_antibody_or_conjugate_started_between_excludes_the_pair(
    rows: list[dict[str, Any]], paired: bool
) -> None:
    conclusion = concluded(scan(), *rows)
    assert conclusion.value is not None
    assert bool(conclusion.value.pairs) is paired
    if not paired:
        assert {each.reason for each in conclusion.value.exclusions} == {"her2-drug-between"}
        assert "her2-drug-between" in {each.code for each in conclusion.warnings}


def test_a_treated_pair_can_be_kept_and_is_flagged() -> None:
    (pair,) = value(scan(), biopsy(-20), drug(-10), keep_treated=True).pairs
    assert "her2-drug-between" in pair.flags


def test_a_drug_whose_nature_is_not_known_is_named_and_excludes_nothing() -> None:
    conclusion = concluded(scan(), biopsy(-20), drug(-10, "study drug"))
    assert conclusion.value is not None
    assert len(conclusion.value.pairs) == 1
    (said,) = [each.message for each in conclusion.warnings if each.code == "drug-not-recognised"]
    assert "study drug" in said


def test_the_nearest_biopsy_is_taken_and_the_others_say_so() -> None:
    found = value(scan(), biopsy(-40, "HER2 3+"), biopsy(10, "HER2 1+"))
    assert [(pair.days_apart, pair.spectrum) for pair in found.pairs] == [(10, "low")]
    assert reasons(found) == [("biopsy", "paired-with-another")]


def test_a_kept_treated_pair_gives_way_to_a_farther_one_without_treatment() -> None:
    (pair,) = value(scan(), biopsy(20), drug(10), biopsy(-40), keep_treated=True).pairs
    assert (pair.days_apart, pair.flags) == (40, ())


def test_a_farther_biopsy_serves_where_a_drug_was_started_before_the_nearer_one() -> None:
    found = value(scan(), biopsy(20), drug(10), biopsy(-40))
    assert [pair.days_apart for pair in found.pairs] == [40]


def test_a_biopsy_serves_one_scan_of_each_tracer() -> None:
    found = value(scan(), scan(at=5), scan(at=2, tracer="89Zr-trastuzumab"), biopsy(-10))
    assert sorted((str(pair.tracer), pair.days_apart) for pair in found.pairs) == [
        ("89Zr-pertuzumab", 10),
        ("89Zr-trastuzumab", 12),
    ]
    assert reasons(found) == [("scan", "paired-with-another")]
    assert [(each.tracer, each.pairs, each.low) for each in found.by_tracer] == [
        ("89Zr-pertuzumab", 1, 1),
        ("89Zr-trastuzumab", 1, 1),
    ]


def test_another_lesion_or_patient_is_not_paired() -> None:
    assert reasons(value(scan("L1"), biopsy(0, lesion="L2"))) == [
        ("scan", "no-biopsy-of-the-lesion"),
        ("biopsy", "no-scan-of-the-lesion"),
    ]
    assert value(scan(), biopsy(0) | {"patient": "P2"}).pairs == ()


def test_a_lesion_that_is_not_stated_is_never_the_same_lesion() -> None:
    assert {each.reason for each in value(scan(None), biopsy(0, lesion=None)).exclusions} == {
        "lesion-not-stated"
    }


@pytest.mark.parametrize(
    ("text", "status", "spectrum", "three", "by_three", "by_spectrum"),
    [
        ("HER2 3+", "positive", "3+", "positive", False, False),
        ("HER2 2+, FISH amplified", "positive", "2+/ISH+", "positive", False, False),
        ("HER2 2+, FISH not amplified", "negative", "low", "low", True, True),
        ("HER2 1+", "negative", "low", "low", True, True),
        ("HER2 ultralow (0)", "negative", "ultralow", "0", False, True),
        ("IHC 0, no membrane staining", "negative", "absent", "0", False, False),
        ("HER2 0", "negative", "0-unspecified", "0", False, None),
        ("HER2 negative", "negative", None, None, None, None),
        ("HER2 2+", "equivocal", None, None, None, None),
        (None, None, None, None, None, None),
    ],
)
def test_classes_and_reclassification_by_the_wording(
    text: str | None,
    status: str | None,
    spectrum: str | None,
    three: str | None,
    by_three: bool | None,
    by_spectrum: bool | None,
) -> None:
    (pair,) = value(scan(), biopsy(-10, text)).pairs
    assert (pair.status, pair.spectrum, pair.three_class) == (status, spectrum, three)
    assert (pair.reclassified_three_class, pair.reclassified_spectrum) == (by_three, by_spectrum)


def test_a_biopsy_without_a_wording_is_missing_and_not_negative() -> None:
    conclusion = concluded(scan(), biopsy(-10, None))
    assert "her2_text" in conclusion.missing


def test_a_contradictory_wording_gives_no_class_and_says_so() -> None:
    conclusion = concluded(scan(), biopsy(-10, "HER2 3+, negative"))
    assert conclusion.value is not None
    assert conclusion.value.pairs[0].status is None
    assert "her2-contradictory" in {each.code for each in conclusion.warnings}


@pytest.mark.parametrize(
    ("uptake", "text", "false_positive"),
    [
        ("positive", "HER2 1+", True),
        ("positive", "HER2 3+", False),
        ("negative", "HER2 1+", False),
        ("indeterminate", "HER2 1+", None),
        (None, "HER2 1+", None),
    ],
)
def test_a_false_positive_needs_the_reading_of_the_scan(
    uptake: str | None, text: str, false_positive: bool | None
) -> None:
    (pair,) = value(scan(uptake=uptake), biopsy(-10, text)).pairs
    assert pair.false_positive_by_two_classes is false_positive


def test_an_suv_gives_no_class_and_the_studies_that_disagree_are_named() -> None:
    conclusion = concluded(scan(), biopsy(-10))
    said = next(each.message for each in conclusion.warnings if each.code == "suv-gives-no-her2-class")
    assert "12.7" in said
    assert "0.003" in said
    assert "suv-gives-no-her2-class" not in {
        each.code for each in concluded(scan(suvmax=None), biopsy(-10)).warnings
    }


def test_liver_and_treatment_before_the_scan_are_flagged() -> None:
    (pair,) = value(scan("liver 1"), biopsy(-10, lesion="liver 1"), drug(-30)).pairs
    assert {"liver-uptake-unreliable", "her2-drug-before-scan"} <= set(pair.flags)


@pytest.mark.parametrize(
    "row",
    [
        biopsy(0) | {"suvmax": 3.0},
        drug(0) | {"suvmax": 3.0},
        scan() | {"her2_text": "3+"},
        scan() | {"drug": "HP"},
    ],
)
def test_a_cell_in_the_row_of_another_event_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="has no"):
        concluded(scan(), biopsy(0), row | {"line": 4})


def test_without_scan_or_biopsy_nothing_is_paired_and_the_other_is_missing() -> None:
    assert concluded(drug(0)).value is None
    conclusion = concluded(scan())
    assert conclusion.value is not None
    assert conclusion.value.pairs == ()
    assert "biopsy" in conclusion.missing


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["scan", "biopsy", "drug"]),
        st.integers(-80, 80),
        st.sampled_from(["L1", "L2", None]),
        st.sampled_from(["89Zr-pertuzumab", "89Zr-trastuzumab"]),
    ),
    max_size=9,
)


@given(EVENTS)
def test_every_scan_and_biopsy_stands_in_a_pair_or_among_the_exclusions(
    events: list[tuple[str, int, str | None, str]],
) -> None:
    rows = [
        {"scan": scan(lesion, at, tracer=tracer), "biopsy": biopsy(at, lesion=lesion), "drug": drug(at)}[
            event
        ]
        for event, at, lesion, tracer in events
    ]
    found = concluded(*rows).value
    scans = [row for row in rows if row["event"] == "scan"]
    biopsies = [row for row in rows if row["event"] == "biopsy"]
    if found is None:
        assert not scans
        assert not biopsies
        return
    excluded = [each.event for each in found.exclusions]
    assert len(found.pairs) + excluded.count("scan") == len(scans)
    assert excluded.count("biopsy") <= len(biopsies)
    starts = [dt.date.fromisoformat(row["date"]) for row in rows if row["event"] == "drug"]
    for pair in found.pairs:
        first, last = sorted((pair.scan_date, pair.biopsy_date))
        assert (last - first).days == pair.days_apart <= 61
        assert not any(first <= start <= last for start in starts)
    mirrored = concluded(*reversed(rows)).value
    assert mirrored is not None
    assert [pair.days_apart for pair in mirrored.pairs] == [pair.days_apart for pair in found.pairs]


# What is said beside the pairs ------------------------------------------------------------------------------


def codes(conclusion: Conclusion[Her2PetPairs]) -> set[str]:
    return {each.code for each in conclusion.warnings}


def test_at_the_limit_of_the_window_the_drug_is_the_reason() -> None:
    found = value(scan(), biopsy(-61), drug(-10))
    assert {each.reason for each in found.exclusions} == {"her2-drug-between"}
    by_event = {each.event: each.message for each in found.exclusions}
    assert "between this scan and the biopsy" in by_event["scan"]
    assert "between this biopsy and the scan" in by_event["biopsy"]


def test_more_than_one_tracer_is_named_and_one_is_not() -> None:
    second = [scan("L2", tracer="89Zr-trastuzumab"), biopsy(-10, "HER2 3+", lesion="L2")]
    one, two = concluded(scan(), biopsy(-10)), concluded(scan(), biopsy(-10), *second)
    assert "tracers-not-pooled" not in codes(one)
    assert "tracers-not-pooled" in codes(two)
    assert two.value is not None
    assert [(each.tracer, each.positive, each.low) for each in two.value.by_tracer] == [
        ("89Zr-pertuzumab", 0, 1),
        ("89Zr-trastuzumab", 1, 0),
    ]


def test_treatment_before_the_scan_is_warned_of_only_where_there_was_some() -> None:
    assert "her2-drug-before-scan" in codes(concluded(scan(), biopsy(-10), drug(-30)))
    assert "her2-drug-before-scan" not in codes(concluded(scan(), biopsy(-10), drug(30)))
    (same_day,) = value(scan(), biopsy(-10), drug(0), keep_treated=True).pairs
    assert "her2-drug-before-scan" not in same_day.flags


def test_a_kept_treated_pair_is_warned_of_and_an_untreated_one_is_not() -> None:
    assert "her2-drug-between" in codes(concluded(scan(), biopsy(-10), drug(-5), keep_treated=True))
    assert "her2-drug-between" not in codes(concluded(scan(), biopsy(-10), keep_treated=True))


def test_the_sources_of_the_tissue_are_named_where_they_were_used() -> None:
    assert "PMID:29846122" in concluded(scan(), biopsy(-10, "HER2 3+")).sources
    assert "doi:10.1016/j.modpat.2025.100925" not in concluded(scan(), biopsy(-10, "HER2 3+")).sources


def test_messages_name_the_line_of_the_table() -> None:
    with pytest.raises(InputError) as refusal:
        concluded(scan(), biopsy(0) | {"suvmax": 3.0, "line": 7})
    assert refusal.value.where == "line 7"
    conclusion = concluded(scan(), biopsy(-10, "HER2 3+, negative") | {"line": 5})
    assert any("line 5" in each.message for each in conclusion.warnings)


def test_a_drug_may_name_the_lesion_for_which_it_is_given() -> None:
    assert len(value(scan(), biopsy(-10), drug(5) | {"lesion": "L1"}).pairs) == 1
