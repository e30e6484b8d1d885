"""DICOM series: objects grouped by their series' UID and sorted by where their planes lie."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from neoher.errors import SeriesError
from neoher.intake.dicom.geometry import distance_along
from neoher.intake.dicom.headers import Header

__all__ = ["Series", "group_series", "named_series", "refuse_two_patients", "without_duplicates"]


@dataclass(frozen=True, slots=True)
class Series:
    """The objects of one series of one study."""

    study_uid: str
    uid: str
    number: int | None
    modality: str
    description: str
    date: dt.date | None
    """Day of the acquisition where stated, else of the study."""
    headers: tuple[Header, ...]
    """Sorted along row x column direction of their planes; then by instance number and UID."""

    @property
    def title(self) -> str:
        """How a reader finds the series: number, description, objects."""
        number = f"{self.number} " if self.number is not None else ""
        return f"{number}'{self.description}' ({self.modality}, {len(self.headers)} objects, {self.uid})"


def group_series(headers: Iterable[Header]) -> list[Series]:
    """The series among the headers, by study, series number and UID; independent of the headers' order."""
    groups: dict[tuple[str, str], list[Header]] = defaultdict(list)
    for header in headers:
        groups[header.identity.study_uid, header.identity.series_uid].append(header)
    series = [_series(group) for group in groups.values()]
    series.sort(key=lambda one: (one.date or dt.date.min, one.study_uid, one.number or 0, one.uid))
    return series


def without_duplicates(headers: Iterable[Header]) -> tuple[list[Header], tuple[tuple[str, str], ...]]:
    """The headers with every object kept once, and a warning (code, message) where copies were left out.

    Raises SeriesError where two different objects carry one SOP Instance UID.
    """
    kept: dict[str, Header] = {}
    anonymous: list[Header] = []
    copies: list[str] = []
    for header in sorted(headers, key=lambda header: header.source.label):
        first = kept.setdefault(header.sop_uid, header) if header.sop_uid else header
        if not header.sop_uid:
            anonymous.append(header)
        elif first is not header:
            if first.source.size != header.source.size or first.source.read() != header.source.read():
                raise SeriesError(
                    "two different objects carry the same SOP Instance UID.",
                    f"{first.source.label}, {header.source.label}",
                    "Keep the right one, or export the exam again.",
                )
            copies.append(header.source.label)
    warnings: tuple[tuple[str, str], ...] = ()
    if copies:
        message = f"{len(copies)} object(s) are there twice; each was used once (first copy: {copies[0]})."
        warnings = (("duplicate-objects", message),)
    return [*kept.values(), *anonymous], warnings


def refuse_two_patients(headers: Iterable[Header]) -> None:
    """Raise SeriesError where two patient IDs, or without IDs two names, meet in one exam."""
    patients: dict[str, Header] = {}
    for header in headers:
        name = header.identity.patient_id or header.identity.patient_name_digest
        if name:
            patients.setdefault(name, header)
    if len(patients) > 1:
        one, two = sorted(patients.values(), key=lambda header: header.source.label)[:2]
        raise SeriesError(
            f"images of {len(patients)} patients lie here together"
            f" (PatientID '{one.identity.patient_id}' and '{two.identity.patient_id}').",
            f"{one.source.label}, {two.source.label}",
            "Give a folder with the images of one patient.",
        )


def named_series(groups: Sequence[Series], wanted: Sequence[str], where: str) -> list[Series]:
    """The series that are asked for by UID, number or description; all where none is.

    Raises SeriesError, listing the series, where none is called so.
    """
    if not wanted:
        return list(groups)
    found = [group for group in groups if {group.uid, str(group.number), group.description} & set(wanted)]
    if not found:
        titles = "".join(f"\n    {group.title}" for group in groups)
        raise SeriesError(f"no series is called {', '.join(wanted)}. There are:{titles}", where)
    return found


def _series(headers: list[Header]) -> Series:
    headers = sorted(headers, key=_place)
    first = headers[0]
    moment = first.timing.acquisition
    return Series(
        study_uid=first.identity.study_uid,
        uid=first.identity.series_uid,
        number=first.identity.series_number,
        modality=first.identity.modality,
        description=first.identity.series_description,
        date=moment.clock.date() if moment is not None else first.identity.study_date,
        headers=tuple(headers),
    )


def _place(header: Header) -> tuple[float, int, str]:
    along = distance_along(header.placement) if header.placement is not None else 0.0
    return along, header.instance_number or 0, header.sop_uid
