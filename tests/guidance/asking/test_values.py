"""What the asker states of a patient in figures is read as what it means, and never as its opposite."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.guidance.asking import Answer
from neoher.guidance.asking.finding.contrasts import on_other_side, opposed
from neoher.guidance.asking.reading.values import (
    is_category,
    near_category,
    says_residual,
    with_group,
    with_parted_categories,
)

Ask = Callable[..., Answer]

GROUP_STATEMENTS = {
    1: {"testing.ish-group-1"},
    2: {"testing.ish-group-2-4", "testing.ish-work-up"},
    3: {"testing.ish-group-3", "testing.ish-work-up"},
    4: {"testing.ish-group-2-4", "testing.ish-work-up"},
    5: {"testing.ish-group-5"},
}
OF_ALL_GROUPS = {"testing.ish-groups"}


@pytest.mark.parametrize(
    ("joined", "parted"),
    [
        ("cT2N1", "cT2 cN1"),
        ("ypT1aN0", "ypT1a ypN0"),
        ("T2N0M0", "T2 N0"),
        ("cT2N1M1", "cT2 cN1 metastatic"),
        ("ypT1aN1mi", "ypT1a ypN1mi"),
        ("cT4dN3c, 3+", "cT4d cN3c, 3+"),
        ("ypT0N0(i+)", "ypT0 ypN0(i+)"),
        ("ypTisN0", "ypTis ypN0"),
        # Not categories: a drug, a visit, a trial.
        ("T-DM1 and TNBC", "T-DM1 and TNBC"),
        ("TRAIN-2 at T2", "TRAIN-2 at T2"),
    ],
)
def test_joined_categories_are_parted(joined: str, parted: str) -> None:
    assert " ".join(with_parted_categories(joined).split()) == parted


@given(
    when=st.sampled_from(["", "c", "yp"]),
    size=st.sampled_from(["0", "is", "1", "1a", "1b", "1c", "2", "3", "4d"]),
    nodes=st.sampled_from(["0", "1", "1mi", "2a", "3b"]),
)
def test_every_joined_pair_gives_its_two_categories(when: str, size: str, nodes: str) -> None:
    parts = with_parted_categories(f"what about {when}T{size}N{nodes}?").rstrip("?").split()[2:]
    assert parts == [f"{when}T{size}", f"{when}N{nodes}"]
    assert all(is_category(each.lower()) for each in parts)
    assert says_residual(parts[1].lower()) == (when == "yp" and nodes != "0")


def test_a_category_stands_near_what_it_says() -> None:
    assert {"t1b", "ct1", "t1"} <= set(near_category("ct1b"))
    assert "nodeposit" in near_category("cn2")
    assert "nodeposit" not in near_category("cn0")
    assert near_category("tchp") == ()


@pytest.mark.parametrize(
    ("counted", "group"),
    [
        # ASCO/CAP 2018, figure 3; a value exactly at a cut belongs to the higher class.
        ("ratio 2.0 with 4.0 copies", 1),
        ("ratio 2.0 and 3.9 copies", 2),
        ("FISH ratio 1.9, 6.0 copies", 3),
        ("ratio 1.99, mean HER2 copy number 5.9", 4),
        ("4.0 signals per cell at a ratio of 1.2", 4),
        ("ratio 1.1 and 2.3 copies", 5),
    ],
)
def test_a_ratio_with_copies_is_its_group(counted: str, group: int) -> None:
    assert f"ISH group {group}" in with_group(counted)


@pytest.mark.parametrize(
    "question", ["ratio 2.2, IHC 2+", "hazard ratio 0.47", "5 copies, single probe", "ratio 1.2 or ratio 2.4"]
)
def test_a_count_that_is_not_whole_stays_as_it_is(question: str) -> None:
    assert with_group(question) == question


@pytest.mark.parametrize(
    ("ratio", "copies", "group"),
    [(2.6, 7.1, 1), (2.4, 3.1, 2), (1.6, 6.4, 3), (1.5, 6.5, 3), (1.4, 4.9, 4), (1.2, 2.2, 5)],
)
@pytest.mark.parametrize(
    "wording", ["FISH ratio {r}, {c} copies, IHC 2+ what next", "ish: ratio {r} with {c} copies per cell"]
)
def test_the_statement_of_that_very_group_stands_first(
    asked: Ask, ratio: float, copies: float, group: int, wording: str
) -> None:
    answer = asked(wording.format(r=ratio, c=copies))
    assert answer.answer, answer.reason
    assert answer.answer[0].item in GROUP_STATEMENTS[group] | OF_ALL_GROUPS, answer.understood_as


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("pregnant and HER2-positive: trastuzumab?", "pregnancy.contraindicated"),
        ("24 weeks pregnant, newly diagnosed, perjeta ok?", "pregnancy.contraindicated"),
        ("how soon can I get pregnant after Herceptin", "pregnancy.contraception-antibodies"),
        ("min LVEF before kadcyla", "heart.tdm1-start"),
        ("at which LVEF do we hold kadcyla", "heart.tdm1-hold"),
        ("tumor grows during THP, now what", "during.progression"),
        ("how often do tumours progress under therapy", "during.progression-rare"),
        ("sum of diameters up 22 % but only 4 mm, is this PD?", "recist.pd"),
        ("WHO criteria: what is progression", "who.criteria"),
        ("ypN1 after TCHP, next drug?", "residual.high-risk-tdxd"),
        # Involved nodes after therapy are high risk: never the statement for lower risk.
        ("ypT2 ypN1 after THP, which conjugate", "residual.high-risk-tdxd"),
        ("us label: when to stop trastuzumab for good because of EF", "heart.trastuzumab-resume-us"),
    ],
)
def test_the_other_side_never_stands_first(asked: Ask, question: str, first: str) -> None:
    answer = asked(question)
    assert answer.answer, answer.reason
    assert answer.answer[0].item == first, answer.understood_as


def test_a_contrast_holds_only_where_its_words_do() -> None:
    assert on_other_side("pregnant, trastuzumab", "Contraception after trastuzumab and pertuzumab")
    assert not on_other_side("pregnant after trastuzumab", "Contraception after trastuzumab and pertuzumab")
    assert not on_other_side("pregnant, trastuzumab", "Pregnancy and HER2-directed drugs")


def test_opposites_are_opposed_only_alone() -> None:
    assert opposed({"nodeposit"}, {"nodenegat"})
    assert not opposed({"nodeposit"}, {"nodenegat", "nodeposit"})
    assert not opposed({"nodeposit", "nodenegat"}, {"nodenegat"})


@pytest.mark.parametrize(
    "question",
    [
        "annual cost of kadcyla in germany",
        "datopotamab deruxtecan before surgery dose",
        "ovarian cancer HER2 3+ trastuzumab deruxtecan response",
        "cT2N0 triple negative, pembrolizumab?",
        "which clinic in Vienna does HER2 PET",
        "ratio of men to women nurses",
    ],
)
def test_an_unknown_subject_is_refused_whatever_is_known_beside_it(asked: Ask, question: str) -> None:
    answer = asked(question)
    assert answer.abstained, [line.item for line in answer.answer]


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("FISH ratio 1.6, 6.4 copies, ihc 2+ what next", "ISH group 3, ihc 2+ what next"),
        ("ish: ratio 2.4 with 3.1 copies per cell", "ISH group 2"),
        ("Is a ratio of 2.0 with 4.0 copies positive?", "Is a ISH group 1, positive?"),
    ],
)
def test_the_group_is_shown_as_it_was_read(question: str, read: str) -> None:
    assert with_group(question) == read


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("FISH ratio 1.6, 6.4 copies, IHC 2+", "testing.ish-group-3"),
        ("FISH ratio 2.3, 3.1 copies, IHC 2+", "testing.ish-group-2-4"),
        ("FISH ratio 1.5, 4.9 copies, IHC 2+", "testing.ish-group-2-4"),
    ],
)
def test_with_ihc_2_the_statement_that_names_the_group_leads(asked: Ask, question: str, first: str) -> None:
    assert asked(question).answer[0].item == first


def test_m1_is_metastatic_and_outside(asked: Ask) -> None:
    answer = asked("cT2N1M1, which neoadjuvant regimen?")
    assert [line.item for line in answer.answer] in ([], ["choice.out-of-scope"])


@pytest.mark.parametrize("beside", ["newly diagnosed, ", "doc, please: ", "my neighbour asks: "])
def test_an_everyday_word_beside_a_known_subject_changes_nothing(asked: Ask, beside: str) -> None:
    question = "what is the platelet limit under T-DM1"
    assert asked(beside + question).answer[0].item == asked(question).answer[0].item
