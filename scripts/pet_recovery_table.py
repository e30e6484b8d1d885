"""Print what SUVmax, SUVpeak and SUVmean show of lesions by their size, and the forms of one scan, as tables.

python scripts/pet_recovery_table.py [SEEDS]: balls of 10 to 37 mm in water, seeds 1 to SEEDS (20), as DICOM
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev

from neoher.measure.suv import RegionUptake, SuvInputs, compute
from neoher.simulate.pet.phantom import BALL_SUV, DIAMETERS_MM, write_size_phantom
from neoher.simulate.pet.tracer import FDG, PERTUZUMAB, Tracer
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS

INJECTED_AT = dt.datetime(2025, 2, 28, 23, 25, 0)
"""So late that every FDG scan runs past midnight."""
DATED = tuple(name for name in VENDOR_FORMS if name != "no-injection-date")


@dataclass(frozen=True, slots=True)
class Shown:
    """One ball in one scan: measured over true, and without noise."""

    diameter_mm: float
    measured: tuple[float, float, float]
    expected: tuple[float, float, float]
    worst_percent: float
    """Largest difference of any form's values from what was written, in percent."""


def balls_of(job: tuple[Tracer, int, tuple[str, ...]]) -> list[Shown]:
    """Simulate one scan, measure it in every form, compare."""
    tracer, seed, forms = job
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truths = write_size_phantom(folder, tracer, forms, seed=seed, injected_at=INJECTED_AT)
        by_form = {form: regions_of(folder, form) for form in forms}
    shown = []
    for position, truth in enumerate(truths):
        written = (truth.written.suvmax, truth.written.suvpeak, truth.written.suvmean)
        worst = max(
            abs(found / wanted - 1)
            for regions in by_form.values()
            for found, wanted in zip(values_of(regions[position]), written, strict=True)
        )
        first = values_of(by_form[forms[0]][position])
        shown.append(
            Shown(
                DIAMETERS_MM[position],
                (first[0] / BALL_SUV, first[1] / BALL_SUV, first[2] / BALL_SUV),
                (truth.recovery.suvmax, truth.recovery.suvpeak, truth.recovery.suvmean),
                100 * worst,
            )
        )
    return shown


def regions_of(folder: Path, form: str) -> tuple[RegionUptake, ...]:
    """Uptake of the balls as measured."""
    value = compute(SuvInputs(path=folder / form, region=(str(folder / "regions.dcm"),))).value
    assert value is not None, form
    return value.regions


def values_of(region: RegionUptake) -> tuple[float, float, float]:
    """Maximum, peak and mean."""
    assert region.max is not None
    assert region.peak is not None
    assert region.mean is not None
    return region.max, region.peak, region.mean


def main(seeds: int) -> None:
    """Print the tables."""
    tracers = (FDG, PERTUZUMAB)
    jobs = [
        (tracer, seed, DATED if seed == 1 else DATED[:1])
        for tracer in tracers
        for seed in range(1, seeds + 1)
    ]
    with ProcessPoolExecutor(2) as pool:
        made = list(zip(jobs, pool.map(balls_of, jobs), strict=True))
    for tracer in tracers:
        scans = [balls for (of, _, _), balls in made if of is tracer]
        print(f"\n{tracer.name}: measured over true uptake, mean (SD) of {seeds} seeds; [without noise]\n")
        print("| diameter mm | SUVmax | SUVpeak | SUVmean |")
        print("|---|---|---|---|")
        for position, diameter in enumerate(DIAMETERS_MM):
            balls = [scan[position] for scan in scans]
            cells = " | ".join(cell(balls, quantity) for quantity in range(3))
            print(f"| {diameter:g} | {cells} |")
        worst = max(ball.worst_percent for scan in scans for ball in scan)
        print(f"\nLargest difference of any of {len(DATED)} forms from what was written: {worst:.4f} %.")


def cell(balls: list[Shown], quantity: int) -> str:
    """Mean (SD) [expected] of one quantity."""
    measured = [ball.measured[quantity] for ball in balls]
    spread = f"{stdev(measured):.3f}" if len(measured) > 1 else "one seed"
    expected = fmean(ball.expected[quantity] for ball in balls)
    return f"{fmean(measured):.3f} ({spread}) [{expected:.3f}]"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
