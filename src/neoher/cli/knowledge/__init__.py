"""`neoher knowledge`: the knowledge base, listed, shown, checked, compared, printed as a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App, Group

__all__ = ["KNOWLEDGE_COMMANDS", "register_knowledge"]

SUMMARY = "The knowledge base behind the guidance: every statement with its sources, dates and review."
KNOWLEDGE_COMMANDS: dict[str, tuple[str, str, str]] = {
    "list": (
        "neoher.cli.knowledge.listing:list_items",
        "What is held, by kind and subject; on a date, in a region.",
        "neoher knowledge list --kind statements --subject residual --region EU",
    ),
    "show": (
        "neoher.cli.knowledge.showing:show",
        "One item with its sources; a source as BibTeX or RIS.",
        "neoher knowledge show residual.high-risk-tdxd",
    ),
    "check": (
        "neoher.cli.knowledge.checking:check",
        "What is wrong in the knowledge base: sources, numbers, definitions, contradictions, dates.",
        "neoher knowledge check --overlay hospital/",
    ),
    "diff": (
        "neoher.cli.knowledge.comparing:diff",
        "What differs between two states, or what an overlay changes.",
        "neoher knowledge diff --overlay hospital/",
    ),
    "book": (
        "neoher.cli.knowledge.printing_book:book",
        "The whole knowledge base as one searchable page for reviewers.",
        "neoher knowledge book --out knowledge.html",
    ),
}
"""Where each command lies, what it does, and one example."""


def register_knowledge(app: App, *, group: Group) -> None:
    """Add `neoher knowledge` with its commands to `app`; each is loaded when it is called."""
    from cyclopts import App

    knowledge = App(
        name="knowledge", help=SUMMARY, group=group, help_format="markdown", result_action="return_value"
    )
    for name, (place, summary, example) in KNOWLEDGE_COMMANDS.items():
        knowledge.command(place, name=name, help=f"{summary}\n\nExample: `{example}`")
    app.command(knowledge)
