"""A case folder from images alone: the objects sorted by exam, and a case.yaml that names them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import SeriesError
from neoher.intake.dicom.headers import Header, Progress, read_headers
from neoher.intake.files.objects import find_objects
from neoher.intake.files.sources import FileSource
from neoher.record.exam import EXAM_CLASSES
from neoher.record.lesion import Side
from neoher.record.new_case import FoundExam, FoundPatient, starter_case
from neoher.record.patient import Sex
from neoher.record.storing import new_folder, replace_atomically

__all__ = ["NewCase", "new_case"]

REGION_MODALITIES = ("SEG", "RTSTRUCT")
SIDES = {"L": Side.LEFT, "R": Side.RIGHT}
SEXES = {"F": Sex.FEMALE, "M": Sex.MALE}
"""'O' is left out: it stands as often for a sex that was taken out."""
OLDEST_YEARS = 115
"""A birth date further back than this before the exam stands for one that was taken out."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """What was made."""

    folder: Path
    patient_id: str
    exams: tuple[FoundExam, ...]
    objects: int


def new_case(images: Path, out: Path, progress: Progress | None = None) -> NewCase:
    """Make the case folder `out` from the DICOM objects below `images` (folder, file or archive).

    Every study becomes one exam per modality below `out`/imaging; SEG and RTSTRUCT go with the exam whose
    frame of reference they share. The objects are copied byte for byte; `images` stays as it is.
    Raises: InputError where `out` already holds something; SeriesError for two patients; ImageError for
    objects that cannot be read.
    """
    with new_folder(out) as folder:
        headers = read_headers(find_objects(images), progress)
        patient = FoundPatient(_one_patient(headers, images), _sex(headers), _birth_year(headers))
        exams = tuple(_store(folder, name, members) for name, members in _by_exam(headers).items())
        text = starter_case(patient, exams)
        replace_atomically(folder / "case.yaml", text.encode())
    return NewCase(out, patient.id, exams, len(headers))


def _one_patient(headers: list[Header], images: Path) -> str:
    patients = sorted({header.identity.patient_id for header in headers})
    if len(patients) > 1:
        raise SeriesError(
            f"objects of {len(patients)} patients lie here: {', '.join(map(repr, patients))}.",
            str(images),
            "Give the folder of one patient.",
        )
    return patients[0]


def _sex(headers: list[Header]) -> Sex | None:
    """The sex that the images state; None where they do not, or state two."""
    stated = {header.identity.patient_sex for header in headers} - {""}
    return SEXES.get(stated.pop()) if len(stated) == 1 else None


def _birth_year(headers: list[Header]) -> int | None:
    """The year of birth that the images state; None where they do not, or where it cannot be one.

    Whoever takes names out of images often leaves 1 January 1900 or the day of the exam in its place.
    """
    stated = {header.identity.patient_birth_date for header in headers} - {None}
    born = stated.pop() if len(stated) == 1 else None
    dates = [header.identity.study_date for header in headers if header.identity.study_date]
    if born is None or (born.year, born.month, born.day) == (1900, 1, 1):
        return None
    return born.year if all(0 < date.year - born.year <= OLDEST_YEARS for date in dates) else None


def _by_exam(headers: list[Header]) -> dict[str, list[Header]]:
    """Objects of each exam, by the name of its folder; regions stand with the exam they were drawn on."""
    exams: dict[tuple[str, str], list[Header]] = defaultdict(list)
    regions = [header for header in headers if header.identity.modality in REGION_MODALITIES]
    for header in headers:
        if header.identity.modality not in REGION_MODALITIES:
            exams[header.identity.study_uid, header.identity.modality].append(header)
    for region in regions:
        exams[_home_of(region, exams)].append(region)

    ordered = sorted(exams.items(), key=lambda entry: (_date(entry[1]) or dt.date.max, entry[0]))
    named: dict[str, list[Header]] = {}
    for (_, modality), members in ordered:
        date = _date(members)
        name = f"{date.isoformat() if date else 'no-date'}-{modality.lower() or 'other'}"
        number = 1 + sum(other == name or other.startswith(f"{name}-") for other in named)
        named[name if number == 1 else f"{name}-{number}"] = members
    return named


def _home_of(region: Header, exams: dict[tuple[str, str], list[Header]]) -> tuple[str, str]:
    here = [
        key
        for key, members in exams.items()
        if key[0] == region.identity.study_uid
        and region.identity.frame_of_reference_uid
        in {member.identity.frame_of_reference_uid for member in members}
    ]
    return here[0] if here else (region.identity.study_uid, region.identity.modality)


def _date(members: list[Header]) -> dt.date | None:
    return min((one.identity.study_date for one in members if one.identity.study_date), default=None)


def _store(folder: Path, name: str, members: list[Header]) -> FoundExam:
    series: dict[str, list[Header]] = defaultdict(list)
    for header in sorted(members, key=lambda one: (one.identity.series_number or 0, one.source.label)):
        series[header.identity.series_uid].append(header)
    for number, headers in enumerate(series.values(), start=1):
        place = folder / "imaging" / name / f"series-{number:02d}"
        place.mkdir(parents=True)
        for position, header in enumerate(headers, start=1):
            _copy(header, place / f"{position:05d}.dcm")
    first = members[0].identity
    sides = {one.identity.laterality for one in members} & set(SIDES)
    modality = next(
        (one.identity.modality for one in members if one.identity.modality in EXAM_CLASSES), first.modality
    )
    return FoundExam(
        modality=modality,
        date=_date(members),
        description=first.study_description or first.series_description,
        images=f"imaging/{name}",
        side=SIDES[sides.pop()] if len(sides) == 1 else None,
    )


def _copy(header: Header, target: Path) -> None:
    # Never a link: whoever edits a file of the case folder must not change the original.
    if isinstance(header.source, FileSource):
        shutil.copyfile(header.source.path, target)
    else:
        target.write_bytes(header.source.read())
