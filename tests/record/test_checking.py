"""What `neoher check` concludes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from neoher.errors import RecordError
from neoher.record.checking import check_case

Changed = Callable[..., str]


def stored(folder: Path, text: str) -> Path:
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_sound_record_is_counted_and_its_gaps_are_named(tmp_path: Path, sketch: str) -> None:
    conclusion = check_case(stored(tmp_path, sketch), dt.date(2026, 11, 22))
    checked = conclusion.value
    assert checked is not None
    assert (checked.patient, checked.cancers, checked.lesions, checked.specimens) == ("P001", 1, 2, 1)
    assert (checked.exams, checked.exams_with_images, checked.findings, checked.visits) == (5, 2, 4, ("T0",))
    assert checked.implausible == ()
    assert "exams[E1].regions" in conclusion.missing
    assert conclusion.as_json()["value"]["missing"][0]["importance"] == "essential"


def test_an_impossible_date_is_refused_with_its_line(tmp_path: Path, changed: Changed) -> None:
    folder = stored(tmp_path, changed(("last_seen: 2026-09-01", "last_seen: 2025-07-09")))
    with pytest.raises(RecordError) as refused:
        check_case(folder)
    assert refused.value.where.endswith("case.yaml, line 26, surgery.date")
    assert "outcome.last_seen" in refused.value.remedy


def test_several_impossible_dates_are_listed_together(tmp_path: Path, changed: Changed) -> None:
    folder = stored(tmp_path, changed(("surgery: {date: 2025-07-10", "surgery: {date: 2025-02-02")))
    with pytest.raises(RecordError, match="3 dates cannot be") as refused:
        check_case(folder)
    assert "line 25, restaging.date" in refused.value.what


def test_an_implausible_date_is_a_warning(tmp_path: Path, changed: Changed) -> None:
    conclusion = check_case(stored(tmp_path, changed(("cycles: 6,", "cycles: 7,"))))
    assert [warning.code for warning in conclusion.warnings] == ["implausible-dates"]
    assert conclusion.value is not None
    assert conclusion.value.implausible[0].paths == ("treatment[0].cycles", "treatment[0].cycles_planned")
