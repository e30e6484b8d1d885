"""What was published beside a number: context for a reader, never a call to change therapy."""

from __future__ import annotations

from neoher.record.conclusion import Frozen

__all__ = ["PublishedContext"]


class PublishedContext(Frozen):
    """One published statement with its source and its standing."""

    text: str
    source: str
    """Id of the publication."""
    status: str
    """How far it was read, and whether it is investigational."""
