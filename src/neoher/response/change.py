"""Change of a measured quantity, held against what repeating the measurement alone would give."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from pydantic import Field

from neoher.record.conclusion import Conclusion, Frozen, Step

__all__ = ["REPEATABILITY", "Change", "Repeatability", "change_between"]


@dataclass(frozen=True, slots=True)
class Repeatability:
    """How far two measurements of an unchanged lesion lie apart, as far as that was published."""

    limit_percent: float | None
    """A change must exceed this; None where no limit was published."""
    words: str
    sources: tuple[str, ...] = ()


_DIAMETER = Repeatability(
    limit_percent=None,
    words="no limit in mm published; two readers agreed with a concordance of 0.93 (0.90–0.95)",
    sources=("PMID:22221829",),
)

REPEATABILITY = MappingProxyType(
    {
        "functional_tumour_volume": Repeatability(
            limit_percent=None,
            words="no test-retest limit published; do not mix platforms in one series",
            sources=("PMC3998689",),
        ),
        "longest_diameter_in_plane": _DIAMETER,
        "longest_diameter_3d": _DIAMETER,
        "longest_diameter_reported": _DIAMETER,
    }
)


_NONE_HELD = Repeatability(None, "no limit of repeatability is held for this quantity")


class Change(Frozen):
    """A change between two visits."""

    absolute: float
    """Later minus earlier, in the quantity's own unit."""
    percent: float | None
    """Of the earlier value; None where that was 0."""
    beyond_noise: bool | None = Field(default=None)
    """Whether the change exceeds the published limit; None where no limit is published."""
    limit: str
    """The limit, or that none is published, in words."""


def change_between(quantity: str, earlier: float | None, later: float | None) -> Conclusion[Change]:
    """Change of `quantity` from `earlier` to `later`, both in the same unit.

    Returns no value when either is missing: a lesion that was not measured has not shrunk.
    Limits: knowledge of repeatability by quantity (REPEATABILITY), each with its source.
    """
    missing = tuple(
        f"{quantity} ({when})" for when, value in (("earlier", earlier), ("later", later)) if value is None
    )
    if earlier is None or later is None:
        return Conclusion[Change](value=None, missing=missing)
    known = REPEATABILITY.get(quantity, _NONE_HELD)
    percent = None if earlier == 0 else 100.0 * (later - earlier) / earlier
    beyond = None
    if known.limit_percent is not None and percent is not None:
        beyond = abs(percent) > known.limit_percent
    step = Step(
        step=f"change {later - earlier:+g}" + ("" if percent is None else f" ({percent:+.1f} %)"),
        rule="percent = 100 × (later − earlier) / earlier",
        inputs={"quantity": quantity, "earlier": earlier, "later": later},
    )
    return Conclusion[Change](
        value=Change(absolute=later - earlier, percent=percent, beyond_noise=beyond, limit=known.words),
        because=(step,),
        sources=known.sources,
    )
