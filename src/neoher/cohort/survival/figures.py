"""Figures of survival: curves with intervals, ticks of censoring and numbers at risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from neoher.cohort.output.drawing import ABOVE, QUIET, as_figure, draw, line_style
from neoher.cohort.output.numbers import p_value
from neoher.cohort.result import Figure
from neoher.cohort.survival.cumulative_incidence import CumulativeIncidence
from neoher.cohort.survival.kaplan_meier import SurvivalCurve
from neoher.cohort.survival.question import Followed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["curve_figure", "incidence_figure", "risk_times"]

MOST_SHADED = 4
"""Curves whose intervals are shaded; of more they would cover one another."""
MOST_TICKS = 400
"""Censored patients a group beyond which their ticks would only blacken the curve."""
MOST_POINTS = 4000


def risk_times(curves: Sequence[SurvivalCurve]) -> list[float]:
    """Times below the axis: six round steps over the follow-up, months of days where they suit."""
    last = max(float(curve.time[-1]) for curve in curves)
    if last <= 0:
        return [0.0]
    rough = last / 6
    scale = 10 ** np.floor(np.log10(rough))
    steps = [scale * factor for factor in (1, 2, 2.5, 5, 10)]
    if last > 730:
        steps = [182.5, 365.0, 730.0, 1095.0, 1825.0, *steps]
    step = min(steps, key=lambda each: abs(each - rough))
    return [float(time) for time in np.arange(0, last + step * 1e-9, step)]


def curve_figure(followed: Followed, curves: Sequence[SurvivalCurve], p: float | None) -> Figure:
    """Kaplan-Meier's curves of the groups with the numbers at risk below."""
    question = followed.question
    times = risk_times(curves)
    shaded = len(curves) <= MOST_SHADED
    with draw(160, 82 + 5 * len(curves)) as (canvas, axes):
        for index, (name, curve) in enumerate(zip(followed.group_names, curves, strict=True)):
            _draw_curve(axes, curve, index, name, shaded=shaded)
        axes.set_ylim(0, 1.02)
        axes.set_xlim(0, max(float(curve.time[-1]) for curve in curves) * 1.02 or 1)
        axes.set_xticks(times)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.set_xlabel(_time_label(followed))
        axes.set_ylabel("without the event")
        if len(curves) > 1:
            axes.legend(title=question.by, **ABOVE, ncols=min(len(curves), 3), handlelength=4)
        if p is not None:
            text = f"log-rank p {'' if p < 0.0001 else '= '}{p_value(p)}"
            axes.annotate(text, (0.99, 0.97), xycoords="axes fraction", ha="right", va="top")
        _numbers_below(axes, followed.group_names, curves, times)
        by = f" by {question.by}" if question.by else ""
        intervals = f" with {100 * question.level:g} % intervals ({question.interval})" if shaded else ""
        caption = (
            f"Kaplan-Meier estimate{by}{intervals}; "
            "ticks mark censored patients where they are few enough to see; below, the numbers at risk."
        )
        return as_figure(canvas, "survival", f"{question.time}{by}", caption)


def _draw_curve(axes: Axes, curve: SurvivalCurve, index: int, name: str, *, shaded: bool) -> None:
    style = line_style(index) | {"marker": ""}
    chosen = _shown(curve)
    time = np.concatenate(([0.0], curve.time[chosen], [curve.time[-1]]))
    last = curve.survival[-1:]
    survival = np.concatenate(([1.0], curve.survival[chosen], last))
    axes.step(time, survival, where="post", label=f"{name} (n = {curve.patients})", **style)
    if shaded:
        low = np.concatenate(([1.0], curve.low[chosen], curve.low[-1:]))
        high = np.concatenate(([1.0], curve.high[chosen], curve.high[-1:]))
        axes.fill_between(time, low, high, step="post", alpha=0.13, color=style["color"], linewidth=0)
    censored = np.flatnonzero(curve.censored)
    if censored.size <= MOST_TICKS:
        axes.plot(
            curve.time[censored],
            curve.survival[censored],
            "|",
            color=style["color"],
            markersize=4,
            markeredgewidth=0.7,
        )


def _shown(curve: SurvivalCurve) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    steps = np.flatnonzero(curve.events)
    if steps.size > MOST_POINTS:
        steps = steps[np.linspace(0, steps.size - 1, MOST_POINTS).astype(np.int64)]
    return steps


def _numbers_below(
    axes: Axes, names: Sequence[str], curves: Sequence[SurvivalCurve], times: Sequence[float]
) -> None:
    """Numbers at risk in lines below the axis' label, each in its group's colour."""
    line = 9.5
    first = -36.0
    axes.annotate(
        "At risk",
        (0, 0),
        (-14, first),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        color=QUIET,
    )
    for index, (name, curve) in enumerate(zip(names, curves, strict=True)):
        below = first - line * (index + 1)
        shown = name if len(name) <= 16 else f"{name[:15]}…"
        axes.annotate(
            shown,
            (0, 0),
            (-14, below),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            color=line_style(index)["color"],
        )
        for time in times:
            axes.annotate(
                f"{curve.number_at_risk(time)}",
                (time, 0),
                (0, below),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                annotation_clip=False,
            )


def incidence_figure(followed: Followed, curves: Mapping[tuple[str, int], CumulativeIncidence]) -> Figure:
    """Cumulative incidence of each cause: the event in full strength, competing events thinner."""
    from neoher.cohort.survival.incidence import cause_names

    names = cause_names(followed)
    with draw(160, 80) as (canvas, axes):
        for (group, cause), curve in curves.items():
            index = followed.group_names.index(group)
            style = line_style(index) | {"marker": "", "linewidth": 1.6 if cause == 1 else 0.8}
            label = names[cause] if len(followed.group_names) == 1 else f"{group}: {names[cause]}"
            time = np.concatenate(([0.0], curve.time))
            axes.step(time, np.concatenate(([0.0], curve.incidence)), where="post", label=label, **style)
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.set_xlabel(_time_label(followed))
        axes.set_ylabel("cumulative incidence")
        axes.legend(loc="upper left", handlelength=4)
        caption = (
            "Cumulative incidence (Aalen-Johansen) of the event, thick, and of each competing event, thin."
        )
        return as_figure(canvas, "cumulative-incidence", "Cumulative incidence", caption)


def _time_label(followed: Followed) -> str:
    unit = f" ({followed.unit})" if followed.unit else ""
    since = f" from {followed.origin}" if followed.origin and not followed.question.landmark else ""
    since = f" from {followed.question.landmark}" if followed.question.landmark else since
    return f"time{since}{unit}"
