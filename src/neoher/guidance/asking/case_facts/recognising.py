"""Questions about the patient of a record: which fact is asked for, and what the record says of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from neoher.guidance.asking.answer import AnswerLine, Origin
from neoher.guidance.asking.case_facts import course, imaging, tissue
from neoher.guidance.asking.case_facts.told import Asked, TellFact
from neoher.guidance.asking.composing import cited
from neoher.guidance.asking.reading.vocabulary import Reading
from neoher.guidance.facts.known import known_on
from neoher.guidance.knowledge import Knowledge
from neoher.record.case import Case
from neoher.record.conclusion import Caution, Step

__all__ = ["CaseAnswer", "answer_from_case"]


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What the record answers."""

    lines: tuple[AnswerLine, ...] = ()
    reason: str | None = None
    missing: tuple[str, ...] = ()
    warnings: tuple[Caution, ...] = ()
    because: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fact:
    """One sort of question about a patient."""

    name: str
    words: re.Pattern[str]
    tell: TellFact
    alone: bool = False
    """Asked with a case at hand it means the patient, also without 'her'."""
    advice: bool = False
    """It asks what can be done, and so may say should or can."""


def _fact(name: str, words: str, tell: TellFact, *, alone: bool = False, advice: bool = False) -> _Fact:
    return _Fact(name, re.compile(words), tell, alone, advice)


_SIZE = r"how (?:big|large|small|wide|long)|\bsizes?\b|\bdiameters?\b|\bmeasur\w*|short axis|longest|extent"
_FACTS = (
    # The first that fits is answered, the narrowest first.
    _fact(
        "next steps",
        r"\bnext steps?\b|\b(?:her|his|my|the patient's) options\b|"
        r"what (?:options|can be offered|should be done|"
        r"should (?:she|he|i|we) (?:get|do|have|offer))|what (?:comes|happens|is) next\b|what next for",
        course.tell_next_steps,
        alone=True,
        advice=True,
    ),
    _fact(
        "imaging against the specimen",
        r"over-?estimat|under-?estimat|imaging (?:v|versus|against|compared)|"
        r"(?:mri|mammogra\w*|ultrasound|\bus|"
        r"imaging|scan)\b.{0,40}\b(?:match|agree|correct|wrong|right|accurate|concord|compare|miss|differ|err)"
        r"|(?:match|agree)\w* .{0,30}(?:specimen|patholog|surgery)",
        imaging.tell_against_specimen,
        alone=True,
    ),
    _fact(
        "next echo",
        r"(?:next|due|overdue|repeat).{0,25}(?:echo|lvef|ejection|heart)|(?:echo|lvef|ejection|heart).{0,40}"
        r"(?:\bdue|overdue|next)|(?:hold|pause|stop|continue|go on).{0,30}(?:lvef|ejection|heart|echo)",
        course.tell_next_echo,
        alone=True,
    ),
    _fact(
        "ejection fraction",
        r"\blvef\b|ejection fraction|\becho\w*|heart (?:function|value)|\bmuga\b",
        course.tell_heart,
    ),
    _fact("residual cancer burden", r"\brcb\b|residual (?:cancer )?burden", tissue.tell_residual, alone=True),
    _fact(
        "complete response",
        r"\bt?pcr\b|path\w* complete|complete (?:path\w* )?respon|"
        r"cancer left|residual (?:disease|cancer|tumou?r)",
        tissue.tell_response,
    ),
    _fact(
        "Ki67 and grade",
        r"ki-?\s?67|pik3ca|pi3k|her2dx|\btils?\b|histolog|(?:tumou?r|nottingham|histological) "
        r"grade|(?:her|the|what) grade",
        tissue.tell_biology,
    ),
    _fact(
        "hormone receptors",
        r"\b(?:er|pr|hr)\b(?! her)|hormone.receptor|o?estrogen|progesterone|"
        r"hormone (?:status|positive|negative|"
        r"sensitive)",
        tissue.tell_receptors,
    ),
    _fact(
        "tests and events",
        r"hepatitis|pregnancy test|adverse|side effects?|\bild\b|"
        r"pneumonitis|contraindic|allerg",
        course.tell_safety,
    ),
    _fact("clip", r"\bclips?\b|\bmarker\b|\bcoil\b", imaging.tell_clip),
    _fact(
        "change of size",
        r"shr[iau]nk|respon[ds]\w*|smaller|bigger|chang\w* (?:in|of) (?:size|the tumou?r|diameter)|"
        r"grow|percent",
        imaging.tell_change,
    ),
    _fact("size", _SIZE, imaging.tell_sizes),
    _fact("HER2", r"\bher2\b|\bihc\b|\bf?ish\b|her2.(?:status|loss|change)", tissue.tell_her2),
    _fact("stage", r"\bstag(?:e|ing)\b|\bc?tnm\b|\bct\s?\d|\bcn\s?\d|clinical (?:t|n)\b", course.tell_stage),
    _fact(
        "surgery",
        r"surg\w*|operat\w*|lumpectomy|mastectomy|margins?|\byp[tn]|nodes? (?:were|was)? ?positive|"
        r"positive nodes?|specimen",
        tissue.tell_operation,
    ),
    _fact(
        "therapy",
        r"regimen|\bcycles?\b|chemo\w*|therapy|treatment|drugs? (?:did|has|have|was|were|is)|"
        r"(?:get|got|received?|given|had)\b.{0,25}(?:drug|regimen|trastuzumab|pertuzumab|t-?dm1|t-?dxd|tchp)",
        course.tell_therapy,
    ),
    _fact("outcome", r"last seen|relaps\w*|recur\w*|follow.?up|alive|outcome", course.tell_outcome),
    _fact("person", r"how old|\bage\b|\bborn\b|menopaus\w*|birth", course.tell_person),
    _fact("exams", r"\b(?:mri|mammogra\w*|ultrasound|pet|ct|exams?|scans?)\b", imaging.tell_exams),
)
_PERSONAL = re.compile(
    r"\b(?:her|she|hers|his|he|him|my|mine|patient|patient's|case|mrs|ms|mr)\b|\bi (?:have|had|get|got)\b"
)
_FACTUAL = re.compile(
    r"^\s*(?:and |so |please )*(?:what(?:'s)?|which|how (?:big|large|small|many|much|old|long|did|was|is|"
    r"has|were)|when (?:is|was|did|were|are)|did|was|is|has|had|does|do|were|are|"
    r"tell me|show me|give me|list|where)\b"
)
_GENERAL = re.compile(
    r"\b(?:mean|means|meaning|define|definition|formula|calculated|computed|in general|generally|usually|"
    r"should|could|would|may|might|can|must|recommend\w*|what if|why|trial|study|evidence|guideline|"
    r"patients|women|people|how often|every)\b"
)
_OWN_FACT = re.compile(r"^\s*what(?:'s| is| was)\s+(?:her|his|my|the patient's)\s")


def answer_from_case(
    question: str, reading: Reading, case: Case | None, knowledge: Knowledge, today: dt.date
) -> CaseAnswer | None:
    """The fact of the case that is asked for; None where the question is a general one.

    A fact that the record does not hold gives no line and names its path in `missing`. What is dated after
    `today` is left out. Does not judge a therapy: `neoher advise` does.
    """
    text = _plain(question, reading)
    fact = next((each for each in _FACTS if each.words.search(text)), None)
    if case is None:
        if fact is not None and _OWN_FACT.match(text):
            return CaseAnswer(
                reason=f"This asks for a fact of one patient ({fact.name}), and no case was given.",
                missing=("case",),
            )
        return None
    if fact is None or not _about_her(text, fact):
        return None
    known, _ = known_on(case, today)
    told = fact.tell(Asked(text, known, knowledge, today))
    lines = tuple(
        AnswerLine(
            text=line,
            sources=sources,
            origin=Origin.RECORD,
            title=fact.name,
            paths=paths,
            cited=tuple(cited(knowledge, name) for name in sources),
        )
        for line, paths, sources in told.lines
    )
    reason = None
    if not lines:
        reason = f"The record does not say: {fact.name}." if told.missing else f"{fact.name}: cannot be said."
    return CaseAnswer(lines, reason, tuple(told.missing), tuple(told.warnings), tuple(told.because))


def _about_her(text: str, fact: _Fact) -> bool:
    if _GENERAL.search(text) and not fact.advice:
        return False
    personal = bool(_PERSONAL.search(text)) or bool(_PAST.search(text))
    return bool(_FACTUAL.match(text)) and (personal or (fact.alone and not _WHAT_IS.match(text)))


_WHAT_IS = re.compile(r"^\s*what(?:'s| is| are| does) (?!the\b|next\b)")
_PAST = re.compile(r"\b(?:was|were|did|had)\b|\bat (?:t\d|baseline)\b|\bt\d\b")


def _plain(question: str, reading: Reading) -> str:
    text = question.lower()
    for written, read in reading.corrections:
        text = re.sub(rf"\b{re.escape(written)}\b", read, text)
    return text
