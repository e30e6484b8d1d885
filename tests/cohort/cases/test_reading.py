"""A folder of cases as a cohort: what each record says, and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from neoher.cohort.rates.analysis import RateQuestion, analyse_rates
from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.tidy import Cohort
from neoher.errors import TableError

COMPLETE = """
neoher: 1
patient: {id: P1, birth_year: 1976, menopause: premenopausal}
cancers: [{id: C1, side: left, grade: 3}]
lesions:
  - {id: L1, cancer: C1, kind: primary}
  - {id: N1, cancer: C1, kind: node}
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2020-02-03, er_percent: 0, pr_percent: 0, her2: {ihc: "3+"}}
  - {id: B2, kind: core-biopsy, lesion: N1, date: 2020-02-03, her2: {ihc: "1+"}}
exams:
  - {id: E1, modality: MR, visit: T0, date: 2020-02-08, findings: [{lesion: L1, longest_mm: 38}]}
  - {id: E2, modality: US, visit: T2, date: 2020-06-08, findings: [{lesion: L1, longest_mm: 9}]}
treatment:
  - {regimen: TCHP, start: 2020-03-01, cycles: 6}
  - {drugs: [trastuzumab], setting: adjuvant, start: 2020-09-01}
surgery:
  date: 2020-08-01
  specimen: {bed_mm: [12, 9], cellularity_percent: 0, cis_percent: 0, nodes_positive: 0, largest_met_mm: 0,
             ypT: "0", ypN: "0", lymphovascular_invasion: absent, her2: {ihc: "1+"}}
outcome: {last_seen: 2022-08-01, status: alive, events: [{kind: distant recurrence, date: 2021-08-01}]}
"""
LUMINAL = """
neoher: 1
patient: {id: P2}
specimens:
  - {id: B1, date: 2021-01-05, er_percent: 60, her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6}}}
  - {id: B2, date: 2021-01-06, er_percent: 50, pr_percent: 20, her2: {ihc: "1+"}}
treatment: [{regimen: THP, start: 2021-02-01}]
surgery: {date: 2021-07-01, specimen: {ypT: "1a", ypN: "0"}}
outcome: {last_seen: 2023-07-01, status: dead, died: 2023-07-01, events: none}
"""
BILATERAL = """
neoher: 1
patient: {id: P3}
cancers: [{id: C1, side: left}, {id: C2, side: right}]
specimens:
  - {id: B1, cancer: C1, date: 2021-01-05, er_percent: 0, her2: {ihc: "3+"}}
  - {id: B2, cancer: C2, date: 2021-01-05, er_percent: 0, pr_percent: 0,
     her2: {ihc: "0", membrane_staining: "no"}}
outcome: {status: alive}
"""


def write(folder: Path, **cases: str) -> Path:
    for name, text in cases.items():
        (folder / name).mkdir()
        (folder / name / "case.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    return read_cohort(write(tmp_path, a=COMPLETE, b=LUMINAL, c=BILATERAL, d="neoher: 1\npatient: {id: }\n"))


def row(cohort: Cohort, place: int) -> dict[str, Any]:
    found = {str(name): value for name, value in cohort.frame.loc[place].items()}
    return {name: None if pd.isna(value) else value for name, value in found.items()}


def test_a_complete_record_fills_its_row(cohort: Cohort) -> None:
    """Values by hand from the record; the biopsy of the node does not speak for the breast."""
    first = row(cohort, 1)
    assert (first["patient"], first["her2_class"], first["her2_spectrum"], first["hr"]) == (
        "P1",
        "positive",
        "3+",
        "negative",
    )
    assert (first["regimen"], first["age_years"], first["grade"]) == ("TCHP", 44, "3")
    assert (first["pcr"], first["pcr_ypt0_ypn0"], first["bpcr"]) == (True, True, True)
    assert (first["rcb_score"], first["rcb_class"], first["her2_class_after"]) == (0, "0", "low")
    assert (first["mr_longest_t0_mm"], first["us_longest_t2_mm"]) == (38, 9)


def test_each_endpoint_counts_from_its_own_day(cohort: Cohort) -> None:
    first, second = row(cohort, 1), row(cohort, 2)
    # 2020-03-01 to 2021-08-01, 2020-08-01 to 2021-08-01, 2020-03-01 to 2022-08-01.
    assert (first["efs_days"], first["efs_event"]) == (518, 1)
    assert (first["idfs_days"], first["idfs_event"]) == (365, 1)
    assert (first["os_days"], first["os_event"]) == (883, 0)
    assert (second["os_days"], second["os_event"]) == (880, 1)
    assert cohort.variables["efs_days"].origin == "start of neoadjuvant therapy"
    assert cohort.variables["idfs_days"].origin == "surgery"


def test_specimens_that_differ_leave_the_class_unknown(cohort: Cohort) -> None:
    second = row(cohort, 2)
    assert second["her2_class"] is None
    assert second["hr"] == "positive"
    assert not second["pcr"]
    assert second["pcr"] is not None
    assert second["rcb_class"] is None


def test_two_cancers_are_two_rows_of_one_patient(cohort: Cohort) -> None:
    left, right = row(cohort, 3), row(cohort, 4)
    assert (left["patient"], left["cancer"], left["her2_class"]) == ("P3", "C1", "positive")
    assert (right["patient"], right["cancer"], right["her2_class"]) == ("P3", "C2", "0")
    # ER 0 % with PR unstated does not say that the receptors are negative.
    assert left["hr"] is None
    assert right["hr"] == "negative"
    assert "patient-repeated" in {warning.code for warning in cohort.warnings}


def test_two_operations_of_one_day_keep_their_own_specimens(tmp_path: Path) -> None:
    """Both breasts operated on 2021-07-01: complete response left, residual HER2-low cancer right."""
    text = (
        BILATERAL
        + """
surgery:
  - {cancer: C1, date: 2021-07-01, specimen: {bed_mm: [10, 10], cellularity_percent: 0, cis_percent: 0,
     nodes_positive: 0, largest_met_mm: 0, ypT: "0", ypN: "0"}}
  - {cancer: C2, date: 2021-07-01, specimen: {bed_mm: [20, 10], cellularity_percent: 30, cis_percent: 0,
     nodes_positive: 1, largest_met_mm: 4, ypT: "1c", ypN: "1a", her2: {ihc: "1+"}}}
"""
    )
    cohort = read_cohort(write(tmp_path, a=text))
    left, right = row(cohort, 1), row(cohort, 2)
    assert (left["pcr"], left["rcb_score"], left["her2_class_after"]) == (True, 0, None)
    assert (right["pcr"], right["rcb_class"], right["her2_class_after"]) == (False, "II", "low")


def test_follow_up_without_events_stated_is_not_taken_as_free_of_events(tmp_path: Path) -> None:
    text = COMPLETE.replace(", events: [{kind: distant recurrence, date: 2021-08-01}]", "")
    only = row(read_cohort(write(tmp_path, a=text)), 1)
    assert only["efs_days"] is None
    assert only["idfs_event"] is None
    assert only["os_event"] == 0


def test_a_case_that_cannot_be_read_is_left_out_with_its_reason(cohort: Cohort) -> None:
    (left_out,) = cohort.left_out
    assert left_out.column == "d/case.yaml"
    result = analyse_rates(cohort, RateQuestion("pcr"), drawn=False)
    assert result.excluded[0] == left_out
    assert result.n == 2


def test_a_measured_volume_stands_beside_the_reported_size(tmp_path: Path) -> None:
    from neoher.record.conclusion import Conclusion
    from neoher.record.measurement import InputObjects, Measurement, Measurements, Quantity
    from neoher.record.storing import write_measurements

    folder = write(tmp_path, a=COMPLETE)
    images = InputObjects(description="MR", count=1, sha256="0" * 64)
    entry = Measurement(
        exam="E1",
        visit="T0",
        date=None,
        modality="MR",
        lesion="L1",
        method="ftv/1",
        parameters={},
        images=images,
        region=None,
        quantities=(
            Quantity(name="functional_tumour_volume", value=12.5, unit="cm3"),
            Quantity(name="longest_diameter_3d", value=None, unit="mm"),
        ),
        conclusion=Conclusion(value={}),
    )
    before = read_cohort(folder).files[0].sha256
    write_measurements(folder / "a", Measurements(entries=(entry,)))
    cohort = read_cohort(folder)
    assert cohort.frame["ftv_t0_cc"].tolist() == [12.5]
    assert "mr_ld_t0_mm" not in cohort.frame
    assert cohort.files[0].sha256 != before


def test_a_negative_time_names_the_case(tmp_path: Path) -> None:
    text = LUMINAL.replace("start: 2021-02-01", "start: 2024-02-01, setting: neoadjuvant")
    with pytest.raises(TableError, match=r"row 1, column os_days \(patient P2\): the time -\d+ is negative"):
        read_cohort(write(tmp_path, a=text))


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"no case\.yaml"):
        read_cohort(tmp_path)
