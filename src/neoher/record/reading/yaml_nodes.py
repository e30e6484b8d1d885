"""YAML as people write it, with the line of every entry, and without YAML 1.1's surprises.

Differs from a plain YAML loader on purpose: `no`, `off` and `1:30` stay texts, `007` keeps its zeros, a date
stays a text until a field asks for a date; only true, false, null and decimal numbers are more than text.
A key given twice, an anchor, a tag and a second document are refused: each would hide a fact from a reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from neoher.errors import RecordError
from neoher.record.values.refusal import Location

__all__ = ["Lines", "PlainValue", "parse_yaml"]

PlainValue: TypeAlias = "dict[str, PlainValue] | list[PlainValue] | str | int | float | bool | None"
_Group: TypeAlias = "dict[str, PlainValue] | list[PlainValue]"

DEEPEST = 40
MOST_ENTRIES = 20_000
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(
    r"-?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?|-?(0|[1-9][0-9]*)[eE][-+]?[0-9]+", re.ASCII
)
_LONGEST_NUMBER = 40
_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each entry of a file stands."""

    by_location: dict[Location, int] = field(default_factory=dict)

    def line(self, location: Location) -> int | None:
        """The line, counted from 1, of the entry or of the nearest entry around it."""
        for end in range(len(location), 0, -1):
            if location[:end] in self.by_location:
                return self.by_location[location[:end]]
        return None


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: _Group
    location: Location
    key: str | None = None


def parse_yaml(text: str, where: str) -> tuple[PlainValue, Lines]:
    """The one document in `text` and the lines of its entries.

    Raises: RecordError, naming `where` and the line, for anything that is not one plain YAML document.
    """
    builder = _Builder(where)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _not_yaml(error, text, where) from None
    return builder.document, Lines(builder.lines)


class _Builder:
    """Builds values from parser events without recursion, so that no input can exhaust the stack."""

    def __init__(self, where: str) -> None:
        self.document: PlainValue = None
        self.lines: dict[Location, int] = {}
        self._where = where
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._refused(line, "a second document begins here.", "Keep one patient per file.")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._refused(line, "anchors (&) and aliases (*) are not accepted.", "Write the entry out.")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)

    def _begin(self, event: yaml.CollectionStartEvent, line: int) -> None:
        self._refuse_tag(event.tag, line)
        if len(self._open) >= DEEPEST:
            raise self._refused(line, f"entries are nested more than {DEEPEST} deep.", "Check the brackets.")
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            raise self._refused(line, "a field's name cannot be a list or a mapping.", "Check the brackets.")
        value: dict[str, PlainValue] | list[PlainValue] = (
            {} if isinstance(event, yaml.MappingStartEvent) else []
        )
        self._open.append(_Open(value, self._add(value, line)))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self._refuse_tag(event.tag, line)
        inside = self._open[-1] if self._open else None
        if inside is not None and isinstance(inside.value, dict) and inside.key is None:
            if event.value in inside.value:
                first = self.lines[(*inside.location, event.value)]
                raise self._refused(
                    line, f"`{event.value}` is given twice, first on line {first}.", "Keep one of them."
                )
            inside.key = event.value
            self.lines[(*inside.location, event.value)] = line
            return
        self._add(_plain(event.value) if event.style in {None, ""} else event.value, line)

    def _add(self, value: PlainValue, line: int) -> Location:
        if not self._open:
            self.document = value
            return ()
        inside = self._open[-1]
        if isinstance(inside.value, list):
            location = (*inside.location, len(inside.value))
            self.lines[location] = line
            inside.value.append(value)
        else:
            key = inside.key or ""
            location = (*inside.location, key)
            inside.value[key] = value
            inside.key = None
        if len(self.lines) > MOST_ENTRIES:
            raise self._refused(
                line, f"the file has more than {MOST_ENTRIES} entries.", "Keep one patient per file."
            )
        return location

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag is not None:
            raise self._refused(line, f"the tag {tag} is not accepted.", "Write the value without it.")

    def _refused(self, line: int, what: str, remedy: str) -> RecordError:
        return RecordError(what, f"{self._where}, line {line}", remedy)


def _plain(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _not_yaml(error: yaml.YAMLError, text: str, where: str) -> RecordError:
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error).splitlines()[0]
    if mark is None:
        return RecordError(f"this is not YAML: {problem}.", where, "Save it as plain text in UTF-8.")
    at = f"{where}, line {mark.line + 1}, column {mark.column + 1}"
    if text[mark.index : mark.index + 1] == "\t":
        return RecordError("a tab stands where YAML allows only spaces.", at, "Indent with spaces.")
    return RecordError(f"this is not YAML: {problem}.", at, "Check indentation, colons, brackets and quotes.")
