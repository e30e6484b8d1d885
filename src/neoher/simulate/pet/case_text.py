"""A PET exam as case.yaml states it."""

from __future__ import annotations

from neoher.simulate.pet.administration import Physique
from neoher.simulate.pet.exam import REGIONS_FILE, PetTruth, PlannedPet, ReferenceRegion
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS, InjectionTags

__all__ = ["pet_exam_text"]


def pet_exam_text(pet: PlannedPet, truth: PetTruth, physique: Physique) -> str:
    """One entry of `exams`. SUVmax is a reader's, to one decimal; the injection is the technician's note.

    Where the form leaves the injection's date out, so does the record: then no SUV of a slow tracer can be
    had.
    """
    given, form = pet.administration, VENDOR_FORMS[pet.form]
    injected = given.injected_at.isoformat(timespec="seconds")
    lines = [
        f"  - id: {pet.id}",
        "    modality: PT",
        f"    visit: {pet.visit}",
        f"    date: {pet.times.start.date()}",
        f"    purpose: {'staging' if pet.visit == 'T0' else 'response'}",
        f"    images: {pet.folder}",
        f"    tracer: {pet.tracer.name}",
    ]
    if form.injection is not InjectionTags.TIME:
        lines += [
            f'    injected_at: "{injected}"',
            f"    injected_mbq: {given.syringe_mbq:g}",
            f"    residual_mbq: {given.residual_mbq:g}",
            f'    residual_at: "{given.residual_at.isoformat(timespec="seconds")}"',
        ]
    lines += [f"    weight_kg: {physique.weight_kg:g}", f"    height_m: {physique.height_m:g}"]
    if pet.tracer.antibody_mg is not None:
        lines.append(f"    tracer_mass_mg: {pet.tracer.antibody_mg:g}")
    if pet.glucose_mg_dl is not None:
        lines.append(f"    glucose_mg_dl: {pet.glucose_mg_dl}")
    lines += [f"    scanner: {form.manufacturer} {form.model}", "    findings:"]
    lines += [
        f"      - {{lesion: {one.lesion}, uptake: positive, suvmax: {one.written.suvmax:.1f}}}"
        for one in truth.lesions
    ]
    lines.append("    regions:")
    file = f"{pet.folder}/{REGIONS_FILE}"
    lines += [
        f'      - {{lesion: {one.lesion}, purpose: contour, file: "{file}#{one.lesion}"}}'
        for one in truth.lesions
    ]
    lines += [
        f'      - {{purpose: {purpose}, file: "{file}#{organ}"}}'
        for purpose, organ in (("liver", ReferenceRegion.LIVER), ("blood-pool", ReferenceRegion.BLOOD_POOL))
    ]
    return "\n".join(lines)
