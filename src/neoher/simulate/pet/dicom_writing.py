"""A PET as DICOM (PT Image Storage) in the form of a vendor, with its CT."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, PositronEmissionTomographyImageStorage

from neoher.simulate.dicom_parts import (
    code_item,
    date_and_time,
    decimal,
    made_uid,
    put_grey_pixels,
    put_patient,
    put_plane,
    started_object,
)
from neoher.simulate.pet.administration import Administration, PetTimes, Physique
from neoher.simulate.pet.vendor_forms import InjectionTags, StoredValues, VendorForm
from neoher.simulate.segmentation import SegmentedExam
from neoher.volume.grid import Grid

__all__ = ["PetHeader", "put_exam", "segmented", "write_ct", "write_pet"]

Array = NDArray[np.float64]
LARGEST_STORED = 32767
SUV_PER_COUNT = 0.00043175
"""Philips's private factor from counts to SUV, any number a scanner might write."""
_COUNTS_SOURCE = "EMISSION"
_UNITS = {
    StoredValues.BQML_AT_START: "BQML",
    StoredValues.BQML_AT_INJECTION: "BQML",
    StoredValues.BQML_AS_ACQUIRED: "BQML",
    StoredValues.PHILIPS_COUNTS: "CNTS",
    StoredValues.SUV: "GML",
}
_DECAY_CORRECTION = {StoredValues.BQML_AT_INJECTION: "ADMIN", StoredValues.BQML_AS_ACQUIRED: "NONE"}


@dataclass(frozen=True, slots=True)
class PetHeader:
    """Who, on which exam, and all that turns counts to SUV."""

    patient: str
    birth_year: int
    seed: int
    exam: str
    physique: Physique
    administration: Administration
    times: PetTimes

    def uid(self, *parts: object) -> str:
        """A UID of this exam."""
        return made_uid(self.patient, self.seed, self.exam, *parts)


def write_pet(folder: Path, header: PetHeader, form: VendorForm, grid: Grid, suv: Array) -> int:
    """Write the slices of a PET into `folder`; returns the number of objects.

    Parameters: `suv`: by body weight, g/mL, shape (slices, rows, columns) of an axial grid whose slices rise
    to the head. Every slice has a rescale slope of its own.
    """
    folder.mkdir(parents=True)
    for index, plane in enumerate(suv):
        dataset = _slice(header, form, grid, index, plane)
        dataset.save_as(folder / f"{index + 1:04d}.dcm", enforce_file_format=True)
    return len(suv)


def write_ct(folder: Path, header: PetHeader, grid: Grid, hounsfield: Array) -> int:
    """Write the CT of a PET/CT, in the PET's frame of reference; returns the number of objects.

    Parameters: `hounsfield`: shape (slices, rows, columns), HU.
    """
    folder.mkdir(parents=True)
    start = header.times.start - dt.timedelta(seconds=45)
    for index, plane in enumerate(np.clip(np.rint(hounsfield), -1024, 3071).astype(np.int16)):
        dataset = started_object(CTImageStorage, "CT")
        put_exam(dataset, header)
        dataset.Manufacturer, dataset.ManufacturerModelName = "SIEMENS", "Biograph mCT"
        _series(dataset, header, 2, "CT low dose, attenuation correction", start, index)
        dataset.AcquisitionDate, dataset.AcquisitionTime = date_and_time(start)
        dataset.ContentDate, dataset.ContentTime = dataset.AcquisitionDate, dataset.AcquisitionTime
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.AcquisitionNumber = 1
        dataset.KVP, dataset.ConvolutionKernel = "120", "B30f"
        put_plane(dataset, grid, index)
        put_grey_pixels(dataset, plane)
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "HU"
        dataset.WindowCenter, dataset.WindowWidth = "40", "400"
        dataset.save_as(folder / f"{index + 1:04d}.dcm", enforce_file_format=True)
    return len(hounsfield)


def put_exam(dataset: Dataset, header: PetHeader) -> None:
    """Patient, study and frame of reference, which all series of the exam share."""
    put_patient(dataset, header.patient, header.birth_year)
    dataset.PatientWeight = decimal(header.physique.weight_kg)
    dataset.PatientSize = decimal(header.physique.height_m)
    dataset.StudyInstanceUID = header.uid("study")
    dataset.StudyID = header.exam
    dataset.StudyDescription = f"PET/CT {header.administration.tracer.name}, simulated"
    dataset.StudyDate, dataset.StudyTime = date_and_time(header.times.start - dt.timedelta(minutes=4))
    dataset.FrameOfReferenceUID = header.uid("frame of reference")
    dataset.PatientPosition = "HFS"


def segmented(header: PetHeader, grid: Grid) -> SegmentedExam:
    """The exam as its segmentation needs it."""
    return SegmentedExam(
        header.uid, lambda dataset: put_exam(dataset, header), header.times.acquired_at(grid.shape[0])
    )


def _slice(header: PetHeader, form: VendorForm, grid: Grid, index: int, suv: Array) -> Dataset:
    times = header.times
    dataset = started_object(PositronEmissionTomographyImageStorage, "PT")
    put_exam(dataset, header)
    dataset.Manufacturer, dataset.ManufacturerModelName = form.manufacturer, form.model
    series_time = times.start + dt.timedelta(minutes=47 if form.series_time_rewritten else 0)
    name = f"PET {header.administration.tracer.name} attenuation corrected"
    _series(dataset, header, 4, name, series_time, index)
    dataset.AcquisitionDate, dataset.AcquisitionTime = date_and_time(times.acquired_at(index))
    dataset.ContentDate, dataset.ContentTime = dataset.AcquisitionDate, dataset.AcquisitionTime
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    if form.series_time_rewritten:
        block = dataset.private_block(0x0009, "GEMS_PETD_01", create=True)
        block.add_new(0x0D, "DT", times.start.strftime("%Y%m%d%H%M%S.00"))
    _pet_modules(dataset, header, form, index, grid.shape[0])
    _injection(dataset, header, form)
    put_plane(dataset, grid, index)
    _values(dataset, header, form, index, suv)
    return dataset


def _series(
    dataset: Dataset, header: PetHeader, number: int, description: str, moment: dt.datetime, index: int
) -> None:
    dataset.SeriesInstanceUID = header.uid("series", number)
    dataset.SeriesNumber = number
    dataset.SeriesDescription = description
    dataset.SeriesDate, dataset.SeriesTime = date_and_time(moment)
    dataset.InstanceNumber = index + 1
    dataset.SOPInstanceUID = header.uid("object", number, index)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID


def _pet_modules(dataset: Dataset, header: PetHeader, form: VendorForm, index: int, slices: int) -> None:
    times, nuclide = header.times, header.administration.tracer.nuclide
    decay = _DECAY_CORRECTION.get(form.values, "START")
    dataset.SeriesType = ["WHOLE BODY", "IMAGE"]
    dataset.Units = _UNITS[form.values]
    if form.values is StoredValues.SUV:
        dataset.SUVType = "BW"
    dataset.CountsSource = _COUNTS_SOURCE
    dataset.NumberOfSlices = slices
    dataset.ImageIndex = index + 1
    dataset.CorrectedImage = ["NORM", "DTIM", "ATTN", "SCAT", "RAN", *(["DECY"] if decay != "NONE" else [])]
    dataset.DecayCorrection = decay
    dataset.CollimatorType = "NONE"
    dataset.ReconstructionMethod = "simulated point spread"
    dataset.ActualFrameDuration = str(round(times.bed_s * 1000))
    before_s = (times.acquired_at(index) - times.start).total_seconds()
    # The moment at which the rate of counts is its mean over the frame.
    rate = math.log(2.0) / nuclide.half_life_s * times.bed_s
    middle_s = before_s + times.bed_s / rate * math.log(rate / -math.expm1(-rate))
    dataset.FrameReferenceTime = decimal(round(middle_s * 1000.0, 1))
    if decay != "NONE":
        dataset.DecayFactor = decimal(1.0 / nuclide.remaining(before_s))
    dataset.PatientOrientationCodeSequence = Sequence([])
    dataset.PatientGantryRelationshipCodeSequence = Sequence([])


def _injection(dataset: Dataset, header: PetHeader, form: VendorForm) -> None:
    administration = header.administration
    tracer, moment = administration.tracer, administration.injected_at
    item = Dataset()
    item.Radiopharmaceutical = str(tracer.name)
    item.RadiopharmaceuticalCodeSequence = Sequence([code_item(tracer.code)])
    item.RadionuclideCodeSequence = Sequence([code_item(tracer.nuclide.code)])
    item.RadionuclideHalfLife = decimal(tracer.nuclide.half_life_s)
    item.RadionuclidePositronFraction = decimal(tracer.nuclide.positron_fraction)
    item.RadionuclideTotalDose = decimal(administration.net_mbq * 1e6)
    if form.injection is not InjectionTags.TIME:
        item.RadiopharmaceuticalStartDateTime = moment.strftime("%Y%m%d%H%M%S.%f")
    if form.injection is not InjectionTags.DATE_TIME:
        item.RadiopharmaceuticalStartTime = moment.strftime("%H%M%S.%f")
    dataset.RadiopharmaceuticalInformationSequence = Sequence([item])


def _values(dataset: Dataset, header: PetHeader, form: VendorForm, index: int, suv: Array) -> None:
    at_start = header.administration.bq_per_ml_of_suv(header.physique, header.times.start)
    values = suv * _per_suv(header, form, index)
    slope = decimal(max(float(values.max()), 1e-6) / LARGEST_STORED)
    # A reader multiplies by the slope as written: the stored numbers are made for that one.
    stored = np.clip(np.rint(values / float(slope)), 0, LARGEST_STORED).astype(np.int16)
    put_grey_pixels(dataset, stored)
    dataset.RescaleSlope, dataset.RescaleIntercept = slope, "0"
    dataset.WindowCenter, dataset.WindowWidth = decimal(float(values.max()) / 2), decimal(float(values.max()))
    if form.values is StoredValues.PHILIPS_COUNTS:
        block = dataset.private_block(0x7053, "Philips PET Private Group", create=True)
        block.add_new(0x00, "DS", decimal(SUV_PER_COUNT))
        block.add_new(0x09, "DS", decimal(SUV_PER_COUNT * at_start))


def _per_suv(header: PetHeader, form: VendorForm, index: int) -> float:
    """What an SUV of 1 is in the values of the form."""
    administration, physique = header.administration, header.physique
    if form.values is StoredValues.SUV:
        return 1.0
    if form.values is StoredValues.PHILIPS_COUNTS:
        return 1.0 / SUV_PER_COUNT
    moments = {
        StoredValues.BQML_AT_START: header.times.start,
        StoredValues.BQML_AT_INJECTION: None,
        StoredValues.BQML_AS_ACQUIRED: header.times.acquired_at(index),
    }
    return administration.bq_per_ml_of_suv(physique, moments[form.values])
