"""Mapping: the YAML file that says what the columns of somebody's table mean.

It names, for each column of the cohort, the source column, its kind, unit, codes and definition; marks of
missing cells; how parts (sheets, files) are joined; columns derived from others; which order of times is odd.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from neoher.cohort.table.tidy import Kind
from neoher.cohort.table.units import factor, unit_named
from neoher.errors import TableError
from neoher.record.conclusion import Frozen

__all__ = [
    "DEFAULT_MISSING",
    "ColumnSpec",
    "Condition",
    "Mapping",
    "Part",
    "read_mapping",
    "shipped_mappings",
]

DEFAULT_MISSING = ("NA", "N/A", "NaN", "null", "#N/A", ".", "?", "unknown", "not known", "missing")
"""Marks of a missing cell beside the empty one, without case; a mapping may state its own."""

Scalar = str | int | float | bool
Code = Annotated[str, Field(coerce_numbers_to_str=True)]


class Part(Frozen):
    """A sheet or file of the cohort: it is found by its columns, and joined by `identifier`."""

    name: str
    identifier: str
    """Source column that names the patient in this part."""
    columns: tuple[str, ...] = ()
    """Further source columns that tell this part from another."""
    optional: bool = False


class Condition(Frozen):
    """One case of a derived category: it holds where every named column has the stated level."""

    level: Code = Field(alias="is")
    when: dict[str, Scalar | tuple[Scalar, ...]]


class ColumnSpec(Frozen):
    """What one column of the cohort is made of."""

    source: str | None = Field(default=None, alias="from")
    part: str = ""
    kind: Kind
    unit: str = ""
    """Unit of the source cells."""
    to_unit: str = ""
    """Unit of the cohort's column, where it differs."""
    codes: dict[Code, Scalar | None] = Field(default_factory=dict)
    """What each code stands for; null: missing. A code that is not listed is refused."""
    levels: tuple[Code, ...] = ()
    definition: str = ""
    endpoint: str = ""
    origin: str = ""
    event: str = ""
    possible: tuple[float | None, float | None] = (None, None)
    plausible: tuple[float | None, float | None] = (None, None)
    missing: tuple[Code, ...] = ()
    """Marks of missing cells in this column alone, such as 999."""
    date_form: str = ""
    """strptime form of the dates, where they are not ISO 8601."""
    cut: tuple[float, ...] = ()
    """Makes groups of a number: below the first limit, from each limit on."""
    cases: tuple[Condition, ...] = ()
    """Derives a category from other columns; the first case that holds."""
    between: tuple[str, str] | None = None
    """Derives a time in days from two dates of the cohort: the first, the second."""

    @field_validator("codes", mode="before")
    @classmethod
    def _codes_as_text(cls, stated: Any) -> Any:
        if not isinstance(stated, dict):
            return stated
        words = {True: "yes", False: "no"}  # YAML 1.1 reads yes and no as truth values
        return {words[code] if isinstance(code, bool) else code: value for code, value in stated.items()}

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnSpec:
        made = [self.source is not None, bool(self.cases), self.between is not None]
        if sum(made) != 1:
            raise ValueError("a column is made by exactly one of `from`, `cases` and `between`")
        if self.to_unit and factor(self.unit, self.to_unit) is None:
            raise ValueError(f"{self.unit!r} cannot be converted to {self.to_unit!r}")
        if self.unit and self.kind is Kind.TIME and unit_named(self.unit) not in ("d", "wk", "mo", "a"):
            raise ValueError(f"{self.unit!r} is no unit of time: days, weeks, months, years")
        if self.kind is Kind.TIME and self.source and not (self.unit and self.origin):
            raise ValueError("a time needs `unit` and `origin`: from when it is counted")
        if self.cut and (self.kind is not Kind.CATEGORY or list(self.cut) != sorted(set(self.cut))):
            raise ValueError("`cut` takes rising limits and makes a category")
        return self


class OrderRule(Frozen):
    """Two times of one patient of which the first should not be later; a warning where it is."""

    not_after: tuple[str, str]
    code: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    why: str


class Mapping(Frozen):
    """What the columns of a table mean."""

    neoher_cohort: Literal[1]
    """Version of the form of this file."""
    name: str
    about: str = ""
    licence: str = ""
    sources: tuple[str, ...] = ()
    missing: tuple[Code, ...] | None = None
    decimal: Literal[".", ","] = "."
    encoding: str | None = None
    """Of text files, such as windows-1252; left out: UTF-8, or Windows-1252 with a warning."""
    header: int | None = Field(default=None, ge=1)
    """Row that names the columns, from 1; left out: the first, below titles of one cell in a workbook."""
    parts: tuple[Part, ...] = Field(min_length=1)
    """The first is the base: its patients are the cohort."""
    columns: dict[str, ColumnSpec]
    orders: tuple[OrderRule, ...] = ()

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Mapping:
        parts = [part.name for part in self.parts]
        for name, spec in self.columns.items():
            if spec.part and spec.part not in parts:
                raise ValueError(f"column {name}: there is no part {spec.part!r}")
            if spec.event and (
                spec.event not in self.columns or self.columns[spec.event].kind is not Kind.EVENT
            ):
                raise ValueError(f"column {name}: {spec.event!r} is no column of kind event")
            if spec.event and self.columns[spec.event].endpoint not in ("", spec.endpoint):
                raise ValueError(f"column {name}: time and event are of two endpoints")
            named = [*(spec.between or ()), *(key for case in spec.cases for key in case.when)]
            for other in named:
                if other not in self.columns or other == name:
                    raise ValueError(f"column {name}: there is no other column {other!r} to derive it from")
        for rule in self.orders:
            for other in rule.not_after:
                if other not in self.columns or self.columns[other].kind not in (Kind.TIME, Kind.DATE):
                    raise ValueError(f"orders: {other!r} is no time or date")
        return self

    @property
    def marks(self) -> tuple[str, ...]:
        """Marks of a missing cell in any column."""
        return DEFAULT_MISSING if self.missing is None else self.missing

    def source_columns(self, part: Part) -> tuple[str, ...]:
        """The columns that a table must have to be this part."""
        first = self.parts[0].name
        own = (
            spec.source for spec in self.columns.values() if spec.source and (spec.part or first) == part.name
        )
        return tuple(dict.fromkeys((part.identifier, *part.columns, *own)))


def shipped_mappings() -> dict[str, Path]:
    """The mappings that come with neoher, by name."""
    folder = Path(str(resources.files("neoher.cohort.table"))) / "mappings"
    return {file.stem: file for file in sorted(folder.glob("*.yaml"))}


def read_mapping(name: str) -> tuple[Mapping, Path]:
    """The mapping of that file, or the shipped one of that name; and where it lies.

    Raises: TableError where it cannot be read, naming the entry at fault.
    """
    shipped = shipped_mappings()
    path = shipped[name] if name in shipped else Path(name)
    try:
        stated = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise TableError(
            f"cannot be read: {error.strerror}.", name, f"Shipped mappings are {', '.join(shipped)}."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise TableError(f"is not YAML: {' '.join(str(error).split())}.", name) from None
    try:
        return Mapping.model_validate(stated), path
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(key) for key in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        raise TableError(f"{what}.", f"{name}, {place}" if place else name, _REMEDY) from None


_REMEDY = "The form of a mapping stands in docs/cohort.md; ispy1 and ispy2 are examples."
