"""measurements.json: what the software measured, beside what people stated in case.yaml.

The file can be deleted and made again. Each entry carries the hash of its input objects, its region, its
parameters and its method's version: an entry whose key no longer matches is stale and is measured again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, Literal

from pydantic import Field, JsonValue

from neoher.record.conclusion import Conclusion, Frozen, Software

__all__ = ["InputObjects", "Measurement", "Measurements", "Quantity", "measurement_key"]


class Quantity(Frozen):
    """One measured number with its unit (UCUM), as response and report read it."""

    name: str
    """Field's term: functional_tumour_volume, longest_diameter_in_plane, longest_diameter_3d, sphericity …"""
    value: float | None
    """None when it could not be measured; never 0 in that case."""
    unit: str
    """UCUM code: cm3, mm, %, 1."""


class InputObjects(Frozen):
    """The files a measurement was made from."""

    description: str
    """What they are, for a reader: modality, series description, number of objects."""
    count: int
    sha256: str
    """Hash over the sorted hashes of the objects' contents: independent of file names and order."""


class Measurement(Frozen):
    """One run of one method on one exam (and one lesion, where the region is that lesion's)."""

    exam: str
    visit: str | None
    date: dt.date | None
    modality: str
    lesion: str | None
    method: str
    """Name and version: 'ftv/1'. The version rises whenever the method's numbers could change."""
    parameters: dict[str, JsonValue]
    images: InputObjects
    region: InputObjects | None
    quantities: tuple[Quantity, ...]
    conclusion: Conclusion[dict[str, Any]]
    software: Software = Field(default_factory=Software)

    @property
    def key(self) -> str:
        """What the entry stands for; an entry with another key is another measurement."""
        return measurement_key(self.exam, self.lesion, self.method, self.parameters, self.images, self.region)

    def quantity(self, name: str) -> Quantity | None:
        """The quantity of that name, if this method measures it."""
        return next((quantity for quantity in self.quantities if quantity.name == name), None)


class Measurements(Frozen):
    """The whole file."""

    neoher_measurements: Literal[1] = 1
    entries: tuple[Measurement, ...] = ()

    def fresh(self, key: str) -> Measurement | None:
        """The entry with exactly this key, or None when it must be measured (again)."""
        return next((entry for entry in self.entries if entry.key == key), None)


def measurement_key(
    exam: str,
    lesion: str | None,
    method: str,
    parameters: dict[str, JsonValue],
    images: InputObjects,
    region: InputObjects | None,
) -> str:
    """Hash (sha256, hex) of everything that decides a measurement's value."""
    basis = [exam, lesion, method, parameters, images.sha256, region.sha256 if region else None]
    return hashlib.sha256(json.dumps(basis, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
