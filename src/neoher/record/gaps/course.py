"""What is missing about the patient, safety, therapy, surgery and outcome, as far as the course has come."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.chronology.problem import entry_path
from neoher.record.gaps.missing_fact import MissingFact, essential, useful
from neoher.record.patient import Menopause, Sex
from neoher.record.surgery import LifeStatus, SurgicalSpecimen
from neoher.record.treatment import Setting

__all__ = ["missing_course"]

_RCB = "(residual cancer burden, PMID 17785706)"


def missing_course(case: Case) -> Iterator[MissingFact]:
    """Facts about patient, safety, therapy and what followed; nothing that has not come to pass yet."""
    yield from _patient(case)
    yield from _heart(case)
    if not case.surgery:
        yield from _before_drugs(case)
    yield from _therapy(case)
    yield from _restaging(case)
    for position in range(len(case.surgery)):
        yield from _surgery(case, position)
    yield from _outcome(case)


def _patient(case: Case) -> Iterator[MissingFact]:
    if case.patient.sex is None:
        why = "Lean body mass and the pregnancy test depend on it."
        yield useful("patient.sex", "sex", why)
    if case.patient.birth_year is None:
        yield useful(
            "patient.birth_year",
            "year of birth",
            "It checks every date.",
        )
    if case.patient.region is None:
        why = "Limits differ: LVEF 62 to 51 % holds trastuzumab by the US label and not by the EU text."
        yield useful("patient.region", "whose labels apply (US, EU, UK)", why)
    if case.patient.menopause is None and case.patient.sex is not Sex.MALE:
        why = "Endocrine therapy and the pregnancy test depend on it."
        yield useful("patient.menopause", "menopausal status", why)


def _heart(case: Case) -> Iterator[MissingFact]:
    starts = [treatment.start for treatment in case.treatment if treatment.start]
    start = min(starts, default=None)
    measured = [heart for heart in case.heart if heart.lvef_percent is not None]
    before = [heart for heart in measured if start is None or heart.date is None or heart.date <= start]
    if not before:
        why = "No HER2 drug is started without it (labels; boxed warning of trastuzumab)."
        yield essential("heart", "LVEF before therapy", why)
    for position, heart in enumerate(case.heart):
        if heart.date is None:
            why = "A fall is counted against the baseline by date."
            yield essential(f"heart[{position}].date", "date of the LVEF", why)
    if measured and all(heart.lower_limit is None for heart in measured):
        why = "The US label of trastuzumab compares LVEF with the laboratory's lower limit of normal."
        yield useful("heart[0].lower_limit", "lower limit of normal of LVEF", why)


def _before_drugs(case: Case) -> Iterator[MissingFact]:
    tests = case.baseline_tests
    if tests is None or tests.hepatitis_b is None:
        why = "Screened before chemotherapy: it can flare (ASCO 2020, doi 10.1200/JCO.20.01757, unverified)."
        yield essential("baseline_tests.hepatitis_b", "hepatitis B test", why)
    may_be_pregnant = (
        case.patient.sex is not Sex.MALE and case.patient.menopause is not Menopause.POSTMENOPAUSAL
    )
    if may_be_pregnant and (tests is None or tests.pregnancy is None):
        why = "All HER2 drugs harm the unborn child; a test comes before the first dose (labels)."
        yield essential("baseline_tests.pregnancy", "pregnancy test", why)
    if case.contraindications is None:
        why = "Left out is not known, and is never read as none."
        yield essential("contraindications", "contraindications, or `none`", why)
    if case.treatment and case.adverse_events is None:
        why = "ILD of grade 2 or more stops T-DXd for good (label); left out is never read as none."
        yield essential("adverse_events", "adverse events, or `none`", why)


def _therapy(case: Case) -> Iterator[MissingFact]:
    if not case.treatment and (case.surgery or case.restaging):
        why = "Response, and what follows surgery, depend on what was given before it."
        yield essential("treatment", "therapy before surgery", why)
    for position, treatment in enumerate(case.treatment):
        path = f"treatment[{position}]"
        name = treatment.regimen or "the regimen"
        if treatment.regimen is None and not treatment.drugs:
            why = "Cycles, schedule and safety checks belong to a regimen."
            yield essential(f"{path}.regimen", "which regimen, or its drugs", why)
        if treatment.start is None:
            why = "It separates baseline from response."
            yield essential(f"{path}.start", f"first day of {name}", why)
        if treatment.cycles is None:
            yield useful(
                f"{path}.cycles", f"cycles of {name} given so far", "They complete one year of HER2 therapy."
            )
        if treatment.cycles_planned is None and not case.surgery:
            why = "It says when restaging and surgery are due."
            yield useful(f"{path}.cycles_planned", f"cycles of {name} planned", why)


def _neoadjuvant_ended(case: Case) -> bool:
    before = [treatment for treatment in case.treatment if treatment.setting is not Setting.ADJUVANT]
    return bool(before) and all(
        treatment.end is not None
        or (
            treatment.cycles is not None
            and treatment.cycles_planned is not None
            and treatment.cycles >= treatment.cycles_planned
        )
        for treatment in before
    )


def _restaging(case: Case) -> Iterator[MissingFact]:
    if case.restaging or not (case.surgery or _neoadjuvant_ended(case)):
        return
    why = "Surgery of the axilla is chosen by the nodes after therapy (Z1071 and others, PMC4481081)."
    fact = useful if case.surgery else essential
    yield fact("restaging", "clinical T and N after therapy", why)


def _surgery(case: Case, position: int) -> Iterator[MissingFact]:
    surgery = case.surgery[position]
    if surgery.date is None:
        why = "Follow-up is counted from it, and imaging before it is held against the specimen."
        yield essential(entry_path(case, "surgery", position, "date"), "date of surgery", why)
    path = entry_path(case, "surgery", position, "specimen")
    if surgery.specimen is None:
        yield essential(path, "the specimen's pathology", f"It decides what follows surgery {_RCB}.")
        return
    yield from _specimen(surgery.specimen, path)


def _specimen(specimen: SurgicalSpecimen, path: str) -> Iterator[MissingFact]:
    pcr = "pCR and the therapy after surgery are read from it (Cortazar, PMID 24529560, unverified)."
    if specimen.ypT is None:
        yield essential(f"{path}.ypT", "ypT", pcr)
    if specimen.ypN is None:
        yield essential(f"{path}.ypN", "ypN", pcr)
    breast_clear = specimen.ypT in {"0", "is"}
    burden = {
        "bed_mm": ("two largest diameters of the tumour bed", specimen.bed_mm),
        "cellularity_percent": ("cellularity of the bed", specimen.cellularity_percent),
        "cis_percent": ("share of in situ cancer", specimen.cis_percent),
    }
    for name, (what, value) in burden.items():
        if value is None and not breast_clear:
            yield essential(f"{path}.{name}", what, f"Without it the burden cannot be computed {_RCB}.")
    if specimen.nodes_positive is None:
        why = f"Without it the burden cannot be computed {_RCB}."
        yield essential(f"{path}.nodes_positive", "number of positive nodes", why)
    if specimen.largest_met_mm is None and specimen.nodes_positive != 0:
        why = f"Without it the burden cannot be computed {_RCB}."
        yield essential(f"{path}.largest_met_mm", "largest nodal metastasis", why)
    if specimen.invasive_mm is None and not breast_clear:
        why = "Imaging is held against the invasive cancer and against invasive with in situ, separately."
        yield useful(f"{path}.invasive_mm", "largest focus of invasive cancer", why)
    if specimen.her2 is None and not breast_clear:
        why = (
            "HER2 is lost in some residual cancers: 70 of 845 in KATHERINE (doi 10.1038/s41523-022-00477-z)."
        )
        yield useful(f"{path}.her2", "HER2 of the residual cancer", why)
    if specimen.margins is None:
        yield useful(f"{path}.margins", "resection margins", "They decide on further surgery.")


def _outcome(case: Case) -> Iterator[MissingFact]:
    outcome = case.outcome
    if not case.surgery:
        return
    if outcome is None or outcome.last_seen is None:
        yield useful("outcome.last_seen", "day last seen", "Follow-up ends there in every survival curve.")
    if outcome is not None and outcome.status is LifeStatus.DEAD and outcome.died is None:
        yield essential("outcome.died", "date of death", "Survival is counted to it.")
