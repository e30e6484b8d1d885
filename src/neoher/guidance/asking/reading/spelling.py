"""Words: a text as words that compare, whatever its capitals, spelling, plural or tense."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["folded_words", "stem"]

_SIGNS = (
    # What a text must have for the sign to be in it; what is replaced, and by what.
    # Receptors and nodes are written with a sign that says positive or negative.
    ("+", re.compile(r"\b(her-?2|erbb2|er|pr|hr|yp?n|c?n|nodes?|lvi)\s?\+(?![\d/])", re.I), r"\1 positive"),
    ("", re.compile(r"\b(her-?2|erbb2|er|pr|hr)\s?[-\u2212\u2013](?=[\s/,.;:?!)]|$)", re.I), r"\1 negative"),
    ("-2", re.compile(r"\b(her)-2\b", re.I), r"\g<1>2"),
    ("+", re.compile(r"\b([0-3])\s?\+"), r"\1plus"),
    ("+", re.compile(r"\bypn0?\s?\(?i\s?\+\)?", re.I), "ypn0i positive"),
    ("y", re.compile(r"\b(\d+)[- ]?(?:years?|yrs?|y)\b", re.I), r"\1year"),
    (",", re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (".", re.compile(r"(?<![\d\w])\.(?=\d)"), "0."),
    ("yp", re.compile(r"\b(yp)\s?([tn])\s?(\d)", re.I), r"\1\2\3"),
    ("", re.compile(r"\bc([tn])\s(\d)\b", re.I), r"c\1\2"),
    ("yp", re.compile(r"\bypt(\d\w*)", re.I), r"ypt t\1"),
)
_CAPITALS = re.compile(r"\b(?:US|ET|AD|MR|MG|TH|OR|WHO|PREDICT)\b")
"""Abbreviations that are English words in small letters; in capitals they are written xus, xet …"""
_WORD = re.compile(r"\d+(?:\.\d+)?[a-z]*|[a-z]+\d*[a-z]*\d*")
_AMERICAN = (
    (re.compile(r"^oe(?=[ds])|(?<=[fm])oe(?=t)"), "e"),  # oestrogen, oedema, foetus
    (re.compile(r"ae(?=[mstd])"), "e"),  # haematoma, anaesthesia
    (re.compile(r"rrhoe"), "rrhe"),
    (re.compile(r"(?<=[mbvl])our(?=s?$|abl|ed)"), "or"),  # tumour, favour, colour
    (re.compile(r"is(?=(?:e|ed|es|ing|ation|ations|er)$)"), "iz"),
    (re.compile(r"(?<=t)re$"), "er"),  # centre, litre
)
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), start=2
    )
}
"""Numbers in words; one is left, which is a pronoun as well."""
_SHORT = 3
_ENDINGS = ("ment", "able", "ible", "ness", "ing", "ion", "ive", "ity", "ly", "ed", "ic", "al")


_APOSTROPHE = re.compile(r"'(s|t|re|ve|ll|d|m)\b")
_NOT = re.compile(r"\b(\w+?)n't\b")
"""What is left of can't and won't are fillers too."""
_PLAIN = re.compile(r"[a-z ]*")
_WITH_SIGNS = re.compile(r"[\d+]|her-|\b(?:erbb2|er|pr|hr)\b", re.I)
"""What a text must have for any of the signs to be in it; most texts have none."""


@lru_cache(maxsize=20_000)
def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text in order: small letters, American and British spelling alike, signs as words."""
    if _PLAIN.fullmatch(text):
        return tuple(_spelt(word) for word in text.split())
    plain = _CAPITALS.sub(lambda found: f"x{found[0].lower()}", text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.replace("\u2019", "'").replace("\u2265", ">="))
    if _WITH_SIGNS.search(plain):
        for sign, pattern, written in _SIGNS:
            if sign in plain:
                plain = pattern.sub(written, plain)
    plain = plain.lower()
    if "'" in plain:
        plain = _APOSTROPHE.sub("", _NOT.sub(r"\1 not", plain))
    return tuple(_spelt(word) for word in _WORD.findall(plain))


@lru_cache(maxsize=50_000)
def _spelt(word: str) -> str:
    if word in _NUMBERS:
        return _NUMBERS[word]
    if len(word) <= _SHORT or any(letter.isdigit() for letter in word):
        return word
    for pattern, written in _AMERICAN:
        word = pattern.sub(written, word)
    return word


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without its plural and the commonest endings: treats, treated, treatment become treat."""
    if len(word) <= _SHORT or any(letter.isdigit() for letter in word):
        return word
    word = _singular(word)
    for _ in range(2):
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= _SHORT + (len(ending) < _SHORT):
                word = _undoubled(word[: -len(ending)])
                break
        else:
            break
    return word[:-1] if word.endswith(("e", "y", "i")) and len(word) > _SHORT + 1 else word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORT + 2:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    doubled = len(word) > _SHORT and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled else word
