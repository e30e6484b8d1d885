"""What a stated contraindication is, and the drugs, classes and regimens that it speaks against."""

from __future__ import annotations

import pytest

from neoher.guidance.facts.against import against_named
from neoher.guidance.facts.conditions import Condition, condition_of
from neoher.guidance.facts.reasons import Reason, reasons_of
from neoher.guidance.knowledge import load_knowledge
from neoher.record.safety import Contraindication

KNOWLEDGE = load_knowledge()
ANTHRACYCLINES = {"doxorubicin", "epirubicin"}
TAXANES = {"docetaxel", "paclitaxel", "nab-paclitaxel"}
ANTIBODIES = {"trastuzumab", "pertuzumab", "pertuzumab-trastuzumab-sc", "T-DM1", "T-DXd"}
CONJUGATES = {"T-DM1", "T-DXd"}
CYTOTOXIC = ANTHRACYCLINES | TAXANES | {"carboplatin", "cyclophosphamide", "fluorouracil"}


# The classes are those of the drugs' own pages in the knowledge base (knowledge 5.2).
@pytest.mark.parametrize(
    ("stated", "drugs"),
    [
        ("doxorubicin", {"doxorubicin"}),
        ("Adriamycin", {"doxorubicin"}),
        ("Perjeta", {"pertuzumab"}),
        ("Phesgo", {"trastuzumab", "pertuzumab"}),
        ("anthracyclines", ANTHRACYCLINES),
        ("Anthracycline", ANTHRACYCLINES),
        ("any anthracycline-based chemotherapy", ANTHRACYCLINES),
        ("further anthracycline treatment", ANTHRACYCLINES),
        ("taxane", TAXANES),
        ("taxanes", TAXANES),
        ("platinum", {"carboplatin"}),
        ("platinum agents", {"carboplatin"}),
        ("platinum and taxanes", {"carboplatin"} | TAXANES),
        ("chemotherapy", CYTOTOXIC),
        ("cytotoxic drugs", CYTOTOXIC),
        ("HER2 antibodies", ANTIBODIES),
        ("anti-HER2 therapy", ANTIBODIES | {"neratinib", "lapatinib"}),
        ("HER2-directed therapy", ANTIBODIES | {"neratinib", "lapatinib"}),
        ("antibody-drug conjugates", CONJUGATES),
        ("ADCs", CONJUGATES),
        ("TKI", {"neratinib", "lapatinib"}),
        ("docetaxel, carboplatin", {"docetaxel", "carboplatin"}),
        ("AC", {"doxorubicin", "cyclophosphamide"}),
        ("MRI", set()),
        ("breast conservation", set()),
    ],
)
def test_a_name_stands_for_its_drugs(stated: str, drugs: set[str]) -> None:
    found = against_named(stated, KNOWLEDGE)
    assert found.drugs == drugs
    assert found.not_understood == ()


def test_chemotherapy_leaves_open_whether_conjugates_are_meant() -> None:
    assert against_named("chemotherapy", KNOWLEDGE).open_drugs == CONJUGATES
    assert against_named("taxanes", KNOWLEDGE).open_drugs == frozenset()


def test_a_regimen_rules_out_what_holds_all_of_it_and_nothing_less() -> None:
    (reason,) = reasons(Contraindication(kind="diarrhoea", against="THP"))
    assert reason.rules_out(("paclitaxel", "trastuzumab", "pertuzumab"))
    assert reason.rules_out(("paclitaxel", "trastuzumab", "pertuzumab", "carboplatin"))
    assert not reason.rules_out(("paclitaxel", "trastuzumab"))


@pytest.mark.parametrize(
    ("stated", "not_understood"),
    [("steroids", ("steroids",)), ("carboplatin and steroids", ("steroids",)), ("the usual", ("the usual",))],
)
def test_what_is_not_understood_is_named(stated: str, not_understood: tuple[str, ...]) -> None:
    assert against_named(stated, KNOWLEDGE).not_understood == not_understood
    (reason,) = reasons(Contraindication(kind="allergy", against=stated))
    assert reason.unclear == ", ".join(not_understood)
    assert reason.open_fields == ("contraindications[0].against",)


def reasons(*stated: Contraindication) -> tuple[Reason, ...]:
    found = reasons_of(stated, KNOWLEDGE)
    assert found is not None
    return found


def test_none_stated_is_not_the_same_as_nothing_stated() -> None:
    assert reasons_of(None, KNOWLEDGE) is None
    assert reasons_of("none", KNOWLEDGE) == ()


def test_an_allergy_to_an_antibody_counts_for_the_conjugates_that_carry_it() -> None:
    (allergy,) = reasons(Contraindication(kind="anaphylaxis", against="trastuzumab"))
    assert allergy.against.drugs == {"trastuzumab", "T-DM1", "T-DXd"}
    (other,) = reasons(Contraindication(kind="diarrhoea", against="pertuzumab"))
    assert other.against.drugs == {"pertuzumab"}


@pytest.mark.parametrize(
    ("kind", "drugs"),
    [
        ("anaphylaxis to docetaxel", {"docetaxel"}),
        ("intolerance of Perjeta", {"pertuzumab"}),
        ("taxane neuropathy", TAXANES),
        ("renal failure", set()),
        ("P wave changes", set()),
    ],
)
def test_a_kind_that_names_its_drug_speaks_against_it(kind: str, drugs: set[str]) -> None:
    (reason,) = reasons(Contraindication(kind=kind))
    assert reason.against.drugs == drugs
    assert bool(reason.unclear) is not bool(drugs)


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("pregnancy", Condition.PREGNANCY),
        ("Pregnant, 20 weeks", Condition.PREGNANCY),
        ("unplanned pregnancy", Condition.PREGNANCY),
        ("pregnancy test positive", Condition.PREGNANCY),
        ("wish for pregnancy", None),
        ("previous pregnancy", None),
        ("gestational diabetes", None),
        ("heart failure", Condition.HEART_FAILURE),
        ("congestive cardiac failure", Condition.HEART_FAILURE),
        ("HFrEF", Condition.HEART_FAILURE),
        ("history of heart failure", Condition.HEART_DISEASE),
        ("family history of heart failure", None),
        ("dilated cardiomyopathy without symptoms", Condition.HEART_DISEASE),
        ("familial cardiomyopathy", Condition.HEART_DISEASE),
        ("left ventricular dysfunction", Condition.HEART_DISEASE),
        ("reduced ejection fraction", Condition.HEART_DISEASE),
        ("no heart failure", None),
        ("ILD", Condition.LUNG_DISEASE),
        ("radiation pneumonitis", None),
        ("pacemaker", Condition.MRI),
        ("contrast medium allergy", Condition.MRI),
        ("renal failure", None),
    ],
)
def test_a_kind_names_a_state_of_the_patient(kind: str, condition: Condition | None) -> None:
    assert condition_of(kind) is condition
