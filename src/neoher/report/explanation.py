"""A calculator's explanation as paragraphs, lists and formulas of a page; marks of emphasis are taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Explanation", "explained"]

_FENCE = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
_MARKS = re.compile(r"\*\*|`")
_EMPHASIS = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])")
_ITEM = re.compile(r"^(?:[-*]|\d+\.) +", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a calculator says of its formula."""

    paragraphs: tuple[str, ...]
    formulas: tuple[str, ...]
    """Blocks of fixed width, tables among them, line breaks kept."""
    items: tuple[str, ...]


def explained(text: str) -> Explanation:
    """The parts of a text in Markdown: fenced blocks, tables and lists apart, the rest by paragraph."""
    formulas = [block.rstrip() for block in _FENCE.findall(text)]
    paragraphs: list[str] = []
    items: list[str] = []
    for block in re.split(r"\n\s*\n", _FENCE.sub("\n\n", text)):
        stated = _EMPHASIS.sub(r"\1", _MARKS.sub("", block)).strip()
        if stated.startswith("|"):
            formulas.append(stated)
            continue
        before, *listed = _ITEM.split(stated)
        paragraphs += [" ".join(before.split())] if before.strip() else []
        items += [" ".join(each.split()) for each in listed]
    return Explanation(tuple(paragraphs), tuple(formulas), tuple(items))
