"""Ejection fraction under HER2-directed drugs: go on, hold, repeat, stop; by the rules of each region."""

from __future__ import annotations

import datetime as dt

from neoher.guidance.heart.course import SYMPTOMS_NOT_JUDGED, Judged, judge
from neoher.guidance.heart.facts import (
    Action,
    CardiacAssessment,
    CardiacDrug,
    CardiacFacts,
    CardiacVerdict,
    HeartReading,
    RuleSet,
    readings_of,
)
from neoher.guidance.heart.limits import Applied, limits_of
from neoher.guidance.knowledge.kinds.item import Verification
from neoher.guidance.knowledge.kinds.limits import LvefAction
from neoher.record.calculator import Calculator, Source
from neoher.record.conclusion import Caution, Conclusion, Step

__all__ = ["CALCULATOR", "assess_heart"]

NOT_STUDIED_BELOW = 50.0
"""T-DXd was not studied below this ejection fraction."""


def assess_heart(facts: CardiacFacts) -> Conclusion[CardiacAssessment]:
    """What each rule set says of a series of ejection fractions under one drug.

    Returns: no value without drug or measurement. Both regions are computed; that of `region` is applied.
    Raises: InputError for two values of one day, or a baseline that was not measured.
    Sources: the labels and texts that the knowledge base names, each with how far it was read.
    Does not replace the judgement of symptoms, and takes every hold as followed.
    """
    readings = readings_of(facts)
    if facts.drug is None or not readings:
        missing = [name for name, absent in (("drug", facts.drug is None), ("lvef", not readings)) if absent]
        return Conclusion[CardiacAssessment](value=None, missing=tuple(missing))
    sets = [RuleSet.US, RuleSet.EU, *([RuleSet.UK] if facts.region is RuleSet.UK else [])]
    tables = {each: limits_of(facts.drug, each) for each in sets}
    judged = {each: judge(table, readings, facts) for each, table in tables.items()}
    first, last = readings[0], readings[-1]
    value = CardiacAssessment(
        applied=facts.region,
        by_rule_set={each: _verdict(judged[each], tables[each], facts) for each in sets},
        baseline_percent=first.lvef_percent,
        latest_percent=last.lvef_percent,
        fall_points=round(first.lvef_percent - last.lvef_percent, 6),
    )
    missing = [] if facts.region else ["region"]
    for name in (facts.region, *sets):
        missing += judged[name].missing if name else ()
    return Conclusion[CardiacAssessment](
        value=value,
        because=tuple(_step(each, judged[each], tables[each], readings, facts) for each in sets),
        missing=tuple(dict.fromkeys(missing)),
        warnings=tuple(_warnings(facts, readings, tables, judged)),
        sources=tuple(dict.fromkeys(source for table in tables.values() for source in table.sources)),
    )


def _verdict(judged: Judged, table: Applied, facts: CardiacFacts) -> CardiacVerdict:
    overdue = None
    if facts.today is not None and judged.next_echo is not None:
        overdue = judged.next_echo < facts.today
    return CardiacVerdict(
        action=judged.action,
        next_echo=judged.next_echo,
        overdue=overdue,
        says=judged.row.says if judged.row else None,
        verification=str(table.limits.verification if table.read else Verification.UNVERIFIED),
    )


def _step(
    rule_set: RuleSet, judged: Judged, table: Applied, readings: tuple[HeartReading, ...], facts: CardiacFacts
) -> Step:
    course = "; ".join(judged.course) or f"before the first dose: {judged.row.says if judged.row else 'open'}"
    read = "" if table.read else "; this region's text was not read, the rows of another stand in its place"
    return Step(
        step=f"{rule_set}: {judged.action or 'cannot be said'}. {course}",
        rule=f"{table.limits.title} ({', '.join(table.sources)}; {table.limits.verification}{read})",
        inputs={
            "baseline_percent": readings[0].lvef_percent,
            "latest_percent": readings[-1].lvef_percent,
            "fall_points": round(readings[0].lvef_percent - readings[-1].lvef_percent, 6),
            "lower_limit_percent": facts.lln,
            "heart_failure_symptoms": facts.symptoms,
        },
    )


def _warnings(
    facts: CardiacFacts,
    readings: tuple[HeartReading, ...],
    tables: dict[RuleSet, Applied],
    judged: dict[RuleSet, Judged],
) -> list[Caution]:
    found = []
    first = readings[0].lvef_percent
    unread = [str(each) for each, table in tables.items() if not table.read]
    if unread:
        message = (
            f"The {' and '.join(unread)} text for this drug was not read: the rows of the US text stand in "
            "its place, unverified. Check the current product information."
        )
        found.append(Caution(code="rule-set-not-read", message=message))
    if any(table.limits.verification is Verification.UNVERIFIED for table in tables.values()):
        message = "A rule set used here is from memory in part (unverified): confirm it with the label."
        found.append(Caution(code="unverified-rule", message=message))
    if len(readings) == 1:
        found += [
            Caution(code="caution-at-start", message=f"{name}: {limit.says}.")
            for name, table in tables.items()
            for limit in table.start
            if limit.otherwise is LvefAction.CAUTION and not limit.lvef_percent.holds(first)
        ]
    if facts.drug is CardiacDrug.T_DXD and first < NOT_STUDIED_BELOW:
        message = f"T-DXd was not studied below an ejection fraction of {NOT_STUDIED_BELOW:g} %."
        found.append(Caution(code="not-studied", message=message))
    if facts.symptoms and any(each.row and each.row.says == SYMPTOMS_NOT_JUDGED for each in judged.values()):
        message = (
            "Symptoms of heart failure are stated. Not every rule set has a row for them: that one's numbers "
            "alone are no reason to go on."
        )
        found.append(Caution(code="symptoms-not-judged", message=message))
    later = [each for each in facts.lvef if facts.today is not None and _day(each) > facts.today]
    if later:
        message = f"Measured after {facts.today} and left out: {', '.join(later)}."
        found.append(Caution(code="readings-after-today", message=message))
    if facts.lln is not None and first < facts.lln:
        message = f"The baseline, {first:g} %, lies below the lower limit of normal, {facts.lln:g} %."
        found.append(Caution(code="baseline-below-normal", message=message))
    # Symptoms are those of the newest measurement, not of the baseline.
    at_baseline = facts.model_copy(update={"symptoms": None})
    if len(readings) > 1 and any(
        judge(table, readings[:1], at_baseline).action is Action.CANNOT_START for table in tables.values()
    ):
        message = "The baseline lies below the limit at which the drug may be started."
        found.append(Caution(code="started-below-limit", message=message))
    return found


def _day(stated: str) -> dt.date:
    """Of a measurement that was read before."""
    return dt.date.fromisoformat(stated.strip()[:10])


_READ = {
    "label:herceptin-us": ("Trastuzumab, US label, sections 2.2 and 5.1", "read in a mirror of 2013"),
    "label:herceptin-eu": (
        "Trastuzumab, EU product information",
        "read in a mirror and in that of a biosimilar",
    ),
    "nice:TA107": ("NICE TA107, trastuzumab", "as quoted in a formulary"),
    "label:perjeta": ("Pertuzumab, US label", "from memory, unverified"),
    "label:kadcyla-ch": (
        "T-DM1, Swiss information, early disease",
        "LVEF below 45 % read; 45 to 50 % from memory",
    ),
    "label:kadcyla-thailand": ("T-DM1, Thai information", "read: 50 % or more to start, every 3 months"),
    "label:enhertu": (
        "T-DXd, label pages of the metastatic indications",
        "read; the early-disease label was not",
    ),
}

CALCULATOR = Calculator(
    name="cardiac",
    summary="Ejection fraction under HER2-directed drugs: continue, hold, recheck, stop; next echo.",
    inputs=CardiacFacts,
    output=CardiacAssessment,
    compute=assess_heart,
    example="--drug trastuzumab --region US --lvef 2025-02-12=62 --lvef 2025-05-14=51 --lln 55",
    sources=tuple(Source(name, citation, reading) for name, (citation, reading) in _READ.items()),
    explanation="""\
The first measurement by date is the baseline, or that of `--baseline`; falls are counted from it in
percentage points. US and EU rules differ, so **both are computed** and that of `--region` is applied: 62 to
51 % with a lower limit of 55 % holds trastuzumab by the US label and not by the EU text. With `--region UK`
the limit to start is NICE's beside the EU text.

`continue` also stands for *resume after a hold*; `stop` also for the EU text's *strongly consider stopping*:
`says` has the row's own words. With one measurement alone the answer is whether the drug can be started.
Rules over a series take each hold as followed and count its weeks to the next measurement.

**What is not known stays so.** Between 10 and 15 points of fall the US rule of trastuzumab hangs on the
laboratory's lower limit: without `--lln` the action is null. Symptoms that are not stated are named as
missing; the numbers alone are answered. Symptoms that are stated withdraw `continue` where a rule set has no
row for them (trastuzumab by the US label, pertuzumab): its action is null. T-DXd has no fixed interval of
measurements, and no text fixes one after a stop: `next_echo` is null.

The rows of pertuzumab, and those of T-DM1 from 45 to below 50 %, are from memory (*unverified*); the EU texts
of pertuzumab and T-DXd were not read, and the US rows stand in their place, marked so. A fall of exactly 10
points counts as 10, and 45 % under T-DXd belongs to 40-45 % (design decisions). A limit for the metastatic
setting is never used here.""",
)
