"""Loss of HER2 positivity among those tested twice, and its comparison between groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from neoher.cohort.her2change.transitions import is_positive
from neoher.cohort.parts import Parts
from neoher.cohort.result import Estimate, TestResult
from neoher.cohort.statistics.proportions import exact_interval, wilson_interval
from neoher.cohort.statistics.two_by_two import TwoByTwo, fisher, pearson, risk_difference_newcombe

__all__ = ["LossGroup", "compare_loss", "loss_groups", "mcnemar"]


@dataclass(frozen=True, slots=True)
class LossGroup:
    """Patients positive before therapy whose second result decides."""

    name: str
    positive_before: int
    lost: int

    @property
    def kept(self) -> int:
        """Patients still positive."""
        return self.positive_before - self.lost


def loss_groups(pairs: pd.DataFrame, groups: pd.Series, names: Sequence[str]) -> list[LossGroup]:
    """The loss in each group, among second results that decide; `groups`: of each row of `pairs`."""
    first, second = pairs["before"].map(is_positive), pairs["after"].map(is_positive)
    usable = (first == True) & second.notna()  # noqa: E712 - three values: positive, negative, undecided
    found = []
    for name in names:
        mine = usable & (groups == name)
        found.append(LossGroup(str(name), int(mine.sum()), int((mine & (second == False)).sum())))  # noqa: E712
    return found


def compare_loss(what: str, groups: Sequence[LossGroup], level: float, parts: Parts) -> None:
    """Add the rate of each group with intervals, and every two groups against each other."""
    for each in groups:
        for interval, method in ((wilson_interval, "Wilson"), (exact_interval, "Clopper-Pearson")):
            rate = interval(each.lost, each.positive_before, level)
            none = "" if each.positive_before else "; nobody positive before was tested again"
            parts.estimates.append(
                Estimate(
                    name="loss of HER2 positivity",
                    value=rate.value,
                    low=rate.low,
                    high=rate.high,
                    level=level,
                    method=f"{each.lost} of {each.positive_before} tested twice, {method} interval{none}",
                    group=f"{what}={each.name}",
                    n=each.positive_before,
                )
            )
    tested = [each for each in groups if each.positive_before]
    for first, second in combinations(tested, 2):
        table = TwoByTwo(first.lost, first.kept, second.lost, second.kept)
        label = f"{what}: {first.name} v {second.name}"
        difference = risk_difference_newcombe(table, level)
        parts.estimates.append(
            Estimate(
                name="difference in loss",
                value=difference.value,
                low=difference.low,
                high=difference.high,
                level=level,
                method="risk difference, Newcombe interval",
                group=label,
                n=table.n,
            )
        )
        for test, method, convention in (
            (fisher(table), "Fisher's exact test", "two-sided, sum of tables no more likely"),
            (pearson(table), "Pearson's chi-square test", "without continuity correction"),
        ):
            parts.tests.append(
                TestResult(
                    name="equal loss",
                    statistic=test.statistic,
                    df=test.df,
                    p=test.p,
                    method=method,
                    convention=convention,
                    group=label,
                )
            )


def mcnemar(pairs: pd.DataFrame, parts: Parts) -> None:
    """Add the exact test of as many losses as gains among those whose two results decide."""
    first, second = pairs["before"].map(is_positive), pairs["after"].map(is_positive)
    lost = int(((first == True) & (second == False)).sum())  # noqa: E712
    gained = int(((first == False) & (second == True)).sum())  # noqa: E712
    changed = lost + gained
    from scipy.stats import binomtest

    parts.tests.append(
        TestResult(
            name="as many losses as gains",
            statistic=float(lost),
            p=float(binomtest(lost, changed, 0.5).pvalue) if changed else None,
            method="McNemar's test, exact",
            convention=f"{lost} losses, {gained} gains; two-sided binomial"
            if changed
            else "not made: nobody changed between positive and negative",
        )
    )
