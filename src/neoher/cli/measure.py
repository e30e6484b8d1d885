"""`neoher measure`: a case's images to measurements.json."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from neoher.errors import InputError

if TYPE_CHECKING:
    from neoher.measure.case import ExamResult

__all__ = ["measure"]


def measure(
    case: Path,
    *,
    timings: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Measure the images of a case and store the numbers in measurements.json beside case.yaml.

    What was measured before from the same images, region, parameters and method is kept. An exam that cannot
    be measured is named with its reason; the others are stored.

    Parameters
    ----------
    case
        The case folder, or its case.yaml.
    timings
        Say how long each stage took, in seconds: headers, hashes, pixels, regions, quality, maps and FTV,
        diameters, SUV, ADC, writing. With --json under the key `timings`.
    json
        Print the measurements as one JSON object. Lengths in mm, volumes in cm3.
    """
    from neoher.measure.stages import Stage, stage, timed

    with timed() as times:
        with stage(Stage.RECORD):
            from neoher.cli.printing import print_json
            from neoher.cli.watching import watching
            from neoher.measure.case import measure_case, measurements_of
            from neoher.record.reading.case_file import case_file, read_case
            from neoher.record.storing import read_measurements, write_measurements

            folder = case_file(case).parent
            record = read_case(case)
            known = read_measurements(folder)
        with watching() as watch:
            results = measure_case(folder, record, known, watch)
        with stage(Stage.WRITING):
            stored = measurements_of(results)
            file = write_measurements(folder, stored)

    failed = [one for one in results if one.problem is not None]
    if failed:
        raise _refusal(failed, file)
    if json:
        seconds = {"timings": times.in_order()} if timings else {}
        print_json(stored.model_dump(mode="json") | seconds)
        return
    for one in results:
        print(_line(one))
    if not results:
        print("No exam of this case has images that are measured: nothing was measured.")
    print(f"\n{len(stored.entries)} measurements in {file}")
    if timings:
        _print_timings(times.in_order())


def _print_timings(seconds: dict[str, float]) -> None:
    print("\nSeconds by stage")
    for name, spent in (*seconds.items(), ("together", sum(seconds.values()))):
        print(f"  {name:34} {spent:8.2f}")


def _line(result: ExamResult) -> str:
    measurement = result.measurement
    lesion = f" {result.lesion}" if result.lesion else ""
    head = f"{result.exam.name}{lesion} ({result.state})"
    if measurement is None or measurement.conclusion.value is None:
        needed = ", ".join(measurement.conclusion.missing) if measurement else "the exam"
        return f"{head}: cannot be said; missing: {needed}"
    stated = [
        f"{quantity.name.replace('_', ' ')} "
        + ("not measurable" if quantity.value is None else f"{quantity.value:.4g} {quantity.unit}")
        for quantity in measurement.quantities[:3]
    ]
    return f"{head}: {'; '.join(stated)}"


def _refusal(failed: list[ExamResult], file: Path) -> InputError:
    for one in failed[1:]:
        print(f"error: exam {one.exam.id}: {one.problem}", file=sys.stderr)
    first = failed[0]
    assert first.problem is not None  # that is how it was chosen
    return InputError(
        f"{len(failed)} of the case's exams cannot be measured. Exam {first.exam.id}: {first.problem.what}",
        first.problem.where,
        f"{first.problem.remedy} The other exams stand in {file}.".strip(),
    )
