"""A Sankey diagram of HER2 before and after therapy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neoher.cohort.her2change.transitions import NO_TUMOUR, NOT_TESTED, Transitions, is_positive
from neoher.cohort.output.drawing import INK, QUIET, SHADES, as_figure, draw
from neoher.cohort.result import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["sankey_figure"]

GAP = 0.03
"""Between two classes, as a share of all patients."""
WIDTH = 0.035
STEPS = 40


def sankey_figure(found: Transitions) -> Figure:
    """Bands as wide as their patients; positive classes dark, others light, losses hatched."""
    right = [*found.after, NO_TUMOUR, NOT_TESTED]
    flows = np.column_stack([found.counts, found.no_tumour, found.not_tested])
    kept = flows.sum(axis=0) > 0
    right, flows = [name for name, used in zip(right, kept, strict=True) if used], flows[:, kept]
    total = int(flows.sum())
    left_at = _places(flows.sum(axis=1) / total)
    right_at = _places(flows.sum(axis=0) / total)
    with draw(160, 95) as (canvas, axes):
        axes.set_axis_off()
        axes.set_xlim(-0.32, 1.42)
        axes.set_ylim(-max(left_at[-1][1], right_at[-1][1]) - 0.02, 0.09)
        starts = [top for top, _ in left_at]
        ends = [top for top, _ in right_at]
        for row, before in enumerate(found.before):
            for column, after in enumerate(right):
                height = flows[row, column] / total
                if height == 0:
                    continue
                _band(axes, starts[row], ends[column], height, _look(before, after))
                starts[row] += height
                ends[column] += height
        _nodes(axes, 0, list(found.before), flows.sum(axis=1), left_at)
        _nodes(axes, 1, right, flows.sum(axis=0), right_at)
        axes.annotate("before therapy", (0, 0.03), ha="center", color=QUIET)
        axes.annotate("after therapy", (1, 0.03), ha="center", color=QUIET)
        caption = (
            f"{total} patients with HER2 before therapy. Hatched: positive before and negative after, "
            "among those tested "
            "twice. Light bands end without a second result."
        )
        return as_figure(canvas, "sankey", "HER2 before and after therapy", caption)


def _places(heights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[tuple[float, float]]:
    """Upper and lower end of each class, from 0 downwards."""
    found, top = [], 0.0
    for height in heights.tolist():
        found.append((top, top + height))
        top += height + GAP
    return found


def _look(before: str, after: str) -> dict[str, object]:
    if after in (NO_TUMOUR, NOT_TESTED):
        return {"facecolor": "#e6e3dc", "edgecolor": "#c9c4b8", "linewidth": 0.4}
    if is_positive(before) and is_positive(after) is False:
        return {"facecolor": "#f3dfcc", "edgecolor": SHADES[1], "hatch": "////", "linewidth": 0.4}
    colour = SHADES[0] if is_positive(before) else SHADES[2]
    return {"facecolor": colour, "edgecolor": colour, "alpha": 0.55, "linewidth": 0.4}


def _band(axes: Axes, left: float, right: float, height: float, look: dict[str, object]) -> None:
    across = np.linspace(WIDTH / 2, 1 - WIDTH / 2, STEPS)
    share = (across - across[0]) / (across[-1] - across[0])
    upper = left + (right - left) * share**2 * (3 - 2 * share)
    axes.fill_between(across, -upper, -(upper + height), **look)  # type: ignore[arg-type]


def _nodes(
    axes: Axes,
    place: int,
    names: list[str],
    counts: np.ndarray[tuple[int], np.dtype[np.int64]],
    at: list[tuple[float, float]],
) -> None:
    for name, count, (top, bottom) in zip(names, counts.tolist(), at, strict=True):
        axes.fill_between([place - WIDTH / 2, place + WIDTH / 2], -top, -bottom, color=INK, linewidth=0)
        side = -1 if place == 0 else 1
        axes.annotate(
            f"{name}  {count}",
            (place + side * (WIDTH / 2 + 0.015), -(top + bottom) / 2),
            ha="right" if place == 0 else "left",
            va="center",
        )
