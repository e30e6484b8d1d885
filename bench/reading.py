"""How fast an exam is read: raw bytes, this package, a plain pydicom loop, SimpleITK; and how much memory.

The exam is generated: 960 slices of 384 x 384 int16 (283 MB), 6 phases of 160 slices in one series, with
headers of some 150 elements, private ones among them. All times are of warm files: the page cache holds them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

PHASES, SLICES, SIZE = 6, 160, 384
PIXEL_BYTES = PHASES * SLICES * SIZE * SIZE * 2
_ROOT = "1.2.826.0.1.3680043.8.498.77"

_MEMORY_PROBE = """
import json, sys
{imports}
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))
before = status("VmRSS")
{work}
print(json.dumps({{"before": before, "peak": status("VmHWM")}}))
"""


def generate_exam(folder: Path) -> Path:
    """Write the exam into `folder`, unless it is there already; returns the folder."""
    exam = folder / f"exam-{PHASES}x{SLICES}x{SIZE}"
    if len(list(exam.glob("*.dcm"))) == PHASES * SLICES:
        return exam
    exam.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2024)
    noise = random.integers(0, 1500, size=(SIZE, SIZE), dtype=np.int16)
    for phase in range(PHASES):
        for index in range(SLICES):
            dataset = _object(phase, index)
            dataset.PixelData = np.roll(noise, 7 * index + phase, axis=1).tobytes()
            dataset.save_as(exam / f"{phase * SLICES + index:04d}.dcm", enforce_file_format=True)
    return exam


def read_raw(exam: Path) -> int:
    """Every file from first to last byte; returns the bytes read."""
    return sum(len(path.read_bytes()) for path in sorted(exam.iterdir()))


def read_ours(exam: Path) -> int:
    """Find the dynamic and load all its phases; returns the bytes of pixels."""
    from neoher.intake.dynamic import find_dynamic

    found = find_dynamic(exam)
    return found.load(range(len(found.frames))).signal.nbytes


def read_pydicom(exam: Path) -> int:
    """The loop most scripts write: dcmread and pixel_array into a list."""
    return sum(
        array.nbytes for array in [pydicom.dcmread(path).pixel_array for path in sorted(exam.iterdir())]
    )


def read_simpleitk(exam: Path) -> int:
    """SimpleITK's series reader over all files in one stack (it does not tell phases apart)."""
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(path) for path in sorted(exam.iterdir())])
    return int(np.prod(reader.Execute().GetSize())) * 2


def megabytes_per_second(read: Callable[[Path], int], exam: Path, repeats: int = 3) -> float:
    """Pixel MB (1e6 bytes) a second, the best of `repeats` after one run that warms the cache."""
    read(exam)
    best = min(_seconds(read, exam) for _ in range(repeats))
    return PIXEL_BYTES / best / 1e6


def peak_memory_bytes(imports: str, work: str) -> int:
    """Peak resident memory of a fresh process while it does `work`, above what it holds after `imports`.

    Both are Python source; reading alone is
    `peak_memory_bytes("from pathlib import Path; from neoher.intake.dynamic import find_dynamic",
    f"find_dynamic(Path({str(exam)!r})).load([0, 1, 2])")`. Linux only.
    """
    code = _MEMORY_PROBE.format(imports=imports, work=work)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    seen = json.loads(done.stdout.splitlines()[-1])
    return int(seen["peak"] - seen["before"])


def reading_report(exam: Path) -> dict[str, float]:
    """All speeds in MB/s, and the peak memory of loading 3 phases as a multiple of their pixel bytes."""
    peak = peak_memory_bytes(
        "from pathlib import Path\nfrom neoher.intake.dynamic import find_dynamic",
        f"exam = find_dynamic(Path({str(exam)!r})).load([0, 1, 2])",
    )
    return {
        "raw_mb_s": megabytes_per_second(read_raw, exam),
        "ours_mb_s": megabytes_per_second(read_ours, exam),
        "pydicom_mb_s": megabytes_per_second(read_pydicom, exam, repeats=2),
        "simpleitk_mb_s": megabytes_per_second(read_simpleitk, exam, repeats=2),
        "peak_over_pixels_in_use": peak / (3 * SLICES * SIZE * SIZE * 2),
    }


def _seconds(read: Callable[[Path], int], exam: Path) -> float:
    begin = time.perf_counter()
    read(exam)
    return time.perf_counter() - begin


def _object(phase: int, index: int) -> Dataset:
    dataset = _common()
    uid = f"{_ROOT}.3.{phase}.{index}"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    clock = f"{90000 + 200 * phase:06d}.{index:03d}000"
    dataset.AcquisitionTime = dataset.ContentTime = clock
    dataset.InstanceNumber = phase * SLICES + index + 1
    dataset.ImagePositionPatient = [-172.8, -172.8, -96.0 + 1.2 * index]
    dataset.SliceLocation = -96.0 + 1.2 * index
    return dataset


def _common() -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    stated = {
        "SpecificCharacterSet": "ISO_IR 100",
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "SOPClassUID": MRImageStorage,
        "StudyDate": "20240105",
        "SeriesDate": "20240105",
        "AcquisitionDate": "20240105",
        "ContentDate": "20240105",
        "StudyTime": "085000",
        "SeriesTime": "085900",
        "AccessionNumber": "0001",
        "Modality": "MR",
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "InstitutionName": "Generated",
        "StationName": "MR01",
        "StudyDescription": "MR BREAST",
        "SeriesDescription": "Ax VIBRANT dynamic",
        "ManufacturerModelName": "SIGNA",
        "PatientName": "BENCH^READING",
        "PatientID": "BENCH",
        "PatientSex": "F",
        "PatientAge": "050Y",
        "PatientWeight": 70,
        "ContrastBolusAgent": "GADOLINIUM",
        "BodyPartExamined": "BREAST",
        "ScanningSequence": "GR",
        "SequenceVariant": ["SS", "SP"],
        "ScanOptions": ["FAST_GEMS", "FS"],
        "MRAcquisitionType": "3D",
        "SliceThickness": 1.2,
        "RepetitionTime": 4.6,
        "EchoTime": 2.1,
        "NumberOfAverages": 1,
        "ImagingFrequency": 127.7,
        "ImagedNucleus": "1H",
        "EchoNumbers": 1,
        "MagneticFieldStrength": 3,
        "SpacingBetweenSlices": 1.2,
        "EchoTrainLength": 1,
        "PercentSampling": 100,
        "PercentPhaseFieldOfView": 100,
        "PixelBandwidth": 244.1,
        "DeviceSerialNumber": "0000",
        "SoftwareVersions": ["27", "LX"],
        "ProtocolName": "Breast",
        "ReceiveCoilName": "8CH BREAST",
        "AcquisitionMatrix": [0, 384, 384, 0],
        "InPlanePhaseEncodingDirection": "ROW",
        "FlipAngle": 10,
        "SAR": 0.4,
        "PatientPosition": "HFP",
        "StudyInstanceUID": f"{_ROOT}.1",
        "SeriesInstanceUID": f"{_ROOT}.2",
        "StudyID": "1",
        "SeriesNumber": 6,
        "AcquisitionNumber": 1,
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
        "FrameOfReferenceUID": f"{_ROOT}.4",
        "PositionReferenceIndicator": "",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": SIZE,
        "Columns": SIZE,
        "PixelSpacing": [0.9, 0.9],
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "SmallestImagePixelValue": 0,
        "LargestImagePixelValue": 1500,
        "WindowCenter": 600,
        "WindowWidth": 1200,
    }
    for name, value in stated.items():
        setattr(dataset, name, value)
    for group, creator in ((0x0019, "GEMS_ACQU_01"), (0x0027, "GEMS_IMAG_01"), (0x0043, "GEMS_PARM_01")):
        block = dataset.private_block(group, creator, create=True)
        for element in range(0x60, 0x60 + 25):
            block.add_new(element, "DS", str(element / 7)[:12])
    dataset.private_block(0x0019, "GEMS_ACQU_01").add_new(0x5A, "FL", 90_000_000.0)
    return dataset


if __name__ == "__main__":
    for name, figure in reading_report(generate_exam(Path(sys.argv[1]))).items():
        print(f"{name:26} {figure:10.2f}")
