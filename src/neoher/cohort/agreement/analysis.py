"""Agreement of imaging with pathology over a cohort, as one result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from neoher.cohort.agreement.bland_altman import BlandAltman
from neoher.cohort.agreement.classes import agree_on_class, counts_table, cross_table, shared_levels
from neoher.cohort.agreement.figures import difference_figure
from neoher.cohort.agreement.sizes import SizeGroup, agree_on_size
from neoher.cohort.exclusions import excluded_rows, known_in_all, nobody_left
from neoher.cohort.parts import Parts, group_label
from neoher.cohort.result import CohortResult, Excluded, Heading, ResultTable
from neoher.cohort.table.tidy import Cohort, Kind
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["AgreementQuestion", "analyse_agreement"]


@dataclass(frozen=True, slots=True)
class AgreementQuestion:
    """The options of `neoher cohort agreement`."""

    measured: tuple[str, ...]
    """Columns held against the reference."""
    reference: str
    by: tuple[str, ...] = ()
    """Columns within whose groups everything is given again."""
    band: float = 5.0
    """In the unit of the sizes; the project's own choice for mm (a design decision)."""
    level: float = 0.95


def analyse_agreement(cohort: Cohort, question: AgreementQuestion) -> CohortResult:
    """Sizes by Bland and Altman, Lin and ICC with rates of over- and undersizing; classes by kappa.

    Raises: InputError where a column is neither sizes nor classes, units differ, or no pair is complete.
    """
    if not question.measured:
        raise InputError("no column is named to be held against the reference.", "--measured")
    if question.reference in question.measured:
        raise InputError(
            f"{question.reference} is held against itself.",
            "--measured",
            "Name another column than --reference.",
        )
    if not 0 <= question.band < float("inf"):
        raise InputError(f"the band {question.band:g} is below 0.", "--band")
    sizes = cohort.variable(question.reference, "--reference").kind in (Kind.NUMBER, Kind.TIME)
    parts = Parts()
    return _sizes(cohort, question, parts) if sizes else _classes(cohort, question, parts)


def _pairs(
    cohort: Cohort, measured: str, question: AgreementQuestion, *, numbers: bool
) -> tuple[Cohort, tuple[Excluded, ...]]:
    """The rows that know both values."""
    columns: dict[str, pd.Series] = {}
    for name, option in ((measured, "--measured"), (question.reference, "--reference")):
        columns[name] = cohort.numbers(name, option) if numbers else cohort.groups(name, option)
    known = known_in_all(columns)
    if not known.any():
        raise nobody_left(columns, "--measured")
    return cohort.where(known), excluded_rows(cohort, columns)


def _groups(cohort: Cohort, by: tuple[str, ...]) -> Iterator[tuple[str, str | None, pd.Series]]:
    """All rows, then each level of each column: its column, label and rows."""
    yield "all", None, pd.Series(True, cohort.frame.index)
    for column in by:
        groups = cohort.groups(column, "--by")
        for level in groups.cat.categories:
            yield str(level), group_label(column, str(level)), groups == level


def _sizes(cohort: Cohort, question: AgreementQuestion, parts: Parts) -> CohortResult:
    unit = _common_unit(cohort, question)
    excluded: list[Excluded] = []
    rows, figures = [], []
    shown: BlandAltman | None
    n = 0
    for measured in question.measured:
        pairs, left_out = _pairs(cohort, measured, question, numbers=True)
        excluded += left_out
        n = max(n, len(pairs))
        for name, label, mine in _groups(pairs, question.by):
            part = pairs.where(mine)
            group = SizeGroup(
                measured,
                label,
                part.numbers(measured).to_numpy(dtype=float),
                part.numbers(question.reference).to_numpy(dtype=float),
                unit,
                question.level,
                question.band,
            )
            shown, numbers = agree_on_size(group, parts)
            rows.append({"measured": measured, "group": label or name} | numbers)
            if label is None and shown is not None:
                figures.append(
                    difference_figure(pairs, group, shown, question.by[0] if question.by else None)
                )
    main = ResultTable(
        name="agreement",
        title=f"Agreement with {question.reference}",
        columns=(
            Heading(key="measured", heading="measured"),
            Heading(key="group", heading="group"),
            Heading(key="n", heading="n"),
            Heading(key="bias", heading="bias", unit=unit),
            Heading(key="lower_limit", heading="limits from", unit=unit),
            Heading(key="upper_limit", heading="to", unit=unit),
            Heading(key="concordance", heading="CCC", digits=3),
            Heading(key="icc_2_1", heading="ICC(2,1)", digits=3),
            Heading(key="over", heading="over"),
            Heading(key="under", heading="under"),
            Heading(key="concordant", heading="concordant"),
            Heading(key="false_negative", heading="false neg."),
            Heading(key="false_positive", heading="false pos."),
        ),
        rows=tuple(rows),
        note=f"Over and under: more than {question.band:g} {unit} off".rstrip()
        + ". False negative: measured 0, reference more.",
    )
    return CohortResult(
        title=f"{', '.join(question.measured)} against {question.reference}",
        n=n,
        excluded=tuple(excluded),
        main=main,
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=_methods_of_sizes(cohort, question, unit),
        warnings=(*cohort.warnings, *_unit_warnings(cohort, question, unit), *_warnings(cohort, rows)),
        figures=tuple(figures),
    )


def _common_unit(cohort: Cohort, question: AgreementQuestion) -> str:
    names = (*question.measured, question.reference)
    for name in question.measured:
        cohort.numbers(name, "--measured")
    units = {name: cohort.variables[name].unit for name in names if cohort.variables[name].unit}
    if len(set(units.values())) > 1:
        raise InputError(
            f"{', '.join(f'{name} is in {unit}' for name, unit in units.items())}.",
            "--measured",
            "Bring all to one unit in the mapping: to_unit.",
        )
    return next(iter(units.values()), "")


def _unit_warnings(cohort: Cohort, question: AgreementQuestion, unit: str) -> list[Caution]:
    """Columns that state no unit beside one that does."""
    names = (*question.measured, question.reference)
    silent = [name for name in names if not cohort.variables[name].unit]
    if not unit or not silent:
        return []
    message = f"{', '.join(silent)} states no unit and was taken in {unit}: name it in the mapping."
    return [Caution(code="unit-not-stated", message=message)]


def _warnings(cohort: Cohort, rows: list[dict[str, str | float | int | None]]) -> list[Caution]:
    found = []
    small = [
        f"{row['measured']}, {row['group']}" for row in rows if isinstance(row["n"], int) and row["n"] < 10
    ]
    if small:
        found.append(
            Caution(
                code="few-pairs",
                message=f"Fewer than 10 pairs: {'; '.join(small[:8])}. Their intervals are wide or absent.",
            )
        )
    if cohort.patient is not None and cohort.patients().duplicated().any():
        found.append(
            Caution(
                code="several-rows-a-patient",
                message="Some patients have several rows; intervals take rows as independent and are too "
                "short.",
            )
        )
    return found


def _methods_of_sizes(cohort: Cohort, question: AgreementQuestion, unit: str) -> str:
    percent = f"{100 * question.level:g} %"
    return (
        f"{cohort.reading} Differences are measured less reference ({question.reference}). Limits of "
        "agreement are the "
        f"bias plus and minus 1.96 standard deviations (n - 1); their {percent} intervals are exact "
        "(noncentral t; Carkeet "
        "2015), those of Bland and Altman 1999 stand beside them. Concordance is Lin's coefficient with "
        "moments divided by "
        "n and Fisher's z. The six intraclass correlations are those of Shrout and Fleiss: (2,1) counts a "
        "bias as "
        f"disagreement, (3,1) does not. Over- and undersizing is a difference above {question.band:g} "
        f"{unit}, exactly that "
        "much is concordant (a choice of this software); rates have Wilson intervals. False negatives are "
        "counted among "
        "references above 0, false positives among references of 0."
    )


def _classes(cohort: Cohort, question: AgreementQuestion, parts: Parts) -> CohortResult:
    excluded: list[Excluded] = []
    rows = []
    n = 0
    for measured in question.measured:
        pairs, left_out = _pairs(cohort, measured, question, numbers=False)
        excluded += left_out
        n = max(n, len(pairs))
        first, second = pairs.groups(measured), pairs.groups(question.reference)
        orders = [pairs.variables[name].levels for name in (measured, question.reference)]
        levels = shared_levels(first, second, orders)
        for name, label, mine in _groups(pairs, question.by):
            counts = cross_table(first[mine], second[mine], levels)
            if label is None:
                parts.tables.append(counts_table(measured, question.reference, levels, counts))
            numbers = agree_on_class(measured, label, counts, question.level, parts, levels)
            rows.append({"measured": measured, "group": label or name} | numbers)
    main = ResultTable(
        name="agreement",
        title=f"Agreement with {question.reference}",
        columns=(
            Heading(key="measured", heading="measured"),
            Heading(key="group", heading="group"),
            Heading(key="n", heading="n"),
            Heading(key="agreeing", heading="agreeing"),
            Heading(key="agreement", heading="share", digits=3),
            Heading(key="kappa_none", heading="kappa", digits=3),
            Heading(key="kappa_linear", heading="linear weights", digits=3),
            Heading(key="kappa_quadratic", heading="quadratic weights", digits=3),
        ),
        rows=tuple(rows),
    )
    return CohortResult(
        title=f"{', '.join(question.measured)} against {question.reference}",
        n=n,
        excluded=tuple(excluded),
        main=main,
        further=tuple(parts.tables),
        estimates=tuple(parts.estimates),
        methods_text=f"{cohort.reading} Agreement of classes beyond chance is Cohen's kappa with the "
        "variance of Fleiss, "
        "Cohen and Everitt 1969; linear and quadratic weights count a disagreement by its distance in the "
        "order of the "
        "classes, so they hold for ordered classes alone.",
        warnings=(*cohort.warnings, *_warnings(cohort, rows)),
    )
