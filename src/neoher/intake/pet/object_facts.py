"""What one PET image object states of units, decay, times, dose and patient, as written.

Read by pydicom, since most of it lies in sequences or private blocks. A value that is there but is not what
its element holds (a time that is no time, two numbers for one) is refused: it is neither absent nor usable.
Sources: DICOM PS3.3, C.8.9 (PET modules); private elements: GE and Siemens conformance statements and the
QIBA vendor-neutral pseudo-code as others quote them (not opened), Philips as in the manual of
oncoray/suv_computation (CC BY 4.0).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import BaseTag, Tag

from neoher.errors import ImageError
from neoher.intake.dicom.clock import Moment, parse_date, parse_date_time, parse_time
from neoher.intake.dicom.headers import Header
from neoher.volume.pet import ReferenceStamp, StatedInjection

__all__ = ["PetObject", "SharedFacts", "read_pet_object"]

GE_CREATOR: Final = "GEMS_PETD_01"
SIEMENS_CREATOR: Final = "SIEMENS MED PT"
PHILIPS_CREATOR: Final = "Philips PET Private Group"
_WANTED: Final = (
    "SpecificCharacterSet",
    "Manufacturer",
    "ImageType",
    "StudyDate",
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "AcquisitionDateTime",
    "TimezoneOffsetFromUTC",
    "PatientSex",
    "PatientSize",
    "PatientWeight",
    "ActualFrameDuration",
    "DecayCorrectionDateTime",
    "CorrectedImage",
    "RescaleIntercept",
    "RescaleSlope",
    "RadiopharmaceuticalInformationSequence",
    "NumberOfSlices",
    "SeriesType",
    "Units",
    "SUVType",
    "DecayCorrection",
)
_PRIVATE_BLOCKS: Final = tuple(
    Tag(group, element)
    for group, elements in (
        (0x0009, (0x0D,)),
        (0x0071, (0x22,)),
        (0x7053, (0x00, 0x09)),
    )
    for block in range(0x10, 0x20)
    for element in (block, *((block << 8) + low for low in elements))
)
"""The creators and the wanted elements of the first sixteen private blocks."""
_SPECIFIC_TAGS: Final[list[BaseTag]] = [*(Tag(name) for name in _WANTED), *_PRIVATE_BLOCKS]
_tag = lru_cache(maxsize=None)(Tag)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """Facts that every image of one series must state alike."""

    units: str
    suv_type: str
    decay_correction: str
    corrections: tuple[str, ...] | None
    series_start: dt.datetime | None
    reference_stamps: tuple[ReferenceStamp, ...]
    injection: StatedInjection
    dose: float | None
    half_life_s: float | None
    nuclide_codes: tuple[str, ...]
    tracer: str
    weight_kg: float | None
    height_m: float | None
    sex: str
    philips_suv_factor: float | None
    philips_activity_factor: float | None
    slices_stated: int | None
    series_type: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PetObject:
    """One image of a PET series."""

    header: Header
    shared: SharedFacts
    started: dt.datetime | None
    """Start of its acquisition."""
    frame_duration_s: float | None
    slope: float
    warnings: tuple[tuple[str, str], ...]


def read_pet_object(header: Header) -> PetObject:
    """The facts of one PET image.

    Raises: ImageError, naming the object, where an element cannot be read as what it holds, the rescale
    slope is not above 0, or the rescale intercept is not 0.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = _dataset(header)
        return _Reading(header, dataset).facts()


def _dataset(header: Header) -> Dataset:
    head = header.source.read_range(0, header.pixel_offset or header.source.size)
    try:
        return pydicom.dcmread(
            io.BytesIO(head),
            stop_before_pixels=True,
            force=True,
            specific_tags=_SPECIFIC_TAGS,
        )
    except Exception as error:  # pydicom raises whatever its parsing stumbles over
        raise ImageError(
            f"the header cannot be read ({type(error).__name__}: {error}).",
            header.source.label,
            "Copy or export it again.",
        ) from None


class _Reading:
    """Reads the elements of one object, refusing what is not what it should be."""

    def __init__(self, header: Header, dataset: Dataset) -> None:
        self.header = header
        self.dataset = dataset
        self.tags = [int(tag) for tag in dataset.keys()]  # noqa: SIM118 - iterating gives elements, decoded
        self.notes: list[tuple[str, str]] = []
        self.zone = self._zone_of_the_object()

    def facts(self) -> PetObject:
        """Everything read."""
        tracer = self._tracer_item()
        shared = SharedFacts(
            units=self._text(self.dataset, "Units").upper(),
            suv_type=self._text(self.dataset, "SUVType").upper(),
            decay_correction=self._text(self.dataset, "DecayCorrection").upper(),
            corrections=self._texts("CorrectedImage"),
            series_start=self._joined("SeriesDate", "SeriesTime", "StudyDate"),
            reference_stamps=tuple(self._reference_stamps()),
            injection=self._injection(tracer),
            dose=self._number(tracer, "RadionuclideTotalDose"),
            half_life_s=self._number(tracer, "RadionuclideHalfLife"),
            nuclide_codes=self._codes(tracer, "RadionuclideCodeSequence"),
            tracer=self._tracer_name(tracer),
            weight_kg=self._number(self.dataset, "PatientWeight"),
            height_m=self._number(self.dataset, "PatientSize"),
            sex=self._text(self.dataset, "PatientSex").upper(),
            philips_suv_factor=self._philips(0x00),
            philips_activity_factor=self._philips(0x09),
            slices_stated=self._whole("NumberOfSlices"),
            series_type=self._texts("SeriesType") or (),
        )
        duration_ms = self._number(self.dataset, "ActualFrameDuration")
        return PetObject(
            header=self.header,
            shared=shared,
            started=self._started(shared.series_start),
            frame_duration_s=duration_ms / 1000 if duration_ms is not None and duration_ms > 0 else None,
            slope=self._slope(),
            warnings=tuple(dict.fromkeys(self.notes)),
        )

    # Times ------------------------------------------------------------------------------------------------

    def _started(self, series_start: dt.datetime | None) -> dt.datetime | None:
        moment = self._moment(self.dataset, "AcquisitionDateTime")
        if moment is not None:
            return moment
        joined = self._joined("AcquisitionDate", "AcquisitionTime")
        clock = self._clock(self.dataset, "AcquisitionTime")
        if joined is not None or clock is None:
            return joined
        if series_start is None:
            return self._joined("SeriesDate", "AcquisitionTime", "StudyDate")
        # Without a date of its own, a time is of the day that brings it nearest to the series' start.
        midnight = dt.datetime.combine(series_start.date(), dt.time())
        return min(
            (midnight + dt.timedelta(days=days) + clock for days in (-1, 0, 1)),
            key=lambda moment: abs(moment - series_start),
        )

    def _joined(self, date_name: str, time_name: str, other_date: str = "") -> dt.datetime | None:
        clock = self._clock(self.dataset, time_name)
        day = self._day(date_name) or (self._day(other_date) if other_date else None)
        if clock is None or day is None:
            return None
        return dt.datetime.combine(day, dt.time()) + clock

    def _injection(self, tracer: Dataset) -> StatedInjection:
        text = self._text(tracer, "RadiopharmaceuticalStartDateTime")
        day = parse_date(text)
        return StatedInjection(
            moment=None if day is not None else self._moment(tracer, "RadiopharmaceuticalStartDateTime"),
            day=day,
            clock=self._clock(tracer, "RadiopharmaceuticalStartTime"),
        )

    def _reference_stamps(self) -> list[ReferenceStamp]:
        stated = (
            (self._moment(self.dataset, "DecayCorrectionDateTime"), "DecayCorrectionDateTime (0018,9701)"),
            (
                self._private_moment(0x0009, GE_CREATOR, 0x0D, "GE"),
                "GE's private scan date-time (0009,100D)",
            ),
            (
                self._private_moment(0x0071, SIEMENS_CREATOR, 0x22, "SIEMENS"),
                "Siemens' private decay correction date-time (0071,1022)",
            ),
        )
        return [ReferenceStamp(moment, where) for moment, where in stated if moment is not None]

    def _moment(self, dataset: Dataset, name: str) -> dt.datetime | None:
        text = self._text(dataset, name)
        return self._clock_time(text, name) if text else None

    def _clock_time(self, text: str, name: str) -> dt.datetime:
        """A date-time by the clock that the object's other times are of."""
        moment = parse_date_time(text)
        if moment is None:
            raise self._refused(name, text, "a date with a time")
        return self._local(moment, name)

    def _local(self, moment: Moment, name: str) -> dt.datetime:
        if moment.utc_offset_minutes is None or moment.utc_offset_minutes == self.zone:
            return moment.clock
        if self.zone is None:
            message = (
                f"{name} states its distance from UTC ({moment.utc_offset_minutes:+d} min), the other times"
                " do not: it was taken as a time of the same clock."
            )
            self.notes.append(("time-zone-not-stated", message))
            return moment.clock
        return moment.clock + dt.timedelta(minutes=self.zone - moment.utc_offset_minutes)

    def _zone_of_the_object(self) -> int | None:
        text = self._text(self.dataset, "TimezoneOffsetFromUTC")
        if not text:
            return None
        moment = parse_date_time(f"2000010100{text}")
        if moment is None or moment.utc_offset_minutes is None:
            raise self._refused("TimezoneOffsetFromUTC", text, "a distance from UTC")
        return moment.utc_offset_minutes

    def _day(self, name: str) -> dt.date | None:
        return self._parsed(self.dataset, name, parse_date, "a date")

    def _clock(self, dataset: Dataset, name: str) -> dt.timedelta | None:
        return self._parsed(dataset, name, parse_time, "a time of day")

    def _parsed(
        self, dataset: Dataset, name: str, parse: Callable[[str], Value | None], what: str
    ) -> Value | None:
        text = self._text(dataset, name)
        if not text:
            return None
        value = parse(text)
        if value is None:
            raise self._refused(name, text, what)
        return value

    # The tracer -------------------------------------------------------------------------------------------

    def _tracer_item(self) -> Dataset:
        items = self._items(self.dataset, "RadiopharmaceuticalInformationSequence")
        if len(items) > 1:
            raise ImageError(
                f"it states {len(items)} radiopharmaceuticals: which of them the image shows is not said.",
                self.header.source.label,
                "Export the series of one tracer.",
            )
        return items[0] if items else Dataset()

    def _codes(self, dataset: Dataset, name: str) -> tuple[str, ...]:
        items = self._items(dataset, name)
        stated = [self._text(items[0], part) for part in ("CodeValue", "CodeMeaning")] if items else []
        return tuple(text for text in stated if text)

    def _tracer_name(self, tracer: Dataset) -> str:
        stated = (
            self._text(tracer, "Radiopharmaceutical"),
            *self._codes(tracer, "RadiopharmaceuticalCodeSequence"),
        )
        return "; ".join(dict.fromkeys(text for text in stated if text))

    def _items(self, dataset: Dataset, name: str) -> list[Dataset]:
        value = self._value(dataset, name)
        if value is None:
            return []
        if not isinstance(value, DicomSequence | list):
            raise self._refused(name, value, "a sequence")
        return list(value)

    # Numbers and texts ------------------------------------------------------------------------------------

    def _slope(self) -> float:
        intercept = self._number(self.dataset, "RescaleIntercept")
        if intercept is not None and intercept != 0:
            raise ImageError(
                f"RescaleIntercept (0028,1052) is {intercept:g}; in PET images it is 0 by definition"
                " (DICOM PS3.3, C.8.9.4), so these numbers are not what they claim to be.",
                self.header.source.label,
                "Export the original series from the scanner or archive.",
            )
        slope = self._number(self.dataset, "RescaleSlope")
        if slope is None or not 1e-12 <= slope <= 1e12:
            stated = "is not stated" if slope is None else f"is {slope:g}, which is no scale"
            raise ImageError(
                f"RescaleSlope (0028,1053) {stated}: the stored numbers have no unit without it.",
                self.header.source.label,
                "Export the original series from the scanner or archive.",
            )
        return slope

    def _number(self, dataset: Dataset, name: str) -> float | None:
        return self._as_number(self._value(dataset, name), name)

    def _as_number(self, value: Any, name: str) -> float | None:
        if value is None:
            return None
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise self._refused(name, value, "a number") from None
        if not math.isfinite(number):
            raise self._refused(name, value, "a finite number")
        return number

    def _whole(self, name: str) -> int | None:
        value = self._value(self.dataset, name)
        return value if isinstance(value, int) else None

    def _text(self, dataset: Dataset, name: str) -> str:
        value = self._value(dataset, name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refused(name, value, "one text")
        return value.strip(" \0")

    def _texts(self, name: str) -> tuple[str, ...] | None:
        value = self._value(self.dataset, name)
        if value is None:
            return None
        parts = [value] if isinstance(value, str) else list(value)
        return tuple(str(part).strip(" \0").upper() for part in parts)

    def _value(self, dataset: Dataset, name: str) -> Any:
        """The value of an element; None where it is absent or empty."""
        tag = _tag(name)
        try:
            value = dataset[tag].value if tag in dataset else None
        except Exception as error:  # pydicom decodes at the first access and raises what it stumbles over
            raise ImageError(
                f"{name} cannot be read ({error}).", self.header.source.label, "Copy or export it again."
            ) from None
        empty = value is None or (isinstance(value, str | bytes) and not value.strip())
        return None if empty else value

    # Private elements -------------------------------------------------------------------------------------

    def _private_moment(self, group: int, creator: str, low: int, vendor: str) -> dt.datetime | None:
        text = self._private(group, creator, low, vendor)
        return self._clock_time(text, f"private ({group:04X},10{low:02X})") if text else None

    def _philips(self, low: int) -> float | None:
        text = self._private(0x7053, PHILIPS_CREATOR, low, "PHILIPS")
        factor = self._as_number(text, f"private (7053,10{low:02X})") if text else None
        if factor is not None and factor < 0:
            raise self._refused(f"private (7053,10{low:02X})", text, "a factor")
        return factor

    def _private(self, group: int, creator: str, low: int, vendor: str) -> str:
        """A private element's value as text: under its creator's name, or, where the block has lost it, in
        the first block of an object of that manufacturer."""
        stated = [tag for tag in self.tags if tag >> 16 == group]
        if not stated:
            return ""
        blocks = [tag & 0xFF for tag in stated if tag & 0xFFFF < 0x100]
        for block in blocks:
            if self._raw(group << 16 | block) == creator:
                return self._raw(group << 16 | block << 8 | low)
        unnamed = 0x10 not in blocks and self._is_of(vendor)
        return self._raw(group << 16 | 0x1000 | low) if unnamed else ""

    def _is_of(self, vendor: str) -> bool:
        return self._text(self.dataset, "Manufacturer").upper().startswith(vendor)

    def _raw(self, tag: int) -> str:
        try:
            value = self.dataset[tag].value if tag in self.dataset else None
        except Exception as error:  # as above
            raise ImageError(
                f"private element {Tag(tag)} cannot be read ({error}).", self.header.source.label
            ) from None
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        return "" if value is None else str(value).strip(" \0")

    def _refused(self, name: str, value: object, what: str) -> ImageError:
        return ImageError(
            f"{name} holds '{str(value)[:40]}', which is not {what}.",
            self.header.source.label,
            "Correct the header, or export the series again.",
        )
