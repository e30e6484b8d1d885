"""Cohort: many patients as one typed table, and Variable: what one of its columns means."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from neoher.errors import InputError
from neoher.record.column_kind import Kind
from neoher.record.conclusion import Caution

if TYPE_CHECKING:
    import pandas as pd

    from neoher.cohort.result import DataFile, Excluded

__all__ = ["MOST_GROUPS", "Cohort", "Kind", "Place", "Variable", "case_of"]

MOST_GROUPS = 20
"""A column with more distinct values than this is no grouping."""


@dataclass(frozen=True, slots=True)
class Variable:
    """The dictionary's entry of one column."""

    name: str
    kind: Kind
    source_column: str = ""
    unit: str = ""
    levels: tuple[str, ...] = ()
    """Categories in their order; names of the events 0, 1, ... of an event."""
    definition: str = ""
    """What exactly is meant, such as which pathological complete response."""
    endpoint: str = ""
    """Of a time or an event: OS, DFS, iDFS, EFS, RFS, ..."""
    origin: str = ""
    """Of a time: from when it is counted."""
    event: str = ""
    """Of a time: the column of its event."""
    conversion: str = ""
    """How the cells were turned into values, where they were: codes, a factor between units."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cells of a column stand that do not stand in the row of the table that the cohort counts."""

    table: str
    """The file, and its sheet where there are several."""
    column: str
    """The column's own name there."""
    rows: pd.Series
    """Row there of each row of the cohort."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """Patients (or lesions) as rows, typed columns, and where they come from.

    `frame` is indexed by the row of the file as a spreadsheet counts it (the header is row 1). Column types
    by kind: CATEGORY pandas Categorical (its categories in the order of `levels`), YES_NO 'boolean', NUMBER
    and TIME float64 (NaN: not known), EVENT 'Int64', DATE datetime64, IDENTIFIER and TEXT strings. A missing
    cell is NaN/NA/NaT, never 0.
    """

    frame: pd.DataFrame
    variables: dict[str, Variable]
    patient: str | None
    """Column that names the patient; several rows may share one (lesions)."""
    name: str = ""
    warnings: tuple[Caution, ...] = ()
    files: tuple[DataFile, ...] = ()
    reading: str = ""
    """How the table was read, in sentences for the methods text."""
    left_out: tuple[Excluded, ...] = field(default=())
    """Rows that the mapping's own rules left out."""
    places: dict[str, Place] = field(default_factory=dict)
    """Of columns from other parts, or from other rows of a record."""

    def __len__(self) -> int:
        return len(self.frame)

    def variable(self, name: str, option: str = "") -> Variable:
        """The entry of a column.

        Raises: InputError naming the nearest columns where there is none of that name.
        """
        if name in self.variables:
            return self.variables[name]
        from rapidfuzz import process

        near = [
            found for found, score, _ in process.extract(name, list(self.variables), limit=4) if score > 60
        ]
        hint = f"Did you mean {', '.join(near)}? " if near else ""
        known = ", ".join(list(self.variables)[:40])
        raise InputError(f"there is no column {name!r}.", option, f"{hint}The columns are {known}.")

    def groups(self, name: str, option: str = "") -> pd.Series:
        """A column as groups: a pandas Categorical, its categories in order, all of them in use.

        Yes/no becomes no, yes; numbers of at most 20 distinct values are taken as codes.
        Raises: InputError where the column is no grouping.
        """
        import pandas as pd

        variable = self.variable(name, option)
        column = self.frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            found = column
        elif variable.kind is Kind.YES_NO:
            labels = column.map({True: "yes", False: "no"}).astype("object")
            found = pd.Series(pd.Categorical(labels, ["no", "yes"], ordered=True), column.index)
        elif variable.kind in (Kind.NUMBER, Kind.EVENT):
            values = column.astype("float64")
            distinct = sorted(values.dropna().unique())
            _refuse_too_many(len(distinct), name, option)
            labels = values.map(lambda value: f"{value:g}", na_action="ignore").astype("object")
            order = list(dict.fromkeys(f"{value:g}" for value in distinct))
            found = pd.Series(pd.Categorical(labels, order, ordered=True), column.index)
        elif variable.kind is Kind.TEXT:
            from neoher.cohort.table.level_order import level_order

            distinct = list(level_order(column.dropna().unique()))
            _refuse_too_many(len(distinct), name, option)
            found = pd.Series(pd.Categorical(column, distinct), column.index)
        else:
            raise InputError(f"the column {name} holds a {variable.kind}, not groups.", option)
        used = found.cat.remove_unused_categories()
        _refuse_too_many(len(used.cat.categories), name, option)
        return used

    def numbers(self, name: str, option: str = "") -> pd.Series:
        """A column as float64, NaN where not known.

        Raises: InputError where the column holds no numbers.
        """
        variable = self.variable(name, option)
        if variable.kind not in (Kind.NUMBER, Kind.TIME):
            raise InputError(f"the column {name} holds a {variable.kind}, not numbers.", option)
        return self.frame[name].astype("float64")

    def answers(self, name: str, option: str = "", *, yes: str | None = None) -> pd.Series:
        """A column as yes or no ('boolean', NA where not known).

        `yes` names the level that counts as yes where the column holds more than yes and no.
        Raises: InputError where the column is not of two values and no level is named.
        """

        variable = self.variable(name, option)
        column = self.frame[name]
        if yes is None:
            if variable.kind is Kind.YES_NO:
                return column.astype("boolean")
            if variable.kind is Kind.EVENT and column.dropna().isin([0, 1]).all():
                return (column == 1).astype("boolean").mask(column.isna())
            raise InputError(
                f"the column {name} holds a {variable.kind}, not yes and no.",
                option,
                "Name the level that counts: --outcome-is LEVEL.",
            )
        levels = self.groups(name, option)
        if yes not in levels.cat.categories:
            known = ", ".join(map(str, levels.cat.categories))
            raise InputError(f"the column {name} has no level {yes!r}.", "--outcome-is", f"It has {known}.")
        return (levels == yes).astype("boolean").mask(levels.isna())

    def patients(self) -> pd.Series:
        """The patient of each row as text; the row's own number where the table names no patients."""
        import pandas as pd

        if self.patient is None:
            return pd.Series(self.frame.index.astype(str), self.frame.index)
        return self.frame[self.patient].astype("string")

    def where(self, keep: pd.Series) -> Cohort:
        """The cohort of the rows for which `keep` is true."""
        return replace(self, frame=self.frame[keep.fillna(False).astype(bool)])


def case_of(text: str) -> str:
    """A name without case, spaces at its ends, and with one space between words, for comparison."""
    return " ".join(text.split()).casefold()


def _refuse_too_many(count: int, name: str, option: str) -> None:
    if count > MOST_GROUPS:
        raise InputError(
            f"the column {name} has {count} distinct values, too many for groups.",
            option,
            f"Name a column of at most {MOST_GROUPS} groups, or cut it in the mapping: `cut: [...]`.",
        )
