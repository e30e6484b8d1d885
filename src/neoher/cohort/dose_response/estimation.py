"""What a fitted curve says: each estimate with its interval, or why it is not given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neoher.cohort.dose_response.curve import FEWEST_DOSES, FEWEST_POINTS, Curve, FloatArray, fit_curve
from neoher.cohort.dose_response.facts import CurveResult, DoseRow

__all__ = [
    "NO_EFFECT_P",
    "Estimated",
    "MeasuredCurve",
    "curve_result",
    "estimated_log_dose",
    "measured_curves",
]

NO_EFFECT_P = 0.05
"""A curve that explains the responses no better than a constant gives no IC50 (a design decision)."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """An estimate on the scale on which it is normal, with its standard error."""

    value: float
    std_error: float | None
    df: int

    def limits(self, level: float) -> tuple[float | None, float | None]:
        """Interval by Student's t."""
        from scipy.stats import t

        if self.std_error is None:
            return None, None
        reach = float(t.ppf((1 + level) / 2, self.df)) * self.std_error
        return self.value - reach, self.value + reach


@dataclass(frozen=True, slots=True)
class MeasuredCurve:
    """The points of one curve and what was fitted to them; `fit` is None where no curve can be."""

    name: str
    row: DoseRow
    """Any of its rows: unit, drug, cell line and arm are the same in all."""
    dose: FloatArray
    response: FloatArray
    fit: Curve | None
    p_no_effect: float | None

    @property
    def active(self) -> bool:
        """Whether an IC50 may be given: the curve explains the responses better than a constant."""
        return self.fit is not None and (self.p_no_effect is None or self.p_no_effect < NO_EFFECT_P)

    @property
    def range(self) -> tuple[float, float] | None:
        """Lowest and highest dose above 0; None with fewer than two."""
        positive = self.dose[self.dose > 0]
        if positive.size == 0 or positive.min() == positive.max():
            return None
        return float(positive.min()), float(positive.max())

    @property
    def why_not(self) -> str:
        """What would be needed for a fit."""
        return (
            f"{FEWEST_POINTS} responses at {FEWEST_DOSES} doses above 0, not all alike, on curve {self.name}"
        )


def measured_curves(rows: Sequence[DoseRow]) -> list[MeasuredCurve]:
    """The curves in the order of the table, each fitted; rows without a dose or a response are left out."""
    by_name: dict[str, list[DoseRow]] = {}
    for row in rows:
        by_name.setdefault(row.curve, []).append(row)
    found = []
    for name, mine in by_name.items():
        known = [
            (row.dose, row.response) for row in mine if row.dose is not None and row.response is not None
        ]
        dose = np.array([each[0] for each in known], dtype=np.float64)
        response = np.array([each[1] for each in known], dtype=np.float64)
        fit = fit_curve(dose, response)
        found.append(MeasuredCurve(name, mine[0], dose, response, fit, _p_no_effect(fit, response)))
    return found


def _p_no_effect(fit: Curve | None, response: FloatArray) -> float | None:
    from scipy.stats import f

    if fit is None or fit.df < 1:
        return None
    constant = float(((response - response.mean()) ** 2).sum())
    if fit.residual == 0:
        return 0.0
    return float(f.sf((constant - fit.residual) / 3 / (fit.residual / fit.df), 3, fit.df))


def estimated_log_dose(curve: MeasuredCurve, half: float | None) -> Estimated | None:
    """Log of the relative (half: None) or absolute IC50; None outside the doses or without an effect."""
    fit, tested = curve.fit, curve.range
    if fit is None or tested is None or not curve.active:
        return None
    place = fit.log_ec50 if half is None else fit.log_dose_at(half)
    if place is None or not math.log(tested[0]) <= place <= math.log(tested[1]):
        return None
    gradient = np.array([0.0, 0.0, 1.0, 0.0]) if half is None else fit.gradient_of_log_dose(half)
    return Estimated(place, _error(fit, gradient), fit.df)


def estimated_area(curve: MeasuredCurve, low: float, high: float, half: float) -> Estimated | None:
    """Mean response over the log dose as a share of the untreated control, 2 x half."""
    if curve.fit is None:
        return None
    gradient = curve.fit.gradient_of_mean(low, high)
    error = _error(curve.fit, gradient)
    scale = 2 * half
    return Estimated(
        curve.fit.mean_response(low, high) / scale, None if error is None else error / scale, curve.fit.df
    )


def _error(fit: Curve, gradient: FloatArray) -> float | None:
    if fit.covariance is None:
        return None
    return math.sqrt(max(float(gradient @ fit.covariance @ gradient), 0.0))


def curve_result(curve: MeasuredCurve, half: float, level: float) -> CurveResult:
    """Every estimate of a curve with its limits."""
    fit, tested = curve.fit, curve.range
    limits: dict[str, float | None] = {}

    def put(name: str, estimate: Estimated | None, *, logarithm: bool) -> None:
        ends = (None, None) if estimate is None else estimate.limits(level)
        for end, value in zip(
            ("", "_low", "_high"), (None if estimate is None else estimate.value, *ends), strict=True
        ):
            limits[name + end] = None if value is None else _exp(value) if logarithm else value

    relative, absolute = estimated_log_dose(curve, None), estimated_log_dose(curve, half)
    put("ec50", relative, logarithm=True)
    put("ic50_absolute", absolute, logarithm=True)
    put("hill", _parameter(fit, 3) if curve.active else None, logarithm=True)
    falling = fit is not None and fit.first >= fit.last
    shown = fit if curve.active else None
    put("top", _parameter(shown, 0 if falling else 1), logarithm=False)
    put("bottom", _parameter(shown, 1 if falling else 0), logarithm=False)
    area = None if tested is None else estimated_area(curve, *tested, half)
    put("auc", area, logarithm=False)
    differ = None
    if relative is not None and absolute is not None:
        differ = 100 * math.expm1(absolute.value - relative.value)
    row = curve.row
    return CurveResult(
        curve=curve.name,
        dose_unit=row.dose_unit,
        drug=row.drug,
        cell_line=row.cell_line,
        arm=row.arm,
        points=curve.dose.size,
        doses=int(np.unique(curve.dose[curve.dose > 0]).size),
        lowest_dose=None if tested is None else tested[0],
        highest_dose=None if tested is None else tested[1],
        direction=None if shown is None else "falling" if falling else "rising",
        absolute_beyond_relative_percent=differ,
        auc_observed=_observed_area(curve, half),
        residual_error=None if fit is None or fit.df < 1 else math.sqrt(fit.residual / fit.df),
        p_no_effect=curve.p_no_effect,
        **limits,
    )


def _parameter(fit: Curve | None, index: int) -> Estimated | None:
    if fit is None:
        return None
    value = (fit.first, fit.last, fit.log_ec50, fit.log_hill)[index]
    gradient = np.zeros(4)
    gradient[index] = 1.0
    return Estimated(value, _error(fit, gradient), fit.df)


def _observed_area(curve: MeasuredCurve, half: float) -> float | None:
    tested = curve.range
    if tested is None:
        return None
    doses = np.unique(curve.dose[curve.dose > 0])
    means = np.array([curve.response[curve.dose == dose].mean() for dose in doses])
    area = float(np.trapezoid(means, np.log(doses)))
    return area / math.log(tested[1] / tested[0]) / (2 * half)


def _exp(value: float) -> float | None:
    """None for a limit beyond what can be written as a number: the data do not bound it."""
    return math.exp(value) if abs(value) < 690 else None
