"""Bland and Altman's plot."""

from __future__ import annotations

from neoher.cohort.agreement.bland_altman import BlandAltman
from neoher.cohort.agreement.sizes import SizeGroup
from neoher.cohort.output.drawing import ABOVE, INK, QUIET, as_figure, draw, line_style
from neoher.cohort.result import Figure
from neoher.cohort.table.tidy import Cohort

__all__ = ["difference_figure"]


def difference_figure(cohort: Cohort, group: SizeGroup, limits: BlandAltman, by: str | None) -> Figure:
    """Differences against the mean of both, with bias, limits and their intervals; marked by group."""
    unit = f" ({group.unit})" if group.unit else ""
    mean, difference = (group.measured + group.reference) / 2, group.measured - group.reference
    with draw(160, 90) as (canvas, axes):
        if by is None:
            axes.plot(
                mean, difference, linestyle="", marker="o", markersize=3.5, color=INK, markerfacecolor="none"
            )
        else:
            groups = cohort.groups(by)
            for index, level in enumerate(groups.cat.categories):
                mine = (groups == level).to_numpy()
                style = line_style(index) | {"linestyle": "", "markersize": 4, "markerfacecolor": "none"}
                axes.plot(mean[mine], difference[mine], label=str(level), **style)
            columns = min(len(groups.cat.categories), 6)
            axes.legend(title=by, **ABOVE, ncols=columns)
        for bounds, name in (
            (limits.upper_exact, "upper limit"),
            (limits.bias, "bias"),
            (limits.lower_exact, "lower limit"),
        ):
            axes.axhline(
                bounds.value, color=INK, linewidth=1, linestyle="-" if name == "bias" else (0, (5, 2))
            )
            axes.axhspan(bounds.low, bounds.high, color=QUIET, alpha=0.15, linewidth=0)
            axes.annotate(
                f"{name} {bounds.value:.3g}",
                (1, bounds.value),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                annotation_clip=False,
            )
        axes.axhline(0, color=QUIET, linewidth=0.5)
        axes.set_xlabel(f"mean of both{unit}")
        axes.set_ylabel(f"{group.method} less reference{unit}")
        caption = (
            f"Differences of {limits.n} pairs; solid the bias, dashed the limits between which 95 % of "
            "differences lie "
            f"if they are normal, each with its {100 * limits.level:g} % interval (shaded)."
        )
        return as_figure(canvas, f"bland-altman-{group.method}", f"Bland-Altman: {group.method}", caption)
