"""Exact rank tests against R's coin and stats, and against every arrangement written out."""

from __future__ import annotations

import itertools
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from neoher.cohort.her2pet.rank_sum import clustered_rank_sum, exact_rank_sum
from neoher.cohort.her2pet.shift import hodges_lehmann
from neoher.errors import InputError

SIZES = ((6, 16), (2, 3), (1, 4), (10, 12), (40, 35))


def test_the_exact_test_and_shift_are_those_of_r(r: ModuleType) -> None:
    rng = np.random.default_rng(1)
    samples = {
        f"{n} {m} {tied}": {
            "first": (np.round(rng.normal(size=n), tied).tolist() if n > 1 else [0.25, 0.25]),
            "second": np.round(rng.normal(0.5, size=m), tied).tolist(),
        }
        for n, m in SIZES
        for tied in (1, 9)
    }
    theirs = r.run(
        """
        suppressPackageStartupMessages(library(coin))
        lapply(input$samples, function(s) {
          group <- factor(rep(c("a", "b"), c(length(s$first), length(s$second))))
          test <- wilcox_test(c(s$first, s$second) ~ group, distribution = "exact")
          plain <- suppressWarnings(wilcox.test(s$first, s$second, conf.int = TRUE, exact = TRUE))
          list(p = c(pvalue(test)), z = unname(statistic(test)), u = unname(plain$statistic),
               shift = c(unname(plain$estimate), plain$conf.int), exact = plain$method)
        })
        """,
        samples=samples,
    )
    for name, sample in samples.items():
        first, second = np.array(sample["first"]), np.array(sample["second"])
        ours, expected = exact_rank_sum(first, second), theirs[name]
        assert ours.exact
        assert r.same(ours.p, expected["p"]), name
        assert r.same(ours.z, expected["z"]), name
        assert r.same(ours.u, expected["u"]), name
        if np.unique([*first, *second]).size == first.size + second.size:
            shift = hodges_lehmann(first, second)
            found = (shift.value, shift.low, shift.high)
            assert all(r.same(a, b) for a, b in zip(found, expected["shift"], strict=True)), name


def by_enumeration(
    values: np.ndarray[Any, Any],
    member: np.ndarray[Any, Any],
    patient: np.ndarray[Any, Any],
    stratum: np.ndarray[Any, Any],
) -> float:
    """The share of arrangements at least as far from their mean, each written out."""
    score = np.zeros(values.size)
    for each in np.unique(stratum):
        mine = stratum == each
        score[mine] = rankdata(values[mine]) - (mine.sum() + 1) / 2
    pools: dict[tuple[int, ...], list[list[int]]] = {}
    choices = []
    for each in np.unique(patient):
        rows = np.flatnonzero(patient == each)
        if member[rows].all() or not member[rows].any():
            pools.setdefault(tuple(np.unique(stratum[rows])), []).append(rows.tolist())
            continue
        for part in np.unique(stratum[rows]):
            inside = rows[stratum[rows] == part]
            choices.append(list(itertools.combinations(inside.tolist(), int(member[inside].sum()))))
    for patients in pools.values():
        first = sum(bool(member[rows[0]]) for rows in patients)
        choices.append(
            [tuple(itertools.chain(*chosen)) for chosen in itertools.combinations(patients, first)]
        )
    sums = np.array(
        [sum(score[row] for part in chosen for row in part) for chosen in itertools.product(*choices)]
    )
    distance = abs(score[member].sum() - sums.mean())
    return float((np.abs(sums - sums.mean()) >= distance - 1e-9).mean())


lesions = st.lists(
    st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 5), st.integers(0, 1)), min_size=2, max_size=9
).filter(lambda rows: 0 < sum(row[1] for row in rows) < len(rows))


@given(lesions)
@settings(max_examples=150)
def test_counting_sums_is_writing_out_every_arrangement(rows: list[tuple[int, bool, int, int]]) -> None:
    values, member, patient, stratum = (np.array(each) for each in zip(*rows, strict=True))
    found = clustered_rank_sum(values.astype(float), member, patient, stratum)
    assert found.exact
    assert found.p == pytest.approx(by_enumeration(values, member, patient, stratum))


@given(lesions)
def test_the_test_does_not_depend_on_order_scale_or_which_class_comes_first(
    rows: list[tuple[int, bool, int, int]],
) -> None:
    values, member, patient, _ = (np.array(each) for each in zip(*rows, strict=True))
    here = clustered_rank_sum(values.astype(float), member, patient)
    moved = clustered_rank_sum(np.exp(values[::-1] / 3), member[::-1], patient[::-1])
    other = clustered_rank_sum(values.astype(float), ~member, patient)
    assert here.p == pytest.approx(moved.p)
    assert here.p == pytest.approx(other.p)
    assert here.u + other.u == member.sum() * (~member).sum()


def test_yeh_2025_with_its_sample_sizes_needs_a_u_of_12_to_15() -> None:
    """P of 0.01 as printed is an exact U of 12 to 15 of 6 against 16 (knowledge 00, arithmetic)."""
    ps = {}
    for u in range(17):
        # The first sample has u pairs in its favour: five at the bottom and one above u of the others.
        first = np.array([-5.0, -4, -3, -2, -1, u + 0.5])
        ps[u] = exact_rank_sum(first, np.arange(1.0, 17)).p
    assert [u for u, p in ps.items() if 0.005 <= p < 0.015] == [12, 13, 14, 15]
    assert [round(1 - u / 96, 2) for u in (12, 15)] == [0.88, 0.84]


def test_large_samples_are_approximated_and_say_so() -> None:
    rng = np.random.default_rng(3)
    found = exact_rank_sum(rng.normal(size=500), rng.normal(size=500))
    assert not found.exact
    assert 0 < found.p <= 1


def test_an_empty_class_is_refused() -> None:
    with pytest.raises(InputError, match="no lesion"):
        exact_rank_sum(np.array([]), np.array([1.0]))
    with pytest.raises(InputError, match="no lesion"):
        hodges_lehmann(np.array([1.0]), np.array([]))
