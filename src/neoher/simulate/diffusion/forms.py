"""How a diffusion exam is written: where its b-values stand, or in which unit its map is.

The private elements are those that public readers quote from the vendors' conformance statements, which were
not opened; the map's units are the three that readers meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from neoher.simulate.dicom_parts import Code, code_item

__all__ = ["MAPS", "PUT_B_VALUE", "DiffusionForm", "MapForm"]

_GE_COMPUTED = 1_000_000_000
"""GE's offset of a b-value in its private element."""


class DiffusionForm(StrEnum):
    """Forms of a diffusion exam."""

    STANDARD = "standard"
    """Diffusion b-value (0018,9087)."""
    SIEMENS_PRIVATE = "siemens-private"
    GE_PRIVATE = "ge-private"
    PHILIPS_PRIVATE = "philips-private"
    MAP_WITHOUT_UNIT = "map-without-unit"
    """The scanner's map alone, in 1e-6 mm2/s, which it does not state."""
    MAP_REAL_WORLD = "map-real-world"
    """In 1e-3 mm2/s, scaled and named by a real world value mapping."""
    MAP_RESCALE_TYPE = "map-rescale-type"
    """In mm2/s by slope and rescale type."""


def _standard(dataset: Dataset, b_value: float) -> None:
    dataset.DiffusionBValue = float(b_value)


def _siemens(dataset: Dataset, b_value: float) -> None:
    dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", str(round(b_value)))


def _ge(dataset: Dataset, b_value: float) -> None:
    offset = _GE_COMPUTED if b_value > 0 else 0
    values = [str(offset + round(b_value)), "8", "0", "0"]
    dataset.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x39, "IS", values)


def _philips(dataset: Dataset, b_value: float) -> None:
    dataset.private_block(0x2001, "Philips Imaging DD 001", create=True).add_new(0x03, "FL", float(b_value))


PUT_B_VALUE: dict[DiffusionForm, Callable[[Dataset, float], None]] = {
    DiffusionForm.STANDARD: _standard,
    DiffusionForm.SIEMENS_PRIVATE: _siemens,
    DiffusionForm.GE_PRIVATE: _ge,
    DiffusionForm.PHILIPS_PRIVATE: _philips,
}
"""Writes a b-value, in s/mm2, by form; a form that is not here is a map."""


@dataclass(frozen=True, slots=True)
class MapForm:
    """How a map states its scale."""

    slope_1e6: float
    """Stored numbers times this are 1e-6 mm2/s."""
    put: Callable[[Dataset], None]


def _put_nothing(dataset: Dataset) -> None:
    """The map states no unit."""


def _put_real_world(dataset: Dataset) -> None:
    mapping = Dataset()
    mapping.RealWorldValueFirstValueMapped, mapping.RealWorldValueLastValueMapped = 0, 32767
    mapping.RealWorldValueIntercept, mapping.RealWorldValueSlope = 0.0, 0.0005
    mapping.LUTExplanation, mapping.LUTLabel = "ADC", "ADC"
    unit = Code("10*-3.mm2/s", "UCUM", "10*-3.mm2/s")
    mapping.MeasurementUnitsCodeSequence = Sequence([code_item(unit)])
    dataset.RealWorldValueMappingSequence = Sequence([mapping])


def _put_rescale_type(dataset: Dataset) -> None:
    dataset.RescaleIntercept, dataset.RescaleSlope = "0", "0.0000005"
    dataset.RescaleType = "mm2/s"


MAPS: dict[DiffusionForm, MapForm] = {
    DiffusionForm.MAP_WITHOUT_UNIT: MapForm(1.0, _put_nothing),
    DiffusionForm.MAP_REAL_WORLD: MapForm(0.5, _put_real_world),
    DiffusionForm.MAP_RESCALE_TYPE: MapForm(0.5, _put_rescale_type),
}
