"""The table of the coefficient over a lesion's voxels."""

from __future__ import annotations

from neoher.measure.adc import AdcValue
from neoher.report.numbers import NOT_KNOWN, with_unit
from neoher.report.section import Table, TableCell

__all__ = ["adc_table"]


def adc_table(value: AdcValue, lesion: str | None, provenance: str | None) -> Table:
    """Mean, median, spread and percentiles in one row; below, what they are of."""
    named = (
        ("Mean", value.mean),
        ("Median", value.median),
        ("SD", value.standard_deviation),
        ("P5", value.p5),
        ("P10", value.p10),
        ("P15", value.p15),
        ("P25", value.p25),
        ("P75", value.p75),
        ("P85", value.p85),
        ("P90", value.p90),
        ("P95", value.p95),
        ("Lowest", value.minimum),
        ("Highest", value.maximum),
    )
    made = (
        "the scanner’s map"
        if value.fit is None
        else f"b {', '.join(f'{b:g}' for b in value.b_values)} s/mm², {value.fit} fit"
    )
    excluded = f", {value.excluded} without one left out" if value.excluded else ""
    return Table(
        caption=f"Apparent diffusion coefficient{f', {lesion}' if lesion else ''}, ×10⁻⁶ mm²/s",
        header=("", *(name for name, _ in named)),
        rows=(
            (
                TableCell(lesion or "region", provenance=provenance),
                *(
                    TableCell(NOT_KNOWN, known=False) if number is None else TableCell(f"{number:.0f}")
                    for _, number in named
                ),
            ),
        ),
        note=f"{value.voxels} voxels ({with_unit(value.volume_cc, 'cm3')}){excluded}; {made}.",
    )
