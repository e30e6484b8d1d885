"""Units of measured quantities: the same kind is converted, another kind is refused."""

from __future__ import annotations

import re
from fractions import Fraction
from types import MappingProxyType

from neoher.errors import InputError
from neoher.response.exact import exact

__all__ = ["in_unit_of_first"]

_KINDS = MappingProxyType(
    {
        # kind: spelling: how many of the kind's first unit it is
        "length": {"mm": Fraction(1), "cm": Fraction(10), "m": Fraction(1000)},
        "volume": {
            "cm3": Fraction(1),
            "cc": Fraction(1),
            "ml": Fraction(1),
            "mm3": Fraction(1, 1000),
        },
        "diffusion": {
            "1e-6mm2/s": Fraction(1),
            "10*-6.mm2/s": Fraction(1),
            "10^-6mm2/s": Fraction(1),
            "um2/s": Fraction(1),
            "1e-3mm2/s": Fraction(1000),
            "10*-3.mm2/s": Fraction(1000),
            "10^-3mm2/s": Fraction(1000),
            "um2/ms": Fraction(1000),
            "mm2/s": Fraction(10**6),
        },
        "uptake": dict.fromkeys(
            ("g/ml", "1", "suv", "sul", "suvbw", "suvlbm", "g/ml{suvbw}", "{suvbw}g/ml", "g/ml{suvlbm}"),
            Fraction(1),
        ),
        "glycolysis": {"g": Fraction(1), "ml": Fraction(1), "cc": Fraction(1), "cm3": Fraction(1)},
    }
)
_KIND_OF = MappingProxyType(
    {
        "functional_tumour_volume": "volume",
        "longest_diameter": "length",
        "non_mass_enhancement_diameter": "length",
        "short_axis": "length",
        **dict.fromkeys(("adc_mean", "adc_median", "adc_p15", "adc_p25"), "diffusion"),
        **dict.fromkeys(("suvmax", "suvpeak", "suvmean", "sulmax", "sulpeak", "sulmean"), "uptake"),
        "tlg": "glycolysis",
    }
)


def in_unit_of_first(
    value: float | None, unit: str, first: str, quantity: str | None, where: str
) -> float | None:
    """A value in the unit of the first visit; None stays None.

    `quantity`: its usual name, where it is known; then its unit must be one of its kind.
    Raises: InputError where the unit is none of the quantity's, or of another kind than the first.
    """
    kind = _KIND_OF.get(quantity or "")
    if kind is not None and _spelt(unit) not in _KINDS[kind]:
        raise InputError(
            f"'{unit}' is no unit of this quantity.", where, f"It takes {', '.join(_KINDS[kind])}."
        )
    if value is None or _spelt(unit) == _spelt(first):
        return value
    for factors in _KINDS.values() if kind is None else (_KINDS[kind],):
        if _spelt(unit) in factors and _spelt(first) in factors:
            return float(exact(value) * factors[_spelt(unit)] / factors[_spelt(first)])
    raise InputError(f"its unit changes from '{first}' to '{unit}'.", where, "Give every visit in one unit.")


def _spelt(unit: str) -> str:
    """A unit in one spelling: lower case, without blanks, μ as u, superscripts as digits, no × in front."""
    plain = re.sub(r"\s+", "", unit.casefold()).translate(str.maketrans("μµ²³⁻⁶", "uu23-6"))
    plain = plain.replace("mm^2", "mm2").replace("mm^3", "mm3").replace("cm^3", "cm3")
    plain = plain.removeprefix("x").removeprefix("×")
    plain = re.sub(r"^10(-[36])", r"10^\1", plain)
    return re.sub(r"^10\^(-[36])[.·*×]?", r"10^\1", plain)
