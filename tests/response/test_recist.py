"""RECIST 1.1: expected classes are worked by hand from the published rules (PMID 19097774 as reprinted in
PMC2755245 table 3 and PMC3980664 table 2, and the RECIST group's answers), or by the separate reading below.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.errors import InputError
from neoher.record.conclusion import Conclusion
from neoher.response.recist.calculator import CALCULATOR, recist
from neoher.response.recist.facts import RecistInputs, Response
from neoher.response.recist.visit import overall_response

START = dt.date(2025, 1, 6)
BETTER = ["PD", "NE", "NON-CR/NON-PD", "SD", "PR", "CR"]


def row(lesion: str, visit: int, size: float | None = None, **more: Any) -> dict[str, Any]:
    """One row of a mass in the breast at week 6 × visit."""
    facts = {"lesion": lesion, "role": "target", "kind": "other", "organ": f"organ of {lesion[0]}"}
    when = {"visit": f"V{visit}", "date": START + dt.timedelta(weeks=6 * visit)}
    length = "short_mm" if more.get("kind") == "node" else "longest_mm"
    return {**facts, **when, length: size, **more}


def node(lesion: str, visit: int, size: float | None = None, **more: Any) -> dict[str, Any]:
    return row(lesion, visit, size, kind="node", organ="axilla", **more)


def other(lesion: str, visit: int, status: str | None, **more: Any) -> dict[str, Any]:
    return row(lesion, visit, role="nontarget", status=status, **more)


def new(visit: int, status: str | None = "present", **more: Any) -> dict[str, Any]:
    return row("N", visit, role="new", status=status, **more)


def assess(rows: list[dict[str, Any]], **asked: Any) -> Conclusion[Any]:
    return recist(RecistInputs.model_validate({"rows": rows, **asked}))


def masses(*sizes: float | None) -> list[dict[str, Any]]:
    """One mass over the visits."""
    return [row("A", visit, size) for visit, size in enumerate(sizes)]


def overall(rows: list[dict[str, Any]], **asked: Any) -> list[str]:
    return [str(visit.overall) for visit in assess(rows, **asked).value]


def targets(rows: list[dict[str, Any]]) -> list[str]:
    return [str(visit.target) for visit in assess(rows).value]


def codes(conclusion: Conclusion[Any]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


# Worked by hand -------------------------------------------------------------------------------------------

PRESENT = [other("B", visit, "present") for visit in range(3)]

HAND_WORKED = {
    "case 2.1: mass 40 + node 20, then 26 + 9: -41.7 %": (
        [row("A", 0, 40), node("n", 0, 20), row("A", 1, 26), node("n", 1, 9)],
        ["PR"],
    ),
    "case 2.2: masses gone, node 9, non-target gone": (
        [
            row("A", 0, 40),
            node("n", 0, 20),
            other("B", 0, "present"),
            row("A", 1, 0),
            node("n", 1, 9),
            other("B", 1, "absent"),
        ],
        ["CR"],
    ),
    "case 2.3: 50, nadir 20, 24: +20 % but 4 mm": (masses(50, 20, 24), ["PR", "PR"]),
    "case 2.4: 50, nadir 20, 25: +25 % and 5 mm": (masses(50, 20, 25), ["PR", "PD"]),
    "case 2.5: target CR, non-target not evaluated": (
        [row("A", 0, 40), other("B", 0, "present"), row("A", 1, 0), other("B", 1, "not-evaluated")],
        ["PR"],
    ),
    "case 2.8: one of two gone, back at 8, sum 12 % above nadir": (
        [row("A", 0, 90), row("B", 0, 20), row("A", 1, 67), row("B", 1, 0), row("A", 2, 67), row("B", 2, 8)],
        ["PR", "PR"],
    ),
    "case 2.9: CR, then the mass is back at 6": (masses(40, 0, 6), ["CR", "PD"]),
    "exactly 30 % smaller": (masses(50, 35), ["PR"]),
    "just under 30 % smaller": (masses(50, 35.1), ["SD"]),
    "exactly 20 % and 5 mm larger": (masses(25, 30), ["PD"]),
    "exactly 20 % in decimals that binary numbers miss": (masses(26, 31.2), ["PD"]),
    "exactly 30 % in decimals that binary numbers miss": (masses(28, 19.6), ["PR"]),
    "20 % but 4.9 mm": (masses(24.5, 29.4), ["SD"]),
    "5 mm but under 20 %": (masses(26, 31), ["SD"]),
    "unchanged": (masses(40, 40), ["SD"]),
    "PR drifts above -30 % and stays PR until PD": (masses(50, 33, 37, 38, 40), ["PR", "PR", "PR", "PD"]),
    "SD then PR then PD then small again": (masses(50, 45, 30, 40, 34), ["SD", "PR", "PD", "PR"]),
    "after PD no earlier PR is carried": (masses(50, 34, 41, 37), ["PR", "PD", "SD"]),
    "nadir 0 of the targets alone, back at 6": (
        [row("A", 0, 40), *PRESENT, row("A", 1, 0), row("A", 2, 6)],
        ["PR", "PD"],
    ),
    "nadir 0 of the targets alone, back at 4: below 5 mm": (
        [row("A", 0, 40), *PRESENT, row("A", 1, 0), row("A", 2, 4)],
        ["PR", "PR"],
    ),
    "too small to measure counts 5 mm": (
        [row("A", 0, 40), row("A", 1, None, finding="too-small")],
        ["PR"],
    ),
    "node at exactly 10 is not normal": ([node("n", 0, 15), node("n", 1, 10)], ["PR"]),
    "node below 10 is": ([node("n", 0, 15), node("n", 1, 9.9)], ["CR"]),
    "a node of 9 that grows to 10 after CR is back": (
        [node("n", 0, 20), node("n", 1, 9), node("n", 2, 10)],
        ["CR", "PD"],
    ),
    "a node of 8 that grows to 9.9 after CR is not": (
        [node("n", 0, 20), node("n", 1, 8), node("n", 2, 9.9)],
        ["CR", "CR"],
    ),
    "a target without a row is not evaluated": (
        [row("A", 0, 30), row("B", 0, 30), row("A", 1, 30)],
        ["NE"],
    ),
    "the measured one alone is PD": (
        [row("A", 0, 30), row("B", 0, 30), row("A", 1, 72), row("B", 1, None, finding="not-evaluated")],
        ["PD"],
    ),
    "an incomplete sum is no nadir": (
        [row("A", 0, 30), row("B", 0, 30), row("A", 1, 10), row("A", 2, 30), row("B", 2, 30)],
        ["NE", "SD"],
    ),
    "split: fragments add up": (
        [row("A", 0, 40), row("A1", 1, 20, parent="A"), row("A2", 1, 15, parent="A")],
        ["SD"],
    ),
    "split: a fragment without a row later is not evaluated": (
        [
            row("A", 0, 40),
            row("A1", 1, 10, parent="A"),
            row("A2", 1, 9, parent="A"),
            row("A1", 2, 10, parent="A"),
        ],
        ["PR", "NE"],
    ),
    "merged: the mass counts once": (
        [row("A", 0, 30), row("B", 0, 30), row("A", 1, 38), row("B", 1, parent="A")],
        ["PR"],
    ),
    "non-target progressed": (
        [row("A", 0, 40), other("B", 0, "present"), row("A", 1, 10), other("B", 1, "progressed")],
        ["PD"],
    ),
    "target CR, non-target there": (
        [row("A", 0, 40), other("B", 0, "present"), row("A", 1, 0), other("B", 1, "present")],
        ["PR"],
    ),
    "target SD, non-target without a row": (
        [row("A", 0, 40), other("B", 0, "present"), row("A", 1, 40)],
        ["SD"],
    ),
    "target not evaluated, non-target PD": (
        [row("A", 0, 40), other("B", 0, "present"), other("B", 1, "progressed")],
        ["PD"],
    ),
    "new lesion beside PR": ([*masses(40, 10), new(1)], ["PD"]),
    "a new lesion stays without a row": ([*masses(40, 10, 9), new(1)], ["PD", "PD"]),
    "a new lesion on PET alone, no PET at baseline": ([*masses(40, 10), new(1, modality="FDG-PET")], ["NE"]),
    "a new lesion on PET, confirmed on CT": (
        [*masses(40, 10), new(1, modality="FDG-PET"), new(1, modality="CT")],
        ["PD"],
    ),
    "a new lesion on PET alone, PET at baseline": (
        [*masses(40, 10), other("Z", 0, "present", modality="PET/CT"), new(1, modality="PET/CT")],
        ["PD"],
    ),
    "a new lesion on PET is not there on CT later": (
        [*masses(40, 10, 9), new(1, modality="PET"), new(2, "absent", modality="CT")],
        ["NE", "PR"],
    ),
    "a new lesion that was absent is seen on PET alone": (
        [*masses(40, 10, 9), new(1, "absent"), new(2, modality="PET")],
        ["PR", "NE"],
    ),
    "a new lesion without status or size is not established": ([*masses(40, 10), new(1, None)], ["NE"]),
    "a new lesion with a size alone is there": ([*masses(40, 10), new(1, None, longest_mm=8)], ["PD"]),
    "a new node that the reader calls new": (
        [*masses(40, 10), new(1, kind="node", short_mm=8)],
        ["PD"],
    ),
    "a new lesion stated absent is none": ([*masses(40, 10), new(1, "absent")], ["PR"]),
    "non-target disease alone: gone": ([other("B", 0, "present"), other("B", 1, "absent")], ["CR"]),
    "non-target disease alone: there": (
        [other("B", 0, "present"), other("B", 1, "present")],
        ["NON-CR/NON-PD"],
    ),
    "non-target disease alone: not seen": ([other("B", 0, "present"), new(1, "absent")], ["NE"]),
    "non-target node below 10 is gone": (
        [
            other("b", 0, "present", kind="node", short_mm=12),
            other("b", 1, "present", kind="node", short_mm=8),
        ],
        ["CR"],
    ),
}


@pytest.mark.parametrize("name", HAND_WORKED)
def test_a_course_worked_by_hand(name: str) -> None:
    rows, expected = HAND_WORKED[name]
    assert overall(rows) == expected


@pytest.mark.parametrize(
    ("target", "nontarget", "is_new", "expected"),
    [
        ("CR", "CR", False, "CR"),
        ("CR", None, False, "CR"),
        ("CR", "NON-CR/NON-PD", False, "PR"),
        ("CR", "NE", False, "PR"),
        *[("PR", each, False, "PR") for each in ("CR", "NON-CR/NON-PD", "NE", None)],
        *[("SD", each, False, "SD") for each in ("CR", "NON-CR/NON-PD", "NE", None)],
        *[("NE", each, False, "NE") for each in ("CR", "NON-CR/NON-PD", "NE", None)],
        *[("PD", each, flag, "PD") for each in ("CR", "NON-CR/NON-PD", "NE", "PD") for flag in (True, False)],
        *[(each, "PD", flag, "PD") for each in ("CR", "PR", "SD", "NE", None) for flag in (True, False)],
        *[(each, "CR", True, "PD") for each in ("CR", "PR", "SD", "NE", None)],
        *[(None, each, False, each) for each in ("CR", "NON-CR/NON-PD", "NE")],
    ],
)
def test_every_row_of_the_table_of_overall_responses(
    target: str | None, nontarget: str | None, is_new: bool, expected: str
) -> None:
    told = overall_response(
        None if target is None else Response(target),
        None if nontarget is None else Response(nontarget),
        new=is_new,
    )
    assert told == expected


def test_a_visit_shows_sum_nadir_and_changes() -> None:
    first, second = assess(masses(50, 20, 25)).value
    assert (first.sum_mm, first.nadir_mm, first.change_from_baseline_percent) == (20, 50, -60)
    assert (second.sum_mm, second.nadir_mm) == (25, 20)
    assert (second.change_from_baseline_percent, second.change_from_nadir_percent) == (-50, 25)


def test_no_change_is_given_from_a_nadir_of_zero() -> None:
    assert assess(masses(40, 0, 6)).value[1].change_from_nadir_percent is None


def test_what_was_not_evaluated_is_missing_and_has_no_sum() -> None:
    told = assess([row("A", 0, 30), row("B", 0, 30), row("A", 1, 30)])
    assert told.missing == ("diameter of B at V1",)
    assert told.value[0].sum_mm is None


def test_a_lesion_back_after_complete_response_advises_to_confirm_it() -> None:
    assert "reappearance-after-complete-response" in codes(assess(masses(40, 0, 6)))
    lone = assess([node("n", 0, 20), node("n", 1, 9), node("n", 2, 10)])
    assert "single node" in next(each.message for each in lone.warnings)


# Best overall response ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "confirm", "expected"),
    [
        ((50, 30, 60), None, "PR"),
        ((50, 0, 0), 28, "CR"),
        ((50, 0), 28, "SD"),
        ((50, 0, None, 0), 28, "CR"),
        ((50, 30, 29), 28, "PR"),
        ((50, 30, None, 0), 28, "PR"),
        ((50, 30, 29), 43, "SD"),
        ((50, 34, 36, 34), 28, "SD"),
        ((50, 34, 36, 34), None, "PR"),
        ((50, 34, 34, 36, 34), 28, "PR"),
        ((50, 50, 80), 28, "SD"),
        ((50, 80), 28, "PD"),
        ((50, None), None, "NE"),
        ((50, 80, 10), None, "PD"),
    ],
)
def test_the_best_response_worked_by_hand(
    sizes: tuple[float | None, ...], confirm: int | None, expected: str
) -> None:
    assert assess(masses(*sizes), best=True, confirm=confirm).value.best == expected


def test_stable_disease_needs_its_least_time() -> None:
    assert assess(masses(50, 50), best=True, stable_from=43).value.best == "NE"
    assert assess(masses(50, 50), best=True, stable_from=42).value.best == "SD"
    assert assess(masses(50, 80), best=True, stable_from=43).value.best == "PD"
    assert assess(masses(50, 50), best=True, start="2025-01-13").value.best == "NE"
    assert "stable-disease-minimum" in codes(assess(masses(50, 50), best=True))


def test_pr_after_cr_is_a_conflict_without_a_best_response() -> None:
    """Knowledge 2.10: the non-target lesion is entered as present again."""
    rows = [row("A", visit, size) for visit, size in enumerate((40, 0, 0))]
    rows += [other("B", visit, status) for visit, status in enumerate(("present", "absent", "present"))]
    assert overall(rows) == ["CR", "PR"]
    best = assess(rows, best=True)
    assert best.value is None
    assert best.missing
    assert "response-after-complete-response" in codes(best)


# What is absent -------------------------------------------------------------------------------------------

COMPLETE = [
    *(row("A", 0, 40, modality="MRI"), node("n", 0, 20, modality="MRI"), other("B", 0, "present")),
    *(row("A", 1, 0, modality="MRI"), node("n", 1, 9, modality="MRI"), other("B", 1, "absent")),
]


@pytest.mark.parametrize("index", range(len(COMPLETE)))
@pytest.mark.parametrize(
    "field", ["kind", "organ", "longest_mm", "short_mm", "finding", "status", "modality"]
)
def test_a_cell_that_is_emptied_improves_nothing_and_is_named(index: int, field: str) -> None:
    emptied = [{**each, field: None} if place == index else each for place, each in enumerate(COMPLETE)]
    told, whole = assess(emptied), assess(COMPLETE)
    assert whole.value[0].overall == "CR"
    if told.value != whole.value:
        assert told.missing
        assert told.value is None or BETTER.index(told.value[0].overall) < BETTER.index("CR")


@pytest.mark.parametrize("index", [3, 4, 5])
def test_a_row_that_is_left_out_is_no_lesion_gone(index: int) -> None:
    told = assess([each for place, each in enumerate(COMPLETE) if place != index])
    assert told.missing
    assert told.value[0].overall in {"NE", "PR"}


# Refused --------------------------------------------------------------------------------------------------

REFUSED = {
    "mass below 10 mm": ([row("A", 0, 9.9)], "not measurable"),
    "mass below twice the slice": ([row("A", 0, 13, slice_mm=7)], "not measurable"),
    "mass on a chest X-ray below 20": ([row("A", 0, 19, modality="CXR")], "not measurable"),
    "node below 15 mm": ([node("n", 0, 14.9)], "not measurable"),
    "six targets": ([row(name, 0, 20) for name in "ABCDEF"], "6 targets"),
    "three in one organ": ([row(name, 0, 20, organ="liver") for name in "ABC"], "3 targets in one organ"),
    "both breasts are one organ": (
        [
            row(name, 0, 20, organ=organ)
            for name, organ in zip("ABC", ("left breast", "Breast", "breast,(R)"), strict=True)
        ],
        "one organ (breast)",
    ),
    "nodes are one organ": (
        [{**node(name, 0, 20), "organ": f"chain {name}"} for name in "abc"],
        "one organ (lymph nodes)",
    ),
    "modality changes": (
        [row("A", 0, 20, modality="MRI"), row("A", 1, 20, modality="CT")],
        "modality changes",
    ),
    "modality changes in a fragment": (
        [row("A", 0, 20, modality="MRI"), row("A1", 1, 9, modality="CT", parent="A")],
        "modality changes",
    ),
    "target first seen later": ([row("A", 0, 20), row("B", 1, 20)], "not there at baseline"),
    "role changes": ([row("A", 0, 20), other("A", 1, "present")], "role changes"),
    "kind changes": ([row("A", 0, 20), row("A", 1, 20, kind="node")], "kind changes"),
    "two rows at a visit": ([row("A", 0, 20), row("A", 0, 21)], "two rows"),
    "absent with a diameter": ([row("A", 0, 20), row("A", 1, 5, finding="absent")], "absent, yet"),
    "not evaluated with a diameter": (
        [row("A", 0, 20), row("A", 1, 5, finding="not-evaluated")],
        "not evaluated, yet",
    ),
    "short above long": ([node("n", 0, 20, longest_mm=15)], "longer than"),
    "new at baseline": ([row("A", 0, 20), new(0)], "not new"),
    "visits overlap": (
        [row("A", 0, 20), row("A", 1, 20), row("B", 0, 20, date=dt.date(2025, 3, 1))],
        "overlap",
    ),
    "merged yet measured": (
        [row("A", 0, 20), row("B", 0, 20), row("A", 1, 30), row("B", 1, 10, parent="A")],
        "has merged",
    ),
    "a circle of parents": (
        [row("A", 0, 20), row("B", 1, 20, parent="C"), row("C", 1, 20, parent="B")],
        "each other's parents",
    ),
    "non-target absent at baseline": ([other("B", 0, "absent")], "cannot be absent at baseline"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(name: str) -> None:
    rows, message = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        assess(rows)
    assert message in str(refusal.value)
    assert refusal.value.remedy


@pytest.mark.parametrize("field", ["longest_mm", "kind"])
def test_a_baseline_that_is_not_known_gives_no_value(field: str) -> None:
    rows = [
        {**each, field: None} if each["visit"] == "V0" or field == "kind" else each for each in masses(40, 20)
    ]
    told = assess(rows)
    assert told.value is None
    assert told.missing == (f"{field} of A at V0",)


def test_an_organ_that_is_not_known_is_missing_and_changes_nothing() -> None:
    told = assess([{**each, "organ": None} for each in masses(40, 20)])
    assert (told.missing, told.value) == (("organ of A",), assess(masses(40, 20)).value)


def test_a_baseline_alone_has_no_response_yet() -> None:
    assert (assess(masses(40)).value, assess(masses(40)).missing) == (None, ("a visit after the baseline",))


def test_one_modality_by_two_spellings_is_one() -> None:
    assert overall([row("A", 0, 20, modality="MR"), row("A", 1, 20, modality="MRI")]) == ["SD"]


def test_a_normal_node_is_no_lesion() -> None:
    rows = [other("b", visit, "present", kind="node", short_mm=9.9) for visit in range(2)]
    assert "normal-node-at-baseline" in codes(assess(rows))
    rows = [other("b", visit, "present", kind="node", short_mm=10) for visit in range(2)]
    assert "normal-node-at-baseline" not in codes(assess(rows))


def test_a_baseline_more_than_four_weeks_before_therapy_is_too_early() -> None:
    assert "baseline-too-early" in codes(assess(masses(40, 30), start=START + dt.timedelta(days=29)))
    assert "baseline-too-early" not in codes(assess(masses(40, 30), start=START + dt.timedelta(days=28)))


def test_ultrasound_is_said_to_be_no_tool() -> None:
    assert "not-a-recist-modality" in codes(assess([row("A", 0, 20, modality="US"), row("A", 1, 20)]))


# A separate reading of the rules --------------------------------------------------------------------------

FAR_MM = 10**6


def known_class(series: list[list[int]], nodes: list[bool], told: list[str]) -> str:
    """The class of the last visit of whole sums in mm, `told` the targets' earlier classes; from the text."""
    now, before = series[-1], series[:-1]
    if all(size < 10 if is_node else size == 0 for size, is_node in zip(now, nodes, strict=True)):
        return "CR"
    lowest = min(sum(sizes) for sizes in before)
    grown = sum(now) - lowest
    # 20 % of the nadir is a fifth: five times the growth reaches it.
    if grown >= 5 and 5 * grown >= lowest:
        return "PD"
    since = told[len(told) - told[::-1].index("PD") :] if "PD" in told else told
    if "PR" in since or "CR" in since:
        return "PR"
    return "PR" if 10 * (sum(before[0]) - sum(now)) >= 3 * sum(before[0]) else "SD"


def brute_force(series: list[list[int | None]], nodes: list[bool]) -> list[str]:
    """Each visit's class; a missing diameter is tried at many sizes, and only what all agree on is said."""
    told: list[str] = []
    whole: list[list[int]] = [[size for size in series[0] if size is not None]]
    for sizes in series[1:]:
        tried = {
            known_class([*whole, [guess if size is None else size for size in sizes]], nodes, told)
            for guess in (0, 1, 4, 5, 9, 10, 15, 20, 30, 50, FAR_MM)
        }
        told.append(tried.pop() if len(tried) == 1 else "NE")
        if None not in sizes:
            whole.append([size for size in sizes if size is not None])
    return told


@st.composite
def courses(
    draw: st.DrawFn, *, least: int = 1, complete: bool = False
) -> tuple[list[list[int | None]], list[bool]]:
    nodes = draw(st.lists(st.booleans(), min_size=least, max_size=4).filter(lambda each: sum(each) <= 2))
    first: list[int | None] = [draw(st.integers(15, 40)) for _ in nodes]
    known = st.one_of(st.integers(0, 12), st.integers(0, 60))
    sizes = known if complete else st.one_of(st.none(), known)
    later = draw(st.lists(st.tuples(*[sizes] * len(nodes)).map(list), min_size=1, max_size=4))
    return [first, *later], nodes


def rows_of(
    series: list[list[int | None]], nodes: list[bool], *, with_nontarget: bool
) -> list[dict[str, Any]]:
    rows = [
        (node if is_node else row)("abcd"[index] if is_node else "ABCD"[index], visit, size)
        for visit, sizes in enumerate(series)
        for index, (size, is_node) in enumerate(zip(sizes, nodes, strict=True))
    ]
    # A non-target lesion that stays keeps the overall response below CR, so that reappearance is no PD.
    return rows + [other("Z", visit, "present") for visit in range(len(series)) if with_nontarget]


@given(courses())
def test_the_targets_agree_with_a_separate_reading(course: tuple[list[list[int | None]], list[bool]]) -> None:
    series, nodes = course
    rows = rows_of(series, nodes, with_nontarget=True)
    assert targets(rows) == brute_force(series, nodes)


@given(courses(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    course: tuple[list[list[int | None]], list[bool]], shuffler: random.Random
) -> None:
    rows = rows_of(*course, with_nontarget=False)
    mixed = list(rows)
    shuffler.shuffle(mixed)
    assert assess(mixed) == assess(rows)


@given(courses(), st.data())
def test_a_new_lesion_is_progression_and_never_improves(
    course: tuple[list[list[int | None]], list[bool]], data: st.DataObject
) -> None:
    rows = rows_of(*course, with_nontarget=False)
    last = len(course[0]) - 1
    when = data.draw(st.integers(1, last))
    before, after = overall(rows), overall([*rows, new(when)])
    assert before[: when - 1] == after[: when - 1]
    assert set(after[when - 1 :]) == {"PD"}


@given(courses(least=2, complete=True), st.data())
def test_a_lesion_not_evaluated_hides_no_progression_of_the_others(
    course: tuple[list[list[int | None]], list[bool]], data: st.DataObject
) -> None:
    series, nodes = course
    hidden = data.draw(st.integers(0, len(nodes) - 1))
    without = [*series[:-1], [None if index == hidden else size for index, size in enumerate(series[-1])]]
    seen = targets(rows_of(without, nodes, with_nontarget=True))[-1]
    whole = targets(rows_of(series, nodes, with_nontarget=True))[-1]
    assert seen in {"NE", "PD"}
    # What is hidden can only add: a PD of the rest is one of the whole, but where all of it is normal nodes.
    assert seen != "PD" or whole in {"PD", "CR"}


@given(st.lists(st.integers(30, 90), min_size=2, max_size=5), st.integers(2, 9))
def test_scale_changes_nothing_where_five_millimetres_do_not_decide(sizes: list[int], factor: int) -> None:
    large = [size * 10 for size in sizes]
    assert targets(masses(*large)) == targets(masses(*[size * factor / 10 for size in large]))


@given(courses())
def test_the_best_response_is_one_that_a_visit_has(course: tuple[list[list[int | None]], list[bool]]) -> None:
    rows = rows_of(*course, with_nontarget=False)
    best = assess(rows, best=True, stable_from=0)
    seen = overall(rows)
    until = seen[: seen.index("PD") + 1] if "PD" in seen else seen
    if best.value is None:
        assert "response-after-complete-response" in codes(best)
    else:
        ranked = [each for each in until if each != "NE"]
        order = ["CR", "PR", "SD", "PD"]
        assert best.value.best == (min(ranked, key=order.index) if ranked else "NE")


@given(courses())
def test_confirmation_never_improves_the_best_response(
    course: tuple[list[list[int | None]], list[bool]],
) -> None:
    rows = rows_of(*course, with_nontarget=False)
    plain = assess(rows, best=True, stable_from=0).value
    confirmed = assess(rows, best=True, stable_from=0, confirm=28).value
    if plain is not None and confirmed is not None:
        assert BETTER.index(confirmed.best) <= BETTER.index(plain.best)


def test_the_declaration_is_the_command() -> None:
    assert CALCULATOR.name == "recist"
    assert CALCULATOR.example_table.startswith("lesion,role,kind,organ,visit,date,longest_mm,short_mm")
