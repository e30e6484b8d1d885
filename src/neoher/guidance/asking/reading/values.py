"""Values: what the asker states of a patient in figures, written as the words that texts have for it.

Joined categories (cT2N1M0) are parted, a count of in situ hybridisation becomes the group that it makes.
"""

from __future__ import annotations

import re

from neoher.pathology.her2.ish import dual_probe_group

__all__ = ["is_category", "near_category", "says_residual", "with_group", "with_parted_categories"]

_JOINED = re.compile(
    r"\b(?P<when>y?[cp]?)T\s?(?P<t>is|x|[0-4](?:mic?|[a-d])?)\s?,?"
    r"N\s?(?P<n>x|[0-3](?:mi|[a-c])?)(?P<cells>\s?\(i\+\))?(?:\s?,?c?M\s?(?P<m>[01x]))?\b",
    re.IGNORECASE,
)
_METASTASES = re.compile(r"\b(?:c|p)?M1\b")
_NONE_FAR = re.compile(r"\b(?:c|p)?M0\b")
_CATEGORY = re.compile(r"(?:yp|y?c|p)?[tn](?:is|x|[0-4])(?:mic?|[a-d])?")
_NUMBER = r"(?<![\w.])(\d+(?:\.\d+)?)"
_FILLING = r"(?:(?:of|is|was|at|=|:|only|mean|average|her-?2|cep17|copy|number|count)\s*)*"
_RATIO = re.compile(
    rf"(?:\bher-?2\s*[/:]\s*(?:cep\s?17|chr\s?17)\s*)?\bratios?\s*{_FILLING}{_NUMBER}(?!\s*%)|{_NUMBER}\s*ratio\b",
    re.IGNORECASE,
)
_COUNTED = r"(?:her-?2\s+)?(?:copies|copy(?:\s+number)?|signals?)(?:\s*(?:per|/)\s*(?:cell|nucleus))?"
_COPIES = re.compile(
    rf"\b(?:copies|copy(?:\s+number)?|signals)\s*{_FILLING}{_NUMBER}(?!\s*%)|{_NUMBER}\s*{_COUNTED}\b",
    re.IGNORECASE,
)


def with_parted_categories(question: str) -> str:
    """Joined categories apart, each with its prefix: `ypT1aN0` as ypT1a ypN0; M1 as metastatic."""

    def parted(found: re.Match[str]) -> str:
        when = found["when"]
        parts = [f"{when}T{found['t']}", f"{when}N{found['n']}{(found['cells'] or '').strip()}"]
        return " ".join([*parts, *(["metastatic"] if found["m"] == "1" else [])])

    apart = _JOINED.sub(parted, question)
    return _NONE_FAR.sub("", _METASTASES.sub("metastatic", apart))


def is_category(word: str) -> bool:
    """Whether a word, in small letters, is a T or N category."""
    return _CATEGORY.fullmatch(word) is not None


def says_residual(word: str) -> bool:
    """Whether a category after therapy says that cancer was left: ypT1 or more, ypN1 or more."""
    return word.startswith("yp") and is_category(word) and word[3:4] in {"1", "2", "3", "4"}


def near_category(word: str) -> tuple[str, ...]:
    """What a text may have in place of a category: without its prefix, its letter, or only what it says."""
    if not is_category(word):
        return ()
    bare = word.lstrip("ycp")
    whole = bare.rstrip("abcdmi") if bare[1:2].isdigit() else bare
    prefix = word[: len(word) - len(bare)]
    near = [bare, f"{prefix}{whole}", whole, f"c{bare}"]
    if bare[0] == "n" and bare[1:2] in {"1", "2", "3"}:
        near += ["nodeposit", f"{prefix}n"]
    if bare == "n0":
        near.append("nodenegat")
    return tuple(dict.fromkeys(each for each in near if each != word))


def with_group(question: str) -> str:
    """A ratio with copies per cell as the group of dual-probe ISH that they make (ASCO/CAP 2018, figure 3).

    PMID 29846122. A question that states one of them alone, or several counts, is left as it is.
    """
    ratios, counts = _RATIO.findall(question), _COPIES.findall(question)
    if len(ratios) != 1 or len(counts) != 1:
        return question
    ratio, copies = (float("".join(found[0])) for found in (ratios, counts))
    said = f"ISH group {dual_probe_group(ratio, copies)}"
    read = _COPIES.sub(" ", _RATIO.sub(f" {said} ", question, count=1), count=1)
    read = re.sub(r"\b(?:dual[ -]probe|ish|fish)\W*(?=ISH group)", "", read, flags=re.IGNORECASE)
    read = re.sub(r"(ISH group \d)[\s,;:]*(?:\b(?:and|with|at|but|a)\b[\s,;:]*)*(?=[^\s?.]|$)", r"\1, ", read)
    return re.sub(r"\s+(?=[?.,])|(?<=\s)\s+|,\s*(?=[?.]|$)", "", read).strip()
