"""`neoher cohort measure`: the images of many patients."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, deliver

__all__ = ["measure"]


def measure(
    folder: Path,
    /,
    *,
    workers: Annotated[
        int | None, Parameter(help="Processes on this machine; left out, one for each processor.")
    ] = None,
    memory: Annotated[
        str, Parameter(help="Most memory of each process, such as 2GiB; auto shares the machine's.")
    ] = "auto",
    scheduler: Annotated[
        str | None,
        Parameter(
            help="A running Dask cluster instead, tcp://HOST:8786; its workers see FOLDER at its place."
        ),
    ] = None,
    output: Output | None = None,
) -> None:
    """The images of a folder of cases, patients side by side, into Parquet; a stopped run goes on.

    Each case gets its measurements.json. The folder --out (left out: FOLDER/measured) gets
    measurements.parquet (one row a number, or the reason why there is none), patients.parquet, and the page.
    """
    from neoher.cli.watching import watching
    from neoher.cohort.measuring.analysis import measure_cohort
    from neoher.cohort.measuring.workers import cluster, local_processes
    from neoher.errors import InputError

    output = output or Output()
    if not folder.is_dir():
        raise InputError("there is no such folder.", str(folder), "Name a folder of cases.")
    if workers is not None and workers < 1:
        raise InputError(f"{workers} workers measure nothing.", "--workers", "It takes 1 or more.")
    if scheduler is not None and (workers is not None or memory != "auto"):
        raise InputError(
            "the workers of a running cluster are its own.",
            "--scheduler",
            "Leave out --workers and --memory.",
        )
    begin = (
        partial(local_processes, workers, memory)
        if scheduler is None
        else partial(cluster, scheduler, folder.resolve())
    )
    out = output.out or folder / "measured"
    with watching() as watch:
        measured = measure_cohort(folder, out, begin, partial(watch.progress, "patients"))
    print(f"Written: {', '.join(map(str, measured.files))}", file=sys.stderr)
    deliver(measured.result, (measured.data,), "measure", Output(out=out, json=output.json))
