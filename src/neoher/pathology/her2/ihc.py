"""HER2 immunohistochemistry: from the staining of the invasive cells to the score 0, 1+, 2+, 3+."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum

from neoher.errors import InputError

__all__ = [
    "Completeness",
    "IhcReading",
    "IhcScore",
    "Intensity",
    "Pattern",
    "possible_scores",
    "score_staining",
]

CUT_PERCENT = 10.0
"""A score needs more than this share of the invasive cells, strictly (ASCO/CAP 2018, figure 1)."""


class IhcScore(StrEnum):
    """The score by ASCO/CAP 2018."""

    ZERO = "0"
    ONE_PLUS = "1+"
    TWO_PLUS = "2+"
    THREE_PLUS = "3+"


class Intensity(StrEnum):
    """How strongly the membranes of the invasive cells stain; faint is 'faint or barely perceptible'."""

    NONE = "none"
    FAINT = "faint"
    WEAK = "weak"
    MODERATE = "moderate"
    INTENSE = "intense"


class Completeness(StrEnum):
    """Whether the staining goes all around the cell."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class Pattern(StrEnum):
    """Whether one of the four definitions covers the staining; what is not covered is scored 2+."""

    DEFINED = "defined"
    LIMITED_EXTENT = "ihc-limited-extent"
    """Complete intense staining in 10 % of the cells or less: heterogeneous, another sample may differ."""
    UNUSUAL = "ihc-unusual-pattern"
    """Moderate or intense but incomplete: basolateral, as in micropapillary carcinoma; can be amplified."""
    NOT_COVERED = "ihc-pattern-not-covered"
    """Anything else outside the four definitions; a pathologist confirms."""


@dataclass(frozen=True, slots=True)
class IhcReading:
    """A score and how it was reached."""

    score: IhcScore
    membrane_staining: bool | None = None
    """With score 0: any membrane staining at all (ultralow) or none (absent); None when it is not known."""
    pattern: Pattern = Pattern.DEFINED


def score_staining(
    intensity: Intensity, completeness: Completeness | None, percent: float | None
) -> IhcReading | None:
    """The score of a staining pattern, or None while completeness or percent are not known.

    Parameters: `percent`: share of the invasive cells that show this staining, 0 to 100.
    With intensity none the completeness has no meaning and is not read.
    Raises: InputError when the pattern contradicts itself (no staining in some cells; staining in no cell).
    Source: ASCO/CAP 2018 figure 1 and its note (PMID 29846122): a pattern that the four definitions do not
    cover is 2+. That weak complete staining of 10 % or less, faint complete and weak incomplete staining fall
    under the note is this project's reading of it.
    Does not judge whether the staining is of invasive cells, nor the controls.
    """
    if intensity is Intensity.NONE:
        if percent:
            raise InputError(
                f"no staining in {percent:g} % of the cells contradicts itself; percent is what stains.",
                where="intensity, percent",
                remedy="State 0 % with intensity none, or the intensity of the cells that stain.",
            )
        return IhcReading(IhcScore.ZERO, membrane_staining=False)
    if percent == 0:
        raise InputError(
            f"{intensity} staining in 0 % of the cells contradicts itself.",
            where="intensity, percent",
            remedy="State intensity none where nothing stains, or the share of cells that do stain.",
        )
    if completeness is None or percent is None:
        return None
    above_cut = percent > CUT_PERCENT
    match intensity, completeness:
        case Intensity.INTENSE, Completeness.COMPLETE:
            if above_cut:
                return IhcReading(IhcScore.THREE_PLUS, membrane_staining=True)
            return IhcReading(IhcScore.TWO_PLUS, membrane_staining=True, pattern=Pattern.LIMITED_EXTENT)
        case ((Intensity.WEAK | Intensity.MODERATE), Completeness.COMPLETE):
            pattern = Pattern.DEFINED if above_cut else Pattern.NOT_COVERED
            return IhcReading(IhcScore.TWO_PLUS, membrane_staining=True, pattern=pattern)
        case ((Intensity.MODERATE | Intensity.INTENSE), Completeness.INCOMPLETE):
            return IhcReading(IhcScore.TWO_PLUS, membrane_staining=True, pattern=Pattern.UNUSUAL)
        case Intensity.FAINT, Completeness.INCOMPLETE:
            return IhcReading(IhcScore.ONE_PLUS if above_cut else IhcScore.ZERO, membrane_staining=True)
    return IhcReading(IhcScore.TWO_PLUS, membrane_staining=True, pattern=Pattern.NOT_COVERED)


def possible_scores(
    intensity: Intensity | None, completeness: Completeness | None, percent: float | None
) -> frozenset[IhcScore]:
    """The scores that a partly known staining pattern leaves possible."""
    intensities = tuple(Intensity) if intensity is None else (intensity,)
    extents = tuple(Completeness) if completeness is None else (completeness,)
    # One share on either side of the cut, and none, stand for all.
    shares = (0.0, CUT_PERCENT, CUT_PERCENT + 1) if percent is None else (percent,)
    return frozenset(
        reading.score
        for pattern in itertools.product(intensities, extents, shares)
        if (pattern[0] is Intensity.NONE) == (pattern[2] == 0)
        and (reading := score_staining(*pattern)) is not None
    )
