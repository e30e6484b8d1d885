"""Descriptors of breast imaging, one vocabulary per modality.

Names of the 2013 lexicon as facts, in the spelling of the field; definitions and texts of BI-RADS are not
copied (trademark and copyright: American College of Radiology). Terms of the 2025 manual beyond the ones
here were not read: state `lexicon_version` and put such a term into `text`.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "Asymmetry",
    "BackgroundEnhancement",
    "CalcificationDistribution",
    "CalcificationMorphology",
    "Composition",
    "DelayedKinetics",
    "Elasticity",
    "Hilum",
    "InitialKinetics",
    "LexiconVersion",
    "MassShape",
    "MgDensity",
    "MgFindingType",
    "MgMargin",
    "MrDistribution",
    "MrFindingType",
    "MrInternalEnhancement",
    "MrMargin",
    "Presence",
    "UsCalcifications",
    "UsEchoPattern",
    "UsFindingType",
    "UsMargin",
    "UsOrientation",
    "UsPosteriorFeatures",
    "UsVascularity",
]


class LexiconVersion(StrEnum):
    """Which edition the descriptors were taken from."""

    BIRADS_2003 = "BI-RADS 2003"
    BIRADS_2013 = "BI-RADS 2013"
    BIRADS_2025 = "BI-RADS 2025"


class Presence(StrEnum):
    """Seen, or looked for and not seen."""

    PRESENT = "present"
    ABSENT = "absent"


class MassShape(StrEnum):
    """Shape of a mass, in every modality."""

    OVAL = "oval"
    ROUND = "round"
    IRREGULAR = "irregular"


class Hilum(StrEnum):
    """Fatty hilum of a node."""

    PRESENT = "present"
    EFFACED = "effaced"
    ABSENT = "absent"


class MgFindingType(StrEnum):
    """Mammography: what the finding is."""

    MASS = "mass"
    CALCIFICATIONS = "calcifications"
    ASYMMETRY = "asymmetry"
    ARCHITECTURAL_DISTORTION = "architectural distortion"


class MgMargin(StrEnum):
    """Mammography: margin of a mass."""

    CIRCUMSCRIBED = "circumscribed"
    OBSCURED = "obscured"
    MICROLOBULATED = "microlobulated"
    INDISTINCT = "indistinct"
    SPICULATED = "spiculated"


class MgDensity(StrEnum):
    """Mammography: density of a mass against the parenchyma."""

    HIGH = "high"
    EQUAL = "equal"
    LOW = "low"
    FAT_CONTAINING = "fat-containing"


class CalcificationMorphology(StrEnum):
    """Mammography: form of calcifications; the four suspicious forms by name, all others as one."""

    AMORPHOUS = "amorphous"
    COARSE_HETEROGENEOUS = "coarse heterogeneous"
    FINE_PLEOMORPHIC = "fine pleomorphic"
    FINE_LINEAR = "fine linear or branching"
    TYPICALLY_BENIGN = "typically benign"


class CalcificationDistribution(StrEnum):
    """Mammography: arrangement of calcifications."""

    DIFFUSE = "diffuse"
    REGIONAL = "regional"
    GROUPED = "grouped"
    LINEAR = "linear"
    SEGMENTAL = "segmental"


class Asymmetry(StrEnum):
    """Mammography: kind of asymmetry."""

    ASYMMETRY = "asymmetry"
    FOCAL = "focal"
    GLOBAL = "global"
    DEVELOPING = "developing"


class Composition(StrEnum):
    """Breast composition (mammography) or fibroglandular tissue (MRI), from least (a) to most (d)."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"


class UsFindingType(StrEnum):
    """Ultrasound: what the finding is. `non-mass lesion` came with the 2025 manual."""

    MASS = "mass"
    NON_MASS_LESION = "non-mass lesion"


class UsOrientation(StrEnum):
    """Ultrasound: long axis of a mass against the skin."""

    PARALLEL = "parallel"
    NOT_PARALLEL = "not parallel"


class UsMargin(StrEnum):
    """Ultrasound: margin of a mass; `not circumscribed` where the report says no more."""

    CIRCUMSCRIBED = "circumscribed"
    NOT_CIRCUMSCRIBED = "not circumscribed"
    INDISTINCT = "indistinct"
    ANGULAR = "angular"
    MICROLOBULATED = "microlobulated"
    SPICULATED = "spiculated"


class UsEchoPattern(StrEnum):
    """Ultrasound: echoes of a mass against fat."""

    ANECHOIC = "anechoic"
    HYPERECHOIC = "hyperechoic"
    COMPLEX = "complex cystic and solid"
    HYPOECHOIC = "hypoechoic"
    ISOECHOIC = "isoechoic"
    HETEROGENEOUS = "heterogeneous"


class UsPosteriorFeatures(StrEnum):
    """Ultrasound: what lies behind a mass."""

    NONE = "none"
    ENHANCEMENT = "enhancement"
    SHADOWING = "shadowing"
    COMBINED = "combined"


class UsCalcifications(StrEnum):
    """Ultrasound: where calcifications are seen."""

    NONE = "none"
    IN_MASS = "in a mass"
    OUTSIDE_MASS = "outside a mass"
    INTRADUCTAL = "intraductal"


class UsVascularity(StrEnum):
    """Ultrasound: vessels by Doppler."""

    ABSENT = "absent"
    INTERNAL = "internal"
    RIM = "rim"


class Elasticity(StrEnum):
    """Ultrasound: stiffness by elastography."""

    SOFT = "soft"
    INTERMEDIATE = "intermediate"
    HARD = "hard"


class MrFindingType(StrEnum):
    """MRI: what the finding is."""

    MASS = "mass"
    NON_MASS_ENHANCEMENT = "non-mass enhancement"
    FOCUS = "focus"


class MrMargin(StrEnum):
    """MRI: margin of a mass."""

    CIRCUMSCRIBED = "circumscribed"
    IRREGULAR = "irregular"
    SPICULATED = "spiculated"


class MrInternalEnhancement(StrEnum):
    """MRI: enhancement inside a mass or a non-mass enhancement."""

    HOMOGENEOUS = "homogeneous"
    HETEROGENEOUS = "heterogeneous"
    RIM = "rim"
    DARK_SEPTATIONS = "dark internal septations"
    CLUMPED = "clumped"
    CLUSTERED_RING = "clustered ring"


class MrDistribution(StrEnum):
    """MRI: distribution of a non-mass enhancement."""

    FOCAL = "focal"
    LINEAR = "linear"
    SEGMENTAL = "segmental"
    REGIONAL = "regional"
    MULTIPLE_REGIONS = "multiple regions"
    DIFFUSE = "diffuse"


class InitialKinetics(StrEnum):
    """MRI: rise of signal in the first two minutes."""

    SLOW = "slow"
    MEDIUM = "medium"
    FAST = "fast"


class DelayedKinetics(StrEnum):
    """MRI: course of signal after two minutes or after the peak."""

    PERSISTENT = "persistent"
    PLATEAU = "plateau"
    WASHOUT = "washout"


class BackgroundEnhancement(StrEnum):
    """MRI: enhancement of normal parenchyma."""

    MINIMAL = "minimal"
    MILD = "mild"
    MODERATE = "moderate"
    MARKED = "marked"
