"""How much was injected, of what: nuclide, half-life, net activity at the time of the injection."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.errors import InputError
from neoher.record.nuclide import (
    NUCLIDES,
    Nuclide,
    nuclide_of_code,
    nuclide_of_half_life,
    nuclides_in,
)
from neoher.volume.pet import PetAcquisition, StatedPetFacts

__all__ = ["Decay", "InjectedActivity", "decay_of", "fraction_left", "injected_activity"]

_LOWEST_BECQUEREL, _HIGHEST_BECQUEREL = 1e6, 5e9
_LOWEST_MEGABECQUEREL, _HIGHEST_MEGABECQUEREL = 25.0, 2000.0
"""A patient's PET dose lies between 1 MBq and 5 GBq. Numbers from 25 to 2,000 can only be MBq; below them mCi
are as likely, above them kBq (a design decision)."""


@dataclass(frozen=True, slots=True)
class Decay:
    """The nuclide and its half-life, with where they came from."""

    nuclide: str | None
    half_life_s: float | None
    basis: str
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class InjectedActivity:
    """Net activity in Bq at the time of the injection, or what is missing."""

    net_bq: float | None
    basis: str
    missing: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()


def fraction_left(seconds: float, half_life_s: float) -> float:
    """The share of an activity that is left after some time: 2^(-t / T)."""
    return float(2.0 ** (-seconds / half_life_s))


def decay_of(facts: PetAcquisition, stated: StatedPetFacts) -> Decay:
    """Nuclide and half-life of the tracer.

    Raises: InputError where the statements contradict one another, and where a stated nuclide is unknown.
    """
    if stated.nuclide is not None:
        return _decay_by_user(facts, stated.nuclide)
    nuclide = _nuclide_in_images(facts)
    half_life = facts.half_life_s
    if half_life is not None and half_life <= 0:
        raise InputError(
            f"the half-life in the images is {half_life:g} s.",
            "nuclide",
            "State the nuclide: --nuclide 89Zr.",
        )
    if nuclide is None and half_life is None:
        return Decay(" ".join(facts.nuclide_codes) or None, None, "")
    if nuclide is None:
        assert half_life is not None
        known = nuclide_of_half_life(half_life)
        if known is not None:
            return Decay(
                known.name, half_life, "half-life (0018,1075), which is that of no other nuclide held"
            )
        name = " ".join(facts.nuclide_codes) or None
        message = (
            f"The half-life ({half_life:g} s) was taken as the images state it: it is that of no nuclide held"
            f" here ({', '.join(one.name for one in NUCLIDES)})."
        )
        return Decay(name, half_life, "half-life (0018,1075)", (("half-life-not-checked", message),))
    if half_life is None:
        return Decay(nuclide.name, nuclide.half_life_s, "nuclide as stated; its half-life from our table")
    if not nuclide.has_half_life(half_life):
        other = nuclide_of_half_life(half_life)
        whose = f"that of {other.name}" if other else "that of no nuclide held here"
        raise InputError(
            f"the half-life in the images ({half_life:g} s) is {whose}, the nuclide says {nuclide.name}"
            f" ({nuclide.half_life_s:g} s). SUV would be wrong by orders of magnitude; nothing was computed.",
            "nuclide",
            "Correct the header, or state the nuclide: --nuclide 89Zr (`tracer` of the exam in case.yaml).",
        )
    return Decay(nuclide.name, half_life, "half-life (0018,1075), which fits the nuclide (0054,0300)")


def _decay_by_user(facts: PetAcquisition, text: str) -> Decay:
    named = nuclides_in(text)
    if len(named) != 1:
        raise InputError(
            f"'{text}' names no nuclide held here." if not named else f"'{text}' names several nuclides.",
            "nuclide",
            f"Name one of {', '.join(one.name for one in NUCLIDES)}.",
        )
    nuclide = named[0]
    if facts.half_life_s is not None and nuclide.has_half_life(facts.half_life_s):
        return Decay(nuclide.name, facts.half_life_s, "half-life (0018,1075), which fits the stated nuclide")
    basis = "nuclide stated by the user; its half-life from our table"
    if facts.half_life_s is None:
        return Decay(nuclide.name, nuclide.half_life_s, basis)
    message = (
        f"The images state a half-life of {facts.half_life_s:g} s; that of {nuclide.name},"
        f" {nuclide.half_life_s:g} s, was used as the user states."
    )
    return Decay(nuclide.name, nuclide.half_life_s, basis, (("half-life-replaced", message),))


def _nuclide_in_images(facts: PetAcquisition) -> Nuclide | None:
    """The nuclide by code, its meaning and the tracer's name, which must not name different ones."""
    found: dict[str, Nuclide] = {}
    for text in facts.nuclide_codes:
        by_code = nuclide_of_code(text)
        for nuclide in (by_code,) if by_code else nuclides_in(text):
            found[nuclide.name] = nuclide
    for nuclide in nuclides_in(facts.tracer):
        found[nuclide.name] = nuclide
    if len(found) > 1:
        raise InputError(
            f"the images name {' and '.join(found)} as the nuclide (code {'; '.join(facts.nuclide_codes)};"
            f" tracer {facts.tracer}).",
            "nuclide",
            "Correct the header, or state the nuclide: --nuclide 89Zr (`tracer` of the exam in case.yaml).",
        )
    return next(iter(found.values()), None)


def injected_activity(
    facts: PetAcquisition, stated: StatedPetFacts, injected: dt.datetime | None, decay: Decay
) -> InjectedActivity:
    """Net activity at the time of the injection: the dose, less what stayed in the syringe.

    Raises: InputError for a dose that is none, or a residual that is not below it.
    """
    dose = _stated_dose(facts, stated)
    if dose.net_bq is None or stated.residual_mbq is None:
        return dose
    residual, note = _residual_at_injection(stated, injected, decay)
    if residual is None:
        missing = tuple(
            name
            for name, value in (("injected_at", injected), ("nuclide", decay.half_life_s))
            if value is None
        )
        return InjectedActivity(None, dose.basis, missing, dose.warnings)
    if residual >= dose.net_bq:
        raise InputError(
            f"the residual ({residual / 1e6:.4g} MBq at the injection) is not below the injected activity"
            f" ({dose.net_bq / 1e6:.4g} MBq).",
            "injected_mbq, residual_mbq",
            "Correct one of them.",
        )
    basis = f"{dose.basis}, less a residual of {residual / 1e6:.4g} MBq at the injection"
    return InjectedActivity(dose.net_bq - residual, basis, (), dose.warnings + note)


def _residual_at_injection(
    stated: StatedPetFacts, injected: dt.datetime | None, decay: Decay
) -> tuple[float | None, tuple[tuple[str, str], ...]]:
    residual = 1e6 * (stated.residual_mbq or 0.0)
    if stated.residual_at is None:
        message = "The residual's time is not stated: it was taken as measured at the injection."
        return residual, (("residual-time-assumed", message),)
    if injected is None or decay.half_life_s is None:
        return None, ()
    after_s = (stated.residual_at - injected).total_seconds()
    return residual / fraction_left(after_s, decay.half_life_s), ()


def _stated_dose(facts: PetAcquisition, stated: StatedPetFacts) -> InjectedActivity:
    if stated.injected_mbq is not None:
        return InjectedActivity(1e6 * stated.injected_mbq, "stated by the user")
    dose = facts.dose
    if dose is None or dose == 0:
        return InjectedActivity(None, "", ("injected_mbq",))
    if _LOWEST_BECQUEREL <= dose <= _HIGHEST_BECQUEREL:
        return InjectedActivity(dose, "(0018,1074)")
    if _LOWEST_MEGABECQUEREL <= dose <= _HIGHEST_MEGABECQUEREL:
        message = f"RadionuclideTotalDose (0018,1074) is {dose:g}: no patient's dose in Bq, read as MBq."
        return InjectedActivity(
            1e6 * dose, "(0018,1074), read as MBq", (), (("dose-in-megabecquerel", message),)
        )
    raise InputError(
        f"RadionuclideTotalDose (0018,1074) is {dose:g}: neither in Bq nor in MBq a patient's dose"
        " (kBq and mCi are not guessed).",
        "injected_mbq",
        "State the activity: --injected-mbq.",
    )
