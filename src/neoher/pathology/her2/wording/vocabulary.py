"""The words of HER2 reports in the habits of several countries, and the form in which they are read.

`normalised` brings a text into one form: lower case without accents, decimal points, and placeholders in
upper case for the names of tests and genes, `§2` for the score 2+. The expressions here match that form only.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["HEDGE", "NAMED", "NUMBER", "OTHER_TISSUE", "SITE", "STOP_WORDS", "normalised"]

NUMBER = r"\d{1,6}(?:\.\d{1,4})?"

_NAMES = [
    ("HERTWO", r"c[ -]?erb[ -]?b[ -]?2|erb[ -]?b[ -]?2|her[ -]?2(?:[ -]*/?[ -]*neu)?|\bneu\b"),
    ("CEPN", r"\bcep[ -]?17|\bcen[ -]?17|\bcep\b|chr(?:omosome|omosom|\.)?[ -]?17"),
    ("DUALISH", r"dd[ -]?ish|d[ -]dish|dual[ -](?:colou?r[ -])?ish|didish"),
    (
        "ISH",
        r"\b(?:fish|sish|cish|bdish|bish|ish)(?:\b|(?=_))"
        r"|(?:fluorescen[a-z-]* |chromogen[a-z]* |silver )?in[ -]situ[ -]hybridi[sz]\w*"
        r"|hybridation in[ -]situ|hibridacion in[ -]situ|ibridazione in[ -]situ",
    ),
    (
        "IHC",
        r"\b(?:ihc|ihq|ihk)\b|immuno ?-?histochi?e?mi\w*|inmunohistoquimi\w*|immunoistochimi\w*"
        r"|immunhistochemi\w*|imunohistoquimi\w*|immunohistokemi\w*|hercep[ -]?test|pathway|4b5",
    ),
]
_OTHERS = (
    r"(?:o?estrogen|progesteron[e]?|estrogen[o]?|ostrogen|androgen|hormon\w*)(?:[ -]?re[cz]ept?or\w*)?"
    r"|re[cz]ept\w* (?:d'?|de |des |di )?(?:o?estrogen\w*|progesteron\w*|hormon\w*)"
    r"|\b(?:er|pr|pgr|hr|ar|re|rp|rh|rep|rpg|tils?|top2a|topoii|pd[ -]?l1|p53|p63|egfr|"
    r"her[ -]?[134]|gata ?-?3"
    r"|ck ?\d{1,2}(?:/\d{1,2})?|e[ -]?cadherin|brca ?\d?|pik3ca|bcl ?-?2|cyclin d1|sox10|synaptophysin"
    r"|chromogranin)\b|ki[ -]?67|mib[ -]?1"
)
_SCORE_WORD = r"\b(?:score|skore|punteggio|puntaje|puntuacion|pontuacao|escore|wert)"
_LINK = r"(?:\s*(?:[:=]|\bof\b|\bvon\b|\bis\b|\bde\b|\bwas\b|\bdi\b))?\s*"
_TO = r"\s*(?:~|/|\bto\b|\bor\b|\bbis\b|\boder\b|\bou\b|\ba\b|\bo\b|\bund\b|\band\b)\s*"


_CHINESE = (
    ("未见扩增|无扩增|未扩增|不扩增|扩增阴性", " not amplified "),
    ("有扩增|扩增阳性|扩增", " amplified "),
    ("阴性", " negative "),
    ("阳性", " positive "),
    ("免疫组化|免疫组织化学", " ihc "),
    ("荧光原位杂交", " fish "),
    ("检测结果|检测|结果|提示|基因|蛋白", " "),
    ("可疑|不排除|疑似|不确定", " ? "),
    ("建议|待查|待做|待", " recommended "),
    ("既往|原|对照", " previous "),
    ("[。]", "\n"),
    ("[、]", ","),
)
"""Chinese words of reports, in the English that is read; the more specific before the shorter."""


def normalised(text: str) -> str:
    """The text in the one form in which it is read; never fails, whatever the text."""
    for words, english in _CHINESE:
        text = re.sub(words, english, text)
    folded = unicodedata.normalize("NFKD", text.replace("\u00df", "ss"))
    plain = "".join(each for each in folded if not unicodedata.combining(each)).lower()
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain).replace("\u2044", "/").replace("§", " ")
    plain = plain.replace("≧", "≥").replace("≦", "≤").replace(">=", "≥").replace("<=", "≤")
    plain = re.sub(r"[^\S\n]+", " ", plain)
    for placeholder, names in _NAMES[:1]:
        plain = re.sub(rf"(?<![a-z]){_or(names)}", placeholder, plain)
    plain = re.sub(_OTHERS, " OTHER ", plain)
    for placeholder, names in _NAMES[1:]:
        plain = re.sub(_or(names), placeholder, plain)
    plain = re.sub(r"(?<![\d.])(\d{1,6}),(?=\d{1,4}(?!\d|,\d))", r"\1.", plain)
    # A verdict in brackets after the test: FISH has no score with which it could be confused.
    plain = re.sub(r"(?<=ISH)\s*:?\s*\(\s*-\s*\)", " negative ", plain)
    plain = re.sub(r"(?<=ISH)\s*:?\s*\(\s*\+\s*\)", " positive ", plain)
    plain = re.sub(r"([\d+])\s*-\s*(?=\d)", r"\1~", plain)
    plain = re.sub(r"(?<=[a-zA-Z])-|-(?=[a-zA-Z])", " ", plain)
    return _with_scores(plain)


def _with_scores(plain: str) -> str:
    for pattern, score in (
        (r"(?<![\d.~])[0-3]\s?\+?\s?~\s?[0-3](?![\d.%~]|\s?%)\s?\+?", " RANGE "),
        (r"(?<![\w.+~])([1-3])\s?\(\s?\+\s?\)", r"§\1"),
        (r"(?<![\w.+~])([1-3])\s?\+(?![+\d])", r"§\1"),
        (r"(?<![+\w])\(?\s?\+\s?\+\s?\+(?![ ]?\+)\s?\)?", " §3 "),
        (r"(?<![+\w])\(?\s?\+\s?\+(?![ ]?\+)\s?\)?", " §2 "),
        (rf"(?<![\d.~§])([0-3]){_TO}§([1-3])", " RANGE "),
        (rf"§[0-3]{_TO}(?:§[0-3]|[0-3]\b)", " RANGE "),
        (rf"{_SCORE_WORD}{_LINK}\(?\s?([0-3])(?![\d%~/+]|\.\d|\s*[%/~])", r" §\1 "),
        (rf"(?:HERTWO|IHC)(?=(?:{_LINK}\(?\s?0))(?:{_LINK}\(?\s?)0(?![\d%~/+]|\.\d|\s*[%/~])", None),
        (r"HERTWO(?:\s*[:=]\s*|\s*\(\s?)([1-3])(?=\s*(?:[,;)\n]|$))", r"HERTWO §\1 "),
        (rf"IHC{_LINK}\(?\s?([0-3])(?![\d%~/+]|\.\d|\s*[%/~])", r"IHC §\1 "),
        (r"\(\s?([0-3])\s?\)", r" §\1 "),
    ):
        if score is None:
            plain = re.sub(pattern, lambda found: f"{re.match('[A-Z]+', found[0])[0]} §0 ", plain)  # type: ignore[index]
        else:
            plain = re.sub(pattern, score, plain)
    return re.sub(r"§(\d) *(?:out of|of|von|sur|su|de|/) *3\b", r"§\1", plain)


def _or(names: str) -> str:
    return f"(?:{names})"


NAMED = re.compile(r"HERTWO|ISH|IHC|DUALISH")
"""HER2 or one of its tests, in the normalised text."""
HEDGE = re.compile(
    r"\?|\b(?:if|whether|unless|previous\w*|prior|former\w*|history|outside|"
    r"rule[sd]? out|exclud\w*|suspect\w*"
    r"|suspicio\w*|probabl\w*|possibl\w*|likely|cannot|can ?not|could|may|might|would|"
    r"should|wenn|falls|fraglich"
    r"|vorbefund|verdacht|moglich\w*|wahrscheinlich|anteri\w*|precedent\w*|si|se|expected|defined|criteria"
    r"|definition|guideline\w*|versus|vs|unlikely"
    r"|unconfirmed|not (?:yet )?confirmed|nicht bestatigt|non confirm\w*|no confirm\w*|invalid|failed|"
    r"insufficient|doubtful|questionable|initial\w*|repeat\w*|mother|sister|family)\b"
)
"""What makes a sentence no result of this specimen: doubt, condition, an earlier result, a definition."""
OTHER_TISSUE = re.compile(
    r"\b(?:dcis|cdis|in situ|controls?|kontroll\w*|temoin\w*|controlo?s?|normal|benign|cell line)\b"
)
"""Tissue that is not the invasive cancer of the specimen."""
SITE = re.compile(
    r"\b(?:core|biops\w*|nodes?|nodal|lymph\w*|ganglio\w*|metasta\w*|primary|excision|resection\w*"
    r"|resektat|stanze|specimen [a-z0-9]\b|block [a-z0-9]+|left|right|links|rechts|"
    r"gauche|droite?|liver|lung"
    r"|surg\w*|residual|axilla\w*|lesion [a-z0-9]+|tumou?r [a-z0-9]\b|focus [a-z0-9]+)"
)
STOP_WORDS = re.compile(
    r"(?:the|a|an|is|are|was|were|of|in|by|with|for|and|on|at|to|as|per|using|this|"
    r"shows?|showed|has|result|results"
    r"|status|protein|oncoprotein|gene|gen|expression|expressed|test|tested|testing|"
    r"assay|analysis|analyse|report"
    r"|reported|interpretation|score|scored|scoring|punteggio|puntaje|puntuacion|pontuacao|escore|skore|wert|cells?|cell|tumou?r|invasive|"
    r"membrane|membranous|staining"
    r"|stained|immunostain\w*|stain|ventana|dako|benchmark|asco|cap|2018|2023|mean|average|avg|method|final"
    r"|overall|category|class|der|die|das|ist|und|mit|im|von|zellen|tumorzellen|befund|ergebnis|farbung"
    r"|receptor|rezeptor|onkoprotein|oncoproteine?|proteine?|proteina|le|la|les|du|de|des|une|el|los|il|lo|est|es|e|et|y|par|por|per|"
    r"con|avec|statut|estado|stato|resultat|resultado"
    r"|risultato|cellules|celulas|cellule|marquage|breast|carcinoma|cancer|but|however|aber|jedoch|allerdings|mais|cependant|pero|mas|ma)\b"
)
