"""HER2 and residual burden concluded from a record, with what is missing named by its place in the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.recorded import her2_facts, residual_burden_facts
from neoher.pathology.residual_burden.calculator import CALCULATOR as RESIDUAL_BURDEN
from neoher.record.conclusion import Caution, Conclusion
from neoher.record.specimen import Her2Result
from neoher.record.surgery import SurgicalSpecimen

__all__ = ["CONTRADICTORY_FACTS", "her2_conclusion", "residual_burden_conclusion"]

CONTRADICTORY_FACTS = "contradictory-facts"
"""Code of the caution where recorded facts exclude each other and nothing was concluded from them."""


def her2_conclusion(stated: Her2Result | None, path: str) -> Conclusion[Any]:
    """HER2 of one specimen.

    Parameters: `path` of the specimen in the record, such as `specimens[B1]`.
    Facts that contradict each other give no value and the caution `contradictory-facts`.
    """
    if stated is None:
        return Conclusion[Any](value=None, missing=(f"{path}.her2",))
    return _concluded(lambda: HER2.compute(her2_facts(stated)), path)


def residual_burden_conclusion(specimen: SurgicalSpecimen, path: str) -> Conclusion[Any]:
    """Residual cancer burden of one surgical specimen, in the same way."""
    return _concluded(lambda: RESIDUAL_BURDEN.compute(residual_burden_facts(specimen)), path)


def _concluded(conclude: Callable[[], Conclusion[Any]], path: str) -> Conclusion[Any]:
    try:
        conclusion = conclude()
    except InputError as error:
        caution = Caution(code=CONTRADICTORY_FACTS, message=_sentence(error, path))
        return Conclusion[Any](value=None, warnings=(caution,))
    missing = tuple(f"{path}.{name}" for name in conclusion.missing)
    return conclusion.model_copy(update={"missing": missing})


def _sentence(error: InputError, path: str) -> str:
    where = f"{path}, {error.where}" if error.where else path
    remedy = f" {error.remedy}" if error.remedy else ""
    return (
        "The recorded facts cannot all be true, so nothing is concluded from them. "
        f"{where}: {error.what}{remedy}"
    )
