"""The parts of a region object: segments of a SEG, ROIs of an RTSTRUCT, labels of a NIfTI map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neoher.errors import RegionError

__all__ = ["RegionPart", "choose_part"]

LISTED = 20


@dataclass(frozen=True, slots=True)
class RegionPart:
    """One segment, ROI or label: what can be chosen inside an object."""

    number: int
    name: str
    """As the object states it; empty where it states none."""

    def __str__(self) -> str:
        return f"{self.number} ({self.name})" if self.name else str(self.number)


def choose_part(parts: Sequence[RegionPart], choice: str | None, *, term: str, where: str) -> RegionPart:
    """The part that `choice` names by number or name; the only one when nothing was chosen.

    A name is compared as it stands first, then without regard to case.
    Raises: RegionError, listing the parts, when there are none, when several are there and none was chosen,
    when none fits, and when several fit.
    """
    if not parts:
        raise RegionError(f"it holds no {term}.", where=where)
    listed = ", ".join(str(part) for part in parts[:LISTED]) + (" …" if len(parts) > LISTED else "")
    if choice is None:
        if len(parts) == 1:
            return parts[0]
        raise RegionError(
            f"it holds {len(parts)} {term}s and none was chosen: {listed}.",
            where=where,
            remedy="Name one by its number or name: 'file#2', 'file#Name'.",
        )
    for fits in (
        [part for part in parts if choice == str(part.number)],
        [part for part in parts if choice == part.name],
        [part for part in parts if choice.casefold() == part.name.casefold()],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise RegionError(
                f"{len(fits)} {term}s are called '{choice}'; it holds {listed}.",
                where=where,
                remedy="Choose by number: 'file#2'.",
            )
    raise RegionError(f"no {term} is called '{choice}'; it holds {listed}.", where=where)
