"""ADC through DICOM: one decay written in every form of b-value and unit that scanners use."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from neoher.cli.main import run
from neoher.errors import ImageError, InputError, SeriesError
from neoher.intake.diffusion.exam import find_diffusion
from neoher.intake.diffusion.object_facts import unit_factor
from neoher.measure.adc import AdcInputs, AdcValue, compute
from neoher.measure.case import measure_case
from neoher.measure.diffusion import DIFFUSION
from neoher.record.conclusion import Conclusion
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case

SHAPE = (4, 12, 10)
LESION = (slice(1, 3), slice(3, 9), slice(2, 8))
BOX = "voxels:2,3,1,7,8,2"
ACRIN = (0.0, 100.0, 600.0, 800.0)
Mark = Callable[[Dataset, float], None]


def true_map() -> NDArray[np.float64]:
    """1800 around, 900 to 1200 in the lesion, in 1e-6 mm2/s."""
    adc = np.full(SHAPE, 1800.0)
    inside = adc[LESION]
    inside[...] = np.linspace(900, 1200, inside.size).reshape(inside.shape)
    return adc


def image(folder: Path, number: int, series: int, place: int, stored: NDArray[np.generic]) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.7.{series}.{number}"
    dataset = FileDataset(str(folder / f"{series}-{number}.dcm"), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.PatientID, dataset.Manufacturer = "MR", "P1", "SIEMENS"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.826.0.1.1", f"1.2.826.0.1.2.{series}"
    dataset.FrameOfReferenceUID, dataset.SeriesNumber = "1.2.826.0.1.3", series
    dataset.StudyDate = dataset.AcquisitionDate = "20250208"
    dataset.AcquisitionTime, dataset.InstanceNumber = "101500", number
    dataset.ImageType, dataset.SeriesDescription = ["ORIGINAL", "PRIMARY", "DIFFUSION"], "ep2d_diff_tra"
    dataset.ScanningSequence = "EP"
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [0, 0, 5.0 * place]
    dataset.PixelSpacing, dataset.SliceThickness = [2.0, 2.0], 5.0
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = SHAPE[1], SHAPE[2], 1
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelData = np.rint(stored).astype(np.uint16).tobytes()
    return dataset


def write_images(
    folder: Path,
    mark: Mark,
    b_values: Sequence[float] = ACRIN,
    directions: int = 1,
    series_per_b: bool = False,
) -> Path:
    """Signals of 20000 exp(-b ADC); with several directions, each of another diffusivity."""
    folder.mkdir(exist_ok=True)
    number = 0
    for index, b in enumerate(b_values):
        spread = np.linspace(0.8, 1.2, directions) if directions > 1 and b > 10 else [1.0]
        for share in spread:
            signal = 20000 * np.exp(-b * true_map() * share * 1e-6)
            for place in range(SHAPE[0]):
                number += 1
                dataset = image(folder, number, 10 + index if series_per_b else 10, place, signal[place])
                mark(dataset, b)
                dataset.save_as(str(folder / f"b{number}.dcm"))
    return folder


def standard(dataset: Dataset, b: float) -> None:
    dataset.DiffusionBValue = b


def private(group: int, creator: str, element: int, vr: str, write: Callable[[float], Any]) -> Mark:
    def mark(dataset: Dataset, b: float) -> None:
        dataset.add_new(Tag(group, 0x0010), "LO", creator)
        dataset.add_new(Tag(group, 0x1000 + element), vr, write(b))

    return mark


FORMS: dict[str, Mark] = {
    "the standard's element": standard,
    "Siemens": private(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", lambda b: str(int(b))),
    "GE": private(0x0043, "GEMS_PARM_01", 0x39, "IS", lambda b: [str(int(b)), "8", "0", "0"]),
    "GE, computed on the scanner": private(
        0x0043, "GEMS_PARM_01", 0x39, "IS", lambda b: [str(1_000_000_000 + int(b)), "8", "0", "0"]
    ),
    "Philips": private(0x2001, "Philips Imaging DD 001", 0x03, "FL", float),
}


def measured(path: Path, **changed: Any) -> Conclusion[AdcValue]:
    return compute(AdcInputs(path=path, **{"region": BOX, **changed}))


def codes(conclusion: Conclusion[Any]) -> list[str]:
    return [warning.code for warning in conclusion.warnings]


@pytest.mark.parametrize("mark", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("series_per_b", [False, True], ids=["one series", "a series per b-value"])
@pytest.mark.parametrize("fit", ["log-linear", "non-linear"])
def test_every_form_gives_the_truth(tmp_path: Path, mark: Mark, series_per_b: bool, fit: str) -> None:
    value = measured(write_images(tmp_path / "dwi", mark, series_per_b=series_per_b), fit=fit).value
    truth = true_map()[LESION].ravel()
    assert value is not None
    assert value.b_values == ACRIN
    assert value.voxels == truth.size
    assert value.mean == pytest.approx(truth.mean(), rel=1e-3)
    assert value.median == pytest.approx(np.median(truth), rel=1e-3)
    assert value.p15 == pytest.approx(np.percentile(truth, 15), rel=1e-3)
    assert value.p25 == pytest.approx(np.percentile(truth, 25), rel=1e-3)
    assert value.volume_cc == pytest.approx(truth.size * 2 * 2 * 5 / 1000)


def test_directions_are_joined_to_the_trace(tmp_path: Path) -> None:
    value = measured(write_images(tmp_path / "dwi", standard, directions=3)).value
    assert value is not None
    # The geometric mean of exp(-b d) over directions decays with the mean of their diffusivities.
    assert value.mean == pytest.approx(true_map()[LESION].mean(), rel=2e-3)


def test_order_and_names_of_the_files_do_not_matter(tmp_path: Path) -> None:
    one = measured(write_images(tmp_path / "one", standard))
    write_images(tmp_path / "two", standard, b_values=ACRIN[::-1])
    assert measured(tmp_path / "two").value == one.value


def test_some_b_values_can_be_chosen(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "dwi", standard)
    value = measured(folder, b_values="0,800").value
    assert value is not None
    assert value.b_values == (0.0, 800.0)
    with pytest.raises(InputError, match="there is no b = 500"):
        measured(folder, b_values="0,500")


def write_map(
    folder: Path,
    scale: float = 1.0,
    slope: float | None = None,
    unit: str = "",
    description: str = "ep2d_diff_ADC",
) -> Path:
    """A scanner's map, stored as 1e-6 mm2/s divided by `scale` and then by `slope`."""
    folder.mkdir(exist_ok=True)
    for place in range(SHAPE[0]):
        dataset = image(folder, place + 1, 20, place, true_map()[place] / scale / (slope or 1.0))
        dataset.ImageType, dataset.SeriesDescription = ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"], description
        if slope is not None:
            dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = slope, 0, "US"
        if unit:
            code, mapping = Dataset(), Dataset()
            code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = unit, "UCUM", "diffusion"
            mapping.RealWorldValueSlope, mapping.RealWorldValueIntercept = slope or 1.0, 0.0
            mapping.MeasurementUnitsCodeSequence = Items([code])
            dataset.RealWorldValueMappingSequence = Items([mapping])
        dataset.save_as(str(folder / f"m{place}.dcm"))
    return folder


MAPS: dict[str, dict[str, Any]] = {
    "1e-6 mm2/s, nothing stated": {},
    "1e-3 mm2/s by a rescale slope": {"scale": 1e3, "slope": 0.001},
    "um2/s stated": {"unit": "um2/s"},
    "mm2/s stated": {"scale": 1e6, "slope": 1e-6, "unit": "mm2/s"},
    "10*-6.mm2/s stated": {"unit": "10*-6.mm2/s"},
}


@pytest.mark.parametrize("form", MAPS.values(), ids=MAPS)
def test_a_scanners_map_in_every_unit(tmp_path: Path, form: dict[str, Any]) -> None:
    conclusion = measured(write_map(tmp_path / "adc", **form))
    assert conclusion.value is not None
    assert conclusion.value.mean == pytest.approx(true_map()[LESION].mean(), rel=2e-3)
    assert conclusion.value.fit is None
    assert ("unit-not-stated" in codes(conclusion)) is ("unit" not in form)


def test_a_map_in_no_units_range_is_refused(tmp_path: Path) -> None:
    folder = write_map(tmp_path / "adc", scale=0.05)
    with pytest.raises(ImageError, match="is that of tissue in none"):
        measured(folder)
    assert run(["adc", str(folder), "--region", BOX, "--unit", "furlongs"]) == 2


def test_a_stated_unit_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no tissue's"):
        measured(write_map(tmp_path / "adc", unit="mm2/s"))
    with pytest.raises(InputError, match="states its unit as um2/s"):
        measured(write_map(tmp_path / "adc", unit="um2/s"), unit="1e-3 mm2/s")


def test_images_go_before_the_scanners_map(tmp_path: Path) -> None:
    write_images(tmp_path / "dwi", standard)
    conclusion = measured(write_map(tmp_path / "dwi"))
    assert conclusion.value is not None
    assert conclusion.value.b_values == ACRIN
    assert "scanner-map-not-used" in codes(conclusion)


def test_voxels_without_tissue_are_left_out_and_counted(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "dwi", standard)
    value = measured(folder, region="voxels:0,0,0,9,11,3").value
    assert value is not None
    assert (value.voxels, value.excluded) == (int(np.prod(SHAPE)), 0)
    for name in ("b1.dcm", "b2.dcm"):
        dataset = pydicom.dcmread(folder / name)
        dataset.PixelData = np.zeros(SHAPE[1:], np.uint16).tobytes()
        dataset.save_as(folder / name)
    conclusion = measured(folder, region="voxels:0,0,0,9,11,3")
    assert conclusion.value is not None
    assert conclusion.value.excluded == 2 * SHAPE[1] * SHAPE[2]
    assert "voxels-without-adc" in codes(conclusion)


def test_a_missing_slice_is_refused(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "dwi", standard)
    (folder / "b6.dcm").unlink()
    with pytest.raises(SeriesError, match="a slice of b = 100 s/mm2 is missing"):
        measured(folder)


def test_a_slice_that_lacks_a_direction_is_refused(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "dwi", standard, b_values=(0.0, 800.0), directions=3)
    assert measured(folder).value is not None
    (folder / "b11.dcm").unlink()
    with pytest.raises(SeriesError, match="slices of b = 800 s/mm2 have 2 to 3 images"):
        measured(folder)


def test_two_maps_are_not_chosen_from(tmp_path: Path) -> None:
    folder = write_map(tmp_path / "adc")
    for place in range(SHAPE[0]):
        dataset = image(folder, place + 1, 21, place, true_map()[place])
        dataset.ImageType = ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]
        dataset.save_as(str(folder / f"n{place}.dcm"))
    with pytest.raises(SeriesError, match="2 ADC maps lie here"):
        measured(folder)
    assert measured(folder, series=("20",)).value is not None


def test_without_a_region_nothing_is_measured(tmp_path: Path) -> None:
    conclusion = measured(write_images(tmp_path / "dwi", standard), region=None)
    assert (conclusion.value, conclusion.missing) == (None, ("region",))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_images(tmp_path / "dwi", standard)
    assert run(["adc", str(folder), "--region", BOX, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)["value"]
    assert list(value)[:4] == ["mean", "median", "p15", "p25"]
    assert run(["adc", str(tmp_path / "nothing")]) == 2


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("um2/s", 1.0), ("µm²/s", 1.0), ("10*-6.mm2/s", 1.0), ("10^-6 mm^2/s", 1.0), ("um2/ms", 1e3),
        ("10*-3.mm2/s", 1e3), ("mm2/s", 1e6), ("cm2/s", None), ("US", None), ("", None), ("s/mm2", None),
    ],
)  # fmt: skip
def test_units_of_diffusion(unit: str, factor: float | None) -> None:
    assert unit_factor(unit) == factor


def test_a_real_map_of_two_visits(shared_data: Path) -> None:
    archive = shared_data / "imaging" / "adc-two-visits" / "adc_two_visits.zip"
    with pytest.raises(SeriesError, match="2 ADC maps lie here"):
        find_diffusion(archive)
    exam = find_diffusion(archive, series=("ADC",))
    assert exam is not None
    assert exam.is_map
    assert exam.grid.shape == (36, 288, 256)
    # The same voxels by pydicom alone, slice by slice.
    values = exam.load()[0]
    for index in (0, 17, 35):
        frame = exam.frames[0][index][0]
        dataset = pydicom.dcmread(io.BytesIO(frame.header.source.read()))
        assert np.array_equal(values[index], dataset.pixel_array)


CASE = """\
neoher: 1
patient: {id: P1, sex: female}
cancers: [{id: C1, side: left}]
lesions: [{id: L1, cancer: C1, kind: primary, side: left}]
exams:
  - {id: E1, modality: MR, visit: T0, date: 2025-02-08, images: dwi, regions:
      [{lesion: L1, purpose: contour, box_mm: {from: [3, 5, 4], to: [15, 17, 11]}}]}
"""


def test_a_case_holds_the_coefficient_of_the_outline_alone(tmp_path: Path) -> None:
    write_images(tmp_path / "dwi", standard)
    (tmp_path / "case.yaml").write_text(CASE)
    (result,) = measure_case(tmp_path, read_case(tmp_path), Measurements())
    # The exam holds no dynamic, which is no failure while diffusion was measured.
    assert result.method is DIFFUSION
    assert result.measurement is not None
    mean = result.measurement.quantity("adc_mean")
    assert mean is not None
    assert mean.value == pytest.approx(true_map()[LESION].mean(), rel=1e-3)
    (tmp_path / "case.yaml").write_text(CASE.replace("purpose: contour, ", ""))
    (result,) = measure_case(tmp_path, read_case(tmp_path), Measurements())
    assert result.measurement is not None
    assert result.measurement.conclusion.value is None
    assert result.measurement.conclusion.missing == ("exams.E1.regions",)
