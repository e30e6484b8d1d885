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
from neoher.simulate.case_text import CaseFacts, case_text, outlines_file
from neoher.simulate.course import Course, Plan, PlannedVisit, plan_patient
from neoher.simulate.diffusion.course import tumour_adc_1e6
from neoher.simulate.diffusion.dicom_writing import write_diffusion, write_outlines
from neoher.simulate.diffusion.forms import DiffusionForm
from neoher.simulate.diffusion.scanning import DiffusionScene, DiffusionTruth, region_truth
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
from neoher.simulate.plane.course import PlaneForms, write_plane_exams
from neoher.simulate.plane.exam import PlaneExam
from neoher.simulate.plane.mammogram_writing import MammogramForm
from neoher.simulate.plane.sonogram_forms import SonogramForm
from neoher.volume.grid import Vector

__all__ = [
    "Course",
    "DiffusionForm",
    "MammogramForm",
    "PlaneForms",
    "SimulatedPatient",
    "SonogramForm",
    "Vendor",
    "simulate_patient",
]

BIRTH_YEAR = 1976
DEEPEST_BREATH_MM = 60.0
FARTHEST_MOTION_MM = 20.0


@dataclass(frozen=True, slots=True)
class SimulatedPatient:
    """What was made."""

    folder: Path
    objects: int
    truths: dict[str, VisitTruth]
    """Truth of the MRI by visit: of the primary, L1."""
    pets: dict[str, PetTruth]
    """Truth of the PET by exam."""
    diffusion: dict[str, dict[str, DiffusionTruth]]
    """Truth of the diffusion by visit and lesion."""
    plane: dict[str, PlaneExam]
    """Lengths on mammograms and ultrasound images by exam."""


def simulate_patient(
    out: Path,
    *,
    patient: str = "P001",
    course: Course = Course.COMPLETE_RESPONSE,
    seed: int = 1,
    vendor: Vendor = Vendor.GE,
    scanner: Scanner | None = None,
    diffusion_form: DiffusionForm | None = DiffusionForm.STANDARD,
    plane_forms: PlaneForms = PlaneForms(),  # noqa: B008 - frozen
    pet_form: str | None = "bqml-start",
    distant: bool = False,
    breathing_mm: float = 0.0,
    motion_mm: float = 0.0,
    progress: Callable[[str, float], None] | None = None,
) -> SimulatedPatient:
    """Make the patient of a seed in the folder `out`.

    Parameters: `scanner`: an MRI of another matrix or other times than the `vendor`'s own. `diffusion_form`:
    how the diffusion series is written; None leaves it out. `plane_forms`: how mammograms and ultrasound
    images state their scale. `pet_form`: form of the PET exams, a name in
    `neoher.simulate.pet.vendor_forms.VENDOR_FORMS`; None leaves PET out. `distant`: with one metastasis, in a
    vertebra. `breathing_mm`: excursion of the diaphragm, by which PET is blurred. `motion_mm`: how far the
    patient moves, at most, between the phases of an MRI. `progress` is called with what is done and its
    share, 0 to 1. The same seed gives the same pixels; the contrast phases are the same with PET and
    diffusion and without.
    Raises: InputError where `out` already holds something, the seed is negative, no form is called so, or
    nobody breathes so deeply or moves so far.
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
    if not 0 <= motion_mm <= FARTHEST_MOTION_MM:
        raise InputError(
            f"a motion of {motion_mm:g} mm leaves no exam.",
            "--motion-mm",
            f"Give 0 to {FARTHEST_MOTION_MM:g} mm.",
        )
    wanted = _Wanted(
        plan_patient(seed, course),
        scanner or SCANNERS[vendor],
        patient,
        diffusion_form,
        plane_forms,
        pet_form,
        distant,
        breathing_mm,
        motion_mm,
    )
    with new_folder(out) as folder:
        made = _write(folder, wanted, progress or _silent)
    return dataclasses.replace(made, folder=out)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to make."""

    plan: Plan
    scanner: Scanner
    patient: str
    diffusion_form: DiffusionForm | None
    plane_forms: PlaneForms
    pet_form: str | None
    distant: bool
    breathing_mm: float
    motion_mm: float


def _write(folder: Path, wanted: _Wanted, progress: Callable[[str, float], None]) -> SimulatedPatient:
    plan, scanner, patient = wanted.plan, wanted.scanner, wanted.patient
    scene = Scene(plan.breast, scanner)
    truths: dict[str, VisitTruth] = {}
    second: dict[str, VisitTruth] = {}
    diffusion: dict[str, dict[str, DiffusionTruth]] = {}
    plane = write_plane_exams(folder, plan, patient, BIRTH_YEAR, wanted.plane_forms)
    facts = CaseFacts(patient, BIRTH_YEAR, {}, {}, second, {}, plane, [], wanted.distant)
    coefficients, diffusing = tumour_adc_1e6(plan), DiffusionScene(plan.breast)
    objects = sum(exam.objects for exam in plane.values())
    exams = len(plan.visits) + (0 if wanted.pet_form is None else 3)
    for number, visit in enumerate(plan.visits):
        progress("simulating exams", number / exams)
        images = f"imaging/{visit.name.lower()}-mr"
        injected_at = _injection(visit)
        header = ExamHeader(patient, BIRTH_YEAR, plan.seed, visit.name, injected_at)
        moved = _motion(visit.noise_seed, len(scanner.times_s), wanted.motion_mm)
        noise = np.random.default_rng(visit.noise_seed)
        scanned = scene.visit(visit.disease, visit.kinetics, visit.snr, noise, moved)
        objects += write_exam(folder / images, header, scanner, scanned.signal)
        conditions = (scanner, scanned, visit.kinetics, visit.snr, moved)
        truths[visit.name] = truth_of(visit.followed(plan.breast), *conditions)
        later = visit.followed_second(plan.breast)
        if later is not None and later.scale > 0:
            second[visit.name] = truth_of(later, *conditions)
        if wanted.diffusion_form is not None:
            count, of_lesions = _write_diffusion(
                folder, images, header, wanted, visit, diffusing, coefficients[visit.name]
            )
            objects += count
            diffusion[visit.name] = of_lesions
            facts.outlined[visit.name] = tuple(of_lesions)
        facts.injected_at[visit.name], facts.images[visit.name] = injected_at, images
    pets: dict[str, PetTruth] = {}
    for pet, physique, count, pet_truth in _write_pets(folder, wanted):
        objects += count
        pets[pet.id] = pet_truth
        facts.pets.append(pet_exam_text(pet, pet_truth, physique))
        progress("simulating exams", (len(plan.visits) + len(pets)) / exams)
    progress("simulating exams", 1.0)
    replace_atomically(folder / "case.yaml", case_text(plan, scanner, truths, facts).encode())
    stated = json.dumps(_truth(wanted, truths, second, diffusion, plane, pets), indent=1)
    replace_atomically(folder / "truth.json", f"{stated}\n".encode())
    return SimulatedPatient(folder, objects, truths, pets, diffusion, plane)


def _write_diffusion(
    folder: Path,
    images: str,
    header: ExamHeader,
    wanted: _Wanted,
    visit: PlannedVisit,
    scene: DiffusionScene,
    adc_1e6: float,
) -> tuple[int, dict[str, DiffusionTruth]]:
    """The diffusion series of a visit beside its phases: number of objects, truth of each outlined lesion."""
    form, breast = wanted.diffusion_form, wanted.plan.breast
    assert form is not None  # the caller looked
    scanned = scene.scan(visit.disease, adc_1e6, np.random.default_rng([visit.noise_seed, 20250216]))
    count = write_diffusion(folder / images / "diffusion", header, wanted.scanner, scanned, form)
    lesions = {"L1": visit.followed(breast), "L2": visit.followed_second(breast)}
    found = {
        name: truth
        for name, lesion in lesions.items()
        if lesion is not None and (truth := region_truth(scanned, lesion, form.value)) is not None
    }
    if found:
        outlines = {name: inside for name, (_, inside) in found.items()}
        write_outlines(folder / outlines_file(images), header, wanted.scanner, outlines)
        count += 1
    return count, {name: truth for name, (truth, _) in found.items()}


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


def _motion(seed: int, phases: int, amount_mm: float) -> tuple[Vector, ...]:
    """By phase, how far the patient has moved since the first, LPS: at random, half to all of `amount_mm`."""
    if amount_mm == 0:
        return ()
    random = np.random.default_rng([seed, 20250215])
    moved: list[Vector] = [(0.0, 0.0, 0.0)]
    for _ in range(1, phases):
        direction = random.normal(size=3)
        step = random.uniform(0.5, 1.0) * amount_mm * direction / np.linalg.norm(direction)
        moved.append((float(step[0]), float(step[1]), float(step[2])))
    return tuple(moved)


def _truth(
    wanted: _Wanted,
    truths: dict[str, VisitTruth],
    second: dict[str, VisitTruth],
    diffusion: dict[str, dict[str, DiffusionTruth]],
    plane: dict[str, PlaneExam],
    pets: dict[str, PetTruth],
) -> dict[str, Any]:
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
        "second_lesion": {name: dataclasses.asdict(truth) for name, truth in second.items()},
        "diffusion": {
            name: {lesion: dataclasses.asdict(truth) for lesion, truth in lesions.items()}
            for name, lesions in diffusion.items()
        },
        "forms": {
            "mammography": wanted.plane_forms.mammography.value,
            "ultrasound": wanted.plane_forms.ultrasound.value,
        },
        "volumes_by_axes": {
            name: [dataclasses.asdict(one) for one in exam.volumes]
            for name, exam in plane.items()
            if exam.volumes
        },
        "lengths": {name: [dataclasses.asdict(line) for line in exam.lines] for name, exam in plane.items()},
        "pet": {name: dataclasses.asdict(truth) for name, truth in pets.items()},
    }


def _injection(visit: PlannedVisit) -> dt.datetime:
    return dt.datetime.combine(visit.date, dt.time(10, 15, 30))


def _silent(what: str, share: float) -> None:
    """Progress that nobody watches."""
