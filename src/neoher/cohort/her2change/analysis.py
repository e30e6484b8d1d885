"""HER2 before and after therapy as one result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neoher.cohort.her2change.figures import sankey_figure
from neoher.cohort.her2change.loss import compare_loss, loss_groups, mcnemar
from neoher.cohort.her2change.transitions import Transitions, is_positive, transitions_of
from neoher.cohort.parts import Parts
from neoher.cohort.result import CohortResult, Heading, ResultTable
from neoher.cohort.table.tidy import Cohort
from neoher.record.conclusion import Caution

__all__ = ["Her2ChangeQuestion", "analyse_her2change"]

KATHERINE = "doi:10.1038/s41523-022-00477-z"


@dataclass(frozen=True, slots=True)
class Her2ChangeQuestion:
    """The options of `neoher cohort her2change`."""

    before: str = "her2_before"
    after: str = "her2_after"
    pcr: str | None = None
    by: tuple[str, ...] = ()
    """Columns between whose groups loss is compared too, such as the drug."""
    level: float = 0.95


def analyse_her2change(cohort: Cohort, question: Her2ChangeQuestion) -> CohortResult:
    """Transition table, loss by class before therapy and by further columns, McNemar's test, Sankey diagram.

    Raises: InputError where a class is not known or contradicts a complete response; see `transitions_of`.
    """
    found = transitions_of(cohort, question.before, question.after, question.pcr)
    parts = Parts()
    positive = [level for level in found.before if is_positive(level)]
    groups = loss_groups(found.pairs, found.pairs["before"], positive)
    compare_loss(question.before, groups, question.level, parts)
    for column in question.by:
        values = cohort.groups(column, "--by").loc[found.pairs.index]
        inside = loss_groups(
            found.pairs, values.astype("object"), [str(level) for level in values.cat.categories]
        )
        compare_loss(column, inside, question.level, parts)
    mcnemar(found.pairs, parts)
    undecided = [level for level in (*found.before, *found.after) if is_positive(level) is None]
    return CohortResult(
        title="HER2 before and after therapy",
        n=len(found.pairs),
        excluded=found.excluded,
        main=_table(found, question),
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=_methods(cohort, question, found),
        warnings=(*cohort.warnings, *_warnings(found, undecided, question)),
        missing=() if question.pcr else ("pcr: who had no tumour left to test",),
        sources=(KATHERINE,),
        figures=(sankey_figure(found),),
    )


def _table(found: Transitions, question: Her2ChangeQuestion) -> ResultTable:
    rows = []
    for place, level in enumerate(found.before):
        tested = int(found.counts[place].sum())
        row: dict[str, str | int | float | None] = {"before": level, "tested_twice": tested}
        row |= dict(zip(found.after, found.counts[place].tolist(), strict=True))
        row["unchanged_percent"] = (
            100 * int(found.counts[place, found.after.index(level)]) / tested
            if tested and level in found.after
            else None
        )
        row |= {"no_tumour": int(found.no_tumour[place]), "not_tested": int(found.not_tested[place])}
        rows.append(row)
    columns = (
        Heading(key="before", heading=f"{question.before} \\ {question.after}"),
        *(Heading(key=level, heading=level) for level in found.after),
        Heading(key="tested_twice", heading="tested twice"),
        Heading(key="unchanged_percent", heading="unchanged", unit="%", digits=1),
        Heading(key="no_tumour", heading="no tumour left"),
        Heading(key="not_tested", heading="not tested"),
    )
    return ResultTable(name="transitions", title="Transitions", columns=columns, rows=tuple(rows))


def _warnings(found: Transitions, undecided: list[str], question: Her2ChangeQuestion) -> list[Caution]:
    warnings = [
        Caution(
            code="loss-does-not-withhold",
            message="Residual disease that tests HER2-negative is no reason to withhold T-DM1: in "
            f"KATHERINE 0 of 28 such patients on T-DM1 had an event, 11 of 42 on trastuzumab ({KATHERINE}).",
        )
    ]
    untested = int(np.sum(found.not_tested))
    if untested:
        warnings.append(
            Caution(
                code="not-all-tested",
                message=f"{untested} patients have no second result"
                f"{'' if question.pcr else ', with or without tumour left'}: loss is a rate among those "
                "tested, who were "
                "seldom chosen at random.",
            )
        )
    if undecided:
        warnings.append(
            Caution(
                code="status-undecided",
                message=f"{', '.join(dict.fromkeys(undecided))} without in situ hybridisation is neither "
                "positive nor "
                "negative: shown in the table, left out of the loss.",
            )
        )
    return warnings


def _methods(cohort: Cohort, question: Her2ChangeQuestion, found: Transitions) -> str:
    by = f" and groups of {', '.join(question.by)}" if question.by else ""
    return (
        f"{cohort.reading} HER2 before ({question.before}) and after therapy ({question.after}) of the "
        "same patients. Loss is "
        "a positive class before (3+, 2+/ISH+, ISH+, positive) and a negative one after, among patients "
        "tested twice whose "
        f"classes decide; {int(np.sum(found.no_tumour))} without tumour left cannot lose it and are not "
        "in the denominator. "
        f"Rates have Wilson and Clopper-Pearson intervals; classes{by} are compared by Newcombe's "
        "interval of the "
        "difference, Fisher's exact and Pearson's test; losses and gains by McNemar's exact test. P "
        "values are two-sided and "
        "not adjusted. A change may be the tumour's, the sample's or the assay's: two samples differ "
        "without any therapy."
    )
