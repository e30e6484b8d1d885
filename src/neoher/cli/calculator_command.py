"""Commands of the command line made from the declarations of calculators.

One declaration gives the options, their help, `--json`, and `--table IN.csv --out OUT.csv` where the
calculator reads tables. Each command is an attribute of this module by its name, made when first asked for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from neoher.cli.calculators import CALCULATORS, run_calculator
from neoher.record.calculator import Calculator, Option
from neoher.record.rows import columns_of
from neoher.record.values.allowed import allowed_values, choices

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = ["command_of"]

WIDEST_METAVAR = 16


def __getattr__(name: str) -> App:
    """The command of the calculator `name`."""
    for reference in CALCULATORS:
        if reference.name == name:
            calculator = reference.load()
            use = calculator.intended_use
            example = f"Example: `neoher {name} {calculator.example}`"
            app = App(name=name, help_epilogue=f"{example}\n\n{use.title}: {use.statement}")
            app.default(command_of(calculator))
            return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def command_of(calculator: Calculator[Any, Any]) -> Callable[..., None]:
    """The command of a calculator, with the signature from which the command line is read.

    Every value is taken as text: what it may be is decided in one place, the calculator's input model.
    """
    positional_names = [name for name, (_, option) in calculator.options().items() if option.positional]

    def command(*positional: str | None, **stated: Any) -> None:
        as_json: bool = stated.pop("json", False)
        table: Path | None = None
        out: Path | None = None
        if calculator.table is not None:
            table, out = stated.pop("table", None), stated.pop("out", None)
        stated |= dict(zip(positional_names, positional, strict=False))
        run_calculator(calculator, stated, as_json=as_json, table=table, out=out)

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
        table = f"A CSV with one case a row instead of options. Columns: {columns}."
        out = "With --table: the CSV to write, the table with its results beside it."
        parameters += [_flag("table", Path | None, None, table), _flag("out", Path | None, None, out)]
    parameters.append(_flag("json", bool, False, "Print one JSON object."))
    return inspect.Signature(parameters)


def _parameter(name: str, field: FieldInfo, option: Option) -> inspect.Parameter:
    listed = "" if option.flag else "|".join(choices(field))
    short = 0 < len(listed) <= WIDEST_METAVAR
    text = field.description or ""
    if option.rows is not None:
        text = f"{text} Columns: {', '.join(columns_of(option.rows))}.".lstrip()
    elif not short and not option.flag:
        text = f"{text} Takes {allowed_values(field, option)}.".lstrip()
    shown = Parameter(
        name=None if option.positional else f"--{option.name}",
        help=text,
        metavar=listed if short else "VALUE",
        negative="",
        show_default=False,
        # A box in patient coordinates begins with a minus sign as often as not.
        allow_leading_hyphen=not option.positional,
    )
    annotation: Any = list[str] | None if option.repeated else str | None
    if option.flag:
        annotation = bool | None
    kind = inspect.Parameter.POSITIONAL_ONLY if option.positional else inspect.Parameter.KEYWORD_ONLY
    # A positional value is shown by the name of its option.
    called = option.name.replace("-", "_") if option.positional else name
    return inspect.Parameter(called, kind, default=None, annotation=Annotated[annotation, shown])


def _flag(name: str, kind: Any, default: object, text: str) -> inspect.Parameter:
    shown = Parameter(name=f"--{name}", help=text, negative="", show_default=False)
    annotation = Annotated[kind, shown]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
