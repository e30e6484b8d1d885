"""The page: an answer as one HTML file with its sources, dates and limits. Nothing is loaded, no script."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from neoher.guidance.asking.answer import Answer
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.intended_use import GUIDANCE

__all__ = ["answer_page"]


def answer_page(answer: Answer) -> str:
    """The answer as HTML text; every text is escaped. The same lines in the same order as its JSON."""
    sources = {source.id: source for line in answer.answer for source in line.cited}
    numbers = {name: number for number, name in enumerate(sources, start=1)}
    return (
        _environment()
        .get_template("answer.html.j2")
        .render(
            answer=answer,
            sources=list(sources.values()),
            number=numbers,
            for_patient=answer.audience is Audience.PATIENT,
            use=GUIDANCE,
            plainly=_PLAINLY,
        )
    )


_PLAINLY = {
    "verified": "read in the source",
    "secondary": "as quoted elsewhere; the source was not opened",
    "unverified": "from memory; the source was not opened",
    "computed": "follows from a formula",
    "design decision": "a decision of neoher, without evidence",
    "submitted": "not yet reviewed by a clinician",
    "under review": "under review",
    "approved": "reviewed and approved",
}
"""What the standing of a line means."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("neoher.guidance.asking"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
