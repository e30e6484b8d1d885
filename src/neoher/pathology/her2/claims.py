"""From a report's wording to the facts of the HER2 rules; its own word held against their result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from neoher.errors import InputError
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts, Her2Status, Spectrum
from neoher.pathology.her2.ihc import IhcScore
from neoher.pathology.her2.ruling import Ruling
from neoher.pathology.her2.wording.reading import Her2Wording, read_her2_wording
from neoher.pathology.reasoning import Reasoning

__all__ = ["WORDING_RULE", "Claims", "facts_of_wording", "ruling_with_claims"]

WORDING_RULE = "understood from the report's wording"
_CLAIMS = {"status", "ihc_result", "spectrum"}


@dataclass(frozen=True, slots=True)
class Claims:
    """What a wording calls the result, without the findings behind it."""

    status: Her2Status | None = None
    """HER2 positive, negative or equivocal, no test named."""
    ihc_result: Her2Status | None = None
    """IHC positive, negative or equivocal."""
    spectrum: Spectrum | None = None
    """Low, ultralow or null."""


def facts_of_wording(
    facts: Her2Facts, read: Callable[[dict[str, object]], Her2Facts], reasons: Reasoning[Her2Assessment]
) -> tuple[Her2Facts, Claims]:
    """The stated facts with those of their wording, each understood phrase as a step.

    Parameters: `read`: makes facts of values by name, refusing what a field does not take.
    Raises: InputError where the wording holds two results, or says something else than a stated field.
    """
    if facts.text is None:
        return facts, Claims()
    wording = read_her2_wording(facts.text)
    for each in wording.understood:
        reasons.step(f"{each.field} {_in_words(each.value)}", WORDING_RULE, phrase=each.phrase)
    _note_gaps(wording, reasons)
    stated = facts.model_dump(exclude_none=True, exclude={"text"})
    said = {each.field: each.value for each in wording.understood if each.field not in _CLAIMS}
    for name, value in said.items():
        if name in stated and stated[name] != value:
            raise InputError(
                f"{_in_words(stated[name])} was stated, but the wording says {_in_words(value)}.",
                where=f"text, {name}",
                remedy="Correct one of them, or leave one out.",
            )
    claims = _claims_of(wording)
    merged: dict[str, object] = {**stated, **said}
    if claims.spectrum in {Spectrum.ULTRALOW, Spectrum.ABSENT} and merged.get("ihc") == IhcScore.ZERO:
        merged.setdefault("membrane_staining", claims.spectrum is Spectrum.ULTRALOW)
    return read(merged), claims


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _claims_of(wording: Her2Wording) -> Claims:
    status, ihc_result, spectrum = (wording.get(name) for name in ("status", "ihc_result", "spectrum"))
    return Claims(
        Her2Status(str(status)) if status else None,
        Her2Status(str(ihc_result)) if ihc_result else None,
        Spectrum(str(spectrum)) if spectrum else None,
    )


def _note_gaps(wording: Her2Wording, reasons: Reasoning[Her2Assessment]) -> None:
    if wording.not_understood:
        pieces = ", ".join(f"“{piece}”" for piece in wording.not_understood)
        reasons.warn("wording-not-understood", f"Not read from the wording: {pieces}.")
    elif not wording.understood and not wording.pending:
        reasons.warn("wording-not-understood", "The wording says nothing of HER2 that is understood.")
    done = {
        "her2.ihc": wording.get("ihc") is not None,
        "her2.ish": any(wording.get(name) is not None for name in ("ish_result", "ratio", "copies")),
    }
    for test in (each for each in wording.pending if not done[each]):
        reasons.miss(test)
        reasons.warn(
            "test-not-reported",
            f"The wording calls {test} pending, asked for or not done: it has no result.",
        )


def ruling_with_claims(
    ruling: Ruling | None,
    claims: Claims,
    facts: Her2Facts,
    ihc: IhcScore | None,
    reasons: Reasoning[Her2Assessment],
) -> Ruling | None:
    """The ruling by the findings, or by the wording's own word where there are none.

    The findings decide: where they leave the status open, a word such as 'negative' does not close it.
    Raises: InputError where the wording calls the result what its findings exclude.
    """
    _refuse_other_ihc(claims, ihc)
    if ihc is None and claims.ihc_result is Her2Status.POSITIVE and ruling is not None:
        ruling = Ruling(
            Her2Status.POSITIVE, "ASCO/CAP 2018 figure 1: a positive IHC is positive, as reported"
        )
    claimed = claims.status or (Her2Status.NEGATIVE if claims.spectrum else None)
    if claims.spectrum and claims.status not in {None, Her2Status.NEGATIVE}:
        raise _contradiction(
            f"{claims.status} and {claims.spectrum}", "HER2-low, ultralow and null are negative"
        )
    if ruling is None:
        claimed = claimed or claims.ihc_result
        ish_known = any((facts.ish_probe, facts.ish_result, facts.ratio, facts.copies))
        if claimed in {None, Her2Status.EQUIVOCAL} and not ish_known:
            reasons.miss("her2.ish")
        if claimed is None:
            return None
        return Ruling(claimed, "as the report's wording calls it; the findings behind it are not given")
    if claimed is None or claimed is ruling.status:
        return ruling
    settled = {Her2Status.POSITIVE, Her2Status.NEGATIVE}
    if claimed is Her2Status.EQUIVOCAL:
        # 'Equivocal' names the IHC 2+ that the ISH settled.
        if ihc in {None, IhcScore.TWO_PLUS}:
            return ruling
        raise _contradiction(claimed, f"IHC {ihc} is not equivocal")
    if ruling.status in settled:
        raise _contradiction(claimed, f"its findings are {ruling.status} ({ruling.rule})")
    reasons.warn(
        "wording-not-supported",
        f"The wording says {claims.spectrum or claimed}, but the findings it gives leave the status "
        f"{ruling.status}; nothing is taken from the word.",
    )
    return ruling


def _refuse_other_ihc(claims: Claims, ihc: IhcScore | None) -> None:
    if ihc is None:
        return
    by_score = {IhcScore.TWO_PLUS: Her2Status.EQUIVOCAL, IhcScore.THREE_PLUS: Her2Status.POSITIVE}.get(
        ihc, Her2Status.NEGATIVE
    )
    if claims.ihc_result is not None and claims.ihc_result is not by_score:
        raise _contradiction(f"IHC {claims.ihc_result}", f"IHC {ihc} is {by_score}")
    fits = {
        Spectrum.LOW: {IhcScore.ONE_PLUS, IhcScore.TWO_PLUS},
        Spectrum.ULTRALOW: {IhcScore.ZERO},
        Spectrum.ABSENT: {IhcScore.ZERO},
    }
    if claims.spectrum is not None and ihc not in fits[claims.spectrum]:
        raise _contradiction(f"HER2 {claims.spectrum}", f"IHC {ihc} is not")


def _contradiction(said: str, against: str) -> InputError:
    return InputError(
        f"the wording says {said}, but {against}.",
        where="text",
        remedy="Ask for the report to be corrected, or state the fields that hold.",
    )
