"""The formula of the residual cancer burden, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from neoher.pathology.residual_burden.facts import RegistryFields, ResidualBurden, ResidualBurdenClass

__all__ = ["BedAndNodes", "burden_of", "burdens_within_rounding", "class_of"]

EXPONENT = 0.17
PRIMARY_WEIGHT = 1.4
NODAL_WEIGHT = 4.0
NODE_FACTOR = 0.75
CUT_I_II = 1.36
CUT_II_III = 3.28
"""A score exactly at a cut belongs to the lower class."""


@dataclass(frozen=True, slots=True)
class BedAndNodes:
    """The five measurements, all known and checked: lengths in mm, shares in percent."""

    bed_mm: tuple[float, float]
    cellularity_percent: float
    cis_percent: float
    nodes_positive: int
    largest_met_mm: float

    @property
    def mean_diameter_mm(self) -> float:
        """Geometric mean of the two diameters of the bed."""
        return math.sqrt(self.bed_mm[0] * self.bed_mm[1])

    @property
    def invasive_fraction(self) -> float:
        """Share of the bed that is invasive cancer, 0 to 1."""
        return (1 - self.cis_percent / 100) * (self.cellularity_percent / 100)


def burden_of(measured: BedAndNodes) -> ResidualBurden:
    """Score, class and terms.

    Source: Symmans et al., J Clin Oncol 2007;25:4414 (PMID 17785706), as coded alike in several public
    implementations; the paper itself was not opened. 0 ^ 0.17 is taken as 0, so that a specimen without
    invasive cancer and without a positive node scores exactly 0.
    """
    primary = PRIMARY_WEIGHT * _power(measured.invasive_fraction * measured.mean_diameter_mm)
    nodal = _power(NODAL_WEIGHT * (1 - NODE_FACTOR**measured.nodes_positive) * measured.largest_met_mm)
    score = primary + nodal
    burden_class = class_of(score)
    return ResidualBurden(
        score=score,
        burden_class=burden_class,
        primary_term=primary,
        nodal_term=nodal,
        to_nearest_cut=_to_nearest_cut(score),
        registry=RegistryFields(residual_cancer_burden=round(score, 3), burden_class=f"RCB-{burden_class}"),
    )


def _to_nearest_cut(score: float) -> float | None:
    if score == 0:
        return None
    return min((score - cut for cut in (CUT_I_II, CUT_II_III)), key=abs)


def class_of(score: float) -> ResidualBurdenClass:
    """The class of a score: 0; I up to and with 1.36; II up to and with 3.28; III (Symmans 2007)."""
    if score == 0:
        return ResidualBurdenClass.ZERO
    if score <= CUT_I_II:
        return ResidualBurdenClass.I
    return ResidualBurdenClass.II if score <= CUT_II_III else ResidualBurdenClass.III


def burdens_within_rounding(measured: BedAndNodes) -> tuple[ResidualBurden, ResidualBurden]:
    """The lowest and the highest burden that round to the same measurements.

    Each number may lie half a unit of its last stated digit lower or higher (22 mm: 21.5 to 22.5). A 0, which
    says that something is not there, stays 0, and so does an in situ share of 100 %.
    """
    lower = replace(
        measured,
        bed_mm=(_lower(measured.bed_mm[0]), _lower(measured.bed_mm[1])),
        cellularity_percent=_lower(measured.cellularity_percent),
        cis_percent=_higher_percent(measured.cis_percent),
        largest_met_mm=_lower(measured.largest_met_mm),
    )
    higher = replace(
        measured,
        bed_mm=(_higher(measured.bed_mm[0]), _higher(measured.bed_mm[1])),
        cellularity_percent=_higher_percent(measured.cellularity_percent),
        cis_percent=measured.cis_percent if measured.cis_percent == 100 else _lower(measured.cis_percent),
        largest_met_mm=_higher(measured.largest_met_mm),
    )
    return burden_of(lower), burden_of(higher)


def _power(base: float) -> float:
    return base**EXPONENT if base > 0 else 0.0


def _half_unit(value: float) -> float:
    """Half a unit of the last digit; at most 0.5, for 20 may be as exact as 21."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(int(exponent), 0)


def _lower(value: float) -> float:
    return value - _half_unit(value) if value > 0 else 0.0


def _higher(value: float) -> float:
    return value + _half_unit(value) if value > 0 else 0.0


def _higher_percent(value: float) -> float:
    # An in situ share of 99 % never rounds up to no invasive cancer at all.
    return value if value == 100 else min(_higher(value), math.nextafter(100.0, 0.0))
