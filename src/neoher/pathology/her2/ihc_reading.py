"""The IHC reading of one specimen: the reported score and the raw staining, held against each other."""

from __future__ import annotations

from neoher.errors import InputError
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts
from neoher.pathology.her2.ihc import (
    IhcReading,
    IhcScore,
    Intensity,
    Pattern,
    possible_scores,
    score_staining,
)
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import ASCO_CAP_2018

__all__ = ["ihc_gaps", "read_ihc"]

_PATTERN_WARNINGS = {
    Pattern.LIMITED_EXTENT: "Complete intense staining in 10 % of the cells or less is scored 2+: "
    "heterogeneous and very limited; another sample may differ.",
    Pattern.UNUSUAL: "Moderate or intense but incomplete staining is scored 2+: basolateral patterns, as in "
    "micropapillary carcinoma, can be amplified.",
    Pattern.NOT_COVERED: "No definition of the guideline covers this pattern; its note scores such patterns "
    "2+. A pathologist should confirm.",
}


def ihc_gaps(facts: Her2Facts) -> tuple[str, ...]:
    """What is missing for an IHC score: the rest of a staining that was begun, else the score."""
    raw = _raw_staining(facts)
    if all(value is None for value in raw.values()):
        return ("her2.ihc",)
    return tuple(f"her2.{name}" for name, value in raw.items() if value is None)


def read_ihc(facts: Her2Facts, reasons: Reasoning[Her2Assessment]) -> IhcReading | None:
    """The score, reported or derived from the raw staining; None where neither is known.

    Raises: InputError where the reported score, the staining and `membrane_staining` do not fit together.
    """
    reading = None
    if facts.intensity is not None:
        reading = score_staining(facts.intensity, facts.completeness, facts.percent)
    if facts.ihc is not None:
        _refuse_other_staining(facts, facts.ihc)
    if reading is not None:
        reasons.step(
            f"IHC {reading.score} by the staining",
            "ASCO/CAP 2018 figure 1: a score needs its staining in more than 10 % of the invasive cells; a "
            "pattern that no definition covers is 2+",
            ASCO_CAP_2018,
            **_raw_staining(facts),
        )
        if reading.pattern in _PATTERN_WARNINGS:
            reasons.warn(reading.pattern.value, _PATTERN_WARNINGS[reading.pattern])
    elif facts.ihc is None:
        return None
    else:
        reading = IhcReading(facts.ihc, membrane_staining=True if _some_staining(facts) else None)
        reasons.step(f"IHC {facts.ihc} as reported", "the pathologist's score", ihc=facts.ihc)
    return _with_membrane_staining(reading, facts.membrane_staining)


def _some_staining(facts: Her2Facts) -> bool:
    """Whether part of a staining pattern says that some membrane stains."""
    return bool(facts.percent) or facts.intensity not in {None, Intensity.NONE}


def _raw_staining(facts: Her2Facts) -> dict[str, str | float | None]:
    return {"intensity": facts.intensity, "completeness": facts.completeness, "percent": facts.percent}


def _refuse_other_staining(facts: Her2Facts, reported: IhcScore) -> None:
    possible = possible_scores(facts.intensity, facts.completeness, facts.percent)
    if reported in possible:
        return
    stated = [name for name, value in _raw_staining(facts).items() if value is not None]
    raise InputError(
        f"IHC {reported} was reported, but the staining is that of IHC {' or '.join(sorted(possible))}.",
        where=", ".join(["ihc", *stated]),
        remedy="Correct one of them; where the pathologist overruled the pattern, state the score alone.",
    )


def _with_membrane_staining(reading: IhcReading, stated: bool | None) -> IhcReading:
    known = reading.membrane_staining if reading.score is IhcScore.ZERO else True
    if stated is None or stated == known:
        return IhcReading(reading.score, known, reading.pattern)
    if known is None:
        return IhcReading(reading.score, stated, reading.pattern)
    raise InputError(
        f"membrane staining {'yes' if stated else 'no'} contradicts "
        + (f"IHC {reading.score}." if reading.score is not IhcScore.ZERO else "the staining stated."),
        where="membrane_staining",
        remedy="It is asked for with IHC 0 only; correct it or leave it out.",
    )
