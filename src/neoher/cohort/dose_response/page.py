"""Dose-response curves as a cohort result: tables, figures, methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neoher.cohort.dose_response.calculator import doseresponse
from neoher.cohort.dose_response.estimation import MeasuredCurve, measured_curves
from neoher.cohort.dose_response.facts import ComparedCurves, Comparison, CurveResult, DoseResponseInputs
from neoher.cohort.output.drawing import QUIET, as_figure, draw, line_style
from neoher.cohort.parts import Parts
from neoher.cohort.result import CohortResult, Estimate, Excluded, Figure, Heading, ResultTable, TestResult
from neoher.errors import InputError

__all__ = ["dose_response_result"]

ESTIMATES = (
    ("ec50", "relative IC50", "at the middle of the fitted plateaus"),
    ("ic50_absolute", "absolute IC50", "where the fitted response is half of the control"),
    ("hill", "Hill slope", "above 0 whatever the direction"),
    ("top", "top", "higher plateau"),
    ("bottom", "bottom", "lower plateau"),
    ("auc", "area under the curve", "mean response over log dose as a share of the control"),
)
INSIDE = 200
"""Doses at which a fitted curve is drawn."""


def dose_response_result(inputs: DoseResponseInputs) -> CohortResult:
    """The curves of a table with their comparisons and one figure a cell line.

    Raises: InputError as `doseresponse`, and for an empty table.
    """
    conclusion = doseresponse(inputs.model_copy(update={"compare": True}))
    if not isinstance(conclusion.value, ComparedCurves):
        raise InputError("there is no response.", "rows")
    curves, comparisons = conclusion.value.curves, conclusion.value.comparisons
    measured = measured_curves(inputs.rows)
    parts = Parts()
    _add_estimates(curves, inputs, parts)
    _add_comparisons(comparisons, inputs, parts)
    unused = [row for row in inputs.rows if row.dose is None or row.response is None]
    return CohortResult(
        title="Dose-response curves",
        n=sum(each.dose.size for each in measured),
        excluded=tuple(
            Excluded(row=row.line, column="dose" if row.dose is None else "response", reason="not known")
            for row in unused
        ),
        main=_curve_table(curves),
        further=(_comparison_table(comparisons),) if comparisons else (),
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=_methods(inputs),
        warnings=conclusion.warnings,
        missing=conclusion.missing,
        sources=conclusion.sources,
        figures=tuple(_figures(measured, inputs)),
    )


def _curve_table(curves: Sequence[CurveResult]) -> ResultTable:
    columns = (
        Heading(key="curve", heading="curve"),
        Heading(key="points", heading="points"),
        Heading(key="ec50", heading="relative IC50"),
        Heading(key="ec50_low", heading="from"),
        Heading(key="ec50_high", heading="to"),
        Heading(key="ic50_absolute", heading="absolute IC50"),
        Heading(key="ic50_absolute_low", heading="from"),
        Heading(key="ic50_absolute_high", heading="to"),
        Heading(key="dose_unit", heading="unit"),
        Heading(
            key="absolute_beyond_relative_percent", heading="absolute beyond relative", unit="%", digits=0
        ),
        Heading(key="hill", heading="slope", digits=2),
        Heading(key="top", heading="top", digits=1),
        Heading(key="bottom", heading="bottom", digits=1),
        Heading(key="auc", heading="area", digits=3),
    )
    rows: list[dict[str, Any]] = [each.model_dump(mode="json") for each in curves]
    return ResultTable(name="curves", title="Curves", columns=columns, rows=tuple(rows))


def _comparison_table(comparisons: Sequence[Comparison]) -> ResultTable:
    columns = (
        Heading(key="second", heading="curve"),
        Heading(key="first", heading="against"),
        Heading(key="kind", heading="kind"),
        Heading(key="ec50_ratio", heading="ratio of relative IC50"),
        Heading(key="ic50_absolute_ratio", heading="ratio of absolute IC50"),
        Heading(key="ic50_absolute_ratio_low", heading="from"),
        Heading(key="ic50_absolute_ratio_high", heading="to"),
        Heading(key="auc_difference", heading="difference of areas", digits=3),
        Heading(key="p", heading="p, one curve for both (Holm)"),
    )
    rows: list[dict[str, Any]] = [
        each.model_dump(mode="json") | {"p": each.p_same_curve_holm} for each in comparisons
    ]
    return ResultTable(name="comparisons", title="Curves compared", columns=columns, rows=tuple(rows))


def _add_estimates(curves: Sequence[CurveResult], inputs: DoseResponseInputs, parts: Parts) -> None:
    for curve in curves:
        values = curve.model_dump()
        for key, name, meaning in ESTIMATES:
            in_dose = key in ("ec50", "ic50_absolute")
            parts.estimates.append(
                Estimate(
                    name=name,
                    value=values[key],
                    low=values[f"{key}_low"],
                    high=values[f"{key}_high"],
                    level=inputs.level if values[f"{key}_low"] is not None else None,
                    method=meaning if values[key] is not None else f"{meaning}; not given, see the warnings",
                    group=curve.curve,
                    n=curve.points,
                    unit=curve.dose_unit if in_dose else "",
                )
            )


def _add_comparisons(comparisons: Sequence[Comparison], inputs: DoseResponseInputs, parts: Parts) -> None:
    for each in comparisons:
        label = f"{each.second} v {each.first}"
        for name, value, low, high in (
            ("ratio of relative IC50", each.ec50_ratio, each.ec50_ratio_low, each.ec50_ratio_high),
            (
                "ratio of absolute IC50",
                each.ic50_absolute_ratio,
                each.ic50_absolute_ratio_low,
                each.ic50_absolute_ratio_high,
            ),
            ("difference of areas", each.auc_difference, each.auc_difference_low, each.auc_difference_high),
        ):
            parts.estimates.append(
                Estimate(
                    name=name,
                    value=value,
                    low=low,
                    high=high,
                    level=None if low is None else inputs.level,
                    method=f"{each.kind}; Welch's degrees of freedom",
                    group=label,
                )
            )
        parts.tests.append(
            TestResult(
                name="one curve for both",
                statistic=each.f,
                df=None if each.f_df is None else each.f_df[0],
                p=each.p_same_curve,
                method="extra sum of squares F test",
                convention="scatter taken as equal"
                + ("" if each.f_df is None else f"; {each.f_df[0]} and {each.f_df[1]} degrees of freedom"),
                group=label,
            )
        )


def _methods(inputs: DoseResponseInputs) -> str:
    return (
        "Each curve is response = bottom + (top - bottom) / (1 + (dose / ec50)^hill), fitted by ordinary "
        "least squares in "
        f"log ec50 and log hill. Intervals ({100 * inputs.level:g} %) are Student's t on n - 4 degrees of "
        "freedom with the "
        "linearised covariance, on the log scale for doses and slope. The relative IC50 lies at the "
        "middle of the fitted "
        f"plateaus, the absolute one where the fitted response is {inputs.half:g}; neither is given "
        "outside the doses "
        "tested nor where the curve explains the responses no better than a constant (F test, p of 0.05 "
        "or more, a choice "
        "of this software). The area is the mean fitted response over log dose as a share of the control. "
        "Curves of one "
        "cell line are compared by ratios on the log scale, areas over common doses, and one curve for "
        "both. Points read "
        "off figures have no replicates. Cell lines do not tell what a patient's tumour will do."
    )


def _figures(curves: Sequence[MeasuredCurve], inputs: DoseResponseInputs) -> list[Figure]:
    """One figure for each cell line and dose unit."""
    groups = dict.fromkeys((each.row.cell_line, each.row.dose_unit) for each in curves)
    # A drug keeps its colour, dash and marker in every figure.
    order = list(dict.fromkeys(each.row.drug or each.name for each in curves))
    found = []
    for place, (cell_line, unit) in enumerate(groups):
        mine = [each for each in curves if (each.row.cell_line, each.row.dose_unit) == (cell_line, unit)]
        found.append(_figure(mine, cell_line, unit, f"curves-{place + 1}", order, inputs))
    return found


def _figure(
    curves: Sequence[MeasuredCurve],
    cell_line: str | None,
    unit: str,
    name: str,
    order: Sequence[str],
    inputs: DoseResponseInputs,
) -> Figure:
    with draw(160, 90) as (canvas, axes):
        for curve in curves:
            called = curve.row.drug or curve.name
            style = line_style(order.index(called))
            positive = curve.dose > 0
            axes.plot(
                curve.dose[positive],
                curve.response[positive],
                linestyle="",
                marker=style["marker"],
                color=style["color"],
                markersize=4.5,
                markerfacecolor="none",
            )
            if curve.fit is not None and curve.range is not None:
                doses = np.geomspace(*curve.range, INSIDE)
                axes.plot(doses, curve.fit.response(doses), **(style | {"marker": ""}))
            axes.plot([], [], label=called, **style, markerfacecolor="none")
        axes.axhline(inputs.half, color=QUIET, linewidth=0.6)
        axes.annotate(
            f"{inputs.half:g}",
            (1, inputs.half),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color=QUIET,
            annotation_clip=False,
        )
        axes.set_xscale("log")
        lowest = min((float(each.response.min()) for each in curves if each.response.size), default=0.0)
        axes.set_ylim(bottom=min(0.0, lowest))
        axes.set_xlabel(f"dose ({unit})")
        axes.set_ylabel("response")
        canvas.legend(loc="outside right upper", handlelength=4)
        title = f"Dose and response{f' of {cell_line}' if cell_line else ''}"
        caption = (
            "Marks are the responses, lines the fitted curves; the thin line is the response of the "
            "absolute IC50."
        )
        return as_figure(canvas, name, title, caption)
