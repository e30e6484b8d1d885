"""A printed p value of two proportions against the family of usual tests on their counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.cohort.rates.comparing import TESTS, family_of_tests
from neoher.cohort.result import TestResult
from neoher.cohort.statistics.two_by_two import TwoByTwo
from neoher.cohort.verify.claims import Claim, Printed, printed_number
from neoher.cohort.verify.findings import Finding, Verdict
from neoher.cohort.verify.rounding import holds

__all__ = ["check_p_value", "family_range", "table_of"]

FURTHEST = 3
"""Counts this far from the stated ones are tried when no test gives the printed value."""
MOST_LISTED = 6
TRIED = ("pearson", "yates", "fisher")


def check_p_value(claim: Claim, others: Sequence[Claim] = ()) -> Finding:
    """Which tests of the family give the printed p; if none, where it lies and what nearby counts would.

    `others` are further claims with counts: a p that does not belong to its own counts but lies within the
    range of another pair is said to.
    """
    if claim.printed is None:
        return Finding(Verdict.UNDECIDED, "", note="no value is printed")
    printed = printed_number(claim.printed, claim.label)
    table = table_of(claim)
    if table is None:
        return Finding(Verdict.UNDECIDED, "", note="the counts of two groups are not known")
    family = {key: test for key, test in family_of_tests(table).items() if test.p is not None}
    if not family:
        return Finding(Verdict.UNDECIDED, "", note="a margin of the table is empty: nothing can be tested")
    tests = tuple(
        TestResult(
            name=claim.claim,
            statistic=test.statistic,
            df=test.df,
            p=test.p,
            method=TESTS[key][0],
            convention=TESTS[key][1],
            group=_pair(claim),
        )
        for key, test in family.items()
    )
    least, most = min(test.p or 0.0 for test in tests), max(test.p or 0.0 for test in tests)
    computed = f"{_pair(claim)}: p from {least:.4g} to {most:.4g} by {len(tests)} tests"
    by = tuple(test.method for test in tests if test.p is not None and holds(test.p, printed))
    if by:
        return Finding(Verdict.REPRODUCED, computed, by, tests=tests)
    within = printed.sign == "=" and least <= float(printed.value) <= most
    verdict = Verdict.WITHIN_RANGE if within else Verdict.NOT_REPRODUCED
    note = "no usual test of these counts gives the printed value" + (
        "; it lies between those that they give (a stratified or another test could)" if within else ""
    )
    belongs = [_pair(other) for other in others if _lies_within(other, claim, printed)]
    if belongs and not within:
        note += f"; it lies within the range of tests of {' and '.join(dict.fromkeys(belongs))}"
    return Finding(verdict, computed, would=tuple(_nearby(table, printed)), note=note, tests=tests)


def table_of(claim: Claim) -> TwoByTwo | None:
    """The counts of a claim as a table; None where one is not known or cannot be."""
    if claim.events_1 is None or claim.n_1 is None or claim.events_2 is None or claim.n_2 is None:
        return None
    if claim.events_1 > claim.n_1 or claim.events_2 > claim.n_2:
        return None
    return TwoByTwo(claim.events_1, claim.n_1 - claim.events_1, claim.events_2, claim.n_2 - claim.events_2)


def family_range(table: TwoByTwo) -> tuple[float, float] | None:
    """The smallest and largest p of the family; None where no test can be made."""
    found = [test.p for test in family_of_tests(table).values() if test.p is not None]
    return (min(found), max(found)) if found else None


def _lies_within(other: Claim, claim: Claim, printed: Printed) -> bool:
    table = table_of(other)
    if table is None or table == table_of(claim) or printed.sign != "=":
        return False
    found = family_range(table)
    return found is not None and found[0] <= float(printed.value) <= found[1]


def _pair(claim: Claim) -> str:
    return f"{claim.events_1}/{claim.n_1} v {claim.events_2}/{claim.n_2}"


def _nearby(table: TwoByTwo, printed: Printed) -> Iterator[str]:
    """The nearest other counts with which a common test gives the printed value."""
    n1, n2 = table.a + table.b, table.c + table.d
    moves = sorted(_moves(), key=lambda move: (sum(map(abs, move)), move))
    listed = 0
    for a, m, c, n in moves:
        one, first, two, second = table.a + a, n1 + m, table.c + c, n2 + n
        if not (0 <= one <= first and 0 <= two <= second):
            continue
        family = family_of_tests(TwoByTwo(one, first - one, two, second - two))
        giving = [TESTS[key][0] for key in TRIED if (p := family[key].p) is not None and holds(p, printed)]
        if giving:
            yield f"{one}/{first} v {two}/{second} ({', '.join(giving)})"
            listed += 1
            if listed == MOST_LISTED:
                return


def _moves() -> set[tuple[int, int, int, int]]:
    """Changes of one or two of the four counts, each by up to FURTHEST."""
    steps = range(-FURTHEST, FURTHEST + 1)
    changes = {
        tuple(one if place == first else 0 for place in range(4)) for first in range(4) for one in steps
    }
    sums = {tuple(map(sum, zip(one, two, strict=True))) for one in changes for two in changes}
    still = (0, 0, 0, 0)
    return {
        (a, b, c, d)
        for a, b, c, d in sums
        if (a, b, c, d) != still and max(map(abs, (a, b, c, d))) <= FURTHEST
    }
