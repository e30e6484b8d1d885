"""`neoher ftv`: functional tumour volume of a DCE-MRI exam, declared once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue

from neoher.errors import InputError
from neoher.imaging.align import Motion
from neoher.imaging.dce import EnhancementVolume, FtvParameters, FunctionalTumourVolume
from neoher.imaging.phases import PhaseRole
from neoher.imaging.quality import ExamQuality, QualityGrade
from neoher.imaging.shape import Fragments, Shape
from neoher.measure.dce_exam import DceMeasurement, DceRequest, PreparedExam, Watch, measure_dce, prepare_dce
from neoher.measure.option_forms import PHASE_INDICES
from neoher.record.calculator import Calculator, Option, Source
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING

__all__ = ["CALCULATOR", "METHOD", "FtvInputs", "FtvValue", "compute", "conclude", "conclude_without_region"]

METHOD = "ftv/3"
"""Name and version; the version rises whenever a number could change."""

HYLTON = "PMID:22623692"
UCSF_CODE = "https://github.com/rnadkarni2/SlicerBreast_DCEMRI_FTV"


class FtvInputs(Frozen):
    """A DCE-MRI exam, the region to measure in, and the thresholds."""

    path: Annotated[Path, Option("path", positional=True, takes="a path")]
    """The exam: a folder, a DICOM file, or a .zip or .tar.* archive (read in place)."""
    voi: Annotated[str | None, Option("voi", takes="a path or a box")] = None
    """Region to measure in: SEG, RTSTRUCT or NIfTI file ('file#2' or 'file#name' picks a segment); a box
    'x0,y0,z0,x1,y1,z1' in mm (DICOM patient coordinates) or 'voxels:c0,r0,s0,c1,r1,s1'. Left out: the one
    region object beside the images."""
    omit: Annotated[tuple[str, ...], Option("omit", repeated=True, takes="a path or a box")] = ()
    """Region to leave out, such as a vessel; same forms as --voi; may be repeated."""
    pe_percent: Annotated[float, Option("pe", unit="%")] = Field(default=70.0, ge=0, le=1000)
    """Least percent enhancement of a voxel that counts."""
    background_percent: Annotated[float, Option("background", unit="%")] = Field(default=60.0, ge=0, le=100)
    """Least pre-contrast signal, as a share of the 95th percentile in the region's box."""
    neighbours: Annotated[int, Option("neighbours")] = Field(default=4, ge=0, le=26)
    """Least number of the 26 neighbours that pass as well."""
    early_s: Annotated[float, Option("early-s", unit="s")] = Field(default=150.0, gt=0)
    """Time after injection that the early phase should be nearest to."""
    late_s: Annotated[float, Option("late-s", unit="s")] = Field(default=450.0, gt=0)
    """Time after injection that the late phase should be nearest to."""
    phases: Annotated[
        tuple[int, ...] | None, Option("phases", takes="indices joined by commas"), PHASE_INDICES
    ] = None
    """Phases to use as pre, early, late, by their index on the time axis: '0,1,2'. Overrides the times."""
    injected_at: Annotated[dt.datetime | None, Option("injected-at", takes="YYYY-MM-DDThh:mm:ss")] = None
    """Start of the contrast injection, by the scanner's clock: 2025-02-08T10:15:30."""
    series: Annotated[tuple[str, ...], Option("series", repeated=True, takes="text")] = ()
    """Series to look at, by UID, number or description, where the exam holds several dynamics; may be
    repeated."""

    align: Annotated[Motion | None, Option("align")] = None
    """Put the phases after contrast over the one before, against motion: shifted and turned as a whole, or
    bent as well. Left out: measured as acquired. Needs the extra `align`."""


class PhaseOnAxis(Frozen):
    """One phase of the time axis that the measurement used."""

    index: int
    time_s: float
    """Middle of the acquisition in seconds after t = 0 (the start of the injection where it is known)."""
    role: PhaseRole


class LargestComponentValue(Frozen):
    """The largest connected part of the counted voxels."""

    voxels: int
    volume_cc: float
    longest_diameter_in_plane_mm: float
    longest_diameter_3d_mm: float


class FragmentsValue(Frozen):
    """The connected parts of 0.065 cc or more (a ball of 5 mm, a design decision), taken together."""

    count: int
    volume_cc: float
    longest_diameter_3d_mm: float
    """Over all fragments, gaps between them included."""
    hull_volume_cc: float
    """Of the convex hull around all fragments."""


class EnhancementValue(Frozen):
    """Percent enhancement of the counted voxels, early after contrast."""

    mean_percent: float
    peak_percent: float
    """95th percentile of the voxels: a single voxel's maximum is noise (a design decision)."""


class QualityValue(Frozen):
    """Quality of the exam around the region, as acquired; limits are design decisions, not validated."""

    grade: QualityGrade
    """`good`; `limited`: something to know before the volume is compared; `poor`: it may rest on motion,
    noise or missing tissue."""
    motion_early_mm: float | None
    """How far the tissue around the region lies apart before contrast and early after it; some 1 mm of this
    is enhancement itself."""
    motion_late_mm: float | None
    """The same late after contrast."""
    fat_signal_ratio: float | None
    """Signal before contrast of what enhances least over that of what enhances most; near 1 and above, fat
    is not suppressed."""
    signal_to_noise: float | None
    early_in_window: bool
    """Whether the early phase lies between 90 and 180 s."""
    region_meets_edge: bool


class MovedValue(Frozen):
    """A phase that was put over the one before contrast."""

    index: int
    displacement_mm: tuple[float, float, float]
    """Of the tissue in the region's middle, patient coordinates."""


class FtvValue(Frozen):
    """Functional tumour volume with its parts. Lengths in mm, volumes in cc; None is not known, never 0."""

    voxels: int | None
    volume_cc: float | None
    """Functional tumour volume; None where no late phase tells the signal enhancement ratio."""
    ser_bins: dict[str, int] | None
    """Voxels per range of the signal enhancement ratio, open below and closed above."""
    ser_undefined: int | None
    """Voxels above the other thresholds but excluded: late signal at or below the signal before contrast."""
    longest_diameter_in_plane_mm: float | None
    longest_diameter_3d_mm: float | None
    largest_component: LargestComponentValue | None
    components: int
    sphericity: float | None
    phases: tuple[PhaseOnAxis, ...]
    threshold: float
    """Background threshold on the pre-contrast signal, in the images' signal units."""
    enhancement_volume_cc: float | None
    """Volume above the background and enhancement thresholds, only where FTV itself cannot be said."""
    ser_zero: int | None
    """Counted voxels with a ratio of exactly 0, which belong to no range."""
    parameters: dict[str, JsonValue]
    """The thresholds that were applied."""
    fragments: FragmentsValue | None = None
    """None where no part is that large."""
    enhancement: EnhancementValue | None = None
    """None where no voxel counts."""
    quality: QualityValue | None = None
    aligned: tuple[MovedValue, ...] = ()
    """Phases moved by `--align`; empty where they were measured as acquired."""

    def in_words(self) -> str:
        """The value as one line for a reader."""
        if self.volume_cc is None:
            return f"Enhancement volume {self.enhancement_volume_cc:.3f} cc; without a late phase no FTV."
        if self.voxels == 0:
            return "Functional tumour volume 0 cc: no voxel of the region reaches the thresholds."
        largest = self.largest_component
        alone = (
            f" Largest part: {largest.longest_diameter_in_plane_mm:.1f} mm in plane, "
            f"{largest.longest_diameter_3d_mm:.1f} mm in 3D."
            if largest and self.components > 1
            else ""
        )
        parts = "1 part" if self.components == 1 else f"{self.components} parts"
        return (
            f"Functional tumour volume {self.volume_cc:.3f} cc ({self.voxels} voxels, {parts}); "
            f"longest diameter {self.longest_diameter_in_plane_mm:.1f} mm in plane, "
            f"{self.longest_diameter_3d_mm:.1f} mm in 3D.{alone}"
        )


def conclude_without_region(prepared: PreparedExam) -> Conclusion[FtvValue]:
    """What can be said of an exam whose region nobody gave: its time axis, and that the region is missing."""
    return Conclusion[FtvValue](
        value=None, because=(_axis_step(prepared),), missing=("voi",), warnings=_cautions(prepared.warnings)
    )


def conclude(measured: DceMeasurement) -> Conclusion[FtvValue]:
    """The conclusion of a measurement: its value, the steps that led to it, what is missing."""
    volume, shape = measured.volume, measured.shape
    is_ftv = isinstance(volume, FunctionalTumourVolume)
    cautions = _cautions(measured.warnings)
    if volume.voxels == 0:
        cautions += (_NOTHING_LEFT,)
    return Conclusion[FtvValue](
        value=_value(measured, volume, shape),
        because=(
            _axis_step(measured.prepared),
            _region_step(measured),
            _count_step(volume),
            _shape_step(shape),
            _quality_step(measured.quality),
        ),
        missing=() if is_ftv else ("late phase",),
        warnings=cautions,
        sources=(HYLTON, UCSF_CODE),
    )


_NOTHING_LEFT = Caution(
    code="no-voxel-passes",
    message="No voxel of the region reaches the thresholds: the functional volume is 0. "
    "This is no statement about residual cancer.",
)


def _cautions(warnings: tuple[tuple[str, str], ...]) -> tuple[Caution, ...]:
    return tuple(Caution(code=code, message=message) for code, message in warnings)


def _value(
    measured: DceMeasurement, volume: FunctionalTumourVolume | EnhancementVolume, shape: Shape
) -> FtvValue:
    ftv = volume if isinstance(volume, FunctionalTumourVolume) else None
    largest = shape.largest_component
    choice = measured.prepared.choice
    return FtvValue(
        voxels=ftv.voxels if ftv else None,
        volume_cc=ftv.volume_cc if ftv else None,
        enhancement_volume_cc=None if ftv else volume.volume_cc,
        ser_bins=ftv.ser_bins_by_label if ftv else None,
        ser_zero=ftv.ser_zero if ftv else None,
        ser_undefined=ftv.ser_undefined if ftv else None,
        longest_diameter_in_plane_mm=shape.longest_diameter_in_plane_mm,
        longest_diameter_3d_mm=shape.longest_diameter_3d_mm,
        largest_component=LargestComponentValue(
            voxels=largest.voxels,
            volume_cc=largest.volume_cc,
            longest_diameter_in_plane_mm=largest.longest_diameter_in_plane_mm,
            longest_diameter_3d_mm=largest.longest_diameter_3d_mm,
        )
        if largest
        else None,
        components=shape.components,
        sphericity=shape.sphericity,
        phases=tuple(
            PhaseOnAxis(index=index, time_s=time, role=role)
            for index, (time, role) in enumerate(zip(choice.times_s, choice.roles, strict=True))
        ),
        threshold=volume.threshold,
        parameters=stated_parameters(volume.parameters),
        fragments=_fragments(shape.fragments),
        enhancement=EnhancementValue(
            mean_percent=measured.intensity.mean_percent, peak_percent=measured.intensity.peak_percent
        )
        if measured.intensity
        else None,
        quality=_quality(measured.quality),
        aligned=tuple(
            MovedValue(index=one.index, displacement_mm=one.displacement_mm) for one in measured.moved
        ),
    )


def _quality(found: ExamQuality) -> QualityValue:
    return QualityValue(
        grade=found.grade,
        motion_early_mm=found.motion_early_mm,
        motion_late_mm=found.motion_late_mm,
        fat_signal_ratio=found.fat_signal_ratio,
        signal_to_noise=found.signal_to_noise,
        early_in_window=found.early_in_window,
        region_meets_edge=found.region_meets_edge,
    )


def _fragments(found: Fragments | None) -> FragmentsValue | None:
    if found is None:
        return None
    return FragmentsValue(
        count=found.count,
        volume_cc=found.volume_cc,
        longest_diameter_3d_mm=found.longest_3d.length_mm,
        hull_volume_cc=found.hull_volume_cc,
    )


def stated_parameters(parameters: FtvParameters) -> dict[str, JsonValue]:
    """The thresholds as they are stored beside the result."""
    return {
        "pe_percent": parameters.pe_percent,
        "background_percent": parameters.background_percent,
        "neighbours": parameters.neighbours,
    }


def _axis_step(prepared: PreparedExam) -> Step:
    choice, axis = prepared.choice, prepared.exam.time_axis
    used = f"pre {choice.pre}, early {choice.early}, late {'none' if choice.late is None else choice.late}"
    return Step(
        step=f"{len(axis.phases)} contrast phases, told apart by {axis.told_apart_by}; used: {used}",
        rule=f"a phase's time is its start plus half its duration; t = 0 is the {choice.zero_basis}",
        inputs={
            "times_s": [round(time, 3) for time in choice.times_s],
            "images": prepared.images.description,
            "images_sha256": prepared.images.sha256,
        },
    )


def _region_step(measured: DceMeasurement) -> Step:
    objects = measured.prepared.region_objects
    return Step(
        step=f"region '{measured.region.name}' with {measured.region.voxels} voxels put on the image grid",
        rule="regions are placed by their position in the patient, never by file order",
        inputs={
            "region": measured.region.source,
            "region_cc": round(measured.region.volume_cc, 3),
            "omitted_regions": len(measured.omitted),
            "region_sha256": objects.sha256 if objects else None,
        },
    )


def _count_step(volume: FunctionalTumourVolume | EnhancementVolume) -> Step:
    parameters = volume.parameters
    ratio = ", SER ≥ 0" if isinstance(volume, FunctionalTumourVolume) else ""
    name = "functional tumour volume" if ratio else "enhancement volume (no late phase: SER unknown)"
    return Step(
        step=f"{volume.voxels} voxels count: {name} {volume.volume_cc:.3f} cc",
        rule=(
            f"S0 ≥ {parameters.background_percent:g} % of the 95th percentile in the region's box, "
            f"PE ≥ {parameters.pe_percent:g} %{ratio}, at least {parameters.neighbours} of 26 neighbours "
            "likewise (I-SPY/UCSF; Hylton 2012, PMID 22623692)"
        ),
        inputs={
            "pre_contrast_percentile_95": volume.pre_percentile_95,
            "background_threshold": volume.threshold,
            "region_voxels": volume.region_voxels,
            "omitted_voxels": volume.omitted_voxels,
        },
    )


def _shape_step(shape: Shape) -> Step:
    if shape.voxels == 0:
        return Step(step="no counted voxel: no diameter", rule="a length of nothing is not 0 mm")
    parts = "1 connected part" if shape.components == 1 else f"{shape.components} connected parts"
    return Step(
        step=f"{parts}; longest diameter in plane "
        f"{shape.longest_diameter_in_plane_mm:.1f} mm, in 3D {shape.longest_diameter_3d_mm:.1f} mm",
        rule="between the centres of the two voxels furthest apart, plus one voxel's extent along the line; "
        "connected by face, edge or corner",
        inputs={"voxels": shape.voxels},
    )


def _quality_step(quality: ExamQuality) -> Step:
    def figure(value: float | None, unit: str = "") -> str:
        return "not known" if value is None else f"{value:.1f}{unit}"

    return Step(
        step=f"quality {quality.grade.value}: motion {figure(quality.motion_early_mm, ' mm')} early, "
        f"{figure(quality.motion_late_mm, ' mm')} late; signal to noise {figure(quality.signal_to_noise)}",
        rule="limits of this project, not validated: motion below 1.5 mm, fat ratio below 0.8, signal to "
        "noise from 8, early phase at 90 to 180 s, late from 300 s; poor from 3 mm of motion or at the edge",
        inputs={"fat_signal_ratio": quality.fat_signal_ratio},
    )


def compute(inputs: FtvInputs, watch: Watch | None = None) -> Conclusion[FtvValue]:
    """Measure the exam that the inputs name."""
    prepared = prepare_dce(_request(inputs), watch)
    return conclude(measure_dce(prepared)) if prepared.voi else conclude_without_region(prepared)


def _request(inputs: FtvInputs) -> DceRequest:
    if not inputs.path.exists():
        raise InputError(
            "there is no such file or folder.", str(inputs.path), "Give the exam's folder, file or archive."
        )
    return DceRequest(
        images=inputs.path,
        voi=inputs.voi,
        omit=inputs.omit,
        parameters=FtvParameters(
            pe_percent=inputs.pe_percent,
            background_percent=inputs.background_percent,
            neighbours=inputs.neighbours,
        ),
        early_s=inputs.early_s,
        late_s=inputs.late_s,
        phases=inputs.phases,
        injected_at=inputs.injected_at,
        series=inputs.series,
        align=inputs.align,
    )


CALCULATOR: Calculator[FtvInputs, FtvValue] = Calculator(
    name="ftv",
    summary="Functional tumour volume, signal enhancement ratio and diameters of a DCE-MRI exam.",
    inputs=FtvInputs,
    output=FtvValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="imaging/t0-mr --voi=-62,-70,-20,-10,-10,35",
    explanation="""\
Functional tumour volume (FTV) is the volume of the voxels that enhance enough, early enough, inside the
region. With S0, S1 and S2 the signal before contrast, early and late after it, a voxel counts when

- S0 is at least 60 % of the 95th percentile (linear interpolation) of all pre-contrast voxels in the
  smallest grid-aligned box around the region,
- percent enhancement PE = 100 (S1 − S0) / S0 is at least 70 %,
- the signal enhancement ratio SER = (S1 − S0) / (S2 − S0) is 0 or more (S2 = S0 has none, S2 < S0 a
  negative one),
- at least 4 of its 26 neighbours pass these three, whether or not they lie inside the region,
- it lies inside the region and in no omitted region. Omitted regions keep their signal in the percentile.

A phase's time is its start plus half its duration; t = 0 is the start of the injection where it is
stated, else the start of the first phase after contrast. Early is the phase nearest 150 s, late the one
nearest 450 s and later than early. With a single phase after contrast the ratio is unknown: `volume_cc`
is null and `enhancement_volume_cc` holds the volume above the other thresholds.

It does not find the tumour: the region is drawn by a reader, and vessels or enhancing parenchyma inside
it count unless they are omitted. It does not correct motion between phases unless `--align` asks for it; how
far the tissue moved, and what else makes the exam good or poor, stands in `quality`. FTV predicted complete
response with an AUC of 0.85 on exams of good quality and 0.64 on others (PMC10413289): mind the grade. Its
limits are design decisions of this project. An FTV of 0 says that no voxel reaches the thresholds; it is no
pathologic complete response.""",
    sources=(
        Source(
            id=HYLTON,
            citation="Hylton et al., Radiology 2012;263:663.",
            reading="named from memory, not opened; the rule was read in the code that follows",
        ),
        Source(
            id=UCSF_CODE,
            citation="SlicerBreast_DCEMRI_FTV at f0e9ca5; UCSF Breast Imaging Research Group.",
            reading="the rule was read there; the site's own count on a real exam is reproduced exactly",
        ),
    ),
)
