"""Oestrogen and progesterone receptors and Ki-67 of one specimen, by ASCO/CAP 2020."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import ALLISON_2020
from neoher.record.calculator import Calculator, Option, TableForm
from neoher.record.conclusion import Conclusion, Frozen

__all__ = ["CALCULATOR", "ReceptorFacts", "ReceptorStatus", "Receptors", "receptors"]

POSITIVE_FROM_PERCENT = 1.0
"""A share of exactly 1 % is positive."""
LOW_UP_TO_PERCENT = 10.0
"""Oestrogen receptor of exactly 10 % is still low."""

_Percent = Annotated[float | None, Field(ge=0, le=100, allow_inf_nan=False)]


class ReceptorFacts(Frozen):
    """Shares of stained nuclei of the invasive cells. None: not known; never taken as negative."""

    er_percent: Annotated[_Percent, Option("er", unit="% of nuclei", columns=("er_percent",))] = None
    """Nuclei with oestrogen receptor."""
    pr_percent: Annotated[_Percent, Option("pr", unit="% of nuclei", columns=("pr_percent",))] = None
    """Nuclei with progesterone receptor."""
    ki67_percent: Annotated[_Percent, Option("ki67", unit="% of nuclei", columns=("ki67_percent",))] = None
    """Nuclei with Ki-67; given back as stated, there is no cut for HER2-positive cancer."""
    internal_control: Annotated[bool | None, Option("internal-control", columns=("internal_control",))] = None
    """Whether the normal cells of the section stain, as the oestrogen receptor's control."""


class ReceptorStatus(StrEnum):
    """Status of one receptor. low-positive: oestrogen receptor from 1 to 10 %."""

    POSITIVE = "positive"
    LOW_POSITIVE = "low-positive"
    NEGATIVE = "negative"


class Receptors(Frozen):
    """Status of each receptor; null where it is not known."""

    er: ReceptorStatus | None
    """Positive above 10 %, low-positive from 1 to 10 %, negative below 1 %."""
    pr: ReceptorStatus | None
    """Positive from 1 %, negative below; there is no low class."""
    hormone_receptor: ReceptorStatus | None
    """Positive where one receptor is, negative where both are; low-positive counts as positive."""
    er_percent: float | None
    pr_percent: float | None
    ki67_percent: float | None

    def in_words(self) -> str:
        """The result as one line for a reader."""
        parts = [
            _in_words("ER", self.er, self.er_percent),
            _in_words("PR", self.pr, self.pr_percent),
            f"hormone receptors {self.hormone_receptor or 'cannot be said'}",
        ]
        if self.ki67_percent is not None:
            parts.append(f"Ki-67 {self.ki67_percent:g} %")
        return " · ".join(parts)


def _in_words(name: str, status: ReceptorStatus | None, percent: float | None) -> str:
    if status is None:
        return f"{name} not known"
    return f"{name} {str(status).replace('-', ' ')} ({percent:g} %)"


def receptors(facts: ReceptorFacts) -> Conclusion[Receptors]:
    """Status of the hormone receptors from the shares of stained nuclei.

    Returns: no value while neither receptor is known; the hormone receptors together are negative only where
    both are stated.
    Source: ASCO/CAP 2020 (doi 10.1200/JCO.19.02309): positive from 1 %, oestrogen receptor 1 to 10 % low
    positive with a comment, no low class of the progesterone receptor. Intensity is not used.
    Does not judge the controls, and gives no cut for Ki-67: none is specific to HER2-positive cancer.
    """
    reasons: Reasoning[Receptors] = Reasoning()
    stated = {"er_percent": facts.er_percent, "pr_percent": facts.pr_percent}
    reasons.miss(*(name for name, percent in stated.items() if percent is None))
    er = _status("oestrogen receptor", facts.er_percent, reasons, has_low=True)
    pr = _status("progesterone receptor", facts.pr_percent, reasons, has_low=False)
    _comment_on_low(facts, er, reasons)
    if er is None and pr is None:
        return reasons.conclude(None)
    return reasons.conclude(
        Receptors(
            er=er,
            pr=pr,
            hormone_receptor=_together(er, pr, reasons),
            er_percent=facts.er_percent,
            pr_percent=facts.pr_percent,
            ki67_percent=facts.ki67_percent,
        )
    )


def _status(
    name: str, percent: float | None, reasons: Reasoning[Receptors], *, has_low: bool
) -> ReceptorStatus | None:
    if percent is None:
        return None
    if percent < POSITIVE_FROM_PERCENT:
        status = ReceptorStatus.NEGATIVE
    elif has_low and percent <= LOW_UP_TO_PERCENT:
        status = ReceptorStatus.LOW_POSITIVE
    else:
        status = ReceptorStatus.POSITIVE
    cut = "negative below 1 %, low positive from 1 to 10 %, positive above"
    reasons.step(
        f"{name} {str(status).replace('-', ' ')}",
        f"ASCO/CAP 2020: {cut if has_low else 'negative below 1 %, positive from 1 %; no low class'}",
        ALLISON_2020,
        percent=percent,
    )
    return status


def _comment_on_low(facts: ReceptorFacts, er: ReceptorStatus | None, reasons: Reasoning[Receptors]) -> None:
    if er is ReceptorStatus.LOW_POSITIVE:
        reasons.warn(
            "er-low-positive",
            "ER low positive (1 to 10 %): reported with a comment, since few data stand behind endocrine "
            "therapy in this range and such cancers are a mixed group, some like ER-negative ones (the "
            "reason from memory, unverified).",
            ALLISON_2020,
        )
    if facts.er_percent is not None and facts.er_percent <= LOW_UP_TO_PERCENT:
        if facts.internal_control is None:
            reasons.miss("internal_control")
        elif not facts.internal_control:
            reasons.warn(
                "er-control-not-stained",
                "The internal control does not stain, so that a low or negative ER cannot be relied on: test "
                "again.",
                ALLISON_2020,
            )


def _together(
    er: ReceptorStatus | None, pr: ReceptorStatus | None, reasons: Reasoning[Receptors]
) -> ReceptorStatus | None:
    known = [status for status in (er, pr) if status is not None]
    if any(status is not ReceptorStatus.NEGATIVE for status in known):
        if er is ReceptorStatus.NEGATIVE:
            reasons.warn(
                "pr-positive-er-negative",
                "PR is positive and ER negative: rare (from memory, unverified); check controls and the "
                "test.",
            )
        return ReceptorStatus.POSITIVE
    return ReceptorStatus.NEGATIVE if len(known) == 2 else None


CALCULATOR = Calculator(
    name="receptors",
    summary="Status of oestrogen and progesterone receptors by ASCO/CAP 2020, with ER low positive.",
    inputs=ReceptorFacts,
    output=Receptors,
    compute=receptors,
    example="--er 5 --pr 0 --ki67 30 --internal-control yes",
    table=TableForm(identifier="patient", results=("er", "pr", "hormone_receptor")),
    sources=(ALLISON_2020,),
    explanation="""\
Positive from 1 % of the nuclei on. The oestrogen receptor from 1 to 10 % (both included) is *low positive*
and is reported with a comment; the progesterone receptor has no low class. For ER from 0 to 10 % the state of
the internal control belongs to the result: it is asked for.

`hormone_receptor` is positive where one receptor is, and negative only where both are stated and negative.
Ki-67 is given back as stated: no cut is specific to HER2-positive cancer. A blank is never taken as negative.

That PR without ER is rare, and the words of the comment, are given from memory (unverified); the cuts were
read in the abstract and a summary of the guideline.""",
)
