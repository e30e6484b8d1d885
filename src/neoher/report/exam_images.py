"""Pictures of a measured exam, or the reason why there are none."""

from __future__ import annotations

from neoher.errors import NeoherError
from neoher.measure.case import ExamResult
from neoher.report.content import ExamImages
from neoher.report.measured import page_of

__all__ = ["draw_exam"]


def draw_exam(result: ExamResult) -> ExamImages:
    """The pictures of one exam and region, drawn from its pixels, which are read once more for it.

    A problem with the pixels is said in the place of the pictures and stops nothing.
    """
    try:
        pictures = page_of(result).pictures(result)
    except NeoherError as error:
        return ExamImages(*result.key, (), f"No pictures: {error.what}")
    shown_elsewhere = pictures == () and bool(result.measurement and result.measurement.quantities)
    return ExamImages(*result.key, pictures or (), "" if pictures or shown_elsewhere else _reason(result))


def _reason(result: ExamResult) -> str:
    if result.problem is not None:
        return f"No pictures: {result.problem.what}"
    if result.prepared is None:
        return "No pictures: the images were not read."
    if result.measurement is not None and result.measurement.quantities:
        return "No pictures are drawn of this measurement."
    return "No pictures: no region to measure in was given."
