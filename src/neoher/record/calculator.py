"""One declaration per calculator.

A calculator is a function with a typed input model and a typed output model, declared once. Its command
line (neoher.cli), its CSV columns, its JSON Schema and its reference page (docs/reference) are derived from
the declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from neoher.record.conclusion import Conclusion

__all__ = ["Calculator", "Option", "TableForm", "option_of"]

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
    """Columns of a table that hold this field; () means the field's own name.
    Two columns make a pair, such as the two diameters of a tumour bed."""
    positional: bool = False


@dataclass(frozen=True, slots=True)
class TableForm:
    """How a calculator reads and writes CSV: one case a row."""

    identifier: str
    """Column that names the row (a patient); it is copied, never interpreted."""
    results: tuple[str, ...]
    """Fields of the output that become columns `<command>_<field>`; a column `missing` follows."""


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
    table: TableForm | None = None

    def options(self) -> dict[str, tuple[FieldInfo, Option]]:
        """Every input field with its option, in the order of declaration."""
        return {name: (field, option_of(name, field)) for name, field in self.inputs.model_fields.items()}


def option_of(name: str, field: FieldInfo) -> Option:
    """The declared option of a field, or one derived from the field's name."""
    for entry in field.metadata:
        if isinstance(entry, Option):
            return entry
    return Option(name.replace("_", "-"))
