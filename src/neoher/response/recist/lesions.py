"""The table of lesions as visits in date order, each row checked against its lesion's other rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from neoher.errors import InputError
from neoher.response.recist.facts import RecistRow

__all__ = ["TOO_SMALL_MM", "Visit", "diameter", "family_of", "method_of", "visits_of", "where"]

TOO_SMALL_MM = Fraction(5)
_METHODS = {
    "mr": "MRI",
    "mri": "MRI",
    "dce-mri": "MRI",
    "us": "ultrasound",
    "ultrasound": "ultrasound",
    "mg": "mammography",
    "mammography": "mammography",
    "mammogram": "mammography",
    "cxr": "CXR",
    "chest x-ray": "CXR",
    "pet": "PET",
    "pet/ct": "PET",
    "pet-ct": "PET",
    "fdg-pet": "PET",
    "fdg-pet/ct": "PET",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything recorded at one visit."""

    name: str
    first: dt.date
    last: dt.date
    rows: tuple[RecistRow, ...]

    def of(self, role: str) -> tuple[RecistRow, ...]:
        """The rows of one role."""
        return tuple(row for row in self.rows if row.role == role)

    def row(self, lesion: str) -> RecistRow | None:
        """The row of a lesion, None where there is none."""
        return next((row for row in self.rows if row.lesion == lesion), None)


def visits_of(rows: Sequence[RecistRow]) -> tuple[Visit, ...]:
    """The visits in date order, baseline first; the order of rows does not matter.

    Raises: InputError where visits overlap in time, a lesion has two rows at a visit or changes its role or
    kind, or a row contradicts itself.
    """
    by_visit: dict[str, list[RecistRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda each: (each.date, each.lesion, each.modality or "", each.role)):
        _refuse_contradiction(row)
        by_visit[row.visit].append(row)
    visits = sorted(
        (
            Visit(name, min(each.date for each in held), max(each.date for each in held), tuple(held))
            for name, held in by_visit.items()
        ),
        key=lambda visit: (visit.first, visit.last, visit.name),
    )
    for earlier, later in pairwise(visits):
        if earlier.last >= later.first:
            raise InputError(
                f"visits {earlier.name} and {later.name} overlap: the one ends on {earlier.last}, the other "
                f"begins on {later.first}.",
                remedy="Each visit has its own dates; correct the dates or the names of the visits.",
            )
    for visit in visits:
        _refuse_twice(visit)
    _refuse_changed(rows)
    return tuple(visits)


def diameter(row: RecistRow | None, kind: str | None) -> Fraction | None:
    """The diameter that counts, in mm, exactly as written; None: not evaluated.

    Seen but too small to measure counts 5 mm unless a diameter is given; gone is 0.
    """
    if row is None or kind is None or row.finding == "not-evaluated":
        return None
    if row.finding == "absent" or (row.finding is None and row.status == "absent"):
        return Fraction(0)
    stated = row.short_mm if kind == "node" else row.longest_mm
    if stated is not None:
        # The shortest text of the number: 14.1 is 141/10, not its binary neighbour.
        return Fraction(repr(stated))
    return TOO_SMALL_MM if row.finding == "too-small" else None


def family_of(lesion: str, rows: Iterable[RecistRow]) -> str:
    """The lesion from which a fragment comes, through every split; a lesion without a parent is itself."""
    parents = {row.lesion: row.parent for row in rows if row.parent}
    seen = {lesion}
    while (parent := parents.get(lesion)) is not None:
        if parent in seen:
            raise InputError("lesions are each other's parents.", f"lesion {parent}", "Name one origin.")
        seen.add(parent)
        lesion = parent
    return lesion


def method_of(row: RecistRow) -> str | None:
    """The modality by one name for its usual spellings; None where it is not stated."""
    if row.modality is None:
        return None
    stated = row.modality.strip()
    return _METHODS.get(stated.casefold(), stated.casefold())


def where(row: RecistRow) -> str:
    """The place of a row, for a message."""
    place = f"lesion {row.lesion} at visit {row.visit}"
    return place if row.line is None else f"line {row.line}: {place}"


def _refuse_contradiction(row: RecistRow) -> None:
    sizes = [size for size in (row.longest_mm, row.short_mm) if size is not None]
    sized = any(size > 0 for size in sizes)
    gone = row.finding == "absent" or row.status == "absent"
    if row.longest_mm is not None and row.short_mm is not None and row.short_mm > row.longest_mm:
        what = f"the short axis of {row.short_mm:g} mm is longer than the longest diameter."
    elif sized and (row.finding == "absent" or (row.status == "absent" and not _normal_node(row))):
        what = "it is absent, yet has a diameter."
    elif row.finding == "not-evaluated" and sizes:
        what = "it is not evaluated, yet has a diameter."
    elif row.status == "not-evaluated" and (sizes or row.finding in {"measured", "too-small", "absent"}):
        what = "its status is not-evaluated, yet something was found."
    elif row.status in {"present", "progressed"} and row.finding == "absent":
        what = f"its status is {row.status}, its finding absent."
    elif gone and row.finding in {"measured", "too-small"} and not _normal_node(row):
        what = f"its status is absent, its finding {row.finding}."
    elif row.status == "present" and row.longest_mm == 0:
        what = "it is present with a diameter of 0."
    elif row.role == "target" and row.status == "progressed":
        what = "progression of a target follows from its diameters and is not stated."
    else:
        return
    raise InputError(what, where(row), "State one of the two.")


def _normal_node(row: RecistRow) -> bool:
    """Whether a non-target node is small enough to be normal, so that 'absent' and a size do not clash."""
    node = row.role == "nontarget" and row.kind != "other"
    return node and row.short_mm is not None and row.short_mm < 10


def _refuse_twice(visit: Visit) -> None:
    seen: dict[str, RecistRow] = {}
    for row in visit.rows:
        # A new lesion may be seen on PET and confirmed on CT at the same visit.
        if row.lesion in seen and row.role != "new":
            raise InputError("it has two rows at this visit.", where(row), "Keep the one that counts.")
        seen[row.lesion] = row


def _refuse_changed(rows: Sequence[RecistRow]) -> None:
    for name in ("role", "kind"):
        held: dict[str, str] = {}
        for row in rows:
            stated = getattr(row, name)
            if stated is not None and held.setdefault(row.lesion, stated) != stated:
                raise InputError(
                    f"its {name} changes from {held[row.lesion]} to {stated}.",
                    where(row),
                    "A lesion keeps its role and kind; give a lesion found later its own name and role new.",
                )
