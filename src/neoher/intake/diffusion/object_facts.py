"""What one MR image states of diffusion weighting and, for a map, of its unit.

Read by pydicom, since b-values before 2010 and beside the standard lie in private elements, and units in a
sequence. Sources: DICOM PS3.3, C.8.13.5.9 (MR diffusion), C.7.6.16.2.11 (real world values); private
elements: Siemens, GE and Philips conformance statements as public readers quote them (not opened).
"""

from __future__ import annotations

import io
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from neoher.errors import ImageError
from neoher.intake.dicom.headers import Header

__all__ = ["DiffusionFacts", "diffusion_facts", "unit_factor"]

_PRIVATE_B_VALUES: Final = (
    # group, creator, element
    (0x0019, "SIEMENS MR HEADER", 0x0C),
    (0x0043, "GEMS_PARM_01", 0x39),
    (0x2001, "Philips Imaging DD 001", 0x03),
)
_SPECIFIC_TAGS: Final[list[BaseTag]] = [
    Tag("DiffusionBValue"),
    Tag("RescaleType"),
    Tag("RescaleSlope"),
    Tag("RescaleIntercept"),
    Tag("RealWorldValueMappingSequence"),
    *(
        Tag(group, place)
        for group, _, element in _PRIVATE_B_VALUES
        for block in range(0x10, 0x20)
        for place in (block, (block << 8) + element)
    ),
]
"""All that is read here: pydicom makes no element of the others."""
_GE_OFFSET: Final = 1_000_000_000
"""GE adds this to a b-value that its scanner computed itself."""
_HIGHEST: Final = 10_000.0
"""s/mm2; more is no b-value of a patient's exam."""

_UNITS: Final = (
    # how a unit is written, without spaces and in lower case; factor to 1e-6 mm2/s
    (re.compile(r"^(um2/s|µm2/s|10\*?\^?-6\*?\.?mm2/s|1e-6mm2/s|x10-6mm2/s|10-6mm2/s)$"), 1.0),
    (re.compile(r"^(10\*?\^?-3\*?\.?mm2/s|1e-3mm2/s|x10-3mm2/s|10-3mm2/s|um2/ms|µm2/ms)$"), 1e3),
    (re.compile(r"^mm2/s$"), 1e6),
    (re.compile(r"^(10\*?\^?-5\*?\.?mm2/s|1e-5mm2/s|10-5mm2/s)$"), 10.0),
)


@dataclass(frozen=True, slots=True)
class DiffusionFacts:
    """What one object states."""

    b_value: float | None
    """In s/mm2; None where it states none."""
    unit: str
    """Unit of the real world value mapping, or of the rescale type; '' where none is stated."""
    slope: float
    intercept: float
    """Stored number to value, as the mapping or the rescale states."""


def diffusion_facts(header: Header) -> DiffusionFacts:
    """The facts of one single-frame object. Raises: ImageError where it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a value out of its form is judged below, where it is used
            head = header.source.read_range(0, header.pixel_offset or header.source.size)
            dataset = pydicom.dcmread(
                io.BytesIO(head), stop_before_pixels=True, force=True, specific_tags=_SPECIFIC_TAGS
            )
            return _facts(dataset, header)
    except ImageError:
        raise
    except Exception as error:  # pydicom raises what its parts raise on a damaged header
        raise ImageError(
            f"its diffusion weighting cannot be read ({type(error).__name__}).",
            header.source.label,
            "Export the exam again.",
        ) from error


def unit_factor(unit: str) -> float | None:
    """What turns a value in this unit into 1e-6 mm2/s; None for a unit that is none of diffusion."""
    plain = re.sub(r"[\s()\[\]{}]", "", unit.lower()).replace("²", "2").replace("^2", "2")
    return next((factor for pattern, factor in _UNITS if pattern.match(plain)), None)


def _facts(dataset: Dataset, header: Header) -> DiffusionFacts:
    unit = str(dataset.get("RescaleType", "") or "").strip()
    slope, intercept = float(dataset.get("RescaleSlope", 1)), float(dataset.get("RescaleIntercept", 0))
    for mapping in dataset.get("RealWorldValueMappingSequence") or []:
        codes = mapping.get("MeasurementUnitsCodeSequence") or []
        stated = str(codes[0].get("CodeValue", "") or "").strip() if codes else ""
        if unit_factor(stated) is not None:
            unit = stated
            slope = float(mapping.get("RealWorldValueSlope", 1))
            intercept = float(mapping.get("RealWorldValueIntercept", 0))
            break
    if not (math.isfinite(slope) and slope > 0 and math.isfinite(intercept)):
        raise ImageError(
            f"a rescale slope of {slope:g} with an intercept of {intercept:g} is no scale.",
            header.source.label,
            "Export the map again.",
        )
    return DiffusionFacts(_b_value(dataset, header), unit, slope, intercept)


def _b_value(dataset: Dataset, header: Header) -> float | None:
    value: float | None = None
    if dataset.get("DiffusionBValue") is not None:
        value = float(dataset.DiffusionBValue)
    else:
        for group, creator, element in _PRIVATE_B_VALUES:
            found = _private(dataset, group, creator, element)
            if found is not None:
                value = _number(found)
                break
    if value is None:
        return None
    if value >= _GE_OFFSET:
        value -= _GE_OFFSET
    if not (math.isfinite(value) and 0 <= value <= _HIGHEST):
        raise ImageError(
            f"{value:g} s/mm2 is no b-value of an exam.", header.source.label, "Export the exam again."
        )
    return value


def _private(dataset: Dataset, group: int, creator: str, element: int) -> Any:
    for block in range(0x10, 0x20):
        owner = Tag(group, block)
        if owner in dataset and str(dataset[owner].value).strip() == creator:
            tag = Tag(group, (block << 8) + element)
            value = dataset[tag].value if tag in dataset else None
            return None if value in (None, "", b"") else value
    return None


def _number(value: Any) -> float:
    """The first number of a value, which is bytes where the vendor's dictionary is not known."""
    if isinstance(value, bytes):
        value = value.decode("ascii").split("\\")[0].strip(" \0")
    elif not isinstance(value, str) and hasattr(value, "__iter__"):
        value = next(iter(value))
    return float(value)
