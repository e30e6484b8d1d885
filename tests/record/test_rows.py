"""Rows of a CSV: what their model declares is what the reader takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from neoher.errors import InputError
from neoher.record.calculator import models_of
from neoher.record.conclusion import Frozen
from neoher.record.rows import Column, Row, columns_of, read_rows
from neoher.record.values.dates import Day


class Scan(Row):
    lesion: str
    date: Annotated[Day, Column(takes="a date, YYYY-MM-DD")]
    size_mm: Annotated[float | None, Field(ge=0), Column(unit="mm")] = None
    side: Annotated[Literal["left", "right"] | None, Column(may_be_left_out=True)] = None


class First(Frozen):
    a: int


class Second(Frozen):
    b: int


def written(folder: Path, text: str) -> Path:
    path = folder / "scans.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_cells_become_typed_facts_with_their_line(tmp_path: Path) -> None:
    path = written(
        tmp_path, "\ufeffside,note,size_mm,date,lesion\nleft,x,12.5,2025-01-06,A\n\n,,0,2025-01-07,B,,\n"
    )
    first, second = read_rows(path, Scan)
    assert (first.lesion, first.size_mm, first.side, first.line) == ("A", 12.5, "left", 2)
    assert (second.lesion, second.size_mm, second.side, second.line) == ("B", 0.0, None, 4)


def test_an_empty_cell_is_not_known_and_never_zero(tmp_path: Path) -> None:
    (row,) = read_rows(written(tmp_path, "lesion,date,size_mm\nA,2025-01-06, \n"), Scan)
    assert row.size_mm is None


def test_the_line_is_no_column_and_no_part_of_the_facts() -> None:
    assert list(columns_of(Scan)) == ["lesion", "date", "size_mm", "side"]
    assert "line" not in Scan(lesion="A", date="2025-01-06", line=3).model_dump()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lesion,date\nA,2025-01-06\n", "scans.csv: there is no column size_mm."),
        ("lesion;date;size_mm\nA;2025-01-06;1\n", "separated by semicolons"),
        ("lesion,date,size_mm,date\nA,2025-01-06,1,x\n", "two columns are called 'date'"),
        ("lesion,date,size_mm\n,2025-01-06,1\n", "scans.csv, line 2, lesion: the cell is empty."),
        ("lesion,date,size_mm\nA,2025-01-06,-1\n", "scans.csv, line 2, size_mm: '-1' is below 0."),
        ("lesion,date,size_mm\nA,2025-01-06,wide\n", "It takes a number from 0 (mm)."),
        ("lesion,date,size_mm\nA,6.1.2025,1\n", "scans.csv, line 2, date: '6.1.2025' is not a date."),
        ("lesion,date,size_mm,side\nA,2025-01-06,1,up\n", "It takes one of left, right."),
        ("lesion,date,size_mm\nA,2025-01-06\n", "line 2: the row has 2 cells, the header has 3."),
        ("lesion,date,size_mm\nA,2025-01-06,1,2\n", "line 2: the row has 4 cells, the header has 3."),
        ("", "is empty."),
        ('lesion,"date', "is not CSV"),
    ],
)
def test_what_is_not_taken_is_refused_with_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_rows(written(tmp_path, text), Scan)
    assert message in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path / "none.csv", Scan)


def test_a_value_may_be_a_model_a_list_or_one_of_several() -> None:
    assert models_of(First) == (First,)
    assert models_of(tuple[First, ...]) == (First,)
    assert models_of(tuple[First, ...] | Second) == (First, Second)
    assert models_of(float) == ()
