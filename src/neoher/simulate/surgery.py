"""What surgery finds at the end of a course, as a pathologist would state it."""

from __future__ import annotations

from dataclasses import dataclass

from neoher.simulate.course import Course

__all__ = ["Remnant", "remnant_of", "t_by_size"]

_CELLULARITY_PERCENT = 30
_BED_MARGIN_MM = 4
_SCATTERED = {Course.FRAGMENTATION, Course.NON_MASS_ENHANCEMENT}


@dataclass(frozen=True, slots=True)
class Remnant:
    """The breast and the nodes at surgery."""

    procedure: str
    axilla: str
    bed_mm: tuple[int, int]
    cellularity_percent: int
    invasive_mm: int
    nodes_positive: int
    nodes_examined: int
    largest_met_mm: int
    yp_t: str
    yp_n: str


def remnant_of(course: Course, diameter_mm: float | None) -> Remnant:
    """The remnant of a tumour that was `diameter_mm` across at the last visit; None: it is gone."""
    if diameter_mm is None:
        return Remnant("lumpectomy", "sentinel nodes", (14, 11), 0, 0, 0, 3, 0, "0", "0")
    across = round(diameter_mm)
    bed = (across + _BED_MARGIN_MM, round(0.8 * (across + _BED_MARGIN_MM)))
    cells = _CELLULARITY_PERCENT // 2 if course in _SCATTERED else _CELLULARITY_PERCENT
    category = t_by_size(across, parts_of_1=True)
    if course.responds:
        return Remnant("lumpectomy", "sentinel nodes", bed, cells, across, 0, 3, 0, category, "0")
    return Remnant("mastectomy", "dissection", bed, 60, across, 2, 12, 8, category, "1a")


def t_by_size(size_mm: int | None, *, parts_of_1: bool = False) -> str:
    """T category by size alone: 1 to 20 mm, 2 to 50 mm, 3 above; 0 where there is nothing."""
    if size_mm is None:
        return "0"
    if size_mm > 20:
        return "2" if size_mm <= 50 else "3"
    if not parts_of_1:
        return "1"
    return "1c" if size_mm > 10 else "1b" if size_mm > 5 else "1a"
