"""Refusals: how a model says that a stated fact cannot be accepted, and how to mend it.

A refusal carries a remedy, and may point at a field below or at several places at once; the reader of
case.yaml (neoher.record.reading.case_file) turns each into one message with file, line and field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

__all__ = ["Location", "Refusal", "refuse", "refuse_all"]

Location = tuple[str | int, ...]
"""Keys and list positions from the object that was validated down to the field."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that cannot be accepted: where, what, how to mend it."""

    location: Location
    what: str
    remedy: str = ""


def refuse(what: str, remedy: str = "", *, field: str | None = None) -> PydanticCustomError:
    """The error to raise in a validator for one refusal; `field` is the field below, where there is one."""
    return refuse_all([Refusal((field,) if field else (), what, remedy)])


def refuse_all(refusals: Sequence[Refusal]) -> PydanticCustomError:
    """The error to raise in a validator for several refusals at once."""
    message = " ".join(refusal.what for refusal in refusals)
    return PydanticCustomError("refused", "{message}", {"message": message, "refusals": tuple(refusals)})
