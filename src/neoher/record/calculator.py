"""One declaration per calculator.

A calculator is a function with a typed input model and a typed output model, declared once. Its command
line (neoher.cli.calculators), its CSV columns, its JSON Schemas and its reference page (docs/reference) are
derived from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.record.intended_use import GUIDANCE, IntendedUse
from neoher.record.rows import Row
from neoher.record.values.allowed import allowed_values, objection

__all__ = ["Calculator", "Option", "Source", "TableForm", "models_of", "option_of"]

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - I(nputs) and O(utput) read best as a pair
O = TypeVar("O")  # noqa: E741


@dataclass(frozen=True, slots=True)
class Option:
    """How one field of an input model is called on the command line and in a table.

    Put it into the field's annotation: `Annotated[float | None, Option("ratio", unit="HER2/CEP17")]`.
    The help text is the field's description.
    """

    name: str
    """Name on the command line without the dashes; a positional argument when `positional` is set."""
    unit: str = ""
    columns: tuple[str, ...] = ()
    """Columns of a table that hold this field; () means that a table does not carry it.
    Two columns make a pair, such as the two diameters of a tumour bed."""
    positional: bool = False
    repeated: bool = False
    """May be given several times; the field is a tuple of texts."""
    takes: str = ""
    """What it takes, in words, where the field's type does not say it."""
    flag: bool = False
    """Given without a value; the field is a bool."""
    rows: type[Row] | None = None
    """The field is a tuple of these rows, and the command line names the CSV that holds them."""


@dataclass(frozen=True, slots=True)
class TableForm:
    """How a calculator reads and writes CSV: one case a row."""

    identifier: str
    """Column that names the row (a patient); it is copied, never interpreted."""
    results: tuple[str, ...]
    """Fields of the output, by their JSON names, that become columns `<command>_<field>`; a column `missing`
    follows."""


@dataclass(frozen=True, slots=True)
class Source:
    """A publication behind a rule."""

    id: str
    """As a conclusion names it: PMID:29846122, doi:10.1200/JCO.22.02864."""
    citation: str
    reading: str
    """How far it was read: in full, in its abstract, not opened but as others quote or code it."""


@dataclass(frozen=True, slots=True)
class Calculator(Generic[I, O]):
    """A command that turns stated facts into one conclusion."""

    name: str
    """The command: `neoher NAME`."""
    summary: str
    """One line: what it gives."""
    inputs: type[I]
    output: Any
    """Type of the conclusion's value (a pydantic model or a type that pydantic can describe)."""
    compute: Callable[[I], Conclusion[O]]
    example: str
    """A command line that runs as it stands, without the leading `neoher NAME`."""
    explanation: str = ""
    """Why the formula, what it does not do; Markdown for the reference page."""
    sources: tuple[Source, ...] = ()
    """Every publication that its conclusions may name."""
    table: TableForm | None = None
    intended_use: IntendedUse = GUIDANCE
    example_table: str = ""
    """The CSV that the example names as its first word, where the calculator reads rows."""
    example_needs_files: bool = False
    """Whether the example reads files that the project does not ship, so that it cannot run as it stands."""

    def options(self) -> dict[str, tuple[FieldInfo, Option]]:
        """Every input field with its option, in the order of declaration."""
        return {name: (field, option_of(name, field)) for name, field in self.inputs.model_fields.items()}

    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have: the identifier, then those of each field."""
        if self.table is None:
            return ()
        return (
            self.table.identifier,
            *(name for _, option in self.options().values() for name in option.columns),
        )

    def result_columns(self) -> tuple[str, ...]:
        """The columns that a table gains: `<command>_<field>` of each result, then `missing`."""
        if self.table is None:
            return ()
        return (*(f"{self.name}_{result}" for result in self.table.results), "missing")

    def read(self, stated: Mapping[str, object], label: Callable[[str], str] = str) -> I:
        """The inputs from values as people or programs give them, by field name.

        None and blank text mean 'not known'. `label` turns a field's name into what the reader knows it by
        (an option, a column), for the message.
        Raises: InputError naming every value that is not what its field takes, and what it takes.
        """
        known = {name: value for name, value in stated.items() if not _blank(value)}
        try:
            return self.inputs.model_validate(known)
        except ValidationError as error:
            raise self._refusal(error, label) from None

    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the whole conclusion as `--json` prints it."""
        # Only the reference pages need it; a calculator starts without it.
        from pydantic import TypeAdapter

        return TypeAdapter(Conclusion[self.output]).json_schema(by_alias=True, mode="serialization")  # type: ignore[name-defined]

    def _refusal(self, error: ValidationError, label: Callable[[str], str]) -> InputError:
        fields = self.options()
        objections: dict[str, str] = {}
        for detail in error.errors(include_url=False):
            # One objection a field: a pair with two bad halves is still one option.
            objections.setdefault(str(detail["loc"][0]) if detail["loc"] else "", objection(detail))
        if len(objections) == 1:
            ((name, what),) = objections.items()
            takes = allowed_values(*fields[name]) if name in fields else ""
            return InputError(what, where=label(name), remedy=f"It takes {takes}." if takes else "")
        return InputError(
            " ".join(f"{label(name)}: {what}" for name, what in objections.items()),
            where=f"{len(objections)} values",
            remedy=" ".join(
                f"{label(name)} takes {allowed_values(*fields[name])}."
                for name in objections
                if name in fields
            ),
        )


def option_of(name: str, field: FieldInfo) -> Option:
    """The declared option of a field, or one derived from the field's name."""
    for entry in field.metadata:
        if isinstance(entry, Option):
            return entry
    return Option(name.replace("_", "-"))


def models_of(output: Any) -> tuple[type[BaseModel], ...]:
    """The models that describe a value: a model itself, the entries of a list, each alternative."""
    if isinstance(output, type) and issubclass(output, BaseModel):
        return (output,)
    return tuple(model for part in get_args(output) for model in models_of(part))


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
