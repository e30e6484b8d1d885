"""What the tissue of one cancer says: HER2 and receptors before therapy, the specimen after it."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.errors import InputError
from neoher.pathology.complete_response import CALCULATOR as COMPLETE_RESPONSE
from neoher.pathology.her2.facts import Her2Assessment
from neoher.pathology.receptors import ReceptorFacts, receptors
from neoher.pathology.recorded import residual_burden_facts
from neoher.pathology.recorded_conclusions import her2_conclusion, residual_burden_conclusion
from neoher.record.case import Case
from neoher.record.column_kind import Kind
from neoher.record.lesion import Cancer, LesionKind
from neoher.record.specimen import Her2Result, Specimen
from neoher.record.surgery import Surgery, SurgicalSpecimen
from neoher.response.case_columns.declared import Cell, Declared, agreed

__all__ = ["COLUMNS", "before_surgery", "surgery_of", "tissue_cells"]

_THREE = ("positive", "low", "0")
_SIGNS = ("negative", "positive")
_BEFORE = "of the specimens of the breast before surgery; not known where they differ"

COLUMNS = {
    "her2_class": Declared(
        Kind.CATEGORY,
        f"HER2 before therapy in three classes (ultralow counts as 0), {_BEFORE}",
        levels=_THREE,
    ),
    "her2_status": Declared(
        Kind.CATEGORY,
        f"HER2 status by ASCO/CAP 2018/2023, {_BEFORE}",
        levels=("positive", "negative", "equivocal", "indeterminate"),
    ),
    "her2_spectrum": Declared(Kind.CATEGORY, f"HER2 spectrum label, {_BEFORE}"),
    "hr": Declared(
        Kind.CATEGORY,
        f"positive where ER or PR stains at least 1 % of nuclei, negative where both are below; {_BEFORE}",
        levels=_SIGNS,
    ),
    "er_percent": Declared(Kind.NUMBER, "oestrogen receptor of the first specimen that states it", "%"),
    "pr_percent": Declared(Kind.NUMBER, "progesterone receptor of the first specimen that states it", "%"),
    "ki67_percent": Declared(Kind.NUMBER, "Ki-67 of the first specimen that states it", "%"),
    "grade": Declared(
        Kind.CATEGORY, "histological grade as stated of the cancer, else of its first specimen"
    ),
    "pcr": Declared(Kind.YES_NO, "pathological complete response ypT0/is ypN0 (FDA, ASCO, NRG)"),
    "pcr_ypt0_ypn0": Declared(Kind.YES_NO, "pathological complete response ypT0 ypN0 (GBG)"),
    "bpcr": Declared(Kind.YES_NO, "complete response of the breast alone, ypT0/is: not comparable with pcr"),
    "rcb_score": Declared(Kind.NUMBER, "residual cancer burden, score"),
    "rcb_class": Declared(Kind.CATEGORY, "residual cancer burden, class", levels=("0", "I", "II", "III")),
    "her2_class_after": Declared(
        Kind.CATEGORY, "HER2 of the surgical specimen after therapy, three classes", levels=_THREE
    ),
    "invasive_mm": Declared(Kind.NUMBER, "largest invasive focus of the surgical specimen", "mm"),
    "invasive_and_in_situ_mm": Declared(
        Kind.NUMBER, "extent of invasive and in situ cancer of the surgical specimen", "mm"
    ),
}


def tissue_cells(case: Case, cancer: Cancer | None) -> dict[str, Cell]:
    """The cells of one cancer's tissue; what is not stated, or differs between specimens, is None."""
    cells: dict[str, Cell] = {}
    before = sorted(before_surgery(case, cancer), key=lambda specimen: str(specimen.date or "9999"))
    values = [value for specimen in before if (value := _her2(specimen.her2)) is not None]
    cells["her2_class"] = agreed([_text(value.three_class) for value in values])
    cells["her2_status"] = agreed([_text(value.status) for value in values])
    cells["her2_spectrum"] = agreed([_text(value.spectrum) for value in values])
    cells["hr"] = agreed([_hormone_receptors(specimen) for specimen in before])
    for name in ("er_percent", "pr_percent", "ki67_percent"):
        cells[name] = next((value for each in before if (value := getattr(each, name)) is not None), None)
    grades = [cancer.grade if cancer else None, *(specimen.grade for specimen in before)]
    cells["grade"] = _text(next((grade for grade in grades if grade is not None), None))
    surgery = surgery_of(case, cancer)
    if surgery is not None and surgery.specimen is not None:
        cells |= _after(surgery.specimen)
    return cells


def surgery_of(case: Case, cancer: Cancer | None) -> Surgery | None:
    """The operation of a cancer that has a specimen, the last of several; None where there is none."""
    own = [surgery for surgery in case.surgery if cancer is None or case.cancer_of(surgery) == cancer]
    with_specimen = [surgery for surgery in own if surgery.specimen is not None] or own
    return max(with_specimen, key=lambda surgery: str(surgery.date or ""), default=None)


def before_surgery(case: Case, cancer: Cancer | None) -> Iterator[Specimen]:
    """The specimens of the breast that speak for the cancer before its operation; a benign one does not."""
    operated = [surgery.date for surgery in case.surgery if surgery.date is not None]
    for specimen in case.specimens:
        lesion = case.lesion(specimen.lesion) if specimen.lesion else None
        in_breast = lesion is None or lesion.kind in (None, LesionKind.PRIMARY, LesionKind.SATELLITE)
        early = specimen.date is None or not operated or specimen.date < min(operated)
        if in_breast and early and specimen.malignant != "no" and case.cancer_of(specimen) == cancer:
            yield specimen


def _her2(stated: Her2Result | None) -> Her2Assessment | None:
    value = her2_conclusion(stated, "").value
    return value if isinstance(value, Her2Assessment) else None


def _hormone_receptors(specimen: Specimen) -> str | None:
    facts = ReceptorFacts(er_percent=specimen.er_percent, pr_percent=specimen.pr_percent)
    value = receptors(facts).value
    return _text(value.hormone_receptor) if value else None


def _after(specimen: SurgicalSpecimen) -> dict[str, Cell]:
    cells: dict[str, Cell] = {
        "invasive_mm": specimen.invasive_mm,
        "invasive_and_in_situ_mm": specimen.invasive_and_in_situ_mm,
    }
    burden = residual_burden_conclusion(specimen, "").value
    if burden is not None:
        cells["rcb_score"] = float(burden.score)
        cells["rcb_class"] = str(burden.burden_class)
    her2 = _her2(specimen.her2)
    cells["her2_class_after"] = _text(her2.three_class) if her2 else None
    try:
        facts = residual_burden_facts(specimen)
        stated = {"ypt": specimen.ypT, "ypn": specimen.ypN, "lymphovascular_only": facts.lymphovascular_only}
        response = COMPLETE_RESPONSE.compute(COMPLETE_RESPONSE.read(stated)).value
    except InputError:
        # Facts that exclude each other say nothing; the report of the case names them.
        response = None
    if response is not None:
        cells["pcr"] = response.breast_and_nodes
        cells["pcr_ypt0_ypn0"] = response.breast_and_nodes_without_in_situ
        cells["bpcr"] = response.breast
    return cells


def _text(value: object) -> str | None:
    return None if value is None else str(value)
