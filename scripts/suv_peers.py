"""What the same PET series give in other free tools that install from PyPI, as a table.

    python -m venv peers && peers/bin/pip install mirp med-imagetools
    python scripts/suv_peers.py peers/bin/python

One scan of 89Zr-pertuzumab, five days after the injection, is written in several forms, and one of FDG; the
hottest voxel's true SUV is known. Each tool is really run, in the environment given; one that is not
installed there is left out. A refusal is shown as the tool's own words.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, PositronEmissionTomographyImageStorage

from neoher.errors import NeoherError
from neoher.measure.suv import SuvInputs, compute

SIDE, SLICES, HOTTEST = 16, 6, 8.0
ROOT = "1.2.826.0.1.3680043.8.498.79"
PEERS = """
import contextlib, io, json, logging, sys, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)

def mirp_maximum(folder):
    from mirp import extract_images
    def arrays(found):
        if hasattr(found, "max") and getattr(found, "ndim", 0) == 3: yield found
        elif isinstance(found, dict): found = list(found.values())
        if isinstance(found, (list, tuple)):
            for each in found: yield from arrays(each)
    return max(float(each.max()) for each in arrays(extract_images(image=folder, image_export_format="dict")))

def imagetools_maximum(folder):
    import SimpleITK
    from imgtools.coretypes.imagetypes.pet import read_dicom_pet
    return float(SimpleITK.GetArrayFromImage(read_dicom_pet(folder)).max())

said = {}
from importlib.metadata import PackageNotFoundError, version
for name, run in (("mirp", mirp_maximum), ("med-imagetools", imagetools_maximum)):
    try: title = f"{name} {version(name)}"
    except PackageNotFoundError: continue
    said[title] = {}
    for folder in sys.argv[1:]:
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                said[title][folder] = run(folder)
        except BaseException as error:
            said[title][folder] = f"{type(error).__name__}: {error}".splitlines()[0]
print(json.dumps(said))
"""


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing a scan down."""

    title: str
    nuclide: str = "89Zr"
    code: str = "C-168A4"
    half_life_s: float = 282_276.0
    dose_mbq: float = 74.0
    injected: dt.datetime = dt.datetime(2025, 2, 8, 10, 15)
    started: dt.datetime = dt.datetime(2025, 2, 13, 9, 5)
    kind: str = "START"
    units: str = "BQML"
    dated: bool = True
    """Whether the date of the injection is stated."""
    rewritten: bool = False
    """Whether the series' date and time are those of a later export."""

    def share_left(self) -> float:
        """Share of the dose that is left when the scan starts."""
        return float(2 ** (-(self.started - self.injected).total_seconds() / self.half_life_s))

    def number_of(self, suv: float) -> float:
        """What the images state for an SUV of 68 kg."""
        if self.units == "GML":
            return suv
        if self.units == "CNTS":
            return suv / 0.0005
        return suv * 1e6 * self.dose_mbq * (1.0 if self.kind == "ADMIN" else self.share_left()) / 68_000


ZIRCONIUM = Form("89Zr, START, day 5")
FORMS = (
    Form(
        "18F, START, 62 min",
        nuclide="18F",
        code="C-111A1",
        half_life_s=6588.0,
        dose_mbq=290.0,
        started=dt.datetime(2025, 2, 8, 11, 17),
    ),
    ZIRCONIUM,
    replace(ZIRCONIUM, title="89Zr, ADMIN, day 5", kind="ADMIN"),
    replace(ZIRCONIUM, title="89Zr, NONE, day 5", kind="NONE"),
    replace(ZIRCONIUM, title="89Zr, START, injection without its date", dated=False),
    replace(ZIRCONIUM, title="89Zr, START, series time of a later export", rewritten=True),
    replace(ZIRCONIUM, title="89Zr, GML by body weight", units="GML"),
    replace(ZIRCONIUM, title="89Zr, Philips counts", units="CNTS"),
)


def main(peers: str) -> None:
    """Write the forms, run every tool, print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = [_written(form, Path(scratch) / str(number)) for number, form in enumerate(FORMS)]
        command = [peers, "-c", PEERS, *map(str, folders)]
        answered = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        said = json.loads(answered.splitlines()[-1])
        ours = [_ours(folder) for folder in folders]
    tools = {"neoher suv": ours} | {tool: [by[str(one)] for one in folders] for tool, by in said.items()}
    print(f"SUVmax of a voxel whose true SUV is {HOTTEST:.2f}\n")
    print("\n".join(_table(tools)))


def _ours(folder: Path) -> float | str:
    try:
        conclusion = compute(SuvInputs(path=folder))
    except NeoherError as error:
        return error.what
    if conclusion.value is None:
        return f"null, missing {', '.join(conclusion.missing)}"
    return float(conclusion.value.regions[0].max or 0)


def _table(tools: dict[str, list[float | str]]) -> Iterator[str]:
    yield f"| form | {' | '.join(tools)} |"
    yield f"|---|{'---|' * len(tools)}"
    for number, form in enumerate(FORMS):
        cells = [_cell(values[number]) for values in tools.values()]
        yield f"| {form.title} | {' | '.join(cells)} |"


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return value[:70].replace("|", "/")
    off = value / HOTTEST
    return f"{value:.2f}" if abs(off - 1) < 0.005 else f"**{value:.4g}** ({off:.3g} x true)"


def _written(form: Form, folder: Path) -> Path:
    folder.mkdir()
    suv = 0.5 + np.random.default_rng(1).random((SLICES, SIDE, SIDE))
    suv[3, 8, 8] = HOTTEST
    slope = form.number_of(HOTTEST) / 30_000
    for index in range(SLICES):
        image = _image(form, index)
        image.RescaleIntercept, image.RescaleSlope = 0, f"{slope:.10g}"
        image.PixelData = np.rint(form.number_of(1.0) * suv[index] / slope).astype("<i2").tobytes()
        image.save_as(folder / f"{index}.dcm", enforce_file_format=True)
    return folder


def _image(form: Form, index: int) -> Dataset:
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID = PositronEmissionTomographyImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID = f"{ROOT}.9.{index}"
    image.ImageType, image.Modality, image.Manufacturer = ["ORIGINAL", "PRIMARY"], "PT", "ACME"
    series = form.started + dt.timedelta(days=9 if form.rewritten else 0)
    image.StudyDate = image.AcquisitionDate = f"{form.started:%Y%m%d}"
    image.StudyTime = image.AcquisitionTime = f"{form.started:%H%M%S}"
    image.SeriesDate, image.SeriesTime = f"{series:%Y%m%d}", f"{series:%H%M%S}"
    image.SeriesDescription, image.PatientID, image.PatientName = "PET AC", "P1", "Test^Patient"
    image.PatientSex, image.PatientSize, image.PatientWeight = "F", 1.66, 68
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    image.FrameOfReferenceUID, image.SeriesNumber, image.InstanceNumber = f"{ROOT}.3", 1, index + 1
    image.ImagePositionPatient, image.ImageOrientationPatient = [-32, -32, 4 * index], [1, 0, 0, 0, 1, 0]
    image.PixelSpacing, image.SliceThickness = [4, 4], 4
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.Rows = image.Columns = SIDE
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit, image.PixelRepresentation = 15, 1
    image.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "RAN", *(["DECY"] if form.kind != "NONE" else [])]
    image.ActualFrameDuration, image.FrameReferenceTime = 60_000, 30_000
    image.NumberOfSlices, image.SeriesType = SLICES, ["STATIC", "IMAGE"]
    image.Units, image.DecayCorrection, image.DecayFactor = form.units, form.kind, 1
    if form.units == "GML":
        image.SUVType = "BW"
    if form.units == "CNTS":
        image.Manufacturer = "Philips Medical Systems"
        image.private_block(0x7053, "Philips PET Private Group", create=True).add_new(0, "DS", "0.0005")
    image.RadiopharmaceuticalInformationSequence = Sequence([_tracer(form)])
    return image


def _tracer(form: Form) -> Dataset:
    tracer, code = Dataset(), Dataset()
    tracer.Radiopharmaceutical = "tracer"
    tracer.RadiopharmaceuticalStartTime = f"{form.injected:%H%M%S}"
    if form.dated:
        tracer.RadiopharmaceuticalStartDateTime = f"{form.injected:%Y%m%d%H%M%S}"
    tracer.RadionuclideTotalDose, tracer.RadionuclideHalfLife = 1e6 * form.dose_mbq, form.half_life_s
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = form.code, "SRT", form.nuclide
    tracer.RadionuclideCodeSequence = Sequence([code])
    return tracer


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(str(__doc__))
    main(sys.argv[1])
