"""What a phrase of a report's HER2 wording means: the field and the value that it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["SELF_NAMING", "Understood", "Value", "shown", "understood_of"]

Value = str | float | bool

_STAINING = {
    "faint": "intensity",
    "weak": "intensity",
    "moderate": "intensity",
    "intense": "intensity",
    "incomplete": "completeness",
    "complete": "completeness",
}
_DIRECT: dict[str, tuple[str, Value]] = {
    "ish-negative": ("ish_result", "negative"),
    "ish-positive": ("ish_result", "positive"),
    "ish-equivocal": ("ish_result", "equivocal"),
    "ihc-negative": ("ihc_result", "negative"),
    "ihc-positive": ("ihc_result", "positive"),
    "ihc-equivocal": ("ihc_result", "equivocal"),
    "status-negative": ("status", "negative"),
    "status-positive": ("status", "positive"),
    "triple-negative": ("status", "negative"),
    "triple-positive": ("status", "positive"),
    "low": ("spectrum", "low"),
    "ultralow": ("spectrum", "ultralow"),
    "absent": ("spectrum", "absent"),
    "membrane-yes": ("membrane_staining", True),
    "membrane-no": ("membrane_staining", False),
    "dual": ("ish_probe", "dual"),
    "single": ("ish_probe", "single"),
}
_NUMBERS = {"ratio", "copies", "cells", "percent", "cep17"}
SELF_NAMING = {"ratio", "copies", "cells", "cep17", "dual", "single"}
"""Kinds of phrases that are about HER2 in situ hybridisation in themselves."""
_VERDICT_OF = {"her2": "status", "ihc": "ihc_result", "ish": "ish_result"}


@dataclass(frozen=True, slots=True)
class Understood:
    """One phrase and the field it gives."""

    field: str
    value: Value
    phrase: str
    sentence: str = ""


def understood_of(
    kind: str, match: re.Match[str], context: str, sentence: str, *, recount: bool
) -> Understood | None:
    """What a phrase gives where `context` (her2, ihc, ish) is spoken of; None where it cannot be said."""
    phrase = shown(match[0])
    if kind in _DIRECT:
        name, value = _DIRECT[kind]
        # 'low' is a label of HER2; a low ratio or a low share of cells is not.
        if name == "spectrum" and context != "her2":
            return None
        return Understood(name, value, phrase, sentence)
    if kind in {"negative", "positive", "equivocal"}:
        return Understood(_VERDICT_OF[context], kind, phrase, sentence)
    if context == "ish":
        return _of_ish(kind, match, phrase, sentence, recount=recount)
    if kind == "score":
        score = match["score"]
        return Understood("ihc", "0" if score == "0" else f"{score}+", phrase, sentence)
    if kind in _STAINING:
        return Understood(_STAINING[kind], kind, phrase, sentence)
    return _number(kind, match, phrase, sentence, recount=recount)


def _of_ish(
    kind: str, match: re.Match[str], phrase: str, sentence: str, *, recount: bool
) -> Understood | None:
    if kind == "plus":
        return Understood("ish_result", "positive", "ISH +", sentence)
    if kind == "percent":
        return None
    return _number(kind, match, phrase, sentence, recount=recount)


def _number(
    kind: str, match: re.Match[str], phrase: str, sentence: str, *, recount: bool
) -> Understood | None:
    if kind not in _NUMBERS:
        return None
    name = f"recount_{kind}" if recount and kind in {"ratio", "copies"} else kind
    return Understood(name, float(match["number"]), phrase, sentence)


def shown(piece: str) -> str:
    """A piece of normalised text as a reader knows it."""
    for placeholder, shown in (
        ("HERTWO", "HER2"),
        ("CEPN", "CEP17"),
        ("OTHER", "other marker"),
        ("DUALISH", "dual ISH"),
        ("§0", "0"),
        ("RANGE", "a range of scores"),
    ):
        piece = piece.replace(placeholder, shown)
    return " ".join(re.sub(r"§([1-3])", r"\1+", piece).split()).strip(" :=/.-")
