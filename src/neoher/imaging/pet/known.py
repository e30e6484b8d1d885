"""What a conversion to SUV rests on before any unit is looked at: body, nuclide, and who stated what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from neoher.errors import InputError
from neoher.imaging.pet.activity import Decay, decay_of
from neoher.imaging.pet.body import Body, BodyFactor, Normalisation, body_factor
from neoher.imaging.pet.times import TimePoint
from neoher.volume.pet import PetAcquisition, StatedPetFacts

__all__ = ["Basis", "CannotConvert", "Conversion", "Correction", "Known", "body_of", "iso", "known_facts"]

Fact: TypeAlias = str | float | None
_SEXES = {"F": "female", "M": "male", "O": "other"}


@dataclass(frozen=True, slots=True)
class Basis:
    """One step of the conversion: what was concluded, by which rule, from which facts."""

    step: str
    rule: str
    inputs: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """A fact that the user supplied or replaced."""

    fact: str
    images_state: str
    """As the images state it; 'not stated' where they do not."""
    used: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """What turns the series' numbers into SUV."""

    factors: tuple[float, ...]
    """SUV = number * factor, one for each slice."""
    normalisation: Normalisation
    measure: BodyFactor
    decay: Decay
    reference: TimePoint
    """For ADMIN the injection; for NONE the earliest acquisition (each slice has its own)."""
    injection: TimePoint
    net_bq: float | None
    """At the injection; None where the scanner normalised already."""
    basis: tuple[Basis, ...]
    corrected: tuple[Correction, ...]
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CannotConvert:
    """SUV cannot be said: what is missing, and how far the conversion came."""

    missing: tuple[str, ...]
    basis: tuple[Basis, ...]
    corrected: tuple[Correction, ...]
    warnings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that both kinds of series need."""

    facts: PetAcquisition
    stated: StatedPetFacts
    wanted: BodyFactor
    decay: Decay
    corrected: tuple[Correction, ...]
    warnings: tuple[tuple[str, str], ...]


def known_facts(facts: PetAcquisition, stated: StatedPetFacts, normalisation: Normalisation) -> Known:
    """The facts of the images with the user's corrections.

    Raises: InputError where they contradict one another.
    """
    body, notes = body_of(facts, stated)
    decay = decay_of(facts, stated)
    wanted = body_factor(normalisation.formula, body)
    return Known(
        facts=facts,
        stated=stated,
        wanted=wanted,
        decay=decay,
        corrected=tuple(_corrected(facts, stated)),
        warnings=facts.warnings + _correction_warnings(facts) + decay.warnings + notes + wanted.warnings,
    )


def body_of(facts: PetAcquisition, stated: StatedPetFacts) -> tuple[Body, tuple[tuple[str, str], ...]]:
    """Weight, height and sex: as the user states them, else as the images do; 0 means not known."""
    notes: list[tuple[str, str]] = []
    height = facts.height_m or None
    if stated.height_m is None and height is not None and 50 <= height <= 250:
        message = f"PatientSize (0010,1020) is {height:g}: no height in m, read as cm."
        notes.append(("height-in-centimetres", message))
        height /= 100
    weight = facts.weight_kg or None
    if stated.weight_kg is None and weight is not None and not 1 <= weight <= 500:
        raise InputError(
            f"PatientWeight (0010,1030) is {weight:g} kg.", "weight_kg", "State the weight: --weight-kg."
        )
    if stated.height_m is None and height is not None and not 0.3 <= height <= 2.6:
        message = f"PatientSize (0010,1020) is {facts.height_m:g} m: no height, taken as not known."
        notes.append(("height-implausible", message))
        height = None
    return (
        Body(
            weight_kg=stated.weight_kg or weight,
            height_m=stated.height_m or height,
            sex=stated.sex or _SEXES.get(facts.sex),
        ),
        tuple(notes),
    )


def _correction_warnings(facts: PetAcquisition) -> tuple[tuple[str, str], ...]:
    """What CorrectedImage contradicts or does not name."""
    if facts.corrections is None:
        return ()
    found = []
    if "ATTN" not in facts.corrections:
        message = (
            "CorrectedImage (0028,0051) does not name attenuation: such images understate uptake in the body."
            " Their SUV must not be used."
        )
        found.append(("attenuation-not-corrected", message))
    says_decay = "DECY" in facts.corrections
    if facts.units == "BQML" and facts.decay_correction in {"START", "ADMIN", "NONE"}:
        if says_decay and facts.decay_correction == "NONE":
            message = "DecayCorrection is NONE, CorrectedImage names DECY: NONE was followed."
            found.append(("corrected-image-disagrees", message))
        if not says_decay and facts.decay_correction != "NONE":
            message = (
                f"DecayCorrection is {facts.decay_correction}, CorrectedImage does not name DECY:"
                f" {facts.decay_correction} was followed."
            )
            found.append(("corrected-image-disagrees", message))
    return tuple(found)


def _corrected(facts: PetAcquisition, stated: StatedPetFacts) -> list[Correction]:
    """What the user stated, beside what the images state."""
    injection = facts.injection
    moment = iso(injection.moment) or (str(injection.clock) if injection.clock is not None else None)
    pairs: list[tuple[str, object, object]] = [
        ("injected_at", moment, iso(stated.injected_at)),
        (
            "injected_mbq",
            None if facts.dose is None else f"{facts.dose:g} in (0018,1074)",
            stated.injected_mbq,
        ),
        ("residual_mbq", None, stated.residual_mbq),
        ("residual_at", None, iso(stated.residual_at)),
        ("weight_kg", facts.weight_kg, stated.weight_kg),
        ("height_m", facts.height_m, stated.height_m),
        ("sex", facts.sex or None, stated.sex),
        ("nuclide", " ".join(facts.nuclide_codes) or None, stated.nuclide),
    ]
    return [
        Correction(name, "not stated" if before is None else str(before), str(now))
        for name, before, now in pairs
        if now is not None
    ]


def iso(moment: dt.datetime | None) -> str | None:
    """The moment as ISO 8601 text."""
    return None if moment is None else moment.isoformat()
