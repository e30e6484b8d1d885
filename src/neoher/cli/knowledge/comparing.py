"""`neoher knowledge diff`: what differs between two states of the knowledge base."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from neoher.guidance.knowledge.difference import Difference

__all__ = ["diff"]


def diff(
    before: Path | None = None,
    after: Path | None = None,
    /,
    *,
    overlay: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """What differs between two states, or what an overlay changes.

    Parameters
    ----------
    before
        The earlier state: a folder of knowledge files with its edition.yaml, or a compiled.json.
    after
        The later state; left out, the one installed here.
    overlay
        Instead of both: what this folder changes in the one installed here.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_json
    from neoher.errors import InputError
    from neoher.guidance.knowledge import load_knowledge
    from neoher.guidance.knowledge.difference import Difference, difference
    from neoher.guidance.knowledge.loading import read_state
    from neoher.record.conclusion import Conclusion

    if (overlay is None) is (before is None):
        raise InputError(
            "two states, or an overlay, are compared.",
            remedy="Name the earlier state, or the folder after --overlay.",
        )
    if overlay is not None:
        found = difference(load_knowledge(), load_knowledge(overlay))
    else:
        earlier = read_state(before) if before is not None else load_knowledge()
        found = difference(earlier, load_knowledge() if after is None else read_state(after))
    if json:
        print_json(Conclusion[Difference](value=found).as_json())
        return
    _print_for_people(found)


def _print_for_people(found: Difference) -> None:
    print(found.in_words())
    for heading, items in (("Added", found.added), ("Removed", found.removed)):
        if items:
            print(f"\n{heading}")
        for item in items:
            print(f"  {item.kind} {item.id}: {item.title}")
    if found.changed:
        print("\nChanged")
    for changed in found.changed:
        print(f"  {changed.kind} {changed.id}: {changed.title}")
        for field in changed.fields:
            print(f"    {field.field}: {_plain(field.before)}\n      now {_plain(field.after)}")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json_text.dumps(value, ensure_ascii=False)
