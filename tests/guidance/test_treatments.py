"""Treatments of a record: the drugs a name stands for, cycles that count, what is over; no guess."""

from __future__ import annotations

import datetime as dt

import pytest

from neoher.guidance.facts.known import known_on
from neoher.guidance.facts.treatments import Given, treatments_of
from neoher.guidance.knowledge import load_knowledge
from neoher.record.case import Case


def given(**treatment: object) -> Given:
    case = Case.model_validate({"neoher": 1, "patient": {"id": "P"}, "treatment": [treatment]})
    (entry,) = treatments_of(case, load_knowledge(), case.surgery)
    return entry


# Knowledge 5.2 and the brands of the drugs.
@pytest.mark.parametrize(
    ("named", "drugs"),
    [
        ("TCHP", {"docetaxel", "carboplatin", "trastuzumab", "pertuzumab"}),
        ("tchp", {"docetaxel", "carboplatin", "trastuzumab", "pertuzumab"}),
        ("TCbHP", {"docetaxel", "carboplatin", "trastuzumab", "pertuzumab"}),
        ("ddAC-THP", {"doxorubicin", "cyclophosphamide", "paclitaxel", "trastuzumab", "pertuzumab"}),
        ("T-DXd-THP", {"T-DXd", "paclitaxel", "trastuzumab", "pertuzumab"}),
        ("T-DXd then THP", {"T-DXd", "paclitaxel", "trastuzumab", "pertuzumab"}),
        ("T-DXd -> HP", {"T-DXd", "trastuzumab", "pertuzumab"}),
        ("Enhertu", {"T-DXd"}),
        ("Kadcyla", {"T-DM1"}),
        ("adjuvant T-DM1", {"T-DM1"}),
        ("HP", {"trastuzumab", "pertuzumab"}),
        ("Phesgo", {"trastuzumab", "pertuzumab"}),
        ("Herceptin + Perjeta", {"trastuzumab", "pertuzumab"}),
        ("AC", {"doxorubicin", "cyclophosphamide"}),
        ("EC", {"epirubicin", "cyclophosphamide"}),
        ("weekly paclitaxel and trastuzumab", {"paclitaxel", "trastuzumab"}),
        # A sequence that no regimen held here has: the drugs of its blocks.
        ("EC-THP", {"epirubicin", "cyclophosphamide", "paclitaxel", "trastuzumab", "pertuzumab"}),
        ("ddEC then THP", {"epirubicin", "cyclophosphamide", "paclitaxel", "trastuzumab", "pertuzumab"}),
        (
            "EC \u2192 docetaxel + HP",
            {"epirubicin", "cyclophosphamide", "docetaxel", "trastuzumab", "pertuzumab"},
        ),
        ("AC followed by TH", {"doxorubicin", "cyclophosphamide", "paclitaxel", "trastuzumab"}),
        ("nab-paclitaxel", {"nab-paclitaxel"}),
        ("trastuzumab-emtansine", {"T-DM1"}),
    ],
)
def test_a_name_stands_for_its_drugs(named: str, drugs: set[str]) -> None:
    assert given(regimen=named).drugs == drugs
    assert given(drugs=[named]).drugs == drugs


@pytest.mark.parametrize(
    "named", ["protocol 12", "TCHP + study drug", "chemo", "XYZ", "EC-P", "EC then protocol 12"]
)
def test_one_name_that_is_not_known_leaves_the_drugs_unknown(named: str) -> None:
    assert given(regimen=named).drugs is None
    assert given().drugs is None


@pytest.mark.parametrize(
    ("treatment", "cycles"),
    [
        ({"regimen": "TCHP", "cycles": 6}, 6),
        ({"regimen": "ddAC-THP", "cycles": 8}, 4),  # the first 4 have no HER2-directed drug
        ({"regimen": "ddAC-THP", "cycles": 3}, 0),
        ({"regimen": "T-DXd-THP", "cycles": 8}, 8),
        ({"regimen": "AC", "cycles": 4}, 0),
        ({"regimen": "AC"}, 0),
        ({"regimen": "TCHP"}, None),
        ({"regimen": "FEC-THP", "cycles": 6}, None),  # 3 or 4 of them are FEC: not guessed
        ({"regimen": "protocol 12", "cycles": 6}, None),
        ({"regimen": "EC-THP", "cycles": 6}, None),
        ({"regimen": "EC-THP", "cycles": 0}, None),
        ({"regimen": "T-DXd -> HP", "cycles": 6}, 6),
    ],
)
def test_cycles_that_count_towards_the_year(treatment: dict[str, object], cycles: int | None) -> None:
    assert given(**treatment).her2_cycles() == cycles


@pytest.mark.parametrize(
    ("treatment", "ended"),
    [
        ({"cycles": 6, "cycles_planned": 6}, True),
        ({"cycles": 5, "cycles_planned": 6}, False),
        ({"cycles": 6}, False),
        ({"end": "2026-01-01"}, True),
        ({"ended_because": "toxicity"}, True),
        ({}, False),
    ],
)
def test_a_treatment_is_over_only_where_the_record_says_so(treatment: dict[str, object], ended: bool) -> None:
    assert given(regimen="TCHP", **treatment).ended is ended


def test_what_is_dated_later_is_left_out_and_named() -> None:
    case = Case.model_validate(
        {
            "neoher": 1,
            "patient": {"id": "P"},
            "heart": [{"date": "2025-01-01", "lvef_percent": 60}, {"date": "2025-06-01", "lvef_percent": 40}],
            "treatment": [{"regimen": "TCHP", "start": "2025-01-10", "end": "2025-05-01"}],
            "adverse_events": [{"kind": "ILD", "date": "2025-04-01"}],
            "surgery": {"date": "2025-06-01"},
        }
    )
    known, left_out = known_on(case, dt.date(2025, 3, 1))
    assert [each.lvef_percent for each in known.heart] == [60]
    assert (known.surgery, known.adverse_events) == ((), None)
    assert known.treatment[0].end is None
    assert left_out == ("heart[1]", "surgery[0]", "adverse_events[0]")
    assert known_on(case, dt.date(2025, 6, 1)) == (case, ())
