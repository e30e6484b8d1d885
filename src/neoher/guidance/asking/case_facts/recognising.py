"""Questions about the patient of a record: which fact is asked for, and what the record says of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neoher.guidance.asking.answer import AnswerLine, Origin
from neoher.guidance.asking.composing import cited
from neoher.guidance.asking.reading.vocabulary import Reading
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.conclusion import Caution, Step

if TYPE_CHECKING:
    from neoher.record.case import Case
    from neoher.record.measurement import Measurements

__all__ = ["FACTS", "CaseAnswer", "Fact", "answer_from_case"]


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What the record answers."""

    lines: tuple[AnswerLine, ...] = ()
    reason: str | None = None
    missing: tuple[str, ...] = ()
    warnings: tuple[Caution, ...] = ()
    because: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One sort of question about a patient."""

    name: str
    words: re.Pattern[str]
    alone: bool = False
    """Asked with a case at hand it means the patient, also without 'her'."""
    advice: bool = False
    """It asks what can be done, and so may say should or can."""


def _fact(name: str, words: str, *, alone: bool = False, advice: bool = False) -> Fact:
    return Fact(name, re.compile(words), alone, advice)


_SCANS = r"(?:mri|mammogra\w*|mammo|ultrasound|us|imaging|scans?|dbt|cem|pet)"
_SIZE = r"how (?:big|large|small|wide|long)|\bsizes?\b|\bdiameters?\b|\bmeasur\w*|short axis|longest|extent"
FACTS = (
    # The first that fits is answered, the narrowest first.
    _fact(
        "next steps",
        r"\bnext (?:steps?|scans?|imaging|mri|mammogra\w*|ultrasound)\b|"
        r"\b(?:her|his|my|the patient's) options\b|^\s*options\b|"
        r"what (?:options|can be offered|should be done|should (?:she|he|i|we) (?:get|do|have|offer))|"
        r"\b(?:which|what) (?:drugs?|therap\w+|treatments?|regimen|medicines?) (?:is |are |comes? |now )?"
        r"(?:next|now)\b|\bnext (?:drug|therapy|treatment|regimen|medicine)\b|"
        r"\bwhat (?:comes |happens |is |to do )?next\b|what now\b|is surgery due|when is surgery due",
        alone=True,
        advice=True,
    ),
    _fact(
        "what is missing",
        r"what(?:'s| is| data| facts| tests)? (?:is |are |still )?missing|^\s*missing\b|still missing",
        alone=True,
    ),
    _fact("alerts", r"\balerts?\b|\bred flags?\b|safety (?:problems?|issues?|warnings?)", alone=True),
    _fact(
        "cycles left",
        r"\bcycles?\b.{0,40}\b(?:left|remain\w*|to go|outstanding|still due)\b|"
        r"\b(?:remaining|outstanding)\b.{0,25}\bcycles?\b|\bhow many more (?:cycles|rounds|infusions)\b|"
        r"\b(?:rounds|infusions)\b.{0,20}\b(?:left|remaining|to go)\b",
        alone=True,
    ),
    _fact(
        "last dose",
        r"\bdays? since\b.{0,25}\b(?:dose|cycle|infusion|chemo\w*|therapy|treatment)\b|"
        r"\bhow long (?:ago )?(?:is|was|since)\b.{0,25}\blast (?:dose|cycle|infusion)\b|"
        r"\bwhen was (?:her|his|my|the) last (?:dose|cycle|infusion)\b|\bdate of (?:the )?last dose\b",
        alone=True,
    ),
    _fact("CPS+EG", r"\bcps ?[-+]? ?eg\b|\bneo-?\s?bioscore\b"),
    _fact(
        "functional tumour volume",
        r"\bftv\b|functional tumou?r volume|tumou?r volume|\bvolume (?:on|by) mri",
        alone=True,
    ),
    _fact(
        "imaging against the specimen",
        rf"over-?\s?estimat\w*|under-?\s?estimat\w*|imaging (?:v|versus|against|compared)|\b{_SCANS}\s*"
        r"(?:size\s*)?(?:v|vs|versus|against|compared (?:to|with))\.?\s*(?:the )?"
        r"(?:path\w*|specimen|surgery)|"
        rf"\b{_SCANS}\b.{{0,40}}\b(?:match\w*|agree\w*|correct|wrong|right|accurate|concord\w*|compare\w*|"
        r"miss(?:ed)?|differ\w*|err)\b|(?:match|agree)\w* .{0,30}(?:specimen|patholog\w*|surgery)|"
        r"(?:size|sizes) .{0,12}(?:v|vs|versus|against) (?:the )?(?:path\w*|specimen)",
        alone=True,
    ),
    _fact(
        "next echo",
        r"(?:next|due|overdue|repeat).{0,25}(?:echo\w*|lvef|ejection\w*|\bef\b|heart\w*)|"
        r"(?:echo\w*|lvef|ejection|\bef\b|heart).{0,40}(?:\bdue|overdue|next)|"
        r"(?:hold|pause|stop|continue|go on).{0,30}(?:lvef|ejection|heart|echo)",
        alone=True,
    ),
    _fact(
        "ejection fraction", r"\blvef\b|\bef\b|ejection fraction|\becho\w*|heart (?:function|value)|\bmuga\b"
    ),
    _fact("residual cancer burden", r"\brcb\b|residual (?:cancer )?burden", alone=True),
    _fact(
        "complete response",
        r"\b[tb]?pcr\b|path\w* complete|complete (?:path\w* )?respon\w*|"
        r"(?:any )?cancer left|residual (?:disease|cancer|tumou?r)",
    ),
    _fact(
        "Ki67 and grade",
        r"ki-?\s?67|pik3ca|pi3k|her2dx|\btils?\b|histolog\w*|"
        r"(?:tumou?r|nottingham|histological) grade|(?:her|the|what) grade|^\s*grade\s*\??\s*$",
    ),
    _fact(
        "hormone receptors",
        r"\b(?:er|pr|hr)\b(?! her)|hormone.receptors?|(?:o?estrogen|progesterone)(?: receptors?)?|"
        r"hormone (?:status|positive|negative|sensitive)",
    ),
    _fact(
        "tests and events",
        r"hepatitis(?: b)?|\bhep b\b|\bhbv\b|pregnancy (?:test|status)|"
        r"\b(?:is|was) (?:she|the patient|this patient|the woman) (?:\w+ )?pregnant\b|\bam i pregnant\b|"
        r"^\s*pregnan(?:t|cy)\s*\??\s*$|adverse(?: events?)?|side effects?|toxicit\w*|"
        r"\bild\b|pneumonitis|contraindic\w*|allerg\w*",
    ),
    _fact("clip", r"\bclips?\b|\bmarker\b|\bcoil\b"),
    _fact(
        "change of size",
        r"shr[iau]nk\w*|respon[ds]\w*|smaller|bigger|chang\w* (?:in|of) (?:size|the tumou?r|diameter)|"
        r"grow\w*|\bgrew\b|percent|progress\w*",
    ),
    _fact("size", _SIZE),
    _fact("HER2", r"\bher2\b|\bihc\b|\bf?ish\b|her2.(?:status|loss|change)"),
    _fact("stage", r"\bstag(?:e|ing)\b|\bc?tnm\b|\bct\s?\d|\bcn\s?\d|clinical (?:t|n)\b"),
    _fact(
        "surgery",
        r"surg\w*|operat\w*|lumpectomy|mastectomy|margins?|\byp[tn]\w*|"
        r"nodes? (?:were|was)? ?positive|positive nodes?|specimen",
    ),
    _fact(
        "therapy",
        r"regimen|\bcycles?\b|chemo\w*|therapy|treatment|drugs? (?:did|has|have|was|were|is)|"
        r"(?:get|got|received?|given|had)\b.{0,25}(?:drug|regimen|trastuzumab|pertuzumab|t-?dm1|t-?dxd|tchp)",
    ),
    _fact("outcome", r"last seen|relaps\w*|recur\w*|follow.?up|alive|outcome"),
    _fact("person", r"how old|\bage\b|\bborn\b|menopaus\w*|birth\w*"),
    _fact("exams", r"\b(?:mri|mammogra\w*|ultrasound|pet|ct|exams?|scans?)\b"),
)
"""Every sort of question about a patient; `telling.TELLING` answers them."""
_PERSONAL = re.compile(
    r"\b(?:her|she|hers|his|he|him|my|mine|patient|patient's|case|mrs|ms|mr)\b|\bi (?:have|had|get|got)\b"
)
_HERS = re.compile(r"^\s*(?:and |so )?(?:her|his|my|the patient's)\s")
_FACTUAL = re.compile(
    r"^\s*(?:and |so |please )*(?:what(?:'s)?|which|how (?:big|large|small|many|much|old|long|did|was|is|"
    r"has|were)|when (?:is|was|did|were|are)|did|was|is|has|had|does|do|were|are|"
    r"tell me|show me|give me|list|where)\b"
)
_GENERAL = re.compile(
    r"\b(?:mean|means|meaning|define|definition|formula|calculated|computed|in general|generally|usually|"
    r"should|could|would|may|might|can|must|recommend\w*|what if|why|trial|study|evidence|guideline|"
    r"patients|women|people|how often|every|(?:is|are) \w+ (?:done|given|needed))\b"
)
_OWN_FACT = re.compile(r"^\s*what(?:'s| is| was)\s+(?:her|his|my|the patient's)\s")
_NOT_IN_A_RECORD = (
    "This asks for a fact of the patient that a record of neoher has no place for, or is not recognised; "
    "a general statement would not answer it. What can be done is listed by `neoher advise`, what models "
    "say of her outlook by `neoher outlook`."
)
_ELSEWHERE = {
    "next steps": "The record does not decide a next step; `neoher advise` lists what it lacks.",
    "CPS+EG": "The record has no nuclear grade, so the score is not computed from it; `neoher bioscore` "
    "computes it from stated stages, receptors and nuclear grade.",
    "cycles left": "The record does not say how many HER2-directed cycles are left.",
}
"""What is said where the record gives no line, in place of the plain sentence."""
_BESIDE = re.compile(
    r"\b(?:her|his|my|patient|patient's|the|a|an|of|on|by|in|at|and|or|v|vs|versus|to|from|for|with|is|was|"
    r"are|were|has|have|had|did|do|does|any|it|she|he|what|which|when|how|much|many|so|far|now|current\w*|"
    r"latest|last|first|final|next|previous|newest|today|yet|still|already|since|then|ever|"
    r"baseline|before|after|start|end|diagnosis|surgery|operation|op|pre|post|pre-?op|post-?op|preop|postop|"
    r"therapy|treatment|chemo|nact|biops\w*|core|specimen|axilla\w*|nodes?|nodal|lymph|breast|"
    r"tumou?r|cancer|lesion|mass|"
    r"mri|mr|us|ultrasound|mammogra\w*|mammo|pet|ct|scans?|imaging|exams?|visits?|t\d|v\d|"
    r"results?|values?|scores?|class|status|dates?|number|type|kind|change[ds]?|course|trend|left|given|"
    r"planned|done|place|placed|there|lost|loss|her2|directed|year|mm|cm|percent|test|tests|positive|negative|pos|neg|present)\b"
)
"""Words beside the name of a fact that leave it a question about the patient at hand."""


def answer_from_case(
    question: str,
    reading: Reading,
    case: Case | None,
    knowledge: Knowledge,
    today: dt.date,
    *,
    audience: Audience = Audience.CLINICIAN,
    measurements: Measurements | None = None,
) -> CaseAnswer | None:
    """The fact of the case that is asked for; None where the question is a general one.

    A fact that the record does not hold gives no line and names its path in `missing`. What is dated after
    `today` is left out. Does not judge a therapy: `neoher advise` does.
    """
    text = _plain(question, reading)
    fact = next((each for each in FACTS if each.words.search(text)), None)
    if case is None:
        if fact is not None and (_OWN_FACT.match(text) or (_HERS.match(text) and _telegraphic(text, fact))):
            return CaseAnswer(
                reason=f"This asks for a fact of one patient ({fact.name}), and no case was given.",
                missing=("case",),
            )
        return None
    if fact is None and _OWN_FACT.match(text):
        return CaseAnswer(reason=_NOT_IN_A_RECORD)
    if fact is None or not _about_her(text, fact):
        return None
    from neoher.guidance.asking.case_facts.telling import told_of
    from neoher.guidance.asking.case_facts.told import Asked

    told = told_of(fact.name, Asked(text, case, knowledge, today, measurements))
    lines = tuple(
        AnswerLine(
            text=line.plain if audience is Audience.PATIENT else line.text,
            sources=line.sources,
            origin=Origin.RECORD,
            title=fact.name,
            paths=line.paths,
            cited=tuple(cited(knowledge, name) for name in line.sources),
        )
        for line in told.lines
    )
    reason = None
    if not lines:
        plainly = (
            f"The record does not say: {fact.name}." if told.missing else f"{fact.name}: cannot be said."
        )
        reason = _ELSEWHERE.get(fact.name, plainly)
    return CaseAnswer(lines, reason, tuple(told.missing), tuple(told.warnings), tuple(told.because))


def _about_her(text: str, fact: Fact) -> bool:
    if _GENERAL.search(text) and not fact.advice:
        return False
    if _telegraphic(text, fact):
        return not _WHAT_IS.match(text) or bool(_PERSONAL.search(text))
    personal = bool(_PERSONAL.search(text)) or bool(_PAST.search(text))
    return bool(_FACTUAL.match(text) or _HERS.match(text)) and (
        personal or (fact.alone and not _WHAT_IS.match(text))
    )


def _telegraphic(text: str, fact: Fact) -> bool:
    """Whether the question names the fact, a time or a place of it, and nothing else: `ftv t2 vs t1`."""
    rest = _BESIDE.sub(" ", fact.words.sub(" ", text))
    return not re.search(r"\w", rest)


_WHAT_IS = re.compile(r"^\s*what(?:'s| is| are| does) (?!the\b|next\b|missing\b|still\b|left\b)")
_PAST = re.compile(r"\b(?:was|were|did|had)\b|\bat (?:t\d|baseline)\b|\bt\d\b")


def _plain(question: str, reading: Reading) -> str:
    text = question.lower()
    for written, read in reading.corrections:
        text = re.sub(rf"\b{re.escape(written)}\b", read, text)
    return text
