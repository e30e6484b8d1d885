"""The facts of a record as the calculators of this room take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.her2.facts import Her2Facts
from neoher.pathology.residual_burden.calculator import CALCULATOR as RESIDUAL_BURDEN
from neoher.pathology.residual_burden.facts import ResidualBurdenFacts
from neoher.record.lexicon import Presence

if TYPE_CHECKING:
    from neoher.record.specimen import Her2Result
    from neoher.record.surgery import SurgicalSpecimen

__all__ = ["her2_facts", "residual_burden_facts"]


def her2_facts(stated: Her2Result) -> Her2Facts:
    """IHC and ISH of a specimen as recorded; the report's wording only where no field is stated.

    Raises: InputError where a number cannot be one of its field (a ratio of 0).
    """
    values: dict[str, object] = {
        "ihc": stated.ihc,
        "intensity": stated.intensity,
        "completeness": stated.completeness,
        "percent": stated.percent,
        "membrane_staining": stated.membrane_staining,
    }
    if stated.ish is not None:
        values |= {
            "ish_probe": stated.ish.probe,
            "ratio": stated.ish.ratio,
            "copies": stated.ish.copies,
            "cep17": stated.ish.cep17,
            "cells": stated.ish.cells,
            "recount_ratio": stated.ish.recount_ratio,
            "recount_copies": stated.ish.recount_copies,
        }
    if all(value is None for value in values.values()):
        return HER2.read({"text": stated.text})
    return HER2.read(values)


def residual_burden_facts(specimen: SurgicalSpecimen) -> ResidualBurdenFacts:
    """The measurements of a surgical specimen as recorded.

    ypTX says nothing of the tumour and is left out.
    Whether a positive node was removed before therapy, and whether the disease progressed, stays unstated.
    """
    return RESIDUAL_BURDEN.read(
        {
            "bed_mm": specimen.bed_mm,
            "cellularity_percent": specimen.cellularity_percent,
            "cis_percent": specimen.cis_percent,
            "nodes_positive": specimen.nodes_positive,
            "largest_met_mm": specimen.largest_met_mm,
            "ypt": None if specimen.ypT == "X" else specimen.ypT,
            "lymphovascular_only": _lymphovascular_only(specimen),
        }
    )


def _lymphovascular_only(specimen: SurgicalSpecimen) -> bool | None:
    """Whether tumour in vessels is the only residual invasive cancer; None where that is not known."""
    if specimen.lymphovascular_invasion is None:
        return None
    if specimen.lymphovascular_invasion is Presence.ABSENT or specimen.nodes_positive:
        return False
    if specimen.cellularity_percent == 0 or specimen.cis_percent == 100:
        return True if specimen.nodes_positive == 0 else None
    if specimen.cellularity_percent is None or specimen.cis_percent is None:
        return None
    return False
