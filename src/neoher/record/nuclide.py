"""Positron emitters of the tracers in use: half-life, and the names and codes they go by.

Half-lives as in the project's knowledge base (89Zr 78.41 h, 68Ga 67.7 min, 18F 109.8 min, 64Cu 12.7 h,
124I 4.18 d). Codes: DICOM PS3.16, CID 4020, with the retired SRT values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "HALF_LIFE_TOLERANCE",
    "NUCLIDES",
    "Nuclide",
    "nuclide_of_code",
    "nuclide_of_half_life",
    "nuclides_in",
]

HALF_LIFE_TOLERANCE = 0.02
"""Headers round half-lives: 68 min for 67.7 min, 78.4 h for 78.41 h. More than 2 % off is another nuclide,
or a mistake (a design decision)."""


@dataclass(frozen=True, slots=True)
class Nuclide:
    """A positron emitter."""

    name: str
    """Mass number and symbol: 89Zr."""
    half_life_s: float
    element: str
    codes: tuple[str, ...]
    """Code values of SNOMED CT and SRT."""

    def has_half_life(self, seconds: float) -> bool:
        """Whether a stated half-life is this nuclide's, within rounding."""
        return abs(seconds - self.half_life_s) <= HALF_LIFE_TOLERANCE * self.half_life_s


NUCLIDES = (
    Nuclide("18F", 6588.0, "fluorine", ("C-111A1", "77004003")),
    Nuclide("68Ga", 4062.0, "gallium", ("C-131A3", "35337001")),
    Nuclide("64Cu", 45_720.0, "copper", ("C-127A2", "3932008")),
    Nuclide("89Zr", 282_276.0, "zirconium", ("C-168A4", "63360001")),
    Nuclide("124I", 361_152.0, "iodine", ("C-114A5", "40937006")),
)

_MASS = re.compile(r"\d+m?")
_SYMBOL = re.compile(r"[A-Za-z]+")
_FDG = re.compile(r"\bFDG\b|fluorodeoxyglucose|fludeoxyglucose", re.IGNORECASE)


def nuclides_in(text: str) -> tuple[Nuclide, ...]:
    """Each nuclide that a text names: '89Zr-pertuzumab', 'Zr-89', '^18^Fluorine', 'F18'; FDG is 18F."""
    return tuple(
        nuclide
        for nuclide in NUCLIDES
        if _pattern(nuclide).search(text) or (nuclide.name == "18F" and _FDG.search(text))
    )


def _pattern(nuclide: Nuclide) -> re.Pattern[str]:
    mass, symbol = _MASS.match(nuclide.name), _SYMBOL.search(nuclide.name)
    assert mass is not None
    assert symbol is not None
    element = rf"(?:{symbol[0]}|{nuclide.element}|{_misspelt(nuclide.element)})"
    between = r"[\s^\-\[\]()]{0,3}"
    mass_first = rf"(?<![0-9A-Za-z]){mass[0]}{between}{element}(?![A-Za-z])"
    element_first = rf"(?<![A-Za-z]){element}{between}{mass[0]}(?!\d)"
    return re.compile(f"{mass_first}|{element_first}", re.IGNORECASE)


def _misspelt(element: str) -> str:
    """'fluorine' is also written 'flourine' in headers; other elements have one spelling."""
    return "flourine" if element == "fluorine" else element


def nuclide_of_code(code: str) -> Nuclide | None:
    """The nuclide of a DICOM code value; None where it is none of these."""
    return next((nuclide for nuclide in NUCLIDES if code.strip() in nuclide.codes), None)


def nuclide_of_half_life(seconds: float) -> Nuclide | None:
    """The nuclide that has this half-life; None where none has."""
    return next((nuclide for nuclide in NUCLIDES if nuclide.has_half_life(seconds)), None)
