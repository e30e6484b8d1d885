"""Shrinkage pattern of one lesion from its shape at baseline and now: `neoher pattern`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator, Source
from neoher.record.conclusion import Conclusion
from neoher.response.shrinkage.facts import Pattern, PatternFacts, ShrinkagePattern

__all__ = ["CALCULATOR", "FRAGMENT_FLOOR_CC", "SHRINKAGE_COHORT", "shrinkage_pattern"]

FRAGMENT_FLOOR_CC = 0.065
"""Smallest part that counts as a fragment: a ball of 5 mm. A design decision, no evidence behind it."""
SMALLER = Fraction(30, 100)
"""Extent or volume must fall by this share to be a decrease; a design decision."""
LARGER, LARGER_MM = Fraction(20, 100), Fraction(5)
"""Growth of the extent, as RECIST 1.1 calls progression."""
LARGER_VOLUME = Fraction(728, 1000)
"""The growth of a ball's volume when its diameter grows by 20 %: 1.2³ − 1."""
WEAKER = Fraction(20, 100)
"""Enhancement must fall by this share to count as weaker; a design decision."""
INSIDE = Fraction(50)
"""Percent of what is left that must lie where the lesion was; a design decision."""

SHRINKAGE_COHORT = Source(
    "PMC7416507",
    "Heacock et al., RECIST and shrinkage pattern on MRI in HER2-positive cancer (51 patients), PMID "
    "31444111",
    "excerpt read: the patterns by name and their association with pCR; its definitions were not found",
)

_FLOOR = Fraction(65, 1000)


def shrinkage_pattern(facts: PatternFacts) -> Conclusion[ShrinkagePattern]:
    """The shrinkage pattern from two sets of shape facts; lengths in mm, volumes in cc.

    Returns: no value where the facts that would decide are not known, or where what is left lies elsewhere.
    Raises: InputError where facts contradict each other, or there was no lesion at baseline.
    Source: names of the patterns as in a HER2-positive MRI cohort (PMC7416507); its reader judged them by
    eye. Every limit here is a design decision, apart from growth, which follows RECIST 1.1 (PMID 19097774).
    Takes shape facts of contrast-enhanced MRI only: the extent of calcifications says nothing of response.
    """
    _refuse_contradictions(facts)
    reasons: Reasoning[ShrinkagePattern] = Reasoning()
    reasons.cite(SHRINKAGE_COHORT)
    change = _Change.of(facts)
    pattern = _pattern(facts, change, reasons)
    if pattern is None:
        return reasons.conclude(None)
    _explain(facts, pattern, reasons)
    reasons.miss(*_half_stated(facts))
    return reasons.conclude(
        ShrinkagePattern(
            pattern=pattern,
            extent_change_percent=_percent(change.extent),
            volume_change_percent=_percent(change.volume),
            enhancement_change_percent=_percent(change.enhancement),
            baseline_fragments=facts.baseline_fragments,
            fragments=facts.fragments,
        )
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """Now as a share of the baseline, exactly as written; None where one of the two is not known."""

    extent: Fraction | None
    volume: Fraction | None
    largest: Fraction | None
    enhancement: Fraction | None

    @classmethod
    def of(cls, facts: PatternFacts) -> _Change:
        return cls(
            _ratio(facts.extent_mm, facts.baseline_extent_mm),
            _ratio(facts.volume_cc, facts.baseline_volume_cc),
            _ratio(facts.largest_mm, facts.baseline_largest_mm),
            _ratio(facts.enhancement_percent, facts.baseline_enhancement_percent),
        )


def _pattern(facts: PatternFacts, change: _Change, reasons: Reasoning[ShrinkagePattern]) -> Pattern | None:
    if facts.extent_mm == 0 or facts.volume_cc == 0:
        return Pattern.COMPLETE
    if change.extent is None and change.volume is None:
        reasons.miss(*_unknown(facts, "extent_mm", "volume_cc"))
        return None
    if _grown(facts, change):
        return Pattern.PROGRESSION
    smaller = _decreased(change)
    if smaller is None:
        reasons.miss(*_unknown(facts, "extent_mm", "volume_cc"))
        return None
    if not smaller:
        return _of_unchanged_size(facts, change, reasons)
    if facts.inside_baseline_percent is not None and _exact(facts.inside_baseline_percent) < INSIDE:
        reasons.warn(
            "mostly-outside-baseline",
            f"Only {facts.inside_baseline_percent:g} % of what is left lies where the lesion was: a pattern "
            "of shrinkage supposes the same lesion. A reader must look for a new lesion or another position.",
        )
        reasons.miss("a reader's look at what lies outside the baseline lesion")
        return None
    return _of_decreased(facts, change, reasons)


def _of_decreased(
    facts: PatternFacts, change: _Change, reasons: Reasoning[ShrinkagePattern]
) -> Pattern | None:
    parts, before = facts.fragments, facts.baseline_fragments
    if parts is None or (parts > 1 and before is None):
        reasons.miss(*_unknown(facts, "fragments"))
        return None
    if parts > max(before or 1, 1):
        return Pattern.FRAGMENTED
    several = before is not None and before > 1
    # Foci that were apart before stay apart however small each becomes: their span says nothing.
    length = change.largest if several else change.extent
    if length is None:
        reasons.miss(*_unknown(facts, "largest_mm" if several else "extent_mm"))
        return None
    return Pattern.CONCENTRIC if _in_step(length, change.volume) else Pattern.DIFFUSE_DECREASE


def _in_step(length: Fraction, volume: Fraction | None) -> bool:
    """Whether the length fell at least half as far as it would if every direction shrank alike.

    Shrinking alike in all directions takes a volume to its share v and a length to v^(1/3); half-way from 1
    to there is (1 + v^(1/3)) / 2. Cubed, the comparison is exact.
    """
    if volume is None:
        return length <= 1 - SMALLER
    return max(2 * length - 1, Fraction(0)) ** 3 <= volume


def _of_unchanged_size(
    facts: PatternFacts, change: _Change, reasons: Reasoning[ShrinkagePattern]
) -> Pattern | None:
    if change.enhancement is None:
        reasons.miss(*_unknown(facts, "enhancement_percent"))
        return None
    return Pattern.INTENSITY_ONLY if change.enhancement <= 1 - WEAKER else Pattern.NONE


def _grown(facts: PatternFacts, change: _Change) -> bool:
    if change.extent is not None and facts.extent_mm is not None and facts.baseline_extent_mm is not None:
        gain = _exact(facts.extent_mm) - _exact(facts.baseline_extent_mm)
        if gain >= LARGER_MM and change.extent >= 1 + LARGER:
            return True
    if change.volume is not None and facts.volume_cc is not None and facts.baseline_volume_cc is not None:
        gain = _exact(facts.volume_cc) - _exact(facts.baseline_volume_cc)
        return gain >= _FLOOR and change.volume >= 1 + LARGER_VOLUME
    return False


def _decreased(change: _Change) -> bool | None:
    """Whether extent or volume fell by 30 % or more; None while the unknown one of the two could decide."""
    known = [one for one in (change.extent, change.volume) if one is not None]
    if any(one <= 1 - SMALLER for one in known):
        return True
    return False if len(known) == 2 else None


def _explain(facts: PatternFacts, pattern: Pattern, reasons: Reasoning[ShrinkagePattern]) -> None:
    reasons.step(
        f"{pattern.in_words}",
        _RULES[pattern],
        SHRINKAGE_COHORT,
        **{name: value for name, value in facts.model_dump().items() if value is not None},
    )
    if pattern is Pattern.COMPLETE:
        reasons.warn(
            "not-a-pathologic-statement",
            "Nothing to see on imaging is no pathological complete response.",
        )
    if pattern is Pattern.FRAGMENTED:
        reasons.warn(
            "diameter-misleads",
            "After fragmentation the longest diameter over all parts overestimates what is left, and the "
            "functional volume may underestimate it.",
        )


_RULES = {
    Pattern.COMPLETE: "extent or enhancing volume 0",
    Pattern.PROGRESSION: "extent 20 % and 5 mm larger (RECIST 1.1), or volume 72.8 % larger (a ball 20 % "
    "wider) and 0.065 cc or more",
    Pattern.FRAGMENTED: "extent or volume 30 % smaller, and more parts of 0.065 cc or more than at baseline "
    "(design decisions)",
    Pattern.CONCENTRIC: "extent or volume 30 % smaller, no more parts than at baseline, and the length fell "
    "at least half as far as with the same shrinkage in every direction (design decisions)",
    Pattern.DIFFUSE_DECREASE: "extent or volume 30 % smaller, no more parts than at baseline, but the length "
    "fell less than half as far as with the same shrinkage in every direction (design decisions)",
    Pattern.INTENSITY_ONLY: "extent and volume changed by less than 30 % downwards, enhancement fell by 20 % "
    "or more (design decisions)",
    Pattern.NONE: "neither extent nor volume 30 % smaller, enhancement under 20 % weaker (design decisions)",
}


def _refuse_contradictions(facts: PatternFacts) -> None:
    for name in ("baseline_extent_mm", "baseline_volume_cc", "baseline_largest_mm"):
        if getattr(facts, name) == 0:
            raise InputError(
                "there was no lesion at baseline.",
                name,
                "A pattern of shrinkage needs a lesion that was there.",
            )
    for now, extent, largest, volume, parts in (
        ("baseline_", facts.baseline_extent_mm, facts.baseline_largest_mm, facts.baseline_volume_cc, None),
        ("", facts.extent_mm, facts.largest_mm, facts.volume_cc, facts.fragments),
    ):
        if extent is not None and largest is not None and largest > extent:
            raise InputError(
                f"the largest part of {largest:g} mm is longer than the whole lesion of {extent:g} mm.",
                f"{now}largest_mm, {now}extent_mm",
                "The extent spans all parts: correct one of them.",
            )
        nothing = {name for name, size in (("extent_mm", extent), ("volume_cc", volume)) if size == 0}
        something = {
            name
            for name, size in (("extent_mm", extent), ("volume_cc", volume), ("fragments", parts))
            if size
        }
        if nothing and something:
            raise InputError(
                "the lesion is gone by one fact and there by another.",
                ", ".join(f"{now}{name}" for name in sorted(nothing | something)),
                "Correct one of them; leave out what is not known.",
            )


def _unknown(facts: PatternFacts, *names: str) -> tuple[str, ...]:
    return tuple(
        each for name in names for each in (f"baseline_{name}", name) if getattr(facts, each) is None
    )


def _half_stated(facts: PatternFacts) -> tuple[str, ...]:
    """The other half of each fact that is known at baseline alone or now alone."""
    unknown = (
        _unknown(facts, name)
        for name in ("extent_mm", "volume_cc", "largest_mm", "enhancement_percent", "fragments")
    )
    return tuple(name for names in unknown if len(names) == 1 for name in names)


def _exact(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def _ratio(now: float | None, baseline: float | None) -> Fraction | None:
    return None if now is None or not baseline else _exact(now) / _exact(baseline)


def _percent(share: Fraction | None) -> float | None:
    return None if share is None else float((share - 1) * 100)


CALCULATOR = Calculator(
    name="pattern",
    summary="How a lesion shrinks on MRI: concentric, fragmented, diffuse, in intensity only, or not at all.",
    inputs=PatternFacts,
    output=ShrinkagePattern,
    compute=shrinkage_pattern,
    example=(
        "--baseline-extent 38 --extent 18 --baseline-volume 9.4 --volume 1.1 "
        "--baseline-fragments 1 --fragments 1"
    ),
    sources=(SHRINKAGE_COHORT,),
    explanation="""\
**Why a pattern.** In 51 patients with HER2-positive cancer RECIST on MRI was not associated with pathological
complete response (p = .169), concentric shrinkage was (AUC .778, specificity 96.6 %, sensitivity 59.1 %). A
lesion that breaks into parts keeps its longest diameter while most of it is gone.

**Whose definitions.** Readers judge the pattern by eye; no published limits were found. The limits here are
design decisions, so that the same facts always give the same word:

| pattern | when, in this order |
|---|---|
| `complete` | extent or enhancing volume is 0 |
| `progression` | extent 20 % and 5 mm larger (RECIST 1.1), or volume 72.8 % and 0.065 cc larger |
| `fragmented` | extent or volume 30 % smaller, and more parts than at baseline |
| `concentric` | extent or volume 30 % smaller, no more parts, the length in step with the volume |
| `diffuse-decrease` | extent or volume 30 % smaller, no more parts, the length stayed behind |
| `intensity-only` | neither is 30 % smaller, enhancement fell by 20 % |
| `none` | neither is 30 % smaller, enhancement fell by less |

The length is in step when it fell at least half as far as when every direction shrinks alike: (2 l − 1)³ ≤ v
for the shares l of the length and v of the volume that are left; without a volume, when it fell by 30 %. A
ball's volume grows by 72.8 % when its diameter grows by 20 %. A part counts from 0.065 cc, a ball of 5 mm.
Where several foci were there at baseline, the length is that of the largest part: foci far apart stay far
apart however small each becomes. A limit is met when it is reached exactly. Where less than half of what is
left lies where the lesion was, no pattern is given.

**What it takes.** Shape facts of contrast-enhanced MRI, measured alike at both times (`neoher measure` stores
them). Never the extent of calcifications: they do not follow the response. `complete` is no pathological
complete response. A functional volume counts voxels above a fixed enhancement: a weaker lesion loses volume
by that alone, so a measured intensity-only decrease may show as a diffuse one.""",
)
