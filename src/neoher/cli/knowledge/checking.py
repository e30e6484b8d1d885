"""`neoher knowledge check`: what is wrong in the knowledge base."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["check"]


def check(
    *,
    overlay: Path | None = None,
    today: dt.date | None = None,
    strict: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """What is wrong in the knowledge base: sources, numbers, definitions, contradictions, dates.

    Exit status 0 with what was found; with --strict 2 where an error was found. Files that cannot be read as
    knowledge end with 2 in any case.

    Parameters
    ----------
    overlay
        A hospital's own folder of knowledge files, laid over ours and checked with it.
    today
        Items whose date of review lies before this day have expired; left out, the machine's date.
    strict
        End with exit status 2 where an error was found.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_conclusion
    from neoher.errors import KnowledgeError
    from neoher.guidance.knowledge import load_knowledge
    from neoher.guidance.knowledge.checking import Severity, check_knowledge

    conclusion = check_knowledge(load_knowledge(overlay), today or dt.date.today())
    checked = conclusion.value
    if checked is None:
        print_conclusion(conclusion, as_json=json)
        return
    if strict and checked.errors:
        errors = [each for each in checked.findings if each.severity is Severity.ERROR]
        listed = [f"  {each.kind} {each.item}: {each.message} [{each.code}]" for each in errors]
        raise KnowledgeError("\n".join([checked.in_words(), *listed]), str(overlay or "knowledge base"))
    if json:
        print_conclusion(conclusion, as_json=True)
        return
    print(checked.in_words())
    for each in checked.findings:
        line = f"{each.kind} {each.item}: {each.message} [{each.code}]"
        print(textwrap.fill(line, 100, initial_indent=f"  {each.severity:<8}", subsequent_indent=" " * 10))
