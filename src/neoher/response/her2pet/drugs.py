"""Which drugs are HER2-directed antibodies or antibody-drug conjugates, by name or regimen."""

from __future__ import annotations

import re
from enum import StrEnum

__all__ = ["DrugKind", "kind_of_drug"]


class DrugKind(StrEnum):
    """What a drug does to the comparison of a HER2 PET with a biopsy."""

    ANTIBODY = "HER2-directed antibody"
    CONJUGATE = "HER2-directed antibody-drug conjugate"
    INHIBITOR = "HER2 tyrosine kinase inhibitor"
    OTHER = "not HER2-directed"


_NAMES = {
    DrugKind.CONJUGATE: r"trastuzumab[ -]?(?:emtansine?|deruxtecan|duocarmazine|rezetecan)|ado-trastuzumab"
    r"|fam-trastuzumab|kadcyla|enhertu|disitamab|t-?dm-?1|t-?dxd|rc-?48|syd-?985|shr-?a1811",
    DrugKind.ANTIBODY: r"trastuzumab|pertuzumab|herceptin|perjeta|phesgo|margetuximab|zanidatamab|inetetamab"
    r"|trazimera|ogivri|kanjinti|ontruzant|herzuma|zercepac",
    DrugKind.INHIBITOR: r"lapatinib|neratinib|tucatinib|pyrotinib|tykerb|tyverb|nerlynx|tukysa",
    DrugKind.OTHER: r"docetaxel|paclitaxel|carboplatin|cisplatin|doxorubicin|epirubicin|cyclophosphamide"
    r"|capecitabine|gemcitabine|vinorelbine|eribulin|fluorouracil|letrozole|anastrozole|exemestane|tamoxifen"
    r"|fulvestrant|goserelin|leuprorelin|palbociclib|ribociclib|abemaciclib|zoledron|denosumab|filgrastim"
    r"|dexamethasone|atezolizumab|pembrolizumab|bevacizumab",
}
"""Names found anywhere in the text, with a dose or a brand beside them."""
_REGIMENS = {
    DrugKind.ANTIBODY: r"(?:dd)?(?:ac|ec|fec)?-?(?:t|p|nabp|wp)?(?:c|cb)?hp?(?:-?ptz)?|ptc-?ptz|pth",
    DrugKind.OTHER: r"(?:dd)?(?:ac|ec|fec)(?:-?t)?|tc|5-?fu|taxanes?|chemotherapy|g-?csf",
}
"""Abbreviations, taken only where they are the whole of a part: H trastuzumab, HP with pertuzumab."""
_PARTS = re.compile(r"\s*(?:[+,;/&]|\band\b|\bwith\b|\bthen\b|->|\u2192)\s*")
_NOT_GIVEN = re.compile(r"\b(?:without|no|not|stop\w*|end of|last|held|declined|placebo)\b")
_ORDER = (DrugKind.CONJUGATE, DrugKind.ANTIBODY, DrugKind.INHIBITOR)


def kind_of_drug(named: str) -> DrugKind | None:
    """What the drug, combination or regimen is; None where that is not known.

    A combination is what weighs most in it: conjugate, antibody, inhibitor. It is `OTHER` only where
    every part of it is known. The list of names is this program's.
    """
    text = named.strip().lower().replace("_", "-")
    if _NOT_GIVEN.search(text):
        return None
    kinds = {_kind_of_part(part) for part in _PARTS.split(text) if re.search("[a-z]{1}", part)}
    for kind in _ORDER:
        if kind in kinds or re.search(rf"\b(?:{_NAMES[kind]})", text):
            return kind
    return DrugKind.OTHER if kinds == {DrugKind.OTHER} else None


def _kind_of_part(part: str) -> DrugKind | None:
    for kind, names in _NAMES.items():
        if re.search(rf"\b(?:nab-?|peg)?(?:{names})", part):
            return kind
    for kind, names in _REGIMENS.items():
        if re.fullmatch(names, part):
            return kind
    return None
