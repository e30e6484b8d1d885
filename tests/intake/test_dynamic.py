"""The dynamic exam: a real one, and what makes any of them the same or refused."""

from __future__ import annotations

import io
import random
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from neoher.errors import InputError, SeriesError
from neoher.intake.dynamic import DynamicExam, find_dynamic

REAL = Path("imaging") / "breast-mri-nact-pilot" / "UCSF-BR-08.zip"


@pytest.fixture(scope="module")
def real(shared_data: Path) -> DynamicExam:
    return find_dynamic(shared_data / REAL)


@pytest.mark.shared
def test_the_phases_of_a_real_exam_lie_where_its_site_says(real: DynamicExam) -> None:
    # UCSF's own phase times, private (0117,xx) of its SEG: -234, 138 and 476 s in the middle of each phase,
    # counted from the start of the first phase after contrast.
    phases = real.time_axis.phases
    middles = [phase.start_s + phase.duration_s / 2 - phases[1].start_s for phase in phases]  # type: ignore[operator]
    assert middles == pytest.approx([-234.03, 137.97, 475.97], abs=0.01)
    assert [phase.slices for phase in phases] == [60, 60, 60]
    assert str(real.time_axis.first_start) == "1992-07-14 08:58:03"
    assert real.time_axis.bolus_start_s is None


@pytest.mark.shared
def test_the_grid_and_facts_of_a_real_exam(real: DynamicExam) -> None:
    assert real.grid.shape == (60, 256, 256)
    assert real.grid.spacing_mm == pytest.approx((2.0, 0.703125, 0.703125), abs=1e-6)
    assert real.grid.axes == ((-1, 0, 0), (0, 0, -1), (0, 1, 0))
    assert real.patient_id == "UCSF-BR-08"
    assert (real.scanner.orientation, real.scanner.laterality) == ("sagittal", "L")
    assert real.scanner.field_strength_t == 1.5
    assert "field-strength-in-gauss" in {code for code, _ in real.time_axis.warnings}
    assert sorted(reason for _, reason in real.left_out) == [
        "derived (ImageType)",
        "derived (ImageType)",
        "modality SEG",
    ]


@pytest.mark.shared
def test_every_number_of_a_real_exam_is_the_one_pydicom_reads(real: DynamicExam, shared_data: Path) -> None:
    expected: dict[tuple[str, float], Any] = {}
    with zipfile.ZipFile(shared_data / REAL) as archive:
        for name in archive.namelist():
            if "3dfgre_orig" in name and name.endswith(".dcm"):
                dataset = pydicom.dcmread(io.BytesIO(archive.read(name)))
                key = dataset.AcquisitionTime[:4], round(float(dataset.ImagePositionPatient[0]), 3)
                expected[key] = dataset.pixel_array
    loaded = real.load([0, 1, 2])
    assert loaded.signal.dtype == np.int16
    for phase, minute in enumerate(("0858", "0904", "0909")):
        for index in range(60):
            x = round(real.grid.origin_mm[0] - index * real.grid.spacing_mm[0], 3)
            assert np.array_equal(loaded.signal[phase, index], expected[minute, x])


@pytest.mark.shared
def test_a_real_exam_is_the_same_from_zip_tar_and_folder(
    real: DynamicExam, shared_data: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(shared_data / REAL) as archive:
        archive.extractall(tmp_path / "folder")
    with tarfile.open(tmp_path / "exam.tar.gz", "w:gz", compresslevel=1) as tar:
        tar.add(tmp_path / "folder", "exam")
    for path in (tmp_path / "folder", tmp_path / "exam.tar.gz"):
        found = find_dynamic(path)
        assert found.time_axis == real.time_axis
        assert found.grid == real.grid
        assert found.digest() == real.digest()
        assert np.array_equal(found.load([1]).signal, real.load([1]).signal)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), split=st.booleans())
def test_names_and_order_of_files_change_nothing(
    exam: Any, acquired_every_90_s: Any, tmp_path: Path, seed: int, split: bool
) -> None:
    folder = exam.series_per_phase(acquired_every_90_s) if not exam.written else exam.folder
    plain = find_dynamic(folder)
    shuffled = tmp_path / f"shuffled-{seed}-{split}"
    shuffled.mkdir(exist_ok=True)
    names = [f"{number:05d}" for number in random.Random(seed).sample(range(100_000), 12)]
    for path, name in zip(sorted(folder.iterdir()), names, strict=True):
        target = shuffled / (name[0] if split else ".") / f"IM{name}"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    found = find_dynamic(shuffled)
    assert found.time_axis == plain.time_axis
    assert found.grid == plain.grid
    assert found.left_out == plain.left_out
    assert found.digest() == plain.digest()
    assert np.array_equal(found.load([0, 1, 2]).signal, plain.load([0, 1, 2]).signal)


def test_the_digest_changes_with_any_byte_of_the_exam(exam: Any, acquired_every_90_s: Any) -> None:
    folder = exam.phases(acquired_every_90_s)
    before = find_dynamic(folder).digest()
    content = bytearray((folder / "0005.dcm").read_bytes())
    content[-1] ^= 1
    (folder / "0005.dcm").write_bytes(content)
    after = find_dynamic(folder).digest()
    assert (before.count, after.count) == (12, 12)
    assert before.sha256 != after.sha256


def test_images_that_are_no_phase_do_not_change_the_digest(exam: Any, acquired_every_90_s: Any) -> None:
    before = find_dynamic(exam.phases(acquired_every_90_s)).digest()

    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.ImageType = ["DERIVED", "PRIMARY", "SUB"]

    assert find_dynamic(exam.phases(edit, series=8)).digest() == before


def test_only_the_phases_asked_for_are_loaded(exam: Any, acquired_every_90_s: Any) -> None:
    found = find_dynamic(exam.phases(acquired_every_90_s))
    loaded = found.load([2, 0])
    assert loaded.loaded == (2, 0)
    assert loaded.signal.shape == (2, 4, 6, 5)
    assert np.array_equal(loaded.phase(0)[0], exam.all_signal()[0])


@pytest.mark.parametrize("phases", [[], [0, 0], [3], [-1]])
def test_phases_that_are_not_there_are_refused(
    exam: Any, acquired_every_90_s: Any, phases: list[int]
) -> None:
    found = find_dynamic(exam.phases(acquired_every_90_s))
    with pytest.raises(InputError, match="phases 0 to 2"):
        found.load(phases)


def test_two_patients_in_one_folder_are_refused(exam: Any, acquired_every_90_s: Any) -> None:
    exam.phases(acquired_every_90_s)
    stranger = exam.slice(0, 0, series=9)
    stranger.PatientID = "P002"
    exam.save(stranger)
    with pytest.raises(SeriesError, match="images of 2 patients") as refusal:
        find_dynamic(exam.folder)
    assert refusal.value.where == "exam/0001.dcm, exam/0013.dcm"


def test_two_names_without_patient_ids_are_two_patients(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.PatientID = ""
        dataset.PatientName = "DOE^JANE" if index else "ROE^MARY"

    with pytest.raises(SeriesError, match="images of 2 patients"):
        find_dynamic(exam.phases(edit))


def test_a_copy_of_an_object_is_used_once_and_said(exam: Any, acquired_every_90_s: Any) -> None:
    folder = exam.phases(acquired_every_90_s)
    shutil.copy(folder / "0005.dcm", folder / "copy.dcm")
    found = find_dynamic(folder)
    assert found.digest().count == 12
    assert "duplicate-objects" in {code for code, _ in found.time_axis.warnings}


def test_two_objects_under_one_uid_are_refused(exam: Any, acquired_every_90_s: Any) -> None:
    folder = exam.phases(acquired_every_90_s)
    content = bytearray((folder / "0005.dcm").read_bytes())
    content[-1] ^= 1
    (folder / "other.dcm").write_bytes(content)
    with pytest.raises(SeriesError, match="same SOP Instance UID"):
        find_dynamic(folder)


@pytest.mark.parametrize(
    ("stated", "tesla", "code"),
    [(1.5, 1.5, None), (15000, 1.5, "field-strength-in-gauss"), (99, None, "field-strength-implausible")],
)
def test_field_strength_is_tesla_or_said_not_to_be(
    exam: Any, acquired_every_90_s: Any, stated: float, tesla: float | None, code: str | None
) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        dataset.MagneticFieldStrength = stated

    found = find_dynamic(exam.phases(edit))
    assert found.scanner.field_strength_t == tesla
    assert [seen for seen, _ in found.time_axis.warnings] == ([code] if code else [])


def test_an_absent_field_strength_is_absent(exam: Any, acquired_every_90_s: Any) -> None:
    def edit(dataset: Dataset, phase: int, index: int) -> None:
        acquired_every_90_s(dataset, phase, index)
        del dataset.MagneticFieldStrength

    assert find_dynamic(exam.phases(edit)).scanner.field_strength_t is None
