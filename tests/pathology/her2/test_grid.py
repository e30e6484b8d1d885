"""Every combination of IHC, ratio, copies, recount and probe on and beside the cuts, against the tables.

The expected answers are the tables below, copied by hand from the guideline's pocket card (ASCO/CAP 2018,
PMID 29846122, figures 1 to 6) and read by the few lines that follow; no code under test has a part in them.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from neoher.pathology.her2.assessment import her2
from neoher.pathology.her2.facts import Her2Facts

GROUPS = """
ratio   copies        group
>=2.0   >=4.0         1
>=2.0   <4.0          2
<2.0    >=6.0         3
<2.0    >=4.0,<6.0    4
<2.0    <4.0          5
"""
WORK_UP = """
group  0         1+        2+            2+confirmed  2+other        3+        none
1      positive  positive  positive      -            -              positive  positive
2      negative  negative  equivocal     negative     indeterminate  positive  equivocal
3      negative  negative  equivocal     positive     indeterminate  positive  equivocal
4      negative  negative  equivocal     negative     indeterminate  positive  equivocal
5      negative  negative  negative      -            -              positive  negative
"""
SINGLE = """
copies        0         1+        2+         3+        none
>=6.0         positive  positive  positive   positive  positive
>=4.0,<6.0    negative  negative  equivocal  positive  equivocal
<4.0          negative  negative  negative   positive  negative
"""
ALONE = """
0         1+        2+         3+
negative  negative  equivocal  positive
"""

RATIOS = (1.0, 1.9, 1.99, 1.9999, 2.0, 2.01, 4.0)
COPIES = (2.0, 3.9, 3.99, 3.9999, 4.0, 4.01, 5.9, 5.99, 6.0, 6.01, 9.0)
SCORES = ("0", "1+", "2+", "3+", None)


def rows(table: str) -> list[dict[str, str]]:
    header, *lines = (line.split() for line in table.strip().splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


def within(value: float, limits: str) -> bool:
    """Whether a value lies within limits as the table writes them: '>=4.0,<6.0'."""
    return all(
        value >= float(limit[2:]) if limit.startswith(">=") else value < float(limit[1:])
        for limit in limits.split(",")
    )


def group_by_table(ratio: float, copies: float) -> str:
    (found,) = [
        row["group"] for row in rows(GROUPS) if within(ratio, row["ratio"]) and within(copies, row["copies"])
    ]
    return found


def answer(**stated: Any) -> tuple[str, int | None]:
    value = her2(Her2Facts(**stated)).value
    assert value is not None
    return str(value.status), value.ish_group


@pytest.mark.parametrize("ihc", SCORES)
def test_dual_probe_without_a_recount(ihc: str | None) -> None:
    by_group = {row["group"]: row for row in rows(WORK_UP)}
    for ratio, copies in itertools.product(RATIOS, COPIES):
        group = group_by_table(ratio, copies)
        found = answer(ihc=ihc, ish_probe="dual", ratio=ratio, copies=copies)
        assert found == (by_group[group][ihc or "none"], int(group)), (ihc, ratio, copies)


def test_dual_probe_with_the_blinded_recount_of_two_plus() -> None:
    by_group = {row["group"]: row for row in rows(WORK_UP)}
    counts = list(itertools.product(RATIOS, COPIES))
    checked = 0
    for (ratio, copies), (again, copies_again) in itertools.product(counts[::3], counts[::5]):
        group, second = group_by_table(ratio, copies), group_by_table(again, copies_again)
        if group in {"1", "5"}:
            # The guideline asks for no recount there.
            continue
        checked += 1
        found = answer(
            ihc="2+",
            ish_probe="dual",
            ratio=ratio,
            copies=copies,
            recount_ratio=again,
            recount_copies=copies_again,
        )
        expected = by_group[group]["2+confirmed" if group == second else "2+other"]
        assert found == (expected, int(group)), (ratio, copies, again, copies_again)
    assert checked > 100


@pytest.mark.parametrize("ihc", SCORES)
def test_single_probe(ihc: str | None) -> None:
    for copies in COPIES:
        (row,) = [row for row in rows(SINGLE) if within(copies, row["copies"])]
        value = her2(Her2Facts.model_validate({"ihc": ihc, "ish_probe": "single", "copies": copies})).value
        assert value is not None
        assert (value.status, value.ish_group) == (row[ihc or "none"], None), (ihc, copies)


@pytest.mark.parametrize("ihc", SCORES[:-1])
def test_ihc_alone(ihc: str) -> None:
    assert answer(ihc=ihc) == (rows(ALONE)[0][ihc], None)


@pytest.mark.parametrize("ihc", SCORES[:-1])
def test_the_label_never_overwrites_the_status(ihc: str) -> None:
    labels = {"positive": {"3+", "2+/ISH+", "ISH+"}, "negative": {"low", "0-unspecified"}}
    for ratio, copies in itertools.product(RATIOS, COPIES):
        value = her2(
            Her2Facts.model_validate({"ihc": ihc, "ish_probe": "dual", "ratio": ratio, "copies": copies})
        ).value
        assert value is not None
        assert value.spectrum is None or value.spectrum in labels[value.status]
        assert (value.spectrum is None) is (value.status == "equivocal")
