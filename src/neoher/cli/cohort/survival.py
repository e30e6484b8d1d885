"""`neoher cohort survival`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of, numbers_of, share_of

__all__ = ["survival"]


def survival(
    table: Path,
    /,
    *,
    time: Annotated[str, Parameter(help="Column of the follow-up time.")],
    event: Annotated[
        str | None,
        Parameter(
            help="Column of its event: 0 censored, 1 the event, 2 and above competing events. "
            "Left out: the event of the same endpoint."
        ),
    ] = None,
    by: Annotated[str | None, Parameter(help="Column of the groups to compare.")] = None,
    strata: Annotated[
        str | None, Parameter(help="Column of strata of the log-rank test and Cox's model.")
    ] = None,
    adjust: Annotated[
        list[str] | None, Parameter(help="A further covariate of the models; may be repeated.", negative="")
    ] = None,
    ties: Annotated[
        Literal["efron", "breslow", "exact"], Parameter(help="Tied events in Cox's model.")
    ] = "efron",
    interval: Annotated[
        Literal["log", "log-log", "plain"], Parameter(help="Scale of the intervals of survival.")
    ] = "log",
    at: Annotated[
        str | None, Parameter(help="Times at which survival is given, in the unit of the time: 1095,1825.")
    ] = None,
    landmark: Annotated[
        str | None,
        Parameter(help="Count from here: a column of times (such as surgery), or one time for all."),
    ] = None,
    horizon: Annotated[float | None, Parameter(help="End of the restricted mean.")] = None,
    reference: Annotated[str | None, Parameter(help="Level of --by that others are compared with.")] = None,
    event_is: Annotated[
        str | None, Parameter(help="Level of --event that is the event, where it holds levels.")
    ] = None,
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """Survival by group: Kaplan-Meier, log-rank, Cox; with competing events Aalen-Johansen and Fine-Gray."""
    from neoher.cohort.survival.analysis import analyse_survival
    from neoher.cohort.survival.cox import Ties
    from neoher.cohort.survival.kaplan_meier import Interval
    from neoher.cohort.survival.question import SurvivalQuestion

    cohort = (reading or Reading()).cohort(table)
    question = SurvivalQuestion(
        time=time,
        event=event,
        by=by,
        strata=strata,
        adjust=names_of(adjust),
        ties=Ties(ties),
        interval=Interval(interval),
        at=numbers_of(at, "--at"),
        landmark=landmark,
        horizon=horizon,
        reference=reference,
        event_is=event_is,
        level=share_of(level),
    )
    output = output or Output()
    result = analyse_survival(cohort, question, drawn=output.out is not None)
    deliver(result, cohort.files, "survival", output)
