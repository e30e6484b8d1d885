"""From the numbers of a PET series to SUV: one factor a slice, and every fact it rests on.

Rules: project knowledge 4.2 (DICOM PS3.3, C.8.9; manual of oncoray/suv_computation, CC BY 4.0).
SUV = C * measure / A with C in Bq/mL, the body measure in g, and A the net activity at the time to which C
is corrected: at the injection (ADMIN), decayed to the reference time (START), or decayed to each slice's own
acquisition (NONE). GML, CM2ML and Philips' SUV factor hold values that the scanner normalised already.
"""

from __future__ import annotations

from neoher.errors import InputError
from neoher.imaging.pet.activity import Decay, InjectedActivity, fraction_left, injected_activity
from neoher.imaging.pet.body import Normalisation
from neoher.imaging.pet.known import Basis, CannotConvert, Conversion, Known, iso, known_facts
from neoher.imaging.pet.scanner_values import renormalised, scanner_normalisation
from neoher.imaging.pet.times import TimePoint, injection_time, reference_time, refuse_impossible_order
from neoher.volume.pet import PetAcquisition, StatedPetFacts

__all__ = ["convert"]


def convert(
    facts: PetAcquisition,
    stated: StatedPetFacts | None = None,
    normalisation: Normalisation = Normalisation.BODY_WEIGHT,
) -> Conversion | CannotConvert:
    """What turns the numbers of a PET series into SUV.

    Parameters: `stated`: what a person supplies or corrects; it replaces what the images say.
    Returns CannotConvert where a fact is absent that the value needs.
    Raises: InputError where units cannot be converted or facts contradict one another.
    """
    known = known_facts(facts, stated or StatedPetFacts(), normalisation)
    if not facts.units:
        return CannotConvert(("units",), (), known.corrected, known.warnings)
    scanner_formula, factor = scanner_normalisation(facts)
    if scanner_formula is not None:
        return renormalised(known, normalisation, scanner_formula, factor)
    return _from_activity(known, normalisation, factor)


def _from_activity(
    known: Known, normalisation: Normalisation, to_becquerel: float
) -> Conversion | CannotConvert:
    facts, stated, decay = known.facts, known.stated, known.decay
    kind = facts.decay_correction
    if kind not in {"START", "ADMIN", "NONE", ""}:
        raise InputError(
            f"DecayCorrection (0054,1102) is {kind}, which is none of START, ADMIN and NONE.",
            "decay_correction",
            "Correct the header, or export the series again.",
        )
    reference = reference_time(facts)
    scanned = facts.earliest_acquisition or reference.moment
    injection = injection_time(facts.injection, stated.injected_at, reference.moment, decay.half_life_s)
    for moment in (scanned, reference.moment if kind == "START" else None):
        if injection.moment is not None and moment is not None:
            refuse_impossible_order(injection.moment, moment, decay.half_life_s)
    dose = injected_activity(facts, stated, injection.moment, decay)
    warnings = known.warnings + dose.warnings
    missing = [*dose.missing, *known.wanted.missing]
    if kind == "":
        missing.append("decay_correction")
    if kind in {"START", "NONE"}:
        missing += injection.missing
        if decay.half_life_s is None:
            missing.append("nuclide")
    if kind != "ADMIN" or injection.moment is not None:
        warnings += injection.warnings
    if kind == "START":
        missing += reference.missing
        warnings += reference.warnings
    if kind == "NONE" and facts.earliest_acquisition is None:
        missing.append("acquisition_time")
    basis = (_dose_basis(dose, injection, decay, facts),)
    if missing or dose.net_bq is None or known.wanted.measure is None:
        return CannotConvert(tuple(dict.fromkeys(missing)), basis, known.corrected, warnings)
    left, decay_step = _left(facts, decay, reference, injection)
    measure = known.wanted.measure
    factors = tuple(to_becquerel * measure / (dose.net_bq * share) for share in left)
    scale = Basis(
        step=f"normalised by {known.wanted.in_words()}",
        rule=f"SUV = C x {known.wanted.formula.value} / A, in {known.wanted.formula.unit}",
        inputs={
            "units": facts.units,
            "bq_per_ml_per_number": to_becquerel,
            "measure": measure,
            "activity_mbq_at_reference": round(dose.net_bq * left[0] / 1e6, 6),
        },
    )
    return Conversion(
        factors=factors,
        normalisation=normalisation,
        measure=known.wanted,
        decay=decay,
        reference=_shown_reference(kind, reference, injection, facts),
        injection=injection,
        net_bq=dose.net_bq,
        basis=(*basis, decay_step, scale),
        corrected=known.corrected,
        warnings=warnings + _within_frame(facts, decay),
    )


def _left(
    facts: PetAcquisition, decay: Decay, reference: TimePoint, injection: TimePoint
) -> tuple[tuple[float, ...], Basis]:
    """The share of the injected activity that each slice's numbers refer to; one for each slice."""
    slices = len(facts.slice_starts)
    if facts.decay_correction == "ADMIN":
        return (1.0,) * slices, Basis(
            step="the images are corrected to the injection: the activity counts undecayed",
            rule="DecayCorrection ADMIN (0054,1102): no decay between injection and image",
            inputs={"injected_at": iso(injection.moment), "from": injection.basis or None},
        )
    assert injection.moment is not None
    assert decay.half_life_s is not None
    if facts.decay_correction == "START":
        assert reference.moment is not None
        elapsed_s = (reference.moment - injection.moment).total_seconds()
        share = fraction_left(elapsed_s, decay.half_life_s)
        return (share,) * slices, Basis(
            step=f"{elapsed_s / 3600:.4g} h from injection to the time of decay correction: "
            f"{share:.4f} of the activity is left",
            rule="DecayCorrection START (0054,1102): A = A0 x 2^(-t/T) at the start of the scan",
            inputs={
                "reference_time": iso(reference.moment),
                "from": reference.basis,
                "elapsed_s": elapsed_s,
                "half_life_s": decay.half_life_s,
            },
        )
    elapsed = [
        (start - injection.moment).total_seconds() for start in facts.slice_starts if start is not None
    ]
    shares = tuple(fraction_left(seconds, decay.half_life_s) for seconds in elapsed)
    return shares, Basis(
        step=f"{min(elapsed) / 3600:.4g} to {max(elapsed) / 3600:.4g} h from injection to each slice's own"
        f" acquisition: {min(shares):.4f} to {max(shares):.4f} of the activity is left",
        rule="DecayCorrection NONE (0054,1102): each slice decays to the start of its own acquisition",
        inputs={
            "first_acquisition": iso(facts.earliest_acquisition),
            "from": "acquisition date and time (0008,0022 and 0032)",
            "half_life_s": decay.half_life_s,
        },
    )


def _dose_basis(dose: InjectedActivity, injection: TimePoint, decay: Decay, facts: PetAcquisition) -> Basis:
    amount = "not known" if dose.net_bq is None else f"{dose.net_bq / 1e6:.5g} MBq"
    return Basis(
        step=f"injected: {amount} of {decay.nuclide or 'a nuclide that is not stated'}"
        f" at {iso(injection.moment) or 'a time that is not known'}",
        rule=f"activity: {dose.basis or 'not stated'}; time: {injection.basis or 'not known'};"
        f" {decay.basis or 'half-life not stated'}",
        inputs={
            "tracer": facts.tracer or None,
            "nuclide": decay.nuclide,
            "half_life_s": decay.half_life_s,
            "radionuclide_total_dose_as_written": facts.dose,
        },
    )


def _shown_reference(
    kind: str, reference: TimePoint, injection: TimePoint, facts: PetAcquisition
) -> TimePoint:
    if kind == "ADMIN":
        return TimePoint(injection.moment, "the injection (DecayCorrection ADMIN)")
    if kind == "NONE":
        return TimePoint(facts.earliest_acquisition, "earliest acquisition; each slice has its own")
    return reference


def _within_frame(facts: PetAcquisition, decay: Decay) -> tuple[tuple[str, str], ...]:
    """Says by how much activity falls while one frame is acquired, where nothing corrected for it."""
    if facts.decay_correction != "NONE" or not facts.frame_duration_s or decay.half_life_s is None:
        return ()
    percent = 100 * (1 - fraction_left(facts.frame_duration_s / 2, decay.half_life_s))
    if percent < 1:
        return ()
    message = (
        f"Half of the activity's fall during a frame of {facts.frame_duration_s:g} s ({percent:.1f} %) is not"
        " corrected: each slice was decayed to the start of its acquisition."
    )
    return (("decay-within-frame", message),)
