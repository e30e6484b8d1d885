"""Provenance: who entered a record, when, and from which documents."""

from __future__ import annotations

from neoher.record.conclusion import Frozen
from neoher.record.values.dates import Day
from neoher.record.values.fact import OneOrMore
from neoher.record.values.text import Text

__all__ = ["Provenance"]


class Provenance(Frozen):
    """Where the record as a whole comes from; an entry's own `source` goes before it."""

    entered_by: Text | None = None
    entered_on: Day | None = None
    documents: OneOrMore[Text] = ()
    """The reports and letters it was taken from."""
