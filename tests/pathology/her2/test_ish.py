"""Expected groups: ASCO/CAP 2018 figures 2 and 3 (PMID 29846122); a value at a cut goes up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.pathology.her2.ish import SingleProbeResult, dual_probe_group, possible_groups, single_probe

RATIOS = st.floats(0.1, 30)
COPIES = st.floats(0.1, 60)


@pytest.mark.parametrize(
    ("ratio", "copies", "group"),
    [
        (2.0, 4.0, 1),
        (5.0, 20.0, 1),
        (2.0, 3.99, 2),
        (2.3, 3.9, 2),
        (1.99, 6.0, 3),
        (1.5, 6.0, 3),
        (1.99, 5.99, 4),
        (1.99, 4.0, 4),
        (1.99, 3.99, 5),
        (1.0, 2.0, 5),
    ],
)
def test_the_five_groups_at_their_cuts(ratio: float, copies: float, group: int) -> None:
    assert dual_probe_group(ratio, copies) == group


@pytest.mark.parametrize(
    ("copies", "result"),
    [
        (6.0, SingleProbeResult.POSITIVE),
        (5.99, SingleProbeResult.NEEDS_IHC),
        (4.0, SingleProbeResult.NEEDS_IHC),
        (3.99, SingleProbeResult.NEGATIVE),
    ],
)
def test_the_three_ranges_of_a_single_probe_at_their_cuts(copies: float, result: SingleProbeResult) -> None:
    assert single_probe(copies) is result


@pytest.mark.parametrize(
    ("ratio", "copies", "groups"),
    [
        (None, None, (1, 2, 3, 4, 5)),
        (2.0, None, (1, 2)),
        (1.9, None, (3, 4, 5)),
        (None, 6.0, (1, 3)),
        (None, 5.0, (1, 4)),
        (None, 3.0, (2, 5)),
    ],
)
def test_a_missing_number_leaves_exactly_the_groups_of_its_row_or_column(
    ratio: float | None, copies: float | None, groups: tuple[int, ...]
) -> None:
    assert possible_groups(ratio, copies) == groups


@given(RATIOS, COPIES)
def test_every_count_falls_into_one_group_and_that_group_stays_possible_when_a_number_is_lost(
    ratio: float, copies: float
) -> None:
    group = dual_probe_group(ratio, copies)
    assert possible_groups(ratio, copies) == (group,)
    assert group in possible_groups(ratio, None)
    assert group in possible_groups(None, copies)
