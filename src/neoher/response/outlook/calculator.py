"""Outlook: published rates of complete response for patients like her, side by side."""

from __future__ import annotations

from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.outlook import sources
from neoher.response.outlook.facts import Definition, Outlook, OutlookFacts, Rate
from neoher.response.outlook.rates import PublishedRate, published_rates

__all__ = ["CALCULATOR", "outlook"]

_ORDER = list(Definition)


def outlook(facts: OutlookFacts) -> Conclusion[Outlook]:
    """The published rates whose group she belongs to by everything that is known of her.

    A rate is shown where each fact it is given by is known and agrees. What is not known chooses nothing.
    Returns: no value while HER2 is not stated (every rate is of HER2-positive cancer) or no rate fits.
    Sources: each rate's own, with how far it was read.
    Does not average, rank regimens or give her own probability: the rates come from different patients, years
    and definitions.
    """
    reasons: Reasoning[Outlook] = Reasoning()
    known = _known(facts)
    names = ("her2", "hr", "regimen", "imaging")
    reasons.miss(*(name for name in names if getattr(facts, name) is None))
    if facts.her2 is None:
        reasons.step(
            "no rate can be chosen", "every rate held is of HER2-positive cancer; HER2 is not stated"
        )
        return reasons.conclude(None)
    fitting = [rate for rate in published_rates() if _fits(rate, known)]
    reasons.step(
        f"{len(fitting)} published rates fit",
        "a rate fits where each fact it is given by is known and agrees; those that share most facts "
        "come first",
        None,
        **known,
    )
    if not fitting:
        return reasons.conclude(None)
    ordered = sorted(fitting, key=lambda rate: (-len(rate.given_by), _ORDER.index(rate.definition)))
    for rate in ordered:
        reasons.cite(rate.publication)
    _warn(ordered, facts, reasons)
    return reasons.conclude(Outlook(rates=tuple(_shown(rate) for rate in ordered)))


def _known(facts: OutlookFacts) -> dict[str, str]:
    stated = facts.model_dump(exclude_none=True)
    said = {
        name: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for name, value in stated.items()
    }
    if said.get("her2") == "positive":
        # Positive alone says nothing of the label.
        del said["her2"]
    return said


def _fits(rate: PublishedRate, known: dict[str, str]) -> bool:
    return all(known.get(name) == value for name, value in rate.given_by.items())


def _shown(rate: PublishedRate) -> Rate:
    low, high = rate.interval or (None, None)
    return Rate(
        study=rate.study,
        group=rate.group,
        matches=tuple(f"{name} {value}" for name, value in rate.given_by.items()),
        percent=rate.percent,
        low=low,
        high=high,
        events=rate.events,
        n=rate.n,
        n_words=rate.n_words,
        definition=rate.definition,
        verification=rate.verification,
        source=rate.publication.id,
        note=rate.note,
    )


def _warn(rates: list[PublishedRate], facts: OutlookFacts, reasons: Reasoning[Outlook]) -> None:
    reasons.warn(
        "context-not-a-probability",
        "Context, not a probability of hers: rates of other patients, chosen by one or a few facts. They "
        "are not averaged, and two studies are not compared with one another.",
    )
    if len({rate.definition for rate in rates}) > 1:
        reasons.warn(
            "definitions-differ",
            "The rates stand under different definitions of complete response: breast alone is never "
            "compared with breast and nodes, nor with a rate whose definition is not held.",
        )
    if any(rate.n is None for rate in rates):
        reasons.warn(
            "number-not-held",
            "For some rates the number of patients behind them is not held, only that of the whole study.",
        )
    if facts.her2 == "2+/ISH+":
        reasons.warn(
            "her2-moderate-investigational",
            "2+/ISH+ is HER2-positive under every guideline; that fewer respond was seen in "
            "retrospective cohorts (Ma 2025) and is no reason to withhold treatment.",
        )
    if facts.imaging == "complete":
        reasons.warn(
            "imaging-complete-is-not-pcr",
            "A complete response on imaging is not a pathological complete response: the tissue decides.",
        )


CALCULATOR = Calculator(
    name="outlook",
    summary="Published rates of complete response for patients like her, side by side, as context.",
    inputs=OutlookFacts,
    output=Outlook,
    compute=outlook,
    example="--her2 3+ --hr negative --regimen TCHP --imaging complete",
    sources=tuple(getattr(sources, name) for name in sources.__all__),
    explanation="""\
Each rate stands with its number of patients, its definition of complete response, its source and how far
that was read. A rate is shown where every fact it is given by is known of her and agrees; a fact that is
not known chooses nothing. Those that share most facts with her come first; among equals breast and nodes
(ypT0/is ypN0) come before breast alone (ypT0/is) and before rates whose definition is not held.

**What it is not.** No average, no model, no probability of hers: the rates come from different patients,
years and definitions. Fitted models are another matter and say on whom they were fitted. I-SPY rates are
raw counts of the public tables, not the trial's Bayesian estimates. The counts of Ma 2025 are reconstructed
from its percentages.""",
)
