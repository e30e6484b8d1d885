"""`neoher suv`: standardised uptake values of a PET series, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, JsonValue

from neoher.errors import InputError
from neoher.imaging.pet.body import Normalisation
from neoher.measure.suv_text import EXPLANATION, PERCIST, SOURCES, VALUE_SOURCES
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING
from neoher.record.values.dates import Moment

if TYPE_CHECKING:
    from neoher.imaging.pet.known import CannotConvert, Conversion
    from neoher.measure.pet_exam import MeasuredRegion, PetMeasurement, PetRequest, PreparedPet, Reference

__all__ = ["CALCULATOR", "METHOD", "SuvInputs", "SuvValue", "compute", "conclude", "conclude_without_value"]

METHOD = "suv/1"
"""Name and version; the version rises whenever a number could change."""


_REFERENCE = "a path, a box or a point x,y,z in mm"


class SuvInputs(Frozen):
    """A PET series, the regions to measure in, and what is known better than the images say."""

    path: Annotated[Path, Option("path", positional=True, takes="a path")]
    """The PET series: a folder, a DICOM file, or a .zip or .tar.* archive (read in place)."""
    region: Annotated[tuple[str, ...], Option("region", repeated=True, takes="a path or a box")] = ()
    """Region to measure in: SEG, RTSTRUCT or NIfTI file ('file#2' or 'file#name' picks a part; without it
    every part of a SEG or RTSTRUCT is measured); a box 'x0,y0,z0,x1,y1,z1' in mm (patient coordinates) or
    'voxels:c0,r0,s0,c1,r1,s1'; may be repeated. Left out: the one region object beside the images, else the
    whole image."""
    normalise: Annotated[Normalisation, Option("normalise")] = Normalisation.BODY_WEIGHT
    """What uptake is normalised by: body weight (SUV), lean body mass (SUL), body surface, ideal weight."""
    injected_at: Annotated[Moment | None, Option("injected-at", takes="YYYY-MM-DDThh:mm:ss")] = None
    """Date and time of the injection, by the scanner's clock."""
    injected_mbq: Annotated[float | None, Option("injected-mbq", unit="MBq")] = Field(
        default=None, gt=0, le=20_000, allow_inf_nan=False
    )
    """Activity in the syringe before the injection, at the time of the injection."""
    residual_mbq: Annotated[float | None, Option("residual-mbq", unit="MBq")] = Field(
        default=None, ge=0, le=20_000, allow_inf_nan=False
    )
    """Activity left in the syringe; it is subtracted."""
    residual_at: Annotated[Moment | None, Option("residual-at", takes="YYYY-MM-DDThh:mm:ss")] = None
    """When the residual was measured; left out: at the injection."""
    weight_kg: Annotated[float | None, Option("weight-kg", unit="kg")] = Field(
        default=None, gt=0, le=500, allow_inf_nan=False
    )
    """Body weight on the day."""
    height_m: Annotated[float | None, Option("height-m", unit="m")] = Field(
        default=None, ge=0.3, le=2.6, allow_inf_nan=False
    )
    """Body height."""
    sex: Annotated[Literal["female", "male", "other"] | None, Option("sex")] = None
    """Sex, as formulas of lean body mass need it."""
    nuclide: Annotated[str | None, Option("nuclide", takes="18F, 68Ga, 64Cu, 89Zr or 124I")] = None
    """The tracer's nuclide, where the images do not state it or state it wrongly."""
    liver: Annotated[str | None, Option("liver", takes=_REFERENCE)] = None
    """Reference region of the liver: as --region, or a point around which a sphere of 3 cm is laid."""
    blood_pool: Annotated[str | None, Option("blood-pool", takes=_REFERENCE)] = None
    """Reference region of the blood pool: as --region, or a point of the descending aorta around which a
    cylinder of 1 cm across and 2 cm along z is laid."""
    segment: Annotated[Literal["none", "fixed", "percent", "percist"], Option("segment")] = "none"
    """Measure only the part of each region above a threshold: a fixed one (--threshold), a share of the
    region's maximum (--percent), PERCIST's (--liver or --blood-pool)."""
    threshold: Annotated[float | None, Option("threshold", unit="SUV")] = Field(
        default=None, gt=0, allow_inf_nan=False
    )
    """With --segment fixed: least SUV of a voxel."""
    percent: Annotated[float, Option("percent", unit="%")] = Field(default=41.0, gt=0, le=100)
    """With --segment percent: least share of the region's maximum."""
    series: Annotated[tuple[str, ...], Option("series", repeated=True, takes="text")] = ()
    """Series to look at, by UID, number or description, where several PET series lie there."""


class RegionUptake(Frozen):
    """Uptake of one region; every number None where no voxel reaches the threshold."""

    name: str
    min: float | None
    median: float | None
    mean: float | None
    max: float | None
    peak: float | None
    """Largest mean over a sphere of 1 cm3 centred on a voxel of the region (IBSI 0F91)."""
    peak_local: float | None
    """The same at the hottest voxel (IBSI VJGA)."""
    volume_cc: float
    tlg: float | None
    """Mean times volume: total lesion glycolysis where the tracer is FDG."""
    voxels: int
    sd: float | None
    threshold: float | None
    """Least uptake of the voxels that were measured; None where the whole region was."""
    tumour_to_liver: float | None
    """Peak over the mean of the liver."""
    tumour_to_blood: float | None
    """Peak over the mean of the blood pool."""


class ReferenceUptake(Frozen):
    """Uptake of a reference tissue."""

    name: str
    mean: float
    sd: float | None
    max: float
    volume_cc: float
    voxels: int


class CorrectedFact(Frozen):
    """A fact that the user supplied or replaced."""

    fact: str
    images_state: str
    used: str


class SuvValue(Frozen):
    """Uptake of the regions and what it rests on. Volumes in cc; None is not known, never 0."""

    regions: tuple[RegionUptake, ...]
    units: str
    """Units of the images (0054,1001)."""
    decay_correction: str | None
    """DecayCorrection (0054,1102)."""
    reference_time: str | None
    """Time to which the images are corrected; for NONE the earliest acquisition."""
    injection_time: str | None
    nuclide: str | None
    half_life_s: float | None
    normalisation: Normalisation
    suv_unit: str
    formula: str
    """The body measure's formula by name; SUL is never given without it."""
    body_measure: str | None
    """The body measure's value."""
    activity_mbq: float | None
    """Net activity at the injection; None where the scanner normalised the images itself."""
    hours_after_injection: float | None
    """From the injection to the first acquisition."""
    corrected: tuple[CorrectedFact, ...]
    """What the user supplied or replaced, beside what the images state."""
    references: tuple[ReferenceUptake, ...]
    percist_threshold: float | None
    """Least SULpeak that PERCIST measures, from the liver or the blood pool."""
    parameters: dict[str, JsonValue]

    def in_words(self) -> str:
        """The value as one line for a reader."""
        kind = {"bw": "SUV", "bsa": "SUV by body surface", "ibw": "SUV by ideal weight"}.get(
            self.normalisation.value, "SUL"
        )
        return f"{kind} ({self.formula}, {self.suv_unit}). " + " ".join(
            _region_in_words(region) for region in self.regions
        )


def _region_in_words(region: RegionUptake) -> str:
    if region.max is None:
        return f"{region.name}: no voxel reaches the threshold."
    return (
        f"{region.name}: max {region.max:.2f}, peak {region.peak:.2f}, mean {region.mean:.2f}, "
        f"median {region.median:.2f}, min {region.min:.2f}, {region.volume_cc:.4g} cc, "
        f"mean x volume {region.tlg:.4g}."
    )


def compute(inputs: SuvInputs) -> Conclusion[SuvValue]:
    """Measure the series that the inputs name."""
    # NumPy and pydicom come with these: the command's help does without.
    from neoher.imaging.pet.known import CannotConvert
    from neoher.measure.pet_exam import measure_pet, prepare_pet

    prepared = prepare_pet(_request(inputs))
    if isinstance(prepared.conversion, CannotConvert):
        return conclude_without_value(prepared, prepared.conversion)
    return conclude(measure_pet(prepared, prepared.conversion))


def _request(inputs: SuvInputs) -> PetRequest:
    from neoher.measure.pet_exam import PetRequest, Segmentation, SegmentationKind
    from neoher.volume.pet import StatedPetFacts

    if not inputs.path.exists():
        raise InputError(
            "there is no such file or folder.", str(inputs.path), "Give the series' folder, file or archive."
        )
    if inputs.threshold is not None and inputs.segment != "fixed":
        raise InputError("a threshold belongs to --segment fixed.", "threshold", "Add --segment fixed.")
    return PetRequest(
        images=inputs.path,
        regions=inputs.region,
        stated=StatedPetFacts(
            injected_at=inputs.injected_at,
            injected_mbq=inputs.injected_mbq,
            residual_mbq=inputs.residual_mbq,
            residual_at=inputs.residual_at,
            weight_kg=inputs.weight_kg,
            height_m=inputs.height_m,
            sex=inputs.sex,
            nuclide=inputs.nuclide,
        ),
        normalisation=inputs.normalise,
        segmentation=Segmentation(SegmentationKind(inputs.segment), inputs.threshold, inputs.percent),
        liver=inputs.liver,
        blood_pool=inputs.blood_pool,
        series=inputs.series,
    )


def conclude_without_value(prepared: PreparedPet, cannot: CannotConvert) -> Conclusion[SuvValue]:
    """What can be said where SUV cannot: the facts found, and those that are missing."""
    return Conclusion[SuvValue](
        value=None,
        because=(_series_step(prepared), *_basis_steps(cannot), *_correction_step(cannot)),
        missing=cannot.missing,
        warnings=_cautions(cannot.warnings),
        sources=VALUE_SOURCES,
    )


def conclude(measured: PetMeasurement) -> Conclusion[SuvValue]:
    """The conclusion of a measurement: its value, the steps that led to it, warnings."""
    conversion = measured.conversion
    warnings = measured.warnings + tuple(_reading_warnings(measured))
    return Conclusion[SuvValue](
        value=_value(measured),
        because=(
            _series_step(measured.prepared),
            *_basis_steps(conversion),
            *_correction_step(conversion),
            *(_region_step(one) for one in measured.regions),
            *(_reference_step(one) for one in measured.references.values()),
        ),
        missing=("region",) if measured.whole_image else (),
        warnings=_cautions(warnings),
        sources=(*VALUE_SOURCES, *((PERCIST,) if measured.percist else ())),
    )


def _value(measured: PetMeasurement) -> SuvValue:
    conversion, request = measured.conversion, measured.prepared.request
    facts = measured.prepared.exam.acquisition
    injected, first = conversion.injection.moment, facts.earliest_acquisition
    measure = conversion.measure
    return SuvValue(
        regions=tuple(_region_uptake(one, measured) for one in measured.regions),
        units=facts.units,
        decay_correction=facts.decay_correction or None,
        reference_time=conversion.reference.moment.isoformat() if conversion.reference.moment else None,
        injection_time=injected.isoformat() if injected else None,
        nuclide=conversion.decay.nuclide,
        half_life_s=conversion.decay.half_life_s,
        normalisation=conversion.normalisation,
        suv_unit=measure.formula.unit,
        formula=measure.formula.value,
        body_measure=measure.in_words() if measure.measure is not None else None,
        activity_mbq=conversion.net_bq / 1e6 if conversion.net_bq is not None else None,
        hours_after_injection=(first - injected).total_seconds() / 3600 if first and injected else None,
        corrected=tuple(
            CorrectedFact(fact=one.fact, images_state=one.images_state, used=one.used)
            for one in conversion.corrected
        ),
        references=tuple(_reference_uptake(one) for one in measured.references.values()),
        percist_threshold=measured.percist.sul if measured.percist else None,
        parameters=stated_parameters(request),
    )


def stated_parameters(request: PetRequest) -> dict[str, JsonValue]:
    """Every parameter of the request that decides the value, as it is stored."""
    stated, how = request.stated, request.segmentation
    return {
        "normalisation": request.normalisation.value,
        "segment": how.kind.value,
        "threshold": how.threshold,
        "percent": how.percent if how.kind.value == "percent" else None,
        "injected_at": stated.injected_at.isoformat() if stated.injected_at else None,
        "injected_mbq": stated.injected_mbq,
        "residual_mbq": stated.residual_mbq,
        "residual_at": stated.residual_at.isoformat() if stated.residual_at else None,
        "weight_kg": stated.weight_kg,
        "height_m": stated.height_m,
        "sex": stated.sex,
        "nuclide": stated.nuclide,
        "liver": request.liver,
        "blood_pool": request.blood_pool,
    }


def _region_uptake(one: MeasuredRegion, measured: PetMeasurement) -> RegionUptake:
    uptake = one.uptake
    ratios = {
        tissue: uptake.peak.highest / reference.uptake.mean
        for tissue, reference in measured.references.items()
        if uptake is not None and reference.uptake.mean > 0
    }
    return RegionUptake(
        name=one.region.name,
        min=uptake.minimum if uptake else None,
        median=uptake.median if uptake else None,
        mean=uptake.mean if uptake else None,
        max=uptake.maximum if uptake else None,
        peak=uptake.peak.highest if uptake else None,
        peak_local=uptake.peak.at_maximum if uptake else None,
        volume_cc=uptake.volume_cc if uptake else 0.0,
        tlg=uptake.total_cc if uptake else None,
        voxels=uptake.voxels if uptake else 0,
        sd=uptake.standard_deviation if uptake else None,
        threshold=one.threshold,
        tumour_to_liver=ratios.get("liver"),
        tumour_to_blood=ratios.get("blood pool"),
    )


def _reference_uptake(one: Reference) -> ReferenceUptake:
    return ReferenceUptake(
        name=one.tissue,
        mean=one.uptake.mean,
        sd=one.uptake.standard_deviation,
        max=one.uptake.maximum,
        volume_cc=one.uptake.volume_cc,
        voxels=one.uptake.voxels,
    )


def _series_step(prepared: PreparedPet) -> Step:
    exam = prepared.exam
    slices, rows, columns = exam.grid.shape
    return Step(
        step=f"PET series '{exam.description}': {slices} slices of {rows} x {columns}, Units"
        f" {exam.acquisition.units or 'not stated'}, DecayCorrection"
        f" {exam.acquisition.decay_correction or 'not stated'}",
        rule="one static series on one grid; every slice by its own rescale slope",
        inputs={
            "scanner": exam.scanner or None,
            "spacing_mm": [round(step, 4) for step in exam.grid.spacing_mm],
            "slope_smallest": min(exam.slopes),
            "slope_largest": max(exam.slopes),
        },
    )


def _basis_steps(outcome: Conversion | CannotConvert) -> tuple[Step, ...]:
    return tuple(Step(step=one.step, rule=one.rule, inputs=dict(one.inputs)) for one in outcome.basis)


def _correction_step(outcome: Conversion | CannotConvert) -> tuple[Step, ...]:
    if not outcome.corrected:
        return ()
    return (
        Step(
            step="stated by the user: "
            + "; ".join(f"{one.fact} {one.used} (images: {one.images_state})" for one in outcome.corrected),
            rule="what a person states replaces what the images say",
        ),
    )


def _region_step(one: MeasuredRegion) -> Step:
    kept = one.measured.voxels if one.measured is not None else 0
    part = "" if one.threshold is None else f", {kept} of them at or above {one.threshold:.4g}"
    sphere = one.uptake.peak.sphere_voxels if one.uptake is not None else None
    return Step(
        step=f"region '{one.region.name}' with {one.region.voxels} voxels{part}",
        rule="placed by its position in the patient; peak: mean over the voxels within 6.2 mm"
        " (IBSI, PMID 32154773)",
        inputs={"region": one.region.source, "voxels_of_a_peak_sphere": sphere},
    )


def _reference_step(one: Reference) -> Step:
    return Step(
        step=f"{one.tissue}: mean {one.uptake.mean:.4g}, SD "
        + ("not known" if one.uptake.standard_deviation is None else f"{one.uptake.standard_deviation:.4g}"),
        rule="lesion over tissue: peak of the lesion over mean of the reference",
        inputs={"region": one.mask.source, "volume_cc": round(one.uptake.volume_cc, 3)},
    )


def _reading_warnings(measured: PetMeasurement) -> list[tuple[str, str]]:
    """What a reader of the numbers must know."""
    found = []
    if measured.whole_image:
        message = "No region was given: the numbers are those of the whole image, excretion included."
        found.append(("no-region", message))
    measured_regions = [one for one in measured.regions if one.uptake is not None]
    if any(one.uptake and one.uptake.peak.sphere_voxels == 1 for one in measured_regions):
        message = "Voxels are larger than the sphere of 1 cm3: peak equals the voxel's own value."
        found.append(("peak-of-one-voxel", message))
    small = [one.region.name for one in measured_regions if one.uptake and one.uptake.volume_cc < 1.0]
    if small:
        message = (
            f"Smaller than the sphere of 1 cm3: {', '.join(small)}. The peak takes in what lies around; its"
            " uptake is understated by blur."
        )
        found.append(("region-below-1-cc", message))
    if measured.conversion.decay.nuclide == "89Zr":
        message = "Few counts make SUVmax of 89Zr noisy: prefer the peak."
        found.append(("maximum-is-noisy", message))
    return found


def _cautions(warnings: tuple[tuple[str, str], ...]) -> tuple[Caution, ...]:
    return tuple(Caution(code=code, message=message) for code, message in dict.fromkeys(warnings))


CALCULATOR: Calculator[SuvInputs, SuvValue] = Calculator(
    name="suv",
    summary="Standardised uptake values of a PET series: peak, maximum, mean, volume, with their basis.",
    inputs=SuvInputs,
    output=SuvValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="imaging/t0-her2pet --region lesions.dcm --injected-at 2025-02-08T10:15:00",
    explanation=EXPLANATION,
    sources=SOURCES,
)
