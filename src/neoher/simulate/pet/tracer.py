"""Tracers that can be simulated: their nuclide, and where in the body they go.

The uptake of organs and lesions is chosen to look like published scans; it is no patient's and no study's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from neoher.simulate.dicom_parts import Code

__all__ = [
    "FDG",
    "PERTUZUMAB",
    "TRASTUZUMAB",
    "Nuclide",
    "OrganUptake",
    "Tracer",
    "TracerName",
]


@dataclass(frozen=True, slots=True)
class Nuclide:
    """A positron emitter."""

    name: str
    half_life_s: float
    positron_fraction: float
    code: Code
    """DICOM CID 4020."""

    def remaining(self, elapsed_s: float) -> float:
        """Share of the activity that is left after so many seconds; above 1 for a time before."""
        return float(2.0 ** (-elapsed_s / self.half_life_s))


FLUORINE_18 = Nuclide("18F", 6586.2, 0.967, Code("77004003", "SCT", "^18^Fluorine"))
ZIRCONIUM_89 = Nuclide("89Zr", 282276.0, 0.227, Code("63360001", "SCT", "^89^Zirconium"))
"""Half-life of 78.41 h."""


@dataclass(frozen=True, slots=True)
class OrganUptake:
    """SUV (body weight, g/mL) of each organ, uniform inside it."""

    fat: float
    muscle: float
    lung: float
    gland: float
    marrow: float
    blood: float
    """Blood pool: aorta and the cavity of the heart."""
    myocardium: float
    liver: float
    spleen: float
    kidney: float
    stomach: float


class TracerName(StrEnum):
    """Tracers by their usual names."""

    FDG = "18F-FDG"
    TRASTUZUMAB = "89Zr-trastuzumab"
    PERTUZUMAB = "89Zr-pertuzumab"


@dataclass(frozen=True, slots=True)
class Tracer:
    """One tracer with the scan that is usual for it."""

    name: TracerName
    nuclide: Nuclide
    code: Code
    """DICOM CID 4021; for an antibody that has none there, the code of 89Zr antibodies."""
    injected_mbq: float
    uptake_s: float
    """From the injection to the scan."""
    bed_s: float
    """Acquisition time of one bed position."""
    organs: OrganUptake
    primary: float
    """SUV of the primary tumour before therapy."""
    node: float
    distant: float
    counts_per_suv: float
    """Noise-equivalent counts that one voxel of SUV 1 gives: fewer counts, more noise."""
    filter_mm: float
    """Width (full width at half maximum) of the smoothing after reconstruction."""
    antibody_mg: float | None = None
    """Mass of antibody injected."""


FDG = Tracer(
    name=TracerName.FDG,
    nuclide=FLUORINE_18,
    code=Code("35321007", "SCT", "Fluorodeoxyglucose F^18^"),
    injected_mbq=248.0,
    uptake_s=3600.0,
    bed_s=150.0,
    organs=OrganUptake(
        fat=0.30,
        muscle=0.70,
        lung=0.45,
        gland=0.90,
        marrow=1.25,
        blood=1.70,
        myocardium=3.20,
        liver=2.20,
        spleen=1.80,
        kidney=3.40,
        stomach=1.60,
    ),
    primary=9.5,
    node=6.8,
    distant=7.4,
    counts_per_suv=22.0,
    filter_mm=4.0,
)
_ANTIBODY_ORGANS = OrganUptake(
    fat=0.35,
    muscle=0.80,
    lung=1.00,
    gland=1.00,
    marrow=1.60,
    blood=4.80,
    myocardium=3.60,
    liver=7.20,
    spleen=4.60,
    kidney=5.60,
    stomach=1.30,
)
PERTUZUMAB = Tracer(
    name=TracerName.PERTUZUMAB,
    nuclide=ZIRCONIUM_89,
    code=Code("126511", "DCM", "Monoclonal Antibody ^89^Zr"),
    injected_mbq=73.8,
    uptake_s=6 * 86400.0,
    bed_s=480.0,
    organs=_ANTIBODY_ORGANS,
    primary=12.5,
    node=9.0,
    distant=10.5,
    counts_per_suv=2.2,
    filter_mm=5.5,
    antibody_mg=50.0,
)
TRASTUZUMAB = Tracer(
    name=TracerName.TRASTUZUMAB,
    nuclide=ZIRCONIUM_89,
    code=Code("126512", "DCM", "Trastuzumab ^89^Zr"),
    injected_mbq=37.2,
    uptake_s=5 * 86400.0,
    bed_s=600.0,
    organs=_ANTIBODY_ORGANS,
    primary=11.0,
    node=8.0,
    distant=9.0,
    counts_per_suv=1.6,
    filter_mm=5.5,
    antibody_mg=50.0,
)
