"""Patients measured an hour by number of workers: `neoher cohort measure` as whole processes.

Run alone: `python bench/patients.py`; `make bench` prints the same figures. One patient of four MR visits is
simulated and copied; every run starts without measurements.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PATIENTS = 6
WORKERS = (1, 2, 4)


@dataclass(frozen=True)
class Throughput:
    """One run: seconds from start to end, and those in which patients were measured."""

    workers: int
    seconds: float
    working_seconds: float
    peak_mb: float
    """Most memory of one worker."""


def make_patients(root: Path) -> None:
    """Copies of one simulated patient under different names; the images are links to one set of files."""
    from neoher.simulate.patient import simulate_patient

    original = root.parent / "original"
    simulate_patient(original, seed=7, pet_form=None)
    record = (original / "case.yaml").read_text()
    for number in range(PATIENTS):
        folder = root / f"P{number:03d}"
        shutil.copytree(original, folder, copy_function=os.link)
        (folder / "case.yaml").unlink()
        (folder / "case.yaml").write_text(record.replace("id: P001", f"id: P{number:03d}", 1))


def measured(root: Path, workers: int) -> Throughput:
    """One run with so many workers, from nothing."""
    import pandas as pd

    out = root.parent / f"out-{workers}"
    for file in root.rglob("measurements.json"):
        file.unlink()
    words = ["cohort", "measure", str(root), "--workers", str(workers), "--out", str(out), "--json"]
    begin, started = time.perf_counter(), time.time()
    subprocess.run(
        [sys.executable, "-c", "from neoher.cli.main import main; main()", *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.perf_counter() - begin
    patients = pd.read_parquet(out / "patients.parquet")
    if set(patients["state"]) != {"measured"} or len(patients) != PATIENTS:
        raise RuntimeError(f"not all were measured: {patients['state'].value_counts().to_dict()}")
    written = [file.stat().st_mtime for file in root.rglob("measurements.json")]
    first = min(written) - float(patients["seconds"].max())
    return Throughput(workers, seconds, max(written) - max(first, started), float(patients["peak_mb"].max()))


def measure() -> list[Throughput]:
    """A run for each number of workers."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "cases"
        root.mkdir()
        make_patients(root)
        return [measured(root, workers) for workers in WORKERS]


def print_throughput(runs: list[Throughput]) -> None:
    """The figures as a table."""
    print(f"\n`cohort measure`: {PATIENTS} simulated patients, {os.cpu_count()} cores")
    print("  workers   start to end, s   patients an hour   of them while working   MB a worker at most")
    for run in runs:
        print(
            f"  {run.workers:>7}   {run.seconds:15.1f}   {3600 * PATIENTS / run.seconds:16.0f}"
            f"   {3600 * PATIENTS / run.working_seconds:21.0f}   {run.peak_mb:19.0f}"
        )


if __name__ == "__main__":
    print_throughput(measure())
