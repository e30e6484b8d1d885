"""Tables of the HER2 PET study: classes by tracer, uptake, flow, false positives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neoher.cohort.her2pet.lesions import Her2Class, PairedLesion, Study
from neoher.cohort.parts import Parts
from neoher.cohort.result import Estimate, Heading, ResultTable
from neoher.cohort.statistics.proportions import wilson_interval

__all__ = ["class_table", "false_positives", "flow_table", "uptake_table"]

Row = dict[str, str | int | float | None]


def class_table(study: Study, tracers: Sequence[str], parts: Parts) -> ResultTable:
    """Lesions by class and tracer, with the share of each tracer's lesions."""
    rows: list[Row] = []
    for name, mine in _by_tracer(study, tracers):
        row: Row = {"tracer": name, "patients": len({each.patient for each in mine}), "lesions": len(mine)}
        for her2 in Her2Class:
            count = sum(each.her2 is her2 for each in mine)
            row |= {str(her2): count, f"{her2}_percent": 100 * count / len(mine)}
            parts.estimates.append(
                Estimate(
                    name=f"lesions HER2 {her2}",
                    value=100 * count / len(mine),
                    method=f"{count} of {len(mine)} lesions",
                    group=name,
                    n=len(mine),
                    unit="%",
                )
            )
        rows.append(row)
    columns = [
        Heading(key="tracer", heading="tracer"),
        Heading(key="patients", heading="patients"),
        Heading(key="lesions", heading="lesions"),
    ]
    for her2 in Her2Class:
        columns += [
            Heading(key=str(her2), heading=f"HER2 {her2}"),
            Heading(key=f"{her2}_percent", heading="share", unit="%", digits=1),
        ]
    return ResultTable(name="classes", title="HER2 class by tracer", columns=tuple(columns), rows=tuple(rows))


def uptake_table(study: Study, tracers: Sequence[str], parts: Parts) -> ResultTable:
    """SUVmax of each class: by tracer, then by what was biopsied and where the lesion lies."""
    rows: list[Row] = []
    groups = list(_by_tracer(study, tracers))
    for what in ("biopsy", "site"):
        levels = sorted({value for each in study.lesions if (value := getattr(each, what))})
        groups += [
            (f"{what}: {level}", [each for each in study.lesions if getattr(each, what) == level])
            for level in levels
        ]
        if not levels:
            parts.missing.append(what)
    for name, mine in groups:
        for her2 in Her2Class:
            values = np.array([each.suvmax for each in mine if each.her2 is her2], dtype=np.float64)
            row: Row = {"group": name, "her2": str(her2), "n": values.size}
            if values.size:
                low, q1, middle, q3, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
                row |= {"median": middle, "q1": q1, "q3": q3, "iqr": q3 - q1, "least": low, "most": high}
                parts.estimates.append(
                    Estimate(
                        name=f"median SUVmax, HER2 {her2}",
                        value=middle,
                        low=q1,
                        high=q3,
                        method="from and to: quartiles (type 7), no confidence interval",
                        group=name,
                        n=values.size,
                        unit="g/mL",
                    )
                )
            rows.append(row)
    columns = (
        Heading(key="group", heading="lesions"),
        Heading(key="her2", heading="HER2"),
        Heading(key="n", heading="n"),
        Heading(key="median", heading="median SUVmax", digits=1),
        Heading(key="q1", heading="quartile 1", digits=1),
        Heading(key="q3", heading="quartile 3", digits=1),
        Heading(key="iqr", heading="IQR", digits=2),
        Heading(key="least", heading="least", digits=1),
        Heading(key="most", heading="most", digits=1),
    )
    return ResultTable(name="uptake", title="SUVmax by HER2 class", columns=columns, rows=tuple(rows))


def flow_table(study: Study) -> ResultTable:
    """The flow of patients and lesions."""
    rows: list[Row] = [
        {
            "step": step.title,
            "patients": step.patients,
            "lesions": step.lesions,
            "left_out": "; ".join(f"{count} {reason}" for reason, count in step.left_out),
        }
        for step in study.flow
    ]
    columns = (
        Heading(key="step", heading="step"),
        Heading(key="patients", heading="patients"),
        Heading(key="lesions", heading="lesions"),
        Heading(key="left_out", heading="left out"),
    )
    return ResultTable(name="flow", title="Eligibility and exclusions", columns=columns, rows=tuple(rows))


def false_positives(study: Study, level: float, parts: Parts) -> None:
    """Add what three classes make of lesions that the tracer showed and two classes call negative."""
    read = [each for each in study.lesions if each.uptake is not None]
    if not read:
        parts.missing.append("uptake (the reading of each scan), for the false positives by two classes")
        return
    shown = [each for each in read if (each.uptake or "").casefold() in ("positive", "yes", "1")]
    negative = [each for each in shown if each.her2 in (Her2Class.LOW, Her2Class.ZERO)]
    rows: list[Row] = [
        {"what": "lesions with a reading", "lesions": len(read)},
        {"what": "tracer uptake", "lesions": len(shown)},
        {"what": "of these negative by two classes: 'false positive'", "lesions": len(negative)},
        {"what": "of these HER2-low: reclassified", "lesions": _count(negative, Her2Class.LOW)},
        {"what": "of these HER2-0", "lesions": _count(negative, Her2Class.ZERO)},
    ]
    columns = (Heading(key="what", heading="lesions"), Heading(key="lesions", heading="n"))
    title = "False positives by two classes, and what they are by three"
    parts.tables.append(ResultTable(name="false-positives", title=title, columns=columns, rows=tuple(rows)))
    if not negative:
        return
    low_count = _count(negative, Her2Class.LOW)
    rate = wilson_interval(low_count, len(negative), level)
    parts.estimates.append(
        Estimate(
            name="false positives that are HER2-low",
            value=rate.value,
            low=rate.low,
            high=rate.high,
            level=level,
            method=f"{low_count} of {len(negative)} lesions, Wilson interval, lesions as independent",
            n=len(negative),
        )
    )


def _count(lesions: Sequence[PairedLesion], her2: Her2Class) -> int:
    return sum(each.her2 is her2 for each in lesions)


def _by_tracer(study: Study, tracers: Sequence[str]) -> list[tuple[str, Sequence[PairedLesion]]]:
    found: list[tuple[str, Sequence[PairedLesion]]] = [
        (tracer, [each for each in study.lesions if each.tracer == tracer]) for tracer in tracers
    ]
    return [*found, ("all tracers pooled", study.lesions)] if len(tracers) > 1 else found
