"""How far two measurements of an unchanged lesion lie apart, by quantity, as far as that was published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from neoher.record.calculator import Source
from neoher.response.exact import exact

__all__ = [
    "REPEATABILITY",
    "SOURCES",
    "NamedQuantity",
    "Repeatability",
    "Tracer",
    "quantity_of",
    "repeatability_of",
    "tracer_of",
]

SOURCES = (
    Source("PMID:30350329", "Repeatability of mean tumour ADC in ACRIN 6698", "read in its abstract"),
    Source("PMC7289237", "Repeatability of ADC percentiles and of thresholded volumes", "read in part"),
    Source(
        "QIBA FDG-PET profile 1.14",
        "QIBA profile of FDG PET, version 1.14, its claim on SUVmax",
        "not opened; as the public rule file of VoxelTrace cites it",
    ),
    Source(
        "doi:10.1186/s13550-019-0569-7", "FDG SUV on two harmonised scanners, 128 lesions", "read in part"
    ),
    Source("PMC3417317", "Image noise in FDG PET", "read in part"),
    Source("PMID:22221829", "Two readers of MRI diameter and volume, 37 patients", "read in its abstract"),
    Source("doi:10.1177/0284185118817920", "Three readers of non-mass enhancement on MRI", "abstract"),
    Source("PMC3998689", "Functional tumour volume on two platforms, 689 examinations", "read in part"),
)


@dataclass(frozen=True, slots=True)
class Repeatability:
    """The limit that a change must exceed, in percent of the earlier value; and what else is known."""

    fall_percent: float | None
    """A fall must exceed this; None where no limit was published."""
    rise_percent: float | None
    """A rise must exceed this."""
    words: str
    sources: tuple[str, ...] = ()

    def limit_percent(self, percent: float) -> float | None:
        """The limit of a change in this direction; of no change, that of a rise."""
        return self.fall_percent if percent < 0 else self.rise_percent

    def exceeded(self, earlier: float, later: float) -> bool | None:
        """Whether a change lies beyond the limit, by exact comparison; exactly at it is within.

        None where no limit was published, or where the earlier value is 0.
        """
        limit = self.fall_percent if later < earlier else self.rise_percent
        if limit is None or earlier == 0:
            return None
        return abs(exact(later) - exact(earlier)) * 100 > exact(limit) * abs(exact(earlier))


class Tracer(StrEnum):
    """Families of tracers, of which one has limits."""

    FDG = "FDG"
    OTHER = "another tracer"
    NOT_STATED = "tracer not stated"


@dataclass(frozen=True, slots=True)
class NamedQuantity:
    """What the name of a quantity says."""

    name: str | None
    """Its usual name; None for a quantity that is not known here."""
    tracer: Tracer
    other_modality: bool
    """Whether it names another modality than MRI."""

    @property
    def is_uptake(self) -> bool:
        """Whether it is an uptake on PET, which means something for one tracer only."""
        return self.name in _UPTAKE


_DIAMETER = Repeatability(
    None,
    None,
    "no limit in mm published; two readers agreed with a concordance of 0.93 (0.90–0.95)",
    ("PMID:22221829",),
)
_PERCENTILE = Repeatability(
    22.4,
    22.4,
    "22.4 % at most: 2.77 × a within-subject variation that is below 8.1 % for percentiles",
    ("PMC7289237",),
)
_TWO_SCANNERS = Repeatability(
    27.0,
    27.0,
    "27 %, found between two harmonised scanners; none is held for one scanner",
    ("doi:10.1186/s13550-019-0569-7", "PMC3417317"),
)
_OTHER_TRACER = Repeatability(None, None, "no test-retest limit found for this tracer")
_TRACER_NEEDED = Repeatability(
    None,
    None,
    "none applied: the tracer is not stated; limits are held for FDG alone",
)
_NOT_MRI = Repeatability(None, None, "no limit is held for this quantity on this modality")
_NONE_HELD = Repeatability(None, None, "no limit of repeatability is held for this quantity")

REPEATABILITY = MappingProxyType(
    {
        "functional_tumour_volume": Repeatability(
            None,
            None,
            "no test-retest limit published; do not mix platforms in one series",
            ("PMC3998689",),
        ),
        "longest_diameter": _DIAMETER,
        "non_mass_enhancement_diameter": Repeatability(
            None,
            None,
            "no limit in mm published; three readers agreed with an intraclass correlation of 0.945",
            ("doi:10.1177/0284185118817920",),
        ),
        "adc_mean": Repeatability(
            13.3,
            13.3,
            "13.3 %: 2.77 × the within-subject variation of 4.8 %",
            ("PMID:30350329",),
        ),
        "adc_p15": _PERCENTILE,
        "adc_p25": _PERCENTILE,
        "suvmax FDG": Repeatability(
            28.0,
            39.0,
            "−28 % or +39 %, same scanner and protocol (large, avid lesions: unverified); 33 % between two "
            "harmonised scanners",
            ("QIBA FDG-PET profile 1.14", "doi:10.1186/s13550-019-0569-7", "PMC3417317"),
        ),
        "suvpeak FDG": _TWO_SCANNERS,
        "sulpeak FDG": _TWO_SCANNERS,
        "suvmean FDG": _TWO_SCANNERS,
    }
)
"""By quantity; uptake by quantity and tracer."""

_SPELLINGS = MappingProxyType(
    {
        "functional_tumour_volume": "functional tumour volume;functional tumor volume;functional volume;ftv",
        "longest_diameter": "longest diameter;longest diameter in plane;longest diameter 3d;"
        "longest diameter reported;largest component longest diameter in plane;"
        "largest component longest diameter 3d;ld;diameter;longest;longest mm;size;tumour size;tumor size",
        "non_mass_enhancement_diameter": "non mass enhancement diameter;nme diameter;nme ld;nme;"
        "non mass enhancement longest diameter",
        "adc_mean": "adc mean;mean adc;adc;apparent diffusion coefficient;tumour adc;tumor adc;"
        "mean apparent diffusion coefficient;adc mean 1e6 mm2 per s",
        "adc_p15": "adc p15;adc 15th percentile;15th percentile adc",
        "adc_p25": "adc p25;adc 25th percentile;25th percentile adc",
        "adc_median": "adc median;median adc;adc p50",
        "suvmax": "suvmax;suv max;maximum suv",
        "suvpeak": "suvpeak;suv peak;suvpeak local;suv peak local",
        "suvmean": "suvmean;suv mean;mean suv",
        "sulmax": "sulmax;sul max",
        "sulpeak": "sulpeak;sul peak;sulpeak local;sul peak local",
        "sulmean": "sulmean;sul mean;mean sul",
        "tlg": "tlg;total lesion glycolysis",
        "short_axis": "short axis;short mm",
    }
)
_QUANTITIES = MappingProxyType(
    {spelling: name for name, listed in _SPELLINGS.items() for spelling in listed.split(";")}
)
_UPTAKE = frozenset({"suvmax", "suvpeak", "suvmean", "sulmax", "sulpeak", "sulmean", "tlg"})
_MR = frozenset({"mr", "mri", "dce", "dwi", "diffusion"})
_OTHER_MODALITIES = frozenset(
    {"us", "ultrasound", "mg", "mammography", "ct", "clinical", "calliper", "caliper", "tomosynthesis", "cem"}
)
_FDG = frozenset({"fdg", "18ffdg", "f18fdg", "fludeoxyglucose"})
_OTHER_TRACERS = frozenset(
    {"her2", "89zr", "zr89", "zr", "89", "68ga", "ga68", "ga", "68", "64cu", "cu64", "cu", "64", "124i"}
    | {"affibody", "aby", "025", "trastuzumab", "pertuzumab", "fes", "flt", "fapi"}
)
_UNSTATED = frozenset({"tracer", "not", "stated"})
_JOINING = frozenset({"pet", "pt", "18f", "on", "of", "ss"})


def tracer_of(stated: str | None) -> Tracer:
    """The family of a tracer's name: FDG, another one, or not stated."""
    words = set(_words(stated or ""))
    if words & _FDG:
        return Tracer.FDG
    return Tracer.OTHER if words - _UNSTATED - {"18f", "f", "18"} else Tracer.NOT_STATED


def quantity_of(stated: str) -> NamedQuantity:
    """What a quantity's name says: its usual name, its tracer, whether it is of another modality than MRI.

    Reads what the field writes: `FTV`, `longest_diameter_3d`, `FDG SUVmax`, `suvmax on PT 89Zr-pertuzumab`.
    """
    words = _words(stated)
    found = set(words)
    tracer = Tracer.NOT_STATED
    if found & _FDG:
        tracer = Tracer.FDG
    elif found & _OTHER_TRACERS:
        tracer = Tracer.OTHER
    beside = _MR | _OTHER_MODALITIES | _FDG | _OTHER_TRACERS | _UNSTATED | _JOINING
    plain = " ".join(word for word in words if word not in beside)
    name = _QUANTITIES.get(" ".join(words)) or _QUANTITIES.get(plain)
    return NamedQuantity(name, tracer, bool(found & _OTHER_MODALITIES))


def repeatability_of(quantity: str, tracer: str | None = None) -> Repeatability:
    """The published limit of a quantity, or in words that there is none.

    `tracer` counts where the quantity's own name states none. Limits of uptake are those of FDG; without a
    tracer none is applied.
    """
    named = quantity_of(quantity)
    if not named.is_uptake:
        return _NOT_MRI if named.other_modality else REPEATABILITY.get(named.name or "", _NONE_HELD)
    family = tracer_of(tracer) if named.tracer is Tracer.NOT_STATED else named.tracer
    if family is Tracer.NOT_STATED:
        return _TRACER_NEEDED
    return REPEATABILITY.get(f"{named.name} FDG", _NONE_HELD) if family is Tracer.FDG else _OTHER_TRACER


def _words(text: str) -> list[str]:
    """Lower-case words; a unit in brackets is left out."""
    without_unit = re.sub(
        r"[\[(](?:[^\])]*/[^\])]*|mm|cm|cc|cm3|ml|%|g)[\])]", " ", text, flags=re.IGNORECASE
    )
    return re.findall(r"[a-z0-9]+", without_unit.casefold())
