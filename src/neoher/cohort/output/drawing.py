"""One style for every figure of a cohort: SVG, legible in grey, the same bytes from the same data."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from neoher.cohort.result import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

__all__ = ["ABOVE", "INK", "LINES", "MARKERS", "QUIET", "SHADES", "as_figure", "draw", "line_style"]

INK, QUIET = "#222222", "#6b6760"
SHADES = ("#1f4e79", "#c8791b", "#7b9e89", "#8a2b12", "#a9a49b", "#4d4d4d")
"""By group; their luminances differ, so that a grey print keeps them apart (with LINES and MARKERS)."""
LINES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.2, 1.6)), (0, (6, 2, 1.2, 2)), (0, (3, 1)), (0, (8, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")
INCH_MM = 25.4
ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "alignment": "left"}
"""Where a legend stands that must cover nothing of what is drawn."""
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "text.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "hatch.linewidth": 0.5,
}


def line_style(group: int) -> dict[str, Any]:
    """Colour, dash and marker of the group at that position; no two of the first 36 share all of them."""
    # Past the last colour each comes back with the next dash and marker.
    shifted = group + group // len(SHADES)
    return {
        "color": SHADES[group % len(SHADES)],
        "linestyle": LINES[shifted % len(LINES)],
        "marker": MARKERS[shifted % len(MARKERS)],
    }


@contextmanager
def draw(width_mm: float = 160, height_mm: float = 90) -> Iterator[tuple[Canvas, Axes]]:
    """A canvas with one pair of axes in our style; make it a figure with `as_figure` inside the block."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context(_STYLE):
        canvas = Canvas(figsize=(width_mm / INCH_MM, height_mm / INCH_MM), layout="constrained")
        yield canvas, canvas.subplots()


def as_figure(canvas: Canvas, name: str, title: str, caption: str) -> Figure:
    """The canvas as SVG text whose ids do not meet those of another figure of the page."""
    import matplotlib as mpl

    written = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": name}):
        canvas.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Glyphs are named by font and letter: two figures of one page would share, and break, those ids.
    svg = re.sub(r'(\bid="|href="#|url\(#)', lambda found: f"{found.group(1)}{name}-", svg)
    label = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    svg = re.sub(
        r'<svg ([^>]*?)\s*width="[^"]*"',
        rf'<svg role="img" aria-label="{label}" class="chart" \1',
        svg,
        count=1,
    )
    svg = re.sub(r'(<svg [^>]*?)\s*height="[^"]*"', r"\1", svg, count=1)
    return Figure(name=name, title=title, caption=caption, svg=svg.strip())
