"""Wordings in the habits of German, French, Spanish, Italian and Chinese reports, and misleading ones.

Expected fields: each phrase read by a person, written here beside it. What is not said plainly gives nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR
from neoher.pathology.her2.wording.reading import read_her2_wording

NEGATIVE_ISH = {"ish_result": "negative"}
POSITIVE_ISH = {"ish_result": "positive"}

GERMAN: list[tuple[str, dict[str, Any]]] = [
    ("HER2-Status: negativ (Score 1+)", {"status": "negative", "ihc": "1+"}),
    ("HER2: Score 2+, FISH: keine Amplifikation, Ratio 1,3", {"ihc": "2+", "ratio": 1.3} | NEGATIVE_ISH),
    ("HER2-Onkoprotein: Score 3+ (DAKO-Score)", {"ihc": "3+"}),
    ("HER2/neu: DAKO-Score 2+", {"ihc": "2+"}),
    ("HER2 schwach positiv (1+)", {"ihc": "1+"}),
    ("keine HER2-Überexpression", {"status": "negative"}),
    ("HER2-Score 0", {"ihc": "0"}),
    ("HER2 niedrig", {"spectrum": "low"}),
    ("Her2/neu immunhistochemisch negativ (0)", {"ihc_result": "negative", "ihc": "0"}),
    ("HER2 2+, CISH nicht amplifiziert", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2 positiv in der FISH", POSITIVE_ISH),
    (
        "FISH: HER2-Gen amplifiziert, Quotient 4,2, mittlere HER2-Kopienzahl 9,1",
        {"ratio": 4.2, "copies": 9.1} | POSITIVE_ISH,
    ),
    ("HER2-low (1+)", {"spectrum": "low", "ihc": "1+"}),
    ("HER2 negativ, aber Score 3+", {"status": "negative", "ihc": "3+"}),
]
FRENCH: list[tuple[str, dict[str, Any]]] = [
    ("HER2 : score 0", {"ihc": "0"}),
    ("HER2 : 1+", {"ihc": "1+"}),
    ("HER2 : score 2+, FISH : absence d'amplification", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2 : score 3+ (surexpression)", {"ihc": "3+"}),
    ("absence de surexpression de HER2", {"status": "negative"}),
    ("HER2 faible (score 1+)", {"spectrum": "low", "ihc": "1+"}),
    ("HER2 2+ amplifié en FISH", {"ihc": "2+"} | POSITIVE_ISH),
    ("HER2 2+ non amplifié en FISH", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2 négatif en immunohistochimie (score 1+)", {"ihc_result": "negative", "ihc": "1+"}),
    ("Statut HER2 : positif (score 3+)", {"status": "positive", "ihc": "3+"}),
    ("amplification de HER2 : absente", NEGATIVE_ISH),
    ("rapport HER2/CEP17 : 1,4", {"ratio": 1.4}),
    ("nombre moyen de copies de HER2 : 3,2", {"copies": 3.2}),
    ("HER2 : équivoque (2+)", {"status": "equivocal", "ihc": "2+"}),
]
SPANISH: list[tuple[str, dict[str, Any]]] = [
    ("HER2 negativo (1+)", {"status": "negative", "ihc": "1+"}),
    ("HER2 positivo (3+)", {"status": "positive", "ihc": "3+"}),
    ("HER2: 2+, FISH no amplificado", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2: 2+, FISH amplificado", {"ihc": "2+"} | POSITIVE_ISH),
    ("HER2 equívoco (2+)", {"status": "equivocal", "ihc": "2+"}),
    ("HER2 bajo (1+)", {"spectrum": "low", "ihc": "1+"}),
    ("sobreexpresión de HER2: negativa", {"status": "negative"}),
    ("HER2 sin amplificación", NEGATIVE_ISH),
    ("número de copias de HER2 por célula: 4,5", {"copies": 4.5}),
    ("cociente HER2/CEP17: 1,8", {"ratio": 1.8}),
    ("HER2 (IHQ): 1+", {"ihc": "1+"}),
    ("c-erbB2: +++", {"ihc": "3+"}),
]
ITALIAN: list[tuple[str, dict[str, Any]]] = [
    ("HER2 negativo (score 0)", {"status": "negative", "ihc": "0"}),
    ("HER2: score 2+, FISH negativa", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2: score 2+, FISH positiva", {"ihc": "2+"} | POSITIVE_ISH),
    ("HER2 2+ ISH amplificato", {"ihc": "2+"} | POSITIVE_ISH),
    ("HER2 2+ ISH non amplificato", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2: 3+ (positivo)", {"ihc": "3+", "status": "positive"}),
    ("assenza di amplificazione di HER2", NEGATIVE_ISH),
    ("rapporto HER2/CEP17: 2,3", {"ratio": 2.3}),
    ("numero medio di copie di HER2: 6,1", {"copies": 6.1}),
    ("HER2 low, score 1+", {"spectrum": "low", "ihc": "1+"}),
]
CHINESE: list[tuple[str, dict[str, Any]]] = [
    ("Her-2 (2+), FISH (-)", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER-2(2+), FISH (+)", {"ihc": "2+"} | POSITIVE_ISH),
    ("HER-2(3+)", {"ihc": "3+"}),
    ("HER-2 (0)", {"ihc": "0"}),
    ("C-erbB-2(2+)", {"ihc": "2+"}),
    ("CerbB-2 (3+)", {"ihc": "3+"}),
    ("HER2(++), FISH: no amplification", {"ihc": "2+"} | NEGATIVE_ISH),
    ("Her2 (1+), Ki67 (30%+)", {"ihc": "1+"}),
    ("ER(90%+), PR(80%+), HER-2(2+), Ki-67(30%+)", {"ihc": "2+"}),
    ("ER (-), PR (-), HER-2 (3+)", {"ihc": "3+"}),
    ("ER(+++), PR(++), HER2(1+)", {"ihc": "1+"}),
    ("HER2 \u9633\u6027", {"status": "positive"}),
    ("HER2 \u9634\u6027", {"status": "negative"}),
    ("HER2\uff083+\uff09", {"ihc": "3+"}),
    ("HER-2\uff082+\uff09\uff0cFISH\u68c0\u6d4b\uff1a\u65e0\u6269\u589e", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2\uff082+\uff09\uff0cFISH\u6709\u6269\u589e", {"ihc": "2+"} | POSITIVE_ISH),
    ("HER-2(2+),FISH\u68c0\u6d4b\u9634\u6027", {"ihc": "2+"} | NEGATIVE_ISH),
    ("\u514d\u75ab\u7ec4\u5316\uff1aHER2\uff081+\uff09", {"ihc": "1+"}),
    (
        "ER\uff0890%+\uff09\uff0cPR\uff0860%+\uff09\uff0cHER2\uff080\uff09\uff0cKi67\uff0820%+\uff09",
        {"ihc": "0"},
    ),
]
ENGLISH: list[tuple[str, dict[str, Any]]] = [
    (
        "HER2 IHC: 2+ (Equivocal). HER2 FISH: Negative (HER2/CEP17 1.2, HER2 copy number 2.8)",
        {"ihc": "2+", "ihc_result": "equivocal", "ratio": 1.2, "copies": 2.8} | NEGATIVE_ISH,
    ),
    ("HER2 by IHC: Negative (score 1+)", {"ihc_result": "negative", "ihc": "1+"}),
    ("Her2/neu by FISH: Amplified (ratio 5.6)", {"ratio": 5.6} | POSITIVE_ISH),
    ("HER2 IHC 2+; reflex FISH: not amplified", {"ihc": "2+"} | NEGATIVE_ISH),
    ("HER2 positive (IHC 3+, 95% of tumour cells)", {"status": "positive", "ihc": "3+", "percent": 95.0}),
    ("HER2 3+ but FISH negative", {"ihc": "3+"} | NEGATIVE_ISH),
    ("no overexpression of HER2", {"status": "negative"}),
    ("HER2 weakly positive (1+)", {"ihc": "1+"}),
    ("HER2 gene amplification: absent", NEGATIVE_ISH),
    ("Her2: Neg", {"status": "negative"}),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [*GERMAN, *FRENCH, *SPANISH, *ITALIAN, *CHINESE, *ENGLISH],
    ids=str,
)
def test_what_a_report_says_in_its_own_habit(text: str, expected: dict[str, Any]) -> None:
    assert {each.field: each.value for each in read_her2_wording(text).understood} == expected


MISLEADING = [
    *[
        "HER2 3.5",
        "FISH 3+",
        "HER2 5+",
        "HER2 <3+",
        "HER2 >=2+",
        "HER2 2+ to 3+",
        "HER2 3+/2+",
        "HER2 1+ or 2+",
    ],
    *[
        "previously HER2 3+, now HER2 1+",
        "HER2 3+ control appropriate",
        "HER2 positive ductal carcinoma in situ",
    ],
    *["HER2 was 3+ in the DCIS and 1+ in the invasive component", "HER2 negative in outside report, 3+ here"],
    *["mother had HER2 positive breast cancer", "if HER2 is positive, FISH", "HER2: see separate report"],
    *["HER2 insufficient tissue", "no residual tumour for HER2", "HER2 zweifach positiv", "HER2 dudoso 2+"],
    *[
        "HER-2 \u53ef\u7591\u9633\u6027",
        "\u65e2\u5f80HER2 3+",
        "HER2 (-)",
        "HER2 (+)",
        "HER2 control 3+, patient 1+",
    ],
    *["ER 3+, PR 2+", "ER (-), PR (-)", "Ki67 (30%+)"],
]


@pytest.mark.parametrize("text", MISLEADING)
def test_what_was_not_said_of_her2_is_not_understood(text: str) -> None:
    assert read_her2_wording(text).understood == ()


@pytest.mark.parametrize("text", ["HER2 not done", "HER2 pending", "HER2 awaited", "HER2 \u5f85\u67e5"])
def test_a_test_without_a_result_is_pending(text: str) -> None:
    wording = read_her2_wording(text)
    assert wording.understood == ()
    assert wording.pending == ("her2.ihc", "her2.ish")


@pytest.mark.parametrize(
    "text",
    [
        "HER2 negativ, aber Score 3+",
        "HER2 3+ on the core, HER2 1+ in the excision",
        "HER2 heterogeneous, 3+ in 30 % and 1+ in 70 %",
        "HER2 neg/pos",
        "triple-negative, HER2 3+",
        "HER2 2+, FISH copies 816",
    ],
)
def test_what_cannot_be_one_result_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refusal:
        CALCULATOR.compute(CALCULATOR.read({"text": text}))
    assert refusal.value.remedy
