"""CohortResult: what every cohort command returns, whatever it counts.

The contract's keys (`n`, `excluded`, `table`, `estimates`, `tests`, `methods_text`) stand at the top of the
JSON object; beside them lie the warnings, the sources, and what remakes the result: the command line and the
hash of every file read. Figures and further tables belong to the page; figures are not part of the JSON.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field, JsonValue

from neoher.record.conclusion import Caution, Frozen, Software

__all__ = [
    "CohortResult",
    "DataFile",
    "Estimate",
    "Excluded",
    "Figure",
    "Heading",
    "Remake",
    "ResultTable",
    "TestResult",
]


class Excluded(Frozen):
    """A row, or one cell of it, that a statistic could not use."""

    row: int | None
    """Row of the file as a spreadsheet counts it: the header is row 1."""
    column: str
    reason: str
    patient: str | None = None


class Estimate(Frozen):
    """One estimate with its interval; what cannot be estimated is None with the reason in `method`."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    """Confidence level of the interval, such as 0.95."""
    method: str
    """Estimator and interval, named."""
    group: str | None = None
    """The group or comparison it belongs to, such as 'her2_class=positive'."""
    n: int | None = None
    """Patients (or lesions) it rests on."""
    unit: str = ""


class TestResult(Frozen):
    """One test; `p` is None where the test cannot be made, with the reason in `convention`."""

    __test__ = False  # a result, not a test of ours

    name: str
    """What was compared."""
    statistic: float | None
    df: float | None = None
    p: float | None
    method: str
    convention: str
    """Choices on which programs differ: continuity correction, two-sided rule, ties, exact or asymptotic."""
    group: str | None = None


class Heading(Frozen):
    """A column of a result table."""

    key: str
    heading: str
    unit: str = ""
    digits: int | None = None
    """Decimals shown on the page; None: three significant digits. JSON and CSV hold the full number."""
    once: bool = False
    """Whether the page shows a value that repeats from row to row only in the first of them."""


class ResultTable(Frozen):
    """One table of a result; a cell that is not known is None."""

    name: str
    """Short kebab-case name; also the ending of its CSV."""
    title: str
    columns: tuple[Heading, ...]
    rows: tuple[dict[str, JsonValue], ...]
    note: str = ""
    in_terminal: bool = True
    """Whether the terminal shows it; a long listing stands in the files and JSON alone."""


class Figure(Frozen):
    """A drawing as SVG text, with the words below it."""

    name: str
    title: str
    caption: str
    svg: str


class DataFile(Frozen):
    """A file that was read."""

    path: str
    sha256: str
    role: str = "data"
    """data, mapping, data dictionary."""


class Remake(Frozen):
    """The command and the data that remake the result."""

    command: str = ""
    files: tuple[DataFile, ...] = ()


class CohortResult(Frozen):
    """The outcome of one cohort command."""

    title: str
    n: int
    """Rows that entered the analysis."""
    excluded: tuple[Excluded, ...] = ()
    main: ResultTable
    further: tuple[ResultTable, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    tests: tuple[TestResult, ...] = ()
    methods_text: str
    """Every choice, in sentences that can stand in a paper's methods section."""
    warnings: tuple[Caution, ...] = ()
    missing: tuple[str, ...] = ()
    """What would be needed for what could not be computed."""
    sources: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    remake: Remake = Field(default_factory=Remake)
    software: Software = Field(default_factory=Software)

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON values: the contract's keys first, the figures left to the page."""
        plain = self.model_dump(mode="json", exclude={"main", "further", "figures", "title"})
        return {
            "title": self.title,
            "n": plain.pop("n"),
            "excluded": plain.pop("excluded"),
            "table": list(self.main.model_dump(mode="json")["rows"]),
            "estimates": plain.pop("estimates"),
            "tests": plain.pop("tests"),
            "methods_text": plain.pop("methods_text"),
            "further_tables": {each.name: each.model_dump(mode="json")["rows"] for each in self.further},
            **plain,
        }

    def with_remake(self, remake: Remake) -> CohortResult:
        """The same result with the command and data that remake it."""
        return self.model_copy(update={"remake": remake})
