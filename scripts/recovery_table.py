"""Print bias and limits of agreement of every measured quantity against the truth of simulated patients.

python scripts/recovery_table.py [--courses NAME,…] [--seeds N] [--vendors ge,siemens] [--motion-mm MM]
                                 [--workers N] [--into FILE]

Each course with seeds 1 to N (2), the MRI of one patient as ge writes it and of the next as siemens does,
through DICOM; the forms of diffusion, PET, mammography and ultrasound change from patient to patient. Then
each course once more with a patient who moves between the contrast phases. One row per quantity and modality:
differences measured - true, their mean (bias), standard deviation, 95 % limits (bias ± 1.96 SD) and the
largest; how often something that is not there was said to be absent, how often it was found all the same, and
how often something that is there got no value (an image without a scale, an exam without what the value
needs), which the measurement says. --into also puts the table into a
document, between the lines that mark it (docs/recovery.md).
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import TypeVar

from recovery_pairs import Pair, motion_pairs, patient_pairs

from neoher.simulate.patient import (
    Course,
    DiffusionForm,
    MammogramForm,
    PlaneForms,
    SonogramForm,
    Vendor,
    simulate_patient,
)
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS

_Form = TypeVar("_Form")


@dataclass(frozen=True, slots=True)
class Job:
    """One patient to simulate and measure."""

    number: int
    course: Course
    seed: int
    vendor: Vendor
    motion_mm: float


def pairs_of(job: Job) -> list[Pair]:
    """Simulate the patient, measure her, compare."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case"
        if job.motion_mm:
            simulate_patient(
                case,
                course=job.course,
                seed=job.seed,
                vendor=job.vendor,
                diffusion_form=None,
                pet_form=None,
                motion_mm=job.motion_mm,
            )
            return motion_pairs(case, job.motion_mm)
        forms = PlaneForms(_in_turn(MammogramForm, job.number), _in_turn(SonogramForm, job.number))
        simulate_patient(
            case,
            course=job.course,
            seed=job.seed,
            vendor=job.vendor,
            diffusion_form=_in_turn(DiffusionForm, job.number + job.seed),
            plane_forms=forms,
            pet_form=_in_turn(VENDOR_FORMS, job.number),
        )
        return patient_pairs(case)


def _in_turn(forms: Iterable[_Form], number: int) -> _Form:
    listed = list(forms)
    return listed[number % len(listed)]


def jobs_of(courses: list[Course], seeds: int, vendors: list[Vendor], motion_mm: float) -> Iterator[Job]:
    """All that is to be simulated."""
    moving = [(course, 1, motion_mm) for course in courses] if motion_mm else []
    still = [(course, seed, 0.0) for seed in range(1, seeds + 1) for course in courses]
    for number, (course, seed, motion) in enumerate((*still, *moving)):
        # With an even number of vendors or courses, the next seed begins with the next vendor.
        vendor = vendors[(number + (seed - 1) * (len(courses) + 1)) % len(vendors)]
        yield Job(number, course, seed, vendor, motion)


BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
HEADS = (
    "modality",
    "quantity",
    "unit",
    "n",
    "mean true",
    "bias",
    "bias %",
    "SD",
    "95 % limits",
    "worst",
    "absent, said so",
    "absent, found",
    "there, no value",
)


def rows_of(pairs: list[Pair]) -> Iterator[tuple[str, ...]]:
    """One row per modality and quantity, modalities in order of their first pair."""
    modalities = list(dict.fromkeys(pair.modality for pair in pairs))
    kinds = dict.fromkeys((pair.modality, pair.quantity, pair.unit) for pair in pairs)
    for kind in sorted(kinds, key=lambda one: modalities.index(one[0])):
        yield (*kind, *cells([pair for pair in pairs if (pair.modality, pair.quantity, pair.unit) == kind]))


def cells(pairs: list[Pair]) -> tuple[str, ...]:
    """The figures of one row."""
    both = [
        (pair.measured, pair.truth) for pair in pairs if pair.truth is not None and pair.measured is not None
    ]
    absent = [pair for pair in pairs if pair.truth is None]
    found = sum(pair.measured is not None for pair in absent)
    missed = sum(pair.truth is not None and pair.measured is None for pair in pairs)
    counts = (str(len(absent) - found), str(found), str(missed))
    if not both:
        return ("0", *("",) * 6, *counts)
    differences = [measured - true for measured, true in both]
    mean, bias = fmean(true for _, true in both), fmean(differences)
    worst = max(differences, key=abs)
    digits = 1 if mean >= 100 else 2 if mean >= 1 else 3
    spread = limits = ""
    if len(differences) > 1:
        deviation = stdev(differences)
        spread = f"{deviation:.{digits}f}"
        low, high = bias - 1.96 * deviation, bias + 1.96 * deviation
        limits = f"{low:+.{digits}f} to {high:+.{digits}f}"
    return (
        str(len(both)),
        f"{mean:.{digits}f}",
        f"{bias:+.{digits}f}",
        f"{100 * bias / mean:+.1f}",
        spread,
        limits,
        f"{worst:+.{digits}f}",
        *counts,
    )


def main() -> None:
    """Print the table."""
    arguments = _arguments()
    jobs = sorted(
        jobs_of(arguments.courses, arguments.seeds, arguments.vendors, arguments.motion_mm),
        key=lambda job: (job.seed, job.motion_mm),
    )
    pairs: list[Pair] = []
    done: list[Job] = []
    # A process for each patient gives its memory back. ProcessPoolExecutor with max_tasks_per_child can
    # wait for ever on workers that have left (python/cpython issue 115634).
    with multiprocessing.get_context("spawn").Pool(arguments.workers, maxtasksperchild=1) as pool:
        for job, found in pool.imap_unordered(_pairs_with_job, jobs):
            pairs += found
            done.append(job)
            print(f"{len(done)} of {len(jobs)}: {job}", file=sys.stderr, flush=True)
    text = table_of(pairs, done)
    print(text)
    if arguments.into is not None:
        document = arguments.into.read_text(encoding="utf-8")
        before, _, rest = document.partition(BEGIN)
        _, _, after = rest.partition(END)
        new = f"{before}{BEGIN}\n{text}\n{END}{after}"
        arguments.into.write_text(new, encoding="utf-8")


def _pairs_with_job(job: Job) -> tuple[Job, list[Pair]]:
    return job, pairs_of(job)


def table_of(pairs: list[Pair], done: list[Job]) -> str:
    """The table in Markdown, below a line that says of whom it is."""
    moving = sum(job.motion_mm > 0 for job in done)
    courses = sorted({job.course for job in done}, key=list(Course).index)
    lines = [
        f"{len(done)} simulated patients, {moving} of them moving between the contrast phases; "
        f"{', '.join(courses)}; seeds 1 to {max((job.seed for job in done), default=0)}.",
        "",
        f"| {' | '.join(HEADS)} |",
        f"|{'---|' * len(HEADS)}",
        *(f"| {' | '.join(row)} |" for row in rows_of(pairs)),
    ]
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--courses", type=_courses, default=list(Course), help="joined by commas; all")
    parser.add_argument("--seeds", type=int, default=2, help="seeds 1 to this (2)")
    parser.add_argument(
        "--vendors", type=_vendors, default=list(Vendor), help="joined by commas; both, in turn"
    )
    parser.add_argument("--motion-mm", type=float, default=4.0, help="of those who move; 0: none moves")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--into", type=Path, help="a document with a marked place for the table")
    return parser.parse_args()


def _courses(text: str) -> list[Course]:
    return [Course(name) for name in text.split(",")]


def _vendors(text: str) -> list[Vendor]:
    return [Vendor(name) for name in text.split(",")]


if __name__ == "__main__":
    main()
