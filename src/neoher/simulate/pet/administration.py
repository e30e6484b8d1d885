"""What a PET's numbers depend on beside the image: the body, the injection, the times of the scan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.simulate.pet.tracer import Tracer

__all__ = ["Administration", "PetTimes", "Physique"]


@dataclass(frozen=True, slots=True)
class Physique:
    """The body on the day."""

    weight_kg: float
    height_m: float


@dataclass(frozen=True, slots=True)
class Administration:
    """One injection."""

    tracer: Tracer
    injected_at: dt.datetime
    syringe_mbq: float
    """Activity in the syringe at `injected_at`, MBq."""
    residual_mbq: float
    """Activity left in it at `residual_at`, MBq."""
    residual_at: dt.datetime

    @property
    def net_mbq(self) -> float:
        """Activity that went into the patient, at `injected_at`: the residual is taken back to that time."""
        waited_s = (self.residual_at - self.injected_at).total_seconds()
        return self.syringe_mbq - self.residual_mbq / self.tracer.nuclide.remaining(waited_s)

    def bq_per_ml_of_suv(self, physique: Physique, moment: dt.datetime | None = None) -> float:
        """Concentration in Bq/mL that an SUV (body weight) of 1 is at a moment; None: at the injection.

        SUV is the concentration times the body weight in g over the activity, both at one time.
        """
        at_injection = self.net_mbq * 1e6 / (physique.weight_kg * 1000.0)
        if moment is None:
            return at_injection
        return at_injection * self.tracer.nuclide.remaining((moment - self.injected_at).total_seconds())


@dataclass(frozen=True, slots=True)
class PetTimes:
    """When which slice is acquired: bed position after bed position, from the feet to the head."""

    start: dt.datetime
    bed_s: float
    slices_per_bed: int

    def acquired_at(self, index: int) -> dt.datetime:
        """Start of the acquisition of slice `index`, 0 the one nearest the feet."""
        return self.start + dt.timedelta(seconds=self.bed_s * (index // self.slices_per_bed))
