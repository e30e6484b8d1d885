"""Cohort commands on tables of up to a million rows: whole processes, from start to JSON, R beside them.

Run alone: `python bench/cohort.py [FIGURE.svg]`; `make bench` prints the same figures.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

ROWS = (10_000, 100_000, 1_000_000)
SEED = 20
WORK = {
    "rates": ["--outcome", "pcr", "--by", "her2_class", "--strata", "hr"],
    "survival": ["--time", "os_days", "--event", "os_event", "--by", "her2_class"],
}
"""Commands and their options; one that is not installed here is passed over."""
R_WORK = {
    "rates": """
        d <- read.csv(f); t <- table(d$her2_class, d$pcr); print(chisq.test(t, correct = FALSE)$p.value)
        s <- table(d$her2_class, d$pcr, d$hr); print(mantelhaen.test(s)$p.value)
        print(prop.test(t[, 2], rowSums(t))$p.value)
        m <- glm(pcr ~ her2_class + hr, binomial, d)
        print(anova(m, update(m, . ~ . + her2_class:hr), test = "LRT"))
    """,
    "survival": """
        library(survival); d <- read.csv(f)
        k <- survfit(Surv(os_days, os_event) ~ her2_class, d); print(summary(k)$table)
        print(survdiff(Surv(os_days, os_event) ~ her2_class, d))
    """,
}


@dataclass(frozen=True)
class Cost:
    """One process: seconds from start to end, seconds of processor time, and the most memory it held."""

    seconds: float
    processor_seconds: float
    peak_bytes: int


def make_table(path: Path, rows: int) -> None:
    """A made-up cohort of so many patients."""
    rng = np.random.default_rng(SEED)
    pd.DataFrame(
        {
            "patient": np.arange(rows),
            "her2_class": rng.choice(["positive", "low", "0"], rows),
            "hr": rng.choice(["positive", "negative"], rows),
            "age": np.round(rng.normal(52, 10, rows).clip(18, 95), 1),
            "ftv_cc": np.round(rng.exponential(20, rows), 3),
            "pcr": rng.integers(0, 2, rows),
            "os_days": rng.integers(10, 3000, rows),
            "os_event": rng.integers(0, 2, rows),
        }
    ).to_csv(path, index=False)


def cost_of(command: list[str]) -> Cost:
    """The cost of a process; it is run in a child of its own, so that its memory is not mixed with ours."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        begin = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        seconds = time.perf_counter() - begin
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = (done.returncode, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
        os.write(writer, " ".join(map(str, figures)).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        status, seconds, processor, peak = pipe.read().split()
    os.waitpid(child, 0)
    if int(status):
        raise RuntimeError(f"{' '.join(command)} left with {status}")
    return Cost(float(seconds), float(processor), int(peak))


def available() -> list[str]:
    """The commands of WORK that this version has."""
    from neoher.cli.cohort import COHORT_COMMANDS

    return [name for name in WORK if name in COHORT_COMMANDS]


def measure() -> dict[tuple[str, str, int], Cost]:
    """Cost by command, program (neoher, R) and rows."""
    neoher = [sys.executable, "-c", "from neoher.cli.main import main; main()", "cohort"]
    costs: dict[tuple[str, str, int], Cost] = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in ROWS:
            table = Path(folder) / f"{rows}.csv"
            make_table(table, rows)
            for command in available():
                costs[command, "neoher", rows] = cost_of(
                    [*neoher, command, str(table), *WORK[command], "--json"]
                )
                if shutil.which("Rscript"):
                    script = f"f <- '{table}'\n{R_WORK[command]}"
                    costs[command, "R", rows] = cost_of(["Rscript", "--vanilla", "-e", script])
    return costs


def print_costs(costs: dict[tuple[str, str, int], Cost]) -> None:
    """The figures as a table."""
    print("\nCohort commands, whole process, CSV to JSON (R: read.csv and the same tests)")
    print("  Seconds from start to end (of them processor), GiB at most; then the same of R")
    for command in dict.fromkeys(command for command, _, _ in costs):
        for rows in ROWS:
            ours, theirs = costs[command, "neoher", rows], costs.get((command, "R", rows))
            line = f"  {rows:>10,}  {command:10} {_figures(ours)}"
            if theirs is not None:
                line += f"   R {_figures(theirs)}   neoher / R {ours.seconds / theirs.seconds:.2f}"
            print(line)


def _figures(cost: Cost) -> str:
    return f"{cost.seconds:7.2f} ({cost.processor_seconds:6.2f}) {cost.peak_bytes / 2**30:5.2f}"


def plot_costs(costs: dict[tuple[str, str, int], Cost], path: Path) -> None:
    """Seconds against rows as SVG."""
    from neoher.cohort.output.drawing import as_figure, draw, line_style

    with draw(150, 90) as (canvas, axes):
        lines = dict.fromkeys((command, program) for command, program, _ in costs)
        for place, (command, program) in enumerate(lines):
            seconds = [costs[command, program, rows].seconds for rows in ROWS]
            axes.plot(ROWS, seconds, label=f"{command}, {program}", **line_style(place))
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("rows")
        axes.set_ylabel("seconds, start to end")
        axes.legend()
        path.write_text(as_figure(canvas, "cost", "Cost against rows", "").svg, encoding="utf-8")


def main() -> None:
    """Print the figures, and draw them where a file is named."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    costs = measure()
    print_costs(costs)
    if len(sys.argv) > 1:
        plot_costs(costs, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
