"""`neoher accept`: a person accepts a proposed region, declared once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

from pydantic import Field

from neoher.intake.regions.proposed import accept_proposal
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING

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


class AcceptValue(Frozen):
    """An accepted region."""

    out: str
    stated: str
    """What the file now says of itself."""

    def in_words(self) -> str:
        """The value as one line for a reader."""
        return f"{self.out}: {self.stated}"


def compute(inputs: AcceptInputs) -> Conclusion[AcceptValue]:
    """Write the accepted copy."""
    stated = accept_proposal(inputs.path, inputs.out, inputs.by, inputs.on)
    return Conclusion(
        value=AcceptValue(out=str(inputs.out), stated=stated),
        because=(
            Step(
                step=stated,
                rule="a proposal is used once a person has accepted it",
                inputs={"proposal": str(inputs.path), "by": inputs.by, "on": inputs.on.isoformat()},
            ),
        ),
    )


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
its focus 2 is `t0-foci.nii.gz#2` for `--voi`.

It shows no image: look at the proposal in a viewer first, and correct it there where needed.""",
)
