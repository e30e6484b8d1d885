"""Pairs as a person reads them off a record."""

from __future__ import annotations

from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text
from neoher.response.her2pet.facts import Her2PetPairs
from neoher.response.her2pet.recorded import has_her2_pet, pairs_of_case

COURSE = """\
neoher: 1
patient: {id: P1}
cancers: [{id: C1, side: left}]
lesions: [{id: L1, cancer: C1, kind: primary}, {id: N1, cancer: C1, kind: node}]
specimens:
  - {id: B1, lesion: L1, date: 2025-02-03, her2: {ihc: '1+'}}
  - {id: B2, lesion: N1, her2: {ihc: 3+}}
exams:
  - {id: E1, modality: PT, date: 2025-02-14, tracer: 89Zr-pertuzumab,
     findings: [{lesion: L1, suvmax: 12.7, uptake: positive}, {lesion: N1, uptake: negative}]}
  - {id: E2, modality: PT, date: 2025-02-10, tracer: 18F-FDG,
     findings: [{lesion: L1, uptake: positive}, {lesion: N1, uptake: positive}]}
"""


def paired(text: str) -> Her2PetPairs:
    value = pairs_of_case(read_case_text(text)).value
    assert value is not None
    return value


def record(text: str) -> Case:
    return read_case_text(text)


def test_the_lesion_of_scan_and_biopsy_is_paired_and_the_fdg_gives_the_pattern() -> None:
    found = paired(COURSE)
    (pair,) = found.pairs
    assert (pair.lesion, pair.days_apart, pair.spectrum, pair.suvmax) == ("L1", 11, "low", 12.7)
    assert pair.false_positive_by_two_classes is True
    assert pair.reclassified_three_class is True
    # One of two avid lesions takes the tracer up: exactly half is no pattern.
    assert [(each.pattern, each.share) for each in found.patients] == [(None, 0.5)]


def test_a_biopsy_without_a_day_is_missing() -> None:
    assert "specimens[B2].date" in pairs_of_case(record(COURSE)).missing


def test_treatment_between_excludes_the_pair_by_regimen_drugs_or_doses() -> None:
    for given in (
        "{regimen: TCHP, start: 2025-02-10}",
        "{drugs: [trastuzumab, docetaxel], start: 2025-02-10}",
        "{doses: [{drug: pertuzumab, date: 2025-02-10, mg: 840}]}",
    ):
        found = paired(f"{COURSE}treatment: [{given}]\n")
        assert found.pairs == ()
        assert "her2-drug-between" in {each.reason for each in found.exclusions}


def test_later_doses_of_a_drug_begun_before_are_no_start_between() -> None:
    doses = "{doses: [{drug: pertuzumab, date: 2025-01-10}, {drug: pertuzumab, date: 2025-02-10}]}"
    (pair,) = paired(f"{COURSE}treatment: [{doses}]\n").pairs
    assert "her2-drug-before-scan" in pair.flags


def test_an_fdg_pet_alone_is_no_her2_pet() -> None:
    assert has_her2_pet(record(COURSE))
    assert not has_her2_pet(record(COURSE.replace("89Zr-pertuzumab", "18F-FDG")))
