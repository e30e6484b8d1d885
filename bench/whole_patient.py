"""A whole patient of four visits measured from nothing: `neoher measure` as a process of its own.

Run alone: `python bench/whole_patient.py [slices rows]`; `make bench` prints the same figures. Each visit has
an MRI of six phases with diffusion; FDG and 89Zr PET/CT, mammograms and ultrasound beside them.
Simulating it takes minutes and some 6 GB of memory.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SLICES, ROWS = 160, 384
EXTENT_MM = (160.0, 326.4, 326.4)
"""Of the MRI, whatever its matrix: both breasts, axial."""
POST_STARTS_S = (24.0, 109.0, 194.0, 279.0, 364.0)
VISITS = ("T0", "T1", "T2", "T3")
RUNS = 3
MIB = 1 << 20


@dataclass(frozen=True)
class MeasuredPatient:
    """One run of the command, the fastest of some."""

    seconds: float
    """From start to end of the process."""
    cpu_seconds: float
    """User and system, all threads."""
    peak_mib: float
    stages: dict[str, float]
    measurements: int


@dataclass(frozen=True)
class WholePatient:
    """What was measured, and how its cost grows."""

    matrix: tuple[int, int, int]
    whole: MeasuredPatient
    by_visits: dict[int, MeasuredPatient]
    """The MRI of so many visits alone, without PET."""
    maps_s: float
    """PE and SER maps of every voxel of one visit."""
    report_s: float
    """`neoher report` of the measured patient: the pictures read the pixels once more."""


def make_patient(folder: Path, slices: int, rows: int) -> None:
    """The patient in `folder`, which must not exist."""
    from neoher.simulate.mr.scanner import SCANNERS, Vendor
    from neoher.simulate.patient import simulate_patient
    from neoher.volume.grid import Grid

    usual = SCANNERS[Vendor.SIEMENS]
    shape = slices, rows, rows
    depth, high, wide = (extent / size for extent, size in zip(EXTENT_MM, shape, strict=True))
    grid = Grid(
        shape=shape,
        spacing_mm=(depth, high, wide),
        origin_mm=(-EXTENT_MM[2] / 2, -110.0, -EXTENT_MM[0] / 2),
        axes=usual.grid.axes,
    )
    scanner = dataclasses.replace(
        usual, grid=grid, first_start_s=-95.0, post_starts_s=POST_STARTS_S, phase_duration_s=80.0
    )
    simulate_patient(folder, seed=7, scanner=scanner)


def measure(slices: int = SLICES, rows: int = ROWS) -> WholePatient:
    """Simulate the patient, warm up with one run, then take the figures."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case"
        # By a process of its own: what this one holds would count as the peak of those that it starts.
        make = f"from whole_patient import make_patient; make_patient(Path({str(case)!r}), {slices}, {rows})"
        subprocess.run(
            [sys.executable, "-c", f"from pathlib import Path; {make}"], check=True, cwd=Path(__file__).parent
        )
        record = (case / "case.yaml").read_text()
        _measured(case)
        by_visits = {}
        for count in (1, 2, 4):
            (case / "case.yaml").write_text(_of_visits(record, VISITS[:count]))
            by_visits[count] = _fastest(case)
        (case / "case.yaml").write_text(record)
        whole = _fastest(case)
        begin = time.perf_counter()
        subprocess.run(_command("report", case), check=True, capture_output=True)
        report_s = time.perf_counter() - begin
        return WholePatient((slices, rows, rows), whole, by_visits, _maps_s(case), report_s)


def _command(*words: object) -> list[str]:
    return [sys.executable, "-c", "from neoher.cli.main import main; main()", *map(str, words)]


def _of_visits(record: str, visits: tuple[str, ...]) -> str:
    """The record with the images of the MRI of these visits alone."""
    kept = {f"imaging/{visit.lower()}-mr" for visit in visits}
    stated = re.sub(r"    images: (\S+)\n", lambda line: line[0] if line[1] in kept else "", record)
    # Callipers are points on images: they go with them.
    entries = re.split(r"(?m)^(?=  - id: )", stated)
    callipers = re.compile(r"    callipers:.*\n(?:      .*\n)*")
    return "".join(one if "    images: " in one else callipers.sub("", one) for one in entries)


def _fastest(case: Path) -> MeasuredPatient:
    return min((_measured(case) for _ in range(RUNS)), key=lambda run: run.seconds)


def _measured(case: Path) -> MeasuredPatient:
    (case / "measurements.json").unlink(missing_ok=True)
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(
            _command("measure", case, "--timings", "--json"), stdout=out, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError("the patient was not measured")
        out.seek(0)
        printed: dict[str, Any] = json.load(out)
    return MeasuredPatient(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss * 1024 / MIB,
        stages=printed["timings"],
        measurements=len(printed["entries"]),
    )


def _maps_s(case: Path) -> float:
    from neoher.imaging.enhancement import enhancement_maps
    from neoher.imaging.phases import choose_phases
    from neoher.intake.dynamic import find_dynamic

    exam = find_dynamic(case / "imaging" / "t0-mr")
    choice = choose_phases(exam.time_axis)
    phases = [index for index in (choice.pre, choice.early, choice.late) if index is not None]
    series = exam.load(phases)
    seconds = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        enhancement_maps(*(series.phase(index) for index in phases))
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def print_patient(patient: WholePatient) -> None:
    """The figures as a table."""
    slices, rows, columns = patient.matrix
    whole, by_visits = patient.whole, patient.by_visits
    print(
        f"\nA patient of {len(VISITS)} visits measured from nothing: MRI of 6 phases of"
        f" {rows} x {columns} x {slices} with diffusion, 3 PET, mammograms, ultrasound"
    )
    print(f"  (second run; the fastest of {RUNS}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})")
    print(f"  neoher measure, start to end, s    {whole.seconds:10.2f}")
    print(f"  processor time, s                  {whole.cpu_seconds:10.2f}")
    print(f"  peak memory, MiB                   {whole.peak_mib:10.0f}")
    print(f"  measurements                       {whole.measurements:10d}")
    for name, seconds in whole.stages.items():
        print(f"    {name:32} {seconds:10.2f}")
    print(f"  PE and SER maps of a whole visit, s {patient.maps_s:9.2f}   (beside it, every voxel)")
    print(f"  neoher report of the same, s       {patient.report_s:10.2f}")
    print("  MRI of so many visits alone: start to end, s; processor, s; measuring, s, and each visit added")
    before = 0
    for count, run in by_visits.items():
        added = (_work(run) - (_work(by_visits[before]) if before else 0.0)) / (count - before)
        print(f"    {count} {run.seconds:10.2f} {run.cpu_seconds:10.2f} {_work(run):10.2f} {added:10.2f}")
        before = count


def _work(run: MeasuredPatient) -> float:
    """Seconds of all stages but the start."""
    return sum(run.stages.values()) - run.stages["record and imports"]


if __name__ == "__main__":
    print_patient(measure(*(int(word) for word in sys.argv[1:3])))
