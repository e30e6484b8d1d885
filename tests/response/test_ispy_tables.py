"""Imaging complete response against pathological complete response in the public tables of I-SPY 1 and 2.

Complete on imaging: longest diameter 0 on the MRI before surgery, which the criteria call CR. Expected counts
in HER2-positive disease: the tables' own, counted apart from this code (I-SPY 1, column 'MRI LD PreSurg' with
'Her2MostPos' 1; I-SPY 2, columns LD_T3 in cm with 'HER2' 1).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from neoher.response.change import change_between
from neoher.response.functional_volume import EnhancementVisit, functional_volume_course
from neoher.response.recist.calculator import recist
from neoher.response.recist.facts import RecistInputs

pytestmark = [
    pytest.mark.shared,
    pytest.mark.filterwarnings("ignore:Unknown extension is not supported:UserWarning"),
]

FIRST, LAST = dt.date(2000, 1, 3), dt.date(2000, 6, 5)


def known(value: Any) -> float | None:
    """A cell's number; an empty cell is not known."""
    return None if math.isnan(value) else float(value)


def last_response(baseline_mm: float | None, before_surgery_mm: float | None) -> str:
    """RECIST 1.1 before surgery of a lone mass in the breast; why there is none where there is none.

    The tables hold the extent of enhancement, not targets chosen by a reader: a lesion below 10 mm at
    baseline is entered as non-target.
    """
    if before_surgery_mm is None:
        return "not measured"
    measurable = baseline_mm is not None and baseline_mm >= 10
    common = {"lesion": "L1", "kind": "other", "organ": "breast", "modality": "MRI"}
    gone = before_surgery_mm == 0
    if measurable:
        rows = [
            {**common, "role": "target", "visit": "T0", "date": FIRST, "longest_mm": baseline_mm},
            {**common, "role": "target", "visit": "T3", "date": LAST, "longest_mm": before_surgery_mm},
        ]
    else:
        rows = [
            {**common, "role": "nontarget", "visit": "T0", "date": FIRST, "status": "present"},
            {
                **common,
                "role": "nontarget",
                "visit": "T3",
                "date": LAST,
                "status": "absent" if gone else "present",
            },
        ]
    (visit,) = recist(RecistInputs.model_validate({"rows": rows})).value or ()  # type: ignore[misc]
    return "CR" if str(visit.overall) == "CR" else "less"


@pytest.fixture(scope="module")
def ispy1(shared_data: Path) -> pd.DataFrame:
    table = shared_data / "cohorts" / "ispy1" / "I-SPY_1_All_Patient_Clinical_and_Outcome_Data.xlsx"
    sheets = [
        pd.read_excel(table, sheet_name=name).rename(columns=str.strip) for name in ("predictors", "outcomes")
    ]
    both = sheets[0].merge(sheets[1], on="SUBJECTID", validate="one_to_one")
    assert len(both) == 221
    return both[both["Her2MostPos"] == 1]


@pytest.fixture(scope="module")
def ispy2(shared_data: Path) -> pd.DataFrame:
    folder = shared_data / "cohorts" / "ispy2"
    clinical = pd.read_excel(folder / "ISPY2-Imaging-Cohort-1-Clinical-Data.xlsx")
    imaging = pd.read_excel(folder / "Multi-feature-MRI-NACT-Data.xlsx")
    assert (len(clinical), len(imaging)) == (985, 384)
    both = clinical.merge(imaging, left_on="Patient_ID", right_on="CLINICAL-TRIAL-SUBJECT-ID")
    return both[both["HER2"] == 1]


def counted(pairs: list[tuple[str, Any]]) -> dict[str, tuple[int, int]]:
    """Patients and pathological complete responses by the class before surgery, where both are known."""
    sizes = Counter(told for told, pcr in pairs if known(pcr) is not None)
    complete = Counter(told for told, pcr in pairs if pcr == 1)
    return {told: (sizes[told], complete[told]) for told in sizes if told != "not measured"}


def test_in_i_spy_1_complete_on_imaging_is_14_times_pcr_in_19(ispy1: pd.DataFrame) -> None:
    pairs = [
        (last_response(known(row["MRI LD Baseline"]), known(row["MRI LD PreSurg"])), row["PCR"])
        for _, row in ispy1.iterrows()
    ]
    assert counted(pairs) == {"CR": (19, 14), "less": (41, 12)}
    assert len(pairs) == 67


def test_in_i_spy_2_complete_on_imaging_is_28_times_pcr_in_38(ispy2: pd.DataFrame) -> None:
    pairs = []
    for _, row in ispy2.iterrows():
        sizes = [None if (cm := known(row[name])) is None else 10 * cm for name in ("LD_T0", "LD_T3")]
        pairs.append((last_response(*sizes), row["pCR"]))
    assert counted(pairs) == {"CR": (38, 28), "less": (52, 11)}


def test_a_complete_response_on_imaging_leaves_disease_in_a_quarter(ispy2: pd.DataFrame) -> None:
    gone = ispy2[ispy2["LD_T3"] == 0]
    assert float((gone["pCR"] == 0).mean()) == pytest.approx(10 / 38)


@pytest.mark.parametrize(("visit", "column"), [("T1", "V20"), ("T2", "V30"), ("T3", "V40")])
def test_changes_of_volume_and_diameter_are_those_of_the_table(
    ispy2: pd.DataFrame, visit: str, column: str
) -> None:
    """The table holds its own percentages (FTV_pch_T0_T1 …, LD_pch_T0_T1 …)."""
    for _, row in ispy2.iterrows():
        first, later = row["VOLUME_TUM_BLU_V10"], row[f"VOLUME_TUM_BLU_{column}"]
        course = functional_volume_course(
            [
                EnhancementVisit("T0", FIRST, known(first), platform="UCSF"),
                EnhancementVisit(visit, LAST, known(later), platform="UCSF"),
            ]
        )
        assert course.value is not None
        change = course.value[0].change
        expected = known(row[f"FTV_pch_T0_{visit}"])
        assert (change is None) is (expected is None)
        if change is not None:
            assert change.percent == pytest.approx(expected, abs=1e-3)
            assert change.beyond_noise is None
        diameter = change_between("longest_diameter", known(row["LD_T0"]), known(row[f"LD_{visit}"])).value
        expected = known(row[f"LD_pch_T0_{visit}"])
        if diameter is not None and expected is not None:
            assert diameter.percent == pytest.approx(expected, abs=1e-3)
