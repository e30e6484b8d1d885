"""The report as one self-contained page: style, drawings and pixels inside, no script, nothing loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pydantic import JsonValue

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.report.content import ReportContent
from neoher.report.drawing.charts import volume_chart
from neoher.report.drawing.timeline_chart import timeline_chart
from neoher.report.numbers import change_percent, long_date, short_date, with_unit

__all__ = ["render"]

_CITATIONS = {
    "PMID:": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "doi:": "https://doi.org/{}",
    "PMC": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC{}/",
}

_PAGES = {
    Audience.CLINICIAN: "report.html.j2",
    Audience.PATIENT: "patient.html.j2",
    Audience.RESEARCHER: "report.html.j2",
}
_NOT_FOR = "research use, not for diagnosis or management"
_FOOTERS = {
    Audience.CLINICIAN: _NOT_FOR,
    Audience.PATIENT: "for research, not a medical device; your team decides with you",
    Audience.RESEARCHER: _NOT_FOR,
}


def render(content: ReportContent) -> str:
    """The page as HTML text.

    Every text of the record is escaped: what somebody typed is shown, never run. The only addresses in the
    page are those of cited publications. Does not read, measure or decide anything.
    """
    software = content.software
    footer = f"{software.name} {software.version} · {_FOOTERS[content.audience]}"
    return _environment().get_template(_PAGES[content.audience]).render(content=content, footer=footer)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("neoher.report"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        breakable=_breakable,
        change_percent=change_percent,
        citation=_citation,
        css_string=_css_string,
        drawing=Markup,  # drawings come from neoher.report's own modules, which escape their texts
        long_date=long_date,
        facts_used=_facts_used,
        parameters=_parameters,
        short_hash=_short_hash,
        short_date=short_date,
        volume_chart=volume_chart,
        timeline_chart=timeline_chart,
        with_unit=with_unit,
    )
    return environment


def _citation(source: str) -> str:
    """Address of a publication given as 'PMID:…', 'PMC…' or 'doi:…'; empty for anything else."""
    for prefix, address in _CITATIONS.items():
        if source.startswith(prefix):
            return address.format(source[len(prefix) :])
    return ""


def _breakable(identifier: str) -> Markup:
    """An id or address that may go on in the next line behind a stroke."""
    return Markup("/<wbr>").join(escape(part) for part in identifier.split("/"))


def _facts_used(inputs: Mapping[str, JsonValue]) -> str:
    """'ratio 2.4, cells not known'; hashes are left to the table of provenance."""
    shown = {name: value for name, value in inputs.items() if not name.endswith("_sha256")}
    return ", ".join(
        f"{name} {'not known' if value is None else _plain(value)}" for name, value in shown.items()
    )


def _parameters(values: Mapping[str, JsonValue]) -> str:
    """'pe_percent 70, neighbours 4'; one that was not set says so."""
    return ", ".join(
        f"{name} {'not set' if value is None else _plain(value)}" for name, value in values.items()
    )


def _short_hash(sha256: str) -> str:
    """The first 16 digits, enough to compare by eye; report.json holds all."""
    return f"{sha256[:16]}…" if len(sha256) > 16 else sha256


def _plain(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str | int):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _css_string(text: str) -> Markup:
    """Text as a CSS string inside a style element: everything but letters, digits and spaces by code."""
    safe = (letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):06x}" for letter in text)
    return Markup('"{}"').format(Markup("".join(safe)))
