"""Shorthand: abbreviations and signs of a question written out; stored texts have none of them."""

from __future__ import annotations

import re

__all__ = ["written_out"]

_SHORTHAND = (
    (re.compile(r"\b([0-3])\s?plus\b", re.I), r"\1+"),
    (re.compile(r"\bzero plus\b", re.I), "0+"),
    (re.compile(r"\bone plus\b", re.I), "1+"),
    (re.compile(r"\btwo plus\b", re.I), "2+"),
    (re.compile(r"\bthree plus\b", re.I), "3+"),
    (
        re.compile(
            r"(\bher-?2\b.{0,50}\b(?:is|that|this|it|considered|called|count as|counts as) )low\b", re.I
        ),
        r"\1 HER2-low",
    ),
    (
        re.compile(r"\b(?:which|what) (?:adc|conjugate)s?\b(?!\W+(?:value|map|drop|change|cut|is))", re.I),
        "which drug",
    ),
    (
        re.compile(r"\bsame (?:drugs?|medicines?)(?= as (?:every|other|the other|patients|women))", re.I),
        "same treatment",
    ),
    (re.compile(r"\btx\b(?!\s*n)|\brx\b"), "therapy"),
    (re.compile(r"\bnon(?=(?:targets?|inferior\w*|respon\w+|invasive|measurable|lumin\w+)\b)", re.I), "non-"),
    (re.compile(r"(?<=\d )signals\b", re.I), "copies"),
    (re.compile(r"(?<=\bcan )predict(?= (?:be|v?\d))|\bpredict(?= (?:v?\d|tool))", re.I), "PREDICT"),
    (re.compile(r"\b(her-?2|er|pr|hr|nodes?|c?n)\s?pos\b", re.I), r"\1 positive"),
    (re.compile(r"\b(her-?2|er|pr|hr|nodes?|c?n)\s?neg\b", re.I), r"\1 negative"),
    (re.compile(r"\b(\d+(?:\.\d+)?)\s?x\b", re.I), r"\1"),
    (re.compile(r"\bgr\.?\s?(\d)", re.I), r"grade \1"),
    (re.compile(r"\bt\s?1\s?/\s?2\b", re.I), "half life"),
    (re.compile(r"\bi-?\s?spy\s?-?2\.?\s?2\b", re.I), "I-SPY2.2"),
    (re.compile(r"\bi-?\s?spy\s?-?2\b(?!\.)", re.I), "I-SPY2"),
    # In small letters `us` is the country beside rules, ultrasound beside other imaging, else a pronoun.
    (
        re.compile(
            r"\bus(?=\W+(?:label|approv|fda|rule|guideline|licen[cs]|regulat|prescrib|(?:and|or|vs?|versus)\W+"
            r"(?:eu|europe)))|(?<=\beu or )us\b|(?<=\beu vs )us\b|(?<=\beu and )us\b|(?<=\bin the )us\b",
            re.I,
        ),
        "usa",
    ),
    (
        re.compile(
            r"(?<=\b(?i:mri) )us\b|(?<=\b(?i:mri|mam) (?:vs|or) )us\b|(?<=\b(?i:mri|mam) and )us\b|"
            r"^us\b(?=\W+\w)|(?<=\b(?:by|on|or|vs) )us\b|(?<=\bversus )us\b|"
            r"\bus(?=\W+(?:(?:and|or|vs?|versus)\W+)?(?i:mri|mammo|mg|axilla|cortex|scan|size))"
        ),
        "ultrasound",
    ),
    (re.compile(r"\btpcr\b", re.I), "total pcr"),
    (re.compile(r"\bbpcr\b", re.I), "breast pcr"),
    (re.compile(r"\bstage (?:2|two)\b", re.I), "stage ii"),
    (re.compile(r"\bstage (?:3|three)\b", re.I), "stage iii"),
    (re.compile(r"\bw/o\b", re.I), "without"),
    (re.compile(r"\bw/(?=\s|\w)", re.I), "with "),
    (re.compile(r"\basco\s?[-/]?\s?cap\b", re.I), "asco cap"),
    (
        re.compile(r"\b(\d+(?:\.\d+)?)(mm|cm|mg|ml|kg|secs?|s|min|msv|mbq|points?|cycles?|pts?)\b", re.I),
        r"\1 \2",
    ),
    (re.compile(r"\bq(\d)w\b", re.I), r"every \1 weeks"),
    (re.compile(r"\b(\d+)\s?-?(?:wks?|w)\b", re.I), r"\1 weeks"),
    (re.compile(r"\b(\d+)\s?-?(?:mths?|mos?)\b", re.I), r"\1 months"),
)


def written_out(question: str) -> str:
    """The question written out: `w/o` as without, `q3w` as every 3 weeks, `er pos` as ER positive.

    `us` in small letters becomes the country or ultrasound where its neighbours tell which; else it stays.
    """
    for pattern, written in _SHORTHAND:
        question = pattern.sub(written, question)
    return re.sub(r"\b(yp[tn])", lambda found: found[0].lower(), question, flags=re.IGNORECASE)
