"""What entries of a record say of each other: ids, cancers, sides. All that contradicts itself is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neoher.record.calliper import Span
from neoher.record.exam import PlaneExam
from neoher.record.lesion import Lesion, LesionKind
from neoher.record.values.refusal import Location, Refusal

if TYPE_CHECKING:
    from neoher.record.case import Case

__all__ = ["contradictions"]

_NODE_FIELDS = ("cortex_mm", "hilum")
_MASS_FIELDS = ("type", "shape", "margin", "distribution", "calcifications", "density", "orientation")


def contradictions(case: Case) -> tuple[Refusal, ...]:
    """Everything in the record that contradicts something else in it; () for a sound record.

    Dates are not looked at here: see neoher.record.chronology.timeline.
    """
    return (
        *_repeated_ids(case),
        *_unresolved_lesions(case),
        *_unresolved_cancers(case),
        *_sides(case),
        *_foreign_findings(case),
        *_foreign_callipers(case),
    )


def _repeated_ids(case: Case) -> Iterator[Refusal]:
    for group in ("cancers", "lesions", "specimens", "exams"):
        seen: set[str] = set()
        for position, entry in enumerate(getattr(case, group)):
            if entry.id in seen:
                yield Refusal(
                    (group, position, "id"), f"the id {entry.id} is used twice in `{group}`.", "Rename one."
                )
            seen.add(entry.id)


def _lesion_references(case: Case) -> Iterator[tuple[Location, str]]:
    for position, specimen in enumerate(case.specimens):
        if specimen.lesion is not None:
            yield ("specimens", position, "lesion"), specimen.lesion
    for position, lesion in enumerate(case.lesions):
        if lesion.parent is not None:
            yield ("lesions", position, "parent"), lesion.parent
    for position, exam in enumerate(case.exams):
        for group in ("findings", "regions", "callipers"):
            for index, entry in enumerate(getattr(exam, group, ())):
                if entry.lesion is not None:
                    yield ("exams", position, group, index, "lesion"), entry.lesion


def _unresolved_lesions(case: Case) -> Iterator[Refusal]:
    known = {lesion.id: lesion for lesion in case.lesions}
    for location, name in _lesion_references(case):
        if name not in known:
            listed = f"The lesions are {', '.join(known)}." if known else "No lesion is listed."
            yield Refusal(
                location, f"there is no lesion {name}.", f"{listed} Add it under `lesions`, or correct it."
            )
    for position, lesion in enumerate(case.lesions):
        if lesion.parent == lesion.id:
            yield Refusal(
                ("lesions", position, "parent"),
                f"{lesion.id} cannot have split from itself.",
                "Name the other lesion.",
            )


def _cancer_references(case: Case) -> Iterator[tuple[Location, str | None]]:
    for position, lesion in enumerate(case.lesions):
        yield ("lesions", position, "cancer"), lesion.cancer
    for position, specimen in enumerate(case.specimens):
        if specimen.lesion is None or specimen.cancer is not None:
            yield ("specimens", position, "cancer"), specimen.cancer
    for group in ("restaging", "surgery"):
        for position, entry in enumerate(getattr(case, group)):
            yield (group, position, "cancer"), entry.cancer
    for position, exam in enumerate(case.exams):
        for index, extent in enumerate(exam.extent):
            yield ("exams", position, "extent", index, "cancer"), extent.cancer


def _unresolved_cancers(case: Case) -> Iterator[Refusal]:
    known = [cancer.id for cancer in case.cancers]
    for location, name in _cancer_references(case):
        if name is None and len(known) > 1:
            yield Refusal(
                location, f"which cancer? The patient has {len(known)}: {', '.join(known)}.", "Add `cancer`."
            )
        if name is not None and name not in known:
            listed = f"The cancers are {', '.join(known)}." if known else "No cancer is listed."
            yield Refusal(
                location, f"there is no cancer {name}.", f"{listed} Add it under `cancers`, or correct it."
            )
    for position, specimen in enumerate(case.specimens):
        lesion = next((lesion for lesion in case.lesions if lesion.id == specimen.lesion), None)
        if lesion and lesion.cancer and specimen.cancer and lesion.cancer != specimen.cancer:
            yield Refusal(
                ("specimens", position, "cancer"),
                f"specimen {specimen.id} is said to be of cancer {specimen.cancer}, "
                f"its lesion {lesion.id} of cancer {lesion.cancer}.",
                "Correct one of them.",
            )


def _sides(case: Case) -> Iterator[Refusal]:
    regional = {LesionKind.PRIMARY, LesionKind.SATELLITE, LesionKind.NODE}
    for position, lesion in enumerate(case.lesions):
        cancer = case.cancer_of(lesion)
        if cancer is None or lesion.side is None or cancer.side is None or lesion.kind not in regional:
            continue
        if lesion.side is not cancer.side:
            yield Refusal(
                ("lesions", position, "side"),
                f"lesion {lesion.id} lies on the {lesion.side}, its cancer {cancer.id} on the {cancer.side}.",
                "Correct one of them. Disease of the other side is a metastasis or a second cancer.",
            )
    for position, surgery in enumerate(case.surgery):
        cancer = case.cancer_of(surgery)
        if cancer and surgery.side and cancer.side and surgery.side is not cancer.side:
            yield Refusal(
                ("surgery", position, "side"),
                f"the operation was on the {surgery.side}, cancer {cancer.id} lies on the {cancer.side}.",
                "Correct the side or the cancer.",
            )


def _foreign_findings(case: Case) -> Iterator[Refusal]:
    kinds: dict[str, Lesion] = {lesion.id: lesion for lesion in case.lesions}
    for position, exam in enumerate(case.exams):
        for index, finding in enumerate(exam.findings):
            lesion = kinds.get(finding.lesion or "")
            if lesion is None or lesion.kind is None:
                continue
            is_node = lesion.kind in {LesionKind.NODE, LesionKind.METASTASIS}
            foreign = _MASS_FIELDS if lesion.kind is LesionKind.NODE else () if is_node else _NODE_FIELDS
            for name in foreign:
                if getattr(finding, name, None) is not None:
                    yield Refusal(
                        ("exams", position, "findings", index, name),
                        f"`{name}` does not describe a {lesion.kind}, which {lesion.id} is.",
                        "Correct the lesion or the descriptor.",
                    )


def _foreign_callipers(case: Case) -> Iterator[Refusal]:
    kinds = {lesion.id: lesion.kind for lesion in case.lesions}
    for position, exam in enumerate(case.exams):
        for index, calliper in enumerate(exam.callipers if isinstance(exam, PlaneExam) else ()):
            kind = kinds.get(calliper.lesion or "")
            of_node = kind in {LesionKind.NODE, LesionKind.METASTASIS}
            cortex_of_a_mass = calliper.span is Span.CORTEX and kind is not None and not of_node
            if cortex_of_a_mass or (calliper.span is Span.CALCIFICATIONS and kind is LesionKind.NODE):
                yield Refusal(
                    ("exams", position, "callipers", index, "span"),
                    f"'{calliper.span}' is not measured on a {kind}, which {calliper.lesion} is.",
                    "Correct the lesion or the span.",
                )
