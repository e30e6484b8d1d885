"""The order of a course, and what cannot be in it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from neoher.record.case import Case
from neoher.record.chronology.timeline import EventKind, Severity, timeline, timeline_problems
from neoher.record.reading.case_file import read_case_text

Changed = Callable[..., str]
IMPOSSIBLE, IMPLAUSIBLE = Severity.IMPOSSIBLE, Severity.IMPLAUSIBLE


def record(**stated: object) -> Case:
    return Case.model_validate({"neoher": 1, "patient": {"id": "P"}, **stated})


def test_the_contracts_course_is_in_order(case: Case) -> None:
    assert timeline_problems(case) == ()


def test_every_dated_fact_stands_in_the_timeline_by_date(case: Case) -> None:
    events = timeline(case)
    assert [event.date for event in events] == sorted(event.date for event in events)
    assert [(event.date.isoformat(), event.kind, event.path) for event in events[:4]] == [
        ("2025-02-03", EventKind.BIOPSY, "specimens[B1].date"),
        ("2025-02-05", EventKind.EXAM, "exams[E5].date"),
        ("2025-02-07", EventKind.EXAM, "exams[E2].date"),
        ("2025-02-08", EventKind.INJECTION, "exams[E3].injected_at"),
    ]
    texts = [event.text for event in events]
    assert "pertuzumab 840 mg" in texts
    assert "Surgery: lumpectomy" in texts
    assert "Restaging: ycT1 ycN0" in texts
    assert "LVEF 63 % (echo)" in texts


@pytest.mark.parametrize(
    ("old", "new", "severity", "message"),
    [
        (
            "surgery: {date: 2025-07-10",
            "surgery: {date: 2025-02-02",
            IMPOSSIBLE,
            "before the first biopsy, B1",
        ),
        (
            "date: 2025-06-28",
            "date: 2025-02-19",
            IMPOSSIBLE,
            "restaging on 2025-02-19 lies before the start of therapy",
        ),
        (
            "date: 2025-06-28",
            "date: 2025-07-11",
            IMPOSSIBLE,
            "restaging before surgery is dated 2025-07-11, after",
        ),
        (
            "date: 2025-02-20, mg",
            "date: 2025-02-19, mg",
            IMPOSSIBLE,
            "pertuzumab on 2025-02-19 lies before the start",
        ),
        ("date: 2025-02-14", "date: 2025-02-07", IMPOSSIBLE, "lies before its tracer was injected"),
        ("date: 2025-02-14", "date: 2025-03-08", IMPLAUSIBLE, "28 days after 89Zr-pertuzumab was injected"),
        ("tracer: 89Zr-pertuzumab", "tracer: 18F-FDG", IMPLAUSIBLE, "6 days after 18F-FDG was injected"),
        (
            "last_seen: 2026-09-01",
            "last_seen: 2025-07-09",
            IMPOSSIBLE,
            "Surgery: lumpectomy on 2025-07-10 lies after",
        ),
        (
            "status: alive",
            "status: dead, died: 2025-07-01",
            IMPOSSIBLE,
            "Surgery: lumpectomy on 2025-07-10 lies after death",
        ),
        (
            "status: alive",
            "status: alive, died: 2026-09-01",
            IMPOSSIBLE,
            "stated as alive, with a date of death",
        ),
        ("birth_year: 1976", "birth_year: 2026", IMPOSSIBLE, "lies before the year of birth, 2026"),
        ("birth_year: 1976", "birth_year: 2013", IMPLAUSIBLE, "about 12 years old"),
        (
            "clip: 2025-02-10",
            "clip: 2025-07-11",
            IMPOSSIBLE,
            "the clip of L1 is dated 2025-07-11, after surgery",
        ),
        ("cycles: 6,", "cycles: 7,", IMPLAUSIBLE, "7 cycles of TCHP were given, 6 were planned"),
        (
            "date: 2025-02-03",
            "date: 2025-02-21",
            IMPLAUSIBLE,
            "therapy began on 2025-02-20, before the first biopsy",
        ),
        (
            "visit: T0, date: 2025-02-08",
            "visit: T0, date: 2025-02-21",
            IMPLAUSIBLE,
            "is called baseline, and therapy",
        ),
        (
            "visit: T0, date: 2025-02-08",
            "visit: T0, date: 2025-07-11",
            IMPLAUSIBLE,
            "L1 is measured on 2025-07-11",
        ),
        (
            "visit: T0, date: 2025-02-08",
            "visit: T1, date: 2025-02-04",
            IMPOSSIBLE,
            "visit T1 begins on 2025-02-04, before T0 on 2025-02-05",
        ),
        (
            "visit: T0, date: 2025-02-08",
            "visit: T1, date: 2025-02-08",
            IMPLAUSIBLE,
            "lies after visit T1 began",
        ),
        (
            "start: 2025-02-20,",
            "start: 2025-02-20, setting: adjuvant,",
            IMPOSSIBLE,
            "TCHP is adjuvant, and begins",
        ),
        (
            "start: 2025-02-20,",
            "start: 2025-02-20, end: 2025-02-01,",
            IMPOSSIBLE,
            "TCHP ends on 2025-02-01, before",
        ),
        (
            "start: 2025-02-20,",
            "start: 2025-02-20, end: 2025-07-20, setting: neoadjuvant,",
            IMPOSSIBLE,
            "TCHP is neoadjuvant, and 2025-07-20 lies after surgery",
        ),
        ("start: 2025-02-20,", "start: 2025-02-20, end: 2025-07-20,", IMPLAUSIBLE, "goes on to 2025-07-20"),
        (
            "adverse_events: none",
            "adverse_events: [{kind: ILD, date: 2025-04-01, resolved: 2025-03-01}]",
            IMPOSSIBLE,
            "ILD is resolved on 2025-03-01, before it began",
        ),
        (
            "adverse_events: none",
            "adverse_events: [{kind: ILD, date: 2025-01-01}]",
            IMPLAUSIBLE,
            "lies before therapy began",
        ),
        (
            "heart: [",
            "heart: [{date: 2025-02-12, lvef_percent: 50, method: echo}, ",
            IMPLAUSIBLE,
            "is stated as 50 % and as 63 %",
        ),
        (
            "images: imaging/t0-mr",
            "contrast_injected_at: 2025-02-01T10:00",
            IMPOSSIBLE,
            "contrast for MRI T0 was injected on 2025-02-01",
        ),
        (
            "injected_mbq: 73.8",
            "injected_mbq: 73.8, residual_at: 2025-02-08T10:14",
            IMPOSSIBLE,
            "residual of E3 is timed before the injection",
        ),
    ],
)
def test_what_cannot_be_or_is_hardly_so_is_said_with_its_entries(
    changed: Changed, old: str, new: str, severity: Severity, message: str
) -> None:
    problems = timeline_problems(read_case_text(changed((old, new))))
    fitting = [problem for problem in problems if message in problem.message]
    assert fitting, [problem.message for problem in problems]
    assert fitting[0].severity is severity
    assert fitting[0].paths
    assert fitting[0].remedy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("surgery: {date: 2025-07-10", "surgery: {date: 2025-06-28"),
        ("last_seen: 2026-09-01", "last_seen: 2025-07-10"),
        ("date: 2025-02-14", "date: 2025-02-08"),
        ("date: 2025-06-28", "date: 2025-02-20"),
        ("date: 2025-02-03", "date: 2025-02-20"),
        ("doses: [{drug", "end: 2025-02-20, doses: [{drug"),
        ("site: upper outer quadrant, clip: 2025-02-10", "site: upper outer quadrant, clip: 2025-07-10"),
        ("injected_mbq: 73.8", "injected_mbq: 73.8, residual_at: 2025-02-08T10:15"),
        ("doses: [{drug", "setting: neoadjuvant, end: 2025-07-10, doses: [{drug"),
    ],
)
def test_two_things_of_one_day_are_never_before_each_other(changed: Changed, old: str, new: str) -> None:
    assert timeline_problems(read_case_text(changed((old, new)))) == ()


@pytest.mark.parametrize(
    ("tracer", "days", "expected"),
    [
        ("89Zr-pertuzumab", 14, ()),
        ("89Zr-pertuzumab", 15, (IMPLAUSIBLE,)),
        ("18F-FDG", 1, ()),
        ("18F-FDG", 2, (IMPLAUSIBLE,)),
        ("68Ga-ABY-025", 2, (IMPLAUSIBLE,)),
        ("[18F]FDG", 2, (IMPLAUSIBLE,)),
        (None, 2, ()),
        (None, 0, ()),
        (None, -1, (IMPOSSIBLE,)),
    ],
)
def test_the_days_between_injection_and_scan_fit_the_tracer(
    tracer: str | None, days: int, expected: tuple[Severity, ...]
) -> None:
    date = (dt.date(2025, 2, 8) + dt.timedelta(days)).isoformat()
    scan = {"modality": "PT", "tracer": tracer, "injected_at": "2025-02-08T10:15", "date": date}
    assert tuple(problem.severity for problem in timeline_problems(record(exams=[scan]))) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-02-08", ()),
        ("2025-02-09", (IMPLAUSIBLE,)),
        ("2025-02-07", (IMPLAUSIBLE,)),
        ("2025-02-10", (IMPOSSIBLE,)),
    ],
)
def test_contrast_is_injected_on_the_day_of_the_exam_or_around_midnight(
    day: str, expected: tuple[Severity, ...]
) -> None:
    exam = {"modality": "MR", "date": "2025-02-08", "contrast_injected_at": f"{day}T23:59"}
    assert tuple(problem.severity for problem in timeline_problems(record(exams=[exam]))) == expected


def test_an_exam_on_the_first_day_of_therapy_or_of_surgery_is_in_order() -> None:
    made = record(
        cancers=[{"id": "C1"}],
        lesions=[{"id": "L1", "kind": "primary"}],
        treatment=[{"start": "2025-02-20"}],
        exams=[
            {"modality": "MR", "visit": "T0", "date": "2025-02-20"},
            {
                "modality": "MR",
                "visit": "T3",
                "date": "2025-07-10",
                "findings": [{"lesion": "L1", "longest_mm": 9}],
            },
        ],
        surgery={"date": "2025-07-10"},
    )
    assert timeline_problems(made) == ()


def test_an_adverse_event_may_begin_with_therapy_and_end_on_its_day() -> None:
    event = {"kind": "diarrhoea", "date": "2025-02-20", "resolved": "2025-02-20"}
    assert timeline_problems(record(treatment=[{"start": "2025-02-20"}], adverse_events=[event])) == ()
    assert timeline_problems(record(adverse_events=[{**event, "date": "2025-02-19"}])) == ()


def test_an_adverse_event_without_its_first_day_leaves_the_order_open() -> None:
    events = [{"kind": "rash", "resolved": "2025-02-01"}, {"kind": "rash", "date": "2025-02-21"}]
    assert timeline_problems(record(treatment=[{"start": "2025-02-20"}], adverse_events=events)) == ()


def test_an_exam_on_the_day_of_death_contradicts_nothing() -> None:
    exam = {"modality": "CT", "date": "2025-02-08"}
    assert timeline_problems(record(exams=[exam], outcome={"status": "dead", "died": "2025-02-08"})) == ()


def test_a_year_of_birth_is_impossible_only_after_the_event() -> None:
    for born, expected in ((2025, IMPLAUSIBLE), (2026, IMPOSSIBLE)):
        made = Case.model_validate(
            {"neoher": 1, "patient": {"id": "P", "birth_year": born}, "heart": [{"date": "2025-02-08"}]}
        )
        assert [problem.severity for problem in timeline_problems(made)] == [expected]


def test_an_exam_after_the_patient_was_last_seen_is_pointed_out() -> None:
    made = record(
        exams=[{"id": "E", "modality": "MR", "date": "2025-02-08"}], outcome={"last_seen": "2025-02-07"}
    )
    assert [(problem.severity, problem.paths) for problem in timeline_problems(made)] == [
        (IMPLAUSIBLE, ("exams[E].date", "outcome.last_seen"))
    ]


def test_a_dose_given_twice_on_one_day_is_pointed_out() -> None:
    doses = [{"drug": drug, "date": "2025-02-20"} for drug in ("trastuzumab", "pertuzumab", "pertuzumab")]
    problems = timeline_problems(record(treatment=[{"doses": doses}]))
    assert [(problem.severity, problem.paths) for problem in problems] == [
        (IMPLAUSIBLE, ("treatment[0].doses[2].date",))
    ]


def test_a_biopsy_of_a_recurrence_after_surgery_contradicts_nothing() -> None:
    made = record(
        specimens=[{"kind": "core-biopsy", "date": "2027-01-01"}],
        surgery={"date": "2025-07-10"},
        outcome={"events": [{"kind": "local recurrence", "date": "2027-01-01"}]},
    )
    assert timeline_problems(made) == ()


def test_a_biopsy_may_be_the_operation_of_the_same_day() -> None:
    biopsy = [{"kind": "core-biopsy", "date": "2025-07-10"}]
    assert timeline_problems(record(specimens=biopsy, surgery={"date": "2025-07-10"})) == ()


def test_therapy_after_surgery_needs_no_setting_to_be_in_order() -> None:
    after = [{"regimen": "H", "start": "2025-08-01", "end": "2026-02-01"}]
    assert timeline_problems(record(treatment=after, surgery={"date": "2025-07-10"})) == ()


def test_a_biopsy_without_a_date_leaves_the_order_open() -> None:
    biopsies = [{"kind": "core-biopsy"}, {"kind": "core-biopsy", "date": "2025-08-01"}]
    assert timeline_problems(record(specimens=biopsies, surgery={"date": "2025-07-10"})) == ()


def test_the_other_cancers_surgery_ends_nothing_here() -> None:
    made = record(
        cancers=[{"id": "C1"}, {"id": "C2"}],
        lesions=[{"id": "L2", "kind": "primary", "cancer": "C2", "clip": "2025-02-10"}],
        surgery=[{"date": "2024-01-10", "cancer": "C1"}],
    )
    assert timeline_problems(made) == ()


def test_the_other_cancers_surgery_is_not_held_against_this_biopsy() -> None:
    made = record(
        cancers=[{"id": "C1"}, {"id": "C2"}],
        specimens=[{"kind": "core-biopsy", "date": "2025-02-01", "cancer": "C2"}],
        surgery=[{"date": "2024-01-10", "cancer": "C1"}],
    )
    assert timeline_problems(made) == ()


def test_the_future_is_impossible_only_when_the_day_is_known(case: Case) -> None:
    assert timeline_problems(case, dt.date(2026, 9, 1)) == ()
    problems = timeline_problems(case, dt.date(2026, 8, 31))
    assert [(problem.severity, problem.paths) for problem in problems] == [
        (IMPOSSIBLE, ("outcome.last_seen",))
    ]


def test_what_is_impossible_stands_first(changed: Changed) -> None:
    text = changed(("cycles: 6,", "cycles: 7,"), ("last_seen: 2026-09-01", "last_seen: 2025-07-09"))
    severities = [problem.severity for problem in timeline_problems(read_case_text(text))]
    assert severities == [IMPOSSIBLE, IMPLAUSIBLE]


DAYS = st.none() | st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)).map(lambda day: day.isoformat())


@st.composite
def courses(draw: st.DrawFn) -> dict[str, object]:
    """Courses in any order, possible or not."""
    exams = [
        {
            "id": f"E{n}",
            "modality": "MR",
            "visit": draw(st.sampled_from(["T0", "T1", "T2", None])),
            "date": draw(DAYS),
        }
        for n in range(draw(st.integers(0, 4)))
    ]
    return {
        "neoher": 1,
        "patient": {"id": "P"},
        "specimens": [{"id": "B", "kind": "core-biopsy", "date": draw(DAYS)}],
        "exams": exams,
        "treatment": [{"regimen": "THP", "start": draw(DAYS), "end": draw(DAYS)}],
        "heart": [{"date": draw(DAYS), "lvef_percent": 60}],
        "restaging": {"date": draw(DAYS)},
        "surgery": {"date": draw(DAYS)},
        "outcome": {"last_seen": draw(DAYS)},
    }


def _shifted(value: object, days: int) -> object:
    if isinstance(value, dict):
        return {key: _shifted(child, days) for key, child in value.items()}
    if isinstance(value, list):
        return [_shifted(child, days) for child in value]
    if isinstance(value, str) and value.startswith("202"):
        return (dt.date.fromisoformat(value) + dt.timedelta(days)).isoformat()
    return value


@settings(deadline=None)
@given(course=courses(), days=st.integers(-3000, 3000))
def test_a_course_moved_in_time_keeps_its_problems(course: dict[str, object], days: int) -> None:
    before = timeline_problems(Case.model_validate(course))
    after = timeline_problems(Case.model_validate(_shifted(course, days)))
    assert [(p.severity, p.paths) for p in before] == [(p.severity, p.paths) for p in after]


@settings(deadline=None)
@given(course=courses(), seed=st.integers(0, 1000))
def test_the_order_in_which_exams_are_listed_changes_no_problem(course: dict[str, object], seed: int) -> None:
    exams = course["exams"]
    assert isinstance(exams, list)
    mixed = {**course, "exams": random.Random(seed).sample(exams, len(exams))}
    before, after = (timeline_problems(Case.model_validate(stated)) for stated in (course, mixed))
    assert {(p.severity, p.message[:40]) for p in before} == {(p.severity, p.message[:40]) for p in after}


@settings(deadline=None)
@given(courses())
def test_every_stated_date_stands_in_the_timeline_once(course: dict[str, object]) -> None:
    stated = yaml.safe_dump(course)
    dates = sum(stated.count(f"{field}: '20") for field in ("date", "start", "end", "last_seen"))
    assert len(timeline(Case.model_validate(course))) == dates
