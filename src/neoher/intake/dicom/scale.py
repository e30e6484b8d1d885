"""From stored numbers to signal that can be compared between phases.

The standard's rescale gives the values a console displays. Philips scales every image (or dynamic) anew
before it stores it, so displayed values of two phases need not be comparable; its private scale slope
(2005,100E) undoes that: signal = displayed / (rescale slope * scale slope). It is undone wherever it is
stated.
Sources: PAR/REC header of Philips ("DV = PV * RS + RI; FP = DV / (RS * SS)"); Chenevert et al., Transl Oncol
2014;7:65 (doi:10.1593/tlo.13811).
"""

from __future__ import annotations

from collections.abc import Iterable

from neoher.errors import SeriesError
from neoher.intake.dicom.frames import Frame
from neoher.volume.dynamic import Scale

__all__ = ["refuse_mixed_scales", "scale_of", "scale_warnings"]


def scale_of(frame: Frame) -> Scale:
    """What turns the stored numbers of the frame into signal."""
    if frame.scale_slope is None:
        return Scale(frame.slope, frame.intercept)
    return Scale(1 / frame.scale_slope, frame.intercept / (frame.slope * frame.scale_slope))


def refuse_mixed_scales(frames: Iterable[Frame]) -> None:
    """Raise SeriesError for a scale that cannot be, or a scale slope that only some images state."""
    stated: dict[bool, Frame] = {}
    for frame in frames:
        stated.setdefault(frame.scale_slope is not None, frame)
        slopes = (frame.slope, 1.0 if frame.scale_slope is None else frame.scale_slope)
        if not all(1e-12 <= abs(slope) <= 1e12 for slope in slopes) or abs(frame.intercept) > 1e12:
            raise SeriesError(
                f"rescale slope {frame.slope:g}, intercept {frame.intercept:g} and scale slope {slopes[1]:g}"
                " are no scale.",
                frame.header.source.label,
                "Export the images again.",
            )
    if len(stated) > 1:
        raise SeriesError(
            "some images of the dynamic state Philips' scale slope (2005,100E) and some do not: their signals"
            " cannot be compared.",
            stated[False].header.source.label,
            "Export the exam again with its private elements.",
        )


def scale_warnings(frames: Iterable[Frame]) -> tuple[tuple[str, str], ...]:
    """Says that Philips' scaling was undone, where it was."""
    if not any(frame.scale_slope is not None for frame in frames):
        return ()
    message = "Signal is scaled back by Philips' scale slope (2005,100E), so that phases can be compared."
    return (("philips-scale-slope", message),)
