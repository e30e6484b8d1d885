"""Exams: one imaging examination, its images and its reported findings, one class per modality."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Tag, model_validator

from neoher.record import lexicon
from neoher.record.calliper import MG_SPANS, US_SPANS, Calliper, Span
from neoher.record.extent import ExamExtent
from neoher.record.finding import Finding, MgFinding, MrFinding, PetFinding, SectionalFinding, UsFinding
from neoher.record.region import CasePath, Region
from neoher.record.values.dates import Day, Moment
from neoher.record.values.fact import Fact, OneOrMore
from neoher.record.values.refusal import Refusal, refuse_all
from neoher.record.values.text import FreeText, Identifier, Text, WholeNumbersToo
from neoher.record.values.units import Kilograms, Megabecquerels, Metres, Millimetres, PlainNumber, Tesla

__all__ = [
    "EXAM_CLASSES",
    "AnyExam",
    "CtExam",
    "Exam",
    "ExamOfUnstatedModality",
    "ExamPurpose",
    "MgExam",
    "Modality",
    "MrExam",
    "NmExam",
    "PlaneExam",
    "PtExam",
    "RadiographExam",
    "UsExam",
]


class Modality(StrEnum):
    """Kind of exam, by DICOM's names."""

    MR = "MR"
    MG = "MG"
    US = "US"
    PT = "PT"
    CT = "CT"
    NM = "NM"
    DX = "DX"

    @property
    def in_words(self) -> str:
        """The modality's name for a reader."""
        return _NAMES[self]


_NAMES = {
    Modality.MR: "MRI",
    Modality.MG: "mammography",
    Modality.US: "ultrasound",
    Modality.PT: "PET",
    Modality.CT: "CT",
    Modality.NM: "bone scan",
    Modality.DX: "radiograph",
}


class ExamPurpose(StrEnum):
    """Why the exam was done."""

    DIAGNOSIS = "diagnosis"
    STAGING = "staging"
    RESPONSE = "response"
    BEFORE_SURGERY = "before surgery"
    FOLLOW_UP = "follow-up"
    RESEARCH = "research"


Assessment = Annotated[Literal["0", "1", "2", "3", "4", "4A", "4B", "4C", "5", "6"], WholeNumbersToo()]


class Exam(Fact):
    """What every exam can state."""

    FINDING: ClassVar[type[Finding]] = Finding

    id: Identifier
    modality: Modality | None = None
    visit: Text | None = None
    """Time point, the same word for all exams of one visit: T0, T1 …"""
    date: Day | None = None
    """Day of the exam."""
    purpose: ExamPurpose | None = None
    images: CasePath | None = None
    """File, folder or archive below the case folder; left out for an exam known from its report alone."""
    quality: Text | None = None
    """What the reader says of the image quality."""
    lexicon_version: lexicon.LexiconVersion | None = None
    birads_category: Assessment | None = None
    """Assessment category as reported."""
    slice_mm: Millimetres | None = None
    """Slice thickness on which the findings were measured, in mm."""
    findings: tuple[Finding, ...] = ()
    extent: OneOrMore[ExamExtent] = ()
    """Local-regional extent as this exam shows it, one entry per cancer."""
    regions: tuple[Region, ...] = ()
    """Where to measure on the images, and what to leave out."""
    text: FreeText | None = None
    """The report's wording."""

    @property
    def name(self) -> str:
        """For a reader: modality, visit, or the id where neither was stated."""
        words = [self.modality.in_words if self.modality else "", self.visit or ""]
        return " ".join(word for word in words if word) or self.id


class MrExam(Exam):
    """Magnetic resonance imaging."""

    FINDING = MrFinding

    modality: Literal[Modality.MR] = Modality.MR
    contrast_injected_at: Moment | None = None
    """Start of the contrast injection on the scanner's clock."""
    field_strength_t: Tesla | None = None
    """Field strength in tesla."""
    background_enhancement: lexicon.BackgroundEnhancement | None = None
    fibroglandular_tissue: lexicon.Composition | None = None
    findings: tuple[MrFinding, ...] = ()


class PlaneExam(Exam):
    """An exam of plane images, on which lengths are taken between two points."""

    SPANS: ClassVar[frozenset[Span]] = frozenset(Span)
    """What can lie between callipers on this modality."""

    callipers: tuple[Calliper, ...] = ()
    """Pairs of points on the exam's images; what lies between them is measured."""

    @model_validator(mode="after")
    def _callipers_fit_the_exam(self) -> PlaneExam:
        if self.callipers and self.images is None:
            raise refuse_all(
                [
                    Refusal(
                        ("callipers",),
                        "callipers are points on images, and the exam names none.",
                        "State `images`; a length from a report goes to the finding.",
                    )
                ]
            )
        name = self.modality.in_words if self.modality else "this exam"
        foreign = [
            Refusal(
                ("callipers", position, "span"),
                f"'{one.span}' is not measured on {name}.",
                f"Allowed are {', '.join(sorted(self.SPANS))}.",
            )
            for position, one in enumerate(self.callipers)
            if one.span not in self.SPANS
        ]
        if foreign:
            raise refuse_all(foreign)
        return self


MgTechnique = Literal["digital", "tomosynthesis", "contrast-enhanced"]


class MgExam(PlaneExam):
    """Mammography; `technique` says where it was tomosynthesis or contrast-enhanced."""

    FINDING = MgFinding
    SPANS = MG_SPANS

    modality: Literal[Modality.MG] = Modality.MG
    technique: OneOrMore[MgTechnique] = ()
    contrast_injected_at: Moment | None = None
    """For contrast-enhanced mammography."""
    composition: lexicon.Composition | None = None
    findings: tuple[MgFinding, ...] = ()


class UsExam(PlaneExam):
    """Ultrasound of breast or axilla."""

    FINDING = UsFinding
    SPANS = US_SPANS

    modality: Literal[Modality.US] = Modality.US
    findings: tuple[UsFinding, ...] = ()

    @model_validator(mode="after")
    def _terms_are_of_the_stated_lexicon(self) -> UsExam:
        newer = {None, lexicon.LexiconVersion.BIRADS_2025}
        for position, finding in enumerate(self.findings):
            edition = finding.lexicon_version or self.lexicon_version
            if finding.type is lexicon.UsFindingType.NON_MASS_LESION and edition not in newer:
                what = f"'{finding.type}' on ultrasound is no term of {edition}."
                remedy = "Correct `lexicon_version`, or put the wording into `text`."
                raise refuse_all([Refusal(("findings", position, "type"), what, remedy)])
        return self


class _TracerExam(Exam):
    tracer: Text | None = None
    """Such as 89Zr-pertuzumab or 18F-FDG. Values of different tracers are never compared."""
    injected_at: Moment | None = None
    """Date and time of the injection; without its date a slow tracer gives no SUV."""
    injected_mbq: Megabecquerels | None = None
    """Activity in the syringe before the injection, in MBq, at `injected_at`."""
    residual_mbq: Megabecquerels | None = None
    """Activity left in the syringe, in MBq, at `residual_at`."""
    residual_at: Moment | None = None
    """When the residual was measured."""
    weight_kg: Kilograms | None = None
    """Body weight on the day, in kg."""
    height_m: Metres | None = None
    """Body height in m."""


class PtExam(_TracerExam):
    """Positron emission tomography, with CT or MRI or alone."""

    FINDING = PetFinding

    modality: Literal[Modality.PT] = Modality.PT
    tracer_mass_mg: PlainNumber | None = None
    """Mass of antibody or peptide injected, in mg."""
    glucose_mg_dl: PlainNumber | None = None
    """Blood glucose in mg/dL, for FDG."""
    scanner: Text | None = None
    findings: tuple[PetFinding, ...] = ()


class NmExam(_TracerExam):
    """Scintigraphy, such as a bone scan."""

    FINDING = SectionalFinding

    modality: Literal[Modality.NM] = Modality.NM
    findings: tuple[SectionalFinding, ...] = ()


class CtExam(Exam):
    """Computed tomography."""

    FINDING = SectionalFinding

    modality: Literal[Modality.CT] = Modality.CT
    findings: tuple[SectionalFinding, ...] = ()


class RadiographExam(Exam):
    """A plain radiograph, such as of the chest."""

    FINDING = SectionalFinding

    modality: Literal[Modality.DX] = Modality.DX
    findings: tuple[SectionalFinding, ...] = ()


class ExamOfUnstatedModality(_TracerExam):
    """An exam whose modality was left out: what only some modalities have is kept, and used for nothing."""

    modality: None = None
    contrast_injected_at: Moment | None = None
    field_strength_t: Tesla | None = None
    background_enhancement: lexicon.BackgroundEnhancement | None = None
    fibroglandular_tissue: lexicon.Composition | None = None
    technique: OneOrMore[MgTechnique] = ()
    composition: lexicon.Composition | None = None
    tracer_mass_mg: PlainNumber | None = None
    glucose_mg_dl: PlainNumber | None = None
    scanner: Text | None = None
    callipers: tuple[Calliper, ...] = ()
    findings: tuple[MrFinding | MgFinding | UsFinding | PetFinding, ...] = ()


EXAM_CLASSES: dict[str, type[Exam]] = {
    "MR": MrExam,
    "MG": MgExam,
    "US": UsExam,
    "PT": PtExam,
    "CT": CtExam,
    "NM": NmExam,
    "DX": RadiographExam,
}


def _tag(stated: Any) -> str:
    modality = stated.get("modality") if isinstance(stated, dict) else getattr(stated, "modality", None)
    return "unstated" if modality is None else str(modality)


AnyExam = Annotated[
    Annotated[MrExam, Tag("MR")]
    | Annotated[MgExam, Tag("MG")]
    | Annotated[UsExam, Tag("US")]
    | Annotated[PtExam, Tag("PT")]
    | Annotated[CtExam, Tag("CT")]
    | Annotated[NmExam, Tag("NM")]
    | Annotated[RadiographExam, Tag("DX")]
    | Annotated[ExamOfUnstatedModality, Tag("unstated")],
    Discriminator(_tag),
]
"""An exam of the class of its modality."""
