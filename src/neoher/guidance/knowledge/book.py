"""The book: the whole knowledge base as one page that reviewers search, read and print.

Style and script are inside; nothing is loaded. The script only filters: without it the page is whole.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.kinds.item import Entry
from neoher.guidance.knowledge.kinds.limits import LvefRow, Range, ToxicityRow
from neoher.guidance.knowledge.kinds.rule import row_in_words
from neoher.guidance.knowledge.kinds.source import Source

__all__ = ["render_book"]


def render_book(knowledge: Knowledge, today: dt.date) -> str:
    """The page as HTML text. Every text is escaped; expired items are marked as of `today`."""
    superseded = {name: item.id for _, item in knowledge.items() for name in getattr(item, "supersedes", ())}
    statements = knowledge.contents.statements
    chapters = [
        (subject, [each for each in statements if each.subject == subject.id])
        for subject in knowledge.edition.subjects
    ]

    def expired(kind: str, item: Entry) -> bool:
        expires = knowledge.expires(kind, item)
        return expires is not None and expires < today

    return (
        _environment()
        .get_template("book.html.j2")
        .render(
            knowledge=knowledge,
            contents=knowledge.contents,
            edition=knowledge.edition,
            chapters=[(subject, held) for subject, held in chapters if held],
            superseded=superseded,
            expired=expired,
            source=knowledge.find_source,
            today=today,
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("neoher.guidance.knowledge"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_unbroken,
    )
    environment.filters.update(
        address=_address,
        anchor=_anchor,
        figure=_figure,
        conditions=_conditions,
        search=_search_text,
        row=row_in_words,
    )
    return environment


def _unbroken(value: Any) -> Any:
    """A number keeps its percent sign on its line."""
    return value.replace(" %", "\N{NO-BREAK SPACE}%") if isinstance(value, str) else value


def _anchor(item_id: str) -> str:
    """An id as the name of a place in the page."""
    return "".join(letter if letter.isalnum() else f"_{ord(letter):x}_" for letter in item_id)


def _address(source: Source) -> str:
    """Where the source stands on the web; empty where only a page without a full address is known."""
    if source.doi:
        return f"https://doi.org/{source.doi}"
    if source.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/"
    if source.pmcid:
        return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{source.pmcid}/"
    return source.id if source.id.startswith("https://") else ""


def _figure(value: Any, unit: str = "") -> str:
    """'67.3 (61.9–72.4) %' from an arm's value or a comparison."""
    if value.value is None:
        return ""
    text = f"{value.value:g}"
    if value.low is not None and value.high is not None:
        text += f" ({value.low:g} to {value.high:g})"
    return f"{text} {unit}".strip()


def _conditions(row: LvefRow | ToxicityRow) -> str:
    """The conditions of a row as numbers, so that a reviewer sees which side a limit belongs to."""
    names = {
        "lvef_percent": "LVEF",
        "fall_points": "fall",
        "weeks_held": "weeks held",
        "suspensions": "suspensions",
        "value": "value",
        "grade": "grade",
        "second_value": getattr(row, "second_quantity", None) or "",
    }
    parts = [
        f"{name} {_range(getattr(row, field))}" for field, name in names.items() if getattr(row, field, None)
    ]
    for field in ("below_lower_limit", "symptoms", "improved"):
        stated = getattr(row, field, None)
        if stated is not None:
            parts.append(f"{field.replace('_', ' ')}: {'yes' if stated else 'no'}")
    return ", ".join(parts)


def _range(limits: Range) -> str:
    signs = (("≥", limits.at_least), (">", limits.above), ("≤", limits.at_most), ("<", limits.below))
    return " and ".join(f"{sign}{number:g}" for sign, number in signs if number is not None)


def _search_text(item: Entry) -> str:
    """Everything that a search for this item may hit, in small letters."""
    texts: list[str] = []
    _gather(item.model_dump(mode="json", exclude={"sources"}), texts)
    return " ".join(texts).casefold()


def _gather(value: Any, texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        texts.append(f"{value:g}")
    elif isinstance(value, dict):
        for each in value.values():
            _gather(each, texts)
    elif isinstance(value, list):
        for each in value:
            _gather(each, texts)
