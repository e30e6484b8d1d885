"""A table of scans, biopsies and drug starts to the study: what is paired, what is not, and where it is
told."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoher.cohort.her2pet.analysis import analyse_her2pet
from neoher.cohort.her2pet.lesions import Her2Class
from neoher.cohort.her2pet.pairing import holds_events, paired_study
from neoher.errors import InputError

EVENTS = """\
patient,event,date,lesion,tracer,suvmax,her2_text,drug,uptake,site,biopsy
A,scan,2024-03-01,breast,89Zr-pertuzumab,12.5,,,positive,breast,
A,biopsy,2024-01-20,breast,,,"HER2 1+",,,,primary
A,scan,2024-03-01,bone,89Zr-pertuzumab,5.1,,,positive,bone,
A,biopsy,2024-05-01,bone,,,HER2 3+,,,,metastasis
B,scan,2024-03-01,breast,89Zr-trastuzumab,9.9,,,positive,breast,
B,biopsy,2023-12-30,breast,,,"HER2 1+",,,,primary
C,scan,2024-03-01,breast,89Zr-trastuzumab,8.0,,,negative,breast,
C,biopsy,2024-04-01,breast,,,HER2 3+,,,,primary
C,drug,2024-03-10,,,,,trastuzumab,,,
D,scan,2024-03-01,breast,89Zr-trastuzumab,4.0,,,negative,breast,
E,scan,2024-03-01,breast,89Zr-trastuzumab,4.4,,,negative,breast,
E,biopsy,2024-03-05,breast,,,"HER2 IHC 0",,,,primary
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    path.write_text(EVENTS, encoding="utf-8")
    return path


def test_lesions_are_paired_within_61_days_and_without_a_her2_drug_between(table: Path) -> None:
    study = paired_study(table, 61, keep_treated=False)
    found = {(each.patient, each.lesion): each for each in study.lesions}
    assert {name: each.her2 for name, each in found.items()} == {
        ("A", "breast"): Her2Class.LOW,
        ("A", "bone"): Her2Class.POSITIVE,
        ("E", "breast"): Her2Class.ZERO,
    }
    assert found["A", "bone"].days_apart == 61
    assert (found["A", "bone"].site, found["A", "bone"].biopsy) == ("bone", "metastasis")
    result = analyse_her2pet(study.lesions, study.source)
    first, second = result.further[0].rows[:2]
    assert (first["step"], first["patients"], first["lesions"]) == ("HER2 PET of a lesion", 5, 6)
    assert second["lesions"] == 3
    assert second["left_out"] == "1 outside window; 1 HER2 drug between; 1 no biopsy of the lesion"
    scans = {each.patient: each.row for each in study.excluded if each.column == "scan"}
    assert scans == {"B": 6, "C": 8, "D": 11}


def test_a_wider_window_and_treated_pairs_are_kept_where_asked_for(table: Path) -> None:
    study = paired_study(table, 62, keep_treated=True)
    assert {(each.patient, each.lesion) for each in study.lesions} == {
        ("A", "breast"),
        ("A", "bone"),
        ("B", "breast"),
        ("C", "breast"),
        ("E", "breast"),
    }


def test_two_tracers_of_one_day_keep_their_own_reading(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    header, first = EVENTS.splitlines()[:2]
    other = first.replace("pertuzumab,12.5", "trastuzumab,3.5").replace("positive", "negative")
    path.write_text("\n".join([header, first, other, EVENTS.splitlines()[2]]) + "\n", encoding="utf-8")
    study = paired_study(path, 61, keep_treated=False)
    assert {each.tracer: (each.suvmax, each.uptake) for each in study.lesions} == {
        "89Zr-pertuzumab": (12.5, "positive"),
        "89Zr-trastuzumab": (3.5, "negative"),
    }


def test_a_table_of_events_is_told_from_a_table_of_lesions(table: Path, tmp_path: Path) -> None:
    assert holds_events(table)
    lesions = tmp_path / "lesions.csv"
    lesions.write_text("patient,lesion,suvmax\nA,breast,3\n", encoding="utf-8")
    assert not holds_events(lesions)
    assert not holds_events(tmp_path / "absent.csv")


def test_a_table_of_drugs_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    lines = EVENTS.splitlines()
    path.write_text("\n".join([lines[0], lines[9]]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="no scan and no biopsy"):
        paired_study(path, 61, keep_treated=False)
