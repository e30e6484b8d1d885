"""Agreement of two classifications of the same patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from neoher.cohort.agreement.kappa import KappaWeights, cohens_kappa
from neoher.cohort.parts import Parts
from neoher.cohort.result import Estimate, Heading, ResultTable
from neoher.cohort.table.level_order import level_order
from neoher.errors import InputError

__all__ = ["agree_on_class", "counts_table", "cross_table", "shared_levels"]


def shared_levels(first: pd.Series, second: pd.Series, orders: Sequence[Sequence[str]] = ()) -> list[str]:
    """The levels of both in one order: that of the column which has them all, else as their names say.

    Parameters: `orders`, the levels of each column in its order, those that nobody has included.
    Raises: InputError where they share none: two different things.
    """
    one = [str(level) for level in first.cat.categories]
    other = [str(level) for level in second.cat.categories]
    if not set(one) & set(other):
        raise InputError(
            f"the two columns share no class ({', '.join(one)} against {', '.join(other)}).",
            "--measured",
            "Give two columns that classify in the same terms.",
        )
    used = {*one, *other}
    for order in (*orders, one, other):
        if used <= set(order):
            return [level for level in order if level in used]
    return list(level_order(used))


def cross_table(first: pd.Series, second: pd.Series, levels: list[str]) -> NDArray[np.int64]:
    """Counts, shape (levels, levels): rows by the first, columns by the second."""
    place = {level: index for index, level in enumerate(levels)}
    counts = np.zeros((len(levels), len(levels)), dtype=np.int64)
    np.add.at(counts, (first.astype(str).map(place).to_numpy(), second.astype(str).map(place).to_numpy()), 1)
    return counts


def agree_on_class(
    method: str,
    label: str | None,
    counts: NDArray[np.int64],
    level: float,
    parts: Parts,
    levels: Sequence[str] = (),
) -> dict[str, float | int | None]:
    """Add kappa in its weightings and the share of exact agreement; return the numbers of the row.

    Parameters: `counts` with their `levels` in order: a weighted kappa names it.
    """
    n = int(counts.sum())
    row: dict[str, float | int | None] = {"n": n, "agreeing": int(np.trace(counts))}
    row["agreement"] = float(np.trace(counts)) / n if n else None
    weightings = list(KappaWeights) if counts.shape[0] > 2 else [KappaWeights.NONE]
    for weights in weightings:
        name = f"{method}: kappa" + ("" if weights is KappaWeights.NONE else f", {weights} weights")
        try:
            found = cohens_kappa(counts, weights, level)
        except InputError as error:
            parts.estimates.append(Estimate(name=name, value=None, method=error.what, group=label, n=n))
            continue
        row[f"kappa_{weights}"] = found.value
        weighted = weights is not KappaWeights.NONE
        order = f"; classes in the order {', '.join(levels)}" if weighted and levels else ""
        parts.estimates.append(
            Estimate(
                name=name,
                value=found.value,
                low=found.low,
                high=found.high,
                level=level,
                method=f"Cohen's kappa, variance of Fleiss, Cohen and Everitt 1969{order}",
                group=label,
                n=n,
            )
        )
    return row


def counts_table(method: str, reference: str, levels: list[str], counts: NDArray[np.int64]) -> ResultTable:
    """The cross table of all patients."""
    columns = [Heading(key="measured", heading=f"{method} \\ {reference}")]
    columns += [Heading(key=level, heading=level) for level in levels]
    rows = [
        {"measured": level} | dict(zip(levels, counts[index].tolist(), strict=True))
        for index, level in enumerate(levels)
    ]
    return ResultTable(
        name=f"counts-{method}",
        title=f"{method} against {reference}",
        columns=tuple(columns),
        rows=tuple(rows),
    )
