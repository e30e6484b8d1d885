"""The main job, end to end, on a simulated patient: as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from neoher.intake.dicom.headers import Header, Progress
from neoher.measure import once
from neoher.measure.case import measure_case
from neoher.measure.stages import Stage
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case

NEOHER = str(Path(sys.executable).with_name("neoher"))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NEOHER, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review") / "case"
    done = run("simulate", folder, "--seed", 5, "--vendor", "siemens", "--patient", "P-5", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["patient"] == "P-5"
    return folder


@pytest.fixture(scope="module")
def report(case: Path) -> Path:
    done = run("report", case, "--out", case / "out", "--today", "2026-01-15", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["not_measured"] == {}
    return Path(made["html"])


def test_the_report_stands_alone_and_names_the_patient(report: Path) -> None:
    page = report.read_text()
    assert "P-5" in page
    assert 'src="http' not in page
    assert "<script" not in page


def test_the_report_prints_the_measured_volumes(case: Path, report: Path) -> None:
    truth = json.loads((case / "truth.json").read_text())["visits"]
    stored = json.loads((case / "measurements.json").read_text())["entries"]
    page = report.read_text()
    for entry in (one for one in stored if one["method"].startswith("ftv")):
        volume = entry["conclusion"]["value"]["volume_cc"]
        assert volume == pytest.approx(truth[entry["visit"]]["ftv_reference_cc"], rel=0.05)
        assert f"{volume:.3f} cc" in page or volume == 0
    assert "no voxel reaches the thresholds" in page


def test_the_report_prints_the_diffusion_of_the_tumour_while_it_is_there(case: Path, report: Path) -> None:
    truth = json.loads((case / "truth.json").read_text())["diffusion"]
    stored = json.loads((case / "measurements.json").read_text())["entries"]
    page = report.read_text()
    measured = {
        entry["visit"]: entry["conclusion"]["value"]["mean"]
        for entry in stored
        if entry["method"].startswith("adc") and entry["conclusion"]["value"] is not None
    }
    assert list(measured) == ["T0", "T1", "T2"] == [visit for visit, lesions in truth.items() if lesions]
    for visit, mean in measured.items():
        assert mean == pytest.approx(truth[visit]["L1"]["adc_mean"], rel=0.02)
        assert f"{mean:.0f}" in page


def test_the_report_prints_the_uptake_of_every_lesion_on_pet(case: Path, report: Path) -> None:
    truth = json.loads((case / "truth.json").read_text())["pet"]
    stored = json.loads((case / "measurements.json").read_text())["entries"]
    entries = [entry for entry in stored if entry["modality"] == "PT"]
    page = report.read_text()
    assert len(entries) == sum(len(exam["lesions"]) for exam in truth.values()) == 6
    for entry in entries:
        expected = {one["lesion"]: one["written"] for one in truth[entry["exam"]]["lesions"]}
        found = {quantity["name"]: quantity["value"] for quantity in entry["quantities"]}
        for name, value in expected[entry["lesion"]].items():
            assert found[name] == pytest.approx(value, rel=0.005)
            assert f"{found[name]:.3g}" in page
    assert page.count("<b>Projection from the") == 6
    assert "on CT; colour in full" in page


def test_the_plain_form_holds_the_same_conclusions(case: Path, report: Path) -> None:
    plain = json.loads(report.with_name("report.json").read_text())
    text = json.dumps(plain)
    for entry in json.loads((case / "measurements.json").read_text())["entries"]:
        assert entry["images"]["sha256"] in text


def test_the_record_is_not_touched(case: Path, report: Path) -> None:
    assert report.exists()
    assert (case / "case.yaml").read_text().startswith("# A digital reference patient")


def test_simulate_never_overwrites(case: Path) -> None:
    before = (case / "truth.json").read_bytes()
    done = run("simulate", case)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nothing is overwritten" in done.stderr
    assert (case / "truth.json").read_bytes() == before


def test_check_and_measure_answer_for_people_and_programs(case: Path) -> None:
    checked = run("check", case, "--today", "2026-01-15")
    assert checked.returncode == 0
    assert "the record is sound" in checked.stdout
    measured = run("measure", case, "--json")
    assert measured.returncode == 0
    assert len(json.loads(measured.stdout)["entries"]) == 19
    assert "timings" not in json.loads(measured.stdout)


def test_the_headers_of_an_exam_are_read_once_for_all_methods_and_lesions(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    original = once.headers_below

    def counting(path: Path, progress: Progress | None = None) -> list[Header]:
        read.append(path)
        return original(path, progress)

    monkeypatch.setattr(once, "headers_below", counting)
    record = read_case(case)
    results = measure_case(case, record, Measurements())
    measured = [one for one in record.exams if one.images and one.modality in ("MR", "PT")]
    assert sorted(read) == sorted(case / str(one.images) for one in measured)
    # Phases and diffusion of one MRI, and both lesions of one PET, asked for them.
    assert len(results) == 19 > len(measured) == 7


def test_measuring_says_how_long_each_stage_took(case: Path) -> None:
    (case / "measurements.json").unlink(missing_ok=True)
    done = run("measure", case, "--timings")
    lines = done.stdout.partition("Seconds by stage\n")[2].splitlines()
    seconds = {line[:36].strip(): float(line[36:]) for line in lines}
    together = seconds.pop("together")
    assert list(seconds) == [one.value for one in Stage if one is not Stage.ALIGNMENT]
    assert sum(seconds.values()) == pytest.approx(together, abs=0.1)
    again = json.loads(run("measure", case, "--timings", "--json").stdout)["timings"]
    # The second run keeps what it finds: images are hashed again, and no pixel is read.
    assert again["hashing the images"] > 0
    assert "reading pixels" not in again


def test_a_case_begun_from_images_alone_names_its_exams(case: Path, tmp_path: Path) -> None:
    done = run("init", case / "imaging" / "t0-mr", tmp_path / "new", "--json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["patient"] == "P-5"
    assert [exam["modality"] for exam in made["exams"]] == ["MR"]
    assert made["exams"][0]["date"] == "2025-02-08"
    again = run("init", case / "imaging" / "t0-mr", tmp_path / "new")
    assert again.returncode == 2
    assert run("check", tmp_path / "new").returncode == 0
    original = sorted(path.read_bytes() for path in (case / "imaging" / "t0-mr").rglob("*.dcm"))
    assert sorted(path.read_bytes() for path in (tmp_path / "new").rglob("*.dcm")) == original


def test_images_of_two_patients_make_no_case(case: Path, tmp_path: Path) -> None:
    import pydicom

    source = sorted((case / "imaging" / "t0-mr").rglob("*.dcm"))
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "one.dcm").write_bytes(source[0].read_bytes())
    other = pydicom.dcmread(source[1])
    other.PatientID = "P-6"
    other.save_as(tmp_path / "mixed" / "two.dcm")
    done = run("init", tmp_path / "mixed", tmp_path / "new")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "2 patients" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("command", ["check", "measure", "report"])
def test_a_folder_without_a_record_is_refused_in_one_message(command: str, tmp_path: Path) -> None:
    done = run(command, tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_an_unknown_command_and_a_slip_end_with_status_2() -> None:
    for arguments in (["meassure"], ["her2", "--ihcc", "2+"], ["ftv"]):
        done = run(*arguments)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
