"""Waterfall, spider and ROC of changes over visits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from neoher.cohort.change.course import Course
from neoher.cohort.change.prediction import Direction
from neoher.cohort.change.roc import roc_points
from neoher.cohort.output.drawing import ABOVE, QUIET, SHADES, as_figure, draw, line_style
from neoher.cohort.result import Figure

__all__ = ["roc_figure", "spider_figure", "waterfall_figure"]

HIGHEST = 150.0
"""Growth beyond is drawn up to here, so that one patient does not flatten the others."""
MOST_LINES = 600
_GROUPS = (("with the outcome", True, SHADES[0], ""), ("without", False, SHADES[1], "////"))


def waterfall_figure(course: Course, visit: str, outcome: pd.Series | None) -> Figure:
    """One bar a patient, sorted by change; filled with the outcome, hatched without, grey where not known."""
    change = course.change[visit].dropna().sort_values(ascending=False)
    with draw(160, 75) as (canvas, axes):
        place = np.arange(change.size)
        height = np.minimum(change.to_numpy(dtype=np.float64), HIGHEST)
        if outcome is None:
            axes.bar(place, height, width=0.85, color=SHADES[0])
        else:
            known = outcome.loc[change.index]
            for name, value, colour, hatch in _GROUPS:
                mine = (known == value).fillna(False).to_numpy(dtype=bool)
                face = "none" if hatch and change.size <= 120 else colour
                axes.bar(
                    place[mine],
                    height[mine],
                    width=0.85,
                    color=face,
                    edgecolor=colour,
                    linewidth=0.3,
                    hatch=hatch if change.size <= 120 else "",
                    label=f"{name} ({mine.sum()})",
                )
            unknown = known.isna().to_numpy(dtype=bool)
            if unknown.any():
                axes.bar(
                    place[unknown],
                    height[unknown],
                    0.85,
                    color="#dddddd",
                    label=f"not known ({unknown.sum()})",
                )
            axes.legend(title=str(outcome.name), **ABOVE, ncols=3)
        axes.axhline(0, color=QUIET, linewidth=0.6)
        axes.set_ylim(-105, max(20.0, float(height.max()) * 1.05))
        axes.set_xticks([])
        axes.set_xlabel(f"{change.size} patients")
        axes.set_ylabel("change from baseline (%)")
        cut = int((change > HIGHEST).sum())
        note = f" {cut} bars above {HIGHEST:g} % are cut there." if cut else ""
        caption = f"Change of {course.visits[0]} at {visit}, one bar a patient.{note}"
        return as_figure(canvas, f"waterfall-{visit}", f"Waterfall: {visit}", caption)


def spider_figure(course: Course, outcome: pd.Series | None) -> Figure:
    """One line a patient over the visits, with the median of each group in bold."""
    change = pd.concat([pd.Series(0.0, course.change.index, name=course.visits[0]), course.change], axis=1)
    change = change[course.change.notna().any(axis=1)]
    place = np.arange(len(course.visits))
    with draw(160, 85) as (canvas, axes):
        everyone = pd.Series(True, change.index)
        groups = (
            [("all", everyone, SHADES[0])]
            if outcome is None
            else [
                (name, (outcome.loc[change.index] == value).fillna(False), colour)
                for name, value, colour, _ in _GROUPS
            ]
        )
        for index, (name, mine, colour) in enumerate(groups):
            lines = change[mine.to_numpy(dtype=bool)]
            faint = min(0.5, max(0.06, 20 / max(len(lines), 1)))
            for _, line in lines.iloc[:MOST_LINES].iterrows():
                kept = line.notna().to_numpy()
                axes.plot(
                    place[kept],
                    np.minimum(line[kept].to_numpy(dtype=float), HIGHEST),
                    color=colour,
                    alpha=faint,
                    linewidth=0.6,
                )
            if len(lines):
                style = line_style(index) | {"markersize": 4}
                axes.plot(
                    place,
                    lines.median().to_numpy(),
                    label=f"{name} ({len(lines)}), median",
                    linewidth=2.2,
                    **style,
                )
        axes.axhline(0, color=QUIET, linewidth=0.6)
        axes.set_xticks(place, course.visits)
        axes.set_ylim(-105, None)
        axes.set_ylabel("change from baseline (%)")
        title = None if outcome is None else str(outcome.name)
        axes.legend(title=title, **ABOVE, ncols=2, handlelength=4)
        caption = f"Each line is a patient; thick the medians. Growth is drawn up to {HIGHEST:g} %."
        return as_figure(canvas, f"spider-{course.name}", f"Course of {course.name}", caption)


def roc_figure(course: Course, outcome: pd.Series, direction: Direction) -> Figure | None:
    """The ROC curves of the visits after the baseline; None where the outcome does not vary at any."""
    sign = -1.0 if direction is Direction.FALL else 1.0
    curves = 0
    with draw(160, 90) as (canvas, axes):
        for index, visit in enumerate(course.visits[1:]):
            kept = (outcome.notna() & course.change[visit].notna()).to_numpy(dtype=bool)
            case = outcome[kept].to_numpy(dtype=bool)
            if case.all() or not case.any():
                continue
            points = roc_points(sign * course.at(visit)[kept], case)
            style = line_style(index) | {"marker": ""}
            axes.plot(
                [0.0, *(1 - point.specificity for point in points)],
                [0.0, *(point.sensitivity for point in points)],
                label=f"{visit} (n = {case.size})",
                **style,
            )
            curves += 1
        if not curves:
            return None
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6)
        axes.set_xlabel("1 - specificity")
        axes.set_ylabel("sensitivity")
        axes.set_box_aspect(1)
        canvas.legend(loc="outside right lower", handlelength=4)
        caption = f"A {direction.value} of {course.name} taken as the sign of {outcome.name}."
        return as_figure(canvas, f"roc-{course.name}", f"ROC: {course.name}", caption)
