"""The style of figures: groups that a grey print keeps apart."""

from __future__ import annotations

from neoher.cohort.output.drawing import line_style


def test_no_two_of_twenty_groups_look_alike() -> None:
    """20 groups are the most that a column may have."""
    seen = {tuple(map(str, line_style(group).values())) for group in range(20)}
    assert len(seen) == 20
