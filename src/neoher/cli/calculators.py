"""Commands made from the declarations of calculators.

`CALCULATORS` lists where each declaration lies without loading it; the command is made when it is first asked
for. One declaration gives the options, their help, `--json`, and `--table IN.csv --out OUT.csv` where the
calculator reads tables.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from neoher.cli.printing import print_conclusion, print_json
from neoher.errors import InputError
from neoher.record.allowed import allowed_values, choices
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion
from neoher.record.intended_use import GUIDANCE

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from neoher.cli.table import TableResult

__all__ = ["CALCULATORS", "CalculatorReference", "command_of", "register"]

ROWS_NAMED = 5
WIDEST_METAVAR = 16


@dataclass(frozen=True, slots=True)
class CalculatorReference:
    """Where the declaration of a calculator lies: the attribute `CALCULATOR` of `module`."""

    name: str
    module: str
    summary: str
    """The declaration's own summary, so that the list of commands prints without loading it."""

    def load(self) -> Calculator[Any, Any]:
        """The declaration."""
        declared: Calculator[Any, Any] = importlib.import_module(self.module).CALCULATOR
        return declared


CALCULATORS = (
    CalculatorReference(
        "her2",
        "neoher.pathology.her2",
        "HER2 status by ASCO/CAP 2018/2023 from IHC and ISH, with the spectrum label beside it.",
    ),
    CalculatorReference(
        "rcb",
        "neoher.pathology.residual_burden",
        "Residual cancer burden after neoadjuvant therapy: score, class and terms.",
    ),
)


def register(app: App, reference: CalculatorReference, *, group: str = "Calculators") -> None:
    """Add the command of a calculator to `app`; its declaration is loaded when the command is called."""
    app.command(f"{__name__}:{reference.name}", name=reference.name, help=reference.summary, group=group)


def __getattr__(name: str) -> App:
    """The command of the calculator `name`: what `register` points the command line at."""
    for reference in CALCULATORS:
        if reference.name == name:
            calculator = reference.load()
            example = f"Example: `neoher {name} {calculator.example}`"
            app = App(name=name, help_epilogue=f"{example}\n\n{GUIDANCE.title}: {GUIDANCE.statement}")
            app.default(command_of(calculator))
            return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def command_of(calculator: Calculator[Any, Any]) -> Callable[..., None]:
    """The command of a calculator, with the signature from which the command line is read.

    Every value is taken as text: what it may be is decided in one place, the calculator's input model.
    """
    options = calculator.options()

    def command(*positional: str | None, **stated: Any) -> None:
        as_json: bool = stated.pop("json", False)
        table: Path | None = stated.pop("table", None)
        out: Path | None = stated.pop("out", None)
        stated |= dict(
            zip((name for name, (_, each) in options.items() if each.positional), positional, strict=False)
        )
        if table is not None or out is not None:
            _run_table(calculator, stated, table, out, as_json=as_json)
            return
        print_conclusion(_conclude(calculator, stated), as_json=as_json)

    command.__name__ = calculator.name
    command.__doc__ = calculator.summary
    command.__signature__ = _signature(calculator)  # type: ignore[attr-defined]
    return command


def _signature(calculator: Calculator[Any, Any]) -> inspect.Signature:
    # Positional parameters come first, as Python asks for.
    options = sorted(calculator.options().items(), key=lambda entry: not entry[1][1].positional)
    parameters = [_parameter(name, field, option) for name, (field, option) in options]
    if calculator.table is not None:
        columns = ", ".join(calculator.columns())
        parameters += [
            _flag(
                "table",
                Path | None,
                None,
                f"A CSV with one case a row instead of options. Columns: {columns}.",
            ),
            _flag(
                "out",
                Path | None,
                None,
                "With --table: the CSV to write, the table with its results beside it.",
            ),
        ]
    parameters.append(_flag("json", bool, False, "Print one JSON object."))
    return inspect.Signature(parameters)


def _parameter(name: str, field: FieldInfo, option: Option) -> inspect.Parameter:
    listed = "|".join(choices(field))
    short = 0 < len(listed) <= WIDEST_METAVAR
    text = field.description or ""
    if not short:
        text = f"{text} Takes {allowed_values(field, option)}.".lstrip()
    shown = Parameter(
        name=None if option.positional else f"--{option.name}",
        help=text,
        metavar=listed if short else "VALUE",
        show_default=False,
    )
    kind = inspect.Parameter.POSITIONAL_ONLY if option.positional else inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=None, annotation=Annotated[str | None, shown])


def _flag(name: str, kind: Any, default: object, text: str) -> inspect.Parameter:
    shown = Parameter(name=f"--{name}", help=text, negative="", show_default=False)
    annotation = Annotated[kind, shown]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _conclude(calculator: Calculator[Any, Any], stated: Mapping[str, object]) -> Conclusion[Any]:
    """The conclusion from options.

    Raises: InputError that names the options at fault, also where the calculator found the contradiction.
    """
    labels = {
        name: option.name.upper() if option.positional else f"--{option.name}"
        for name, (_, option) in calculator.options().items()
    }
    inputs = calculator.read(stated, label=lambda name: labels.get(name, name))
    try:
        return calculator.compute(inputs)
    except InputError as error:
        where = ", ".join(labels.get(name, name) for name in error.where.split(", "))
        raise type(error)(error.what, where, error.remedy) from None


def _run_table(
    calculator: Calculator[Any, Any],
    stated: Mapping[str, object],
    table: Path | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    from neoher.cli.table import compute_table

    if table is None or out is None:
        raise InputError(
            "--table and --out go together.", remedy="Name the CSV to read and the CSV to write."
        )
    if any(value is not None for value in stated.values()):
        raise InputError(
            "a table and a single case were both given.", remedy="Give --table, or the case's options."
        )
    result = compute_table(calculator, table, out)
    if as_json:
        print_json(result.as_json())
        return
    _print_summary(result)


def _print_summary(result: TableResult) -> None:
    """The outcome for people: rows not computed with their reason; on stderr each warning with its rows."""
    computed = sum(row.computed for row in result.rows)
    print(f"{computed} of {len(result.rows)} rows computed: {result.out}")
    for row in result.rows:
        if not row.computed:
            print(f"  line {row.line}, {row.identifier or 'no name'}: {row.results[-1]}")
    rows_by_warning: dict[str, list[str]] = {}
    for row in result.rows:
        for code in dict.fromkeys(each.code for each in row.warnings):
            rows_by_warning.setdefault(code, []).append(row.identifier or f"line {row.line}")
    for code, rows in rows_by_warning.items():
        named = ", ".join(rows[:ROWS_NAMED]) + (", …" if len(rows) > ROWS_NAMED else "")
        print(f"warning {code}: {len(rows)} rows ({named})", file=sys.stderr)
