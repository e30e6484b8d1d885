"""Two ways of scanning a left breast: GE sagittal in one series, Siemens axial with a series per phase."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neoher.simulate.mr.contrast import Sequence
from neoher.volume.grid import Grid

__all__ = ["SCANNERS", "Scanner", "TissueTimes", "Vendor"]


class Vendor(StrEnum):
    """How an exam is acquired and written."""

    GE = "ge"
    SIEMENS = "siemens"


@dataclass(frozen=True, slots=True)
class TissueTimes:
    """Longitudinal relaxation times in seconds, at the scanner's field strength."""

    fat: float
    gland: float
    skin: float
    muscle: float
    nipple: float
    blood: float
    tumour: float


@dataclass(frozen=True, slots=True)
class Scanner:
    """Grid, sequence and timing of one vendor's exam."""

    vendor: Vendor
    manufacturer: str
    model: str
    field_strength_t: float
    grid: Grid
    sequence: Sequence
    t1: TissueTimes
    first_start_s: float
    """Start of the phase before contrast, in seconds after the injection (negative)."""
    post_starts_s: tuple[float, ...]
    """Starts of the phases after contrast, in seconds after the injection."""
    phase_duration_s: float

    @property
    def starts_s(self) -> tuple[float, ...]:
        """Start of every phase, in seconds after the injection."""
        return (self.first_start_s, *self.post_starts_s)

    @property
    def times_s(self) -> tuple[float, ...]:
        """Middle of every phase, in seconds after the injection: when its contrast is encoded."""
        return tuple(start + self.phase_duration_s / 2 for start in self.starts_s)


SCANNERS = {
    # One breast, sagittal, three long phases, as at many sites of the early trials (1.5 T).
    Vendor.GE: Scanner(
        vendor=Vendor.GE,
        manufacturer="GE MEDICAL SYSTEMS",
        model="SIGNA HDx",
        field_strength_t=1.5,
        grid=Grid(
            shape=(60, 256, 256),
            spacing_mm=(2.0, 0.703125, 0.703125),
            origin_mm=(141.0, -118.0, 90.0),
            axes=((-1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
        ),
        sequence=Sequence(repetition_s=0.008, flip_degrees=20.0, relaxivity_per_mm_s=4.5),
        t1=TissueTimes(fat=0.30, gland=1.20, skin=0.90, muscle=1.05, nipple=1.10, blood=1.45, tumour=1.25),
        first_start_s=-330.0,
        post_starts_s=(0.0, 320.0),
        phase_duration_s=270.0,
    ),
    # Axial, cut to one breast, a phase a minute (3 T).
    Vendor.SIEMENS: Scanner(
        vendor=Vendor.SIEMENS,
        manufacturer="SIEMENS",
        model="Skyra",
        field_strength_t=3.0,
        grid=Grid(
            shape=(76, 168, 160),
            spacing_mm=(1.6, 0.9, 0.9),
            origin_mm=(10.0, -106.0, -60.0),
            axes=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
        ),
        sequence=Sequence(repetition_s=0.0055, flip_degrees=15.0, relaxivity_per_mm_s=4.0),
        t1=TissueTimes(fat=0.37, gland=1.40, skin=1.05, muscle=1.30, nipple=1.30, blood=1.75, tumour=1.45),
        first_start_s=-85.0,
        post_starts_s=(24.0, 90.0, 156.0, 222.0, 288.0, 354.0, 420.0),
        phase_duration_s=60.0,
    ),
}
