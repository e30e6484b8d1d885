"""The files of a result: one page, the JSON, and a CSV of each table; each replaced whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from neoher.cohort.output.page import render_page
from neoher.cohort.result import CohortResult
from neoher.errors import InputError
from neoher.record.storing import replace_atomically

__all__ = ["write_result"]


def write_result(result: CohortResult, command: str, out: Path) -> tuple[Path, ...]:
    """Write COMMAND.html, COMMAND.json and COMMAND-*.csv into the folder `out`, made where it is absent.

    All are finished in memory before the first is written. Returns the files, the page first.
    Raises: InputError where the folder cannot be made or written.
    """
    files: dict[str, bytes] = {
        f"{command}.html": render_page(result).encode(),
        f"{command}.json": (
            json.dumps(result.as_json(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        ).encode(),
    }
    for table in (result.main, *result.further):
        rows = [_flat({column.key: row.get(column.key) for column in table.columns}) for row in table.rows]
        keys = list(dict.fromkeys(key for row in rows for key in row))
        files[f"{command}-{table.name}.csv"] = _csv(keys, rows)
    for name, entries in (
        ("estimates", result.estimates),
        ("tests", result.tests),
        ("excluded", result.excluded),
    ):
        if entries:
            rows = [entry.model_dump(mode="json") for entry in entries]
            files[f"{command}-{name}.csv"] = _csv(list(rows[0]), rows)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be made: {error.strerror}.", str(out), "Name another: --out DIR."
        ) from None
    for name, content in files.items():
        replace_atomically(out / name, content)
    return tuple(out / name for name in files)


def _csv(keys: Sequence[str], rows: Sequence[dict[str, Any]]) -> bytes:
    """Rows under their keys; what is not known is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_plain(row.get(key)) for key in keys] for row in rows)
    return text.getvalue().encode()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose summaries are columns of their own: 'her2_class=low.median'."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": each for inner, each in value.items()}
        else:
            flat[key] = value
    return flat


def _plain(value: object) -> object:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return repr(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case str() if value[:1] in ("=", "@", "\t", "\r") or (value[:1] in ("+", "-") and len(value) > 1):
            # A spreadsheet would run it as a formula.
            return f"'{value}"
    return value
