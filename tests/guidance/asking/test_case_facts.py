"""Facts of the case come from the record and its conclusions; what is not there is named, never guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from neoher.guidance.advice import advise
from neoher.guidance.asking import Answer
from neoher.guidance.asking.case_facts.recognising import FACTS
from neoher.guidance.asking.case_facts.telling import TELLING
from neoher.guidance.asking.page import answer_page
from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.measurement import InputObjects, Measurement, Measurements, Quantity
from neoher.record.reading.case_file import read_case_text

TODAY = dt.date(2026, 11, 22)
Ask = Callable[..., Answer]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        # RCB of test 3.3: 20 x 15 mm, 10 %, no nodes: 1.5370, class II.
        ("What is her RCB?", "RCB-II, score 1.537"),
        ("what's the patient's residual cancer burden", "RCB-II"),
        # IHC 2+ with ratio 2.4 and 5.6 copies: group 1, positive.
        ("What was her HER2?", "HER2-positive"),
        ("Was she HER2 positive at biopsy?", "ISH group 1"),
        ("Did she have a pCR?", "ypT0/is ypN0 no"),
        ("Is she hormone receptor positive?", "ER positive"),
        ("What is her Ki67?", "35 %"),
        ("What was the clinical stage of the patient?", "cT2 cN1 cM0"),
        ("How big was the tumour on MRI at T0?", "38 mm"),
        ("How large was the node at baseline?", "short axis 16 mm"),
        ("What did the last MRI measure in her?", "20 mm"),
        # 20 - 9 = +11 mm, beyond 5 mm: over (knowledge 6.3).
        ("Did MRI overestimate?", "over"),
        ("How much did her tumour shrink?", "20 mm"),
        ("What is her LVEF?", "60 %"),
        ("Which regimen did she get?", "TCHP"),
        ("How many cycles has she had?", "6 cycles given of 6 planned"),
        ("When was her surgery?", "2025-07-10"),
        ("How many positive nodes did she have at surgery?", "0 positive nodes"),
        ("Was a clip placed?", "2025-02-10"),
        ("Has she had side effects?", "none, as stated"),
        ("Was her hepatitis B negative?", "negative"),
        ("How old is she?", "1976"),
        ("What is her menopausal status?", "premenopausal"),
        ("When was her last MRI?", "2025-06-28"),
        # The year has 18 cycles, 6 were given with trastuzumab and pertuzumab.
        ("how many cycles left", "12 left of the 18"),
        ("remaining cycles of HER2 therapy", "12 left of the 18"),
        ("hepatitis b status", "Hepatitis B: negative"),
        ("nodes positive at surgery?", "0 positive nodes"),
        ("LVEF now?", "60 %"),
        # Residual disease without high risk.
        ("which drug next for her", "T-DM1, 14 cycles"),
    ],
)
def test_a_fact_is_answered_from_the_record(asked: Ask, case: Case, question: str, expected: str) -> None:
    answer = asked(question, case=case)
    said = " | ".join(line.text for line in answer.answer)
    assert expected in said, said or answer.reason
    assert all(line.origin == "record" and line.paths for line in answer.answer)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("her rcb?", "RCB-II"),
        ("rcb", "RCB-II"),
        ("pCR?", "ypT0/is ypN0 no"),
        ("her2", "HER2-positive"),
        ("er?", "ER positive"),
        ("ki67", "35 %"),
        ("stage", "cT2 cN1 cM0"),
        ("how big now", "20 mm"),
        ("tumour size at start", "38 mm"),
        ("node size?", "short axis 16 mm"),
        ("shrinkage so far", "-47.4 %"),
        ("mri vs path", "over"),
        ("last echo", "60 %"),
        ("next echo?", "next echo"),
        ("cycles?", "6 cycles given of 6 planned"),
        ("clip?", "2025-02-10"),
        ("surgery date", "2025-07-10"),
        ("hep b status", "negative"),
        ("menopause status", "premenopausal"),
        ("age?", "1976"),
        ("what next", "Option"),
        ("what is missing", "pregnancy test"),
        ("alerts?", "lert"),
    ],
)
def test_a_few_words_are_enough_with_a_case_at_hand(
    asked: Ask, case: Case, question: str, expected: str
) -> None:
    answer = asked(question, case=case)
    said = " | ".join(line.text for line in answer.answer)
    assert expected in said, said or answer.reason
    assert all(line.origin == "record" for line in answer.answer)


def test_the_last_echo_is_one(asked: Ask, case: Case) -> None:
    assert len(asked("last echo", case=case).answer) == 1
    assert len(asked("lvef", case=case).answer) == 2


def _with_volumes(case: Case, volumes: dict[str, float]) -> Case:
    """The record with a reported functional tumour volume (cc) in these exams."""
    exams = tuple(
        exam.model_copy(
            update={
                "findings": tuple(
                    finding.model_copy(update={"functional_tumour_volume_cc": volumes[exam.id]})
                    for finding in exam.findings
                )
            }
        )
        if exam.id in volumes
        else exam
        for exam in case.exams
    )
    return case.model_copy(update={"exams": exams})


def test_volumes_are_told_with_their_change(asked: Ask, case: Case) -> None:
    """22.4 to 2.1 cm3 is a fall of 90.6 %: (2.1 - 22.4) / 22.4."""
    case = _with_volumes(case, {"E1": 22.4, "E3": 2.1})
    lines = [line.text for line in asked("ftv v2 vs v1", case=case).answer]
    assert len(lines) == 2
    assert "22.4 cm3" in lines[0]
    assert "2.1 cm3, -90.6 % from T0 (as reported)" in lines[1]
    assert [line.text for line in asked("FTV at T3", case=case).answer] == lines[1:]
    plain = asked("ftv change", case=case, audience=Audience.PATIENT).answer[1].text
    assert plain == "MRI of 28 June 2025: active tumour 2.1 cm3, 91 % less than on the first MRI."


def test_measured_volumes_are_told_beside_reported_ones(asked: Ask, case: Case) -> None:
    images = InputObjects(description="MR", count=1, sha256="0" * 64)
    entries = tuple(
        Measurement(
            exam=exam,
            visit=visit,
            date=date,
            modality="MR",
            lesion="L1",
            method="ftv/1",
            parameters={"pe_percent": 70},
            images=images,
            region=None,
            quantities=(Quantity(name="functional_tumour_volume", value=value, unit="cm3"),),
            conclusion=Conclusion(value=None),
        )
        for exam, visit, date, value in (
            ("E1", "T0", dt.date(2025, 2, 8), 20.0),
            ("E3", "T3", dt.date(2025, 6, 28), 5.0),
        )
    )
    lines = [
        line.text for line in asked("her ftv", case=case, measurements=Measurements(entries=entries)).answer
    ]
    assert "T3, 2025-06-28: 5 cm3, -75.0 % from T0 (measured and stored in measurements.json)" in lines[1]
    then = asked("her ftv", case=case, today=dt.date(2025, 3, 1), measurements=Measurements(entries=entries))
    assert len(then.answer) == 1


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("her rcb?", "some cancer was left"),
        ("pCR?", "Some cancer was still found at surgery. It was not a complete response."),
        ("her2", "The cancer is HER2-positive: its cells carry much HER2."),
        ("er?", "hormones can make it grow"),
        ("did mri overestimate", "The MRI scan showed the cancer 11 mm larger than it was found at surgery."),
        ("how big now", "MRI scan of 28 June 2025"),
        ("lvef", "Heart check of 14 May 2025"),
        ("next echo?", "the next heart check is due on"),
        ("surgery date", "Your operation (lumpectomy) was on 10 July 2025."),
        ("chemo so far", "6 rounds given of 6 planned"),
        ("side effects so far", "Side effects: none"),
        ("clip?", "A small marker clip was put in on 10 February 2025."),
    ],
)
def test_the_patient_reads_plain_words(asked: Ask, case: Case, question: str, plain: str) -> None:
    answer = asked(question, case=case, audience=Audience.PATIENT, today=dt.date(2025, 7, 20))
    said = " | ".join(line.text for line in answer.answer)
    assert plain in said
    page = answer_page(answer)
    assert "exams[" not in page
    assert "surgery[0]" not in page


def test_every_fact_has_what_tells_it() -> None:
    assert {fact.name for fact in FACTS} == set(TELLING)


def test_the_next_echo_follows_the_rules_of_her_region_with_the_other_beside_it(
    asked: Ask, case: Case
) -> None:
    """US label, trastuzumab: every 3 months during therapy (knowledge 5.6): 2025-05-14 and 3 months."""
    answer = asked("When is the next echo?", case=case, today=dt.date(2025, 6, 1))
    said = [line.text for line in answer.answer]
    assert any("Trastuzumab, US rules (applied): continue; next echo 2025-08-14" in line for line in said)
    assert any("EU rules" in line for line in said)
    assert not any("overdue" in line for line in said)
    late = asked("Is her echo overdue?", case=case, today=dt.date(2025, 8, 15))
    assert any("overdue" in line.text for line in late.answer)


def test_next_steps_are_the_options_of_advise(asked: Ask, case: Case) -> None:
    advice = advise(case, load_knowledge(), TODAY).value
    assert advice is not None
    assert advice.options
    answer = asked("What are her next steps?", case=case)
    said = [line.text for line in answer.answer]
    assert len(said) == len(advice.options)
    assert all(option.text in line for option, line in zip(advice.options, said, strict=True))


def test_what_is_dated_later_is_not_known_yet(asked: Ask, case: Case) -> None:
    answer = asked("What is her RCB?", case=case, today=dt.date(2025, 7, 9))
    assert answer.abstained
    assert answer.missing == ("surgery.specimen",)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What was her pregnancy test?", "baseline_tests.pregnancy"),
        ("Was her HER2 retested after surgery?", "surgery[0].specimen.her2"),
        ("What is her PIK3CA status?", "specimens[].pik3ca"),
        ("Were her margins clear?", "surgery[0].specimen.margins"),
        ("Does she have contraindications?", "contraindications"),
        ("Has she had a relapse?", "outcome"),
        ("How big was the tumour on mammography?", "exams[].findings[].longest_mm by MG"),
    ],
)
def test_what_the_record_does_not_say_is_named(asked: Ask, case: Case, question: str, missing: str) -> None:
    answer = asked(question, case=case)
    assert missing in answer.missing, (answer.missing, [line.text for line in answer.answer])


def test_an_empty_record_answers_nothing_and_takes_nothing_for_normal(asked: Ask) -> None:
    empty = read_case_text("neoher: 1\npatient: {id: P9}\n")
    for question in (
        "What is her RCB?",
        "What was her HER2?",
        "When is the next echo?",
        "Did MRI overestimate?",
        "What is her LVEF?",
        "Did she have a pCR?",
        "Has she had side effects?",
        "What is her stage?",
        "How old is she?",
        "Which regimen did she get?",
        "How much did her tumour shrink?",
    ):
        answer = asked(question, case=empty)
        assert answer.abstained, question
        assert answer.missing, question
        assert not answer.answer, question


def test_a_fact_of_one_patient_without_a_case_is_not_looked_up_in_the_knowledge(asked: Ask) -> None:
    answer = asked("What is her RCB?")
    assert answer.abstained
    assert answer.missing == ("case",)


@pytest.mark.parametrize(
    "question",
    [
        "What is RCB?",
        "What does HER2-low mean?",
        "How often is LVEF measured under trastuzumab?",
        "tchp doses",
        "rcb formula",
        "pcr rate db11",
        "kadcyla dose",
        "stage T3 N1",
        "mri accuracy for pcr",
        "When is surgery done?",
    ],
)
def test_a_general_question_is_answered_generally_with_a_case_too(
    asked: Ask, case: Case, question: str
) -> None:
    answer = asked(question, case=case)
    assert answer.answer
    assert all(line.origin == "knowledge" for line in answer.answer)


def test_facts_that_contradict_each_other_are_said_to(asked: Ask) -> None:
    """Nodes without a size are not computed; a bed of 0 with cellularity cannot be."""
    text = (
        "neoher: 1\npatient: {id: P3}\nsurgery: {date: 2025-07-10, specimen: {bed_mm: [0, 0], "
        "cellularity_percent: 40, cis_percent: 0, nodes_positive: 0, largest_met_mm: 0}}\n"
    )
    answer = asked("What is her RCB?", case=read_case_text(text))
    assert answer.abstained
    assert "contradictory-facts" in [caution.code for caution in answer.warnings]


def test_cycles_left_after_residual_disease_say_that_the_conjugate_is_counted_on_its_own(
    asked: Ask, case: Case
) -> None:
    warnings = asked("how many cycles left", case=case).warnings
    assert any(each.code == "counted-on-its-own" for each in warnings)


def test_cycles_of_a_running_therapy_are_told_beside_those_of_the_year(asked: Ask) -> None:
    running = read_case_text(
        "neoher: 1\npatient: {id: P2}\n"
        "treatment: [{regimen: TCHP, start: 2026-09-01, cycles: 4, cycles_planned: 6}]\n"
    )
    said = [line.text for line in asked("how many cycles left", case=running).answer]
    assert any("2 left of this therapy" in text for text in said)
    assert any("14 left of the 18" in text for text in said)


def test_cycles_left_are_not_guessed(asked: Ask) -> None:
    unknown = read_case_text(
        "neoher: 1\npatient: {id: P3}\ntreatment: [{regimen: TCHP, start: 2026-09-01}]\n"
    )
    answer = asked("how many cycles left", case=unknown)
    assert answer.abstained
    assert answer.missing == ("treatment[0].cycles",)


def test_days_since_the_last_dose(asked: Ask, case: Case) -> None:
    ended = read_case_text(
        "neoher: 1\npatient: {id: P4}\n"
        "treatment: [{regimen: TCHP, start: 2026-06-01, end: 2026-10-23, cycles: 6, cycles_planned: 6}]\n"
    )
    assert "30 days before 2026-11-22" in asked("days since last dose", case=ended).answer[0].text
    without_end = asked("days since last dose", case=case)
    assert without_end.abstained
    assert without_end.missing == ("treatment[0].end",)


@pytest.mark.parametrize(
    ("tests", "said"), [("pregnancy: negative", "negative"), ("pregnancy: positive", "positive")]
)
def test_whether_she_is_pregnant_is_the_recorded_test(asked: Ask, tests: str, said: str) -> None:
    record = read_case_text(f"neoher: 1\npatient: {{id: P5, sex: female}}\nbaseline_tests: {{{tests}}}\n")
    assert asked("is she pregnant", case=record).answer[0].text == f"Pregnancy test: {said}"


def test_whether_she_is_pregnant_is_not_known_without_a_test(asked: Ask, case: Case) -> None:
    answer = asked("is she pregnant", case=case)
    assert answer.abstained
    assert answer.missing == ("baseline_tests.pregnancy",)


@pytest.mark.parametrize(
    ("question", "points_to"),
    [
        ("prognosis of this patient", "neoher outlook"),
        ("CPS-EG score", "neoher bioscore"),
        ("what is her creatinine", "no place for"),
    ],
)
def test_what_the_record_cannot_say_is_never_a_general_sentence(
    asked: Ask, case: Case, question: str, points_to: str
) -> None:
    answer = asked(question, case=case)
    assert answer.abstained
    assert not answer.answer
    assert answer.reason is not None
    assert points_to in answer.reason
