"""What a dose-response table holds, and what is said of each curve."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.rows import Column, Row

__all__ = ["ComparedCurves", "Comparison", "CurveResult", "DoseResponseInputs", "DoseRow"]

_Left = Column(may_be_left_out=True)


class DoseRow(Row):
    """One well, or the mean of its replicates, at one dose."""

    curve: str
    """Name of the curve: one drug on one cell line in one experiment."""
    dose: Annotated[float | None, Field(ge=0, allow_inf_nan=False)] = None
    """Concentration; 0 for the untreated control."""
    dose_unit: str
    """Unit of the concentration, such as ng/mL or nM; one unit a curve."""
    response: Annotated[float | None, Field(allow_inf_nan=False)] = None
    """Response on one scale in the whole table, such as viability in percent of the untreated control."""
    drug: Annotated[str | None, _Left] = None
    """Drug or combination, for the comparison."""
    cell_line: Annotated[str | None, _Left] = None
    """Curves are compared within a cell line; where none is named, all with one another."""
    arm: Annotated[Literal["single", "dual"] | None, _Left] = None
    """One drug or two together; a comparison of both kinds is named so."""


class DoseResponseInputs(Frozen):
    """The table of responses, and how it is read."""

    rows: Annotated[
        tuple[DoseRow, ...], Option("file", positional=True, rows=DoseRow, takes="a CSV, columns below")
    ]
    """A CSV with one response at one dose a row."""
    half: Annotated[float, Field(gt=0, allow_inf_nan=False), Option("half")] = 50.0
    """Response at which the absolute IC50 is read: half of the untreated control. 50 for percent, 0.5 for
    fractions."""
    level: Annotated[float, Field(ge=0.5, lt=1), Option("level")] = 0.95
    """Coverage of the intervals."""
    compare: Annotated[bool, Option("compare", flag=True)] = False
    """Compare the curves of each cell line with one another."""


class CurveResult(Frozen):
    """A list with one entry a curve; each limit is null where its estimate is."""

    curve: str
    dose_unit: str
    drug: str | None
    cell_line: str | None
    arm: str | None
    points: int
    doses: int
    """Distinct doses above 0."""
    lowest_dose: float | None
    highest_dose: float | None
    direction: Literal["falling", "rising"] | None
    """Of the response with dose."""
    ec50: float | None
    """Dose at the middle between top and bottom: the relative IC50. Null where it lies outside the doses."""
    ec50_low: float | None
    ec50_high: float | None
    ic50_absolute: float | None
    """Dose at which the fitted response is `half`. Null where it is not reached within the doses."""
    ic50_absolute_low: float | None
    ic50_absolute_high: float | None
    absolute_beyond_relative_percent: float | None
    """100 (ic50_absolute - ec50) / ec50: how far the two differ."""
    hill: float | None
    """Steepness, above 0 whatever the direction."""
    hill_low: float | None
    hill_high: float | None
    top: float | None
    """The higher plateau, in the unit of the response."""
    top_low: float | None
    top_high: float | None
    bottom: float | None
    """The lower plateau."""
    bottom_low: float | None
    bottom_high: float | None
    auc: float | None
    """Mean fitted response over the logarithm of the doses tested, as a share of 2 x half (no effect: 1)."""
    auc_low: float | None
    auc_high: float | None
    auc_observed: float | None
    """The same from the mean responses by trapezia, without a model."""
    residual_error: float | None
    """Root of the residual sum of squares over n - 4, in the unit of the response."""
    p_no_effect: float | None
    """F test of the curve against one constant response."""

    def in_words(self) -> str:
        """The curve as one line for a reader."""
        if self.ec50 is None and self.ic50_absolute is None:
            return f"{self.curve}: no IC50 can be given"
        relative = _text(self.ec50, self.ec50_low, self.ec50_high)
        absolute = _text(self.ic50_absolute, self.ic50_absolute_low, self.ic50_absolute_high)
        return f"{self.curve}: relative IC50 {relative}, absolute IC50 {absolute} {self.dose_unit}"


class Comparison(Frozen):
    """Two curves. Ratios are second over first; above 1 the second needs the higher dose."""

    first: str
    second: str
    cell_line: str | None
    kind: Literal["drugs", "single against dual"]
    dose_unit: str
    ec50_ratio: float | None
    ec50_ratio_low: float | None
    ec50_ratio_high: float | None
    ec50_p: float | None
    ic50_absolute_ratio: float | None
    ic50_absolute_ratio_low: float | None
    ic50_absolute_ratio_high: float | None
    ic50_absolute_p: float | None
    auc_difference: float | None
    """Second less first, over the doses that both were tested at; below 0 the second acts more."""
    auc_difference_low: float | None
    auc_difference_high: float | None
    auc_p: float | None
    f: float | None
    """Extra sum of squares: one curve for both against two."""
    f_df: tuple[int, int] | None
    p_same_curve: float | None
    p_same_curve_holm: float | None
    """Adjusted for all comparisons of the table (Holm)."""

    def in_words(self) -> str:
        """The comparison as one line for a reader."""
        ratio = _text(self.ic50_absolute_ratio, self.ic50_absolute_ratio_low, self.ic50_absolute_ratio_high)
        return f"{self.second} against {self.first} ({self.kind}): absolute IC50 ratio {ratio}"


class ComparedCurves(Frozen):
    """With --compare: the curves and their comparisons."""

    curves: tuple[CurveResult, ...]
    comparisons: tuple[Comparison, ...]

    def in_words(self) -> str:
        """All lines for a reader."""
        lines = [curve.in_words() for curve in self.curves]
        return "\n".join([*lines, *(each.in_words() for each in self.comparisons)])


def _text(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "not known"
    return f"{value:.3g}" if low is None or high is None else f"{value:.3g} ({low:.3g} to {high:.3g})"
