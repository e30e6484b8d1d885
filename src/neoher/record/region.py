"""Regions on an exam's images: where to measure, where not."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from neoher.record.conclusion import Frozen
from neoher.record.values.fact import Fact
from neoher.record.values.refusal import refuse
from neoher.record.values.text import Identifier, Text
from neoher.record.values.units import Position

__all__ = ["BoxMm", "CasePath", "Region", "RegionPurpose"]


def _below_the_case_folder(stated: str) -> str:
    absolute = PurePosixPath(stated).is_absolute() or PureWindowsPath(stated).drive or stated.startswith("\\")
    if absolute or ".." in PurePosixPath(stated.replace("\\", "/")).parts:
        raise refuse(
            f"'{stated}' leaves the case folder.",
            "Put the images below the folder of case.yaml and write the path relative to it.",
        )
    return stated


CasePath = Annotated[Text, AfterValidator(_below_the_case_folder)]
"""A file, folder or archive, relative to the case folder and below it."""

Corner = tuple[Position, Position, Position]


class RegionPurpose(StrEnum):
    """What a region is for."""

    VOI = "voi"
    """Volume of interest: measure inside."""
    OMIT = "omit"
    """Leave out, such as a vessel or a clip's void."""
    CONTOUR = "contour"
    """The lesion's outline as a reader drew it."""
    LIVER = "liver"
    """Reference region of a PET: a part of the liver without disease, of no lesion."""
    BLOOD_POOL = "blood-pool"
    """Reference region of a PET: blood in the aorta, of no lesion."""


class BoxMm(Frozen):
    """A box along the patient's axes, in mm of DICOM patient coordinates (LPS: left, back, head rise)."""

    lower: Corner = Field(alias="from")
    """Corner with the smaller coordinates: x, y, z in mm."""
    upper: Corner = Field(alias="to")
    """Corner with the greater coordinates: x, y, z in mm."""

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _has_volume(self) -> BoxMm:
        if any(low >= high for low, high in zip(self.lower, self.upper, strict=True)):
            raise refuse(
                "the box has no volume: each coordinate of `to` must exceed that of `from`.",
                "Give the corner with the smaller x, y and z first.",
                field="to",
            )
        return self


class Region(Fact):
    """One region, from a file or as a box."""

    lesion: Identifier | None = None
    purpose: RegionPurpose | None = None
    file: CasePath | None = None
    """SEG, RTSTRUCT or NIfTI below the case folder; `path#2` or `path#name` picks one part of it."""
    box_mm: BoxMm | None = None

    @model_validator(mode="after")
    def _has_one_shape(self) -> Region:
        if (self.file is None) == (self.box_mm is None):
            raise refuse("a region needs either `file` or `box_mm`, and not both.", "State one of them.")
        if self.is_reference and self.lesion is not None:
            raise refuse(
                f"a reference region ({self.purpose}) belongs to no lesion.",
                "Leave `lesion` out.",
                field="lesion",
            )
        return self

    @property
    def is_reference(self) -> bool:
        """Whether lesions are compared with it, rather than measured in it."""
        return self.purpose in {RegionPurpose.LIVER, RegionPurpose.BLOOD_POOL}

    @property
    def holds_a_lesion(self) -> bool:
        """Whether a lesion is measured inside it; a region without a purpose is one to measure in."""
        return self.purpose is not RegionPurpose.OMIT and not self.is_reference

    @property
    def file_path(self) -> str | None:
        """The file without the segment."""
        return self.file.partition("#")[0] if self.file is not None else None

    @property
    def segment(self) -> str | None:
        """Number or name of the segment or structure; None when the file was named alone."""
        return (self.file.partition("#")[2] or None) if self.file is not None else None
