"""Print bias and limits of what is measured on simulated patients, as a Markdown table.

python scripts/recovery_table.py [SEEDS]: seeds 1 to SEEDS (20), both vendors, four visits each, as DICOM;
then PET by the size of lesions, as pet_recovery_table.py prints it alone
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import fmean, stdev

import pet_recovery_table

from neoher.measure.case import measure_case
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case
from neoher.simulate.patient import Vendor, simulate_patient


@dataclass(frozen=True, slots=True)
class Visit:
    """Truth and measurement of one visit."""

    vendor: str
    tumour_cc: float
    reference_cc: float
    measured_cc: float
    voxels: int
    diameter_error_mm: float | None


def visits_of(job: tuple[int, Vendor]) -> list[Visit]:
    """Simulate one patient, measure it, compare."""
    seed, vendor = job
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "case"
        simulate_patient(place, seed=seed, vendor=vendor, diffusion_form=None, pet_form=None)
        truth = json.loads((place / "truth.json").read_text())["visits"]
        visits = []
        for result in measure_case(place, read_case(place), Measurements()):
            assert result.measurement is not None, result.problem
            value = result.measurement.conclusion.value
            assert value is not None
            expected = truth[str(result.exam.visit)]
            largest = value["largest_component"]
            error = largest and largest["longest_diameter_3d_mm"] - expected["longest_diameter_3d_mm"]
            visits.append(
                Visit(
                    vendor.value,
                    expected["tumour_cc"],
                    expected["ftv_reference_cc"],
                    value["volume_cc"],
                    value["voxels"],
                    error,
                )
            )
    return visits


SIZES: dict[str, Callable[[float], bool]] = {
    "3 cc and more": lambda volume: volume >= 3,
    "below 3 cc": lambda volume: 0 < volume < 3,
}


def main(seeds: int) -> None:
    """Print the table."""
    jobs = list(product(range(1, seeds + 1), Vendor))
    with ProcessPoolExecutor(2) as pool:
        visits = [visit for patient in pool.map(visits_of, jobs) for visit in patient]
    print(f"{seeds} seeds, {len(visits)} visits.\n")
    print(
        "| vendor | tumour | visits | FTV error %, mean (SD) | least, greatest "
        "| 3D diameter error mm, mean (SD) | least, greatest |"
    )
    print("|---|---|---|---|---|---|---|")
    for vendor, (size, belongs) in product(Vendor, SIZES.items()):
        chosen = [visit for visit in visits if visit.vendor == vendor.value and belongs(visit.tumour_cc)]
        volume = [100 * (visit.measured_cc / visit.reference_cc - 1) for visit in chosen]
        length = [visit.diameter_error_mm for visit in chosen if visit.diameter_error_mm is not None]
        print(f"| {vendor.value} | {size} | {len(chosen)} | {spread(volume)} | {spread(length)} |")
    for vendor in Vendor:
        gone = [visit.voxels for visit in visits if visit.vendor == vendor.value and visit.tumour_cc == 0]
        print(f"| {vendor.value} | none left | {len(gone)} | voxels found: {sum(gone)} | | | |")
    pet_recovery_table.main(seeds)


def spread(values: list[float]) -> str:
    """Mean (SD) and range as two cells."""
    if len(values) < 2:
        return "too few | "
    return f"{fmean(values):+.2f} ({stdev(values):.2f}) | {min(values):+.2f}, {max(values):+.2f}"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
