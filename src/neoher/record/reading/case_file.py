"""Reading case.yaml: one Case, or one error that lists everything that cannot be accepted, with its line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from neoher.errors import RecordError
from neoher.record.case import Case
from neoher.record.reading.messages import field_path, refusals
from neoher.record.reading.yaml_nodes import Lines, PlainValue, parse_yaml
from neoher.record.values.refusal import Refusal

__all__ = ["CASE_FILE", "Places", "case_file", "read_case", "read_case_text", "read_with_places"]

CASE_FILE = "case.yaml"
LARGEST_BYTES = 5_000_000
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Places:
    """Where the entries of a record stand in its file."""

    file: str
    line_by_path: dict[str, int]

    def place(self, path: str) -> str:
        """File, line and path of an entry, or of the nearest entry around it."""
        around = path
        while around:
            for written in (around, *(around.replace(f"{name}.", f"{name}[0].", 1) for name in _MAYBE_LISTS)):
                if written in self.line_by_path:
                    return f"{self.file}, line {self.line_by_path[written]}, {path}"
            around = around[: max(around.rfind("."), around.rfind("["), 0)]
        return f"{self.file}, {path}"


_MAYBE_LISTS = ("surgery", "restaging")
"""Entries that may be written with or without a list around them."""


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
    return read_with_places(path)[0]


def read_with_places(path: Path) -> tuple[Case, Places]:
    """The record, and where in the file each of its entries stands.

    Raises: RecordError, listing every problem with file, line, field and remedy.
    """
    file = case_file(path)
    return _read(_text_of(file), str(file))


def _text_of(file: Path) -> str:
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
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RecordError(
            "the file is not UTF-8 text.", f"{file}, line {line}", "Save it as UTF-8 in the editor."
        ) from None


def read_case_text(text: str, where: str = CASE_FILE) -> Case:
    """The record written in `text`; `where` names it in messages.

    Raises: RecordError, listing every problem with line, field and remedy.
    """
    return _read(text, where)[0]


def _read(text: str, where: str) -> tuple[Case, Places]:
    stated, lines = parse_yaml(text, where)
    if not isinstance(stated, dict):
        raise RecordError(
            "this is not a record.", where, "A record begins with `neoher: 1` and `patient: {id: …}`."
        )
    try:
        case = Case.model_validate(stated)
    except ValidationError as error:
        raise _refused(refusals(error, stated), stated, lines, where) from None
    by_path = {field_path(location, stated): line for location, line in lines.by_location.items()}
    return case, Places(where, by_path)


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
