"""Write docs/reference from the declarations, or with --check fail where a page is out of date.

Each calculator gets a page and a file of JSON Schemas; the record gets the schemas of case.yaml and
measurements.json, with which an editor completes and checks them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from neoher.cli.calculators import CALCULATORS
from neoher.cli.main import SUBJECTS, run
from neoher.guidance.knowledge.schema import knowledge_schema
from neoher.record.calculator import Calculator, Option, models_of
from neoher.record.rows import Row, columns_of
from neoher.record.schema import case_schema, measurements_schema
from neoher.record.values.allowed import allowed_values

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
GENERATED = (
    "<!-- Written by scripts/reference_pages.py from the declarations: change those, then `make docs`. -->"
)
COLUMNS = "100"
ANSWER = """\
Every answer is a conclusion: `value` (null where it cannot be said), `because` (the steps, each with its rule
and inputs), `missing`, `warnings`, `sources`, `software`. Exit status 0: answered, also with null; 2: the
input contradicts itself or is not what the command takes; 1: our fault."""
FILES = """\
- [case.schema.json](case.schema.json): of `case.yaml`, what people state
- [knowledge.schema.json](knowledge.schema.json): of knowledge files, ours and a hospital's own
- [measurements.schema.json](measurements.schema.json): of `measurements.json`, what was measured"""


def pages() -> dict[str, str]:
    """Every file of docs/reference by its name."""
    calculators = [reference.load() for reference in CALCULATORS]
    written = {"index.md": _index(calculators)}
    for calculator in calculators:
        written[f"{calculator.name}.md"] = _page(calculator)
        written[f"{calculator.name}.schema.json"] = _json(
            {"inputs": calculator.inputs.model_json_schema(), "conclusion": calculator.output_schema()}
        )
    written["case.schema.json"] = _json(case_schema())
    written["knowledge.schema.json"] = _json(knowledge_schema())
    written["measurements.schema.json"] = _json(measurements_schema())
    return written


def _index(calculators: list[Calculator[Any, Any]]) -> str:
    subjects: dict[str, list[list[str]]] = {subject: [] for subject in SUBJECTS}
    for reference, each in zip(CALCULATORS, calculators, strict=True):
        subjects[reference.subject].append([f"[`neoher {each.name}`]({each.name}.md)", each.summary])
    tables: list[str] = []
    for subject, rows in subjects.items():
        if rows:
            tables += [f"### {subject}", _table(["command", "gives"], rows)]
    return (
        "\n\n".join(
            [
                GENERATED,
                "# Reference",
                "## Calculators",
                *tables,
                ANSWER,
                "## JSON Schemas of the files",
                FILES,
            ]
        )
        + "\n"
    )


def _page(calculator: Calculator[Any, Any]) -> str:
    command = f"neoher {calculator.name} {calculator.example}"
    sections = [
        GENERATED,
        f"# neoher {calculator.name}",
        calculator.summary,
        "## Example",
        *_example(calculator, command),
        "## Options",
        "An option that is left out, or empty, is not known.",
        _table(["option", "meaning", "takes"], _option_rows(calculator)),
        *_table_sections(calculator),
        *_row_sections(calculator),
        "## Value",
        *_value_sections(calculator),
        f"[JSON Schemas of the inputs and of the conclusion]({calculator.name}.schema.json)",
        "## Why, and what it does not do",
        calculator.explanation,
        "## Sources",
        "\n".join(f"- `{each.id}` {each.citation} ({each.reading})" for each in calculator.sources),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _example(calculator: Calculator[Any, Any], command: str) -> list[str]:
    if calculator.example_needs_files:
        return [f"```console\n$ {command}\n```"]
    words = [calculator.name, *shlex.split(calculator.example)]
    table = calculator.example_table
    named = words[1] if table else ""
    shown = [f"`{named}`:\n\n```csv\n{table.rstrip()}\n```"] if table else []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        if table:
            Path(named).write_text(table, encoding="utf-8")
        return [
            *shown,
            f"```console\n$ {command}\n{_output(words)}\n```",
            f"With `--json`:\n\n```json\n{_output([*words, '--json'])}\n```",
        ]


def _option_rows(calculator: Calculator[Any, Any]) -> list[list[str]]:
    rows = [
        [
            f"`{_typed(option)}`",
            field.description or "",
            "" if option.flag else allowed_values(field, option),
        ]
        for field, option in calculator.options().values()
    ]
    if calculator.table:
        rows.append(["`--table`", "A CSV with one case a row, instead of the options above.", "a file"])
        rows.append(["`--out`", "The CSV to write.", "a file"])
    return [*rows, ["`--json`", "Print one JSON object.", ""]]


def _typed(option: Option) -> str:
    return option.name.upper() if option.positional else f"--{option.name}"


def _table_sections(calculator: Calculator[Any, Any]) -> list[str]:
    if calculator.table is None:
        return []
    identifier, *_ = calculator.columns()
    rows = [[f"`{identifier}`", "Names the row; it is copied and not read.", "text"]]
    rows += [
        [
            f"`{column}`",
            field.description or "",
            allowed_values(field, option) if len(option.columns) == 1 else option.unit,
        ]
        for field, option in calculator.options().values()
        for column in option.columns
    ]
    added = ", ".join(f"`{name}`" for name in calculator.result_columns())
    return [
        "## Tables",
        f"`neoher {calculator.name} --table in.csv --out out.csv` reads a CSV in UTF-8 with these "
        "columns, in any order; further ones are copied.",
        _table(["column", "meaning", "takes"], rows),
        f"The result has all rows and columns and adds {added}. A row that cannot be computed stays; "
        "`missing` names its empty columns, or says what is wrong. The file is written whole or not at all.",
    ]


def _row_sections(calculator: Calculator[Any, Any]) -> list[str]:
    rows = [option.rows for _, option in calculator.options().values() if option.rows is not None]
    return [part for each in rows for part in _columns_section(each)]


def _columns_section(row: type[Row]) -> list[str]:
    cells = [
        [
            f"`{name}`",
            field.description or "",
            allowed_values(field, column),
            "may be left out" if column.may_be_left_out else "no empty cell" if field.is_required() else "",
        ]
        for name, (field, column) in columns_of(row).items()
    ]
    return [
        "## Columns",
        "A CSV in UTF-8, its columns in any order; further ones are not read. An empty cell is not known, "
        "never 0.",
        _table(["column", "meaning", "takes", ""], cells),
    ]


def _value_sections(calculator: Calculator[Any, Any]) -> list[str]:
    models = models_of(calculator.output)
    alternatives = len(models) > 1
    return [
        part
        for model in models
        for part in (
            (model.__doc__ or "").strip().splitlines()[0] if alternatives else "",
            _table(["field", "meaning"], _value_rows(model)),
        )
    ]


def _value_rows(output: type[BaseModel]) -> list[list[str]]:
    return [
        [f"`{field.alias or name}`", field.description or ""] for name, field in output.model_fields.items()
    ]


def _table(heading: list[str], rows: list[list[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in line) + " |"
        for line in lines
    )


def _output(words: list[str]) -> str:
    """What a command prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = run(words)
    if status != 0:
        raise SystemExit(f"the example of {words[0]} does not run: exit status {status}")
    return printed.getvalue().rstrip()


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; exit status 1 where one is out of date."""
    # Pages must not depend on the terminal in which they are made.
    os.environ["COLUMNS"] = COLUMNS
    written = pages()
    if arguments == ["--check"]:
        there = (
            {path.name: path.read_text(encoding="utf-8") for path in REFERENCE.iterdir()}
            if REFERENCE.is_dir()
            else {}
        )
        stale = sorted(name for name in written.keys() | there.keys() if written.get(name) != there.get(name))
        if stale:
            print(f"docs/reference is out of date: {', '.join(stale)}. Remake it: make docs", file=sys.stderr)
        return 1 if stale else 0
    if arguments:
        print("usage: reference_pages.py [--check]", file=sys.stderr)
        return 2
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (REFERENCE / name).write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
