"""Record facts as labels and values: patient, cancer, exam technique and safety, as stated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.exam import Exam, MgExam, MrExam, NmExam, PtExam
from neoher.record.extent import Extent
from neoher.record.lesion import Cancer
from neoher.record.safety import AdverseEvent, Contraindication, HeartMeasurement
from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN, long_date, short_date, with_unit

__all__ = ["cancer_facts", "exam_facts", "patient_facts", "safety_facts", "stage_in_words"]


def patient_facts(case: Case) -> tuple[Fact, ...]:
    """Who the record is about and where it comes from; what is not stated is said to be not known."""
    patient = case.patient
    facts = [
        _fact("sex", patient.sex),
        _fact("born", patient.birth_year),
        _fact("menopause", patient.menopause),
        _fact("region", patient.region),
    ]
    if case.provenance:
        entered = [case.provenance.entered_by or ""]
        entered += [long_date(case.provenance.entered_on)] if case.provenance.entered_on else []
        facts.append(_fact("record entered by", ", ".join(part for part in entered if part)))
        if case.provenance.documents:
            facts.append(Fact("taken from", "; ".join(case.provenance.documents)))
    return tuple(facts)


def cancer_facts(cancer: Cancer) -> tuple[Fact, ...]:
    """One cancer as stated at diagnosis."""
    facts = [
        _fact("cancer", cancer.histology),
        _fact("side", cancer.side),
        _fact("grade", cancer.grade),
        _fact("diagnosed", short_date(cancer.diagnosed) if cancer.diagnosed else None),
        _fact("clinical stage", stage_in_words(cancer)),
    ]
    facts.append(_fact("extent", _extent(cancer.extent) if cancer.extent else None))
    return tuple(facts)


def stage_in_words(cancer: Cancer) -> str:
    """'cT2 cN1 cM0'; the categories that are stated."""
    if cancer.stage is None:
        return ""
    stated = (("cT", cancer.stage.T), ("cN", cancer.stage.N), ("cM", cancer.stage.M))
    return " ".join(f"{name}{value}" for name, value in stated if value is not None)


def exam_facts(exam: Exam) -> tuple[Fact, ...]:
    """How an exam was made and what its report says of the whole breast; only what is stated."""
    stated: list[tuple[str, object]] = []
    if isinstance(exam, MrExam):
        stated += [
            ("field strength", f"{exam.field_strength_t:g} T" if exam.field_strength_t else None),
            ("contrast injected", _moment(exam.contrast_injected_at)),
            ("background enhancement", exam.background_enhancement),
            ("fibroglandular tissue", exam.fibroglandular_tissue),
        ]
    if isinstance(exam, MgExam):
        stated += [
            ("technique", ", ".join(exam.technique)),
            ("contrast injected", _moment(exam.contrast_injected_at)),
            ("breast density (composition)", exam.composition),
        ]
    if isinstance(exam, PtExam | NmExam):
        activity = f"{exam.injected_mbq:g} MBq" if exam.injected_mbq is not None else ""
        at = _moment(exam.injected_at) or ""
        stated += [
            ("tracer", exam.tracer or f"tracer {NOT_KNOWN}"),
            ("injected", ", ".join(part for part in (activity, at) if part)),
            ("body weight", f"{exam.weight_kg:g} kg" if exam.weight_kg else None),
        ]
    stated += [
        ("BI-RADS category", exam.birads_category),
        ("image quality", exam.quality),
        *((f"extent{_of(extent.cancer)}", _extent(extent)) for extent in exam.extent),
        ("lexicon", exam.lexicon_version),
    ]
    return tuple(Fact(label, str(value)) for label, value in stated if value not in (None, ""))


def safety_facts(case: Case) -> tuple[Fact, ...]:
    """Heart, tests before therapy, adverse events, contraindications. Left out is not known, never none."""
    tests = case.baseline_tests
    hearts = sorted(case.heart, key=lambda heart: heart.date or dt.date.max)
    return (
        _fact("LVEF", "; ".join(_heart(heart) for heart in hearts)),
        _fact("hepatitis B", tests.hepatitis_b if tests else None),
        _fact("pregnancy test", tests.pregnancy if tests else None),
        _fact("adverse events", _stated_list(case.adverse_events)),
        _fact("contraindications", _stated_list(case.contraindications)),
    )


def _extent(extent: Extent) -> str:
    stated = (
        ("", extent.focality),
        ("", f"{with_unit(extent.whole_extent_mm, 'mm')} in all" if extent.whole_extent_mm else None),
        ("skin: ", extent.skin),
        ("nipple: ", extent.nipple),
        ("pectoral muscle: ", extent.pectoral_muscle),
        ("chest wall: ", extent.chest_wall),
        ("", f"“{extent.text}”" if extent.text else None),
    )
    return ", ".join(f"{name}{value}" for name, value in stated if value is not None)


def _heart(heart: HeartMeasurement) -> str:
    value = f"{heart.lvef_percent:g} %" if heart.lvef_percent is not None else NOT_KNOWN
    method = f" {heart.method}" if heart.method else ""
    limit = f" (lower limit {heart.lower_limit:g} %)" if heart.lower_limit is not None else ""
    return f"{value}{method}{limit}, {short_date(heart.date)}"


def _stated_list(stated: str | tuple[AdverseEvent, ...] | tuple[Contraindication, ...] | None) -> str | None:
    if stated is None:
        return None
    if isinstance(stated, str):
        return "none, as stated"
    return "; ".join(_entry(entry) for entry in stated)


def _entry(entry: AdverseEvent | Contraindication) -> str:
    name = entry.kind or "kind not stated"
    if isinstance(entry, Contraindication):
        return f"{name} against {entry.against}" if entry.against else name
    return ", ".join(_adverse_event(entry, name))


def _adverse_event(event: AdverseEvent, name: str) -> Iterator[str]:
    yield name
    yield f"grade {event.grade}" if event.grade is not None else f"grade {NOT_KNOWN}"
    if event.drug:
        yield f"by {event.drug}"
    if event.date:
        yield short_date(event.date)
    if event.resolved:
        yield f"resolved {short_date(event.resolved)}"


def _moment(moment: dt.datetime | None) -> str | None:
    return f"{moment:%H:%M:%S}, {short_date(moment.date())}" if moment else None


def _of(cancer: str | None) -> str:
    return f" of {cancer}" if cancer else ""


def _fact(label: str, value: object) -> Fact:
    return Fact(label, NOT_KNOWN, known=False) if value in (None, "") else Fact(label, str(value))
