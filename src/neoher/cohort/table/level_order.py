"""The order of levels where neither a mapping nor a column's name states it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from neoher.cohort.table.known import HER2_ORDER

__all__ = ["level_order"]


def level_order(levels: Iterable[str]) -> tuple[str, ...]:
    """Levels whose order nobody stated: HER2 classes in theirs, others by their numbers, then letters."""
    texts = list(levels)
    if set(texts) <= set(HER2_ORDER) and {"positive", "3+"} & set(texts):
        known = {text: position for position, text in enumerate(HER2_ORDER)}
        return tuple(sorted(texts, key=lambda text: (known.get(text, len(known)), text)))
    return tuple(
        sorted(
            texts,
            key=lambda text: [
                (0, float(part), "") if part.isdecimal() and part.isascii() else (1, 0.0, part.casefold())
                for part in re.split(r"([0-9]+)", text)
                if part
            ],
        )
    )
