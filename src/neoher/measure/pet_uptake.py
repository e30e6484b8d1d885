"""Uptake on PET as one of a case's methods: PT exams of the record, lesion by lesion."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from neoher.errors import RegionError
from neoher.imaging.pet.body import Normalisation
from neoher.imaging.pet.conversion import convert
from neoher.imaging.pet.known import CannotConvert, Conversion
from neoher.intake.regions.reading import region_digest, region_parts
from neoher.measure.dce_exam import Watch
from neoher.measure.method import images_of, region_source, regions_of
from neoher.measure.once import Once
from neoher.measure.pet_exam import PetMeasurement, PetRequest, PreparedPet, measure_pet, prepare_pet
from neoher.measure.stages import Stage, stage
from neoher.measure.suv import (
    METHOD,
    RegionUptake,
    SuvValue,
    conclude,
    conclude_without_value,
    stated_parameters,
)
from neoher.record.conclusion import Conclusion, Step
from neoher.record.exam import Exam, PtExam
from neoher.record.measurement import InputObjects, Quantity
from neoher.record.nuclide import nuclides_in
from neoher.record.region import RegionPurpose
from neoher.volume.pet import StatedPetFacts

__all__ = ["PET_UPTAKE", "PetUptake", "PreparedUptake"]

SUL = Normalisation.LBM_JANMAHASATIAN
_OF_THE_EXAM = frozenset(
    {"injected_at", "injected_mbq", "residual_mbq", "residual_at", "weight_kg", "height_m"}
)
"""What can be missing and has a field of its own in the record's exam."""


@dataclass(frozen=True, slots=True)
class PreparedUptake:
    """A PET exam of the record, read as far as its headers."""

    exam: str
    tracer: str | None
    pet: PreparedPet
    images: InputObjects
    region_objects: InputObjects | None

    @property
    def stated_parameters(self) -> Mapping[str, JsonValue]:
        """What the record states of the exam, the tracer, and SUL's formula."""
        return {
            **stated_parameters(self.pet.request),
            "tracer": self.tracer,
            "sul_formula": SUL.formula.value,
        }

    def measure(self) -> tuple[Conclusion[Any], tuple[Quantity, ...]]:
        """Uptake of the lesion's region; without region or SUV what is missing is named by its path."""
        conversion = self.pet.conversion
        if isinstance(conversion, CannotConvert):
            return self._with_paths(conclude_without_value(self.pet, conversion)), ()
        if not self.pet.request.regions:
            missing = (f"exams.{self.exam}.regions",)
            return Conclusion[SuvValue](value=None, missing=missing), ()
        conclusion = conclude(measure_pet(self.pet, conversion))
        sul = convert(self.pet.exam.acquisition, self.pet.request.stated, SUL)
        ratio = _sul_over_suv(conversion, sul)
        step = Step(
            step="SUL is not known: " + ", ".join(sul.missing) + " not stated"
            if isinstance(sul, CannotConvert)
            else f"SUL by {sul.measure.in_words()}",
            rule=f"SUL = SUV x {SUL.formula.value} / body weight",
            inputs={"sul_over_suv": ratio},
        )
        value = conclusion.value
        assert value is not None  # a conversion and a region were there
        conclusion = conclusion.model_copy(update={"because": (*conclusion.because, step)})
        return self._with_paths(conclusion), _quantities(value.regions[0], ratio)

    def from_pixels(self) -> PetMeasurement | None:
        """The exam read and measured once more, for pictures; None where there is no region or no SUV."""
        conversion = self.pet.conversion
        if isinstance(conversion, CannotConvert) or not self.pet.request.regions:
            return None
        return measure_pet(self.pet, conversion)

    def _with_paths(self, conclusion: Conclusion[SuvValue]) -> Conclusion[SuvValue]:
        missing = tuple(
            f"exams.{self.exam}.{name}" if name in _OF_THE_EXAM else name for name in conclusion.missing
        )
        return conclusion.model_copy(update={"missing": missing})


@dataclass(frozen=True, slots=True)
class PetUptake:
    """Standardised uptake values of a lesion's region (`neoher.measure.suv`)."""

    name: str = METHOD
    title: str = "Uptake on PET"

    def applies(self, exam: Exam) -> bool:
        """Every PT exam."""
        return isinstance(exam, PtExam)

    def prepare(
        self, folder: Path, exam: Exam, lesion: str | None, watch: Watch | None, once: Once
    ) -> PreparedUptake:
        """Find the series and its conversion to SUV. Raises: ImageError, InputError, RegionError."""
        assert isinstance(exam, PtExam)  # `applies` said so
        inside, outside = regions_of(folder, exam, lesion, RegionPurpose.CONTOUR)
        if outside:
            raise RegionError(
                f"exam {exam.id} has a region to leave out, which PET does not take.",
                str(folder / "case.yaml"),
                "Draw the lesion's region without it.",
            )
        source = region_source(inside) if inside else None
        request = PetRequest(
            images=images_of(folder, exam),
            regions=(source,) if source else (),
            near=folder,
            stated=_stated(exam),
            liver=_reference(folder, exam, RegionPurpose.LIVER),
            blood_pool=_reference(folder, exam, RegionPurpose.BLOOD_POOL),
        )
        if source is not None and len(region_parts(source, near=folder)) > 1:
            raise RegionError(
                f"the region of lesion {lesion} on exam {exam.id} holds several parts and names none.",
                source,
                "Name one: 'file#2' or 'file#name'.",
            )
        progress = None if watch is None else lambda done, total: watch.progress("reading PET", done, total)
        prepared = prepare_pet(request, progress, once)
        with stage(Stage.HASHING):
            digest = _digest(source, request, folder) if source else None
            objects = once.made(("pet digest", request.images), prepared.exam.digest)
        return PreparedUptake(exam.id, exam.tracer, prepared, objects, digest)


PET_UPTAKE = PetUptake()


def _reference(folder: Path, exam: PtExam, purpose: RegionPurpose) -> str | None:
    """The exam's region of that purpose. Raises: RegionError where there are several."""
    found = [region for region in exam.regions if region.purpose is purpose]
    if len(found) > 1:
        raise RegionError(
            f"exam {exam.id} has {len(found)} reference regions of the {purpose.value}.",
            str(folder / "case.yaml"),
            "Keep one.",
        )
    return region_source(found[0]) if found else None


def _digest(source: str, request: PetRequest, folder: Path) -> InputObjects:
    """What the lesion's region and the reference regions are made of; which is which belongs to the hash."""
    own = region_digest(source, near=folder)
    references = {
        name: region_digest(place, near=folder)
        for name, place in (("liver", request.liver), ("blood pool", request.blood_pool))
        if place is not None
    }
    if not references:
        return own
    basis = "\n".join((own.sha256, *(f"{name} {one.sha256}" for name, one in references.items())))
    described = "; ".join(f"{name}: {one.description}" for name, one in references.items())
    return InputObjects(
        description=f"{own.description}; {described}",
        count=own.count + sum(one.count for one in references.values()),
        sha256=hashlib.sha256(basis.encode()).hexdigest(),
    )


def _stated(exam: PtExam) -> StatedPetFacts:
    named = nuclides_in(exam.tracer) if exam.tracer else ()
    return StatedPetFacts(
        injected_at=exam.injected_at,
        injected_mbq=exam.injected_mbq,
        residual_mbq=exam.residual_mbq,
        residual_at=exam.residual_at,
        weight_kg=exam.weight_kg,
        height_m=exam.height_m,
        nuclide=named[0].name if len(named) == 1 else None,
    )


def _sul_over_suv(suv: Conversion, sul: Conversion | CannotConvert) -> float | None:
    """The one factor between both: it depends on the body alone, never on the slice."""
    return None if isinstance(sul, CannotConvert) else sul.factors[0] / suv.factors[0]


def _quantities(region: RegionUptake, sul_over_suv: float | None) -> tuple[Quantity, ...]:
    lean = region.peak * sul_over_suv if region.peak is not None and sul_over_suv is not None else None
    return (
        Quantity(name="suvmax", value=region.max, unit="g/mL"),
        Quantity(name="suvpeak", value=region.peak, unit="g/mL"),
        Quantity(name="sulpeak", value=lean, unit="g/mL"),
        Quantity(name="suvmean", value=region.mean, unit="g/mL"),
        Quantity(name="pet_volume", value=region.volume_cc, unit="cm3"),
        Quantity(name="tlg", value=region.tlg, unit="g"),
    )
