"""The shape facts behind a shrinkage pattern, and the patterns."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen

__all__ = ["Pattern", "PatternFacts", "ShrinkagePattern"]

_Length = Annotated[float | None, Field(ge=0, lt=1000, allow_inf_nan=False)]
_Volume = Annotated[float | None, Field(ge=0, lt=10000, allow_inf_nan=False)]
_Parts = Annotated[int | None, Field(ge=0, le=10000)]
_Enhancement = Annotated[float | None, Field(ge=0, le=10000, allow_inf_nan=False)]


class Pattern(StrEnum):
    """Way in which the enhancing lesion changed from the baseline."""

    COMPLETE = "complete"
    """Nothing enhancing is left to see; no pathological complete response."""
    CONCENTRIC = "concentric"
    """Smaller towards one remnant."""
    FRAGMENTED = "fragmented"
    """Broken into more separate parts, with less volume or a smaller extent."""
    DIFFUSE_DECREASE = "diffuse-decrease"
    """Thinned out: less volume over much the same extent."""
    INTENSITY_ONLY = "intensity-only"
    """Size as before, weaker enhancement."""
    NONE = "none"
    """Neither size nor enhancement changed beyond the limits."""
    PROGRESSION = "progression"
    """Larger."""

    @property
    def in_words(self) -> str:
        """For a reader."""
        return _WORDS[self]


_WORDS = {
    Pattern.COMPLETE: "no enhancing lesion left to see",
    Pattern.CONCENTRIC: "concentric shrinkage",
    Pattern.FRAGMENTED: "fragmentation",
    Pattern.DIFFUSE_DECREASE: "diffuse decrease",
    Pattern.INTENSITY_ONLY: "decrease of intensity only",
    Pattern.NONE: "no shrinkage",
    Pattern.PROGRESSION: "progression",
}


class PatternFacts(Frozen):
    """One lesion on MRI with contrast, at baseline and now. None: not known; never taken as zero."""

    baseline_extent_mm: Annotated[_Length, Option("baseline-extent", unit="mm")] = None
    """Longest diameter at baseline over all parts of the lesion."""
    extent_mm: Annotated[_Length, Option("extent", unit="mm")] = None
    """The same now; 0 where the lesion was looked for and is gone."""
    baseline_volume_cc: Annotated[_Volume, Option("baseline-volume", unit="cc")] = None
    """Enhancing volume at baseline, such as the functional tumour volume."""
    volume_cc: Annotated[_Volume, Option("volume", unit="cc")] = None
    """The same now, measured alike; 0 where nothing reaches the thresholds."""
    baseline_fragments: Annotated[_Parts, Option("baseline-fragments")] = None
    """Separate parts at baseline; specks below 0.065 cc (a ball of 5 mm) are not counted."""
    fragments: Annotated[_Parts, Option("fragments")] = None
    """Separate parts now, counted alike; 0 where only specks are left."""
    baseline_largest_mm: Annotated[_Length, Option("baseline-largest", unit="mm")] = None
    """Longest diameter of the largest part at baseline; asked for where there were several."""
    largest_mm: Annotated[_Length, Option("largest", unit="mm")] = None
    """The same now."""
    baseline_enhancement_percent: Annotated[_Enhancement, Option("baseline-enhancement", unit="%")] = None
    """Mean percent enhancement of the lesion at baseline, early after contrast."""
    enhancement_percent: Annotated[_Enhancement, Option("enhancement", unit="%")] = None
    """The same now."""
    inside_baseline_percent: Annotated[
        float | None, Field(ge=0, le=100, allow_inf_nan=False), Option("inside-baseline", unit="%")
    ] = None
    """Share of what is left that lies where the lesion was at baseline, where the two can be laid over one
    another."""


class ShrinkagePattern(Frozen):
    """The pattern with the changes it was read from."""

    pattern: Pattern
    extent_change_percent: float | None
    """Of the longest diameter over all parts."""
    volume_change_percent: float | None
    enhancement_change_percent: float | None
    baseline_fragments: int | None
    fragments: int | None

    def in_words(self) -> str:
        """The pattern as one line for a reader."""
        changes = (
            ("extent", self.extent_change_percent),
            ("volume", self.volume_change_percent),
            ("enhancement", self.enhancement_change_percent),
        )
        said = [f"{name} {change:+.0f} %" for name, change in changes if change is not None]
        if self.fragments is not None and self.baseline_fragments is not None:
            said.append(f"parts {self.baseline_fragments} to {self.fragments}")
        words = self.pattern.in_words
        return f"{words[0].upper()}{words[1:]}" + (f" ({', '.join(said)})" if said else "")
