"""`make bench`: our speed beside what a user would otherwise run, in one run, as ratios."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cohort import measure as cohort_costs
from cohort import print_costs
from kernels import kernel_speed
from kinetics import PEER_VOXELS, POINTS, VOXELS, kinetic_speed
from patients import measure as patients_measured
from patients import print_throughput
from pet import SLICES as PET_SLICES
from pet import pet_speed
from reading import PIXEL_BYTES, generate_exam, peak_memory_bytes, reading_report
from whole_patient import measure as whole_patient_measured
from whole_patient import print_patient

MEASURE_IMPORTS = "from pathlib import Path\nfrom neoher.measure.ftv import FtvInputs, compute"
CALCULATOR = [str(Path(sys.executable).with_name("neoher")), "her2", "--ihc", "2+", "--json"]
CALCULATOR_RUNS = 11


def main() -> None:
    """Print the figures as they are measured."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run\n")
    with tempfile.TemporaryDirectory() as folder:
        print("Making the exam: 960 slices of 384 x 384, 6 phases in one series, 283 MB of pixels ...")
        exam = generate_exam(Path(folder))
        _reading(exam)
        _kernels()
        _kinetics()
        _memory(exam)
        _pet(Path(folder))
    _start()
    print_costs(cohort_costs())
    print_throughput(patients_measured())
    print_patient(whole_patient_measured())


def _reading(exam: Path) -> None:
    figures = reading_report(exam)
    raw, ours = figures["raw_mb_s"], figures["ours_mb_s"]
    pydicom, simpleitk = figures["pydicom_mb_s"], figures["simpleitk_mb_s"]
    print("\nReading, warm files, MB of pixels a second (best of three)")
    print(f"  raw files                          {raw:10.0f}")
    print(f"  ours                               {ours:10.0f}")
    print(f"  pydicom loop                       {pydicom:10.0f}")
    print(f"  SimpleITK                          {simpleitk:10.0f}")
    print(f"  ours / raw files                   {ours / raw:10.2f}")
    print(f"  ours / pydicom loop                {ours / pydicom:10.2f}")
    print(f"  ours / SimpleITK                   {ours / simpleitk:10.2f}")
    print(f"  peak memory / pixels loaded        {figures['peak_over_pixels_in_use']:10.2f}")


def _kernels() -> None:
    speed = kernel_speed()
    print(f"\nPE and SER of {speed.voxels / 1e6:.0f} million voxels in three int16 phases, Mvoxels a second")
    print(f"  into new arrays                    {speed.ours:10.0f}")
    print(f"  the loop alone, one core           {speed.kernel:10.0f}")
    print(f"  NumPy, the same maps               {speed.numpy:10.0f}")
    print(f"  a memory copy of the same bytes    {speed.memory_copy:10.0f}")
    print(f"  ours / NumPy                       {speed.ours / speed.numpy:10.2f}")
    print(f"  ours / memory copy                 {speed.ours / speed.memory_copy:10.2f}")


def _kinetics() -> None:
    speed = kinetic_speed()
    print(f"\nKinetic fits of {VOXELS} voxels x {POINTS} points, voxels a second (peers: {PEER_VOXELS})")
    print(f"  ours, extended Tofts               {speed.extended_tofts:10.0f}")
    print(f"  ours, Tofts                        {speed.tofts:10.0f}")
    print(f"  dcmri                              {speed.dcmri:10.0f}")
    print(f"  loop of SciPy's curve_fit          {speed.curve_fit:10.0f}")
    print(f"  ours / dcmri                       {speed.extended_tofts / speed.dcmri:10.0f}")
    print(f"  ours / curve_fit                   {speed.extended_tofts / speed.curve_fit:10.0f}")
    print(f"  ours, Patlak                       {speed.patlak:10.0f}")
    print(f"  Patlak, share of memory traffic     {speed.patlak_bytes_s / speed.traffic_bytes_s:10.2f}")


def _memory(exam: Path) -> None:
    pixels_in_use = PIXEL_BYTES // 2  # three of the six phases
    print("\nPeak memory of `ftv` above what the process holds after its imports")
    for name, box in (
        ("box of an eighth of the volume", "-80,-80,-80,80,80,80"),
        ("box of everything", None),
    ):
        voi = box or "voxels:0,0,0,383,383,159"
        work = f"compute(FtvInputs(path=Path({str(exam)!r}), voi={voi!r}))"
        peak = peak_memory_bytes(MEASURE_IMPORTS, work)
        print(f"  {name:34} {peak / 1e6:10.0f} MB, {peak / pixels_in_use:.2f} x the pixels in use")


def _pet(folder: Path) -> None:
    speed = pet_speed(folder)
    print(f"\nSUV of a whole-body PET of {PET_SLICES} slices, from start to answer, seconds (best of three)")
    print(f"  neoher suv, the whole image        {speed.ours:10.2f}")
    print(f"  of which starting Python, imports  {speed.imports:10.2f}")
    print(f"  pydicom loop and NumPy: maximum    {speed.pydicom:10.2f}")


def _start() -> None:
    seconds = []
    for _ in range(CALCULATOR_RUNS):
        begin = time.perf_counter()
        subprocess.run(CALCULATOR, check=True, capture_output=True)
        seconds.append(time.perf_counter() - begin)
    print(f"\nA calculator from start to answer, median of {CALCULATOR_RUNS} runs")
    print(f"  neoher her2 --ihc 2+ --json        {sorted(seconds)[CALCULATOR_RUNS // 2]:10.2f} s")


if __name__ == "__main__":
    main()
