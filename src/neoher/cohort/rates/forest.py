"""The forest plot of a rate by group, and of differences by stratum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neoher.cohort.output.drawing import INK, QUIET, SHADES, as_figure, draw
from neoher.cohort.result import Figure

__all__ = ["ForestRow", "forest"]

ROW_MM = 6.2
LONGEST_LABEL = 42
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line: a label, its numbers as text, and the estimate with its interval where there is one."""

    label: str
    numbers: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    weight: float = 1.0
    """Share of the patients, for the size of the mark."""
    heading: bool = False
    pooled: bool = False
    shade: int = 0


def forest(
    rows: Sequence[ForestRow], name: str, title: str, caption: str, axis: str, *, null: float | None = None
) -> Figure:
    """Estimates with intervals, one below the other; a diamond where strata are pooled.

    `null` draws the line of no difference.
    """
    rows = rows[:MOST_ROWS]
    with draw(170, 24 + ROW_MM * len(rows)) as (canvas, axes):
        axes.set_ylim(len(rows) - 0.4, -0.6)
        if null is not None:
            axes.axvline(null, color=QUIET, linewidth=0.7, zorder=0)
        for place, row in enumerate(rows):
            if row.value is None:
                continue
            colour = INK if row.pooled else SHADES[row.shade % len(SHADES)]
            if row.low is not None and row.high is not None:
                axes.plot([row.low, row.high], [place, place], color=colour, linewidth=1.2)
            mark = "D" if row.pooled else "s"
            axes.plot(row.value, place, mark, color=colour, markersize=3 + 5 * row.weight**0.5)
        axes.set_yticks(range(len(rows)), [_short(row.label) for row in rows])
        for label, row in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_fontweight("bold" if row.heading or row.pooled else "normal")
        right = axes.secondary_yaxis("right")
        right.set_yticks(range(len(rows)), [row.numbers for row in rows])
        for side in (axes, right):
            side.tick_params(axis="y", length=0)
            side.spines[["left", "right"]].set_visible(False)
        axes.grid(axis="x", color="#dcd8d0", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel(axis)
        return as_figure(canvas, name, title, caption)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
