"""A HER2 class from a report's wording in a cell."""

from __future__ import annotations

from functools import lru_cache

from neoher.errors import InputError

__all__ = ["level_of_wording"]


@lru_cache(maxsize=4096)
def level_of_wording(text: str) -> str | None:
    """The spectrum label, else the status, that `neoher her2 --text` reads; None where it reads neither.

    Contradictory wording gives None: no class can be taken from it.
    """
    from neoher.pathology.her2.assessment import CALCULATOR

    try:
        value = CALCULATOR.compute(CALCULATOR.read({"text": text})).value
    except InputError:
        return None
    if value is None:
        return None
    return str(value.spectrum or value.three_class or value.status)
