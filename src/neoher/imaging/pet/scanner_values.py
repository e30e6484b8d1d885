"""Numbers that a scanner normalised itself (GML, CM2ML, Philips' SUV factor); which units are converted.

Rules: manual of oncoray/suv_computation (CC BY 4.0); DICOM PS3.3, C.8.9.1.
"""

from __future__ import annotations

import datetime as dt

from neoher.errors import InputError
from neoher.imaging.pet.activity import decay_of, injected_activity
from neoher.imaging.pet.body import Body, Formula, Normalisation, body_factor
from neoher.imaging.pet.known import Basis, CannotConvert, Conversion, Known, body_of
from neoher.imaging.pet.times import injection_time, reference_time
from neoher.volume.pet import PetAcquisition, StatedPetFacts

__all__ = ["renormalised", "scanner_normalisation"]

_GML_TYPES = {
    "": Formula.BODY_WEIGHT,
    "BW": Formula.BODY_WEIGHT,
    "LBM": Formula.LBM_MORGAN,
    "LBMJAMES128": Formula.LBM_JAMES_128,
    "LBMJANMA": Formula.LBM_JANMAHASATIAN,
    "IBW": Formula.IDEAL_WEIGHT,
}
"""Values of SUVType (0054,1006) with Units GML; absent means body weight (DICOM PS3.3, C.8.9.1)."""
_MINUTE = dt.timedelta(minutes=1)


def scanner_normalisation(facts: PetAcquisition) -> tuple[Formula | None, float]:
    """By which measure the numbers are normalised already (None: they are Bq/mL once multiplied), and the
    factor to multiply by.

    Raises: InputError for units that cannot be converted.
    """
    match facts.units:
        case "BQML":
            return None, 1.0
        case "GML":
            formula = _GML_TYPES.get(facts.suv_type)
            if formula is None:
                raise _not_convertible(f"Units GML with SUVType {facts.suv_type} (0054,1006)")
            return formula, 1.0
        case "CM2ML":
            if facts.suv_type not in {"", "BSA"}:
                raise _not_convertible(f"Units CM2ML with SUVType {facts.suv_type} (0054,1006)")
            return Formula.BODY_SURFACE, 1.0
        case "CNTS":
            if facts.philips_suv_factor:
                return Formula.BODY_WEIGHT, facts.philips_suv_factor
            if facts.philips_activity_factor:
                return None, facts.philips_activity_factor
            raise _not_convertible(
                "Units CNTS (counts) without Philips' private factors (7053,1000) or (7053,1009), or with 0"
            )
        case "PROPCPS":
            raise _not_convertible("Units PROPCPS (proportional to counts a second)")
    raise _not_convertible(f"Units {facts.units} (0054,1001)")


def _not_convertible(what: str) -> InputError:
    return InputError(
        f"{what} cannot be converted to SUV: nothing here says how much activity a number stands for.",
        "units",
        "Export the series in Bq/mL (BQML), with its private elements.",
    )


def renormalised(
    known: Known, normalisation: Normalisation, formula: Formula, factor: float
) -> Conversion | CannotConvert:
    """SUV as the scanner computed it, brought to the wanted normalisation."""
    _refuse_corrections_that_come_too_late(known)
    facts, stated = known.facts, known.stated
    injection = injection_time(
        facts.injection, stated.injected_at, facts.earliest_acquisition, known.decay.half_life_s
    )
    ratio, theirs = 1.0, known.wanted
    if formula is not known.wanted.formula or stated.weight_kg or stated.height_m or stated.sex:
        body, _ = body_of(facts, StatedPetFacts())
        # What the images do not state, the scanner still knew: the user's word stands in for it.
        theirs = body_factor(
            formula,
            Body(
                body.weight_kg or stated.weight_kg,
                body.height_m or stated.height_m,
                body.sex or stated.sex,
            ),
        )
        if theirs.measure is None or known.wanted.measure is None:
            missing = tuple(dict.fromkeys(theirs.missing + known.wanted.missing))
            return CannotConvert(missing, (), known.corrected, known.warnings)
        ratio = known.wanted.measure / theirs.measure
    counts = f", stored counts times {factor:g} by (7053,1000)" if facts.units == "CNTS" else ""
    basis = (
        Basis(
            step=f"the images hold SUV by {formula.value} as the scanner computed it{counts}",
            rule="Units and SUVType (0054,1001 and 1006); dose, times and decay are those of the scanner",
            inputs={"units": facts.units, "suv_type": facts.suv_type or None, "factor": factor},
        ),
        Basis(
            step=f"normalised by {known.wanted.in_words()}"
            if ratio != 1.0
            else f"normalised by {known.wanted.formula.value}, unchanged",
            rule="SUV times the wanted body measure over the one the scanner used",
            inputs={"wanted_over_scanner": ratio, "scanner_measure": theirs.in_words()},
        ),
    )
    message = (
        "The scanner normalised these images itself: its dose, times and decay could not be checked here."
    )
    # Only a value computed here rests on the injection; what is not known of it is no gap of this value.
    return Conversion(
        factors=(factor * ratio,) * len(facts.slice_starts),
        normalisation=normalisation,
        measure=known.wanted,
        decay=known.decay,
        reference=reference_time(facts),
        injection=injection,
        net_bq=None,
        basis=basis,
        corrected=known.corrected,
        warnings=(*known.warnings, ("normalised-by-scanner", message)),
    )


def _refuse_corrections_that_come_too_late(known: Known) -> None:
    stated = known.stated
    late = {
        "injected_at": stated.injected_at,
        "injected_mbq": stated.injected_mbq,
        "residual_mbq": stated.residual_mbq,
        "nuclide": stated.nuclide,
    }
    named = [name for name, value in late.items() if value is not None and not _agrees(known, name)]
    if named:
        raise InputError(
            "the images hold SUV that the scanner normalised with its own dose and times"
            f" (Units {known.facts.units}): these cannot be corrected afterwards.",
            ", ".join(named),
            "Export the series in Bq/mL (BQML), or leave the correction out.",
        )


def _agrees(known: Known, name: str) -> bool:
    """Whether what the user states is what the images state anyway."""
    facts, stated = known.facts, known.stated
    if name == "injected_at":
        moment = facts.injection.moment
        return moment is None or stated.injected_at is None or abs(moment - stated.injected_at) <= _MINUTE
    if name == "injected_mbq":
        own = injected_activity(facts, StatedPetFacts(), None, known.decay).net_bq
        typed = stated.injected_mbq or 0.0
        return own is None or abs(own / 1e6 - typed) <= 0.01 * typed
    if name == "nuclide":
        own_nuclide = decay_of(facts, StatedPetFacts()).nuclide
        return own_nuclide is None or own_nuclide == known.decay.nuclide
    return not stated.residual_mbq
