"""Specimen chart: the size on each modality beside the invasive and in situ extent of the specimen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TypeAlias

from neoher.report.drawing.charts import ticks
from neoher.report.numbers import with_unit
from neoher.response.specimen.recorded import ExamOfLesion, LesionAgainstSpecimen

__all__ = ["chart_aspect", "specimen_chart"]

_Place: TypeAlias = Callable[[float], float]
"""Place of a length in mm on the axis."""

_INK, _QUIET, _HAIR = "#222", "#5d5a55", "#dcd8d0"
_INVASIVE, _IN_SITU = "#8c2f2f", "#e2b8ae"
_REPORTED, _MEASURED = "#a04a1c", "#1f4e79"
_LEFT, _RIGHT, _WIDTH = 214.0, 150.0, 760.0
_TOP, _ROW, _BAR, _FOOT = 30.0, 30.0, 13.0, 30.0


def chart_aspect(lesion: LesionAgainstSpecimen) -> float:
    """Width / height of the chart of a lesion."""
    return _WIDTH / _height(lesion)


def specimen_chart(lesion: LesionAgainstSpecimen) -> str:
    """One row for the specimen, then one per modality, on one axis in mm; empty where no size is known.

    The specimen's invasive and whole extent run down through all rows, so that over and under are seen as a
    bar that passes them or falls short. The extent of calcifications is an outline without filling: it is no
    size of the cancer.
    """
    exams = [exam for exam in lesion.exams if exam.comparison is not None]
    sizes = [lesion.invasive_mm, lesion.invasive_and_in_situ_mm, *(exam.imaging_mm for exam in exams)]
    known = [size for size in sizes if size is not None]
    if not known or not exams:
        return ""
    marks = ticks(0.0, max(*known, 10.0), 6)
    right = _WIDTH - _RIGHT
    bottom = _TOP + _ROW * (len(exams) + 1)

    def x(size_mm: float) -> float:
        return _LEFT + (right - _LEFT) * size_mm / marks[-1]

    parts = [_open(lesion, exams)]
    for mark in marks:
        parts.append(
            f'<path d="M{x(mark):.1f} {_TOP:.1f}V{bottom:.1f}" stroke="{_HAIR}" stroke-width="0.7"/>'
        )
        parts.append(_words(x(mark), bottom + 15, f"{mark:g}", "middle", _QUIET, 10))
    parts.append(_words(right, bottom + 27, "mm", "end", _QUIET, 10))
    parts += _specimen_row(lesion, x(0), x, bottom)
    for position, exam in enumerate(exams, start=1):
        parts += _exam_row(exam, x, _TOP + _ROW * (position + 0.5))
    parts.append("</svg>")
    return "".join(parts)


def _height(lesion: LesionAgainstSpecimen) -> float:
    rows = 1 + sum(exam.comparison is not None for exam in lesion.exams)
    return _TOP + _ROW * rows + _FOOT


def _specimen_row(lesion: LesionAgainstSpecimen, zero: float, x: _Place, bottom: float) -> list[str]:
    middle = _TOP + _ROW / 2
    parts = [_words(_LEFT - 12, middle + 4, "specimen", "end", _INK, weight="bold")]
    whole, invasive = lesion.invasive_and_in_situ_mm, lesion.invasive_mm
    for size, colour in ((whole, _IN_SITU), (invasive, _INVASIVE)):
        if size:
            parts.append(_bar(zero, x(size), middle, f'fill="{colour}"'))
            parts.append(
                f'<path d="M{x(size):.1f} {middle:.1f}V{bottom:.1f}" stroke="{colour}" stroke-width="1.2" '
                'stroke-dasharray="3 3"/>'
            )
    said = [
        "invasive " + ("not known" if invasive is None else with_unit(invasive, "mm")),
        "with in situ " + ("not known" if whole is None else with_unit(whole, "mm")),
    ]
    parts.append(_words(_WIDTH - _RIGHT + 12, middle - 2, said[0], "start", _INVASIVE, 10.5))
    parts.append(_words(_WIDTH - _RIGHT + 12, middle + 11, said[1], "start", "#9a5a4c", 10.5))
    return parts


def _exam_row(exam: ExamOfLesion, x: _Place, middle: float) -> list[str]:
    colour = _MEASURED if exam.measured else _REPORTED
    name = exam.name[0].upper() + exam.name[1:]
    parts = [_words(_LEFT - 12, middle + 4, name, "end", _INK)]
    if exam.visible is False:
        parts.append(
            f'<path d="M{x(0) - 4:.1f} {middle - 4:.1f}l8 8m0 -8l-8 8" stroke="{colour}" stroke-width="1.6"/>'
        )
        said = "nothing seen"
    elif exam.imaging_mm is None:
        said = "seen, no size"
    else:
        outline = f'fill="none" stroke="{colour}" stroke-dasharray="4 3"'
        style = outline if exam.calcifications else f'fill="{colour}"'
        parts.append(_bar(x(0), x(exam.imaging_mm), middle, style))
        said = with_unit(exam.imaging_mm, "mm")
    found = exam.comparison
    flag = ""
    if found is not None and found.false_negative:
        flag = "false negative"
    elif found is not None and found.false_positive_invasive_and_in_situ:
        flag = "false positive"
    parts.append(_words(_WIDTH - _RIGHT + 12, middle + (-2 if flag else 4), said, "start", colour, 10.5))
    if flag:
        parts.append(_words(_WIDTH - _RIGHT + 12, middle + 11, flag, "start", _INVASIVE, 10.5, weight="bold"))
    return parts


def _bar(left: float, right: float, middle: float, style: str) -> str:
    return (
        f'<rect x="{left:.1f}" y="{middle - _BAR / 2:.1f}" width="{max(right - left, 1.0):.1f}" '
        f'height="{_BAR:g}" {style}/>'
    )


def _words(
    x: float, y: float, words: str, anchor: str, colour: str, size: float = 11.5, weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size:g}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )


def _open(lesion: LesionAgainstSpecimen, exams: Sequence[ExamOfLesion]) -> str:
    sizes = "; ".join(
        f"{exam.name} "
        + (
            "nothing seen"
            if exam.visible is False
            else f"{exam.imaging_mm:g} mm"
            if exam.imaging_mm
            else "no size"
        )
        for exam in exams
    )
    alt = f"Sizes of {lesion.lesion} on imaging beside the specimen: {sizes}; the table holds the values"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {_WIDTH:g} {_height(lesion):g}" '
        f'role="img" aria-label="{escape(alt)}" font-size="11.5" font-family="sans-serif">'
    )
