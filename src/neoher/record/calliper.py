"""Callipers: two points that a reader set on a plane image, and what of a lesion lies between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from neoher.record.region import CasePath
from neoher.record.values.fact import Fact
from neoher.record.values.refusal import refuse
from neoher.record.values.text import Identifier
from neoher.record.values.units import Measured

__all__ = ["MG_SPANS", "US_SPANS", "Calliper", "Span"]

_PixelPlace = Annotated[float, Measured("", at_least=-0.5, at_most=100_000)]


class Span(StrEnum):
    """What lies between two callipers. A mass and its calcifications are kept apart."""

    LONGEST = "longest"
    """Longest diameter of the lesion itself; calcifications beyond it are left out."""
    CALCIFICATIONS = "calcifications"
    """Longest span of the calcifications."""
    SECOND_AXIS = "second axis"
    """Across the longest diameter, in its plane."""
    THIRD_AXIS = "third axis"
    """In the plane across: the third axis of the ellipsoid."""
    SHORT_AXIS = "short axis"
    """Across the longest diameter of a node."""
    CORTEX = "cortex"
    """Greatest thickness of a node's cortex."""


MG_SPANS = frozenset({Span.LONGEST, Span.CALCIFICATIONS})
US_SPANS = frozenset(Span) - {Span.CALCIFICATIONS}


class Calliper(Fact):
    """One length, as a pair of points on one image of its exam.

    The points are pixels: column and row, counted from 0 at the centre of the first pixel. How many
    millimetres lie between them is measured from what the image states of its scale.
    """

    lesion: Identifier | None = None
    span: Span
    image: CasePath | None = None
    """File below the exam's images (`lcc.dcm`), also inside an archive. May be left out, as `sop_instance`
    may, where the exam has one image."""
    sop_instance: Annotated[str, Field(pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$", max_length=64)] | None = None
    """SOP Instance UID of the image, in place of its file."""
    frame: Annotated[int, Field(ge=0, strict=True)] = 0
    """Frame of a multi-frame image or slice of a tomosynthesis, counted from 0."""
    start: tuple[_PixelPlace, _PixelPlace] = Field(alias="from")
    """First point: column, row in pixels."""
    end: tuple[_PixelPlace, _PixelPlace] = Field(alias="to")
    """Second point: column, row in pixels."""

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _is_a_length_on_one_image(self) -> Calliper:
        if self.start == self.end:
            raise refuse("both points are the same: there is no length between them.", field="to")
        if self.image is not None and self.sop_instance is not None:
            raise refuse("an image is named by `image` or by `sop_instance`, not by both.", "Keep one.")
        return self
