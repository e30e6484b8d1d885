"""How the chances do within groups of the fit's patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.cohort.prediction.performance import Performance, judge
from neoher.cohort.prediction.training import FloatArray, Patients
from neoher.cohort.table.tidy import Cohort
from neoher.response.prediction import SubgroupPerformance

__all__ = ["Subgroups", "judge_subgroups", "subgroup_performance"]

Subgroups = dict[str, dict[str, Performance]]
"""Performance by column and group."""


def judge_subgroups(
    used: Cohort, columns: Sequence[str], patients: Patients, chance: FloatArray, level: float
) -> Subgroups:
    """Performance within the groups of each column; `chance`, shape (n,), and `used` row by row.

    Raises: InputError where a column holds no groups.
    """
    judged: Subgroups = {}
    for column in columns:
        groups = used.groups(column, "--subgroups")
        judged[column] = {}
        for group in groups.cat.categories:
            mine = (groups == group).to_numpy(dtype=bool)
            judged[column][str(group)] = judge(
                chance[mine], patients.outcome[mine], patients.person[mine], level
            )
    return judged


def subgroup_performance(judged: Subgroups) -> Iterator[SubgroupPerformance]:
    """The same as the model file holds it."""
    for column, groups in judged.items():
        for group, each in groups.items():
            yield SubgroupPerformance(
                column=column,
                group=group,
                n=each.n,
                events=each.events,
                auc=each.area.value,
                auc_low=each.area.low,
                auc_high=each.area.high,
                calibration_intercept=each.intercept.value,
            )
