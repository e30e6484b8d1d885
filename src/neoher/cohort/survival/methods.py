"""The methods section of a survival analysis: every choice in sentences."""

from __future__ import annotations

from neoher.cohort.survival.cox import Ties
from neoher.cohort.survival.kaplan_meier import Interval
from neoher.cohort.survival.question import Followed

__all__ = ["methods_text"]

_INTERVALS = {
    Interval.LOG: "on the log scale",
    Interval.LOG_LOG: "on the log(-log) scale",
    Interval.PLAIN: "on the plain scale, cut to 0 to 1",
}
_TIES = {
    Ties.EFRON: "by Efron's approximation",
    Ties.BRESLOW: "by Breslow's approximation",
    Ties.EXACT: "by the exact partial likelihood of discrete time",
}


def methods_text(followed: Followed, horizon: float | None) -> str:
    """Sentences that name the endpoint, its origin, and every estimator and convention."""
    question, cohort = followed.question, followed.cohort
    time, event = cohort.variables[question.time], cohort.variables[str(question.event)]
    meant = event.definition or time.definition or "as the table codes it"
    origin = (
        f"counted from {time.origin}" if time.origin else "counted from a day that the table does not state"
    )
    text = [
        cohort.reading,
        f"The endpoint is {question.time} with the event {question.event} ({meant}), {origin}.",
    ]
    if question.landmark is not None:
        text.append(
            f"Follow-up was counted anew from the landmark {question.landmark}; patients with an event or "
            "without "
            "follow-up beyond it were left out."
        )
    percent = f"{100 * question.level:g} %"
    text.append(
        f"Survival was estimated by Kaplan and Meier's method, with {percent} intervals from Greenwood's "
        "variance "
        f"{_INTERVALS[question.interval]}; those of quantiles are read off the limits, and where the "
        "curve is flat at the "
        "very height the middle of the flat part is taken. Times that differ by rounding alone count as ties."
    )
    if horizon is not None:
        text.append(
            f"The restricted mean is the area under the curve up to {horizon:g} {followed.unit}".rstrip()
            + (", compared by differences with normal intervals." if len(followed.group_names) > 1 else ".")
        )
    if len(followed.group_names) > 1:
        within = f", within strata of {question.strata}" if question.strata else ""
        text.append(f"Groups were compared by the log-rank test{within}.")
    if len(followed.group_names) > 1 or question.adjust:
        adjusted = f", adjusted for {', '.join(question.adjust)}" if question.adjust else ""
        text.append(
            f"Hazard ratios are of Cox's model{adjusted}, ties {_TIES[question.ties]}, converged to a "
            "step below 1e-10 "
            "standard errors, with Wald intervals; proportional hazards were tested by the score test of "
            "coefficients "
            "that change with 1 less the Kaplan-Meier curve."
        )
    if (followed.follow_up.cause > 1).any():
        text.append(
            "Competing events: cumulative incidences by Aalen and Johansen, compared by Gray's test, "
            "subdistribution hazards by "
            "Fine and Gray "
            "with censoring weights from Kaplan and Meier's estimate just before each time and robust "
            "standard errors."
        )
    text.append("All p values are two-sided and not adjusted for multiple comparisons.")
    return " ".join(part.strip() for part in text if part)
