"""Change of a measured quantity, held against what repeating the measurement alone would give."""

from __future__ import annotations

from pydantic import Field

from neoher.record.conclusion import Conclusion, Frozen, Step
from neoher.response.exact import exact
from neoher.response.repeatability import repeatability_of

__all__ = ["Change", "change_between"]


class Change(Frozen):
    """A change between two visits."""

    absolute: float
    """Later minus earlier, in the quantity's own unit."""
    percent: float | None
    """Of the earlier value; None where that was 0."""
    limit_percent: float | None = None
    """What a change in this direction must exceed, in percent; None where no limit is published."""
    beyond_noise: bool | None = Field(default=None)
    """Whether the change exceeds the published limit; None where no limit is published."""
    limit: str
    """The limit, or that none is published, in words."""


def change_between(
    quantity: str, earlier: float | None, later: float | None, *, tracer: str | None = None
) -> Conclusion[Change]:
    """Change of `quantity` from `earlier` to `later`, both in the same unit.

    `quantity`: the field's term, as `neoher.response.repeatability.quantity_of` reads it; `tracer` of an
    uptake, where the term does not hold it.
    Returns no value when either is missing: a lesion that was not measured has not shrunk.
    Limits: `neoher.response.repeatability`, each with its source. Exactly at a limit is within noise.
    """
    missing = tuple(
        f"{quantity} ({when})" for when, value in (("earlier", earlier), ("later", later)) if value is None
    )
    if earlier is None or later is None:
        return Conclusion[Change](value=None, missing=missing)
    known = repeatability_of(quantity, tracer)
    difference = exact(later) - exact(earlier)
    percent = None if earlier == 0 else float(100 * difference / exact(earlier))
    step = Step(
        step=f"change {float(difference):+g}" + ("" if percent is None else f" ({percent:+.1f} %)"),
        rule="percent = 100 × (later − earlier) / earlier",
        inputs={"quantity": quantity, "earlier": earlier, "later": later},
    )
    return Conclusion[Change](
        value=Change(
            absolute=float(difference),
            percent=percent,
            limit_percent=None if percent is None else known.limit_percent(percent),
            beyond_noise=known.exceeded(earlier, later),
            limit=known.words,
        ),
        because=(step,),
        sources=known.sources,
    )
