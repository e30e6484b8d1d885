"""What is missing about the exams: those not done or not entered, and what an entered one leaves open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.exam import Exam, MrExam, PtExam
from neoher.record.gaps.missing_fact import MissingFact, essential, useful

__all__ = ["missing_imaging"]


def missing_imaging(case: Case) -> Iterator[MissingFact]:
    """Facts about exams that the record does not state."""
    yield from _baseline(case)
    for exam in case.exams:
        yield from _exam(exam)
        if isinstance(exam, MrExam):
            yield from _mr(exam)
        if isinstance(exam, PtExam):
            yield from _pet(exam)


def _baseline(case: Case) -> Iterator[MissingFact]:
    starts = [treatment.start for treatment in case.treatment if treatment.start]
    before = [exam for exam in case.exams if is_baseline(exam, min(starts, default=None))]
    done = {str(exam.modality) for exam in before}
    if "MR" not in done:
        why = "Change of diameter and of tumour volume is measured against it (PMID 22623692)."
        yield essential("exams", "MRI before therapy", why)
    if "MG" not in done:
        why = "Suspicious calcifications are excised whatever the response (Portnow, RadioGraphics 2023)."
        yield useful("exams", "mammography before therapy", why)
    if "US" not in done:
        why = "Ultrasound of the axilla is usually appropriate before therapy (ACR, PMID 29101985)."
        yield useful("exams", "ultrasound of breast and axilla before therapy", why)


def is_baseline(exam: Exam, start: dt.date | None) -> bool:
    """Whether an exam belongs to the time before therapy: by its visit T0, else by its date."""
    if exam.visit is not None:
        return exam.visit == "T0" or (exam.date is not None and start is not None and exam.date <= start)
    return start is None or exam.date is None or exam.date <= start


def _exam(exam: Exam) -> Iterator[MissingFact]:
    path = f"exams[{exam.id}]"
    if exam.modality is None:
        why = "A lesion is compared within one modality (RECIST 1.1, PMID 19097774)."
        yield essential(f"{path}.modality", f"modality of {exam.id}", why)
    if exam.date is None:
        why = "Without it the exam cannot be placed against therapy, biopsy and surgery."
        yield essential(f"{path}.date", f"date of {exam.id}", why)
    if exam.visit is None and (exam.images is not None or exam.findings):
        yield useful(
            f"{path}.visit", f"visit of {exam.id}", "Exams of one time point are read together by it."
        )
    # Uptake on PET is no term of a breast lexicon, and a lesion's number there is its uptake, not its size.
    pet = isinstance(exam, PtExam)
    described = not pet and any(True for finding in exam.findings for _ in finding.descriptors())
    if described and exam.lexicon_version is None and any(f.lexicon_version is None for f in exam.findings):
        why = "A descriptor means what its lexicon's edition says; the 2025 manual replaced that of 2013."
        yield useful(f"{path}.lexicon_version", f"edition of the lexicon used for {exam.id}", why)
    if exam.images is None and not exam.findings and exam.text is None:
        yield useful(
            f"{path}.findings", f"what {exam.id} showed", "An exam without images or findings says nothing."
        )
    for index, finding in enumerate(exam.findings):
        sized = pet or finding.longest_mm is not None or finding.short_mm is not None
        if finding.lesion is not None and not sized and finding.finding is None:
            why = "A lesion without a number is not evaluated at this visit; it is never taken as gone."
            what = f"size of {finding.lesion} on {exam.name}"
            yield useful(f"{path}.findings[{index}].longest_mm", what, why)


def _mr(exam: MrExam) -> Iterator[MissingFact]:
    if exam.images is None:
        return
    path = f"exams[{exam.id}]"
    if not any(region.holds_a_lesion for region in exam.regions):
        why = "Functional tumour volume is counted inside a region that a reader placed (PMID 22623692)."
        yield essential(f"{path}.regions", f"region of interest on {exam.name}", why)
    if exam.contrast_injected_at is None:
        why = "Contrast phases are timed from it; without it, from the first phase after contrast."
        yield useful(f"{path}.contrast_injected_at", f"start of the contrast injection of {exam.id}", why)


def _pet(exam: PtExam) -> Iterator[MissingFact]:
    path = f"exams[{exam.id}]"
    for index, finding in enumerate(exam.findings):
        stated = (finding.suvmax, finding.sulpeak, finding.uptake, finding.longest_mm, finding.finding)
        if finding.lesion is not None and all(fact is None for fact in stated):
            why = "A lesion without a number is not evaluated at this visit; it is never taken as gone."
            what = f"uptake of {finding.lesion} on {exam.name}"
            yield useful(f"{path}.findings[{index}].suvmax", what, why)
    reports_uptake = any(
        finding.suvmax is not None or finding.sulpeak is not None for finding in exam.findings
    )
    if exam.tracer is None and (exam.images is not None or reports_uptake):
        why = "Uptake is never compared across tracers."
        yield essential(f"{path}.tracer", f"tracer of {exam.id}", why)
    if exam.images is None:
        return
    if exam.injected_at is None:
        why = "Without the date a slow tracer gives no SUV: 89Zr after 6 days would be wrong 3.57-fold."
        yield essential(f"{path}.injected_at", f"date and time of injection of {exam.id}", why)
    if exam.injected_mbq is None:
        why = "SUV is relative to it; it checks the value in the images."
        yield useful(f"{path}.injected_mbq", f"injected activity of {exam.id}", why)
    if exam.weight_kg is None:
        yield useful(
            f"{path}.weight_kg",
            f"body weight at {exam.id}",
            "SUV is relative to it; it checks the value in the images.",
        )
