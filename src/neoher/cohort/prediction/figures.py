"""Calibration and decision curve of cross-validated predictions."""

from __future__ import annotations

import numpy as np

from neoher.cohort.output.drawing import QUIET, as_figure, draw, line_style
from neoher.cohort.prediction.performance import THRESHOLDS, net_benefit
from neoher.cohort.prediction.training import BoolArray, FloatArray
from neoher.cohort.result import Figure
from neoher.cohort.statistics.proportions import wilson_interval

__all__ = ["calibration_figure", "decision_figure"]

GROUPS = 5


def calibration_figure(chances: dict[str, FloatArray], outcome: BoolArray, level: float) -> Figure:
    """Rate against mean chance in fifths of the chance, with Wilson's intervals."""
    with draw(140, 95) as (canvas, axes):
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=":")
        for place, (name, chance) in enumerate(chances.items()):
            style = line_style(place)
            parts = [part for part in np.array_split(np.argsort(chance, kind="stable"), GROUPS) if part.size]
            middle = [float(chance[part].mean()) for part in parts]
            rates = [float(outcome[part].mean()) for part in parts]
            limits = [wilson_interval(int(outcome[part].sum()), int(part.size), level) for part in parts]
            for x, limit in zip(middle, limits, strict=True):
                axes.plot(
                    [x + 0.004 * place] * 2,
                    [limit.low or 0, limit.high or 0],
                    color=style["color"],
                    linewidth=0.8,
                )
            axes.plot(middle, rates, label=name, markersize=4, **style)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("foretold chance, mean of the fifth")
        axes.set_ylabel("share with the outcome")
        axes.legend(loc="upper left")
        caption = (
            f"Cross-validated chances in fifths against what happened, {100 * level:g} % Wilson intervals; "
            "on the dotted line chance and rate agree."
        )
        return as_figure(canvas, "calibration", "Calibration", caption)


def decision_figure(chances: dict[str, FloatArray], outcome: BoolArray) -> Figure:
    """Net benefit of acting on the model, on everybody, and on nobody, over the threshold."""
    rate = float(outcome.mean())
    with draw(140, 80) as (canvas, axes):
        curves = {
            name: [net_benefit(chance, outcome, t) for t in THRESHOLDS] for name, chance in chances.items()
        }
        for place, (name, curve) in enumerate(curves.items()):
            axes.plot(THRESHOLDS, curve, label=name, markersize=3, **line_style(place))
        everybody = [rate - (1 - rate) * t / (1 - t) for t in THRESHOLDS]
        axes.plot(THRESHOLDS, everybody, color=QUIET, linewidth=0.9, label="everybody")
        axes.axhline(0, color=QUIET, linewidth=0.9, linestyle=":", label="nobody")
        axes.set_ylim(-0.05, max(0.1, rate * 1.1))
        axes.set_xlabel("chance from which one would act")
        axes.set_ylabel("net benefit")
        axes.legend(loc="upper right")
        caption = (
            "Decision curve of the cross-validated chances: above both grey lines acting on the model gains."
        )
        return as_figure(canvas, "decision-curve", "Decision curve", caption)
