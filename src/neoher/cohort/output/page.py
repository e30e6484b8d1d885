"""One result as one print-ready page: style, figures and numbers inside, no script, nothing loaded."""

from __future__ import annotations

from collections import Counter
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from neoher.cohort.output.numbers import cell, estimate_text, number, p_value
from neoher.cohort.result import CohortResult, Excluded, ResultTable

__all__ = ["render_page"]

EXCLUDED_SHOWN = 60
ESTIMATES_SHOWN = 400
_ADDRESSES = {
    "PMID:": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "doi:": "https://doi.org/{}",
    "PMC": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC{}/",
}


def render_page(result: CohortResult) -> str:
    """The page as HTML text; every text of the table is escaped."""
    software = f"{result.software.name} {result.software.version}"
    return (
        _environment()
        .get_template("cohort.html.j2")
        .render(
            result=result,
            reasons=_reasons(result.excluded),
            excluded=result.excluded[:EXCLUDED_SHOWN],
            estimates=result.estimates[:ESTIMATES_SHOWN],
            further_estimates=max(0, len(result.estimates) - ESTIMATES_SHOWN),
            footer=f"{software} · research use, not for diagnosis or management",
        )
    )


def _reasons(excluded: tuple[Excluded, ...]) -> list[tuple[str, str, int]]:
    counts = Counter((each.column, each.reason) for each in excluded)
    return [(column, reason, count) for (column, reason), count in counts.most_common()]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("neoher.cohort.output"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        cell=cell,
        address=_address,
        drawing=Markup,  # figures come from our own drawing module, whose texts are glyphs
        estimate_text=estimate_text,
        number=number,
        numeric_columns=_numeric_columns,
        p_value=p_value,
    )
    return environment


def _numeric_columns(table: ResultTable) -> set[str]:
    """The keys of the columns that hold numbers, which stand flush right."""
    return {
        column.key
        for column in table.columns
        if any(isinstance(row.get(column.key), int | float) for row in table.rows)
    }


def _address(source: str) -> str:
    for prefix, address in _ADDRESSES.items():
        if source.startswith(prefix):
            return address.format(source[len(prefix) :].split(maxsplit=1)[0])
    return ""
