"""Reading case.yaml: one Case, or one error that lists everything that cannot be accepted, with its line."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from neoher.errors import RecordError
from neoher.record.case import Case
from neoher.record.messages import field_path, refusals
from neoher.record.refusal import Refusal
from neoher.record.yaml_nodes import Lines, PlainValue, parse_yaml

__all__ = ["CASE_FILE", "case_file", "read_case", "read_case_text"]

CASE_FILE = "case.yaml"
LARGEST_BYTES = 5_000_000
MOST_SHOWN = 40


def case_file(path: Path) -> Path:
    """The case.yaml that `path` means: the file itself, or the one in the folder.

    Raises: RecordError where there is none.
    """
    file = path / CASE_FILE if path.is_dir() else path
    if file.is_file():
        return file
    if not path.exists():
        raise RecordError("there is no such file or folder.", str(path), "Check the path.")
    raise RecordError(
        f"there is no {CASE_FILE} here.",
        str(path),
        "Write one, or let `neoher init` begin it.",
    )


def read_case(path: Path) -> Case:
    """The record in a case folder, or in the file itself.

    Raises: RecordError, listing every problem with file, line, field and remedy.
    """
    file = case_file(path)
    try:
        size = file.stat().st_size
        if size > LARGEST_BYTES:
            raise RecordError(
                f"the file has {size / 1e6:.1f} MB; a record has at most {LARGEST_BYTES / 1e6:.0f} MB.",
                str(file),
                "Is this a record? Images stay in their own files.",
            )
        content = file.read_bytes()
    except OSError as error:
        raise RecordError(
            f"cannot be read: {error.strerror}.", str(file), "Check the file's permissions."
        ) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RecordError(
            "the file is not UTF-8 text.", f"{file}, line {line}", "Save it as UTF-8 in the editor."
        ) from None
    return read_case_text(text, str(file))


def read_case_text(text: str, where: str = CASE_FILE) -> Case:
    """The record written in `text`; `where` names it in messages.

    Raises: RecordError, listing every problem with line, field and remedy.
    """
    stated, lines = parse_yaml(text, where)
    if not isinstance(stated, dict):
        raise RecordError(
            "this is not a record.", where, "A record begins with `neoher: 1` and `patient: {id: …}`."
        )
    try:
        return Case.model_validate(stated)
    except ValidationError as error:
        raise _refused(refusals(error, stated), stated, lines, where) from None


def _refused(found: tuple[Refusal, ...], stated: PlainValue, lines: Lines, where: str) -> RecordError:
    in_order = sorted(found, key=lambda refusal: lines.line(refusal.location) or 0)
    if len(in_order) == 1:
        only = in_order[0]
        return RecordError(only.what, _place(only, stated, lines, where), only.remedy)
    shown = [
        f"  {_place(refusal, stated, lines, '')}: {refusal.what} {refusal.remedy}".rstrip()
        for refusal in in_order[:MOST_SHOWN]
    ]
    left = len(in_order) - len(shown)
    more = [f"  and {left} more."] if left else []
    return RecordError(
        "\n".join([f"{len(in_order)} entries cannot be accepted.", *shown, *more]), where, "Nothing was read."
    )


def _place(refusal: Refusal, stated: PlainValue, lines: Lines, where: str) -> str:
    line = lines.line(refusal.location)
    path = field_path(refusal.location, stated)
    return ", ".join(part for part in (where, f"line {line}" if line else "", path) if part)
