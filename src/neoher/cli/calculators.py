"""Calculators on the command line: which there are, and what happens when one is called.

`CALCULATORS` lists where each declaration lies without loading it; `register` makes a command of one for the
command line (neoher.cli.calculator_command), loaded when it is called.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neoher.errors import InputError

if TYPE_CHECKING:
    from cyclopts import App, Group

    from neoher.cli.table import TableResult
    from neoher.record.calculator import Calculator
    from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATORS", "CalculatorReference", "register", "run_calculator"]

ROWS_NAMED = 5
SUBJECT_OF_ROOM = {
    "measure": "Images",
    "cli": "Images",
    "pathology": "Tissue",
    "response": "Response",
    "guidance": "Guidance",
    "cohort": "Cohorts",
}
"""Under which heading a calculator is listed, by the room its declaration lies in."""


@dataclass(frozen=True, slots=True)
class CalculatorReference:
    """Where the declaration of a calculator lies: the attribute `CALCULATOR` of `module`."""

    name: str
    module: str
    summary: str
    """The declaration's own summary, so that the list of commands prints without loading it."""

    @property
    def subject(self) -> str:
        """The heading under which it is listed."""
        return SUBJECT_OF_ROOM[self.module.split(".")[1]]

    def load(self) -> Calculator[Any, Any]:
        """The declaration."""
        declared: Calculator[Any, Any] = importlib.import_module(self.module).CALCULATOR
        return declared


CALCULATORS = (
    CalculatorReference(
        "accept",
        "neoher.measure.acceptance",
        "Accept a proposed region, so that it can be measured in.",
    ),
    CalculatorReference(
        "adc",
        "neoher.measure.adc",
        "Apparent diffusion coefficient of a lesion from diffusion images or a scanner's map.",
    ),
    CalculatorReference(
        "bioscore",
        "neoher.pathology.bioscore",
        "CPS+EG and Neo-Bioscore from stage before and after therapy, ER, nuclear grade and HER2.",
    ),
    CalculatorReference(
        "cardiac",
        "neoher.guidance.cardiac",
        "Ejection fraction under HER2-directed drugs: continue, hold, recheck, stop; next echo.",
    ),
    CalculatorReference(
        "carry",
        "neoher.measure.carrying",
        "Carry a region of an earlier DCE-MRI exam to a later one, as a proposal.",
    ),
    CalculatorReference(
        "change",
        "neoher.response.change_table",
        "Change of each measured quantity over the visits, beyond or within the noise of measuring.",
    ),
    CalculatorReference(
        "doseresponse",
        "neoher.cohort.dose_response.calculator",
        "Dose-response curves of cell lines: relative and absolute IC50, slope, area; drugs compared.",
    ),
    CalculatorReference(
        "eortc",
        "neoher.response.fdg.eortc",
        "Metabolic response by EORTC 1999 at each FDG scan from a table of lesions.",
    ),
    CalculatorReference(
        "ftv",
        "neoher.cli.ftv",
        "Functional tumour volume, signal enhancement ratio and diameters of a DCE-MRI exam.",
    ),
    CalculatorReference(
        "grade",
        "neoher.pathology.regression_grade.calculator",
        "Regression of breast and nodes under therapy: Miller-Payne and Sataloff.",
    ),
    CalculatorReference(
        "her2",
        "neoher.pathology.her2.assessment",
        "HER2 status by ASCO/CAP 2018/2023 from IHC and ISH, with the spectrum label beside it.",
    ),
    CalculatorReference(
        "her2-change",
        "neoher.pathology.her2.change",
        "HER2 of one cancer from biopsy through specimen to metastasis: what changed, what it means.",
    ),
    CalculatorReference(
        "her2-heterogeneity",
        "neoher.pathology.her2.heterogeneity",
        "HER2 heterogeneity of a tumour from areas sampled at two sites (Filho 2021).",
    ),
    CalculatorReference(
        "her2-uptake",
        "neoher.response.her2_uptake.scan",
        "HER2 PET: tracer-positive, negative or indeterminate per lesion; window and blocking drugs.",
    ),
    CalculatorReference(
        "her2pet-pairs",
        "neoher.response.her2pet.pairs",
        "HER2 PET against biopsy by lesion and time window: pairs, classes, exclusions, patterns.",
    ),
    CalculatorReference(
        "length",
        "neoher.measure.length",
        "Length between two points on a mammogram, tomosynthesis slice or ultrasound image.",
    ),
    CalculatorReference(
        "outlook",
        "neoher.response.outlook.calculator",
        "Published rates of complete response for patients like her, side by side, as context.",
    ),
    CalculatorReference(
        "pattern",
        "neoher.response.shrinkage.pattern",
        "How a lesion shrinks on MRI: concentric, fragmented, diffuse, in intensity only, or not at all.",
    ),
    CalculatorReference(
        "pcr",
        "neoher.pathology.complete_response",
        "Pathological complete response after neoadjuvant therapy, under each definition.",
    ),
    CalculatorReference(
        "percist",
        "neoher.response.fdg.percist",
        "Metabolic response by PERCIST 1.0 at each FDG scan from a table of lesions and references.",
    ),
    CalculatorReference(
        "phergain",
        "neoher.response.fdg.phergain",
        "Early metabolic response by PHERGain's rule (investigational) from a table of FDG scans.",
    ),
    CalculatorReference(
        "propose",
        "neoher.cli.propose",
        "Proposal of a tumour's extent and foci in a DCE-MRI exam from one click or box.",
    ),
    CalculatorReference(
        "rcb",
        "neoher.pathology.residual_burden.calculator",
        "Residual cancer burden after neoadjuvant therapy: score, class and terms.",
    ),
    CalculatorReference(
        "receptors",
        "neoher.pathology.receptors",
        "Status of oestrogen and progesterone receptors by ASCO/CAP 2020, with ER low positive.",
    ),
    CalculatorReference(
        "recist",
        "neoher.response.recist.calculator",
        "Response by RECIST 1.1 at each visit from a table of lesions; best overall response.",
    ),
    CalculatorReference(
        "specimen",
        "neoher.response.specimen.table",
        "Imaging against the surgical specimen: error in mm, over or under, false negative or positive.",
    ),
    CalculatorReference(
        "stage",
        "neoher.pathology.stage.calculator",
        "Categories ypT and ypN from sizes and node counts, and the anatomic stage group.",
    ),
    CalculatorReference(
        "suv",
        "neoher.measure.suv",
        "Standardised uptake values of a PET series: peak, maximum, mean, volume, with their basis.",
    ),
    CalculatorReference(
        "who",
        "neoher.response.who.calculator",
        "Response by the WHO criteria (products of two diameters) at each visit from a table of lesions.",
    ),
)


def register(app: App, reference: CalculatorReference, *, group: Group) -> None:
    """Add the command of a calculator to `app`; its declaration is loaded when the command is called."""
    path = f"neoher.cli.calculator_command:{reference.name}"
    app.command(path, name=reference.name, help=reference.summary, group=group)


def run_calculator(
    calculator: Calculator[Any, Any],
    stated: Mapping[str, object],
    *,
    as_json: bool,
    table: Path | None = None,
    out: Path | None = None,
) -> None:
    """Compute one case, or every row of a table, and print the outcome.

    Raises: InputError that names the options at fault.
    """
    if table is not None or out is not None:
        _run_table(calculator, stated, table, out, as_json=as_json)
        return
    from neoher.cli.printing import print_conclusion

    print_conclusion(_conclude(calculator, stated), as_json=as_json)


def _conclude(calculator: Calculator[Any, Any], stated: Mapping[str, object]) -> Conclusion[Any]:
    labels = {
        name: option.name.upper() if option.positional else f"--{option.name}"
        for name, (_, option) in calculator.options().items()
    }
    stated, tables = _with_rows(calculator, stated)
    inputs = calculator.read(stated, label=lambda name: labels.get(name, name))
    try:
        return calculator.compute(inputs)
    except InputError as error:
        # A calculator knows its fields; who typed options is told of options.
        where = ", ".join(labels.get(name, name) for name in error.where.split(", "))
        if tables and error.where not in labels:
            where = ": ".join(part for part in (tables[0], where) if part)
        raise type(error)(error.what, where, error.remedy) from None


def _with_rows(
    calculator: Calculator[Any, Any], stated: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """What was stated, with the rows of each CSV in the place of its name; and those names."""
    complete, tables = dict(stated), []
    for name, (_, option) in calculator.options().items():
        path = stated.get(name)
        if option.rows is not None and isinstance(path, str) and path.strip():
            from neoher.record.rows import read_rows

            complete[name] = read_rows(Path(path), option.rows)
            tables.append(path)
    return complete, tables


def _run_table(
    calculator: Calculator[Any, Any],
    stated: Mapping[str, object],
    table: Path | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    from neoher.cli.printing import print_json
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
