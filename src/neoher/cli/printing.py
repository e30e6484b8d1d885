"""How a conclusion is printed: for people, the value first; for programs, one JSON object.

Plain text from the standard library: a calculator answers in a fraction of a second, and loading a layout
library would double that.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TextIO, TypeVar, runtime_checkable

from pydantic import BaseModel

from neoher.record.conclusion import Conclusion, Step

__all__ = ["InWords", "conclusion_lines", "print_conclusion", "print_json"]

T = TypeVar("T")

WIDEST = 100
CANNOT_BE_SAID = "Cannot be said."


@runtime_checkable
class InWords(Protocol):
    """A value that says itself in one line."""

    def in_words(self) -> str:
        """The value as one line for a reader."""
        ...


def print_conclusion(conclusion: Conclusion[T], *, as_json: bool = False, file: TextIO | None = None) -> None:
    """Print a conclusion on `file` (standard output): as JSON, or for people."""
    out = file or sys.stdout
    if as_json:
        print_json(conclusion.as_json(), file=out)
        return
    width = min(shutil.get_terminal_size((WIDEST, 0)).columns, WIDEST)
    bold = out.isatty() and "NO_COLOR" not in os.environ
    for line in conclusion_lines(conclusion, width=width):
        # Only the value and the headings start at the margin.
        heading = bold and line and not line.startswith(" ")
        print(f"\x1b[1m{line}\x1b[0m" if heading else line, file=out)


def print_json(content: Mapping[str, Any], *, file: TextIO | None = None) -> None:
    """Print one JSON object on `file` (standard output)."""
    out = file or sys.stdout
    readable = (out.encoding or "utf-8").lower().replace("-", "") == "utf8"
    print(json.dumps(content, indent=2, ensure_ascii=not readable, allow_nan=False), file=out)


def conclusion_lines(conclusion: Conclusion[T], *, width: int) -> Iterator[str]:
    """The lines of a conclusion for people: value, steps, what is missing, warnings, sources."""
    if conclusion.value is None:
        yield CANNOT_BE_SAID
    else:
        yield from _value_lines(conclusion.value, width)
    yield from _section("Missing", conclusion.missing, width)
    yield from _section("Warnings", (f"{each.message} [{each.code}]" for each in conclusion.warnings), width)
    yield from _section("Because", (_step_text(step) for step in conclusion.because), width, numbered=True)
    yield from _section("Sources", [", ".join(conclusion.sources)] if conclusion.sources else [], width)
    yield ""
    yield f"  {conclusion.software.name} {conclusion.software.version}"


def _section(title: str, entries: Iterable[str], width: int, *, numbered: bool = False) -> Iterator[str]:
    listed = list(entries)
    if not listed:
        return
    yield ""
    yield title
    for number, entry in enumerate(listed, start=1):
        mark = f"  {number}. " if numbered else "  "
        for index, paragraph in enumerate(entry.splitlines()):
            first = mark if index == 0 else " " * len(mark)
            yield from textwrap.wrap(
                paragraph,
                width,
                initial_indent=first,
                subsequent_indent=" " * len(mark),
                break_on_hyphens=False,
            )


def _step_text(step: Step) -> str:
    stated = {name: value for name, value in step.inputs.items() if value is not None}
    inputs = ", ".join(f"{name} {_plain(value)}" for name, value in stated.items())
    return "\n".join(part for part in (step.step, step.rule, inputs) if part)


def _value_lines(value: object, width: int) -> Iterator[str]:
    if isinstance(value, InWords):
        for line in value.in_words().splitlines():
            yield from textwrap.wrap(line, width, subsequent_indent="  " if "\n" in value.in_words() else "")
        return
    if isinstance(value, tuple) and value and all(isinstance(each, InWords) for each in value):
        for each in value:
            yield from _value_lines(each, width)
        return
    plain = value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value
    if not isinstance(plain, Mapping):
        yield _plain(plain)
        return
    longest = max((len(str(name)) for name in plain), default=0)
    for name, each in plain.items():
        yield f"{name!s:<{longest}}  {_plain(each)}"


def _plain(value: object) -> str:
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case Mapping():
            return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
        case str():
            return value
        case Sequence():
            return ", ".join(
                f"({_plain(each)})" if isinstance(each, Mapping) else _plain(each) for each in value
            )
    return str(value)
