"""What lies below a path, before anything is measured: studies, their series, dates and modalities."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from neoher.errors import ImageError
from neoher.intake.dicom.headers import Header, Progress, read_header
from neoher.intake.dicom.series import group_series
from neoher.intake.files.objects import list_objects

__all__ = ["Inventory", "SeriesEntry", "StudyEntry", "inventory"]


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """One series."""

    uid: str
    number: int | None
    modality: str
    description: str
    date: dt.date | None
    objects: int
    folder: str
    """Deepest folder or archive that holds all its objects, below the given path: 't0.zip/series-4'."""


@dataclass(frozen=True, slots=True)
class StudyEntry:
    """One study: usually one visit to one scanner."""

    uid: str
    patient_id: str
    date: dt.date | None
    description: str
    laterality: str
    """As stated by its images: 'L', 'R', 'B'; '' where they do not say, or say different things."""
    body_part: str
    series: tuple[SeriesEntry, ...]

    @property
    def modalities(self) -> tuple[str, ...]:
        """Each modality once, sorted."""
        return tuple(sorted({series.modality for series in self.series}))


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything below a path."""

    studies: tuple[StudyEntry, ...]
    """By date."""
    skipped: tuple[tuple[str, str], ...]
    """(file, reason) of what was left out, unreadable objects included."""


def inventory(path: Path, progress: Progress | None = None) -> Inventory:
    """The studies below a folder, file or archive; `progress` is called with (objects read, objects in all).

    An object that cannot be read is listed with its reason; nothing is judged to belong together.
    Raises ImageError for a path that is not there, an archive that cannot be trusted, or no DICOM at all.
    """
    listing = list_objects(path)
    skipped = [*listing.skipped, *((label, "named as DICOM, but is none") for label in listing.damaged)]
    headers: list[Header] = []
    ordered = sorted(listing.objects, key=lambda source: source.reading_order)
    for done, source in enumerate(ordered, start=1):
        try:
            headers.append(read_header(source))
        except ImageError as error:
            skipped.append((source.label, error.what))
        if progress is not None:
            progress(done, len(ordered))
    if not headers:
        raise ImageError(
            f"there is no readable DICOM object here ({len(skipped)} other files).",
            str(path),
            "Give the folder or archive of the images.",
        )
    by_study: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        by_study[header.identity.study_uid].append(header)
    studies = [_study(members) for members in by_study.values()]
    studies.sort(key=lambda study: (study.date or dt.date.min, study.uid))
    return Inventory(tuple(studies), tuple(sorted(skipped)))


def _study(headers: list[Header]) -> StudyEntry:
    first = min(headers, key=lambda header: header.source.label).identity
    entries = tuple(
        SeriesEntry(
            uid=series.uid,
            number=series.number,
            modality=series.modality,
            description=series.description,
            date=series.date,
            objects=len(series.headers),
            folder=_common_folder([header.source.label for header in series.headers]),
        )
        for series in group_series(headers)
    )
    dates = {entry.date for entry in entries if entry.date is not None}
    return StudyEntry(
        uid=first.study_uid,
        patient_id=first.patient_id,
        date=first.study_date or min(dates, default=None),
        description=first.study_description,
        laterality=_agreed({header.identity.laterality for header in headers}),
        body_part=_agreed({header.identity.body_part for header in headers}),
        series=entries,
    )


def _agreed(values: set[str]) -> str:
    stated = values - {""}
    return stated.pop() if len(stated) == 1 else ""


def _common_folder(labels: list[str]) -> str:
    folders = [label.split("/")[:-1] for label in labels]
    common: list[str] = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return "/".join(common)
