"""Units of concentration, so far as curves in two of them can be compared."""

from __future__ import annotations

import math

__all__ = ["log_scale"]

_MASS = {"pg/ml": 1e-3, "ng/l": 1e-3, "ng/ml": 1.0, "ug/l": 1.0, "ug/ml": 1e3, "mg/l": 1e3, "mg/ml": 1e6}
_MOLAR = {"fm": 1e-6, "pm": 1e-3, "nm": 1.0, "um": 1e3, "mm": 1e6}


def log_scale(unit: str, wanted: str) -> float | None:
    """Log of the factor that turns a dose in `unit` into one in `wanted`; None where there is none.

    Mass and molar concentrations are not turned into each other: that needs the molar mass.
    """
    one, other = _plain(unit), _plain(wanted)
    if one == other:
        return 0.0
    for family in (_MASS, _MOLAR):
        if one in family and other in family:
            return math.log(family[one] / family[other])
    return None


def _plain(unit: str) -> str:
    text = unit.strip().replace("µ", "u").replace("μ", "u").replace("mol/l", "M").replace("mol/L", "M")
    return text.casefold()
