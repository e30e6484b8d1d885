"""What a HER2 tracer says of one lesion, by the definition that its facts allow.

In this order: a site where the tracer gathers without disease is indeterminate, whatever its uptake; a
reader's word stands (ZEPHIR: uptake against the background, PMID 38184611); else the peak over the blood
pool decides, by limits that are a design decision. A negative reading shortly after a HER2-directed antibody
or conjugate is indeterminate (a design decision): occupied receptors look like absent ones.
"""

from __future__ import annotations

from dataclasses import dataclass

from neoher.response.her2_uptake.facts import LesionReading, LesionUptakeRow, Uptake
from neoher.response.her2_uptake.tracers import Tracer

__all__ = ["Limits", "read_lesion"]

_BY_READER = {
    "positive": Uptake.POSITIVE,
    "negative": Uptake.NEGATIVE,
    "indeterminate": Uptake.INDETERMINATE,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Lesion peak over blood-pool mean: positive from, negative up to; between them indeterminate."""

    positive_from: float
    negative_to: float

    def of(self, ratio: float) -> Uptake:
        """The class of a ratio; both limits included."""
        if ratio >= self.positive_from:
            return Uptake.POSITIVE
        return Uptake.NEGATIVE if ratio <= self.negative_to else Uptake.INDETERMINATE

    def in_words(self, of_what: str) -> str:
        """The definition for a reader."""
        return (
            f"{of_what} over blood-pool mean: positive from {self.positive_from:g}, negative up to"
            f" {self.negative_to:g} (design decision; no cut-off is published)"
        )


def read_lesion(
    row: LesionUptakeRow, tracer: Tracer, limits: Limits, blocked_by: str | None
) -> LesionReading:
    """The lesion's reading; `blocked_by`: the antibody or conjugate given shortly before, where one was."""
    ratio = _ratio(row)
    result, definition, reasons = _by_definition(row, limits, ratio)
    physiologic = tracer.is_unreliable_at(row.site)
    if physiologic is not None:
        reasons.append(f"{tracer.name} gathers in {physiologic} without disease: uptake there is unreliable")
        if result is not None:
            result = Uptake.INDETERMINATE
    elif result is Uptake.NEGATIVE and blocked_by is not None:
        reasons.append(
            f"{blocked_by} shortly before can hold the receptors: negative cannot be told from blocked"
        )
        result = Uptake.INDETERMINATE
    return LesionReading(
        lesion=row.lesion,
        result=result,
        definition=definition,
        reasons=tuple(reasons),
        suvpeak=row.suvpeak,
        suvmax=row.suvmax,
        tumour_to_blood=ratio,
        reliable=physiologic is None,
    )


def _ratio(row: LesionUptakeRow) -> float | None:
    """Peak over blood pool, or maximum over blood pool where the peak is not known."""
    uptake = row.suvpeak if row.suvpeak is not None else row.suvmax
    if uptake is None or not row.blood_pool_mean:
        return None
    return uptake / row.blood_pool_mean


def _by_number(row: LesionUptakeRow, limits: Limits, ratio: float | None) -> Uptake | None:
    """The class by the ratio. A peak is at most the maximum: alone, a maximum can only say negative."""
    if ratio is None:
        return None
    found = limits.of(ratio)
    return found if row.suvpeak is not None or found is Uptake.NEGATIVE else None


def _by_definition(
    row: LesionUptakeRow, limits: Limits, ratio: float | None
) -> tuple[Uptake | None, str, list[str]]:
    measured = "peak" if row.suvpeak is not None else "maximum (the peak, not known, is at most that)"
    by_number = _by_number(row, limits, ratio)
    if row.uptake is not None:
        stated = _BY_READER[row.uptake]
        reasons = []
        if by_number not in {None, stated}:
            reasons.append(f"{measured} over blood pool is {ratio:.2f}, which by itself would be {by_number}")
        return stated, "as a reader stated it, against the background (ZEPHIR, PMID 38184611)", reasons
    if by_number is None:
        return None, "neither a reading nor peak and blood pool are known", []
    return by_number, limits.in_words(measured), []
