"""`neoher accept`: a person accepts a proposed region, declared once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field

from neoher.errors import InputError, RegionError
from neoher.intake.dynamic import find_dynamic
from neoher.intake.regions.proposed import AcceptedProposal, accepted_proposal
from neoher.intake.regions.segmentation_writing import SegmentationFacts, segmentation_bytes
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING
from neoher.record.storing import replace_atomically

__all__ = ["CALCULATOR", "AcceptInputs", "AcceptValue", "compute"]


class AcceptInputs(Frozen):
    """A proposal, and who accepts it."""

    path: Annotated[Path, Option("path", positional=True, takes="a path")]
    """The proposal that `neoher propose` wrote."""
    by: Annotated[str, Option("by", takes="a name")] = Field(min_length=1)
    """Who looked at it on the images and accepts it; it is kept in the file."""
    out: Annotated[Path, Option("out", takes="a new .nii.gz file")]
    """File for the accepted region. The proposal stays as it is."""
    on: Annotated[dt.date, Option("on", takes="YYYY-MM-DD")]
    """Day of acceptance."""
    seg: Annotated[Path | None, Option("seg", takes="a new .dcm file")] = None
    """File for the same region as a DICOM Segmentation, for other programs and archives. Needs `images`."""
    images: Annotated[Path | None, Option("images", takes="a path")] = None
    """The exam that it was proposed on: the Segmentation names its patient, study and images."""


class AcceptValue(Frozen):
    """An accepted region."""

    out: str
    stated: str
    """What the file now says of itself."""
    seg: str | None = None
    """The DICOM Segmentation; null where none was asked for."""

    def in_words(self) -> str:
        """The value as one line for a reader."""
        return f"{self.out}: {self.stated}"


def compute(inputs: AcceptInputs) -> Conclusion[AcceptValue]:
    """Write the accepted copy, and the Segmentation where it is asked for; nothing where one cannot be."""
    accepted = accepted_proposal(inputs.path, inputs.out, inputs.by, inputs.on)
    segmentation = _segmentation(inputs, accepted)
    accepted.write()
    if segmentation is not None and inputs.seg is not None:
        replace_atomically(inputs.seg, segmentation)
    stated = accepted.stated
    return Conclusion(
        value=AcceptValue(
            out=str(inputs.out), stated=stated, seg=None if inputs.seg is None else str(inputs.seg)
        ),
        because=(
            Step(
                step=stated,
                rule="a proposal is used once a person has accepted it",
                inputs={"proposal": str(inputs.path), "by": inputs.by, "on": inputs.on.isoformat()},
            ),
        ),
    )


def _segmentation(inputs: AcceptInputs, accepted: AcceptedProposal) -> bytes | None:
    if inputs.seg is None:
        return None
    if inputs.images is None:
        raise InputError(
            "a DICOM Segmentation names the images it lies on, and no images were given.",
            "--seg",
            "Give --images, the exam that the region was proposed on.",
        )
    if inputs.seg.suffix.lower() != ".dcm":
        raise InputError(f"{inputs.seg.name} is no DICOM file's name.", str(inputs.seg), "End it with .dcm.")
    if inputs.seg.exists():
        raise InputError("there is such a file already; it is kept.", str(inputs.seg), "Give another name.")
    if not inputs.seg.parent.is_dir():
        raise InputError("the folder is not there.", str(inputs.seg.parent), "Make it first.")
    exam = find_dynamic(inputs.images)
    labels = accepted.labels_on(exam.grid)
    count = int(labels.max())
    if count == 0:
        raise RegionError("the proposal holds no voxel.", str(inputs.path), "Propose again.")
    names = ("Lesion",) if count == 1 else tuple(f"Focus {number}" for number in range(1, count + 1))
    facts = SegmentationFacts(names, accepted.made_by, accepted.stated, accepted.by, inputs.on)
    return segmentation_bytes(labels, exam.grid, exam.frames[0], facts)


CALCULATOR: Calculator[AcceptInputs, AcceptValue] = Calculator(
    name="accept",
    summary="Accept a proposed region, so that it can be measured in.",
    inputs=AcceptInputs,
    output=AcceptValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="t0-proposed.nii.gz --by 'A. Reader' --on 2025-02-09 --out t0-region.nii.gz",
    explanation="""\
The accepted file holds the same voxels; its header says who accepted the proposal and when, and every
measurement in it names that in the region's source. Foci can be accepted apart: `t0-foci.nii.gz` accepted,
its focus 2 is `t0-foci.nii.gz#2` for `--voi`. With `--seg` the region is written as a DICOM Segmentation
too, one segment per label, its creator the person who accepted it.

It shows no image: look at the proposal in a viewer first, and correct it there where needed.""",
)
