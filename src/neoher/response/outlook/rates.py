"""The table of published rates of complete response (rates.yaml), read and checked."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, model_validator

from neoher.record.calculator import Source
from neoher.record.conclusion import Frozen
from neoher.response.outlook import sources
from neoher.response.outlook.facts import Definition, Verification

__all__ = ["PublishedRate", "published_rates"]

_Percent = Annotated[float, Field(ge=0, le=100)]
_Fact = Literal["her2", "hr", "regimen", "imaging", "pik3ca", "her2dx", "heterogeneous"]
_VERIFIED = {
    "read": Verification.READ,
    "secondary": Verification.SECONDARY,
    "computed": Verification.COMPUTED,
    "reconstructed": Verification.RECONSTRUCTED,
    "memory": Verification.UNVERIFIED,
}


class PublishedRate(Frozen):
    """One row of the table."""

    study: str
    group: str
    given_by: dict[_Fact, str] = Field(min_length=1)
    """The facts of a patient by which the rate is given."""
    percent: _Percent
    interval: tuple[_Percent, _Percent] | None = None
    """Published 95 % interval."""
    events: int | None = Field(default=None, ge=0)
    n: int | None = Field(default=None, ge=1)
    n_words: str = Field(min_length=1)
    definition: Definition
    verified: Literal["read", "secondary", "computed", "reconstructed", "memory"]
    source: str
    """Name of a source of neoher.response.outlook.sources."""
    note: str = ""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> PublishedRate:
        if self.source not in sources.__all__:
            raise ValueError(f"there is no source {self.source}")
        if self.interval is not None and not self.interval[0] <= self.percent <= self.interval[1]:
            raise ValueError(f"{self.study}: {self.percent} % lies outside its interval")
        counted = None if self.events is None or self.n is None else 100 * self.events / self.n
        # A printed percentage is rounded to one decimal.
        if counted is not None and abs(counted - self.percent) > 0.06:
            raise ValueError(f"{self.study}: {self.events} of {self.n} are not {self.percent} %")
        return self

    @property
    def publication(self) -> Source:
        """The publication behind the rate."""
        found: Source = getattr(sources, self.source)
        return found

    @property
    def verification(self) -> Verification:
        """How far the rate was checked."""
        return _VERIFIED[self.verified]


@cache
def published_rates() -> tuple[PublishedRate, ...]:
    """Every row of the table, in its order.

    Raises: pydantic.ValidationError where a row contradicts itself or has no source.
    """
    import yaml

    text = resources.files("neoher.response.outlook").joinpath("rates.yaml").read_text(encoding="utf-8")
    return TypeAdapter(tuple[PublishedRate, ...]).validate_python(yaml.load(text, Loader=yaml.CSafeLoader))
