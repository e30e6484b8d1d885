"""The words of the page: each explained where it is first used, and all of them in a list at its end.

Meanings come from the glossary, the drugs and the regimens of the knowledge base; a few everyday words of a
report that it does not hold stand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from neoher.guidance.knowledge import Knowledge
from neoher.report.content import Fact
from neoher.report.section import Section

__all__ = ["text_of", "with_words"]


@dataclass(frozen=True, slots=True)
class _Word:
    label: str
    """What the list calls it; empty: as the page writes it."""
    means: str
    forms: tuple[str, ...]
    """How it may be written; a form with capitals only inside must be met letter by letter."""


_OWN = (
    _Word("AC", "Two chemotherapy medicines: doxorubicin and cyclophosphamide.", ("AC",)),
    _Word("EC", "Two chemotherapy medicines: epirubicin and cyclophosphamide.", ("EC",)),
    _Word("FEC", "Three chemotherapy medicines: fluorouracil, epirubicin and cyclophosphamide.", ("FEC",)),
    _Word("HER2-negative", "The cancer cells carry little HER2 or none.", ("HER2-negative",)),
    _Word("armpit", "The hollow under the arm. Lymph nodes lie there.", ("armpit",)),
    _Word("antibody", "A medicine that finds one kind of protein on cells.", ("antibody", "antibodies")),
    _Word(
        "biopsy",
        "A small sample of tissue, taken with a needle.",
        ("biopsy", "tissue sample", "tissue samples"),
    ),
    _Word("cc", "Cubic centimetre. A sugar cube is a little larger than two of them.", ("cc",)),
    _Word("chemotherapy", "Medicines that stop cells from dividing.", ("chemotherapy",)),
    _Word("CT", "A scan with X-rays from all sides.", ("CT", "CT scan")),
    _Word(
        "gene test", "A test that counts copies of the HER2 gene. Doctors call it ISH.", ("gene test", "ISH")
    ),
    _Word(
        "grade",
        "Of a cancer: how different its cells look from normal cells. Of a side effect: how severe it is.",
        ("grade",),
    ),
    _Word("invasive", "Cancer that has grown out of the milk ducts.", ("invasive",)),
    _Word(
        "lymph node",
        "A small gland that filters fluid. Cancer often spreads there first.",
        ("lymph node", "lymph nodes"),
    ),
    _Word("mm", "Millimetre. Ten of them make one centimetre.", ("mm",)),
    _Word("NST", "'No special type': the name of the most frequent kind of breast cancer.", ("NST",)),
    _Word("PET", "A scan that shows where a medicine with a radioactive mark goes.", ("PET", "PET scan")),
    _Word("plain X-ray", "A simple picture with X-rays.", ("plain X-ray",)),
    _Word("radiotherapy", "Treatment with rays that kill cancer cells.", ("radiotherapy",)),
    _Word(
        "round", "One turn of treatment, most often every 3 weeks. Doctors say 'cycle'.", ("round", "rounds")
    ),
    _Word("side effect", "Something unwanted that a treatment does.", ("side effect", "side effects")),
)
_CLASSES = {
    "HER2 antibody": "An antibody against HER2.",
    "HER2 antibody (dimerisation)": "A second antibody against HER2.",
    "HER2 antibodies, fixed combination with hyaluronidase": "Two antibodies against HER2 in one injection.",
    "HER2 antibody-drug conjugate": "An antibody against HER2 that carries chemotherapy into the cell.",
    "HER2 tyrosine kinase inhibitor": "A tablet against HER2.",
    "taxane": "A common kind of chemotherapy.",
    "platinum": "A kind of chemotherapy.",
    "anthracycline": "A kind of chemotherapy that can strain the heart.",
    "alkylating agent": "A kind of chemotherapy.",
    "antimetabolite": "A kind of chemotherapy.",
}
_STEM = 5
"""Letters by which two forms are taken for one word: antibody, antibodies."""
_NOT_WORDS = {"US", "EF", "PH", "AD", "ET", "PR", "HR", "RD", "SN", "clear MRI", "echo"}
"""Forms that mean something else in everyday words, or are no word of the page."""
_ELSEWHERE = {"term.FDG-PET", "term.ISH", "term.residual"}
"""Terms that the page names by other words."""


def with_words(sections: Sequence[Section], knowledge: Knowledge) -> tuple[Section, ...]:
    """The sections, each with the words that it is the first to use, then the glossary of them all."""
    open_words = dict(enumerate(_words(knowledge)))
    used: list[Fact] = []
    told = []
    page = "\n".join(text_of(section) for section in sections)
    for section in sections:
        found = _first_used(text_of(section), page, open_words)
        used += found
        told.append(replace(section, words=tuple(found)))
    if used:
        entries = tuple(sorted(used, key=lambda word: word.label.lower()))
        told.append(Section(id="words", title="Words on this page", facts=entries))
    return tuple(told)


def text_of(section: Section) -> str:
    """Everything that a section says, its tables and parts included."""
    return "\n".join(_texts(section))


def _texts(section: Section) -> Iterator[str]:
    yield section.title
    yield from (*section.cautions, *section.introduction, *section.items)
    for fact in section.facts:
        yield from (fact.label, fact.text)
    for image in section.figures:
        yield from (image.title, image.caption)
    for table in section.tables:
        yield from (table.caption, *table.header, table.note)
        for row in table.rows:
            for cell in row:
                yield from (cell.text, cell.note)
    for part in section.parts:
        yield from _texts(part)
    yield from section.closing


def _first_used(text: str, page: str, open_words: dict[int, _Word]) -> list[Fact]:
    """The words of a text that were not explained before, and those that their meanings use."""
    found: list[Fact] = []
    waiting = [text]
    while waiting:
        here = waiting.pop(0)
        for place, word in tuple(open_words.items()):
            form = next((form for form in word.forms if _pattern(form).search(here)), None)
            if form is None:
                continue
            del open_words[place]
            found.append(Fact(_label(word, form, f"{here}\n{page}"), word.means))
            waiting.append(word.means)
    return found


def _label(word: _Word, form: str, page: str) -> str:
    """The name in the list, and how else the page writes it: 'lung inflammation (ILD)'."""
    name = word.label or _as_written(form, page)
    others = [
        _as_written(other, page)
        for other in word.forms
        if _pattern(other).search(page)
        and other[:_STEM].lower() != name[:_STEM].lower()
        and other.lower() not in name.lower()
        and name.lower() not in other.lower()
        and (not word.label or sum(letter.isupper() for letter in other) > 1)
    ]
    return f"{name} ({', '.join(dict.fromkeys(others))})" if others else name


def _as_written(form: str, text: str) -> str:
    """The form as the page writes it, small where only its place in a sentence made it large."""
    met = _pattern(form).search(text)
    written = met[0] if met else form
    return written if sum(letter.isupper() for letter in written) > 1 else written.lower()


@cache
def _pattern(form: str) -> re.Pattern[str]:
    capitals = sum(letter.isupper() for letter in form)
    flags = re.RegexFlag(0) if capitals > 1 else re.IGNORECASE
    return re.compile(rf"(?<![\w-]){re.escape(form)}(?![\w-])", flags)


@lru_cache(maxsize=4)
def _words(knowledge: Knowledge) -> tuple[_Word, ...]:
    return tuple(_all_words(knowledge))


def _all_words(knowledge: Knowledge) -> Iterator[_Word]:
    yield from _OWN
    own = {form.lower() for word in _OWN for form in word.forms}
    for word in _held(knowledge):
        forms = tuple(form for form in word.forms if form.lower() not in own and form not in _NOT_WORDS)
        if forms:
            yield _Word(word.label, word.means, forms)


def _held(knowledge: Knowledge) -> Iterator[_Word]:
    drugs = {drug.title.lower() for drug in knowledge.contents.drugs}
    for term in knowledge.contents.terms:
        if term.id in _ELSEWHERE:
            continue
        lay = (name for name in term.synonyms if name.islower() and name not in drugs)
        yield _Word("", term.patient, (term.title, *term.abbreviations, *lay))
    for drug in knowledge.contents.drugs:
        short = tuple(each for each in drug.abbreviations if len(each) > 2)
        label = f"{drug.title.lower()} ({short[0]})" if short else drug.title.lower()
        named = f" Also sold as {drug.brands[0]}." if drug.brands else ""
        means = f"{_CLASSES.get(drug.drug_class, 'A medicine.')}{named}"
        yield _Word(label, means, (drug.title, *drug.brands, *short))
    for regimen in knowledge.contents.regimens:
        short = tuple(name for name in regimen.names if any(letter.isupper() for letter in name))
        if short:
            yield _Word("", regimen.patient, short)
