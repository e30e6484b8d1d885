"""`neoher carry`: a region of an earlier DCE-MRI exam proposed in a later one, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from neoher.errors import InputError, SeriesError
from neoher.imaging.carrying import LEAST_SIMILARITY, METHOD, carry_region
from neoher.intake.dynamic import DynamicExam, find_dynamic
from neoher.intake.regions.proposed import refuse_to_overwrite, write_proposal
from neoher.intake.regions.reading import read_region
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Caution, Conclusion, Frozen, Step
from neoher.record.intended_use import MEASURING
from neoher.volume.mask import Mask

__all__ = ["CALCULATOR", "CarryInputs", "CarryValue", "compute"]


class CarryInputs(Frozen):
    """Two DCE-MRI exams of one patient, and a region of the earlier one."""

    earlier: Annotated[Path, Option("earlier", positional=True, takes="a path")]
    """The exam that the region was drawn on: a folder, a DICOM file, or an archive (read in place)."""
    later: Annotated[Path, Option("later", positional=True, takes="a path")]
    """The exam that it is carried to."""
    region: Annotated[str, Option("region", takes="SEG, RTSTRUCT, NIfTI or box")]
    """Region of the earlier exam, as `neoher ftv --voi` takes it."""
    out: Annotated[Path, Option("out", takes="a new .nii.gz file")]
    """File for the region on the later exam. It says of itself that nobody has accepted it."""
    earlier_series: Annotated[tuple[str, ...], Option("earlier-series", repeated=True, takes="text")] = ()
    """Series of the earlier exam to look at, by UID, number or description; may be repeated."""
    later_series: Annotated[tuple[str, ...], Option("later-series", repeated=True, takes="text")] = ()
    """The same of the later exam."""


class CarryValue(Frozen):
    """A region as software places it at another visit. Lengths in mm, volumes in cc."""

    status: Literal["proposed"]
    """A person must accept it: nothing is measured in it before (`neoher accept`)."""
    out: str
    volume_cc: float
    """Of the region on the later exam; the earlier one's but for the other grid."""
    displacement_mm: tuple[float, float, float]
    """How far the tissue in its middle moved between the visits, DICOM patient coordinates."""
    similarity_before: float | None
    """Correlation of the signal around the region with both exams where they lie; null: not comparable."""
    similarity: float | None
    """The same once registered."""
    outside_percent: float
    """Share of the region outside the later image."""

    def in_words(self) -> str:
        """The value as one line for a reader."""
        distance = float(np.linalg.norm(self.displacement_mm))
        alike = "not comparable" if self.similarity is None else f"{self.similarity:.2f}"
        return (
            f"Proposed, not accepted: {self.volume_cc:.2f} cc, moved by {distance:.1f} mm, correlation of "
            f"the tissue around it {alike}. Look at {self.out} on the images; `neoher accept` when right."
        )


def compute(inputs: CarryInputs) -> Conclusion[CarryValue]:
    """Register, and write the file. Nothing is written where the tissue is not found."""
    for path in (inputs.earlier, inputs.later):
        if not path.exists():
            raise InputError(
                "there is no such file or folder.", str(path), "Give the exam's folder or archive."
            )
    refuse_to_overwrite(inputs.out)
    earlier = find_dynamic(inputs.earlier, series=inputs.earlier_series)
    later = find_dynamic(inputs.later, series=inputs.later_series)
    if earlier.patient_id != later.patient_id:
        raise SeriesError(
            f"these are exams of two patients: '{earlier.patient_id}' and '{later.patient_id}'.",
            str(inputs.later),
            "Give two exams of one patient.",
        )
    region = read_region(
        inputs.region,
        earlier.grid,
        frame_of_reference_uid=earlier.frame_of_reference_uid,
        patient_id=earlier.patient_id,
    )
    carried = carry_region(_before_contrast(earlier), region, _before_contrast(later), later.grid)
    alike = "" if carried.similarity is None else f", correlation {carried.similarity:.2f}"
    write_proposal(
        carried.inside.astype(np.uint16), later.grid, inputs.out, f"{METHOD} of {region.name}{alike}"
    )
    warnings = (
        ("proposal-not-accepted", "A person must look at the region and accept it before it is used."),
        *carried.warnings,
    )
    return Conclusion(
        value=CarryValue(
            status="proposed",
            out=str(inputs.out),
            volume_cc=Mask(carried.inside, later.grid, region.name, region.source).volume_cc,
            displacement_mm=carried.displacement_mm,
            similarity_before=carried.similarity_before,
            similarity=carried.similarity,
            outside_percent=carried.outside_percent,
        ),
        because=(
            Step(
                step=f"the tissue moved by {np.linalg.norm(carried.displacement_mm):.1f} mm",
                rule="rigid registration of the phases before contrast by mutual information, begun where "
                "the tissue is most alike (design decision of this project)",
                inputs={
                    "earlier_sha256": earlier.digest().sha256,
                    "later_sha256": later.digest().sha256,
                    "region": region.source,
                },
            ),
        ),
        warnings=tuple(Caution(code=code, message=message) for code, message in warnings),
    )


def _before_contrast(exam: DynamicExam) -> NDArray[np.float32]:
    """The signal of the first phase, shape of the exam's grid."""
    stored, scale = exam.load([0]).phase(0)
    signal: NDArray[np.float32] = stored.astype(np.float32) * np.float32(scale.slope)
    return signal + np.float32(scale.intercept)


CALCULATOR: Calculator[CarryInputs, CarryValue] = Calculator(
    name="carry",
    summary="Carry a region of an earlier DCE-MRI exam to a later one, as a proposal.",
    inputs=CarryInputs,
    output=CarryValue,
    compute=compute,
    intended_use=MEASURING,
    example_needs_files=True,
    example="imaging/t0-mr imaging/t1-mr --region t0-voi.dcm --out t1-proposed.nii.gz",
    explanation=f"""\
The breast lies otherwise at each visit. The tissue within 30 mm of the region, before contrast, is looked
for in the later exam up to 60 mm from where it lay, then registered (shift and turn; never bent, since a
bend could follow the change that the visits are compared for), and the region is marked there. A correlation
of the tissue around it below {LEAST_SIMILARITY:g} gives a warning. These limits are design decisions without
evidence behind them. Method: {METHOD}. It needs the extra `align`.

The file says of itself that it is a proposal: `neoher ftv`, `neoher measure` and every other command refuse
it until a person has accepted it with `neoher accept`.

It carries the whole region: where the tumour is smaller now, a volume of interest still holds it, an outline
does not fit it. It does not follow a breast that was pressed into another shape.""",
)
