"""Findings: what an exam's report says of one lesion or one place, by the vocabulary of its modality."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import model_validator

from neoher.record import lexicon
from neoher.record.values.fact import Fact
from neoher.record.values.refusal import Refusal, refuse, refuse_all
from neoher.record.values.text import FreeText, Identifier, Text
from neoher.record.values.units import CubicCentimetres, Millimetres, PlainNumber

__all__ = [
    "Calcifications",
    "Finding",
    "FindingState",
    "Metastases",
    "MgFinding",
    "MrFinding",
    "PetFinding",
    "SectionalFinding",
    "UsFinding",
]


class FindingState(StrEnum):
    """Whether a lesion could be measured. A lesion that is gone is `absent`, not 0 mm."""

    MEASURED = "measured"
    TOO_SMALL = "too-small"
    ABSENT = "absent"
    NOT_EVALUATED = "not-evaluated"


class Metastases(StrEnum):
    """Distant disease at a place, as the report states it."""

    NONE = "none"
    SUSPECTED = "suspected"
    PRESENT = "present"


class Finding(Fact):
    """What every modality can state."""

    DESCRIPTORS: ClassVar[tuple[str, ...]] = ()
    """Fields that hold terms of the lexicon."""

    lesion: Identifier | None = None
    """Id of the followed lesion."""
    site: Text | None = None
    """Place, for a finding that is no followed lesion (`chest`, `liver`)."""
    finding: FindingState | None = None
    longest_mm: Millimetres | None = None
    """Longest diameter in mm."""
    short_mm: Millimetres | None = None
    """Short axis in mm, across the longest diameter; the size by which a node is judged."""
    metastases: Metastases | None = None
    lexicon_version: lexicon.LexiconVersion | None = None
    """Where it differs from the exam's."""
    text: FreeText | None = None
    """As the report says it."""

    @model_validator(mode="after")
    def _sizes_agree(self) -> Finding:
        if self.longest_mm is not None and self.short_mm is not None and self.short_mm > self.longest_mm:
            raise refuse(
                f"the short axis, {self.short_mm:g} mm, exceeds the longest, {self.longest_mm:g} mm.",
                "Correct one of them.",
                field="short_mm",
            )
        gone = self.finding in {FindingState.ABSENT, FindingState.NOT_EVALUATED}
        if gone and (self.longest_mm is not None or self.short_mm is not None):
            raise refuse(
                f"a lesion that is stated as {self.finding} has a size.",
                "Leave the size out, or correct `finding`.",
                field="finding",
            )
        return self

    def descriptors(self) -> Iterator[tuple[str, str]]:
        """Name of the field and the stated term of every descriptor, in the order of the lexicon."""
        for name in self.DESCRIPTORS:
            value = getattr(self, name)
            if value is not None:
                yield name, str(value)


class _NodeFinding(Finding):
    """What sectional imaging can state of a node."""

    cortex_mm: Millimetres | None = None
    """Greatest thickness of a node's cortex in mm."""
    hilum: lexicon.Hilum | None = None
    """Fatty hilum of a node."""


class Calcifications(Fact):
    """Calcifications on mammography."""

    morphology: lexicon.CalcificationMorphology | None = None
    distribution: lexicon.CalcificationDistribution | None = None
    extent_mm: Millimetres | None = None
    """Longest span in mm. After therapy it does not follow the response of the cancer."""


class MgFinding(Finding):
    """A finding on mammography or tomosynthesis."""

    DESCRIPTORS = ("type", "shape", "margin", "density", "asymmetry", "architectural_distortion")

    type: lexicon.MgFindingType | None = None
    shape: lexicon.MassShape | None = None
    margin: lexicon.MgMargin | None = None
    density: lexicon.MgDensity | None = None
    calcifications: Calcifications | None = None
    asymmetry: lexicon.Asymmetry | None = None
    architectural_distortion: lexicon.Presence | None = None

    @model_validator(mode="after")
    def _descriptors_fit_the_type(self) -> MgFinding:
        if self.type not in {None, lexicon.MgFindingType.MASS}:
            _refuse_descriptors(self, ("shape", "margin", "density"), "a mass")
        return self

    def descriptors(self) -> Iterator[tuple[str, str]]:
        """As for every finding, then the calcifications' form, arrangement and extent."""
        yield from super().descriptors()
        if self.calcifications is not None:
            for name, value in self.calcifications.stated_fields():
                if name != "source":
                    yield f"calcifications.{name}", f"{value:g}" if isinstance(value, float) else str(value)


class UsFinding(_NodeFinding):
    """A finding on ultrasound."""

    DESCRIPTORS = (
        "type",
        "shape",
        "orientation",
        "margin",
        "echo_pattern",
        "posterior_features",
        "calcifications",
        "vascularity",
        "elasticity",
        "hilum",
    )

    type: lexicon.UsFindingType | None = None
    shape: lexicon.MassShape | None = None
    orientation: lexicon.UsOrientation | None = None
    margin: lexicon.UsMargin | None = None
    echo_pattern: lexicon.UsEchoPattern | None = None
    posterior_features: lexicon.UsPosteriorFeatures | None = None
    calcifications: lexicon.UsCalcifications | None = None
    vascularity: lexicon.UsVascularity | None = None
    elasticity: lexicon.Elasticity | None = None

    @model_validator(mode="after")
    def _descriptors_fit_the_type(self) -> UsFinding:
        if self.type is lexicon.UsFindingType.NON_MASS_LESION:
            _refuse_descriptors(self, ("shape", "margin", "orientation"), "a mass")
        return self


class MrFinding(_NodeFinding):
    """A finding on MRI."""

    DESCRIPTORS = (
        "type",
        "shape",
        "margin",
        "distribution",
        "internal_enhancement",
        "kinetics_initial",
        "kinetics_delayed",
        "hilum",
    )

    type: lexicon.MrFindingType | None = None
    shape: lexicon.MassShape | None = None
    margin: lexicon.MrMargin | None = None
    distribution: lexicon.MrDistribution | None = None
    """Of a non-mass enhancement."""
    internal_enhancement: lexicon.MrInternalEnhancement | None = None
    kinetics_initial: lexicon.InitialKinetics | None = None
    kinetics_delayed: lexicon.DelayedKinetics | None = None
    functional_tumour_volume_cc: CubicCentimetres | None = None
    """As reported, in cc; what the software measures stands in measurements.json beside it."""
    adc_mean_1e6_mm2_per_s: PlainNumber | None = None
    """Mean apparent diffusion coefficient as reported, in 1e-6 mm2/s."""

    @model_validator(mode="after")
    def _descriptors_fit_the_type(self) -> MrFinding:
        mass_only = {lexicon.MrInternalEnhancement.RIM, lexicon.MrInternalEnhancement.DARK_SEPTATIONS}
        non_mass_only = {lexicon.MrInternalEnhancement.CLUMPED, lexicon.MrInternalEnhancement.CLUSTERED_RING}
        if self.type is lexicon.MrFindingType.NON_MASS_ENHANCEMENT:
            _refuse_descriptors(self, ("shape", "margin"), "a mass")
            _refuse_enhancement(self, mass_only, "a mass")
        if self.type in {lexicon.MrFindingType.MASS, lexicon.MrFindingType.FOCUS}:
            _refuse_descriptors(self, ("distribution",), "a non-mass enhancement")
            _refuse_enhancement(self, non_mass_only, "a non-mass enhancement")
        return self


class SectionalFinding(_NodeFinding):
    """A finding on CT, on a bone scan or on another exam without a breast vocabulary."""

    DESCRIPTORS = ("hilum",)


class PetFinding(_NodeFinding):
    """A finding on PET/CT or PET/MR."""

    DESCRIPTORS = ("uptake", "hilum")

    uptake: Literal["positive", "negative", "indeterminate"] | None = None
    """Uptake against the background, for this tracer; it is no HER2 class."""
    suvmax: PlainNumber | None = None
    """SUVmax as reported, normalised to body weight, g/mL."""
    sulpeak: PlainNumber | None = None
    """SULpeak as reported, normalised to lean body mass, g/mL."""
    tlg: PlainNumber | None = None
    """Total lesion glycolysis as reported, g."""


def _refuse_descriptors(finding: MgFinding | UsFinding | MrFinding, names: tuple[str, ...], of: str) -> None:
    refusals = [
        Refusal(
            (name,),
            f"`{name}` describes {of}, the finding is stated as {finding.type}.",
            "Correct one of them.",
        )
        for name in names
        if getattr(finding, name) is not None
    ]
    if refusals:
        raise refuse_all(refusals)


def _refuse_enhancement(finding: MrFinding, foreign: set[lexicon.MrInternalEnhancement], of: str) -> None:
    if finding.internal_enhancement in foreign:
        raise refuse(
            f"'{finding.internal_enhancement}' describes {of}, the finding is stated as {finding.type}.",
            "Correct one of them.",
            field="internal_enhancement",
        )
