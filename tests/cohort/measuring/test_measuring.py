"""Many patients measured by several workers: each once, none lost, every failure with its reason."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from neoher.cli.main import run
from neoher.cohort.measuring.analysis import MeasuredCohort, measure_cohort
from neoher.cohort.measuring.journal import JOURNAL_FILE, open_journal, read_journal
from neoher.cohort.measuring.patient import PatientOutcome, PatientState, fingerprint, measure_patient
from neoher.cohort.measuring.workers import cluster, local_processes
from neoher.errors import InputError

VOXEL_CC = 0.01
"""2 mm x 2 mm x 2.5 mm."""


@contextlib.contextmanager
def _here() -> Iterator[Any]:
    """Workers as threads of this process: the same scheduler without the seconds that processes take."""
    from distributed import Client

    with Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as client:
        yield client


def _nobody() -> Any:
    raise AssertionError("workers are asked for although nothing is left to do")


def _measured(root: Path, workers: Any = _here) -> MeasuredCohort:
    return measure_cohort(root, root.parent / "out", workers)


def _truth(case_folder: str) -> float:
    """Voxels that were written as enhancing (a block in two slices), times a voxel's volume."""
    number = int(case_folder[1:4])
    return 2 * (2 + number % 5) * (2 + number // 5 % 5) * VOXEL_CC


def _volumes(out: Path) -> dict[str, float]:
    frame = pd.read_parquet(out / "measurements.parquet")
    volumes = frame[frame["quantity"] == "functional_tumour_volume"]
    assert volumes["case_folder"].is_unique
    assert set(volumes["unit"]) <= {"cm3"}
    return dict(zip(volumes["case_folder"], volumes["value"].astype(float), strict=True))


def _lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / JOURNAL_FILE).read_text().splitlines()]


def test_every_patient_has_the_volume_that_was_written_and_a_failure_is_a_row(
    patients: Any, tmp_path: Path
) -> None:
    root = patients.write(range(5))
    shutil.rmtree(root / "P001" / "imaging")
    (root / "P002" / "case.yaml").write_text("neoher: 1\n")
    result = _measured(root).result
    assert _volumes(tmp_path / "out") == pytest.approx(
        {name: _truth(name) for name in ("P000", "P003", "P004")}
    )
    assert result.n == 3
    assert [(each.row, each.patient) for each in result.excluded] == [(2, "P001"), (3, None)]
    assert "imaging" in result.excluded[0].reason
    assert "patient" in result.excluded[1].reason
    assert [each.code for each in result.warnings] == ["not-all-measured"]
    (row,) = [row for row in result.main.rows if row["quantity"] == "functional tumour volume"]
    assert (row["n"], row["not_measurable"], row["visit"], row["unit"]) == (3, 0, "T0", "cm3")
    assert (row["least"], row["median"], row["most"]) == pytest.approx((0.08, 0.20, 0.24))


def test_duckdb_reads_what_was_written(patients: Any, tmp_path: Path) -> None:
    _measured(patients.write(range(3)))
    found = duckdb.sql(
        f"select patient, value from '{tmp_path}/out/measurements.parquet' "
        "where quantity = 'functional_tumour_volume' order by patient"
    ).fetchall()
    assert found == [
        ("P000", pytest.approx(0.08)),
        ("P001", pytest.approx(0.12)),
        ("P002", pytest.approx(0.16)),
    ]
    states = duckdb.sql(f"select distinct state from '{tmp_path}/out/patients.parquet'").fetchall()
    assert states == [("measured",)]


def test_a_second_run_looks_only_at_what_changed_or_failed(patients: Any, tmp_path: Path) -> None:
    root = patients.write(range(4))
    images = root / "P003" / "imaging"
    images.rename(tmp_path / "elsewhere")
    _measured(root)
    (tmp_path / "elsewhere").rename(images)
    shutil.rmtree(root / "P000")
    patients.write_one(0)  # written anew: other times of change
    (root / "P001" / "measurements.json").unlink()
    again = _measured(root)
    looked_at = [line["case_folder"] for line in _lines(tmp_path / "out")[4:]]
    assert sorted(looked_at) == ["P000", "P001", "P003"]
    assert again.result.n == 4
    assert (root / "P001" / "measurements.json").exists()
    assert _volumes(tmp_path / "out") == pytest.approx({f"P00{k}": _truth(f"P00{k}") for k in range(4)})
    before = (tmp_path / "out" / "measurements.parquet").read_bytes()
    assert _measured(root, _nobody).result.main == again.result.main
    assert (tmp_path / "out" / "measurements.parquet").read_bytes() == before


def test_a_patient_whose_record_names_no_images_is_left_out_with_its_reason(patients: Any) -> None:
    root = patients.write(range(1))
    (root / "Q1").mkdir()
    (root / "Q1" / "case.yaml").write_text("neoher: 1\npatient: {id: Q1}\n")
    result = _measured(root).result
    assert [(each.patient, each.reason) for each in result.excluded] == [
        ("Q1", "the record names no images that are measured")
    ]
    assert result.n == 1


def test_numbers_of_images_that_went_away_are_marked_stale_and_not_counted(
    patients: Any, tmp_path: Path
) -> None:
    root = patients.write(range(2))
    _measured(root)
    shutil.rmtree(root / "P001" / "imaging")
    result = _measured(root).result
    assert {each.code for each in result.warnings} == {"not-all-measured", "stale-measurements"}
    (row,) = [row for row in result.main.rows if row["quantity"] == "functional tumour volume"]
    assert row["n"] == 1
    frame = pd.read_parquet(tmp_path / "out" / "measurements.parquet")
    volume = frame[(frame["case_folder"] == "P001") & (frame["quantity"] == "functional_tumour_volume")]
    assert volume["state"].tolist() == ["stale"]
    assert "not there" in volume["reason"].iloc[0]


def test_one_patient_in_two_folders_is_said(patients: Any) -> None:
    root = patients.write(range(1))
    shutil.copytree(root / "P000", root / "P000-again")
    assert [each.code for each in _measured(root).result.warnings] == ["patient-repeated"]


def test_a_fault_of_ours_in_one_patient_is_a_row(patients: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    root = patients.write(range(1))

    def broken(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("neoher.measure.case.measure_case", broken)
    outcome = measure_patient(str(root), "P000")
    assert outcome.state is PatientState.FAILED
    assert "our fault" in str(outcome.failures[0].reason)
    assert "ZeroDivisionError" in str(outcome.failures[0].reason)


def test_the_fingerprint_sees_a_changed_image_and_record_but_not_the_result(patients: Any) -> None:
    folder = patients.write(range(1)) / "P000"
    first = fingerprint(folder)
    (folder / "measurements.json").write_text("{}")
    assert fingerprint(folder) == first
    image = folder / "imaging" / "0-0.dcm"
    os.utime(image, ns=(1, 1))
    second = fingerprint(folder)
    assert second != first
    with (folder / "case.yaml").open("a") as record:
        record.write("# a word\n")
    assert fingerprint(folder) != second


def test_a_line_cut_short_by_a_crash_is_dropped_and_one_that_is_no_outcome_refused(tmp_path: Path) -> None:
    whole = PatientOutcome(case_folder="A", patient="A", state=PatientState.NO_IMAGES)
    with open_journal(tmp_path) as journal:
        journal.add(whole)
    path = tmp_path / JOURNAL_FILE
    path.write_bytes(path.read_bytes() + b'{"case_folder": "B", "pat')
    with open_journal(tmp_path) as journal:
        assert journal.finished == {"A": whole}
        journal.add(whole.model_copy(update={"case_folder": "C"}))
    assert [line["case_folder"] for line in _lines(tmp_path)] == ["A", "C"]
    with pytest.raises(InputError, match="line 1 is no outcome"):
        read_journal(b"what\n", "journal")


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path),
        pytest.raises(InputError, match="another run"),
        open_journal(tmp_path),
    ):
        pass


def test_a_folder_without_cases_and_a_memory_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no case\.yaml"):
        _measured(tmp_path, _nobody)
    with pytest.raises(InputError, match="no amount of memory"), local_processes(1, "much"):
        pass


def test_a_scheduler_that_does_not_answer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neoher.cohort.measuring.workers.SECONDS_TO_ANSWER", 1)
    with pytest.raises(InputError, match="no scheduler answers"), cluster("tcp://127.0.0.1:1", tmp_path):
        pass


def test_a_running_cluster_measures_too_and_must_see_the_folder(patients: Any, tmp_path: Path) -> None:
    from distributed import LocalCluster

    root = patients.write(range(3))
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp://"
    ) as running:
        address = running.scheduler_address
        result = _measured(root, lambda: cluster(address, root)).result
        assert result.n == 3
        with pytest.raises(InputError, match="does not see"), cluster(address, tmp_path / "nowhere"):
            pass


# The command -----------------------------------------------------------------------------------------------


def _printed(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["cohort", "measure", *words])
    return status, out.getvalue(), err.getvalue()


def test_the_command_measures_on_a_running_cluster_and_prints_the_contracts_object(patients: Any) -> None:
    from distributed import LocalCluster

    root = patients.write(range(2))
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp://"
    ) as running:
        status, out, _ = _printed(str(root), "--scheduler", running.scheduler_address, "--json")
    assert status == 0
    found = json.loads(out)
    assert list(found)[1:7] == ["n", "excluded", "table", "estimates", "tests", "methods_text"]
    assert found["n"] == 2
    assert found["remake"]["command"].startswith("neoher cohort measure")
    written = {file.name for file in (root / "measured").iterdir()}
    assert {"measurements.parquet", "patients.parquet", "journal.jsonl", "measure.html"} <= written


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workers", "0"], "0 workers measure nothing"),
        (["--scheduler", "tcp://127.0.0.1:1", "--workers", "2"], "workers of a running cluster are its own"),
        (["--memory", "much"], "no amount of memory"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(patients: Any, words: list[str], message: str) -> None:
    status, out, err = _printed(str(patients.write(range(1))), *words)
    assert (status, out) == (2, "")
    assert message in err


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    status, out, err = _printed(str(tmp_path / "absent"))
    assert (status, out) == (2, "")
    assert "no such folder" in err


# Processes, killed -----------------------------------------------------------------------------------------


def _start(root: Path, out: Path) -> subprocess.Popen[bytes]:
    program = "from neoher.cli.main import main; main()"
    words = ["cohort", "measure", str(root), "--workers", "4", "--memory", "1GiB", "--out", str(out)]
    return subprocess.Popen(
        [sys.executable, "-c", program, *words], stdout=subprocess.PIPE, start_new_session=True
    )


def _wait_for(out: Path, count: int, run: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    while True:
        with contextlib.suppress(OSError, ValueError):
            lines = _lines(out)
            if len(lines) >= count:
                return lines
        assert run.poll() is None, "the run ended before its middle"
        time.sleep(0.02)


def _process(line: dict[str, Any]) -> int:
    return int(line["worker"].rpartition(":")[2])


@pytest.mark.slow
def test_two_hundred_patients_survive_a_killed_worker_and_a_killed_run(patients: Any, tmp_path: Path) -> None:
    root, out = patients.write(range(200)), tmp_path / "out"
    first = _start(root, out)
    lines = _wait_for(out, 30, first)
    victim = _process(lines[-1])
    os.kill(victim, signal.SIGKILL)
    lines = _wait_for(out, 90, first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    finished = {line["case_folder"] for line in _lines(out)}

    second = _start(root, out)
    lines = _wait_for(out, 130, second)
    victim = _process(lines[-1])
    os.kill(victim, signal.SIGKILL)
    assert second.wait(timeout=300) == 0

    counts = Counter(line["case_folder"] for line in _lines(out))
    everybody = {f"P{number:03d}" for number in range(200)}
    assert counts.keys() == everybody, "some are lost"
    assert set(counts.values()) == {1}, "some were done twice"
    assert len(finished) >= 90
    states = pd.read_parquet(out / "patients.parquet")
    assert states["case_folder"].tolist() == sorted(everybody)
    assert set(states["state"]) == {"measured"}
    assert _volumes(out) == pytest.approx({name: _truth(name) for name in everybody})
