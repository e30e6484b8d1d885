"""Sources as BibTeX and RIS, for a reference manager."""

from __future__ import annotations

import re
from collections.abc import Iterator

from neoher.guidance.knowledge.kinds.source import Source, SourceKind

__all__ = ["bibtex", "ris"]

_SPECIAL = re.compile(r"([{}\\%&$#_])")
_PREPRINTS_AND_PAGES = {
    SourceKind.SECONDARY_SITE,
    SourceKind.PATIENT_PAGE,
    SourceKind.EXPERT_ANSWER,
    SourceKind.NEWS,
    SourceKind.REGULATOR,
    SourceKind.LABEL,
    SourceKind.SOFTWARE,
}


def bibtex(source: Source) -> str:
    """The source as one BibTeX entry; how far it was read stands in its note."""
    kind = "article" if source.journal else "misc"
    fields = {
        "title": f"{{{_escaped(source.title)}}}",
        "author": _escaped(source.authors or ""),
        "journal": _escaped(source.journal or ""),
        "year": str(source.year or ""),
        "doi": source.doi or "",
        "pmid": source.pmid or "",
        "pmcid": source.pmcid or "",
        "url": _address(source),
        "urldate": source.accessed.isoformat(),
        "note": _escaped(f"{source.verification}: {source.reading}"),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{_key(source)},", *lines, "}"])


def ris(source: Source) -> str:
    """The source as one RIS record; how far it was read stands in its note."""
    return "\n".join(f"{tag}  - {value}".rstrip() for tag, value in _ris_lines(source))


def _ris_lines(source: Source) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR" if source.journal else "ELEC" if source.kind in _PREPRINTS_AND_PAGES else "GEN"
    yield "ID", _key(source)
    yield "TI", source.title
    if source.authors:
        yield "AU", source.authors
    if source.journal:
        yield "JO", source.journal
    if source.year:
        yield "PY", str(source.year)
    if source.doi:
        yield "DO", source.doi
    if source.pmid:
        yield "AN", f"PMID {source.pmid}"
    if address := _address(source):
        yield "UR", address
    yield "Y2", source.accessed.strftime("%Y/%m/%d")
    yield "N1", f"{source.verification}: {source.reading}"
    yield "ER", ""


def _key(source: Source) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", source.id).strip("-")


def _address(source: Source) -> str:
    if source.doi:
        return f"https://doi.org/{source.doi}"
    if source.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{source.pmid}/"
    if source.pmcid:
        return f"https://www.ncbi.nlm.nih.gov/pmc/articles/{source.pmcid}/"
    return next((url for url in (source.id, *source.urls) if url.startswith("http")), "")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
