"""The lesions of the WHO criteria over the visits: products, splits and merges, what is gone, what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from neoher.errors import InputError
from neoher.response.exact import exact
from neoher.response.recist.baseline import refuse_changed_modality, refuse_late
from neoher.response.recist.facts import RecistRow
from neoher.response.recist.lesions import Visit, family_of, where
from neoher.response.who.facts import WhoResponse

__all__ = [
    "LesionGroup",
    "baseline_lesions",
    "groups_of",
    "new_lesion",
    "nontarget_state",
    "product",
    "unevaluated",
]


@dataclass(frozen=True, slots=True)
class LesionGroup:
    """A target with its fragments and what merged with it, over the visits."""

    name: str
    members: tuple[str, ...]
    measured: tuple[Fraction, ...]
    """Sum of the known products at each visit, in mm2."""
    whole: tuple[Fraction | None, ...]
    """Sum of all products at each visit; None where one is not known."""
    unknown: tuple[tuple[str, ...], ...]
    """The members without a product at each visit."""

    @property
    def gone(self) -> tuple[bool, ...]:
        """Whether nothing is left, at each visit."""
        return tuple(size == 0 for size in self.whole)


def product(row: RecistRow | None) -> Fraction | None:
    """Longest diameter times the one across it, in mm2; 0 where the lesion is gone, None where not known."""
    if row is None or row.finding == "not-evaluated" or row.status == "not-evaluated":
        return None
    if row.finding == "absent" or row.status == "absent" or row.longest_mm == 0:
        return Fraction(0)
    if row.longest_mm is None or row.short_mm is None:
        return None
    return exact(row.longest_mm) * exact(row.short_mm)


def baseline_lesions(visits: Sequence[Visit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The targets and the non-target lesions of the baseline.

    Raises: InputError where a lesion is new or gone at baseline, has a product of 0 there, appears later
    without being new, or a target's modality changes.
    """
    first = visits[0]
    rows = [row for visit in visits for row in visit.rows]
    for row in first.of("new"):
        raise InputError("a lesion at baseline is not new.", where(row), "It is a target or a nontarget.")
    for row in (*first.of("target"), *first.of("nontarget")):
        stated = row.finding if row.finding in {"absent", "too-small"} else row.status
        if row.role == "target" and stated in {"absent", "too-small"}:
            remedy = "Choose measurable lesions only."
            raise InputError(f"a target is {stated} at baseline.", where(row), remedy)
        if row.role == "nontarget" and (row.status in {"absent", "progressed"} or row.finding == "absent"):
            raise InputError(
                f"a non-target lesion cannot be {row.status or row.finding} at baseline.",
                where(row),
                "Name what was there at baseline; leave out what was not.",
            )
        if row.role == "target" and (row.longest_mm == 0 or row.short_mm == 0):
            raise InputError("a target has a diameter of 0 at baseline.", where(row), "Correct the diameter.")
    refuse_late(visits[1:], first, rows)
    refuse_changed_modality(rows)
    return (
        tuple(row.lesion for row in first.of("target")),
        tuple(row.lesion for row in first.of("nontarget")),
    )


def groups_of(visits: Sequence[Visit], targets: Sequence[str]) -> tuple[LesionGroup, ...]:
    """Each target with its fragments; targets that merge at any visit are one group throughout."""
    origin = {name: name for name in targets}
    for visit in visits:
        for row in visit.of("target"):
            if row.parent is not None:
                _refuse_measured_and_merged(row, targets)
                _join(origin, row.lesion, row.parent)
    names: dict[str, list[str]] = {}
    for name in origin:
        names.setdefault(_root(origin, name), []).append(name)
    return tuple(_group(members, visits, targets) for members in names.values())


def _group(members: Sequence[str], visits: Sequence[Visit], targets: Sequence[str]) -> LesionGroup:
    first = [name for name in members if name in targets]
    measured: list[Fraction] = []
    whole: list[Fraction | None] = []
    unknown: list[tuple[str, ...]] = []
    fragments: dict[str, str] = {}
    merged: set[str] = set()
    for visit in visits:
        for row in visit.of("target"):
            if row.lesion not in members:
                continue
            if row.parent is None:
                merged.discard(row.lesion)
            elif row.lesion in targets:
                merged.add(row.lesion)
            else:
                fragments.setdefault(row.lesion, row.parent)
        parts = {
            name: product(visit.row(name))
            for name in [*first, *fragments]
            # Once split, a lesion is its fragments, unless something still carries its name.
            if name not in merged and not (visit.row(name) is None and name in fragments.values())
        }
        known = [size for size in parts.values() if size is not None]
        measured.append(sum(known, Fraction(0)))
        whole.append(sum(known, Fraction(0)) if len(known) == len(parts) else None)
        unknown.append(tuple(name for name, size in parts.items() if size is None))
    return LesionGroup(" + ".join(first), tuple(members), tuple(measured), tuple(whole), tuple(unknown))


def unevaluated(visit: Visit, group: LesionGroup, index: int) -> tuple[str, ...]:
    """The facts that are missing of a group at a visit."""
    named: list[str] = []
    for name in group.unknown[index]:
        row = visit.row(name)
        fields = ("longest_mm", "short_mm")
        absent = [field for field in fields if row is None or getattr(row, field) is None]
        named += [f"{field} of {name}" for field in absent]
    return tuple(named)


def nontarget_state(visit: Visit, nontargets: Sequence[str], visits: Sequence[Visit]) -> WhoResponse | None:
    """Response of what is not measured: CR all gone, PD one progressed as the reader states, NE, else NC."""
    if not nontargets:
        return None
    rows = [row for each in visits for row in each.rows]
    states: set[bool | None] = set()
    for name in nontargets:
        own = [row for row in visit.of("nontarget") if family_of(row.lesion, rows) == name]
        if any(row.status == "progressed" for row in own):
            return WhoResponse.PD
        states |= {_there(row) for row in own} or {None}
    if None in states:
        return WhoResponse.NE
    return WhoResponse.NC if True in states else WhoResponse.CR


def new_lesion(visits: Sequence[Visit]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether a new lesion is there by the last of `visits`, and those of which that is not known.

    A new lesion seen at an earlier visit stays until it is stated absent.
    """
    there: dict[str, bool | None] = {}
    for visit in visits[1:]:
        for row in visit.of("new"):
            state = _there(row)
            there[row.lesion] = there.get(row.lesion) if state is None else state
    open_ones = tuple(name for name, state in there.items() if state is None)
    if any(there.values()):
        return True, open_ones
    return (None if open_ones else False), open_ones


def _there(row: RecistRow) -> bool | None:
    """Whether a lesion without a product is there; None where the row does not say."""
    if row.status == "not-evaluated" or row.finding == "not-evaluated":
        return None
    if row.status == "absent" or row.finding == "absent" or row.longest_mm == 0:
        return False
    stated = row.status is not None or row.finding is not None or row.longest_mm is not None
    return True if stated else None


def _join(origin: dict[str, str], child: str, parent: str) -> None:
    for name in (child, parent):
        origin.setdefault(name, name)
    origin[_root(origin, child)] = _root(origin, parent)


def _root(origin: dict[str, str], name: str) -> str:
    while origin[name] != name:
        name = origin[name]
    return name


def _refuse_measured_and_merged(row: RecistRow, targets: Sequence[str]) -> None:
    sized = row.longest_mm is not None or row.short_mm is not None or row.finding is not None
    if row.lesion in targets and sized:
        raise InputError(
            f"it has merged with {row.parent}, yet has a finding of its own.",
            where(row),
            "Record the merged mass under one name, and leave the other without a diameter.",
        )
