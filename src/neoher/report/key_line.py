"""The status of a patient in one sentence: cancer, therapy so far, size on MRI, what surgery found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.record.case import Case
from neoher.record.lesion import Cancer
from neoher.record.treatment import Setting
from neoher.report.assessing import TissueAssessments
from neoher.report.content import Assessment, Cell, LesionTable, Origin
from neoher.report.numbers import with_unit
from neoher.report.record_facts import stage_in_words
from neoher.report.words import capitalised, cycles_in_words

__all__ = ["key_line"]

_HER2 = {
    "positive": "HER2-positive",
    "negative": "HER2-negative",
    "equivocal": "HER2-equivocal",
    "indeterminate": "HER2-indeterminate",
}


def key_line(case: Case, lesions: Sequence[LesionTable], tissue: TissueAssessments) -> str:
    """One sentence, or one per cancer where there are several. What is not known is named as such."""
    cancers: Sequence[Cancer | None] = case.cancers or (None,)
    sentences = []
    for cancer in cancers:
        mine = [table for table in lesions if _belongs(case, table, cancer)]
        parts = [
            _disease(cancer, tissue.her2),
            *(_therapy(case) if cancer is cancers[-1] else ()),
            *_sizes(mine),
            *_surgery(cancer, tissue.residual_burden),
        ]
        sentences.append(capitalised("; ".join(parts)) + ".")
    return " ".join(sentences)


def _belongs(case: Case, table: LesionTable, cancer: Cancer | None) -> bool:
    lesion = case.lesion(table.lesion)
    if cancer is None or lesion is None:
        return len(case.cancers) < 2
    of = case.cancer_of(lesion)
    return of is not None and of.id == cancer.id


def _disease(cancer: Cancer | None, her2: Sequence[Assessment]) -> str:
    status = _her2_status([one for one in her2 if cancer is None or one.cancer == cancer.id])
    if cancer is None:
        return f"{status}, the cancer is not described in the record"
    histology = cancer.histology or "breast cancer of unstated histology"
    side = f" of the {cancer.side} breast" if cancer.side else ", side not known"
    stage = stage_in_words(cancer)
    named = f"{status} {histology}" if status in _HER2.values() else f"{histology} ({status})"
    return f"{named}{side}, {stage or 'clinical stage not known'}"


def _her2_status(assessments: Sequence[Assessment]) -> str:
    """The status that every specimen with one shares."""
    known = {str(one.conclusion.value.status) for one in assessments if one.conclusion.value is not None}
    if not known:
        return "HER2 status not known"
    if len(known) > 1:
        return f"HER2 differs between specimens: {', '.join(sorted(known))}"
    return _HER2[known.pop()]


def _therapy(case: Case) -> Iterator[str]:
    before = [one for one in case.treatment if one.setting is not Setting.ADJUVANT]
    for treatment in before:
        name = treatment.regimen or ", ".join(treatment.drugs) or "treatment of unstated name"
        yield f"{name}, {cycles_in_words(treatment)}"
    if not before:
        yield "no therapy is recorded"


def _sizes(tables: Sequence[LesionTable]) -> Iterator[str]:
    found = False
    for table in tables:
        for entry in table.summary:
            row = entry.row
            if row.origin is not Origin.MEASURED or row.quantity != "functional_tumour_volume":
                continue
            found = True
            name = f"functional tumour volume{f' of {table.lesion}' if table.lesion else ''}"
            then = f", then {_value(entry.latest, row.unit)}" if entry.latest else ""
            yield f"{name} {_value(entry.first, row.unit)}{then}"
    if not found:
        yield "functional tumour volume not measured"


def _value(cell: Cell, unit: str) -> str:
    stale = ", stale" if cell.stale else ""
    nothing = ": no voxel reaches the thresholds" if cell.value == 0 else ""
    said = cell.absent if cell.value is None else with_unit(cell.value, unit)
    return f"{said} ({cell.visit}{nothing}{stale})"


def _surgery(cancer: Cancer | None, burden: Sequence[Assessment]) -> Iterator[str]:
    for one in burden:
        if cancer is not None and one.cancer != cancer.id:
            continue
        value = one.conclusion.value
        yield f"residual cancer burden {f'RCB-{value.burden_class}' if value else 'cannot be said'}"
