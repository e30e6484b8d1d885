"""Where in a record the facts of a column stand, for naming what is not known."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.chronology.problem import entry_path
from neoher.record.lesion import Cancer
from neoher.response.case_columns.follow_up import neoadjuvant
from neoher.response.case_columns.imaging import exam_places
from neoher.response.case_columns.tissue import before_surgery, surgery_of

__all__ = ["places"]

_HER2, _RECEPTORS = ("specimens.her2",), ("specimens.er_percent", "specimens.pr_percent")
_PCR = ("surgery.specimen.ypT", "surgery.specimen.ypN")
_BURDEN = tuple(
    f"surgery.specimen.{name}"
    for name in ("bed_mm", "cellularity_percent", "cis_percent", "nodes_positive", "largest_met_mm")
)
_END = ("outcome.last_seen", "outcome.status")
_FACTS: dict[str, tuple[str, ...]] = {
    "cancer": ("cancers",),
    "age_years": ("patient.birth_year", "treatment.start"),
    "menopause": ("patient.menopause",),
    "regimen": ("treatment.regimen",),
    "neoadjuvant_start": ("treatment.start",),
    "surgery_date": ("surgery.date",),
    **dict.fromkeys(("os_days", "os_event"), ("treatment.start", *_END)),
    **dict.fromkeys(("efs_days", "efs_event"), ("treatment.start", *_END, "outcome.events")),
    **dict.fromkeys(("idfs_days", "idfs_event"), ("surgery.date", *_END, "outcome.events")),
    **dict.fromkeys(("her2_class", "her2_status", "her2_spectrum"), _HER2),
    "hr": _RECEPTORS,
    "er_percent": ("specimens.er_percent",),
    "pr_percent": ("specimens.pr_percent",),
    "ki67_percent": ("specimens.ki67_percent",),
    "grade": ("cancers.grade", "specimens.grade"),
    **dict.fromkeys(("pcr", "pcr_ypt0_ypn0", "bpcr"), _PCR),
    **dict.fromkeys(("rcb_score", "rcb_class"), _BURDEN),
    "her2_class_after": ("surgery.specimen.her2",),
    "invasive_mm": ("surgery.specimen.invasive_mm",),
    "invasive_and_in_situ_mm": ("surgery.specimen.invasive_and_in_situ_mm",),
}


def places(name: str, case: Case, cancer: Cancer | None) -> tuple[str, ...]:
    """Paths of the facts that a column lacks in this case, such as `specimens[B1].her2`.

    Where all of its facts are stated and still give no value (specimens that differ), all of them. A group of
    which there is no entry is named itself. A column that no case has gives nothing.
    """
    if name not in _FACTS:
        return exam_places(name, case)
    found = [place for fact in _FACTS[name] for place in _stated(fact, case, cancer)]
    absent = tuple(path for path, stated in found if not stated)
    return tuple(dict.fromkeys(absent or tuple(path for path, _ in found)))


def _stated(fact: str, case: Case, cancer: Cancer | None) -> Iterator[tuple[str, bool]]:
    """The places of one fact and whether it is stated there."""
    group, _, field = fact.partition(".")
    entries = list(_entries(group, case, cancer))
    if not entries or not field:
        yield (f"{group}.{field}" if group == "outcome" else group), bool(entries)
        return
    for path, entry in entries:
        value: object = entry
        for name in field.split("."):
            value = getattr(value, name, None)
        yield f"{path}.{field}", value is not None


def _entries(group: str, case: Case, cancer: Cancer | None) -> Iterator[tuple[str, object]]:
    """The entries that speak for this cancer, each with its path."""
    if group == "patient":
        yield "patient", case.patient
    elif group == "outcome" and case.outcome is not None:
        yield "outcome", case.outcome
    elif group == "cancers" and cancer is not None:
        yield f"cancers[{cancer.id}]", cancer
    elif group == "specimens":
        yield from ((f"specimens[{each.id}]", each) for each in before_surgery(case, cancer))
    elif group == "surgery" and (surgery := surgery_of(case, cancer)) is not None:
        position = next(at for at, each in enumerate(case.surgery) if each is surgery)
        yield entry_path(case, "surgery", position, "").rstrip("."), surgery
    elif group == "treatment":
        mine = list(neoadjuvant(case, cancer))
        yield from (
            (f"treatment[{position}]", each)
            for position, each in enumerate(case.treatment)
            if any(each is other for other in mine)
        )
