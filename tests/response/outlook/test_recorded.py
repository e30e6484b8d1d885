"""The facts of a record as a person reads them off it; what is stated in two ways is no fact."""

from __future__ import annotations

from typing import Any

import pytest

from neoher.record.reading.case_file import read_case_text
from neoher.response.outlook.recorded import outlook_facts

HEAD = """\
neoher: 1
patient: {id: P1}
cancers: [{id: C1, side: left}]
lesions: [{id: L1, cancer: C1, kind: primary}, {id: N1, cancer: C1, kind: node}]
"""
BIOPSY = (
    "specimens: [{id: B1, lesion: L1, date: 2025-02-03, er_percent: 5, pr_percent: 0, her2: {ihc: 3+}}]\n"
)
TREATED = "treatment: [{regimen: TCHP, setting: neoadjuvant, start: 2025-02-20}]\n"


def known(text: str) -> dict[str, Any]:
    return outlook_facts(read_case_text(HEAD + text)).model_dump(exclude_none=True)


def mri(day: str, findings: str) -> str:
    return f"exams: [{{id: E1, modality: MR, date: {day}, findings: [{findings}]}}]\n"


def test_biopsy_and_regimen() -> None:
    assert known(BIOPSY + TREATED) == {"her2": "3+", "hr": "positive", "regimen": "TCHP"}


@pytest.mark.parametrize(
    ("regimen", "key"),
    [
        ("TCbHP", "TCHP"),
        ("ddAC-THP", "ddAC_THP"),
        ("T-DXd-THP", "TDXd_THP"),
        ("nab-PHP", "nabPHP"),
        ("XYZ", None),
    ],
)
def test_names_of_regimens(regimen: str, key: str | None) -> None:
    assert known(TREATED.replace("TCHP", regimen)).get("regimen") == key


@pytest.mark.parametrize(
    ("her2", "fact"),
    [
        ("{ihc: 3+}", "3+"),
        ("{ihc: 2+, ish: {probe: dual, ratio: 2.4, copies: 5.6}}", "2+/ISH+"),
        ("{text: HER2 positive}", "positive"),
        ("{ihc: '1+'}", None),
        ("{ihc: 2+}", None),
        ("{ihc: 2+, ish: {probe: dual, ratio: 1.5, copies: 90}}", None),
    ],
)
def test_her2_before_therapy(her2: str, fact: str | None) -> None:
    assert known(BIOPSY.replace("{ihc: 3+}", her2)).get("her2") == fact


def test_what_two_biopsies_state_differently_is_left_out() -> None:
    both = BIOPSY.replace("}]", "}, {id: B2, lesion: L1, date: 2025-02-04, er_percent: 0, pr_percent: 0, "
                                "her2: {ihc: '1+'}}]", 1)  # fmt: skip
    assert known(both) == {}


def test_a_biopsy_during_therapy_or_of_unknown_order_is_not_before_it() -> None:
    assert known(BIOPSY.replace("2025-02-03", "2025-04-03") + TREATED) == {"regimen": "TCHP"}
    assert known(BIOPSY + "treatment: [{regimen: TCHP}]\n") == {"regimen": "TCHP"}


@pytest.mark.parametrize(
    ("day", "findings", "fact"),
    [
        ("2025-06-24", "{lesion: L1, finding: absent}", "complete"),
        ("2025-06-24", "{lesion: L1, longest_mm: 7}", "residual"),
        ("2025-06-24", "{lesion: L1, finding: too-small}", "residual"),
        ("2025-06-24", "{lesion: L1, finding: not-evaluated}", None),
        ("2025-06-24", "{lesion: N1, finding: absent}", None),
        ("2025-02-08", "{lesion: L1, finding: absent}", None),
    ],
)
def test_imaging_is_complete_only_where_the_lesion_is_stated_as_absent(
    day: str, findings: str, fact: str | None
) -> None:
    assert known(TREATED + mri(day, findings)).get("imaging") == fact


def test_a_record_of_two_cancers_gives_none() -> None:
    text = HEAD.replace("side: left}]", "side: left}, {id: C2, side: right}]", 1) + BIOPSY + TREATED
    assert outlook_facts(read_case_text(text)).model_dump(exclude_none=True) == {}


def test_a_biopsy_and_a_scan_on_the_first_day_of_therapy_are_before_it() -> None:
    assert known(BIOPSY.replace("2025-02-03", "2025-02-20") + TREATED)["her2"] == "3+"
    assert "imaging" not in known(TREATED + mri("2025-02-20", "{lesion: L1, finding: absent}"))


def test_a_scan_up_to_the_day_of_the_operation_counts_and_none_after_it() -> None:
    operated = "surgery: {date: 2025-07-10}\n"
    gone = "{lesion: L1, finding: absent}"
    assert known(TREATED + operated + mri("2025-07-10", gone))["imaging"] == "complete"
    assert "imaging" not in known(TREATED + operated + mri("2025-07-11", gone))


def test_tissue_of_a_node_is_not_that_of_the_primary() -> None:
    assert known(BIOPSY.replace("lesion: L1", "lesion: N1") + TREATED) == {"regimen": "TCHP"}
    assert known(BIOPSY.replace("lesion: L1, ", "") + TREATED)["her2"] == "3+"
