"""CPS+EG and Neo-Bioscore: points from stage before and after neoadjuvant therapy and from biology."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import BREAST_CANCER_2013, HER2_NEGATIVE_POINT, MITTENDORF_2016, SCORE_TABLE
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen

__all__ = ["CALCULATOR", "Bioscore", "BioscoreFacts", "bioscore"]

CLINICAL_POINTS = {"I": 0, "IA": 0, "IB": 0, "IIA": 0, "IIB": 1, "IIIA": 1, "IIIB": 2, "IIIC": 2}
PATHOLOGIC_POINTS = {
    "0": 0, "I": 0, "IA": 0, "IB": 0, "IIA": 1, "IIB": 1, "IIIA": 1, "IIIB": 1, "IIIC": 2,
}  # fmt: skip
ER_NEGATIVE_BELOW_PERCENT = 1.0
ER_LOW_UP_TO_PERCENT = 10.0
"""From 1 to 10 % laboratories differed in what they called positive."""

NOT_HELD = {
    "survival": "Survival for a number of points is not given: the published figures were not read.",
    "her2-event": "HER2-EveNT is not there: no verified source of its items and weights is held.",
    "iris": "IRIS is not there: no verified source of its items and weights is held.",
    "predict": "PREDICT is not there: it was made for patients who had surgery first.",
    "cts5": "CTS5 is not there: it was made for ER-positive cancer after five years of endocrine therapy and "
    "is not validated for HER2-positive cancer after neoadjuvant therapy.",
}


class BioscoreFacts(Frozen):
    """What the two scores are made of. None: not known; never taken as no point."""

    clinical_stage: Annotated[
        Literal["I", "IA", "IB", "IIA", "IIB", "IIIA", "IIIB", "IIIC"] | None, Option("clinical-stage")
    ] = None
    """Anatomic stage group before therapy (AJCC, 7th edition)."""
    yp_stage: Annotated[
        Literal["0", "I", "IA", "IB", "IIA", "IIB", "IIIA", "IIIB", "IIIC"] | None, Option("yp-stage")
    ] = None
    """Anatomic stage group of the specimen after therapy (AJCC, 7th edition); 0 without invasive cancer."""
    er: Annotated[Literal["positive", "negative"] | None, Option("er")] = None
    """Oestrogen receptor as reported."""
    er_percent: Annotated[
        float | None, Field(ge=0, le=100, allow_inf_nan=False), Option("er-percent", unit="% of nuclei")
    ] = None
    """Share of tumour nuclei with oestrogen receptor; Neo-Bioscore takes less than 1 % as negative."""
    nuclear_grade: Annotated[Literal["1", "2", "3"] | None, Option("nuclear-grade")] = None
    """Nuclear grade of the biopsy before therapy; not the overall histological grade."""
    her2: Annotated[Literal["positive", "negative"] | None, Option("her2")] = None
    """HER2 status of the biopsy before therapy; HER2-low is negative. Neo-Bioscore only."""
    also: Annotated[Literal["survival", "her2-event", "iris", "predict", "cts5"] | None, Option("also")] = (
        None
    )
    """Something else asked for; says why it is not there."""


class Bioscore(Frozen):
    """Points of both scores; null where an item is not known."""

    cps_eg: int | None
    """CPS+EG, 0 to 6."""
    neo_bioscore: int | None
    """Neo-Bioscore, 0 to 7."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        cps = "cannot be said" if self.cps_eg is None else f"{self.cps_eg} of 6"
        neo = "cannot be said" if self.neo_bioscore is None else f"{self.neo_bioscore} of 7"
        return f"CPS+EG {cps}; Neo-Bioscore {neo}"


def bioscore(facts: BioscoreFacts) -> Conclusion[Bioscore]:
    """CPS+EG and Neo-Bioscore in points.

    Returns: a score is null while one of its items is not known; no value where both are.
    Raises: InputError where receptor status and percent contradict each other.
    Source: point table of PMC11724176, table 1, and abstract 249P; development PMC5757376 (abstract read).
    Gives no survival.
    """
    reasons: Reasoning[Bioscore] = Reasoning()
    if facts.also is not None:
        reasons.warn("not-held", NOT_HELD[facts.also])
    clinical = _stage_points(
        "clinical_stage",
        facts.clinical_stage,
        CLINICAL_POINTS,
        "I, IIA 0; IIB, IIIA 1; IIIB, IIIC 2",
        reasons,
    )
    pathologic = _stage_points(
        "yp_stage", facts.yp_stage, PATHOLOGIC_POINTS, "0, I 0; IIA, IIB, IIIA, IIIB 1; IIIC 2", reasons
    )
    cps_er, neo_er = _receptor_points(facts, reasons)
    grade = _grade_points(facts, reasons)
    her2 = _her2_points(facts, reasons)
    cps_eg = _sum(clinical, pathologic, cps_er, grade)
    neo_bioscore = _sum(clinical, pathologic, neo_er, grade, her2)
    reasons.cite(MITTENDORF_2016)
    if cps_eg is None and neo_bioscore is None:
        return reasons.conclude(None)
    return reasons.conclude(Bioscore(cps_eg=cps_eg, neo_bioscore=neo_bioscore))


def _stage_points(
    name: str, stage: str | None, points: dict[str, int], rule: str, reasons: Reasoning[Bioscore]
) -> int | None:
    if stage is None:
        reasons.miss(name)
        return None
    which = "clinical stage" if name == "clinical_stage" else "stage after therapy"
    reasons.step(
        f"{which} {stage}: {points[stage]} in both scores",
        f"{rule} (PMC11724176, table 1; stage groups of AJCC, 7th edition)",
        SCORE_TABLE,
        **{name: stage},
    )
    return points[stage]


def _receptor_points(facts: BioscoreFacts, reasons: Reasoning[Bioscore]) -> tuple[int | None, int | None]:
    """Points for ER in CPS+EG and in Neo-Bioscore."""
    stated, percent = facts.er, facts.er_percent
    _refuse_contradicting_receptor(stated, percent)
    if stated is None and percent is None:
        reasons.miss("er")
        return None, None
    by_report = None if stated is None else int(stated == "negative")
    by_percent = None if percent is None else int(percent < ER_NEGATIVE_BELOW_PERCENT)
    low = percent is not None and ER_NEGATIVE_BELOW_PERCENT <= percent <= ER_LOW_UP_TO_PERCENT
    neo = by_report if by_percent is None else by_percent
    cps = by_report if low or by_percent is None else by_percent
    if cps is None:
        reasons.miss("er")
        reasons.warn(
            "er-cut-of-cps-eg-not-held",
            f"ER {percent:g} %: from which percent CPS+EG takes ER as positive is not held. State the "
            "status as reported.",
        )
    elif cps != neo:
        reasons.warn(
            "er-low-differs",
            f"ER {percent:g} % was reported as negative: CPS+EG follows the report, Neo-Bioscore takes 1 % "
            "and more as positive.",
        )
    said = "not known" if cps is None else f"{cps}"
    reasons.step(
        f"oestrogen receptor: CPS+EG {said}, Neo-Bioscore {neo}",
        "ER-negative: 1; Neo-Bioscore: below 1 % (PMC11724176, table 1)",
        SCORE_TABLE,
        er=stated,
        er_percent=percent,
    )
    return cps, neo


def _refuse_contradicting_receptor(stated: str | None, percent: float | None) -> None:
    if stated is None or percent is None:
        return
    contradicts = (
        percent < ER_NEGATIVE_BELOW_PERCENT if stated == "positive" else percent > ER_LOW_UP_TO_PERCENT
    )
    if contradicts:
        raise InputError(
            f"ER {percent:g} % is not {stated}.",
            where="er, er_percent",
            remedy="Correct one of them; below 1 % is negative, above 10 % positive.",
        )


def _grade_points(facts: BioscoreFacts, reasons: Reasoning[Bioscore]) -> int | None:
    if facts.nuclear_grade is None:
        reasons.miss("nuclear_grade")
        return None
    points = int(facts.nuclear_grade == "3")
    reasons.step(
        f"nuclear grade {facts.nuclear_grade}: {points} in both scores",
        "nuclear grade 3: 1 (PMC11724176, table 1; BMC Cancer 2013;13:50, table 2)",
        SCORE_TABLE,
        nuclear_grade=facts.nuclear_grade,
    )
    reasons.cite(BREAST_CANCER_2013)
    return points


def _her2_points(facts: BioscoreFacts, reasons: Reasoning[Bioscore]) -> int | None:
    if facts.her2 is None:
        reasons.miss("her2")
        return None
    points = int(facts.her2 == "negative")
    reasons.step(
        f"HER2-{facts.her2}: {points} in Neo-Bioscore",
        "HER2-negative: 1; not an item of CPS+EG (PMC11724176, table 1; abstract 249P)",
        HER2_NEGATIVE_POINT,
        her2=facts.her2,
    )
    return points


def _sum(*points: int | None) -> int | None:
    """The sum; None while one item is not known."""
    known = [each for each in points if each is not None]
    return sum(known) if len(known) == len(points) else None


CALCULATOR = Calculator(
    name="bioscore",
    summary="CPS+EG and Neo-Bioscore from stage before and after therapy, ER, nuclear grade and HER2.",
    inputs=BioscoreFacts,
    output=Bioscore,
    compute=bioscore,
    example="--clinical-stage IIIA --yp-stage IIA --er negative --nuclear-grade 3 --her2 positive",
    sources=(SCORE_TABLE, HER2_NEGATIVE_POINT, BREAST_CANCER_2013, MITTENDORF_2016),
    explanation="""\
**The points** (table 1 of PMC11724176; the HER2 row also by conference abstract 249P):

| item | CPS+EG | Neo-Bioscore |
|---|---|---|
| clinical stage I, IIA / IIB, IIIA / IIIB, IIIC | 0 / 1 / 2 | 0 / 1 / 2 |
| stage after therapy 0, I / IIA to IIIB / IIIC | 0 / 1 / 2 | 0 / 1 / 2 |
| ER-negative (Neo-Bioscore: below 1 %) | 1 | 1 |
| nuclear grade 3 | 1 | 1 |
| HER2-negative | – | 1 |
| range | 0 to 6 | 0 to 7 |

The scores were developed with the anatomic stage groups of AJCC, 7th edition; prognostic stage groups do not
fit. After a complete response AJCC gives no stage group, while the table's lowest row is called 0.
Neo-Bioscore was developed in 2,377 patients, 591 of them HER2-positive (PMC5757376, abstract read).

**ER from 1 to 10 %.** Neo-Bioscore takes 1 % and more as positive. The cut of CPS+EG is not held here: it
follows the status as reported, and without one it cannot be said.

**What is not there, and why.** No survival for a number of points: the published figures were not read. No
score modified for treatment with trastuzumab. HER2-EveNT and IRIS have no verified source.
PREDICT was made for patients who had surgery first, CTS5 for late recurrence under endocrine therapy.
`--also` says so.
CPS+EG of 3 and more as a reason for olaparib concerns hormone receptor-positive, HER2-negative cancer with a
germline BRCA mutation: it does not apply to HER2-positive cancer.""",
)
