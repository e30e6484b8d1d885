"""Scans, biopsies and drug starts of a table, paired by lesion and time, as lesions of the study."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from neoher.cohort.her2pet.analysis import Her2PetSource
from neoher.cohort.her2pet.lesions import FlowStep, Her2Class, PairedLesion
from neoher.cohort.result import Excluded
from neoher.errors import InputError
from neoher.record.rows import Column, read_cells, read_rows
from neoher.response.her2pet.facts import Her2PetInputs, Her2PetPairs, Her2PetRow, Pair
from neoher.response.her2pet.pairs import her2pet_pairs

__all__ = ["PairedStudy", "StudyRow", "holds_events", "paired_study"]

_Left = Column(may_be_left_out=True)


class StudyRow(Her2PetRow):
    """One event of a patient, with what the study tells apart beyond the pairing."""

    site: Annotated[str | None, _Left] = None
    """Of a scan: where the lesion lies, such as breast, bone, liver."""
    biopsy: Annotated[str | None, _Left] = None
    """Of a biopsy: what was sampled, such as primary or metastasis."""


@dataclass(frozen=True, slots=True)
class PairedStudy:
    """The paired lesions, where they come from, and the events that are in no pair."""

    lesions: tuple[PairedLesion, ...]
    source: Her2PetSource
    excluded: tuple[Excluded, ...]


def holds_events(table: Path) -> bool:
    """Whether a table is a CSV with one event a row (a column `event`), not one lesion a row."""
    if table.suffix.casefold() != ".csv" or not table.is_file():
        return False
    try:
        return "event" in read_cells(table)[0]
    except InputError:
        # A table in another encoding may hold lesions all the same; reading it as such says what is wrong.
        return False


def paired_study(table: Path, window_days: int, *, keep_treated: bool) -> PairedStudy:
    """The study of a table of events, paired as `neoher her2pet-pairs` does.

    Raises: InputError where a row is no event, or nothing can be paired.
    """
    rows = read_rows(table, StudyRow)
    conclusion = her2pet_pairs(Her2PetInputs(rows=rows, window=window_days, keep_treated=keep_treated))
    if conclusion.value is None:
        raise InputError("there is no scan and no biopsy.", str(table))
    found = conclusion.value
    scans = {(row.patient, row.lesion, row.date, row.tracer): row for row in rows if row.event == "scan"}
    biopsies = {(row.patient, row.lesion, row.date): row for row in rows if row.event == "biopsy"}
    lesions = tuple(
        _lesion(
            pair,
            scans[pair.patient, pair.lesion, pair.scan_date, pair.tracer],
            biopsies[pair.patient, pair.lesion, pair.biopsy_date],
        )
        for pair in found.pairs
    )
    reading = (
        "Scans and biopsies were paired lesion by lesion, the nearest in time, a biopsy once for each "
        "tracer; pairs "
        "between which a HER2-directed antibody or conjugate was started were "
        f"{'kept and flagged' if keep_treated else 'left out'}. HER2 was read from the reports' wording."
    )
    # The study says itself where it pools tracers, and where it does not.
    warnings = tuple(each for each in conclusion.warnings if each.code != "tracers-not-pooled")
    source = Her2PetSource(reading, warnings, conclusion.missing, _flow(rows, found))
    return PairedStudy(lesions, source, _excluded(found, rows))


def _lesion(pair: Pair, scan: StudyRow, biopsy: StudyRow) -> PairedLesion:
    return PairedLesion(
        patient=pair.patient,
        lesion=pair.lesion,
        tracer=pair.tracer,
        suvmax=pair.suvmax,
        her2=None if pair.three_class is None else Her2Class(str(pair.three_class)),
        her2_stated=pair.her2_text,
        days_apart=float(pair.days_apart),
        site=scan.site,
        biopsy=biopsy.biopsy,
        uptake=scan.uptake,
        row=scan.line,
    )


def _flow(rows: tuple[StudyRow, ...], found: Her2PetPairs) -> FlowStep:
    """How many scans of lesions the pairing began with, and why some are in no pair."""
    scanned = [row for row in rows if row.event == "scan"]
    reasons = Counter(str(each.reason) for each in found.exclusions if each.event == "scan")
    return FlowStep(
        "HER2 PET of a lesion",
        len({row.patient for row in scanned}),
        len(scanned),
        tuple((reason.replace("-", " ").replace("her2", "HER2"), count) for reason, count in reasons.items()),
    )


def _excluded(found: Her2PetPairs, rows: tuple[StudyRow, ...]) -> tuple[Excluded, ...]:
    lines = {(row.event, row.patient, row.lesion, row.date): row.line for row in rows}
    return tuple(
        Excluded(
            row=lines.get((each.event, each.patient, each.lesion, each.date)),
            column=each.event,
            reason=f"{each.reason}: {each.message}",
            patient=each.patient,
        )
        for each in found.exclusions
    )
