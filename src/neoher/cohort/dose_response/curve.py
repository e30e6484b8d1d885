"""The four-parameter logistic curve and its fit by least squares.

response(x) = last + (first - last) / (1 + (x / ec50)^hill): `first` is the plateau towards dose 0, `last`
that at high doses, hill > 0. Fitted in log ec50 and log hill, where intervals are nearer to symmetric and
stay above 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST_POINTS", "Curve", "fit_curve"]

FloatArray = NDArray[np.float64]

FEWEST_POINTS, FEWEST_DOSES = 5, 4
STEEPEST = 30.0
"""Hill slopes beyond are a step between two doses: no point lies on the slope."""
CONVERGED = 1e-15


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted curve; `covariance` is of (first, last, log ec50, log hill), None where it cannot be had."""

    first: float
    last: float
    log_ec50: float
    log_hill: float
    covariance: FloatArray | None
    residual: float
    """Residual sum of squares."""
    points: int

    @property
    def df(self) -> int:
        """Degrees of freedom of the residual."""
        return self.points - 4

    @property
    def hill(self) -> float:
        """Steepness, above 0."""
        return math.exp(self.log_hill)

    def response(self, dose: FloatArray) -> FloatArray:
        """Fitted response at doses of 0 or more."""
        share, _ = _share(dose, self.log_ec50, self.log_hill)
        fitted: FloatArray = self.last + (self.first - self.last) * share
        return fitted

    def log_dose_at(self, response: float) -> float | None:
        """Log of the dose with that response; None where the curve never reaches it."""
        passed, left = self.first - response, response - self.last
        if left == 0 or passed / left <= 0:
            return None
        return self.log_ec50 + math.log(passed / left) / self.hill

    def gradient_of_log_dose(self, response: float) -> FloatArray:
        """Derivatives of `log_dose_at` by the four parameters."""
        passed, left = self.first - response, response - self.last
        return np.array(
            [1 / (passed * self.hill), 1 / (left * self.hill), 1.0, -math.log(passed / left) / self.hill]
        )

    def mean_response(self, low: float, high: float) -> float:
        """Mean fitted response over the logarithm of doses from `low` to `high`, both above 0."""
        return self.last + (self.first - self.last) * self._mean_share(low, high)

    def gradient_of_mean(self, low: float, high: float) -> FloatArray:
        """Derivatives of `mean_response` by the four parameters."""
        share, width = self._mean_share(low, high), math.log(high / low)
        ends = np.array([low, high])
        at, scaled = _share(ends, self.log_ec50, self.log_hill)
        by_place = float(at[0] - at[1]) / width
        by_slope = float(scaled[0] * at[0] - scaled[1] * at[1]) / (self.hill * width)
        reach = self.first - self.last
        return np.array([share, 1 - share, reach * by_place, -reach * (share + by_slope)])

    def _mean_share(self, low: float, high: float) -> float:
        _, scaled = _share(np.array([low, high]), self.log_ec50, self.log_hill)
        area = np.logaddexp(0, -scaled[0]) - np.logaddexp(0, -scaled[1])
        return float(area) / (self.hill * math.log(high / low))


def fit_curve(dose: FloatArray, response: FloatArray) -> Curve | None:
    """The least-squares curve of responses at doses of 0 or more, shape (n,).

    None with fewer than 5 points or 4 distinct doses above 0, or where all responses are equal. The best of a
    grid of starting curves, in which the plateaus follow by linear least squares, is refined (Levenberg and
    Marquardt).
    """
    from scipy.optimize import least_squares

    positive = np.unique(dose[dose > 0])
    if dose.size < FEWEST_POINTS or positive.size < FEWEST_DOSES or np.ptp(response) == 0:
        return None

    def residuals(parameters: FloatArray) -> FloatArray:
        share, _ = _share(dose, parameters[2], parameters[3])
        difference: FloatArray = parameters[1] + (parameters[0] - parameters[1]) * share - response
        return difference

    def jacobian(parameters: FloatArray) -> FloatArray:
        return _jacobian(dose, parameters)

    def climb(start: FloatArray) -> FloatArray:
        found: FloatArray = least_squares(
            residuals, start, jacobian, method="lm", xtol=CONVERGED, ftol=CONVERGED, gtol=CONVERGED
        ).x
        return found

    starts = _starts(dose, response, positive)
    best: FloatArray | None = None
    for start in starts:
        found = climb(start)
        inside = abs(found[3]) < math.log(STEEPEST) and np.isfinite(found).all()
        if inside and (best is None or _squares(residuals(found)) < _squares(residuals(best)) * (1 - 1e-12)):
            best = found
    if best is None:
        # No maximum inside: a step between two doses, or scatter alone. The best of the grid describes it.
        squares = _squares(residuals(starts[0]))
        first, last, log_ec50, log_hill = starts[0].tolist()
        return Curve(first, last, log_ec50, log_hill, None, squares, dose.size)
    squares = _squares(residuals(best))
    covariance = _covariance(jacobian(best), squares, dose.size)
    first, last, log_ec50, log_hill = best.tolist()
    return Curve(first, last, log_ec50, log_hill, covariance, squares, dose.size)


def _share(dose: FloatArray, log_ec50: float, log_hill: float) -> tuple[FloatArray, FloatArray]:
    """How much of the way from the last plateau to the first is left, and the scaled log dose."""
    from scipy.special import expit

    with np.errstate(divide="ignore", over="ignore"):
        scaled = math.exp(min(log_hill, 50.0)) * (np.log(dose) - log_ec50)
    return expit(-scaled), scaled


def _jacobian(dose: FloatArray, parameters: FloatArray) -> FloatArray:
    share, scaled = _share(dose, parameters[2], parameters[3])
    slope = share * (1 - share)
    reach = parameters[0] - parameters[1]
    finite = np.where(np.isfinite(scaled), scaled, 0.0)
    return np.stack(
        [share, 1 - share, reach * slope * math.exp(min(parameters[3], 50.0)), -reach * slope * finite],
        axis=1,
    )


def _starts(dose: FloatArray, response: FloatArray, positive: FloatArray) -> list[FloatArray]:
    """The three best curves of a grid of places and slopes."""
    graded = []
    for place in np.linspace(math.log(positive[0]), math.log(positive[-1]), 25):
        for slope in np.log([0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 8.0, 20.0]):
            share, _ = _share(dose, float(place), float(slope))
            design = np.stack([share, 1 - share], axis=1)
            plateaus = np.linalg.lstsq(design, response, rcond=None)[0]
            squares = _squares(design @ plateaus - response)
            graded.append((squares, np.array([*plateaus, place, slope])))
    graded.sort(key=lambda each: each[0])
    return [start for _, start in graded[:3]]


def _covariance(jacobian: FloatArray, squares: float, points: int) -> FloatArray | None:
    """Of the parameters; None without degrees of freedom or where the data do not tell them apart."""
    if points <= 4:
        return None
    scale = np.linalg.norm(jacobian, axis=0)
    if (scale == 0).any() or np.linalg.cond(jacobian / scale) > 1e7:
        return None
    inner = np.linalg.inv((jacobian / scale).T @ (jacobian / scale)) / np.outer(scale, scale)
    covariance: FloatArray = inner * squares / (points - 4)
    return covariance


def _squares(residual: FloatArray) -> float:
    return float(residual @ residual)
