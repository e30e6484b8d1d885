"""No input, however broken, makes a reader crash, hang, or take the machine's memory: it is refused in words.

NEOHER_FUZZ_INPUTS sets how many mutated inputs each reader gets (1,000 unless set), NEOHER_FUZZ_SEED which
ones. Inputs that once failed lie in tests/fuzz/seeds/READER as KIND--WHAT and are read each time. The folder
that a failure names holds the new ones: give them a telling name and move them there.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
READERS = ("dicom", "archive", "seg", "rtstruct", "nifti", "case", "plane", "pet", "diffusion")
INPUTS = int(os.environ.get("NEOHER_FUZZ_INPUTS", "1000"))
SEED = os.environ.get("NEOHER_FUZZ_SEED", "1")
SILENT_S = 60.0
"""A worker that says nothing for this long hangs where no alarm reaches it, and is ended."""
ENOUGH_FAILURES = 20


@dataclass
class Report:
    """What became of the inputs."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, kind: str, said: str) -> None:
        self.outcomes[said if said in {"read", "refused"} else "failed"] += 1
        if said not in {"read", "refused"}:
            self.failures[f"{kind} {name}"] = said


def lines_of(worker: subprocess.Popen[str]) -> Iterator[dict[str, str] | None]:
    """What the worker says, line by line; None when it stays silent too long. Ends when the worker ends."""
    said: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in worker.stdout or ():
            said.put(line)
        said.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = said.get(timeout=SILENT_S)
        except queue.Empty:
            yield None
            return
        if line is None:
            return
        yield json.loads(line)


def run_worker(report: Report, reader: str, folder: Path, *arguments: str) -> str | None:
    """Let one worker read its inputs. Returns the name of the input it died of; None when it came through."""
    errors = folder / "errors.txt"
    with errors.open("a") as error_text:
        worker = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), reader, str(folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=error_text,
            text=True,
        )
        current: dict[str, str] = {}
        silent = False
        for line in lines_of(worker):
            if line is None:
                silent = True
                worker.kill()
            elif "begins" in line:
                current = line
            else:
                report.note(line["ends"], line["kind"], line["said"])
                current = {}
        status = worker.wait()
    if current:
        why = f"said nothing for {SILENT_S:g} s" if silent else f"ended the process (status {status})"
        report.note(current["begins"], current["kind"], why)
        (folder / "input").rename(folder / "failed" / f"{current['kind']}--{Path(current['begins']).name}")
        return current["begins"]
    assert status == 0, f"the worker itself failed: {errors.read_text()[-2000:]}"
    return None


@pytest.mark.fuzz
@pytest.mark.parametrize("reader", READERS)
def test_a_mutated_input_is_read_or_refused_in_words(reader: str, tmp_path: Path) -> None:
    report = Report()
    first = 0
    while first < INPUTS and len(report.failures) < ENOUGH_FAILURES:
        arguments = ("mutated", str(first), str(INPUTS - first), f"{SEED}:{reader}")
        died_of = run_worker(report, reader, tmp_path, *arguments)
        if died_of is None:
            break
        first = int(died_of) + 1
    print(f"{reader}: {dict(report.outcomes)}")
    assert not report.failures, f"{report.failures}; the inputs lie in {tmp_path / 'failed'}"
    # Mutations that all pass, or none of which passes, would try nothing.
    assert report.outcomes["read"] >= INPUTS / 100
    assert report.outcomes["refused"] >= INPUTS / 100


def kept(reader: str) -> list[str]:
    return sorted(str(file) for file in (HERE / "seeds" / reader).glob("*--*"))


@pytest.mark.parametrize("reader", READERS)
def test_an_input_that_once_failed_fails_no_more(reader: str, tmp_path: Path) -> None:
    report = Report()
    remaining = kept(reader)
    if not remaining:
        return
    while remaining:
        died_of = run_worker(report, reader, tmp_path, "kept", *remaining)
        remaining = remaining[remaining.index(died_of) + 1 :] if died_of else []
    assert not report.failures
    assert sum(report.outcomes.values()) == len(kept(reader))


def test_a_reader_that_misbehaves_is_noticed(tmp_path: Path) -> None:
    noticed = {
        "escapes": "KeyError escaped",
        "loops": "took more than 5 s",
        "eats": "MiB",
        "eats-quietly": "more memory than there is",
        "dies": "ended the process (status -11)",
    }
    files = [tmp_path / f"{kind}--input" for kind in ("reads", "refuses", *noticed, "never-reached")]
    for file in files:
        file.touch()
    report = Report()
    died_of = run_worker(report, "misbehaving", tmp_path, "kept", *map(str, files))
    assert died_of == str(tmp_path / "dies--input")
    said = {name.partition(" ")[0]: why for name, why in report.failures.items()}
    assert said.keys() == noticed.keys()
    assert all(noticed[kind] in why for kind, why in said.items())
    assert report.outcomes == {"read": 1, "refused": 1, "failed": 5}
    assert len(list((tmp_path / "failed").iterdir())) == 5
