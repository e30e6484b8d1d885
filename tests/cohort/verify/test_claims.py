"""Printed statistics against printed counts: the claims of the source documents, and cases by hand."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.cohort.verify.analysis import check_claim, verify_claims
from neoher.cohort.verify.claims import Claim, printed_number
from neoher.cohort.verify.findings import Verdict
from neoher.errors import InputError
from neoher.record.rows import read_rows


def claim(statistic: str, **values: Any) -> Claim:
    return Claim.model_validate({"claim": "a claim", "statistic": statistic, **values})


@pytest.fixture(scope="module")
def source_documents() -> dict[str, Any]:
    folder = Path(str(resources.files("neoher.cohort.verify"))) / "examples"
    claims = read_rows(folder / "source_documents.csv", Claim)
    return {row["claim"]: row for row in verify_claims(claims).main.rows}


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("pCR 2+/ISH+", "reproduced"),
        ("pCR 3+", "reproduced"),
        ("HR+ 2+/ISH+", "reproduced"),
        ("HR+ 3+", "reproduced"),
        ("patients by HER2", "reproduced"),
        ("pCR 2+/ISH+ v 3+", "reproduced"),
        ("pCR dual v single in 2+/ISH+", "not-reproduced"),
        ("breast pCR, p as quoted", "not-reproduced"),
        ("breast pCR, p as published", "within-range"),
        ("total pCR, p of the label", "within-range"),
        ("ss-pertuzumab positive", "other-rounding"),
        ("ss-pertuzumab low", "other-rounding"),
        ("ss-pertuzumab 0", "reproduced"),
        ("trastuzumab low", "reproduced"),
        ("pertuzumab low", "reproduced"),
        ("lesions", "reproduced"),
    ],
)
def test_the_source_documents_are_checked_honestly(
    source_documents: dict[str, Any], name: str, verdict: str
) -> None:
    """Verdicts by the arithmetic of knowledge file 00."""
    assert source_documents[name]["verdict"] == verdict


def test_a_p_value_beside_the_wrong_pair_is_said_to_fit_the_other(source_documents: dict[str, Any]) -> None:
    row = source_documents["breast pCR, p as quoted"]
    assert "range of tests of 42/107 v 23/107" in row["note"]
    assert row["reproduced_by"] == []


def test_half_percentages_printed_low_are_consistent_only_with_another_rounding(
    source_documents: dict[str, Any],
) -> None:
    for name in ("ss-pertuzumab positive", "ss-pertuzumab low"):
        assert source_documents[name]["reproduced_by"] == ["rounded half to even", "rounded cut off"]


def test_the_rank_test_of_yeh_2025_means_a_u_of_12_to_15(source_documents: dict[str, Any]) -> None:
    """Knowledge file 00: exact U of 12-15, AUC 0.84-0.88, for P in [0.005, 0.015) with 6 against 16."""
    computed = source_documents["SUVmax low v positive"]["computed"]
    assert computed == "an exact U of 12 to 15 of 96 pairs, AUC 0.84 to 0.88"


@pytest.mark.parametrize(
    ("text", "value", "decimals", "sign", "percent"),
    [
        ("16.24 %", "16.24", 2, "=", True),
        ("p<0.001", "0.001", 3, "<", False),
        ("P = 0.01", "0.01", 2, "=", False),
        (".287", ".287", 3, "=", False),
        ("12%", "12", 0, "=", True),
        ("p-value ≤ 0,05", "0.05", 2, "<", False),
        ("−4.2", "-4.2", 1, "=", False),
        ("0·0141", "0.0141", 4, "=", False),
    ],
)
def test_a_number_is_read_as_printed(
    text: str, value: str, decimals: int, sign: str, *, percent: bool
) -> None:
    read = printed_number(text, "here")
    assert (float(read.value), read.decimals, read.sign, read.percent) == (
        float(value),
        decimals,
        sign,
        percent,
    )


@pytest.mark.parametrize("text", ["n.s.", "", "about 5", "1.2.3", "5-6"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no printed number"):
        printed_number(text, "here")


@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 3))
def test_a_percentage_rounded_half_up_is_always_reproduced(events: int, n: int, decimals: int) -> None:
    """Rounded here by integers, not by the code under test."""
    events = min(events, n)
    scale = 10**decimals
    half_up = (2 * 100 * events * scale + n) // (2 * n)
    text = f"{half_up // scale}.{half_up % scale:0{decimals}d}" if decimals else str(half_up)
    found = check_claim(claim("percent", printed=text, events_1=events, n_1=n))
    assert found.verdict is Verdict.REPRODUCED


def test_a_wrong_percentage_names_the_counts_and_denominators_that_would_give_it() -> None:
    found = check_claim(claim("percent", printed="26.5 %", events_1=13, n_1=68))
    assert found.verdict is Verdict.NOT_REPRODUCED
    assert "18/68" in found.would
    assert "13/49" in found.would


def test_a_percentage_without_its_count_lists_the_counts_that_give_it() -> None:
    assert check_claim(claim("percent", printed="12.24 %", n_1=49)).by == ("6/49",)
    impossible = check_claim(claim("percent", printed="12.3 %", n_1=49))
    assert impossible.verdict is Verdict.NOT_REPRODUCED


def test_what_is_not_known_cannot_be_checked() -> None:
    for stated in ({"printed": "12 %"}, {"n_1": 8, "events_1": 1}, {"printed": "12 %", "n_1": 0}):
        assert check_claim(claim("percent", **stated)).verdict is Verdict.UNDECIDED
    assert check_claim(claim("p", printed="0.05", events_1=1, n_1=5)).verdict is Verdict.UNDECIDED
    assert check_claim(claim("interval", low="1", high="2")).verdict is Verdict.UNDECIDED


def test_a_claim_without_counts_is_listed_as_left_out() -> None:
    result = verify_claims([claim("percent", printed="12 %", line=2), claim("sum", printed="3", parts="1 2")])
    assert result.n == 1
    assert [each.row for each in result.excluded] == [2]


def test_an_interval_names_the_methods_that_give_it(r: ModuleType) -> None:
    """19/117 in percent with one decimal: the limits come from R."""
    wilson, exact = r.run(
        """
100 * rbind(prop.test(19, 117, correct = FALSE)$conf.int, binom.test(19, 117)$conf.int)
"""
    )
    for (low, high), method in ((wilson, "Wilson"), (exact, "Clopper-Pearson")):
        stated = claim("interval", low=f"{low:.1f}", high=f"{high:.1f}", events_1=19, n_1=117)
        found = check_claim(stated)
        assert found.verdict is Verdict.REPRODUCED
        assert method in found.by
    assert check_claim(claim("interval", low="9.0", high="24.0", events_1=19, n_1=117)).by == ()


def test_printed_parts_add_up_exactly_or_within_their_rounding() -> None:
    assert check_claim(claim("sum", printed="9", parts="3 6 0")).by == ("exact",)
    rounded = check_claim(claim("sum", printed="100 %", parts="33.3 33.3 33.3"))
    assert rounded.verdict is Verdict.REPRODUCED
    assert check_claim(claim("sum", printed="10", parts="3 6 0")).verdict is Verdict.NOT_REPRODUCED


def test_a_hazard_ratio_lies_in_the_middle_of_its_interval_on_the_log_scale() -> None:
    """A made-up ratio whose middle is sqrt(0.34 x 0.66) = 0.474, and slips in it."""
    sound = claim("ratio", printed="0.47", low="0.34", high="0.66", p="<0.001")
    assert check_claim(sound).verdict is Verdict.REPRODUCED
    slipped = claim("ratio", printed="0.74", low="0.34", high="0.66", p="<0.001")
    assert check_claim(slipped).verdict is Verdict.NOT_REPRODUCED
    wrong_p = claim("ratio", printed="0.98", low="0.80", high="1.20", p="0.001")
    assert check_claim(wrong_p).verdict is Verdict.NOT_REPRODUCED
