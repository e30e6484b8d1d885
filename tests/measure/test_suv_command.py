"""What a user and a program see of `neoher suv`, and of PET exams in a case."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from neoher.cli.main import run
from neoher.measure.case import State, measure_case, measurements_of
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case

BOX = "voxels:3,4,2,6,7,4"


def printed(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(["suv", *words])
    return status, out.getvalue(), err.getvalue()


def test_the_answer_in_json_has_the_fields_of_the_contract(scan: Any, tmp_path: Path) -> None:
    status, out, err = printed(str(scan.write(tmp_path)), "--region", BOX, "--json")
    assert (status, err) == (0, "")
    value = json.loads(out)["value"]
    assert list(value["regions"][0])[:9] == [
        "name", "min", "median", "mean", "max", "peak", "peak_local", "volume_cc", "tlg"
    ]  # fmt: skip
    assert value["units"] == "BQML"
    assert value["decay_correction"] == "START"
    assert value["nuclide"] == "89Zr"
    assert value["normalisation"] == "bw"


def test_tags_times_and_corrections_are_printed(scan: Any, tmp_path: Path) -> None:
    folder = str(scan.write(tmp_path))
    _, out, _ = printed(folder, "--region", BOX, "--injected-mbq", "72.52", "--weight-kg", "70")
    words = " ".join(out.split())
    for said in (
        "DecayCorrection START (0054,1102)",
        "(0018,1078)",
        "series date and time (0008,0021 and 0031)",
        "2025-02-13T09:05:00",
        "half-life (0018,1075), which fits the nuclide (0054,0300)",
        "stated by the user: injected_mbq 72.52 (images: 7.4e+07 in (0018,1074))",
        "weight_kg 70.0 (images: 68.0)",
    ):
        assert said in words


def test_a_missing_date_is_answered_with_null_and_its_name(scan: Any, tmp_path: Path) -> None:
    def without_date(data: Dataset, _: int) -> None:
        del scan.tracer_of(data).RadiopharmaceuticalStartDateTime

    status, out, _ = printed(str(scan.but(edit=without_date).write(tmp_path)), "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["value"] is None
    assert answer["missing"] == ["injected_at"]
    assert "injection-date-missing" in {warning["code"] for warning in answer["warnings"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Units": "PROPCPS"}, "PROPCPS"),
        ({"RescaleIntercept": 10}, "RescaleIntercept"),
        ({"half_life": "6586.2"}, "half-life"),
    ],
)
def test_what_contradicts_itself_leaves_with_status_two_and_nothing_on_stdout(
    scan: Any, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    def edit(data: Dataset, _: int) -> None:
        for name, value in change.items():
            if name == "half_life":
                scan.tracer_of(data).RadionuclideHalfLife = value
            else:
                setattr(data, name, value)

    status, out, err = printed(str(scan.but(edit=edit).write(tmp_path)), "--json")
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ("--injected-at", "2025-02-08"),
        ("--injected-at", "10:15"),
        ("--weight-kg", "0"),
        ("--height-m", "166"),
        ("--normalise", "lbm"),
        ("--region", "nowhere.dcm"),
        ("--region", "1,2,3,4"),
        ("--liver", "1,2,x"),
        ("--series", "nothing"),
        ("--threshold", "4"),
    ],
)
def test_options_that_are_not_what_they_should_be_are_refused(
    scan: Any, tmp_path: Path, words: tuple[str, str]
) -> None:
    status, out, err = printed(str(scan.write(tmp_path)), *words)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")


def case_of(folder: Path, scan: Any, exam: str = "") -> Path:
    scan.write(folder / "imaging" / "t0-her2pet")
    (folder / "case.yaml").write_text(
        "neoher: 1\npatient: {id: P001, sex: female}\n"
        "lesions: [{id: L1, kind: primary, side: left}]\n"
        "exams:\n"
        "  - {id: E3, modality: PT, visit: T0, date: 2025-02-13, images: imaging/t0-her2pet,\n"
        f"     tracer: 89Zr-pertuzumab{exam},\n"
        "     regions: [{lesion: L1, box_mm: {from: [-9, -9, 105], to: [5, 5, 113]}}]}\n"
    )
    return folder


def test_a_case_s_pet_is_measured_once_and_kept(scan: Any, tmp_path: Path) -> None:
    folder = case_of(tmp_path, scan)
    case = read_case(folder / "case.yaml")
    (first,) = measure_case(folder, case, Measurements())
    assert first.state is State.MEASURED
    entry = first.measurement
    assert entry is not None
    truth = scan.suv()[2:5, 4:8, 3:7]
    found = {quantity.name: quantity.value for quantity in entry.quantities}
    assert found["suvmax"] == pytest.approx(truth.max(), rel=2e-4)
    assert found["suvmean"] == pytest.approx(truth.mean(), rel=2e-4)
    assert found["pet_volume"] == pytest.approx(48 * 0.048)
    assert found["tlg"] == pytest.approx(truth.mean() * 48 * 0.048, rel=2e-4)
    # Janmahasatian, female, 68 kg, 1.66 m: 9270 x 68 / (8780 + 244 x 24.677) = 42.59 kg
    assert found["sulpeak"] == pytest.approx((found["suvpeak"] or 0) * 42.59 / 68, rel=1e-3)
    assert entry.parameters["tracer"] == "89Zr-pertuzumab"
    (again,) = measure_case(folder, case, measurements_of([first]))
    assert again.state is State.FRESH


def test_the_record_supplies_what_the_images_do_not_state(scan: Any, tmp_path: Path) -> None:
    def bare(data: Dataset, _: int) -> None:
        item = scan.tracer_of(data)
        del item.RadiopharmaceuticalStartDateTime, item.RadionuclideTotalDose
        del data.PatientWeight, data.PatientSize

    bare_scan = scan.but(edit=bare)
    folder = case_of(tmp_path / "without", bare_scan)
    (result,) = measure_case(folder, read_case(folder / "case.yaml"), Measurements())
    assert result.measurement is not None
    assert result.measurement.quantities == ()
    assert result.measurement.conclusion.missing == (
        "exams.E3.injected_mbq",
        "exams.E3.weight_kg",
        "exams.E3.injected_at",
    )
    stated = ", injected_at: 2025-02-08T10:15, injected_mbq: 74, weight_kg: 68"
    folder = case_of(tmp_path / "with", bare_scan, stated)
    (result,) = measure_case(folder, read_case(folder / "case.yaml"), Measurements())
    assert result.measurement is not None
    found = {quantity.name: quantity.value for quantity in result.measurement.quantities}
    assert found["suvmax"] == pytest.approx(scan.suv()[2:5, 4:8, 3:7].max(), rel=2e-4)
    assert found["sulpeak"] is None


def test_a_tracer_of_the_record_that_is_not_the_images_replaces_their_half_life(
    scan: Any, tmp_path: Path
) -> None:
    def protocol_of_fdg(data: Dataset, _: int) -> None:
        item = scan.tracer_of(data)
        item.RadionuclideHalfLife = "6588"
        item.RadionuclideCodeSequence[0].CodeValue = "C-111A1"
        item.RadionuclideCodeSequence[0].CodeMeaning = "^18^Fluorine"

    folder = case_of(tmp_path, scan.but(edit=protocol_of_fdg))
    (result,) = measure_case(folder, read_case(folder / "case.yaml"), Measurements())
    assert result.measurement is not None
    found = {quantity.name: quantity.value for quantity in result.measurement.quantities}
    assert found["suvmax"] == pytest.approx(scan.suv()[2:5, 4:8, 3:7].max(), rel=2e-4)
    codes = {warning.code for warning in result.measurement.conclusion.warnings}
    assert "half-life-replaced" in codes


def test_without_a_region_the_record_s_path_is_named(scan: Any, tmp_path: Path) -> None:
    folder = case_of(tmp_path, scan)
    text = (folder / "case.yaml").read_text()
    start = text.index(",\n     regions")
    (folder / "case.yaml").write_text(text[:start] + "}\n")
    (result,) = measure_case(folder, read_case(folder / "case.yaml"), Measurements())
    assert result.measurement is not None
    assert result.measurement.conclusion.value is None
    assert result.measurement.conclusion.missing == ("exams.E3.regions",)
