"""HER2 PET: what the tracer says of each lesion, and what it must never say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.exam import PtExam
from neoher.record.measurement import InputObjects, Measurement, Measurements, Quantity
from neoher.response.her2_uptake.facts import Her2UptakeInputs, Her2UptakeValue, LesionUptakeRow, Uptake
from neoher.response.her2_uptake.recorded import her2_uptake_of_exam, is_her2_pet
from neoher.response.her2_uptake.scan import her2_uptake
from neoher.response.her2_uptake.tracers import load_tracers, tracer_named


def row(lesion: str = "L1", **facts: Any) -> LesionUptakeRow:
    return LesionUptakeRow(lesion=lesion, **facts)


def read(*rows: LesionUptakeRow, **facts: Any) -> Conclusion[Her2UptakeValue]:
    stated = {
        "tracer": "89Zr-pertuzumab",
        "injected_at": "2025-02-08T10:15",
        "scanned_at": "2025-02-14T09:05",
        "her2_drug": "none",
    }
    return her2_uptake(Her2UptakeInputs(rows=rows, **(stated | facts)))


def codes(conclusion: Conclusion[Any]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


def result(*rows: LesionUptakeRow, **facts: Any) -> Uptake | None:
    value = read(*rows, **facts).value
    assert value is not None
    return value.lesions[0].result


# The tracer's window --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tracer", "inside", "outside"),
    [
        # Knowledge 4.1: best 5 +/- 1 d (PMID 27146421); 5-8 d (PMID 29146695); assumed 5-8 d
        ("89Zr-trastuzumab", (4, 6), (3, 7)),
        ("89Zr-pertuzumab", (5, 8), (4, 9)),
        ("89Zr-ss-pertuzumab", (5, 8), (4, 9)),
    ],
)
def test_antibodies_are_imaged_within_calendar_days(
    tracer: str, inside: tuple[int, int], outside: tuple[int, int]
) -> None:
    injected = dt.datetime(2025, 2, 8, 10, 15)
    for days in (*inside, *outside):
        # Earlier in the day than the injection: fewer than `days` times 24 hours.
        at = injected + dt.timedelta(days=days, hours=-2)
        conclusion = read(
            row(suvpeak=5, blood_pool_mean=2), tracer=tracer, injected_at=injected, scanned_at=at
        )
        assert conclusion.value is not None
        assert conclusion.value.days_after_injection == days
        assert conclusion.value.in_window is (days in inside)
        assert ("outside-tracer-window" in codes(conclusion)) is (days in outside)
        # A scan outside its window is reported all the same (knowledge 4.8, case 4.7).
        assert conclusion.value.lesions[0].result is Uptake.POSITIVE


@pytest.mark.parametrize(("hours", "inside"), [(1.99, False), (2, True), (4, True), (4.01, False)])
def test_affibodies_are_imaged_within_hours(hours: float, inside: bool) -> None:
    injected = dt.datetime(2025, 2, 8, 10, 15)
    conclusion = read(
        row(suvpeak=5, blood_pool_mean=2),
        tracer="68Ga-ABY-025",
        injected_at=injected,
        scanned_at=injected + dt.timedelta(hours=hours),
    )
    assert conclusion.value is not None
    assert conclusion.value.in_window is inside
    assert "unverified" in conclusion.value.window


def test_a_tracer_without_a_held_window_says_so() -> None:
    conclusion = read(row(suvpeak=5, blood_pool_mean=2), tracer="68Ga-HER2-affibody")
    assert conclusion.value is not None
    assert conclusion.value.in_window is None
    assert "no-window-held" in codes(conclusion)


def test_a_day_alone_is_enough_for_calendar_days_but_not_for_hours() -> None:
    facts = {"scanned_at": None, "scanned_on": "2025-02-14"}
    value = read(row(), **facts).value
    assert value is not None
    assert (value.days_after_injection, value.hours_after_injection, value.in_window) == (6, None, True)
    conclusion = read(row(), tracer="68Ga-ABY-025", injected_at="2025-02-14T08:00", **facts)
    assert conclusion.value is not None
    assert conclusion.value.in_window is None
    assert "scanned_at" in conclusion.missing


# One lesion -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peak", "expected"),
    [
        (2.0, Uptake.NEGATIVE),  # exactly the blood pool
        (2.01, Uptake.INDETERMINATE),
        (2.99, Uptake.INDETERMINATE),
        (3.0, Uptake.POSITIVE),  # exactly 1.5 times the blood pool
        (0.0, Uptake.NEGATIVE),
    ],
)
def test_the_peak_over_the_blood_pool_decides_with_limits_included(peak: float, expected: Uptake) -> None:
    value = read(row(suvpeak=peak, suvmax=50, blood_pool_mean=2)).value
    assert value is not None
    assert value.lesions[0].result is expected
    assert "design decision" in value.lesions[0].definition


def test_a_maximum_without_its_peak_can_only_say_negative() -> None:
    # The peak is at most the maximum: 2.0 over 2 is negative whatever the peak; above that it is not known.
    value = read(row(suvmax=2, blood_pool_mean=2)).value
    assert value is not None
    assert value.lesions[0].result is Uptake.NEGATIVE
    assert "maximum" in value.lesions[0].definition
    for maximum in (2.5, 4.0, 40.0):
        conclusion = read(row(suvmax=maximum, blood_pool_mean=2))
        assert conclusion.value is not None
        assert conclusion.value.lesions[0].result is None
        assert conclusion.missing == ("suvpeak",)


@pytest.mark.parametrize("word", ["positive", "negative", "indeterminate"])
def test_a_reader_s_word_comes_before_the_number_and_a_difference_is_said(word: str) -> None:
    value = read(row(suvpeak=2.5, blood_pool_mean=2, uptake=word)).value
    assert value is not None
    lesion = value.lesions[0]
    assert str(lesion.result) == {"indeterminate": word}.get(word, f"tracer-{word}")
    assert "reader" in lesion.definition
    assert bool(lesion.reasons) is (word != "indeterminate")


@pytest.mark.parametrize("site", ["liver", "Liver, segment 7", "hepatic dome", "left kidney", "renal cortex"])
@pytest.mark.parametrize("word", ["positive", "negative", None])
def test_liver_and_kidney_are_unreliable_whatever_their_uptake(site: str, word: str | None) -> None:
    conclusion = read(row(site=site, suvpeak=9, blood_pool_mean=2, uptake=word))
    assert conclusion.value is not None
    lesion = conclusion.value.lesions[0]
    assert lesion.result is Uptake.INDETERMINATE
    assert not lesion.reliable
    assert "physiologic-uptake" in codes(conclusion)
    assert conclusion.value.heterogeneity.lesions == 0


def test_a_site_that_only_sounds_alike_is_reliable() -> None:
    assert result(row(site="adrenal", suvpeak=9, blood_pool_mean=2)) is Uptake.POSITIVE


def test_without_numbers_or_a_reading_nothing_is_said_of_the_lesion() -> None:
    conclusion = read(row())
    assert conclusion.value is not None
    assert conclusion.value.lesions[0].result is None
    assert set(conclusion.missing) == {"suvpeak", "blood_pool_mean"}
    assert result(row(suvpeak=3)) is None
    # A blood pool of 0 is no measurement of blood.
    assert result(row(suvpeak=3, blood_pool_mean=0)) is None
    assert result(row(site="liver")) is None


# What may block the tracer --------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "shortly"), [(0, True), (42, True), (43, False)])
def test_an_antibody_shortly_before_makes_a_negative_lesion_indeterminate(days: int, shortly: bool) -> None:
    dose = dt.date(2025, 2, 14) - dt.timedelta(days=days)
    facts = {"her2_drug": "trastuzumab", "her2_drug_date": dose}
    conclusion = read(row(suvpeak=1, blood_pool_mean=2), row("L2", suvpeak=9, blood_pool_mean=2), **facts)
    assert conclusion.value is not None
    negative, positive = conclusion.value.lesions
    assert negative.result is (Uptake.INDETERMINATE if shortly else Uptake.NEGATIVE)
    assert positive.result is Uptake.POSITIVE
    assert ("antibody-shortly-before" in codes(conclusion)) is shortly


def test_a_drug_whose_day_or_existence_is_not_known_is_missing() -> None:
    undated = read(row(suvpeak=1, blood_pool_mean=2), her2_drug="T-DXd")
    assert "her2_drug_date" in undated.missing
    assert undated.value is not None
    assert undated.value.lesions[0].result is Uptake.INDETERMINATE
    assert "her2_drug" in read(row(suvpeak=1, blood_pool_mean=2), her2_drug=None).missing


# The whole scan -------------------------------------------------------------------------------------------


def test_heterogeneity_counts_reliable_lesions_alone() -> None:
    value = read(
        row("A", suvpeak=8, blood_pool_mean=2),
        row("B", suvpeak=2, blood_pool_mean=2),
        row("C", suvpeak=2.5, blood_pool_mean=2),
        row("D", site="liver", suvpeak=20, blood_pool_mean=2),
    ).value
    assert value is not None
    found = value.heterogeneity
    assert (found.lesions, found.positive, found.negative, found.indeterminate) == (3, 1, 1, 1)
    assert found.highest_over_lowest == pytest.approx(4)
    # 8, 2 and 2.5: mean 4.1667, standard deviation (n - 1) 3.3292
    assert found.coefficient_of_variation_percent == pytest.approx(79.90, abs=0.01)
    unknown = read(row("A", suvpeak=8, blood_pool_mean=2), row("B")).value
    assert unknown is not None
    assert (unknown.heterogeneity.lesions, unknown.heterogeneity.positive) == (2, None)
    alone = read(row("A", suvpeak=8, blood_pool_mean=2)).value
    assert alone is not None
    assert alone.heterogeneity.highest_over_lowest is None


@given(
    peak=st.floats(0, 900),
    blood=st.floats(0.01, 100),
    word=st.sampled_from(["positive", "negative", "indeterminate", None]),
)
def test_uptake_never_becomes_a_her2_class_and_the_reason_is_printed(
    peak: float, blood: float, word: str | None
) -> None:
    conclusion = read(row(suvpeak=peak, blood_pool_mean=blood, uptake=word))
    assert conclusion.value is not None
    assert conclusion.value.her2_class is None
    assert conclusion.value.lesions[0].result in set(Uptake)
    assert "no-her2-class" in codes(conclusion)
    said = conclusion.value.in_words().casefold()
    assert not any(word in said for word in ("3+", "2+", "1+", "her2-positive", "her2-low", "ihc"))


@given(low=st.floats(0, 50), more=st.floats(0, 50), blood=st.floats(0.1, 10))
def test_more_uptake_never_makes_a_lesion_less_positive(low: float, more: float, blood: float) -> None:
    order = [Uptake.NEGATIVE, Uptake.INDETERMINATE, Uptake.POSITIVE]
    less, greater = (result(row(suvpeak=peak, blood_pool_mean=blood)) for peak in (low, low + more))
    assert less is not None
    assert greater is not None
    assert order.index(less) <= order.index(greater)


def test_without_a_tracer_nothing_is_said() -> None:
    conclusion = read(row(suvpeak=5, blood_pool_mean=2), tracer=None)
    assert conclusion.value is None
    assert conclusion.missing == ("tracer",)


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        ({"tracer": "18F-FDG"}, "tracer"),
        ({"scanned_at": "2025-02-08T10:14"}, "injected_at, scanned_at"),
        ({"scanned_at": None, "scanned_on": "2025-02-07"}, "injected_at, scanned_at"),
        ({"scanned_on": "2025-02-13"}, "scanned_at, scanned_on"),
        ({"her2_drug": "trastuzumab", "her2_drug_date": "2025-02-15"}, "her2_drug_date"),
        ({"positive_from": 1.0, "negative_to": 1.1}, "positive_from, negative_to"),
    ],
)
def test_what_contradicts_itself_is_refused(facts: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError) as refused:
        read(row(suvpeak=5, blood_pool_mean=2), **facts)
    assert refused.value.where == where
    with pytest.raises(InputError, match="two rows"):
        read(row(), row())


# Tracers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["89zr-PERTUZUMAB", "Zr-89 pertuzumab", "[89Zr]Zr-DFO-pertuzumab"])
def test_a_tracer_is_known_by_its_other_spellings(name: str) -> None:
    found = tracer_named(name, load_tracers())
    assert found is not None
    assert found.name == "89Zr-pertuzumab"


def test_every_held_window_names_its_source_or_says_that_it_has_none() -> None:
    for tracer in load_tracers():
        assert tracer.window is None or tracer.sources or tracer.window_status == "unverified"


def test_own_tracers_are_added_and_replace_ours(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[[tracer]]\nname = "64Cu-trastuzumab"\nnuclide = "64Cu"\nwindow = [24, 48]\nwindow_unit = "h"\n'
        'unreliable = ["liver"]\n'
        '[[tracer]]\nname = "89Zr-pertuzumab"\nnuclide = "89Zr"\nwindow = [2, 3]\nwindow_unit = "d"\n'
    )
    facts = {"tracers": own, "scanned_at": "2025-02-10T09:05"}
    value = read(row(suvpeak=5, blood_pool_mean=2), tracer="64Cu-trastuzumab", **facts).value
    assert value is not None
    assert value.in_window
    assert "own tracer file" in value.window
    replaced = read(row(suvpeak=5, blood_pool_mean=2), **facts).value
    assert replaced is not None
    assert replaced.in_window


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[[tracer]]\nname = 'X'\n",
        "[[tracer]]\nname = 'X'\nnuclide = '99Xx'\n",
        "[[tracer]]\nname = 'X'\nnuclide = '89Zr'\nwindow = [4, 6]\n",
        "[[tracer]]\nname = 'X'\nnuclide = '89Zr'\nwindow = [6, 4]\nwindow_unit = 'd'\n",
        "[[tracer]]\nname = 'X'\nnuclide = '89Zr'\nhalflife = 3\n",
        "[[tracer]]\nname = 'X'\nnuclide = '89Zr'\n[[tracer]]\nname = 'x'\nnuclide = '89Zr'\n",
    ],
)
def test_a_tracer_file_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(text)
    with pytest.raises(InputError):
        load_tracers(own)
    with pytest.raises(InputError, match="cannot be read"):
        load_tracers(tmp_path / "absent.toml")


# From the record ------------------------------------------------------------------------------------------


def case_with(**facts: Any) -> tuple[Case, PtExam]:
    exam = {
        "id": "E3",
        "modality": "PT",
        "date": "2025-02-14",
        "tracer": "89Zr-pertuzumab",
        "injected_at": "2025-02-08T10:15",
        "findings": [{"lesion": "L1", "uptake": "positive"}, {"lesion": "M1", "suvmax": 9.1}],
    }
    stated = {
        "neoher": 1,
        "patient": {"id": "P001"},
        "lesions": [
            {"id": "L1", "kind": "primary", "site": "breast"},
            {"id": "M1", "kind": "metastasis", "site": "liver"},
            {"id": "N1", "kind": "node", "site": "axilla"},
        ],
        "exams": [exam | facts.pop("exam", {})],
    }
    case = Case.model_validate(stated | facts)
    only = case.exams[0]
    assert isinstance(only, PtExam)
    return case, only


def stored(lesion: str, suvpeak: float, blood: float) -> Measurement:
    value = {
        "injection_time": "2025-02-08T10:15:00",
        "hours_after_injection": 142.8,
        "references": [{"name": "blood pool", "mean": blood}],
    }
    objects = InputObjects(description="PT", count=1, sha256="0")
    return Measurement(
        exam="E3",
        visit=None,
        date=None,
        modality="PT",
        lesion=lesion,
        method="suv/1",
        parameters={},
        images=objects,
        region=objects,
        quantities=(Quantity(name="suvpeak", value=suvpeak, unit="g/mL"),),
        conclusion=Conclusion[dict[str, Any]](value=value),
    )


def test_a_record_s_scan_is_read_from_what_was_measured_and_reported() -> None:
    case, exam = case_with(treatment=[{"regimen": "TCHP", "start": "2025-02-20"}])
    measured = Measurements(entries=(stored("L1", 2.5, 2.0), stored("N1", 1.5, 2.0)))
    conclusion = her2_uptake_of_exam(case, exam, measured)
    assert conclusion is not None
    assert conclusion.value is not None
    by_lesion = {lesion.lesion: lesion for lesion in conclusion.value.lesions}
    assert by_lesion["L1"].result is Uptake.POSITIVE  # the reader's word, beside a ratio of 1.25
    assert by_lesion["N1"].result is Uptake.NEGATIVE
    assert by_lesion["M1"].result is None  # no blood pool; and the liver would not be reliable
    assert conclusion.value.hours_after_injection == pytest.approx(142.8)
    assert conclusion.value.days_after_injection == 6
    assert conclusion.missing == ("exams.E3.regions",)


@pytest.mark.parametrize(
    ("treatment", "code", "missing"),
    [
        ([], "", "treatment"),
        ([{"regimen": "TCHP", "start": "2025-01-20"}], "antibody-shortly-before", ""),
        ([{"regimen": "AC", "start": "2025-01-20"}], "", ""),
        ([{"regimen": "TCHP"}], "antibody-date-unknown", "treatment.doses"),
        ([{"drugs": ["T-DM1"], "start": "2024-01-20", "end": "2024-12-20"}], "", ""),
        (
            [
                {
                    "regimen": "TCHP",
                    "start": "2024-01-20",
                    "doses": [
                        {"drug": "pertuzumab", "date": "2024-11-02"},
                        {"drug": "carboplatin", "date": "2025-02-10"},
                    ],
                }
            ],
            "",
            "",
        ),
        (
            [{"start": "2024-01-20", "doses": [{"drug": "trastuzumab", "date": "2025-02-10"}]}],
            "antibody-shortly-before",
            "",
        ),
    ],
)
def test_antibodies_before_the_scan_are_found_in_the_record(
    treatment: list[dict[str, Any]], code: str, missing: str
) -> None:
    case, exam = case_with(treatment=treatment)
    conclusion = her2_uptake_of_exam(case, exam, Measurements(entries=(stored("L1", 9, 2),)))
    assert conclusion is not None
    about_drugs = {"antibody-shortly-before", "antibody-date-unknown"}
    assert codes(conclusion) & about_drugs == ({code} if code else set())
    named = {name for name in conclusion.missing if name.startswith("treatment")}
    assert named == ({missing} if missing else set())


def test_other_pets_and_scans_without_lesions_are_not_read() -> None:
    case, exam = case_with(exam={"tracer": "18F-FDG"})
    assert not is_her2_pet(exam)
    assert her2_uptake_of_exam(case, exam) is None
    case, exam = case_with(exam={"findings": []})
    assert her2_uptake_of_exam(case, exam) is None
