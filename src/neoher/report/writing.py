"""Writing the report: report.html for people, report.json for programs, each replaced whole or not at all.

The page last asked for is report.html, whoever reads it. A page for another reader that lies there is kept
beside it, so that a folder holds the newest page of each reader and none is lost unsaid.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import InputError
from neoher.guidance.knowledge.kinds.statement import Audience
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
    kept: tuple[Path, ...] = ()
    """The page and the plain form for another reader that lay here and now lie under these names."""


def write_report(content: ReportContent, out: Path) -> ReportFiles:
    """Write report.html and report.json into the folder `out`, which is made where it is absent.

    Both are finished in memory before the first is written. A report for another reader that lies there is
    kept as report-clinician.html and so on; one kept earlier for this reader is replaced by the new one.
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
    html, data = out / "report.html", out / "report.json"
    kept = _kept_aside(html, data, content.audience)
    replace_atomically(html, page)
    replace_atomically(data, plain)
    for name in (html, data):
        _aside(name, content.audience).unlink(missing_ok=True)
    return ReportFiles(html, data, kept)


def _kept_aside(html: Path, data: Path, audience: Audience) -> tuple[Path, ...]:
    """Copies of the report for another reader; none where there is no such report."""
    other = _reader_of(data)
    if other is None or other is audience or not html.is_file():
        return ()
    names = []
    for path in (html, data):
        aside = _aside(path, other)
        replace_atomically(aside, path.read_bytes())
        names.append(aside)
    return tuple(names)


def _reader_of(data: Path) -> Audience | None:
    """For whom the report beside it is; None where there is none, or it is not one of ours."""
    try:
        stated = json.loads(data.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(stated, dict) or "neoher_report" not in stated:
        return None
    # Reports were for clinicians alone before they named their reader.
    reader = stated.get("audience", Audience.CLINICIAN)
    return Audience(reader) if reader in set(Audience) else None


def _aside(path: Path, audience: Audience) -> Path:
    return path.with_name(f"{path.stem}-{audience}{path.suffix}")
