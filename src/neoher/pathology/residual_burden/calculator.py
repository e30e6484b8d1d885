"""Residual cancer burden (RCB) of a specimen after neoadjuvant therapy, by Symmans 2007."""

from __future__ import annotations

from dataclasses import replace

from neoher.pathology.reasoning import Reasoning
from neoher.pathology.residual_burden.checks import (
    refuse_impossible_burden,
    warn_of_likely_slips,
    warn_of_unstated_conditions,
)
from neoher.pathology.residual_burden.facts import ResidualBurden, ResidualBurdenFacts
from neoher.pathology.residual_burden.score import BedAndNodes, burden_of, burdens_within_rounding
from neoher.pathology.sources import SYMMANS_2007
from neoher.record.calculator import Calculator, TableForm
from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATOR", "residual_burden"]

LARGEST_ISOLATED_CELLS_MM = 0.2
SECONDARY = "(Read in public code, to be confirmed with the calculator of MD Anderson.)"


def residual_burden(facts: ResidualBurdenFacts) -> Conclusion[ResidualBurden]:
    """Score and class of the residual cancer burden.

    Returns: no value while one of the five measurements is not known, or where the score does not apply.
    Raises: InputError where two measurements cannot both be true.
    Source: Symmans et al., J Clin Oncol 2007;25:4414 (PMID 17785706).
    Does not say whether the response is a pathological complete response.
    """
    refuse_impossible_burden(facts)
    reasons: Reasoning[ResidualBurden] = Reasoning()
    reasons.cite(SYMMANS_2007)
    if _does_not_apply(facts, reasons):
        return reasons.conclude(None)
    measured = _measured(facts, reasons)
    if measured is None:
        return reasons.conclude(None)
    burden = burden_of(measured)
    _explain(measured, burden, reasons)
    _show_both_rules_for_isolated_cells(measured, burden, reasons)
    _warn_near_a_cut(measured, reasons)
    warn_of_likely_slips(facts, burden, measured.mean_diameter_mm, reasons)
    warn_of_unstated_conditions(facts, burden, reasons)
    return reasons.conclude(burden)


def _does_not_apply(facts: ResidualBurdenFacts, reasons: Reasoning[ResidualBurden]) -> bool:
    """Whether a stated condition rules the score out; each is named."""
    if facts.progressed_or_inoperable:
        reasons.warn(
            "class-iii-by-definition",
            "Disease that progressed or stayed inoperable is RCB-III by definition, without a score: the "
            f"pathologist states it. {SECONDARY}",
        )
    if facts.positive_node_removed_before:
        reasons.warn(
            "not-valid-after-node-removal",
            f"A positive sentinel node was removed before therapy: the score is not valid. {SECONDARY}",
        )
    if facts.lymphovascular_only:
        reasons.warn(
            "lymphovascular-only",
            "Tumour in vessels alone is residual disease that the score does not classify, and no "
            "pathological complete response: the pathologist decides.",
        )
    return bool(
        facts.progressed_or_inoperable or facts.positive_node_removed_before or facts.lymphovascular_only
    )


def _measured(facts: ResidualBurdenFacts, reasons: Reasoning[ResidualBurden]) -> BedAndNodes | None:
    """The five measurements; None where one is not known, each named as missing."""
    stated = (
        facts.bed_mm,
        facts.cellularity_percent,
        facts.cis_percent,
        facts.nodes_positive,
        facts.largest_met_mm,
    )
    names = ("bed_mm", "cellularity_percent", "cis_percent", "nodes_positive", "largest_met_mm")
    reasons.miss(*(name for name, value in zip(names, stated, strict=True) if value is None))
    bed, cellularity, in_situ, nodes, largest = stated
    if bed is None or cellularity is None or in_situ is None or nodes is None or largest is None:
        reasons.step(
            "not computable",
            "the score needs all five measurements, also a stated 0 where nothing is there",
        )
        return None
    return BedAndNodes(bed, cellularity, in_situ, nodes, largest)


def _explain(measured: BedAndNodes, burden: ResidualBurden, reasons: Reasoning[ResidualBurden]) -> None:
    first, second = measured.bed_mm
    note = " (given smaller first)" if first < second else ""
    reasons.step(
        f"mean diameter of the bed {measured.mean_diameter_mm:.2f} mm",
        f"√(d1 × d2){note}",
        bed_mm=[first, second],
    )
    reasons.step(
        f"invasive fraction of the bed {measured.invasive_fraction:.4f}",
        "(1 − in situ share) × cellularity",
        cellularity_percent=measured.cellularity_percent,
        cis_percent=measured.cis_percent,
    )
    reasons.step(
        f"primary term {burden.primary_term:.4f}",
        "1.4 × (invasive fraction × mean diameter) ^ 0.17; 0 without invasive cancer (Symmans 2007)",
        SYMMANS_2007,
        invasive_fraction=measured.invasive_fraction,
        mean_diameter_mm=measured.mean_diameter_mm,
    )
    reasons.step(
        f"nodal term {burden.nodal_term:.4f}",
        "(4 × (1 − 0.75 ^ nodes) × largest metastasis) ^ 0.17; 0 without a positive node (Symmans 2007)",
        nodes_positive=measured.nodes_positive,
        largest_met_mm=measured.largest_met_mm,
    )
    reasons.step(
        f"score {burden.score:.4f}, RCB-{burden.burden_class}",
        "0: score 0; I: up to and with 1.36; II: up to and with 3.28; III: above (Symmans 2007)",
        score=burden.score,
        to_nearest_cut=burden.to_nearest_cut,
    )


def _show_both_rules_for_isolated_cells(
    measured: BedAndNodes, burden: ResidualBurden, reasons: Reasoning[ResidualBurden]
) -> None:
    if measured.nodes_positive == 0 or measured.largest_met_mm > LARGEST_ISOLATED_CELLS_MM:
        return
    uncounted = burden_of(replace(measured, nodes_positive=0, largest_met_mm=0.0))
    reasons.step(
        f"isolated tumour cells counted: {burden.score:.4f}, RCB-{burden.burden_class}; "
        f"not counted: {uncounted.score:.4f}, RCB-{uncounted.burden_class}",
        "two rules are in use; the value counts nodes with isolated tumour cells (0.2 mm or less)",
        itc_counted_score=burden.score,
        itc_counted_class=burden.burden_class,
        itc_not_counted_score=uncounted.score,
        itc_not_counted_class=uncounted.burden_class,
    )
    reasons.warn(
        "isolated-tumour-cells-only",
        "Isolated tumour cells are the only nodal finding. Counted as positive (the rule used here): "
        f"{burden.score:.4f}, RCB-{burden.burden_class}. Not counted: {uncounted.score:.4f}, "
        f"RCB-{uncounted.burden_class}. Ask the pathologist which holds. By neither is it a pathological "
        "complete response.",
    )


def _warn_near_a_cut(measured: BedAndNodes, reasons: Reasoning[ResidualBurden]) -> None:
    lowest, highest = burdens_within_rounding(measured)
    if lowest.burden_class is highest.burden_class:
        return
    reasons.warn(
        "class-within-rounding",
        f"Measurements that round to the same numbers give {lowest.score:.3f} to {highest.score:.3f}: "
        f"RCB-{lowest.burden_class} to RCB-{highest.burden_class}.",
    )


CALCULATOR = Calculator(
    name="rcb",
    summary="Residual cancer burden after neoadjuvant therapy: score, class and terms.",
    inputs=ResidualBurdenFacts,
    output=ResidualBurden,
    compute=residual_burden,
    example="--bed 22x18 --cellularity 10 --cis 5 --nodes 1 --largest-met 3",
    sources=(SYMMANS_2007,),
    table=TableForm(identifier="patient", results=("score", "class")),
    explanation="""\
**The formula** (Symmans et al. 2007), lengths in mm, shares as fractions:

```
mean diameter     = √(d1 × d2)
invasive fraction = (1 − in situ share) × cellularity
RCB = 1.4 × (invasive fraction × mean diameter)^0.17 + (4 × (1 − 0.75^nodes) × largest metastasis)^0.17
class 0: RCB = 0    I: up to and with 1.36    II: up to and with 3.28    III: above
```

The formula, its constants and the side of the cuts agree in several public implementations, which may copy
each other; the paper itself was not opened. Check a few cases in the free calculator of MD Anderson before
relying on it.

**What counts.** The bed is the area in which tumour was, with two diameters in either order; where there
are several, the largest. The cellularity is that of invasive and in situ cancer together. A micrometastasis
counts with its size. In situ cancer alone is RCB-0. All five measurements are needed, also a 0 where
nothing is there: a blank is never taken as 0.

**Isolated tumour cells** (0.2 mm or less) as the only nodal finding: guidance and public code differ on
whether they count. The value counts them, the steps and a warning show both numbers, and the pathologist
decides; by neither rule is it a pathological complete response.

**Where it does not apply.** A positive sentinel node removed before therapy makes the score invalid;
disease that progressed or stayed inoperable is RCB-III by definition; tumour in vessels alone is not
classifiable. State them if you know; a warning says which were not stated.

**Near a cut.** `to_nearest_cut` is how far the score lies above (+) or below (−) the nearer of 1.36 and 3.28.
`registry` gives the fields *Residual Cancer Burden* and *Class* as a registry's form asks for them.

**Rounding.** Measurements are rounded. Where others that round to the same numbers would fall into another
class, a warning gives the range of the score.

It does not say whether the response is a pathological complete response, and gives no prognosis. RCB may be
covered by patents of The University of Texas System (US application 2007/0248948): check their state before
commercial use.""",
)
