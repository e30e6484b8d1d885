"""Modalities by one name for their usual spellings, as the published comparisons tell them apart."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ImagingKind", "kind_of"]


class ImagingKind(StrEnum):
    """How a lesion was looked at."""

    MRI = "MRI"
    ULTRASOUND = "ultrasound"
    MAMMOGRAPHY = "mammography"
    TOMOSYNTHESIS = "tomosynthesis"
    CONTRAST_MAMMOGRAPHY = "contrast-enhanced mammography"
    CLINICAL = "clinical examination"
    PET = "PET"
    CT = "CT"


_NAMES = {
    ImagingKind.MRI: ("mr", "mri", "dce-mri", "dce mri", "breast mri", "magnetic resonance imaging"),
    ImagingKind.ULTRASOUND: ("us", "ultrasound", "sonography", "sono"),
    ImagingKind.MAMMOGRAPHY: ("mg", "mammography", "mammogram", "mmg", "xmg"),
    ImagingKind.TOMOSYNTHESIS: ("dbt", "tomosynthesis", "digital breast tomosynthesis"),
    ImagingKind.CONTRAST_MAMMOGRAPHY: (
        "cem",
        "cesm",
        "contrast-enhanced mammography",
        "contrast mammography",
    ),
    ImagingKind.CLINICAL: ("clinical", "clinical examination", "palpation", "cbe"),
    ImagingKind.PET: ("pt", "pet", "pet/ct", "pet-ct", "fdg-pet", "fdg-pet/ct"),
    ImagingKind.CT: ("ct",),
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names}


def kind_of(stated: str | None) -> ImagingKind | None:
    """The modality that a text names; None where it names none of them."""
    return None if stated is None else _KINDS.get(" ".join(stated.split()).casefold())
