"""Measurements of a residual cancer burden that cannot be true together, or should be looked at twice."""

from __future__ import annotations

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.residual_burden.facts import ResidualBurden, ResidualBurdenClass, ResidualBurdenFacts

__all__ = ["refuse_impossible_burden", "warn_of_likely_slips", "warn_of_unstated_conditions"]

LARGEST_PLAUSIBLE_BED_MM = 150.0
SMALLEST_WHOLE_BED_MM = 10.0


def refuse_impossible_burden(facts: ResidualBurdenFacts) -> None:
    """Raises: InputError where two stated measurements cannot both be true."""
    _refuse_impossible_nodes(facts)
    _refuse_cancer_without_bed(facts)
    _refuse_other_category(facts)


def _refuse_impossible_nodes(facts: ResidualBurdenFacts) -> None:
    nodes, largest = facts.nodes_positive, facts.largest_met_mm
    if nodes is None or largest is None or (nodes > 0) == (largest > 0):
        return
    if nodes == 0:
        what = f"no node is positive, yet the largest nodal metastasis measures {largest:g} mm."
    else:
        what = f"nodes are positive ({nodes}), yet the largest nodal metastasis measures 0 mm."
    raise InputError(
        what,
        where="nodes_positive, largest_met_mm",
        remedy="State both as 0, or both above 0; leave out what is not known.",
    )


def _refuse_cancer_without_bed(facts: ResidualBurdenFacts) -> None:
    if facts.bed_mm is None or not facts.cellularity_percent or min(facts.bed_mm) > 0:
        return
    raise InputError(
        f"{facts.cellularity_percent:g} % of a tumour bed of {facts.bed_mm[0]:g} × {facts.bed_mm[1]:g} mm "
        "cannot be cancer.",
        where="bed_mm, cellularity_percent",
        remedy="State both diameters of the bed, or a cellularity of 0.",
    )


def _refuse_other_category(facts: ResidualBurdenFacts) -> None:
    cellularity, in_situ = facts.cellularity_percent, facts.cis_percent
    if facts.ypt is None or cellularity is None:
        return
    invasive = False if cellularity == 0 else None if in_situ is None else in_situ < 100
    what = ""
    if facts.ypt == "0" and cellularity > 0:
        what = f"ypT0 is no cancer in the breast, yet {cellularity:g} % of the bed is cancer."
    elif facts.ypt == "is" and invasive:
        what = "ypTis is no invasive cancer in the breast, yet part of the cancer is invasive."
    elif facts.ypt not in {"0", "is"} and invasive is False:
        what = f"ypT{facts.ypt} is invasive cancer in the breast, yet the bed holds none."
    if what:
        raise InputError(
            what,
            where="ypt, cellularity_percent, cis_percent",
            remedy="Correct the category or the cellularity; ypT0 has none, ypTis is all in situ.",
        )


def warn_of_likely_slips(
    facts: ResidualBurdenFacts, burden: ResidualBurden, bed_mm: float, reasons: Reasoning[ResidualBurden]
) -> None:
    """Warn of units and fractions that look wrong. `bed_mm`: geometric mean of the bed's diameters."""
    if bed_mm > LARGEST_PLAUSIBLE_BED_MM:
        reasons.warn(
            "bed-over-150-mm", f"The bed measures {bed_mm:.0f} mm on average: check that it is given in mm."
        )
    if facts.nodes_positive == 0 and burden.burden_class is ResidualBurdenClass.III:
        reasons.warn(
            "class-iii-without-nodes",
            "RCB-III without a positive node needs an invasive bed of 150 mm or more: probably a wrong unit.",
        )
    diameters = facts.bed_mm or (0.0, 0.0)
    if 0 < max(diameters) < SMALLEST_WHOLE_BED_MM and any(value != int(value) for value in diameters):
        reasons.warn(
            "check-mm-or-cm",
            f"{diameters[0]:g} × {diameters[1]:g} is read as mm; a bed in cm often looks like this.",
        )
    for name, percent in (("cellularity", facts.cellularity_percent), ("in situ share", facts.cis_percent)):
        if percent is not None and 0 < percent < 1:
            reasons.warn(
                "check-percent-or-fraction", f"The {name} is read as {percent:g} %, not as a fraction."
            )


def warn_of_unstated_conditions(
    facts: ResidualBurdenFacts, burden: ResidualBurden, reasons: Reasoning[ResidualBurden]
) -> None:
    """Name the conditions under which the score would not hold and that nobody has stated."""
    unstated: list[str] = []
    if facts.positive_node_removed_before is None:
        unstated.append("no positive sentinel node was removed before therapy")
    if facts.progressed_or_inoperable is None:
        unstated.append("the disease did not progress and was operable")
    if burden.burden_class is ResidualBurdenClass.ZERO and facts.lymphovascular_only is None:
        unstated.append("no tumour remains in lymph or blood vessels")
    if unstated:
        reasons.warn(
            "conditions-not-stated", f"Not stated, though the score holds only if: {'; '.join(unstated)}."
        )
