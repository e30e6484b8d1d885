"""`neoher knowledge book`: the knowledge base as one page for reviewers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

__all__ = ["book"]


def book(
    *,
    out: Path = Path("knowledge.html"),
    overlay: Path | None = None,
    today: dt.date | None = None,
) -> None:
    """The whole knowledge base as one searchable page for reviewers.

    Parameters
    ----------
    out
        The file to write; nothing else is written, nothing is loaded when it is opened.
    overlay
        A hospital's own folder of knowledge files, laid over ours.
    today
        Items past their date of review on this day are marked; left out, the machine's date.
    """
    from neoher.guidance.knowledge import load_knowledge
    from neoher.guidance.knowledge.book import render_book
    from neoher.record.storing import replace_atomically

    knowledge = load_knowledge(overlay)
    page = render_book(knowledge, today or dt.date.today())
    replace_atomically(out, page.encode())
    print(f"Knowledge {knowledge.edition.version}: {out}")
