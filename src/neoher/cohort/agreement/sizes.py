"""Agreement of measured sizes with a reference such as the specimen: every statistic of one group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.cohort.agreement.bland_altman import BlandAltman, bland_altman
from neoher.cohort.agreement.concordance import lins_concordance
from neoher.cohort.agreement.intraclass import intraclass
from neoher.cohort.parts import Parts
from neoher.cohort.result import Estimate, TestResult
from neoher.cohort.statistics.proportions import wilson_interval
from neoher.errors import InputError

__all__ = ["SizeGroup", "Verdicts", "agree_on_size", "verdicts"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SizeGroup:
    """Pairs of one method in one group of patients; both arrays of shape (n,), in `unit`."""

    method: str
    label: str | None
    """The group, such as 'hr=positive'; None for all."""
    measured: FloatArray
    reference: FloatArray
    unit: str
    level: float
    band: float
    """Differences up to this count as concordant."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many measurements are too large, too small, or miss or invent disease."""

    over: int
    under: int
    concordant: int
    false_negative: int
    """0 measured, more than 0 in the reference; counted under as well where beyond the band."""
    false_positive: int
    """More than 0 measured, 0 in the reference."""


def verdicts(group: SizeGroup) -> Verdicts:
    """Counts of a group; exactly the band is concordant."""
    # Differences of decimal sizes carry rounding, which must not move a pair over the limit.
    difference = np.round(group.measured - group.reference, 9)
    return Verdicts(
        int((difference > group.band).sum()),
        int((difference < -group.band).sum()),
        int((np.abs(difference) <= group.band).sum()),
        int(((group.measured == 0) & (group.reference > 0)).sum()),
        int(((group.measured > 0) & (group.reference == 0)).sum()),
    )


def agree_on_size(group: SizeGroup, parts: Parts) -> tuple[BlandAltman | None, dict[str, float | int | None]]:
    """Add every estimate of a group; return the limits of agreement and the numbers of its row."""
    row: dict[str, float | int | None] = {"n": group.measured.size}
    limits = _limits(group, parts, row)
    _concordance(group, parts, row)
    _intraclass(group, parts, row)
    _rates(group, parts, row)
    return limits, row


def _add(
    parts: Parts,
    group: SizeGroup,
    name: str,
    value: float | None,
    limits: tuple[float | None, float | None],
    method: str,
    *,
    in_unit: bool = False,
) -> None:
    parts.estimates.append(
        Estimate(
            name=f"{group.method}: {name}",
            value=value,
            low=limits[0],
            high=limits[1],
            level=None if limits == (None, None) else group.level,
            method=method,
            group=group.label,
            n=group.measured.size,
            unit=group.unit if in_unit else "",
        )
    )


def _limits(group: SizeGroup, parts: Parts, row: dict[str, float | int | None]) -> BlandAltman | None:
    try:
        found = bland_altman(group.measured, group.reference, group.level)
    except InputError as error:
        _add(parts, group, "bias", None, (None, None), error.what)
        return None
    row |= {"bias": found.bias.value, "bias_low": found.bias.low, "bias_high": found.bias.high}
    row |= {"lower_limit": found.lower_exact.value, "upper_limit": found.upper_exact.value}
    for name, bounds, method in (
        ("bias", found.bias, "mean difference, Student's t"),
        ("lower limit of agreement", found.lower_exact, "bias - 1.96 SD, exact interval (noncentral t)"),
        ("upper limit of agreement", found.upper_exact, "bias + 1.96 SD, exact interval (noncentral t)"),
        (
            "lower limit of agreement",
            found.lower_approximate,
            "bias - 1.96 SD, interval of Bland and Altman 1999",
        ),
        (
            "upper limit of agreement",
            found.upper_approximate,
            "bias + 1.96 SD, interval of Bland and Altman 1999",
        ),
    ):
        _add(parts, group, name, bounds.value, (bounds.low, bounds.high), method, in_unit=True)
    _add(parts, group, "SD of differences", found.spread, (None, None), "n - 1", in_unit=True)
    _add(parts, group, "slope of the difference on the mean", found.slope, (None, None), "least squares")
    parts.tests.append(
        TestResult(
            name=f"{group.method}: no proportional bias",
            statistic=found.slope_t,
            p=found.slope_p,
            method="slope of the difference on the mean of both, t test",
            convention="two-sided, n - 2 degrees of freedom",
            df=group.measured.size - 2,
            group=group.label,
        )
    )
    return found


def _concordance(group: SizeGroup, parts: Parts, row: dict[str, float | int | None]) -> None:
    name, method = "concordance (Lin)", "moments divided by n, interval by Fisher's z"
    try:
        found = lins_concordance(group.measured, group.reference, group.level)
    except InputError as error:
        _add(parts, group, name, None, (None, None), error.what)
        return
    row["concordance"] = found.value
    _add(parts, group, name, found.value, (found.low, found.high), method)
    _add(parts, group, "correlation (Pearson)", found.correlation, (None, None), "product moment")
    _add(parts, group, "bias correction (C_b)", found.bias_correction, (None, None), "Lin")


def _intraclass(group: SizeGroup, parts: Parts, row: dict[str, float | int | None]) -> None:
    try:
        found = intraclass(np.stack([group.measured, group.reference], axis=1), group.level)
    except InputError as error:
        _add(parts, group, "intraclass correlation", None, (None, None), error.what)
        return
    for form, each in found.items():
        _add(parts, group, str(form), each.value, (each.low, each.high), "Shrout and Fleiss, F interval")
        if form == "ICC(2,1)":
            row["icc_2_1"] = each.value


def _rates(group: SizeGroup, parts: Parts, row: dict[str, float | int | None]) -> None:
    n = group.measured.size
    counts = verdicts(group)
    with_disease, without = int((group.reference > 0).sum()), int((group.reference == 0).sum())
    for name, count, of in (
        ("over", counts.over, n),
        ("under", counts.under, n),
        ("concordant", counts.concordant, n),
        ("false_negative", counts.false_negative, with_disease),
        ("false_positive", counts.false_positive, without),
    ):
        row[name] = count
        if of == 0:
            continue
        rate = wilson_interval(count, of, group.level)
        within = f"of {of}, Wilson interval"
        if name in ("over", "under", "concordant"):
            within += f"; band {group.band:g} {group.unit}".rstrip()
        _add(parts, group, f"{name.replace('_', ' ')} rate", rate.value, (rate.low, rate.high), within)
