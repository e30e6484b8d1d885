"""Expected fields: each phrase read by a person, written here beside it; statuses by ASCO/CAP 2018 (PMID
29846122) and labels by Rakha 2026 (doi 10.1016/j.modpat.2025.100925)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR
from neoher.pathology.her2.facts import Her2Assessment
from neoher.pathology.her2.wording.reading import read_her2_wording
from neoher.record.conclusion import Conclusion


def concluded(text: str, **stated: Any) -> Conclusion[Her2Assessment]:
    return CALCULATOR.compute(CALCULATOR.read({"text": text, **stated}))


def fields(text: str) -> dict[str, Any]:
    return {each.field: each.value for each in read_her2_wording(text).understood}


def codes(conclusion: Conclusion[Her2Assessment]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


SCORES = {
    "0": [
        "HER-2/neu (0)",
        "HER2 IHC 0",
        "HER2 0",
        "HER2: score 0",
        "IHC 0",
        "Score 0",
        "HER2 Status: Score 0",
    ],
    "1+": [
        *["c-erbB-2 score 1", "score 1+", "HER2 1+", "HER2 (1+)", "cerbB2: 1+", "HER-2/neu: 1+", "HER2: 1"],
        *["IHC 1", "HER2 IHC score 1+", "erbB2 score 1", "HER2 immunohistochemistry: 1+", "HER2 (1)"],
    ],
    "2+": [
        *["HER2 2+", "score 2 (+)", "(++)", "++", "HER2 ++", "2+", "HER2: 2 +", "IHC 2+", "HER2 2(+)"],
        *[
            "HER2 : score 2+",
            "HER2 by immunohistochemistry: 2+",
            "HER2 score of 2+",
            "HER2 Score 2",
            "HER2 + +",
        ],
        *["HER2 immunohistochimie score 2+", "HER2 immunhistochemisch 2+", "HER2 IHQ 2+", "HER2 (++)"],
    ],
    "3+": [
        *["HercepTest 3+", "+++", "HER2 +++", "HER2 3+", "c-erbB-2: 3+", "HER2neu 3+", "HER-2 (+++)", "3 +"],
        *[
            "surexpression HER2 score 3+",
            "HER2 (IHC): 3+",
            "Hercep-Test: Score 3+",
            "her-2/NEU 3+",
            "HER2: 3",
        ],
        *[
            "HER2 score 3",
            "the tumour is HER2 3+",
            "HER2 punteggio 3+",
            "HER2 puntuación 3+",
            "Ventana 4B5: 3+",
        ],
    ],
}


@pytest.mark.parametrize(
    ("score", "text"), [(score, text) for score, texts in SCORES.items() for text in texts]
)
def test_scores_in_the_habits_of_several_countries(score: str, text: str) -> None:
    assert fields(text) == {"ihc": score}


ISH = {
    "negative": [
        *[
            "FISH not amplified",
            "FISH negative",
            "FISH: neg.",
            "nicht amplifiziert",
            "HER2 nicht amplifiziert",
        ],
        *[
            "FISH non amplifiée",
            "FISH non amplifié",
            "HER2 no amplificado",
            "ISH non amplificato",
            "SISH: negativ",
        ],
        *["no evidence of HER2 amplification", "no amplification of HER2", "negative for amplification"],
        *[
            "HER2 gene amplification: not detected",
            "absence d'amplification HER2",
            "keine HER2-Amplifikation",
        ],
        *["HER2 non-amplified", "HER2 not amplified", "CISH negativ", "HER2 unamplified", "FISH négatif"],
        *["HER2 status by FISH: negative", "HER2 negative by FISH", "HER2 amplification absent"],
        *["in situ hybridisation: not amplified", "hybridation in situ: absence d'amplification"],
        *["FISH HER2: negative", "PR 2+, FISH not amplified", "HER2 zonder, FISH niet geamplificeerd"],
    ],
    "positive": [
        *["FISH positive", "FISH amplified", "amplifiziert", "HER2 amplified", "ISH+", "SISH amplified"],
        *[
            "HER2 amplificado",
            "HER2 amplifiziert",
            "FISH amplifiée",
            "CISH positiv",
            "positive for amplification",
        ],
        *["HER2 gene amplification detected", "FISH +", "HER2 positive by FISH", "HER2 FISH: positive"],
    ],
    "equivocal": ["FISH equivocal", "HER2 FISH: borderline"],
}


@pytest.mark.parametrize(
    ("result", "text"), [(result, text) for result, texts in ISH.items() for text in texts]
)
def test_verdicts_of_in_situ_hybridisation(result: str, text: str) -> None:
    assert fields(text)["ish_result"] == result
    assert not fields(text).keys() & {"status", "ihc", "ihc_result"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HER2/CEP17 = 2,3", {"ratio": 2.3}),
        ("HER2/CEP17 ratio: 2.0", {"ratio": 2.0}),
        ("HER2:CEP17 ratio of 1.85", {"ratio": 1.85}),
        ("Ratio HER2/CEP17: 1,8", {"ratio": 1.8}),
        ("FISH: Quotient 1,2", {"ratio": 1.2}),
        ("mean HER2 copy number 5.6 signals/cell", {"copies": 5.6}),
        ("average HER2 copy number: 4,0", {"copies": 4.0}),
        ("5.6 signals per cell", {"copies": 5.6}),
        ("HER2 copies/cell: 4.1", {"copies": 4.1}),
        ("HER2 signals per cell 4.1", {"copies": 4.1}),
        ("ratio 2,3,copies 5,1", {"ratio": 2.3, "copies": 5.1}),
        (
            "FISH: HER2/CEP17 ratio 1,8; mean HER2 4,5; mean CEP17 2,5",
            {"ratio": 1.8, "copies": 4.5, "cep17": 2.5},
        ),
        ("CEP17 2.1, HER2 copies 5.0", {"copies": 5.0}),
        ("FISH: recount ratio 1.6, copies 6.3", {"recount_ratio": 1.6, "recount_copies": 6.3}),
        ("DDISH: not amplified", {"ish_probe": "dual", "ish_result": "negative"}),
        ("FISH single probe, copies 6.5", {"ish_probe": "single", "copies": 6.5}),
        ("FISH ratio 2.1, 20 cells counted", {"ratio": 2.1, "cells": 20}),
        (
            "HER2 2+, FISH not amplified, ratio 1.4, copy number 3.6",
            {"ihc": "2+", "ish_result": "negative", "ratio": 1.4, "copies": 3.6},
        ),
        (
            "HER2 IHC 2+ (equivocal), FISH: NOT AMPLIFIED (HER2/CEP17 ratio: 1.1; HER2 copy number: 2.3)",
            {"ihc": "2+", "ihc_result": "equivocal", "ish_result": "negative", "ratio": 1.1, "copies": 2.3},
        ),
        ("HER2: IHC 2+/ISH+", {"ihc": "2+", "ish_result": "positive"}),
        ("HER2 (IHC): 2+; HER2 (FISH): negative", {"ihc": "2+", "ish_result": "negative"}),
        ("HER2 nicht amplifiziert (Ratio 1,2)", {"ish_result": "negative", "ratio": 1.2}),
        (
            "HER2 : score 2+ équivoque, FISH non amplifiée",
            {"ihc": "2+", "status": "equivocal", "ish_result": "negative"},
        ),
    ],
)
def test_counts_and_results_together(text: str, expected: dict[str, Any]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("equivocal", {"status": "equivocal"}),
        ("HER2 equivocal", {"status": "equivocal"}),
        ("HER2 low", {"spectrum": "low"}),
        ("HER2-low", {"spectrum": "low"}),
        ("HER2 ultralow", {"spectrum": "ultralow"}),
        ("HER2-ultra-low", {"spectrum": "ultralow"}),
        ("HER2 null", {"spectrum": "absent"}),
        ("négatif", {"status": "negative"}),
        ("HER2 négatif", {"status": "negative"}),
        ("positiv", {"status": "positive"}),
        ("HER2-positiv (Score 3+)", {"status": "positive", "ihc": "3+"}),
        ("HER2-negative (IHC 1+)", {"status": "negative", "ihc": "1+"}),
        ("HER2 negativo (score 0)", {"status": "negative", "ihc": "0"}),
        ("Statut HER2 : négatif (0)", {"status": "negative", "ihc": "0"}),
        ("HER2 +++ (positivo)", {"status": "positive", "ihc": "3+"}),
        ("HER2 protein overexpression: negative, score 1+", {"status": "negative", "ihc": "1+"}),
        ("HER2 not overexpressed", {"status": "negative"}),
        ("no HER2 overexpression", {"status": "negative"}),
        ("negative for HER2", {"status": "negative"}),
        ("triple negative", {"status": "negative"}),
        ("HER2 IHC negative", {"ihc_result": "negative"}),
        (
            "IHC 0 with faint membrane staining in 5 % of cells",
            {"ihc": "0", "intensity": "faint", "percent": 5},
        ),
        ("IHC 0, no membrane staining", {"ihc": "0", "membrane_staining": False}),
        ("Score 3+ in 80 % of cells", {"ihc": "3+", "percent": 80}),
    ],
)
def test_words_for_the_result(text: str, expected: dict[str, Any]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ER 90 %, PR 2+, HER2 1+", {"ihc": "1+"}),
        ("ER positive, PR negative, HER2 3+", {"ihc": "3+"}),
        ("HER2 2+, positive ER", {"ihc": "2+"}),
        ("HER2 (3+) positive, ER negative, Ki-67 30 %", {"ihc": "3+", "status": "positive"}),
        ("Oestrogen receptor 8/8, progesterone receptor 3+, HER2 negative", {"status": "negative"}),
        ("ER 3+ by IHC, HER2 2+", {"ihc": "2+"}),
        ("ER neg, PR neg", {}),
        ("ER positive (IHC 3+)", {}),
        ("IHC ER 3+", {}),
        ("AR 3+, HER2 2+, PD-L1 negative", {"ihc": "2+"}),
        ("TOP2A FISH amplified", {}),
        (
            "recettori: ER 90%, PgR 20%, HER2 score 2+ ISH non amplificato",
            {"ihc": "2+", "ish_result": "negative"},
        ),
        ("positive for ER and negative for HER2", {"status": "negative"}),
        ("Lymph nodes negative. HER2 3+. Margins negative.", {"ihc": "3+"}),
        ("HER2 1+, lymph node negative", {"ihc": "1+"}),
        ("Grade 3. HER2 1+. Grade 2.", {"ihc": "1+"}),
        ("Positive control 3+, HER2 1+", {"ihc": "1+"}),
        ("DCIS HER2 3+, invasive HER2 1+", {"ihc": "1+"}),
        ("HER3 3+, HER2 1+", {"ihc": "1+"}),
    ],
)
def test_what_stands_around_it_is_not_taken_for_her2(text: str, expected: dict[str, Any]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *[
            "HER2 3+?",
            "previous biopsy HER2 3+",
            "HER2 1-2+",
            "HER2 0/1+",
            "HER2 1+ to 2+",
            "HER2 not positive",
        ],
        *["HER2+", "HER2 +", "suspicious for HER2 3+", "HER2 ratio <2.0", "HER2 copies 3.6-4.2", "HER2 0+"],
        *["HER2 gene amplification not assessed", "HER2 positivity not confirmed", "total HER2 signals 112"],
        *["kein HER2 3+", "HER2 nicht negativ", "HER2 amplification is unlikely", "if HER2 3+", "HER2 4+"],
        *["HER2 unlikely to be positive", "HER2 ratio 1,2,3", "HER2 FISH: no result", "not HER2 3+"],
        *[
            "HER2 positive, not confirmed",
            "HER2 group 5",
            "HER2 1.5+",
            "HER2 zero",
            "DCIS: HER2 3+",
            "HER2 positive cannot be excluded",
        ],
    ],
)
def test_what_is_not_said_plainly_is_named_and_not_guessed(text: str) -> None:
    wording = read_her2_wording(text)
    assert wording.understood == ()
    assert wording.not_understood
    conclusion = concluded(text)
    assert conclusion.value is None
    assert conclusion.missing == ("her2.ihc", "her2.ish")
    assert "wording-not-understood" in codes(conclusion)


@pytest.mark.parametrize(
    ("text", "status", "missing"),
    [
        ("negative for amplification; IHC pending", "negative", ("her2.ihc",)),
        ("HER2 2+, FISH pending", "equivocal", ("her2.ish",)),
        ("HER2 2+, FISH ausstehend", "equivocal", ("her2.ish",)),
        ("HER2 2+ FISH recommended", "equivocal", ("her2.ish",)),
        ("HER2 1+, FISH not done", "negative", ("her2.ish",)),
    ],
)
def test_a_test_without_a_result_is_missing_and_never_negative(
    text: str, status: str, missing: tuple[str, ...]
) -> None:
    conclusion = concluded(text)
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.missing) == (status, missing)
    assert "test-not-reported" in codes(conclusion)


@pytest.mark.parametrize(
    ("text", "status", "ihc", "spectrum", "missing"),
    [
        ("HER2 2+, FISH not amplified, ratio 1.4, copy number 3.6", "negative", "2+", "low", ()),
        ("HER2 2+, FISH not amplified", "negative", "2+", "low", ()),
        ("HER2 2+, FISH amplified", "positive", "2+", "2+/ISH+", ()),
        ("HER2 1+, FISH amplified", "positive", "1+", "ISH+", ()),
        ("HER2 low", "negative", None, "low", ("her2.ihc",)),
        ("HER2 ultralow", "negative", None, "ultralow", ("her2.ihc",)),
        ("HER2 ultralow (0)", "negative", "0", "ultralow", ()),
        ("HER2 equivocal", "equivocal", None, None, ("her2.ihc", "her2.ish")),
        ("HER2 negative", "negative", None, None, ("her2.ihc",)),
        ("HER2 positive", "positive", None, None, ("her2.ihc",)),
        ("FISH amplified", "positive", None, None, ("her2.ihc",)),
        ("IHC 0 with faint membrane staining in 5 % of cells", "negative", "0", "ultralow", ()),
        ("HER2 negative (2+)", "equivocal", "2+", None, ("her2.ish",)),
        ("HER2 low, 2+", "equivocal", "2+", None, ("her2.ish",)),
        ("HER2 2+, FISH amplified, ratio 1.4", "equivocal", "2+", None, ("her2.ish.copies",)),
        ("HER2 equivocal (2+), FISH amplified, ratio 3.1, copies 7.2", "positive", "2+", "2+/ISH+", ()),
    ],
)
def test_the_wording_goes_through_the_rules(
    text: str, status: str, ihc: str | None, spectrum: str | None, missing: tuple[str, ...]
) -> None:
    conclusion = concluded(text)
    assert conclusion.value is not None
    value = conclusion.value
    assert (value.status, value.ihc, value.spectrum) == (status, ihc, spectrum)
    assert conclusion.missing == missing


def test_each_understood_phrase_is_a_step() -> None:
    steps = concluded("HER2 2+, FISH not amplified, ratio 1.4, copy number 3.6").because
    read = [(step.step, step.inputs["phrase"]) for step in steps if "wording" in step.rule]
    assert read == [
        ("ihc 2+", "2+"),
        ("ish_result negative", "not amplified"),
        ("ratio 1.4", "ratio 1.4"),
        ("copies 3.6", "copy number 3.6"),
    ]


def test_three_plus_with_a_reported_negative_ish_is_positive_and_flagged() -> None:
    conclusion = concluded("HER2 3+, FISH not amplified")
    assert conclusion.value is not None
    assert (conclusion.value.status, conclusion.value.spectrum) == ("positive", "3+")
    assert "ihc-ish-discordant" in codes(conclusion)


@pytest.mark.parametrize(
    "text",
    [
        *["HER2 3+, negative", "HER2 1+ positive", "HER2 positive (0)", "HER2 low (0)", "HER2 ultralow (1+)"],
        *["HER2 low, positive", "HER2 IHC negative (3+)", "HER2 1+ equivocal", "HER2 null (1+)"],
        *["HER2 2+, FISH amplified, ratio 1.2, copies 3.0", "HER2 2+, FISH not amplified, ratio 3, copies 9"],
        *[
            "biopsy HER2 1+, node HER2 3+",
            "Biopsy: HER2 1+. Node: HER2 3+.",
            "Biopsy: HER2 3+. Node: HER2 3+.",
        ],
        *["FISH amplified; FISH not amplified", "ratio 1.4, ratio 2.4", "HER2 positive. HER2 negative."],
    ],
)
def test_contradictions_and_two_results_are_refused(text: str) -> None:
    with pytest.raises(InputError) as refusal:
        concluded(text)
    assert refusal.value.remedy


def test_two_results_are_listed() -> None:
    with pytest.raises(InputError, match=r"ihc 1\+.*ihc 3\+"):
        concluded("biopsy HER2 1+; node HER2 3+")


@pytest.mark.parametrize("stated", [{"ihc": "3+"}, {"ratio": 2.4}, {"ish_result": "positive"}])
def test_a_field_that_says_something_else_is_refused(stated: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="the wording says"):
        concluded("HER2 2+, FISH not amplified, ratio 1.4, copies 3.6", **stated)


def test_a_field_that_says_the_same_is_taken() -> None:
    assert concluded("HER2 3+", ihc="3+").value == concluded("HER2 3+").value


# Laws -----------------------------------------------------------------------------------------------------

PLAIN = st.sampled_from(
    [
        "HER2 2+, FISH not amplified, ratio 1.4, copy number 3.6",
        "c-erbB-2 score 1",
        "HER2-negative (IHC 1+)",
        "HER2 low",
        "HER2 equivocal",
        "HER2/CEP17 = 2,3",
        "HER2 +++",
    ]
)
VOCABULARY = [
    *[
        "HER2",
        "ER",
        "PR",
        "IHC",
        "FISH",
        "CEP17",
        "0",
        "1+",
        "2+",
        "3+",
        "+++",
        "-",
        "+",
        "2,3",
        "2.3",
        "5",
        "%",
    ],
    *[
        "not",
        "no",
        "negative",
        "positive",
        "amplified",
        "ratio",
        "copies",
        "low",
        "equivocal",
        "pending",
        "recount",
    ],
    *["score", "membrane", "staining", "faint", ",", ".", ";", "(", ")", "?", "~", "/", ":", "§"],
]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=14).map(" ".join)
RECEPTORS = st.sampled_from(
    ["ER 90 %", "PR 2+", "Ki-67 35 %", "ER positive", "PgR negative", "AR 3+", "Östrogenrezeptor 80 %"]
)


def _outcome(text: str) -> Conclusion[Her2Assessment] | InputError:
    try:
        return concluded(text)
    except InputError as refusal:
        return refusal


@given(st.text(max_size=60) | WORDS)
def test_any_text_gives_a_conclusion_or_a_named_refusal(text: str) -> None:
    outcome = _outcome(text)
    if isinstance(outcome, InputError):
        assert outcome.what
        assert outcome.where
        return
    assert outcome.value is not None or outcome.missing


@given(PLAIN, RECEPTORS, RECEPTORS)
def test_other_receptors_never_change_her2(text: str, before: str, after: str) -> None:
    for joint in (", ", "; ", ". ", "\n"):
        assert fields(f"{before}{joint}{text}{joint}{after}") == fields(text)


@given(PLAIN, st.sampled_from([str.upper, str.lower, str.title]))
def test_case_and_spacing_do_not_matter(text: str, cased: Any) -> None:
    expected = fields(text)
    assert expected
    assert fields(cased(text)) == expected
    assert fields(f"  {text.replace(' ', '  ')} .") == expected
    assert fields(text.replace(", ", "; ")) == expected
    assert fields(text.replace(" ", "\N{NO-BREAK SPACE}")) == expected
