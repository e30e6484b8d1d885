"""Figures of the HER2 PET study: flow chart, uptake by class, ROC."""

from __future__ import annotations

import numpy as np

from neoher.cohort.change.roc import roc_points
from neoher.cohort.her2pet.comparison import QUESTIONS
from neoher.cohort.her2pet.lesions import Her2Class, Study
from neoher.cohort.output.drawing import INK, QUIET, as_figure, draw, line_style
from neoher.cohort.result import Figure

__all__ = ["flow_figure", "roc_figure", "uptake_figure"]


def flow_figure(study: Study) -> Figure:
    """Boxes from top to bottom; what was left out stands at the right of the arrow."""
    steps = study.flow
    with draw(160, 8 + 21 * len(steps)) as (canvas, axes):
        axes.set_axis_off()
        axes.set_xlim(0, 10)
        axes.set_ylim(-len(steps) + 0.35, 0.55)
        for index, step in enumerate(steps):
            axes.annotate(
                f"{step.title}\n{step.patients} patients, {step.lesions} lesions",
                (2.6, -index),
                ha="center",
                va="center",
                linespacing=1.5,
                bbox={"boxstyle": "square,pad=0.7", "facecolor": "white", "edgecolor": INK, "linewidth": 0.8},
            )
            if index == 0:
                continue
            axes.annotate(
                "",
                (2.6, -index + 0.27),
                (2.6, -index + 0.73),
                arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.8},
            )
            if step.left_out:
                text = "\n".join(f"{count} left out: {reason}" for reason, count in step.left_out)
                axes.annotate(
                    text,
                    (2.6, -index + 0.5),
                    (5.6, -index + 0.5),
                    va="center",
                    color=INK,
                    linespacing=1.4,
                    arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6},
                )
        caption = "Lesions and patients at each step, with the lesions left out on the way and why."
        return as_figure(canvas, "flow", "Eligibility and exclusions", caption)


def uptake_figure(study: Study) -> Figure:
    """Every lesion's SUVmax by class, marked by tracer, with the median of each class."""
    tracers = sorted({each.tracer or "" for each in study.lesions})
    with draw(160, 90) as (canvas, axes):
        for place, her2 in enumerate(Her2Class):
            mine = [each for each in study.lesions if each.her2 is her2]
            values = np.array([each.suvmax for each in mine], dtype=np.float64)
            if values.size:
                low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
                axes.plot([place - 0.28, place + 0.28], [middle, middle], color=INK, linewidth=2)
                axes.fill_between(
                    [place - 0.28, place + 0.28], low, high, color=QUIET, alpha=0.18, linewidth=0
                )
            for index, tracer in enumerate(tracers):
                points = sorted(each.suvmax or 0.0 for each in mine if each.tracer == tracer)
                shift = (index - (len(tracers) - 1) / 2) * 0.16
                style = line_style(index) | {"linestyle": "", "markersize": 5, "markerfacecolor": "none"}
                label = tracer if place == 0 else None
                axes.plot(np.full(len(points), place + shift), points, label=label, **style)
        counts = [sum(each.her2 is her2 for each in study.lesions) for her2 in Her2Class]
        axes.set_xticks(
            range(len(counts)),
            [f"HER2 {her2} (n = {count})" for her2, count in zip(Her2Class, counts, strict=True)],
        )
        axes.set_xlim(-0.6, len(counts) - 0.4)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("SUVmax (g/mL)")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=min(len(tracers), 3))
        caption = "Each mark is a lesion; bar the median, shade the quartiles of all tracers together."
        return as_figure(canvas, "uptake", "SUVmax by HER2 class", caption)


def roc_figure(study: Study) -> Figure | None:
    """ROC of the two questions; None where neither can be drawn."""
    drawn = 0
    with draw(160, 90) as (canvas, axes):
        for index, (first, classes, second, others) in enumerate(QUESTIONS):
            used = [each for each in study.lesions if each.her2 in (*classes, *others)]
            case = np.array([each.her2 in classes for each in used], dtype=bool)
            if case.size == 0 or case.all() or not case.any():
                continue
            points = roc_points(study.among(used).values(), case)
            axes.plot(
                [0.0, *(1 - point.specificity for point in points)],
                [0.0, *(point.sensitivity for point in points)],
                label=f"{first}\nagainst {second}\n({case.sum()} against {(~case).sum()} lesions)",
                **(line_style(index) | {"marker": ""}),
            )
            drawn += 1
        if not drawn:
            return None
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6)
        axes.set_box_aspect(1)
        axes.set_xlabel("1 - specificity")
        axes.set_ylabel("sensitivity")
        canvas.legend(loc="outside right lower", handlelength=4)
        caption = (
            "Higher SUVmax taken as the sign of the first class. It carries no cut-off: few lesions, "
            "several tracers, "
            "receptors that treatment may occupy."
        )
        return as_figure(canvas, "roc", "ROC of SUVmax", caption)
