"""The data dictionary of a cohort: what each column means, and from when each endpoint is counted."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from neoher.cohort.result import CohortResult, Heading, ResultTable
from neoher.cohort.table.tidy import Cohort, Kind

__all__ = ["cohort_dictionary", "dictionary_table"]

NOT_MIXED = (
    "Endpoints are never mixed: each time stands with its own event and its own beginning. A time whose "
    "beginning the table does not state is named as missing it; its name alone does not decide it."
)


def cohort_dictionary(cohort: Cohort) -> CohortResult:
    """Every column with its meaning; times whose beginning is not stated are named under `missing`."""
    missing = tuple(
        f"{name}: from when it is counted"
        for name, variable in cohort.variables.items()
        if variable.kind is Kind.TIME and not variable.origin and variable.endpoint
    )
    return CohortResult(
        title=f"Data dictionary of {cohort.name}",
        n=len(cohort),
        excluded=cohort.left_out,
        main=dictionary_table(cohort, list(cohort.variables)),
        methods_text=f"{cohort.reading} {NOT_MIXED}",
        warnings=cohort.warnings,
        missing=missing,
    )


def dictionary_table(cohort: Cohort, names: Sequence[str]) -> ResultTable:
    """One row a column: kind, unit, definition, endpoint and its beginning, source, codes, known and not."""
    rows: list[dict[str, JsonValue]] = []
    for name in names:
        variable = cohort.variables[name]
        rows.append(
            {
                "column": name,
                "kind": str(variable.kind),
                "unit": variable.unit or None,
                "endpoint": variable.endpoint or None,
                "counted_from": variable.origin or None,
                "definition": variable.definition or None,
                "source": variable.source_column or None,
                "conversion": variable.conversion or None,
                "known": int(cohort.frame[name].notna().sum()),
                "not_known": int(cohort.frame[name].isna().sum()),
            }
        )
    headings = [
        Heading(key="column", heading="column"),
        Heading(key="kind", heading="kind"),
        Heading(key="unit", heading="unit"),
        Heading(key="definition", heading="definition"),
        Heading(key="endpoint", heading="endpoint"),
        Heading(key="counted_from", heading="counted from"),
        Heading(key="source", heading="source column"),
        Heading(key="conversion", heading="conversion"),
        Heading(key="known", heading="known"),
        Heading(key="not_known", heading="not known"),
    ]
    held = [heading for heading in headings if any(row[heading.key] is not None for row in rows)]
    return ResultTable(name="dictionary", title="Data dictionary", columns=tuple(held), rows=tuple(rows))
