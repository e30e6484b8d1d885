"""`neoher doseresponse`: curves of cell lines from a table of responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neoher.cohort.dose_response.facts import ComparedCurves, CurveResult, DoseResponseInputs, DoseRow
from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator, Source
from neoher.record.conclusion import Conclusion
from neoher.record.intended_use import MEASURING

if TYPE_CHECKING:
    from neoher.cohort.dose_response.estimation import MeasuredCurve

__all__ = ["CALCULATOR", "doseresponse"]

SEBAUGH_2011 = Source(
    "doi:10.1002/pst.426",
    "Sebaugh, Guidelines for accurate EC50/IC50 estimation. Pharm Stat 2011;10:128",
    "not opened: the names relative and absolute IC50 as it uses them, unverified",
)
RITZ_2015 = Source(
    "doi:10.1371/journal.pone.0146021",
    "Ritz et al., Dose-response analysis using R. PLoS One 2015;10:e0146021",
    "not opened: the log-logistic curve with four parameters, unverified",
)
_Value = tuple[CurveResult, ...] | ComparedCurves


def doseresponse(inputs: DoseResponseInputs) -> Conclusion[_Value]:
    """A four-parameter curve for each series of doses, with relative and absolute IC50, area, intervals.

    Returns: a list of curves, or with `compare` the curves and their comparisons; no value for an empty
    table.
    Raises: InputError where a curve has two units, drugs, cell lines or arms, or the responses are fractions
    while `half` is in percent.
    Source: see SEBAUGH_2011, RITZ_2015. Cell lines do not tell what a patient's tumour will do.
    """
    reasons: Reasoning[_Value] = Reasoning()
    if not inputs.rows:
        reasons.miss("rows")
        return reasons.conclude(None)
    _refuse_contradictions(inputs)
    from neoher.cohort.dose_response.estimation import curve_result, measured_curves

    curves = measured_curves(inputs.rows)
    results = tuple(curve_result(curve, inputs.half, inputs.level) for curve in curves)
    for curve, result in zip(curves, results, strict=True):
        _explain(curve, result, inputs, reasons)
    unused = [row for row in inputs.rows if row.dose is None or row.response is None]
    if unused:
        lines = ", ".join(str(row.line) for row in unused[:8])
        reasons.warn(
            "response-not-known", f"{len(unused)} rows without dose or response are left out: lines {lines}."
        )
    if not inputs.compare:
        return reasons.conclude(results)
    from neoher.cohort.dose_response.comparison import compare_curves

    comparisons, apart = compare_curves(curves, inputs.half, inputs.level)
    for first, second in apart:
        reasons.warn(
            "units-not-comparable",
            f"{first} and {second} are not compared: a molar mass would be needed to convert their units.",
        )
    reasons.step(
        f"{len(comparisons)} pairs of curves compared",
        "ratios on the log scale with Welch's degrees of freedom; areas over the common doses; extra sum of "
        "squares F test of one curve for both; Holm's adjustment over all pairs",
    )
    return reasons.conclude(ComparedCurves(curves=results, comparisons=comparisons))


def _refuse_contradictions(inputs: DoseResponseInputs) -> None:
    seen: dict[str, DoseRow] = {}
    for row in inputs.rows:
        before = seen.setdefault(row.curve, row)
        for name in ("dose_unit", "drug", "cell_line", "arm"):
            one, other = getattr(before, name), getattr(row, name)
            if one != other:
                raise InputError(
                    f"curve {row.curve} has {one or 'none'} in one row and {other or 'none'} in another.",
                    f"line {row.line}, {name}",
                    "One curve is one drug on one cell line in one unit: give each its own name.",
                )
    known = [row.response for row in inputs.rows if row.response is not None]
    if known and inputs.half >= 10 and max(map(abs, known)) <= 2:
        raise InputError(
            f"no response is above {max(map(abs, known)):g}, the absolute IC50 is read at {inputs.half:g}.",
            "half",
            "Responses as fractions of the control need --half 0.5.",
        )


def _explain(
    curve: MeasuredCurve, result: CurveResult, inputs: DoseResponseInputs, reasons: Reasoning[_Value]
) -> None:
    if curve.fit is None:
        reasons.miss(curve.why_not)
        return
    reasons.step(
        result.in_words(),
        "response = bottom + (top - bottom) / (1 + (dose / ec50)^hill), least squares; relative IC50 "
        f"at the middle of the fitted plateaus, absolute IC50 where the curve passes {inputs.half:g}",
        SEBAUGH_2011,
        points=result.points,
        residual_error=result.residual_error,
        p_no_effect=result.p_no_effect,
    )
    reasons.cite(RITZ_2015)
    if not curve.active:
        reasons.miss(f"an effect of dose on curve {curve.name}")
        reasons.warn(
            "no-dose-response",
            f"{curve.name}: the curve explains the responses no better than a constant "
            f"(p = {result.p_no_effect:.2g}), so no IC50 is given.",
        )
        return
    _warn_of_ic50(curve, result, inputs.half, reasons)
    if curve.fit.covariance is None:
        reasons.warn(
            "curve-not-determined",
            f"{curve.name}: the doses do not determine all four parameters, so they have no intervals.",
        )


def _warn_of_ic50(curve: MeasuredCurve, result: CurveResult, half: float, reasons: Reasoning[_Value]) -> None:
    within = f"within the doses tested, {result.lowest_dose:g} to {result.highest_dose:g} {result.dose_unit}"
    if result.ec50 is None:
        reasons.miss(f"doses around the middle of the response on curve {curve.name}")
        reasons.warn("ec50-outside-doses", f"{curve.name}: the middle of the curve is not {within}.")
    if result.ic50_absolute is None:
        reasons.miss(f"a response of {half:g} on curve {curve.name}")
        reasons.warn(
            "ic50-not-reached", f"{curve.name}: the fitted response does not pass {half:g} {within}."
        )


def _example() -> str:
    responses: dict[str, Sequence[float]] = {
        "drug A": (99.5, 89.0, 59.4, 34.6, 32.2, 32.5, 33.1),
        "drug B": (100.2, 99.6, 87.2, 30.0, 3.0, 1.6, 1.1),
    }
    doses = (1.5, 4.7, 13, 40, 114, 358, 1090)
    lines = ["curve,dose,dose_unit,response,drug,cell_line"]
    for drug, series in responses.items():
        for dose, response in zip(doses, series, strict=True):
            lines.append(f"{drug} on SK-BR-3,{dose},ng/mL,{response},{drug},SK-BR-3")
    return "\n".join(lines) + "\n"


CALCULATOR = Calculator(
    name="doseresponse",
    summary="Dose-response curves of cell lines: relative and absolute IC50, slope, area; drugs compared.",
    inputs=DoseResponseInputs,
    output=_Value,
    compute=doseresponse,
    example="responses.csv --compare",
    example_table=_example(),
    intended_use=MEASURING,
    sources=(SEBAUGH_2011, RITZ_2015),
    explanation="""\
**Two IC50s.** The *relative* IC50 (`ec50`) lies at the middle between the fitted plateaus; the *absolute* one
(`ic50_absolute`) where the fitted response is half of the untreated control, `--half`. A curve that levels
off at 30 % of the control has an absolute IC50 well above its relative one: they are never printed without
their name. Neither is given outside the doses tested, nor where the curve explains the responses no better
than a constant (F test, p of 0.05 or more; a design decision).

**The fit** is ordinary least squares in log ec50 and log hill, from the best of a grid of starting curves.
Intervals are Student's t on n - 4 degrees of freedom with the linearised covariance; limits of doses and
slope are made on the log scale. With four points, or doses that do not determine the curve, there are none.

**The area** is the mean fitted response over the logarithm of the doses tested, as a share of the control (2
x `--half`): 1 is no effect of a falling curve. Other programs integrate over other ranges; areas of two
curves are compared only over the doses that both have.

**Comparison** (`--compare`): every two curves of a cell line. Ratios of IC50 with Welch's degrees of freedom,
the difference of areas, and the F test of one curve for both, which takes the scatter as equal; adjusted by
Holm. With a column `arm` (single, dual), pairs of both kinds are named so. Points read off figures have no
replicates: their scatter is not that of an experiment.

Cell lines do not tell what a patient's tumour will do.
""",
)
