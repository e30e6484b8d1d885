"""Valid inputs that the mutations start from, built here so that nothing has to lie beside the project."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gdcm
import nibabel
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
    RTStructureSetStorage,
    SegmentationStorage,
)

from neoher.volume.grid import Grid

__all__ = [
    "GRID",
    "OF_FRAMES",
    "archives",
    "case_texts",
    "exams",
    "label_maps",
    "plane_images",
    "segmentations",
    "structure_sets",
]

GRID = Grid((4, 32, 36), (2.0, 0.8, 0.7), (-20.0, 10.0, -5.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
SLICES, ROWS, COLUMNS = GRID.shape
STUDY, SERIES, FRAME_OF_REFERENCE = "1.2.826.0.1.1", "1.2.826.0.1.2", "1.2.826.0.1.3"
ORIENTATION = [1, 0, 0, 0, 1, 0]
OF_FRAMES = frozenset({"tomosynthesis", "tomosynthesis-per-frame", "cine"})
"""Plane images of two frames."""
PHASE_TIMES = ("100000", "100230", "100730")
ENCODERS = {RLELossless: "pydicom", JPEG2000Lossless: "pylibjpeg", JPEGLSLossless: "pyjpegls"}


def exams() -> dict[str, list[bytes]]:
    """Dynamic exams by style: every object of each. The one in the middle is what gets mutated."""
    return {
        "one-series": list(_slices()),
        "series-per-phase": list(_slices(series_per_phase=True)),
        "run-length": list(_slices(syntax=RLELossless)),
        "jpeg-ls": list(_slices(syntax=JPEGLSLossless)),
        "jpeg-2000": list(_slices(syntax=JPEG2000Lossless)),
        "jpeg-lossless": list(_slices(syntax=JPEGLosslessSV1)),
        "enhanced": list(_enhanced_objects()),
    }


def _object(kind: str, number: int) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = kind
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = f"1.2.826.0.1.9.{number}"
    dataset.PatientID, dataset.PatientName = "P1", "Test^Patient"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY, SERIES
    dataset.StudyDate = dataset.AcquisitionDate = dataset.ContentDate = "20250208"
    dataset.StudyTime = "095900"
    dataset.FrameOfReferenceUID = FRAME_OF_REFERENCE
    dataset.Manufacturer, dataset.ManufacturerModelName = "Test", "Model"
    return dataset


def _pixels(dataset: Dataset, bits: int = 16) -> None:
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0


def _image(phase: int, slice_index: int, series_per_phase: bool) -> Dataset:
    number = phase * SLICES + slice_index + 1
    image = _object(MRImageStorage, number)
    if series_per_phase:
        image.SeriesInstanceUID = f"{SERIES}.{phase}"
    image.Modality, image.SeriesDescription, image.SeriesNumber = (
        "MR",
        "Dynamic",
        3 + phase * series_per_phase,
    )
    image.InstanceNumber = number
    image.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    image.AcquisitionTime = image.ContentTime = PHASE_TIMES[phase]
    image.RepetitionTime, image.EchoTime, image.FlipAngle = 8.4, 4.2, 20
    image.MagneticFieldStrength, image.ScanningSequence, image.SequenceVariant = 1.5, "GR", "SP"
    image.ImageOrientationPatient = ORIENTATION
    image.ImagePositionPatient = [-20, 10, -5 + 2 * slice_index]
    image.PixelSpacing, image.SliceThickness = [0.8, 0.7], 2
    _pixels(image)
    signal = np.random.default_rng(number).integers(50, 300, (ROWS, COLUMNS)) * (1 + phase)
    image.PixelData = signal.astype("<u2").tobytes()
    return image


def _slices(series_per_phase: bool = False, syntax: str = ExplicitVRLittleEndian) -> Iterator[bytes]:
    for phase in range(len(PHASE_TIMES)):
        for slice_index in range(SLICES):
            image = _image(phase, slice_index, series_per_phase)
            if syntax in ENCODERS:
                image.compress(syntax, encoding_plugin=ENCODERS[syntax], generate_instance_uid=False)
            yield _as_jpeg_lossless(image) if syntax == JPEGLosslessSV1 else _written(image)


def _as_jpeg_lossless(image: Dataset) -> bytes:
    """Compressed by GDCM, since pydicom encodes no JPEG lossless."""
    with tempfile.TemporaryDirectory() as folder:
        plain, compressed = Path(folder, "plain.dcm"), Path(folder, "compressed.dcm")
        plain.write_bytes(_written(image))
        reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
        reader.SetFileName(str(plain))
        read = reader.Read()
        change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
        change.SetInput(reader.GetImage())
        changed = change.Change()
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        writer.SetFileName(str(compressed))
        assert read
        assert changed
        assert writer.Write()
        return compressed.read_bytes()


def _enhanced_objects() -> Iterator[bytes]:
    """One enhanced multi-frame object per phase."""
    for phase, time in enumerate(PHASE_TIMES):
        image = _object(EnhancedMRImageStorage, phase + 1)
        image.SeriesInstanceUID = f"{SERIES}.{phase}"
        image.Modality, image.SeriesDescription, image.SeriesNumber = "MR", "Dynamic", 3 + phase
        image.ImageType = ["ORIGINAL", "PRIMARY", "DYNAMIC", "NONE"]
        image.AcquisitionDateTime, image.ContentTime, image.NumberOfFrames = f"20250208{time}", time, SLICES
        image.AcquisitionDuration = 60.0
        _pixels(image)
        image.SharedFunctionalGroupsSequence = [_shared_groups()]
        image.PerFrameFunctionalGroupsSequence = []
        for slice_index in range(SLICES):
            group = _at(slice_index)
            content = Dataset()
            content.FrameAcquisitionDateTime = content.FrameReferenceDateTime = f"20250208{time}"
            content.TemporalPositionIndex = phase + 1
            group.FrameContentSequence = [content]
            image.PerFrameFunctionalGroupsSequence.append(group)
        signal = np.random.default_rng(phase).integers(50, 300, (SLICES, ROWS, COLUMNS)) * (1 + phase)
        image.PixelData = signal.astype("<u2").tobytes()
        yield _written(image)


def _shared_groups() -> Dataset:
    shared, plane, measures = Dataset(), Dataset(), Dataset()
    plane.ImageOrientationPatient = ORIENTATION
    measures.PixelSpacing, measures.SliceThickness, measures.SpacingBetweenSlices = [0.8, 0.7], 2, 2
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [plane], [measures]
    return shared


def _at(slice_index: int, segment: int | None = None) -> Dataset:
    group, position = Dataset(), Dataset()
    position.ImagePositionPatient = [-20, 10, -5 + 2 * slice_index]
    group.PlanePositionSequence = [position]
    if segment is not None:
        identification = Dataset()
        identification.ReferencedSegmentNumber = segment
        group.SegmentIdentificationSequence = [identification]
    return group


def segmentations() -> dict[str, bytes]:
    """SEG objects: binary, fractional, label map, two of them compressed."""
    marked = np.random.default_rng(0).random((SLICES, ROWS, COLUMNS)) < 0.4
    binary = _segmentation("BINARY", np.packbits(marked.ravel(), bitorder="little").tobytes(), 1)
    graded = (marked * 200).astype(np.uint8).tobytes()
    found = {
        "binary": _written(binary),
        "fractional": _written(_segmentation("FRACTIONAL", graded, 8)),
        "label-map": _written(_segmentation("LABELMAP", marked.astype(np.uint8).tobytes(), 8)),
    }
    for name, syntax in (
        ("run-length", RLELossless),
        ("jpeg-ls", JPEGLSLossless),
        ("jpeg-2000", JPEG2000Lossless),
    ):
        compressed = _segmentation("FRACTIONAL", graded, 8)
        compressed.compress(syntax, encoding_plugin=ENCODERS[syntax], generate_instance_uid=False)
        found[name] = _written(compressed)
    return found


def _segmentation(kind: str, pixels: bytes, bits: int) -> Dataset:
    seg = _object(SegmentationStorage, 50)
    seg.Modality, seg.SegmentationType, seg.NumberOfFrames = "SEG", kind, SLICES
    _pixels(seg, bits)
    if kind == "FRACTIONAL":
        seg.SegmentationFractionalType, seg.MaximumFractionalValue = "OCCUPANCY", 255
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType = 1, "Tumour", "MANUAL"
    seg.SegmentSequence = [segment]
    seg.SharedFunctionalGroupsSequence = [_shared_groups()]
    seg.PerFrameFunctionalGroupsSequence = [_at(number, 1) for number in range(SLICES)]
    seg.PixelData = pixels + b"\0" * (len(pixels) % 2)
    return seg


def structure_sets() -> dict[str, bytes]:
    """An RTSTRUCT of one ROI with a hole."""
    dataset = _object(RTStructureSetStorage, 60)
    dataset.Modality = "RTSTRUCT"
    roi, drawn = Dataset(), Dataset()
    roi.ROINumber, roi.ROIName, roi.ReferencedFrameOfReferenceUID = 1, "GTV", FRAME_OF_REFERENCE
    drawn.ReferencedROINumber, drawn.ContourSequence = 1, []
    for slice_index in range(SLICES):
        for radius in (9.0, 3.0):
            angle = np.linspace(0, 2 * np.pi, 25)[:-1]
            x, y = -7 + radius * np.cos(angle), 22 + radius * np.sin(angle)
            points = np.stack([x, y, np.full(24, -5 + 2.0 * slice_index)], axis=1)
            contour = Dataset()
            contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 24
            contour.ContourData = [f"{number:.2f}" for number in points.ravel()]
            drawn.ContourSequence.append(contour)
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [roi], [drawn]
    return {"hole": _written(dataset)}


def label_maps() -> dict[str, bytes]:
    """NIfTI masks of both versions, compressed and not."""
    affine = np.diag([-0.7, -0.8, 2.0, 1.0])
    affine[:3, 3] = [20, -10, -5]
    marked = np.random.default_rng(0).random((COLUMNS, ROWS, SLICES)) < 0.4
    found = {}
    for name, kind, image_class in (
        ("labels", np.int16, nibabel.Nifti1Image),
        ("fractions", np.float32, nibabel.Nifti1Image),
        ("second", np.uint8, nibabel.Nifti2Image),
    ):
        plain = image_class((marked * (0.75 if kind is np.float32 else 1)).astype(kind), affine).to_bytes()
        found[name] = plain
        found[f"{name}-gzip"] = gzip.compress(plain, 1, mtime=0)
    return found


def archives() -> dict[str, bytes]:
    """The same exam in each kind of archive."""
    members = {f"exam/{number}.dcm": data for number, data in enumerate(_slices())}
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    found = {"exam.zip": zipped.getvalue()}
    for suffix in ("", "gz", "xz", "bz2"):
        tarred = io.BytesIO()
        with tarfile.open(fileobj=tarred, mode=f"w:{suffix}") as archive:  # type: ignore[call-overload]
            for name, data in members.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        found[f"exam.tar.{suffix}".rstrip(".")] = tarred.getvalue()
    return found


def plane_images() -> dict[str, bytes]:
    """Mammograms, tomosyntheses of two slices, ultrasound images and a cine, each with its calibration."""
    mammogram = _object("1.2.840.10008.5.1.4.1.1.1.2", 1)
    mammogram.Modality, mammogram.ViewPosition, mammogram.ImageLaterality = "MG", "CC", "L"
    mammogram.ImagerPixelSpacing, mammogram.PixelSpacing = [0.1, 0.1], [0.095, 0.095]
    mammogram.PixelSpacingCalibrationType = "GEOMETRY"
    mammogram.EstimatedRadiographicMagnificationFactor = 1.05
    mammogram.DistanceSourceToDetector, mammogram.DistanceSourceToPatient = 660.0, 630.0
    tomosynthesis = _object("1.2.840.10008.5.1.4.1.1.13.1.3", 2)
    tomosynthesis.Modality, tomosynthesis.NumberOfFrames = "MG", 2
    measures, group = Dataset(), Dataset()
    measures.PixelSpacing = [0.09, 0.09]
    group.PixelMeasuresSequence = [measures]
    tomosynthesis.SharedFunctionalGroupsSequence = [group]
    conical = _object("1.2.840.10008.5.1.4.1.1.13.1.3", 4)
    conical.Modality, conical.NumberOfFrames = "MG", 2
    conical.SharedFunctionalGroupsSequence = [Dataset()]
    conical.PerFrameFunctionalGroupsSequence = [_spaced(0.09), _spaced(0.088)]
    ultrasound = _object("1.2.840.10008.5.1.4.1.1.6.1", 3)
    ultrasound.Modality = "US"
    ultrasound.SequenceOfUltrasoundRegions = [_ultrasound_region(0.01)]
    cine = _object("1.2.840.10008.5.1.4.1.1.3.1", 5)
    cine.Modality, cine.NumberOfFrames = "US", 2
    cine.PerFrameFunctionalGroupsSequence = [Dataset(), Dataset()]
    for frame, group in enumerate(cine.PerFrameFunctionalGroupsSequence):
        group.SequenceOfUltrasoundRegions = [_ultrasound_region(0.01 * (1 + frame))]
    exported = _object("1.2.840.10008.5.1.4.1.1.6.1", 6)
    exported.Modality, exported.ImageType = "US", ["DERIVED", "PRIMARY"]
    exported.SequenceOfUltrasoundRegions, exported.PixelSpacing = [_ultrasound_region(0.02)], [0.2, 0.2]
    images = {
        "mammogram": mammogram,
        "tomosynthesis": tomosynthesis,
        "tomosynthesis-per-frame": conical,
        "ultrasound": ultrasound,
        "cine": cine,
        "exported": exported,
    }
    for image in images.values():
        image.Rows, image.Columns = 32, 32
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
        frames = int(image.get("NumberOfFrames", 1))
        image.WindowCenter, image.WindowWidth = "500", "900"
        image.PixelData = np.arange(frames * 32 * 32, dtype=np.uint16).tobytes()
    return {kind: _written(image) for kind, image in images.items()}


def _spaced(spacing_mm: float) -> Dataset:
    group, measures = Dataset(), Dataset()
    measures.PixelSpacing = [spacing_mm, spacing_mm]
    group.PixelMeasuresSequence = [measures]
    return group


def _ultrasound_region(step_cm: float) -> Dataset:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 2
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 31, 31
    region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = 3, 3
    region.PhysicalDeltaX, region.PhysicalDeltaY = step_cm, step_cm
    return region


def case_texts() -> dict[str, bytes]:
    """Records with most kinds of entry."""
    return {"whole": WHOLE_CASE.encode(), "short": b"neoher: 1\npatient: {id: P001}\n"}


def _written(dataset: Dataset) -> bytes:
    _with_undefined_lengths(dataset)
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _with_undefined_lengths(dataset: Any) -> None:
    """Sequences closed by delimiters, so that a change inside one leaves the rest readable."""
    for element in dataset:
        if element.VR != "SQ":
            continue
        element.is_undefined_length = True
        for item in element.value:
            item.is_undefined_length_sequence_item = True
            _with_undefined_lengths(item)


WHOLE_CASE = """\
neoher: 1
patient: {id: P001, sex: female, birth_year: 1976, menopause: premenopausal, region: US}
cancers:
  - {id: C1, side: left, histology: invasive carcinoma NST, grade: 3, stage: {T: "2", N: "1", M: "0"},
     extent: {focality: unifocal, skin: none, chest_wall: none}}
lesions:
  - {id: L1, cancer: C1, kind: primary, side: left, site: upper outer quadrant, clip: 2025-02-10}
  - {id: N1, cancer: C1, kind: node, side: left, site: axilla level I, clip: 2025-02-10}
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10,
     ki67_percent: 35, her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6}}}
exams:
  - {id: E1, modality: MR, visit: T0, date: 2025-02-08, images: imaging/t0-mr, lexicon_version: BI-RADS 2013,
     findings: [{lesion: L1, longest_mm: 38, type: mass, margin: spiculated, kinetics_delayed: washout}]}
  - {id: E2, modality: US, visit: T0, date: 2025-02-07,
     findings: [{lesion: N1, short_mm: 16, cortex_mm: 6, hilum: absent}]}
  - {id: E3, modality: PT, visit: T0, date: 2025-02-14, images: imaging/t0-her2pet, tracer: 89Zr-pertuzumab,
     injected_at: 2025-02-08T10:15, injected_mbq: 73.8}
  - {id: E4, modality: CT, visit: T0, date: 2025-02-12, purpose: staging,
     findings: [{site: chest, metastases: none}]}
treatment:
  - {regimen: TCHP, start: 2025-02-20, cycles: 6, cycles_planned: 6,
     doses: [{drug: pertuzumab, date: 2025-02-20, mg: 840}]}
heart: [{date: 2025-02-12, lvef_percent: 63, method: echo, lower_limit: 55}]
baseline_tests: {hepatitis_b: negative, pregnancy: negative}
adverse_events: none
restaging: {date: 2025-06-28, ycT: "1", ycN: "0"}
surgery: {date: 2025-07-10, procedure: lumpectomy,
  specimen: {bed_mm: [12, 9], cellularity_percent: 5, cis_percent: 0, nodes_positive: 0, largest_met_mm: 0,
             ypT: "1a", ypN: "0"}}
outcome: {last_seen: 2026-09-01, status: alive}
"""
