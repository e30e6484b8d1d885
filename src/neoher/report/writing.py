"""Writing the report: report.html for people, report.json for programs, each replaced whole or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import InputError
from neoher.record.storing import replace_atomically
from neoher.report.content import ReportContent
from neoher.report.html import render
from neoher.report.json_form import as_json

__all__ = ["ReportFiles", "write_report"]


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Where the report lies."""

    html: Path
    json: Path


def write_report(content: ReportContent, out: Path) -> ReportFiles:
    """Write report.html and report.json into the folder `out`, which is made where it is absent.

    Both are finished in memory before the first is written.
    Raises: InputError where the folder cannot be made or written.
    """
    page = render(content).encode()
    plain = (json.dumps(as_json(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder cannot be made: {error.strerror}.", str(out), "Name another folder: --out DIR."
        ) from None
    files = ReportFiles(html=out / "report.html", json=out / "report.json")
    replace_atomically(files.html, page)
    replace_atomically(files.json, plain)
    return files
