"""The lengths of one lesion on the plane images of one exam: each reading, and the size they join to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.errors import InputError
from neoher.imaging.projection import Extent, ViewLength, join_views
from neoher.imaging.ultrasound import ellipsoid_volume_cc
from neoher.measure.length import LengthValue
from neoher.record.calliper import Span
from neoher.record.conclusion import Frozen
from neoher.record.measurement import Quantity
from neoher.volume.calibration import CalibrationPlane

__all__ = ["QUANTITIES", "CalliperReading", "LesionLengths", "join_readings", "side_of"]

QUANTITIES = {
    Span.LONGEST: "longest_diameter",
    Span.SECOND_AXIS: "second_axis",
    Span.THIRD_AXIS: "third_axis",
    Span.SHORT_AXIS: "short_axis",
    Span.CORTEX: "cortex",
    Span.CALCIFICATIONS: "calcification_extent",
}
"""By span the name of its quantity, in the order of the report."""
VOLUME = "ellipsoid_volume"

_EXTENTS = {Span.LONGEST: Extent.MASS, Span.CALCIFICATIONS: Extent.CALCIFICATIONS}
_AXES = (Span.LONGEST, Span.SECOND_AXIS, Span.THIRD_AXIS)
_SIDES = {"L": "left", "R": "right"}
_LEAST_SAME = 1e-6


class CalliperReading(Frozen):
    """One pair of callipers, measured."""

    span: Span
    image: str
    """File, and the frame where it has several."""
    view: str
    """'CC', 'MLO, magnified' …; '' where the image states none."""
    side: str
    """'left', 'right', or '' where the image states none."""
    start: tuple[float, float]
    end: tuple[float, float]
    length: LengthValue
    counted: bool
    """Whether it enters the size of the lesion."""
    not_counted: str = ""
    """Why it does not."""


class LesionLengths(Frozen):
    """The size of one lesion on one exam, between callipers. None: not set, or on an uncalibrated image."""

    readings: tuple[CalliperReading, ...]
    sizes_mm: dict[Span, float | None]
    """By span that was set, in mm: the longest over the images that count."""
    ellipsoid_volume_cc: float | None
    """Of three axes in mm: pi/6 a b c."""
    side: str
    """'left', 'right', or '' where no image states a side."""
    plane: str
    """Where the counted lengths lie: 'body', 'detector', 'body and detector'; '' where none is in mm."""

    def in_words(self) -> str:
        """For a reader."""
        said = [f"{span.value} {self._size(span)}" for span in QUANTITIES if span in self.sizes_mm]
        if self.ellipsoid_volume_cc is not None:
            said.append(f"ellipsoid {self.ellipsoid_volume_cc:.3g} cc")
        on_detector = " (on the detector, longer than in the body)" if "detector" in self.plane else ""
        return ", ".join(said) + on_detector

    def why_absent(self, quantity: str) -> str:
        """Why a quantity has no number in mm: 'uncalibrated: 250.0 pixels'."""
        span = next((span for span, name in QUANTITIES.items() if name == quantity), None)
        return self._size(span) if span in self.sizes_mm and span is not None else "not measured"

    def quantities(self) -> Iterator[Quantity]:
        """What was set, as it is stored; a length in pixels is no number of mm."""
        for span, name in QUANTITIES.items():
            if span in self.sizes_mm:
                yield Quantity(name=name, value=self.sizes_mm[span], unit="mm")
        if all(span in self.sizes_mm for span in _AXES):
            yield Quantity(name=VOLUME, value=self.ellipsoid_volume_cc, unit="cm3")

    def _size(self, span: Span) -> str:
        size = self.sizes_mm[span]
        if size is not None:
            return f"{size:.1f} mm"
        of_span = [one for one in self.readings if one.span is span]
        pixels = ", ".join(
            f"{one.length.length_pixels:.1f}" for one in of_span if one.length.length_mm is None
        )
        return f"uncalibrated: {pixels} pixels" if pixels else next(one.not_counted for one in of_span)


def join_readings(
    lesion: str, readings: Sequence[CalliperReading]
) -> tuple[LesionLengths, tuple[tuple[str, str], ...]]:
    """The lesion's size over the images of one exam, and what must be known before it is read.

    Each projection shortens what lies along its beam, so the longest of a span counts. A length in pixels
    never counts. Where one span has lengths in the body, those on the detector do not count; one on the
    detector of a magnification view never does.
    Raises: ImageError for a lesion on both sides; InputError for an axis that is longer than the longest.
    """
    judged = tuple(_judged(one, readings) for one in readings)
    counted = [one for one in judged if one.counted]
    sides = {one.side for one in judged if one.side}
    if len(sides) > 1:
        raise InputError(
            f"lesion {lesion} has callipers on images of the left and of the right breast.",
            "",
            "A lesion has one side: give the other side's finding a lesion of its own.",
        )
    joined = join_views(
        [
            ViewLength(lesion, one.side, one.view, _EXTENTS[one.span], one.length.length_mm)
            for one in counted
            if one.view and one.length.length_mm is not None and one.span in _EXTENTS
        ]
    )
    sizes = {span: _longest(counted, span) for span in QUANTITIES if any(one.span is span for one in judged)}
    _refuse_longer_axes(lesion, sizes)
    longest, third = sizes.get(Span.LONGEST), sizes.get(Span.THIRD_AXIS)
    axes = [size for span in _AXES if (size := sizes.get(span)) is not None]
    warnings = [warning for one in joined for warning in one.warnings]
    if longest is not None and third is not None and third > longest * (1 + _LEAST_SAME):
        message = f"{lesion}: the third axis, {third:.1f} mm, exceeds the longest diameter, {longest:.1f} mm."
        warnings.append(("third-axis-exceeds-longest", message))
    short, cortex = sizes.get(Span.SHORT_AXIS), sizes.get(Span.CORTEX)
    if short is not None and cortex is not None and cortex > short * (1 + _LEAST_SAME):
        message = (
            f"{lesion}: the cortex, {cortex:.1f} mm, is thicker than the node's short axis, {short:.1f} mm."
        )
        warnings.append(("cortex-exceeds-short-axis", message))
    warnings += [
        ("length-not-counted", f"{one.image}, {one.span}: {one.not_counted}.")
        for one in judged
        if one.not_counted and one.length.length_mm is not None
    ]
    planes = sorted({_plane(one) for one in counted})
    found = LesionLengths(
        readings=judged,
        sizes_mm=sizes,
        ellipsoid_volume_cc=ellipsoid_volume_cc(axes[0], axes[1], axes[2])
        if len(axes) == len(_AXES)
        else None,
        side=next(iter(sides), ""),
        plane=" and ".join(planes),
    )
    return found, tuple(warnings)


def side_of(laterality: str) -> str:
    """'left' or 'right' for DICOM's L and R; '' for anything else, such as B."""
    return _SIDES.get(laterality.upper(), "")


def _judged(one: CalliperReading, readings: Sequence[CalliperReading]) -> CalliperReading:
    why = ""
    if one.length.length_mm is None:
        why = "uncalibrated: pixels are no millimetres"
    elif _on_detector(one) and "magnified" in one.view:
        why = "a magnification view without its factor: far longer on the detector than in the body"
    elif _on_detector(one) and any(_in_body(other) for other in readings if other.span is one.span):
        why = "on the detector, while another image gives the length in the body"
    return one.model_copy(update={"counted": not why, "not_counted": why})


def _longest(counted: Sequence[CalliperReading], span: Span) -> float | None:
    lengths = (one.length.length_mm for one in counted if one.span is span)
    return max((length for length in lengths if length is not None), default=None)


def _refuse_longer_axes(lesion: str, sizes: dict[Span, float | None]) -> None:
    """Across the longest, in its own plane, nothing is longer; the third axis lies in another plane."""
    longest = sizes.get(Span.LONGEST)
    for span in (Span.SECOND_AXIS, Span.SHORT_AXIS):
        size = sizes.get(span)
        if longest is not None and size is not None and size > longest * (1 + _LEAST_SAME):
            raise InputError(
                f"the {span} of {lesion}, {size:.1f} mm, exceeds its longest diameter, {longest:.1f} mm.",
                "callipers",
                "Correct the points, or exchange the spans.",
            )


def _on_detector(one: CalliperReading) -> bool:
    return one.length.plane is CalibrationPlane.DETECTOR


def _in_body(one: CalliperReading) -> bool:
    return one.length.length_mm is not None and not _on_detector(one)


def _plane(one: CalliperReading) -> str:
    return "detector" if _on_detector(one) else "body"
