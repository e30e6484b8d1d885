"""Absent never becomes zero, negative or normal: the law over every calculator, those of tomorrow included.

Each calculator's own example is stated whole, then once more without each of its inputs in turn (of a table:
each cell). The outcome may be refused, null, unchanged, or null in parts; a part that changes otherwise
must not turn into a word of health. What a calculator needs beyond that is declared here, with the
reason.
"""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from neoher.cli.calculators import CALCULATORS, CalculatorReference
from neoher.errors import InputError
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.rows import columns_of, read_rows

OPEN = {"equivocal", "indeterminate", "NE", "open", "same-status", "0-unspecified"}
"""Words by which a contract says 'not settled' in the place of null."""
HEALTHY = {
    *("negative", "0", "absent", "none", "normal", "unchanged", "concordant", "CR", "CMR", "RCB-0", "null"),
    *("yes", "complete"),
}
"""Words that say that nothing is there; no input that is left out may bring one of them forth."""

EXAMPLES = {
    "her2": "--ihc 0 --membrane-staining yes --cells 40 --ish-probe dual --ratio 1.2 --copies 2.4",
    "bioscore": "--clinical-stage IIIA --yp-stage IIA --er negative --er-percent 0 --nuclear-grade 3 "
    "--her2 negative",
    "pcr": "--ypt is --ypn 0 --vessels-only no",
    "stage": "--ypt 2 --ypn 1a --m 0",
}
"""Further examples, where the declaration's own leaves inputs out."""
COUNTS = {
    "her2pet-pairs": {"by_tracer", "exclusions"},
}
"""Parts that count or list what could not be said, so that they follow what is left out."""
UNLESS_STATED = {
    ("specimen", "finding"): "an extra column: without it a length is that of the tumour, as on every row",
}
"""Cells that only add to the meaning of a row, with the meaning that the row has without them."""
LISTS_WHAT_FITS = {"outlook"}
"""A fact that is not known chooses nothing: fewer entries, each of them as before."""
NOT_NAMED = {("receptors", "ki67_percent"): "given back as stated, decides nothing"}
"""Inputs whose absence is not asked for by name, with the reason."""
ASKED_INSTEAD = {("stage", "ypt"): "invasive_mm", ("stage", "ypn"): "largest_met_mm"}
"""What is asked for in their place."""


def calculators(*, rows: bool) -> list[CalculatorReference]:
    return [
        each
        for each in CALCULATORS
        if not (calculator := each.load()).example_needs_files
        and any(option.rows is not None for _, option in calculator.options().values()) is rows
    ]


def stated_by(calculator: Calculator[Any, Any], example: str) -> dict[str, Any]:
    """The values of an example by field name, as the command line gives them."""
    options = calculator.options()
    by_name = {f"--{option.name}": name for name, (_, option) in options.items()}
    positional = [name for name, (_, option) in options.items() if option.positional]
    stated: dict[str, Any] = {}
    words = iter(shlex.split(example))
    for word in words:
        if not word.startswith("--"):
            stated[positional.pop(0)] = word
            continue
        _, option = options[by_name[word]]
        value: Any = True if option.flag else next(words)
        stated[by_name[word]] = (*stated.get(by_name[word], ()), value) if option.repeated else value
    return stated


def examples(reference: CalculatorReference) -> list[str]:
    return [reference.load().example, *([EXAMPLES[reference.name]] if reference.name in EXAMPLES else [])]


CASES = [
    pytest.param(reference, example, name, id=f"{reference.name}: {example} without {name}")
    for reference in calculators(rows=False)
    for example in examples(reference)
    for name in stated_by(reference.load(), example)
]


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every number and word of a value in plain JSON, by its path."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from leaves(each, (*path, str(name)))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, str(place)))
    else:
        yield path, value


def concluded(calculator: Calculator[Any, Any], stated: Mapping[str, Any]) -> Conclusion[Any] | InputError:
    try:
        conclusion: Conclusion[Any] = calculator.compute(calculator.read(stated))
    except InputError as error:
        return error
    return conclusion


def is_zero_or_healthy(leaf: Any) -> bool:
    return leaf is False or (isinstance(leaf, int | float) and leaf == 0) or leaf in HEALTHY


def changed(whole: Conclusion[Any], part: Conclusion[Any], ignored: set[str]) -> dict[tuple[str, ...], Any]:
    """The leaves of `part` that are not those of `whole`."""
    before = dict(leaves(whole.as_json()["value"]))
    return {
        path: leaf
        for path, leaf in leaves(part.as_json()["value"])
        if not ignored & set(path) and (path not in before or before[path] != leaf)
    }


@pytest.mark.parametrize(("reference", "example", "name"), CASES)
def test_without_an_input_the_answer_is_null_unchanged_or_null_in_parts(
    reference: CalculatorReference, example: str, name: str
) -> None:
    hold_the_law(reference.load(), example, name)


def hold_the_law(calculator: Calculator[Any, Any], example: str, name: str) -> None:
    """Fails where the answer without the input `name` says more than null, or asks for something else."""
    stated = stated_by(calculator, example)
    whole = concluded(calculator, stated)
    assert isinstance(whole, Conclusion), f"the example itself is refused: {whole}"
    part = concluded(calculator, {other: value for other, value in stated.items() if other != name})
    if isinstance(part, InputError):
        assert part.what
        return
    if part.value is None:
        assert part.missing
        return
    if calculator.name in LISTS_WHAT_FITS:
        entries = next(iter(part.as_json()["value"].values()))
        assert all(each in next(iter(whole.as_json()["value"].values())) for each in entries)
        return
    differs = changed(whole, part, set())
    assert {path: leaf for path, leaf in differs.items() if leaf is not None and leaf not in OPEN} == {}
    if differs and (calculator.name, name) not in NOT_NAMED:
        word = ASKED_INSTEAD.get((calculator.name, name), name)
        asked = [f"_{fact}".replace(".", "_") for fact in part.missing]
        assert any(fact.endswith(f"_{word}") for fact in asked), f"{word} is not among {part.missing}"


class Staining(Frozen):
    percent: float | None = None
    other: float | None = None


class Verdict(Frozen):
    status: str | None


def _careless(facts: Staining) -> Conclusion[Verdict]:
    return Conclusion[Verdict](value=Verdict(status="positive" if facts.percent else "negative"))


def _nameless(facts: Staining) -> Conclusion[Verdict]:
    return Conclusion[Verdict](
        value=Verdict(status="positive" if facts.percent else None), missing=("other",)
    )


@pytest.mark.parametrize("compute", [_careless, _nameless])
def test_the_law_catches_absent_taken_for_negative_and_a_gap_that_is_not_named(
    compute: Callable[[Staining], Conclusion[Verdict]],
) -> None:
    bad = Calculator(
        name="bad", summary="", inputs=Staining, output=Verdict, compute=compute, example="--percent 5"
    )
    with pytest.raises(AssertionError):
        hold_the_law(bad, "--percent 5", "percent")


def test_what_is_declared_here_exists() -> None:
    known = {(reference.name, field) for reference in CALCULATORS for field in reference.load().options()}
    assert set(NOT_NAMED) | set(ASKED_INSTEAD) <= known


@pytest.mark.parametrize("reference", calculators(rows=True), ids=lambda each: each.name)
def test_without_a_cell_nothing_turns_into_zero_negative_or_normal(
    reference: CalculatorReference, tmp_path: Path
) -> None:
    calculator = reference.load()
    (field, model) = next(
        (name, option.rows) for name, (_, option) in calculator.options().items() if option.rows is not None
    )
    header, *lines = list(csv.reader(io.StringIO(calculator.example_table)))
    stated = stated_by(calculator, calculator.example)

    def answer(rows: Sequence[Sequence[str]]) -> Conclusion[Any] | InputError:
        table = tmp_path / "rows.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        try:
            return concluded(calculator, {**stated, field: read_rows(table, model)})
        except InputError as error:
            return error

    whole = answer(lines)
    assert isinstance(whole, Conclusion), f"the example itself is refused: {whole}"
    assert whole.value is not None
    columns = columns_of(model)
    emptied = 0
    for place, line in enumerate(lines):
        for position, cell in enumerate(line):
            if not cell.strip() or header[position] not in columns:
                continue
            if (reference.name, header[position]) in UNLESS_STATED:
                continue
            emptied += 1
            without = [list(each) for each in lines]
            without[place][position] = ""
            part = answer(without)
            where = f"{reference.name}, row {place + 1} without {header[position]}"
            if isinstance(part, InputError):
                assert part.what, where
                continue
            if part.value is None:
                assert part.missing or part.warnings, where
                continue
            differs = changed(whole, part, COUNTS.get(reference.name, set()))
            turned = {path: leaf for path, leaf in differs.items() if is_zero_or_healthy(leaf)}
            assert turned == {}, f"{where}: {turned}"
            if any(leaf is not None for leaf in differs.values()):
                assert part.missing or part.warnings != whole.warnings or None in differs.values(), where
    assert emptied


def test_every_calculator_is_under_the_law_or_reads_files_that_are_not_shipped() -> None:
    covered = {reference.name for rows in (True, False) for reference in calculators(rows=rows)}
    needing_files = {each.name for each in CALCULATORS if each.load().example_needs_files}
    assert covered | needing_files == {each.name for each in CALCULATORS}
    for name in needing_files:
        calculator = next(each for each in CALCULATORS if each.name == name).load()
        # Without any input such a calculator is refused: nothing is measured on nothing.
        assert isinstance(concluded(calculator, {}), InputError)
