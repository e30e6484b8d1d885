"""`neoher adc`: the apparent diffusion coefficient of a lesion, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from neoher.errors import ImageError, InputError, SeriesError
from neoher.imaging.diffusion import (
    AdcFit,
    AdcStatistics,
    apparent_diffusion,
    lesion_statistics,
)
from neoher.intake.diffusion.exam import DiffusionExam, find_diffusion
from neoher.intake.diffusion.object_facts import unit_factor
from neoher.intake.regions.reading import read_region
from neoher.measure.dce_exam import Watch
from neoher.measure.option_forms import JOINED_BY_COMMAS
from neoher.measure.region_beside import region_beside
from neoher.measure.stages import Stage, stage
from neoher.record.calculator import Calculator, Option, Source
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING
from neoher.volume.mask import Mask

__all__ = [
    "CALCULATOR",
    "METHOD",
    "AdcInputs",
    "AdcRequest",
    "AdcValue",
    "adc_of",
    "compute",
    "measure_adc",
    "region_of",
]

METHOD = "adc/1"
"""Name and version; the version rises whenever a number could change."""
ACRIN_6698 = "PMC6283325"
REPEATABILITY = "PMID:30350329"

_SCALES = {1.0: "1e-6 mm2/s", 1e3: "1e-3 mm2/s", 1e6: "mm2/s"}
_TISSUE_1E6 = (200.0, 4000.0)
"""Medians of an image between these are tissue, in 1e-6 mm2/s: a design decision. The units that scanners
write lie a thousand apart, so one of them fits at most."""


class AdcInputs(Frozen):
    """A diffusion exam or an ADC map, and the region to measure in."""

    path: Annotated[Path, Option("path", positional=True, takes="a path")]
    """The exam: a folder, a DICOM file, or a .zip or .tar.* archive (read in place)."""
    region: Annotated[str | None, Option("region", takes="a path or a box")] = None
    """The lesion: SEG, RTSTRUCT or NIfTI file ('file#2' or 'file#name' picks a segment), or a box
    'x0,y0,z0,x1,y1,z1' in mm (DICOM patient coordinates). Left out: the one region object beside the
    images."""
    fit: Annotated[AdcFit, Option("fit")] = AdcFit.LOG_LINEAR
    """How the coefficient is fitted where there are three b-values or more."""
    b_values: Annotated[tuple[float, ...] | None, Option("b-values", unit="s/mm2"), JOINED_BY_COMMAS] = None
    """b-values to use, joined by commas; left out: all."""
    unit: Annotated[str | None, Option("unit", takes="1e-6 mm2/s, 1e-3 mm2/s or mm2/s")] = None
    """Unit of a scanner's map that states none."""
    series: Annotated[tuple[str, ...], Option("series", repeated=True, takes="text")] = ()
    """Series to look at, by UID, number or description; may be repeated."""

    @field_validator("unit")
    @classmethod
    def _is_a_unit(cls, stated: str | None) -> str | None:
        if stated is not None and unit_factor(stated) is None:
            raise ValueError("Give 1e-6 mm2/s, 1e-3 mm2/s or mm2/s.")
        return stated


class AdcValue(Frozen):
    """The apparent diffusion coefficient over the lesion's voxels, in 1e-6 mm2/s."""

    mean: float
    median: float
    p15: float
    """15th percentile."""
    p25: float
    p5: float
    p10: float
    p75: float
    p85: float
    p90: float
    p95: float
    standard_deviation: float | None
    """Over the voxels; null with a single one."""
    minimum: float
    maximum: float
    voxels: int
    """Voxels with a value."""
    excluded: int
    """Voxels of the region without one: no signal, no decay, or faster than free water."""
    volume_cc: float
    b_values: tuple[float, ...]
    """In s/mm2; empty for a scanner's map."""
    fit: AdcFit | None
    """Null for a scanner's map."""

    def in_words(self) -> str:
        """For a reader."""
        made = "scanner's map" if self.fit is None else f"b {', '.join(f'{b:g}' for b in self.b_values)}"
        return (
            f"mean ADC {self.mean:.0f} × 10⁻⁶ mm²/s, median {self.median:.0f} ({self.voxels} voxels, {made})"
        )


@dataclass(frozen=True, slots=True)
class AdcRequest:
    """What to measure, and how."""

    images: Path
    region: str | None
    near: Path | None = None
    fit: AdcFit = AdcFit.LOG_LINEAR
    b_values: tuple[float, ...] | None = None
    unit: str | None = None


def measure_adc(exam: DiffusionExam, request: AdcRequest) -> Conclusion[AdcValue]:
    """The coefficient in the region. Raises: RegionError, ImageError, InputError."""
    assert request.region is not None  # the callers answer for a region that is not there
    with stage(Stage.REGIONS):
        region = region_of(exam, request, request.region)
    with stage(Stage.DIFFUSION):
        adc, step, warnings = adc_of(exam, request, region.inside)
        found = lesion_statistics(adc)
    cautions = [*exam.warnings, *region.warnings, *warnings]
    if found.excluded:
        total = found.voxels + found.excluded
        message = f"{found.excluded} of {total} voxels have no ADC of tissue and are left out."
        cautions.append(("voxels-without-adc", message))
    value = _value(found, region, exam, request) if found.voxels else None
    return Conclusion(
        value=value,
        because=(
            step,
            Step(
                step=f"mean, median and percentiles of {found.voxels} voxels in '{region.name}'",
                rule="voxels with an ADC above 0 and up to 5000 × 10⁻⁶ mm²/s; linear percentiles",
                inputs={"region": region.source, "region_cc": round(region.volume_cc, 3)},
            ),
        ),
        missing=() if value is not None else ("voxels of tissue in the region",),
        warnings=tuple(Caution(code=code, message=message) for code, message in cautions),
        sources=(ACRIN_6698, REPEATABILITY),
    )


def region_of(exam: DiffusionExam, request: AdcRequest, source: str) -> Mask:
    """The region on the exam's grid. Raises: RegionError."""
    return read_region(
        source,
        exam.grid,
        near=request.near,
        frame_of_reference_uid=exam.frame_of_reference_uid,
        patient_id=exam.patient_id,
    )


def adc_of(
    exam: DiffusionExam, request: AdcRequest, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.floating], Step, tuple[tuple[str, str], ...]]:
    """The coefficient of these voxels of the exam's grid, 1e-6 mm2/s, shape (voxels,), and how it was made.

    NaN where there is none. Raises: ImageError, InputError.
    """
    if exam.is_map:
        return _scanner_map(exam, request, inside)
    wanted = request.b_values or exam.b_values
    unknown = [b for b in wanted if b not in exam.b_values]
    if unknown:
        raise InputError(
            f"there is no b = {unknown[0]:g} s/mm2; there are {', '.join(f'{b:g}' for b in exam.b_values)}.",
            "b-values",
            "Name b-values of the exam.",
        )
    chosen = [exam.b_values.index(b) for b in wanted]
    with stage(Stage.PIXELS):
        signals = exam.load()[chosen][:, inside]
    fit = request.fit if len(wanted) > 2 else AdcFit.LOG_LINEAR
    step = Step(
        step=f"ADC from b = {', '.join(f'{b:g}' for b in wanted)} s/mm2 by a {fit} fit",
        rule="S(b) = S0 exp(−b ADC); directions joined to their geometric mean",
        inputs={"images": exam.description, "b_values": list(wanted)},
    )
    return apparent_diffusion(signals, wanted, fit), step, ()


def _scanner_map(
    exam: DiffusionExam, request: AdcRequest, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.floating], Step, tuple[tuple[str, str], ...]]:
    with stage(Stage.PIXELS):
        stored = exam.load()[0]
    stated = unit_factor(exam.unit) if exam.unit else None
    given = unit_factor(request.unit) if request.unit else None
    warnings: tuple[tuple[str, str], ...] = ()
    if stated is not None and given is not None and stated != given:
        raise InputError(
            f"the map states its unit as {exam.unit}, and {request.unit} was given.",
            "unit",
            "Leave --unit out, or correct the map at its source.",
        )
    factor = stated or given
    _refuse_unlike_tissue(stored, factor, exam)
    if factor is None:
        factor = _fitting_factor(stored, exam)
        message = (
            f"The map states no unit; {_SCALES[factor]} is the only one in which its values are those of "
            "tissue. State it with --unit where it is known."
        )
        warnings = (("unit-not-stated", message),)
    step = Step(
        step=f"the scanner's ADC map, in {exam.unit or request.unit or _SCALES[factor]}",
        rule="stored number × slope + intercept, to 1e-6 mm2/s; how the scanner fitted it is not known",
        inputs={"images": exam.description, "factor_to_1e6_mm2_per_s": factor},
    )
    return stored[inside] * factor, step, warnings


def _typical(stored: NDArray[np.float32]) -> float:
    positive = stored[stored > 0]
    return float(np.median(positive)) if positive.size else 0.0


def _fitting_factor(stored: NDArray[np.float32], exam: DiffusionExam) -> float:
    typical = _typical(stored)
    fitting = [factor for factor in _SCALES if _TISSUE_1E6[0] <= typical * factor <= _TISSUE_1E6[1]]
    if not fitting:
        raise ImageError(
            f"the ADC map states no unit, and a median of {typical:g} is that of tissue in none.",
            exam.label,
            "State it: --unit '1e-6 mm2/s'.",
        )
    return fitting[0]


def _refuse_unlike_tissue(stored: NDArray[np.float32], factor: float | None, exam: DiffusionExam) -> None:
    """A stated unit in which an image's median is a tenth of tissue's, or ten times it, is the wrong one."""
    typical = _typical(stored)
    if factor is None or typical == 0:
        return
    if not _TISSUE_1E6[0] / 10 <= typical * factor <= _TISSUE_1E6[1] * 10:
        raise ImageError(
            f"the median of the ADC map, {typical:g}, is {typical * factor:g} × 10⁻⁶ mm²/s in its unit: "
            "no tissue's.",
            exam.label,
            "Correct the unit or the rescale slope at its source.",
        )


def _value(found: AdcStatistics, region: Mask, exam: DiffusionExam, request: AdcRequest) -> AdcValue:
    percentiles = {f"p{percent}": value for percent, value in found.percentiles}
    used = () if exam.is_map else request.b_values or exam.b_values
    return AdcValue.model_validate(
        {
            "mean": found.mean,
            "median": found.median,
            **percentiles,
            "standard_deviation": found.standard_deviation,
            "minimum": found.minimum,
            "maximum": found.maximum,
            "voxels": found.voxels,
            "excluded": found.excluded,
            "volume_cc": found.voxels * region.grid.voxel_volume_cc,
            "b_values": used,
            "fit": None if exam.is_map else request.fit if len(used) > 2 else AdcFit.LOG_LINEAR,
        }
    )


def compute(inputs: AdcInputs, watch: Watch | None = None) -> Conclusion[AdcValue]:
    """Measure the exam that the inputs name."""
    if not inputs.path.exists():
        raise InputError(
            "there is no such file or folder.", str(inputs.path), "Give the exam's folder, file or archive."
        )
    exam = find_diffusion(
        inputs.path,
        series=inputs.series,
        progress=(lambda done, total: watch.progress("reading headers", done, total)) if watch else None,
    )
    if exam is None:
        raise SeriesError(
            "no images with two b-values and no ADC map are here.",
            str(inputs.path),
            "Give the folder of the diffusion exam.",
        )
    region, notes = (inputs.region, ()) if inputs.region else region_beside(inputs.path)
    cautions = tuple(Caution(code=code, message=message) for code, message in (*exam.warnings, *notes))
    if region is None:
        return Conclusion(value=None, missing=("region",), warnings=cautions)
    request = AdcRequest(inputs.path, region, None, inputs.fit, inputs.b_values, inputs.unit)
    conclusion = measure_adc(exam, request)
    taken = tuple(one for one in cautions if one not in conclusion.warnings)
    return conclusion.model_copy(update={"warnings": (*taken, *conclusion.warnings)})


CALCULATOR: Calculator[AdcInputs, AdcValue] = Calculator(
    name="adc",
    summary="Apparent diffusion coefficient of a lesion from diffusion images or a scanner's map.",
    inputs=AdcInputs,
    output=AdcValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="imaging/t0-dwi --region=lesion.nii.gz",
    explanation="""\
With images of two b-values or more the coefficient is fitted in every voxel, S(b) = S0 exp(−b ADC), and the
scanner's own map beside them is not used. Images of several directions are joined to their geometric mean.
Without them a scanner's map is read in the unit that it states; where it states none, the only unit in which
the image's median is that of tissue is taken, and said; where none fits, it is refused.

It does not correct distortion or motion between b-values, and does not find the lesion: the region decides
the value, so it should be the lesion's outline without necrosis, clip and cyst. A change of the mean below
13.3 % is within noise (`neoher change`).""",
    sources=(
        Source(
            id=ACRIN_6698,
            citation="ACRIN 6698: diffusion-weighted MRI of breast cancer under neoadjuvant therapy.",
            reading="read in part: b-values 0, 100, 600, 800 (unverified), whole-tumour mean",
        ),
        Source(
            id=REPEATABILITY,
            citation="Newitt et al., J Magn Reson Imaging 2019.",
            reading="read in its abstract",
        ),
    ),
)
