"""`neoher propose`: a tumour proposed in a DCE-MRI exam from one click or box, declared once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neoher.errors import InputError, RegionError
from neoher.imaging.phases import PhaseChoice, choose_phases
from neoher.imaging.segment.learned import load_segmenter
from neoher.imaging.segment.proposal import METHOD, Proposal, propose_tumour
from neoher.imaging.shape import describe_shape
from neoher.intake.dynamic import DynamicExam, find_dynamic
from neoher.intake.regions.proposed import refuse_to_overwrite, write_proposal
from neoher.intake.regions.reading import read_region
from neoher.intake.regions.source import RegionFile, parse_region_source
from neoher.measure.dce_exam import Silent, Watch
from neoher.measure.option_forms import JOINED_BY_COMMAS, PHASE_INDICES
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

__all__ = ["CALCULATOR", "ProposeInputs", "ProposeValue", "compute"]


class ProposeInputs(Frozen):
    """A DCE-MRI exam, where the lesion lies, and where the proposal goes."""

    path: Annotated[Path, Option("path", positional=True, takes="a path")]
    """The exam: a folder, a DICOM file, or a .zip or .tar.* archive (read in place)."""
    out: Annotated[Path, Option("out", takes="a new .nii.gz file")]
    """File for the whole extent. It says of itself that nobody has accepted it."""
    at: Annotated[
        tuple[float, float, float] | None, Option("at", unit="mm", takes="x,y,z"), JOINED_BY_COMMAS
    ] = None
    """A point on the lesion, DICOM patient coordinates."""
    box: Annotated[str | None, Option("box", takes="a box")] = None
    """A box that holds the whole lesion, instead of a point: 'x0,y0,z0,x1,y1,z1' in mm or
    'voxels:c0,r0,s0,c1,r1,s1'. Nothing outside it is proposed."""
    foci_out: Annotated[Path | None, Option("foci", takes="a new .nii.gz file")] = None
    """File for the foci apart, one label each: 1 is the clicked one, then by falling volume."""
    model: Annotated[Path | None, Option("model", takes="a local .onnx, .pt or .ts file")] = None
    """A learned segmenter that you own, in the place of the enhancement curves. None is shipped."""
    early_s: Annotated[float, Option("early-s", unit="s")] = Field(default=150.0, gt=0)
    """Time after injection that the early phase should be nearest to."""
    late_s: Annotated[float, Option("late-s", unit="s")] = Field(default=450.0, gt=0)
    """Time after injection that the late phase should be nearest to."""
    phases: Annotated[
        tuple[int, ...] | None, Option("phases", takes="indices joined by commas"), PHASE_INDICES
    ] = None
    """Phases to use as pre, early, late, by their index on the time axis: '0,1,2'."""
    injected_at: Annotated[dt.datetime | None, Option("injected-at", takes="YYYY-MM-DDThh:mm:ss")] = None
    """Start of the contrast injection, by the scanner's clock."""
    series: Annotated[tuple[str, ...], Option("series", repeated=True, takes="text")] = ()
    """Series to look at, by UID, number or description; may be repeated."""


class FocusValue(Frozen):
    """One focus; each is a lesion of its own until a reader joins it to another."""

    number: int
    """Its label in the file of foci."""
    volume_cc: float
    longest_diameter_3d_mm: float
    centroid_mm: tuple[float, float, float]


class ConfidenceValue(Frozen):
    """How far the proposal can be trusted: a design decision, no probability."""

    score: float
    """0 to 1: the least of the three parts."""
    stability: float
    """Agreement (Dice) of the proposals that a laxer and a stricter edge would give."""
    distinctness: float
    """Contrast between lesion and surroundings over the noise; 1 from 8 on."""
    containment: float
    """1; 0.8 where the proposal reaches the skin, 0.5 where it reaches the limit of the search."""


class ProposeValue(Frozen):
    """A tumour as software proposes it. Lengths in mm, volumes in cc."""

    status: Literal["proposed"]
    """A person must accept it: nothing is measured in it before (`neoher accept`)."""
    out: str
    foci_out: str | None
    volume_cc: float
    """Of all foci, holes filled: no functional tumour volume, which counts by other thresholds."""
    longest_diameter_3d_mm: float
    """Of the whole extent, gaps between foci included."""
    foci: tuple[FocusValue, ...]
    confidence: ConfidenceValue
    early_percent: float
    """Early enhancement of the lesion, percent of how bright tissue is there before contrast."""
    around_percent: float
    """The same of what surrounds it."""
    made_by: str

    def in_words(self) -> str:
        """The value as one line for a reader."""
        foci = "1 focus" if len(self.foci) == 1 else f"{len(self.foci)} foci"
        return (
            f"Proposed, not accepted: {self.volume_cc:.2f} cc in {foci}, extent "
            f"{self.longest_diameter_3d_mm:.1f} mm, confidence {self.confidence.score:.2f}. Look at "
            f"{self.out} on the images; `neoher accept` when it is right."
        )


def compute(inputs: ProposeInputs, watch: Watch | None = None) -> Conclusion[ProposeValue]:
    """Propose, and write the files. Nothing is written where no proposal can be made."""
    if not inputs.path.exists():
        raise InputError(
            "there is no such file or folder.", str(inputs.path), "Give the exam's folder or archive."
        )
    outs = [inputs.out] if inputs.foci_out is None else [inputs.out, inputs.foci_out]
    if len(set(outs)) < len(outs):
        raise InputError("the extent and the foci go into two files.", "foci_out", "Give another name.")
    for out in outs:
        refuse_to_overwrite(out)
    watch = watch or Silent()
    exam = find_dynamic(
        inputs.path,
        injected_at=inputs.injected_at,
        series=inputs.series,
        progress=lambda done, total: watch.progress("reading headers", done, total),
    )
    choice = choose_phases(exam.time_axis, early_s=inputs.early_s, late_s=inputs.late_s, phases=inputs.phases)
    watch.time_axis(exam.time_axis, choice)
    proposal = propose_tumour(
        exam.load([index for index in (choice.pre, choice.early, choice.late) if index is not None]),
        choice,
        at_mm=inputs.at,
        box=None if inputs.box is None else _box(inputs.box, exam.grid),
        segmenter=None if inputs.model is None else load_segmenter(inputs.model),
    )
    description = f"{proposal.made_by}, confidence {proposal.confidence.score:.2f}"
    if inputs.foci_out is not None:
        write_proposal(_labels(proposal), exam.grid, inputs.foci_out, description)
    write_proposal(proposal.extent.inside.astype(np.uint16), exam.grid, inputs.out, description)
    return _conclusion(inputs, exam, choice, proposal)


def _box(text: str, grid: Grid) -> Mask:
    if isinstance(parse_region_source(text), RegionFile):
        raise RegionError(
            "a proposal starts from a box of numbers, not from a file.", text, "Give --box six numbers."
        )
    return read_region(text, grid)


def _labels(proposal: Proposal) -> NDArray[np.uint16]:
    labels = np.zeros(proposal.extent.inside.shape, dtype=np.uint16)
    for number, focus in enumerate(proposal.foci, start=1):
        labels[focus.inside] = number
    return labels


def _focus(number: int, mask: Mask) -> FocusValue:
    shape = describe_shape(mask)
    assert shape.longest_diameter_3d_mm is not None  # a focus holds voxels
    assert shape.centroid_mm is not None
    return FocusValue(
        number=number,
        volume_cc=mask.volume_cc,
        longest_diameter_3d_mm=shape.longest_diameter_3d_mm,
        centroid_mm=shape.centroid_mm,
    )


def _conclusion(
    inputs: ProposeInputs, exam: DynamicExam, choice: PhaseChoice, proposal: Proposal
) -> Conclusion[ProposeValue]:
    extent = describe_shape(proposal.extent).longest_diameter_3d_mm
    assert extent is not None  # a proposal holds voxels
    confidence, images = proposal.confidence, exam.digest()
    warnings = (
        ("proposal-not-accepted", "A person must look at the proposal and accept it before it is used."),
    )
    return Conclusion(
        value=ProposeValue(
            status="proposed",
            out=str(inputs.out),
            foci_out=None if inputs.foci_out is None else str(inputs.foci_out),
            volume_cc=proposal.extent.volume_cc,
            longest_diameter_3d_mm=extent,
            foci=tuple(_focus(number, focus) for number, focus in enumerate(proposal.foci, start=1)),
            confidence=ConfidenceValue(
                score=confidence.score,
                stability=confidence.stability,
                distinctness=confidence.distinctness,
                containment=confidence.containment,
            ),
            early_percent=proposal.early_percent,
            around_percent=proposal.around_percent,
            made_by=proposal.made_by,
        ),
        because=(
            Step(
                step=f"pre {choice.pre}, early {choice.early}, late "
                f"{'none' if choice.late is None else choice.late}",
                rule=f"t = 0 is the {choice.zero_basis}",
                inputs={
                    "times_s": [round(time, 3) for time in choice.times_s],
                    "images": images.description,
                    "images_sha256": images.sha256,
                },
            ),
            Step(
                step=f"lesion enhances by {proposal.early_percent:.0f} % early, what surrounds it by "
                f"{proposal.around_percent:.0f} %",
                rule="a voxel belongs to the lesion where its curve lies nearer to the lesion's mean than to "
                "that of its surroundings; skin and thin parts are held back, islands within 12 mm "
                "belong to the extent "
                "(design decisions of this project)",
                inputs={"at_mm": list(inputs.at) if inputs.at else None, "box": inputs.box},
            ),
        ),
        warnings=tuple(
            Caution(code=code, message=message)
            for code, message in (*warnings, *proposal.warnings, *exam.time_axis.warnings, *choice.warnings)
        ),
    )


CALCULATOR: Calculator[ProposeInputs, ProposeValue] = Calculator(
    name="propose",
    summary="Proposal of a tumour's extent and foci in a DCE-MRI exam from one click or box.",
    inputs=ProposeInputs,
    output=ProposeValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="imaging/t0-mr --at=84.0,-25.5,3.0 --out t0-proposed.nii.gz --foci t0-foci.nii.gz",
    explanation=f"""\
From the point or box the mean enhancement curve of the lesion and that of its surroundings are found in
turns; each voxel goes to the nearer one, so that the edge falls where half a voxel is tumour. Enhancement
is taken against how bright tissue is in that place before contrast, so that dark fat does not count as
enhancing. The outer 3 mm of the body and parts thinner than 3 mm (vessels) are held back; islands within 12
mm of another belong to the extent, and long thin ones are taken as vessels. These limits are design
decisions without evidence behind them; what they give on simulated tumours, `python
scripts/proposal_table.py` prints. Method: {METHOD}.

The file says of itself that it is a proposal. `neoher ftv`, `neoher measure` and every other command
refuse it until a person has accepted it with `neoher accept`. A region redrawn in another
program is that person's own.

It does not find lesions, and it does not tell benign from malignant: whatever enhances where the reader
points is proposed. It writes NIfTI; `neoher accept --seg` writes a DICOM Segmentation.""",
)
