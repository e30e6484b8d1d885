"""Rubbish tables: whatever a file holds, a command answers or refuses with one of the named errors."""

from __future__ import annotations

import csv
import io
import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neoher.cohort.describe.analysis import DescribeQuestion, describe_cohort
from neoher.cohort.describe.dictionary import cohort_dictionary
from neoher.cohort.output.page import render_page
from neoher.cohort.output.terminal import result_lines
from neoher.cohort.rates.analysis import RateQuestion, analyse_rates
from neoher.cohort.result import CohortResult
from neoher.cohort.table.building import read_cohort
from neoher.errors import InputError

NAMES = (
    "patient",
    "age",
    "her2_class",
    "hr",
    "pcr",
    "os_days",
    "os_event",
    "rfs_days",
    "ld_mm",
    "note",
    "arm",
)
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "NA",
            "0",
            "1",
            "2",
            "positive",
            "low",
            "yes",
            "no",
            "3 mm",
            "3.4 cm",
            "2020-01-02",
            "-5",
            "1e400",
            "nan",
        ]
    ),
    st.integers(-3, 4000).map(str),
    st.floats(allow_nan=False, width=32).map(str),
    st.text(max_size=6),
)
TABLES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True).flatmap(
    lambda names: st.tuples(
        st.just(names), st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=12)
    )
)


def finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(finite(each) for each in value.values())
    if isinstance(value, list):
        return all(finite(each) for each in value)
    return not isinstance(value, float) or math.isfinite(value)


def answer(table: Path) -> list[CohortResult]:
    results = []
    try:
        cohort = read_cohort(table)
    except InputError:
        return []
    results.append(cohort_dictionary(cohort))
    for by in ("her2_class", "arm", None):
        try:
            results.append(describe_cohort(cohort, DescribeQuestion(by=by), drawn=False))
        except InputError:
            continue
        try:
            question = RateQuestion("pcr", by=by, strata="hr" if "hr" in cohort.variables else None)
            results.append(analyse_rates(cohort, question, drawn=False))
        except InputError:
            continue
    return results


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(TABLES)
def test_any_cells_are_answered_or_refused(table: tuple[list[str], list[list[str]]]) -> None:
    names, rows = table
    text = io.StringIO(newline="")
    csv.writer(text).writerows([names, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        for result in answer(path):
            assert finite(result.as_json())
            assert result.n <= len(rows)
            assert "<html" in render_page(result)
            assert all(isinstance(line, str) for line in result_lines(result))


@settings(max_examples=100)
@given(st.binary(max_size=300))
@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_any_bytes_are_answered_or_refused(suffix: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"cohort{suffix}"
        path.write_bytes(content)
        answer(path)
