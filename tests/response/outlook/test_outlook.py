"""Expected rates: the figures of the trials as tables and abstracts print them, written here a second time
beside their trial; the counts of I-SPY 1 and 2 counted anew from the public tables."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any

import pytest

from neoher.record.conclusion import Conclusion
from neoher.response.outlook.calculator import CALCULATOR, outlook
from neoher.response.outlook.facts import Definition, Outlook, OutlookFacts
from neoher.response.outlook.rates import published_rates


def concluded(**stated: Any) -> Conclusion[Outlook]:
    return outlook(OutlookFacts.model_validate(stated))


def shown(**stated: Any) -> set[tuple[str, str, float]]:
    value = concluded(**stated).value
    return set() if value is None else {(each.study, each.group, each.percent) for each in value.rates}


# The table ------------------------------------------------------------------------------------------------


def test_every_rate_has_a_source_a_definition_a_number_in_words_and_a_state_of_verification() -> None:
    rates = published_rates()
    assert len(rates) > 50
    for rate in rates:
        assert rate.publication.id
        assert rate.n_words
        assert rate.verification
        assert rate.definition in set(Definition)


def test_no_source_of_the_table_is_unused() -> None:
    assert {source.id for source in CALCULATOR.sources} == {each.publication.id for each in published_rates()}


@pytest.mark.parametrize(
    ("study", "regimen", "hr", "definition", "percent"),
    [
        ("NeoSphere", "THP", None, "ypT0/is", 45.8),
        ("NeoSphere", "THP", None, "ypT0/is ypN0", 39.3),
        ("NeoSphere", "TH", None, "ypT0/is ypN0", 21.5),
        ("TRYPHAENA", "TCHP", None, "ypT0/is ypN0", 63.6),
        ("TRYPHAENA", "TCHP", None, "ypT0/is", 66.2),
        ("BERENICE", "ddAC_THP", None, "ypT0/is ypN0", 61.8),
        ("KRISTINE", "TCHP", None, "ypT0/is ypN0", 55.7),
        ("HELEN-006", "nabPHP", None, "ypT0/is ypN0", 66.3),
        ("neoCARHP", "THP", "negative", "ypT0/is ypN0", 78.2),
        ("neoCARHP", "TCHP", "positive", "ypT0/is ypN0", 58.8),
        ("CompassHER2-pCR", "THP", "positive", "ypT0/is ypN0", 33),
        ("DESTINY-Breast11", "TDXd_THP", None, "ypT0/is ypN0", 67.3),
        ("DESTINY-Breast11", "TDXd_THP", "positive", "ypT0/is ypN0", 61.4),
        ("DESTINY-Breast11", "ddAC_THP", "negative", "ypT0/is ypN0", 67.1),
    ],
)
def test_rates_as_the_trials_print_them(
    study: str, regimen: str, hr: str | None, definition: str, percent: float
) -> None:
    given_by = {"regimen": regimen} | ({"hr": hr} if hr else {})
    found = [
        each.percent
        for each in published_rates()
        if (each.study, each.given_by, each.definition) == (study, given_by, definition)
    ]
    assert found == [percent]


# Choosing -------------------------------------------------------------------------------------------------


def test_without_her2_nothing_is_said() -> None:
    conclusion = concluded(hr="negative", regimen="TCHP")
    assert conclusion.value is None
    assert conclusion.missing == ("her2", "imaging")


def test_a_fact_that_is_not_known_chooses_neither_side() -> None:
    without = shown(her2="positive", regimen="THP")
    assert not {group for _, group, _ in without if "HR-" in group or "ER-" in group}
    assert "hr" in concluded(her2="positive", regimen="THP").missing


@pytest.mark.parametrize(("hr", "other"), [("positive", "negative"), ("negative", "positive")])
def test_only_her_side_of_a_known_fact_is_shown(hr: str, other: str) -> None:
    groups = {group for _, group, _ in shown(her2="positive", regimen="THP", hr=hr)}
    assert any(f"R-{hr}" in group for group in groups)
    assert not any(f"R-{other}" in group for group in groups)


def test_positive_alone_is_no_label() -> None:
    assert not {study for study, _, _ in shown(her2="positive", hr="negative")} & {
        "Ma 2025",
        "Nanchang cohort",
    }
    assert ("Ma 2025", "2+/ISH+", 16.24) in shown(her2="2+/ISH+")
    assert ("Ma 2025", "IHC 3+", 46.07) in shown(her2="3+")


def test_the_rates_that_share_most_facts_come_first() -> None:
    value = concluded(her2="3+", hr="positive", regimen="TCHP", imaging="complete").value
    assert value is not None
    shared = [len(each.matches) for each in value.rates]
    assert shared == sorted(shared, reverse=True)


def test_definitions_that_differ_are_named_and_no_single_probability_is_given() -> None:
    conclusion = concluded(her2="positive", regimen="THP")
    codes = {each.code for each in conclusion.warnings}
    assert {"definitions-differ", "context-not-a-probability", "number-not-held"} <= codes
    assert set(Outlook.model_fields) == {"rates"}


def test_two_plus_ish_positive_is_no_reason_to_withhold_treatment() -> None:
    (said,) = [
        each.message
        for each in concluded(her2="2+/ISH+").warnings
        if each.code == "her2-moderate-investigational"
    ]
    assert "no reason to withhold" in said


FACTS: dict[str, tuple[object, ...]] = {
    "her2": ("positive", "3+", "2+/ISH+"),
    "hr": (None, "positive", "negative"),
    "regimen": (None, "THP", "TDXd_THP", "TDM1_P"),
    "imaging": (None, "complete", "residual"),
    "pik3ca": (None, "mutated"),
    "heterogeneous": (None, True, False),
}


def test_knowing_more_never_hides_a_rate_that_fitted_before() -> None:
    for values in itertools.product(*FACTS.values()):
        stated = {name: value for name, value in zip(FACTS, values, strict=True) if value is not None}
        whole = shown(**stated)
        for name in set(stated) - {"her2"}:
            assert shown(**{other: value for other, value in stated.items() if other != name}) <= whole


# Counted anew ---------------------------------------------------------------------------------------------


def counted(study: str, name: str, value: str) -> tuple[int | None, int | None]:
    (found,) = [each for each in published_rates() if (each.study, each.given_by) == (study, {name: value})]
    return found.events, found.n


@pytest.mark.shared
def test_the_rates_of_ispy_1_are_those_of_its_table(shared_data: Path) -> None:
    import pandas as pd

    table = shared_data / "cohorts" / "ispy1" / "I-SPY_1_All_Patient_Clinical_and_Outcome_Data.xlsx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheets = pd.read_excel(table, sheet_name=None)
    joined = sheets["predictors"].merge(sheets["outcomes"], on="SUBJECTID")
    her2 = joined[(joined["Her2MostPos"] == 1) & joined["PCR"].notna()]
    for imaging, rows in (
        ("complete", her2[her2["MRI LD PreSurg"] == 0]),
        ("residual", her2[her2["MRI LD PreSurg"] > 0]),
    ):
        assert counted("I-SPY 1", "imaging", imaging) == (int(rows["PCR"].sum()), len(rows))


@pytest.mark.shared
def test_the_rates_of_ispy_2_are_those_of_its_tables(shared_data: Path) -> None:
    import pandas as pd

    folder = shared_data / "cohorts" / "ispy2"
    clinical = pd.read_excel(folder / "ISPY2-Imaging-Cohort-1-Clinical-Data.xlsx")
    imaging = pd.read_excel(folder / "Multi-feature-MRI-NACT-Data.xlsx")
    her2 = clinical[clinical["HER2"] == 1]
    for status, code in (("positive", 1), ("negative", 0)):
        rows = her2[her2["HR"] == code]
        assert counted("I-SPY 2", "hr", status) == (int(rows["pCR"].sum()), len(rows))
    ids = imaging["CLINICAL-TRIAL-SUBJECT-ID"].astype(str).str.extract(r"(\d+)$")[0].astype(int)
    joined = imaging.assign(Patient_ID=ids).merge(her2, on="Patient_ID")
    for name, rows in (("complete", joined[joined["LD_T3"] == 0]), ("residual", joined[joined["LD_T3"] > 0])):
        assert counted("I-SPY 2", "imaging", name) == (int(rows["pCR"].sum()), len(rows))
