"""The phrases of HER2 reports by kind, as they stand in a normalised text."""

from __future__ import annotations

import re

from neoher.pathology.her2.wording.vocabulary import NUMBER

__all__ = ["TOKENS"]

_NOT = (
    r"(?:no|not|non|without|absence of|lack of|nicht|keine?|ohne|pas d[e']|pas|sans|"
    r"absence d[e']|sin|senza|assenza di"
    r"|ausencia de|nao|niet|geen|ej|ikke|ingen|un)"
)
_EVIDENCE = r"(?:\s*(?:evidence of|evidence for|evidencia de|hinweis auf|signes? d[e']|ne))?"
_AMPLIFIED = r"(?:ge)?amplifi\w*"
_NOUN = r"amplifi[ck]a\w*(?:tion|ion|cion|zione|cao)\w*|amplifi[ck]ation\w*|amplificacion|amplificazione"
_OF_GENE = r"(?:\s*(?:of|the|gene|der|des|du|de|del|HERTWO|gen|di))*"
_WHOLE = r"(?![\d.~%]|,\d|\s*[~%])"
"""After a number that is no part of a range, of a percentage or of a longer number."""
_NEGATIVE = r"(?:negati(?!vit)[a-z]*|neg\b)"
_POSITIVE = r"(?:positi(?!vit)[a-z]*|pos\b)"
_DETECTED = (
    r"(?:detected|identified|seen|found|present|observed|nachweisbar|nachgewiesen|detecte\w*|detectada?)"
)
_EQUIVOCAL = r"(?:equivo\w*|aquivok\w*|borderline|inconclusive|indeterminate|uneindeutig|grenzwertig)"
_RATIO = r"(?:ratio|quotient|verhaltnis|rapport|cociente|rapporto|razao)"
_BY = r"\s*(?:by|with|using|per|mittels|par|por|in|on|bei|en|nella|alla)\s*(?:the |der |dem |la |el )?"
_OF_HER2 = r"(?:\s*(?:of|de|di|del|der|des|von|d')\s*(?:the )?(?:gene? )?HERTWO)?"
_IS = r"\s*(?:[:=,]|is|was|of|ist|est|es|von|de|di)?\s*(?:[:=])?\s*"
_COPIES = (
    r"(?:HERTWO\s*)?(?:gene\s*)?(?:copy number|copies|copie|kopien|kopienzahl|genkopien"
    r"|nombre (?:moyen )?de copies|numero (?:medio )?de copias|numero (?:medio )?di copie|copias|\bcn\b)"
    r"(?:\s*(?:of|de|di|del)\s*HERTWO)?"
)
_PER_CELL = (
    r"(?:\s*(?:(?:HERTWO|gene)\s*)?(?:(?:signals?|copies|signale|kopien|copias|copie|"
    r"signaux)\s*)?(?:/|per|pro|par|por|je)\s*(?:HERTWO\s*)?(?:cell|zelle|cellule|celula|"
    r"cellula|nucleus|kern)\w*)"
)
_NOT_DONE = (
    rf"(?:{_NOT}\s*(?:done|performed|available|durchgefuhrt|realise\w*|realizad\w*|"
    rf"eseguit\w*|known|tested))"
)
_PENDING = (
    r"(?:pending|awaited|to follow|follows|ordered|requested|recommended|suggested|"
    r"in progress|outstanding|required"
    r"|indicated|ausstehend|steht aus|folgt|empfohlen|angefordert|en cours|en attente|"
    r"a venir|recommandee?|pendiente"
    r"|recomend\w*|in corso|in attesa|afventer|volgt)"
)

TOKENS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("range", r"RANGE"),
        ("unread", r"(?:total|sum)\b"),
        ("copies", rf"(?:HERTWO\s*)?signals?{_PER_CELL}{_IS}(?P<number>{NUMBER}){_WHOLE}"),
        ("copies", rf"(?:mean|average|avg)\s*HERTWO{_IS}(?P<number>{NUMBER}){_WHOLE}{_PER_CELL}?"),
        (
            "status-negative",
            rf"(?:over ?expression|uberexpression|surexpression){_IS}(?:absent\w*|{_NOT}\s*{_DETECTED})",
        ),
        ("range", rf"{_RATIO}{_IS}(?:[<>≤≥~]\s*)?{NUMBER}\s*~\s*{NUMBER}"),
        (
            "ratio",
            rf"(?:{_RATIO}{_OF_GENE}\s*)?HERTWO\s*[/:]\s*CEPN(?:\s*{_RATIO})?{_IS}"
            rf"(?P<number>{NUMBER}){_WHOLE}",
        ),
        ("ratio", rf"{_RATIO}{_IS}(?P<number>{NUMBER}){_WHOLE}"),
        ("unread", rf"(?:HERTWO\s*/\s*CEPN\s*)?{_RATIO}?{_IS}[<>≤≥]\s*{NUMBER}"),
        (
            "cep17",
            rf"(?:mean |average )?CEPN(?:\s*(?:copy number|copies|signals?|cn))?{_PER_CELL}?{_IS}"
            rf"(?P<number>{NUMBER}){_PER_CELL}?",
        ),
        ("ish", r"HERTWO\s*[/:]\s*CEPN"),
        ("copies", rf"{_COPIES}{_PER_CELL}?{_IS}(?P<number>{NUMBER}){_WHOLE}{_PER_CELL}?"),
        (
            "copies",
            rf"(?P<number>{NUMBER})\s*(?:HERTWO\s*)?(?:gene\s*)?(?:copies|signals|kopien|"
            rf"signale){_PER_CELL}",
        ),
        ("ish-negative", rf"{_NOT}{_EVIDENCE}{_OF_GENE}\s*{_AMPLIFIED}"),
        ("ish-negative", rf"{_NEGATIVE}\s*(?:for|fur|pour|para|per)\s*{_OF_GENE}\s*{_AMPLIFIED}"),
        ("ish-positive", rf"{_POSITIVE}\s*(?:for|fur|pour|para|per)\s*{_OF_GENE}\s*{_AMPLIFIED}"),
        (
            "ish-negative",
            rf"(?:{_NOUN}){_OF_HER2}{_IS}(?:{_NOT}\s*{_DETECTED}|absent\w*|{_NEGATIVE}|{_NOT}(?=\s*$))",
        ),
        ("ish-positive", rf"(?:{_NOUN}){_OF_HER2}{_IS}(?:{_DETECTED}|{_POSITIVE})"),
        ("ish-positive", r"(?:ge)?amplifi(?:ed|ziert\w*|ee?s?|cad[oa]s?|cat[oaie]|ceerd|erad|eret)\b"),
        ("ish", rf"(?:{_NOUN})"),
        (
            "status-negative",
            rf"{_NOT}{_EVIDENCE}{_OF_GENE}\s*(?:over ?-?express\w*|uberexpress\w*|uberexprim\w*|"
            rf"surexpr\w*|sobreexpr\w*|sovraespr\w*){_OF_HER2}",
        ),
        (
            "status-positive",
            r"(?:over ?-?expressed|uberexprimiert|surexprimee?|sobreexpresad[oa]|sovraespress[oa])\b",
        ),
        (
            "context",
            r"(?:over ?-?expression|uberexpression|surexpression|sobreexpresion|sovraespressione)"
            r"\b",
        ),
        ("not-done", _NOT_DONE),
        ("pending", rf"(?:{_PENDING}|{_NOT} yet \w+)\b"),
        (
            "membrane-no",
            r"(?:no|without|keine?|ohne|sans|sin|senza|absence of|absent)\s*(?:any\s*"
            r")?(?:membrane|membranous|membran\w*)?\s*(?:staining|farbung|marquage|tincion|"
            r"colorazione|membranfarbung)\b",
        ),
        ("membrane-yes", r"with (?:some |any )?(?:membrane|membranous) staining"),
        ("ish-negative", rf"{_NEGATIVE}{_BY}(?:DUAL)?ISH"),
        ("ish-positive", rf"{_POSITIVE}{_BY}(?:DUAL)?ISH"),
        ("ish-equivocal", rf"{_EQUIVOCAL}{_BY}(?:DUAL)?ISH"),
        ("ihc-negative", rf"{_NEGATIVE}{_BY}IHC"),
        ("ihc-positive", rf"{_POSITIVE}{_BY}IHC"),
        ("ihc-equivocal", rf"{_EQUIVOCAL}{_BY}IHC"),
        ("status-negative", rf"{_NEGATIVE}\s*(?:for|fur|pour|para|per)\s*HERTWO"),
        ("status-positive", rf"{_POSITIVE}\s*(?:for|fur|pour|para|per)\s*HERTWO"),
        ("unread", r"(?:weak\w*|schwach\w*|faiblement|debilmente|debolmente|gering\w*)\s*positi\w*"),
        ("triple-negative", r"(?:triple|tripel|triplo)\s*negati\w*"),
        ("triple-positive", r"(?:triple|tripel|triplo)\s*positi\w*"),
        ("ultralow", r"ultra ?low\b|ultra ?niedrig\b"),
        ("low", r"low(?:\s*expression|\s*expressing)?\b|niedrig\b|faible\b|bajo\b|baja\b"),
        ("absent", r"null\b"),
        ("other", r"OTHER"),
        ("ish", r"DUALISH"),
        ("ish", r"ISH(?:\s*/\s*ISH)*"),
        ("ihc", r"IHC"),
        ("her2", r"HERTWO"),
        ("dual", r"(?:dual|double|dua?l) ?(?:probe|colou?r)\w*|zweisonden\w*"),
        ("single", r"single ?probe\w*"),
        ("recount", r"(?:blinded\s*)?(?:re ?-?count\w*|nachzahlung|recomptage|recuento)"),
        ("score", r"§(?P<score>[0-3])"),
        ("negative", rf"{_NEGATIVE}\b"),
        ("positive", rf"{_POSITIVE}\b"),
        ("equivocal", rf"{_EQUIVOCAL}\b"),
        (
            "percent",
            rf"(?P<number>{NUMBER})\s*%\s*(?:of|der|des|de)?\s*(?:the )?(?:invasive |tumou?r )*"
            rf"(?:cells|zellen|tumorzellen|cellules|celulas)?",
        ),
        (
            "cells",
            r"(?P<number>\d{1,4})\s*(?:invasive |tumou?r )*(?:cells|nuclei|zellen)(?:\s*"
            r"(?:were )?(?:counted|scored|evaluated|analy[sz]ed))",
        ),
        ("cells", r"(?:cells (?:counted|scored|evaluated))\s*[:=]?\s*(?P<number>\d{1,4})"),
        ("faint", r"(?:faint|barely perceptible)\b"),
        ("weak", r"(?:weak|schwach\w*)\b"),
        ("moderate", r"(?:moderate)\b"),
        ("intense", r"(?:intense|strong)\b"),
        ("incomplete", r"(?:incomplete|partial)\b"),
        ("complete", r"(?:complete|circumferential)\b"),
        ("plus", r"\+"),
    )
)
"""Phrases by kind, the longer before the shorter: the first that matches at a place is taken."""
