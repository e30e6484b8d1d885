"""A digital reference patient in a folder: DICOM of every visit, case.yaml, truth.json."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
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

__all__ = ["Course", "SimulatedPatient", "Vendor", "simulate_patient"]

BIRTH_YEAR = 1976


@dataclass(frozen=True, slots=True)
class SimulatedPatient:
    """What was made."""

    folder: Path
    objects: int
    truths: dict[str, VisitTruth]
    """Truth by visit."""


def simulate_patient(
    out: Path,
    *,
    patient: str = "P001",
    course: Course = Course.COMPLETE_RESPONSE,
    seed: int = 1,
    vendor: Vendor = Vendor.GE,
    progress: Callable[[str, float], None] | None = None,
) -> SimulatedPatient:
    """Make the patient of a seed in the folder `out`.

    Parameters: `progress` is called with what is done and its share, 0 to 1. The same seed gives the same
    pixels.
    Raises: InputError where `out` already holds something, or the seed is negative.
    """
    if seed < 0:
        raise InputError(f"a seed of {seed} is negative.", "--seed", "Give a whole number from 0.")
    plan, scanner = plan_patient(seed, course), SCANNERS[vendor]
    with new_folder(out) as folder:
        made = _write(folder, plan, scanner, patient, progress or _silent)
    return dataclasses.replace(made, folder=out)


def _write(
    folder: Path, plan: Plan, scanner: Scanner, patient: str, progress: Callable[[str, float], None]
) -> SimulatedPatient:
    scene = Scene(plan.breast, scanner)
    truths: dict[str, VisitTruth] = {}
    facts = CaseFacts(patient, BIRTH_YEAR, {}, {})
    objects = 0
    for number, visit in enumerate(plan.visits):
        progress("simulating visits", number / len(plan.visits))
        images = f"imaging/{visit.name.lower()}-mr"
        injected_at = _injection(visit)
        header = ExamHeader(patient, BIRTH_YEAR, plan.seed, visit.name, injected_at)
        scanned = scene.visit(visit.scale, visit.kinetics, visit.snr, np.random.default_rng(visit.noise_seed))
        objects += write_exam(folder / images, header, scanner, scanned.signal)
        truths[visit.name] = truth_of(plan.breast, scanner, scanned, visit.scale, visit.kinetics, visit.snr)
        facts.injected_at[visit.name], facts.images[visit.name] = injected_at, images
    progress("simulating visits", 1.0)
    replace_atomically(folder / "case.yaml", case_text(plan, scanner, truths, facts).encode())
    stated = json.dumps(_truth(plan, scanner, patient, truths), indent=1)
    replace_atomically(folder / "truth.json", f"{stated}\n".encode())
    return SimulatedPatient(folder, objects, truths)


def _truth(plan: Plan, scanner: Scanner, patient: str, truths: dict[str, VisitTruth]) -> dict[str, Any]:
    return {
        "made_by": f"neoher simulate {__version__}",
        "patient": patient,
        "seed": plan.seed,
        "course": plan.course.value,
        "vendor": scanner.vendor.value,
        "voi_mm": dataclasses.asdict(plan.breast.voi),
        "omit_mm": dataclasses.asdict(plan.breast.omit),
        "sequence": dataclasses.asdict(scanner.sequence),
        "t1_s": dataclasses.asdict(scanner.t1),
        "visits": {name: dataclasses.asdict(truth) for name, truth in truths.items()},
    }


def _injection(visit: PlannedVisit) -> dt.datetime:
    return dt.datetime.combine(visit.date, dt.time(10, 15, 30))


def _silent(what: str, share: float) -> None:
    """Progress that nobody watches."""
