"""A digital reference patient in a folder: DICOM of every visit, case.yaml, truth.json."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neoher import __version__
from neoher.errors import InputError
from neoher.record.storing import new_folder, replace_atomically
from neoher.simulate.case_text import CaseFacts, case_text
from neoher.simulate.course import Course, Plan, PlannedVisit, plan_patient
from neoher.simulate.mr.dicom_writing import ExamHeader, write_exam
from neoher.simulate.mr.scanner import SCANNERS, Scanner, Vendor
from neoher.simulate.mr.truth import VisitTruth, truth_of
from neoher.simulate.mr.visit import Scene
from neoher.simulate.pet.administration import Physique
from neoher.simulate.pet.case_text import pet_exam_text
from neoher.simulate.pet.course import plan_pets
from neoher.simulate.pet.dicom_writing import PetHeader
from neoher.simulate.pet.exam import (
    PET_GRID,
    PetTruth,
    PlannedPet,
    ct_organs,
    patient_lesions,
    write_pet_exam,
)
from neoher.simulate.pet.scanning import PetScene
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS

__all__ = ["Course", "SimulatedPatient", "Vendor", "simulate_patient"]

BIRTH_YEAR = 1976
DEEPEST_BREATH_MM = 60.0


@dataclass(frozen=True, slots=True)
class SimulatedPatient:
    """What was made."""

    folder: Path
    objects: int
    truths: dict[str, VisitTruth]
    """Truth of the MRI by visit."""
    pets: dict[str, PetTruth]
    """Truth of the PET by exam."""


def simulate_patient(
    out: Path,
    *,
    patient: str = "P001",
    course: Course = Course.COMPLETE_RESPONSE,
    seed: int = 1,
    vendor: Vendor = Vendor.GE,
    pet_form: str | None = "bqml-start",
    distant: bool = False,
    breathing_mm: float = 0.0,
    progress: Callable[[str, float], None] | None = None,
) -> SimulatedPatient:
    """Make the patient of a seed in the folder `out`.

    Parameters: `pet_form`: form of the PET exams, a name in `neoher.simulate.pet.vendor_forms.VENDOR_FORMS`;
    None leaves PET out. `distant`: with one metastasis, in a vertebra. `breathing_mm`: excursion of the
    diaphragm, by which PET is blurred. `progress` is called with what is done
    and its share, 0 to 1. The same seed gives the same pixels; MRI is the same with PET and without.
    Raises: InputError where `out` already holds something, the seed is negative, no form is called so, or
    nobody breathes so deeply.
    """
    if seed < 0:
        raise InputError(f"a seed of {seed} is negative.", "--seed", "Give a whole number from 0.")
    if pet_form is not None and pet_form not in VENDOR_FORMS:
        forms = ", ".join(VENDOR_FORMS)
        raise InputError(f"no form of PET is called '{pet_form}'.", "--pet-form", f"There are: {forms}.")
    if not 0 <= breathing_mm <= DEEPEST_BREATH_MM:
        raise InputError(
            f"an excursion of {breathing_mm:g} mm is no breath.",
            "--breathing-mm",
            f"Give 0 to {DEEPEST_BREATH_MM:g} mm.",
        )
    wanted = _Wanted(plan_patient(seed, course), SCANNERS[vendor], patient, pet_form, distant, breathing_mm)
    with new_folder(out) as folder:
        made = _write(folder, wanted, progress or _silent)
    return dataclasses.replace(made, folder=out)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to make."""

    plan: Plan
    scanner: Scanner
    patient: str
    pet_form: str | None
    distant: bool
    breathing_mm: float


def _write(folder: Path, wanted: _Wanted, progress: Callable[[str, float], None]) -> SimulatedPatient:
    plan, scanner, patient = wanted.plan, wanted.scanner, wanted.patient
    scene = Scene(plan.breast, scanner)
    truths: dict[str, VisitTruth] = {}
    facts = CaseFacts(patient, BIRTH_YEAR, {}, {}, [], wanted.distant)
    objects = 0
    exams = len(plan.visits) + (0 if wanted.pet_form is None else 3)
    for number, visit in enumerate(plan.visits):
        progress("simulating exams", number / exams)
        images = f"imaging/{visit.name.lower()}-mr"
        injected_at = _injection(visit)
        header = ExamHeader(patient, BIRTH_YEAR, plan.seed, visit.name, injected_at)
        scanned = scene.visit(visit.scale, visit.kinetics, visit.snr, np.random.default_rng(visit.noise_seed))
        objects += write_exam(folder / images, header, scanner, scanned.signal)
        truths[visit.name] = truth_of(plan.breast, scanner, scanned, visit.scale, visit.kinetics, visit.snr)
        facts.injected_at[visit.name], facts.images[visit.name] = injected_at, images
    pets: dict[str, PetTruth] = {}
    for pet, physique, count, pet_truth in _write_pets(folder, wanted):
        objects += count
        pets[pet.id] = pet_truth
        facts.pets.append(pet_exam_text(pet, pet_truth, physique))
        progress("simulating exams", (len(plan.visits) + len(pets)) / exams)
    progress("simulating exams", 1.0)
    replace_atomically(folder / "case.yaml", case_text(plan, scanner, truths, facts).encode())
    stated = json.dumps(_truth(wanted, truths, pets), indent=1)
    replace_atomically(folder / "truth.json", f"{stated}\n".encode())
    return SimulatedPatient(folder, objects, truths, pets)


def _write_pets(folder: Path, wanted: _Wanted) -> Iterator[tuple[PlannedPet, Physique, int, PetTruth]]:
    """Each PET with the body it was given to, the number of its objects and its truth."""
    if wanted.pet_form is None:
        return
    physique, pets = plan_pets(wanted.plan, wanted.pet_form, wanted.breathing_mm)
    scene, ct = PetScene(PET_GRID), ct_organs()
    for pet in pets:
        header = PetHeader(
            wanted.patient, BIRTH_YEAR, wanted.plan.seed, pet.id, physique, pet.administration, pet.times
        )
        lesions = patient_lesions(pet, wanted.plan.breast.tumour, distant=wanted.distant)
        count, truth = write_pet_exam(folder / pet.folder, pet, header, scene, lesions, ct)
        yield pet, physique, count, truth


def _truth(wanted: _Wanted, truths: dict[str, VisitTruth], pets: dict[str, PetTruth]) -> dict[str, Any]:
    plan, scanner = wanted.plan, wanted.scanner
    return {
        "made_by": f"neoher simulate {__version__}",
        "patient": wanted.patient,
        "seed": plan.seed,
        "course": plan.course.value,
        "vendor": scanner.vendor.value,
        "voi_mm": dataclasses.asdict(plan.breast.voi),
        "omit_mm": dataclasses.asdict(plan.breast.omit),
        "sequence": dataclasses.asdict(scanner.sequence),
        "t1_s": dataclasses.asdict(scanner.t1),
        "visits": {name: dataclasses.asdict(truth) for name, truth in truths.items()},
        "pet": {name: dataclasses.asdict(truth) for name, truth in pets.items()},
    }


def _injection(visit: PlannedVisit) -> dt.datetime:
    return dt.datetime.combine(visit.date, dt.time(10, 15, 30))


def _silent(what: str, share: float) -> None:
    """Progress that nobody watches."""
