"""What uptake is normalised by: body weight, lean body mass, body surface, ideal weight.

Formulas as in the manual of oncoray/suv_computation (CC BY 4.0), W in kg and H in cm:
lean body mass of Morgan and James, of Janmahasatian et al. (PMID 16176118, paper not opened), body surface
of Du Bois, ideal weight. For sex 'other' there is no agreed formula: the mean of the female and the male
value is taken, with a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from neoher.errors import InputError

__all__ = ["Body", "BodyFactor", "Formula", "Normalisation", "body_factor"]


class Formula(StrEnum):
    """A formula for the body measure."""

    BODY_WEIGHT = "body weight"
    LBM_MORGAN = "lean body mass (Morgan)"
    LBM_JAMES_128 = "lean body mass (James, 128)"
    LBM_JANMAHASATIAN = "lean body mass (Janmahasatian)"
    BODY_SURFACE = "body surface (Du Bois)"
    IDEAL_WEIGHT = "ideal body weight"

    @property
    def unit(self) -> str:
        """Unit of an SUV that is normalised by it."""
        return "cm2/mL" if self is Formula.BODY_SURFACE else "g/mL"


class Normalisation(StrEnum):
    """What an SUV can be asked for by."""

    BODY_WEIGHT = "bw"
    LBM_JANMAHASATIAN = "lbm-janmahasatian"
    LBM_JAMES = "lbm-james"
    BODY_SURFACE = "bsa"
    IDEAL_WEIGHT = "ibw"

    @property
    def formula(self) -> Formula:
        """Its formula."""
        return _FORMULAS[self]

    @property
    def is_lean(self) -> bool:
        """Whether values are SUL."""
        return self in {Normalisation.LBM_JANMAHASATIAN, Normalisation.LBM_JAMES}


_FORMULAS = {
    Normalisation.BODY_WEIGHT: Formula.BODY_WEIGHT,
    Normalisation.LBM_JANMAHASATIAN: Formula.LBM_JANMAHASATIAN,
    Normalisation.LBM_JAMES: Formula.LBM_JAMES_128,
    Normalisation.BODY_SURFACE: Formula.BODY_SURFACE,
    Normalisation.IDEAL_WEIGHT: Formula.IDEAL_WEIGHT,
}


@dataclass(frozen=True, slots=True)
class Body:
    """The patient's measures, as far as they are known."""

    weight_kg: float | None
    height_m: float | None
    sex: str | None
    """'female', 'male', 'other'."""


@dataclass(frozen=True, slots=True)
class BodyFactor:
    """A body measure, or what is missing for it."""

    formula: Formula
    measure: float | None
    """In g, for body surface in cm2: what activity concentration over dose (1/mL) is multiplied by."""
    missing: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """The measure for a reader."""
        if self.measure is None:
            return f"{self.formula.value}: not known"
        if self.formula is Formula.BODY_SURFACE:
            return f"{self.formula.value} {self.measure / 1e4:.4g} m2"
        return f"{self.formula.value} {self.measure / 1e3:.4g} kg"


def body_factor(formula: Formula, body: Body) -> BodyFactor:
    """The body measure by a formula; only what that formula needs can be missing.

    Raises: InputError where the measures are so far from a human body that the formula gives nothing usable.
    """
    needs = {"weight_kg": body.weight_kg} if formula is not Formula.IDEAL_WEIGHT else {}
    if formula is not Formula.BODY_WEIGHT:
        needs["height_m"] = body.height_m
    missing = [name for name, value in needs.items() if value is None]
    needs_sex = formula not in {Formula.BODY_WEIGHT, Formula.BODY_SURFACE}
    if needs_sex and body.sex is None:
        missing.append("sex")
    if missing:
        return BodyFactor(formula, None, tuple(missing))
    weight, height_cm = body.weight_kg or 0.0, 100 * (body.height_m or 0.0)
    if formula is Formula.BODY_WEIGHT:
        return BodyFactor(formula, 1000 * weight)
    if formula is Formula.BODY_SURFACE:
        return BodyFactor(formula, 1e4 * 0.007184 * weight**0.425 * height_cm**0.725)
    mass = _BY_SEX[formula]
    sexes = ("female", "male") if body.sex == "other" else (str(body.sex),)
    kilograms = sum(mass(weight, height_cm, sex) for sex in sexes) / len(sexes)
    if kilograms <= 0:
        raise InputError(
            f"{formula.value} of {weight:g} kg and {height_cm:g} cm is {kilograms:.3g} kg: the formula does"
            " not hold there.",
            "weight_kg, height_m",
            "Correct weight and height, or normalise by body weight.",
        )
    return BodyFactor(formula, 1000 * kilograms, (), tuple(_cautions(formula, weight, height_cm, body.sex)))


def _cautions(formula: Formula, weight: float, height_cm: float, sex: str | None) -> list[tuple[str, str]]:
    cautions = []
    if sex == "other":
        message = (
            f"There is no agreed {formula.value} for sex 'other': the mean of female and male was taken."
        )
        cautions.append(("sex-other", message))
    if formula is Formula.LBM_JAMES_128 and weight > min(
        _heaviest_before_the_fall(sex, height_cm) for sex in ("female", "male")
    ):
        message = (
            "James' lean body mass falls with rising weight in obesity; Janmahasatian's formula does not"
            " (--normalise lbm-janmahasatian)."
        )
        cautions.append(("james-formula-in-obesity", message))
    return cautions


def _heaviest_before_the_fall(sex: str, height_cm: float) -> float:
    """Weight in kg at which James' formula is greatest: where its derivative, a - 2 b W / H^2, is 0."""
    linear, square = (1.07, 148.0) if sex == "female" else (1.10, 128.0)
    return linear * height_cm**2 / (2 * square)


def _morgan(weight: float, height_cm: float, sex: str) -> float:
    linear, square = (1.07, 148.0) if sex == "female" else (1.10, 120.0)
    return linear * weight - square * (weight / height_cm) ** 2


def _james_128(weight: float, height_cm: float, sex: str) -> float:
    linear, square = (1.07, 148.0) if sex == "female" else (1.10, 128.0)
    return linear * weight - square * (weight / height_cm) ** 2


def _janmahasatian(weight: float, height_cm: float, sex: str) -> float:
    body_mass_index = weight / (height_cm / 100) ** 2
    constant, slope = (8780.0, 244.0) if sex == "female" else (6680.0, 216.0)
    return 9270.0 * weight / (constant + slope * body_mass_index)


def _ideal(_: float, height_cm: float, sex: str) -> float:
    base, slope = (45.5, 0.91) if sex == "female" else (48.0, 1.06)
    return base + slope * (height_cm - 152.0)


_BY_SEX: dict[Formula, Callable[[float, float, str], float]] = {
    Formula.LBM_MORGAN: _morgan,
    Formula.LBM_JAMES_128: _james_128,
    Formula.LBM_JANMAHASATIAN: _janmahasatian,
    Formula.IDEAL_WEIGHT: _ideal,
}
