"""The year of the record: HER2-directed cycles so far and left, days since the last dose."""

from __future__ import annotations

from collections.abc import Iterable

from neoher.guidance.asking.case_facts.told import Asked, Told
from neoher.guidance.facts.course import YEAR_CYCLES, course_facts
from neoher.guidance.facts.fact import Read
from neoher.guidance.facts.reading import cancers_of, facts_of
from neoher.guidance.facts.treatments import HER2_DRUGS, Given
from neoher.record.conclusion import Caution

__all__ = ["tell_cycles_left", "tell_last_dose"]

_CONJUGATES = {"T-DM1", "T-DXd"}
_OWN_COUNT = (
    "After residual disease T-DM1 or T-DXd has 14 cycles of its own, whatever was given before; the 18 "
    "cycles of the year do not count them. `neoher advise` gives the options."
)


def tell_cycles_left(asked: Asked) -> Told:
    """HER2-directed cycles so far and left of the 18 that make the year, as the record counts them.

    Cycles of T-DM1 or T-DXd after surgery have a number of their own: that is said, none is subtracted.
    """
    told = Told()
    for patient in cancers_of(asked.case, asked.knowledge, asked.today)[:1]:
        facts = course_facts(patient)
        given, left = facts["her2_cycles"], facts["her2_cycles_left"]
        conjugate_after = any(
            each.drugs and each.drugs & _CONJUGATES and each not in patient.before_surgery
            for each in patient.given
        )
        for each in patient.given:
            stated, planned = each.treatment.cycles, each.treatment.cycles_planned
            if stated is not None and planned is not None and not each.ended and stated < planned:
                told.say(
                    f"{each.treatment.regimen or ', '.join(each.treatment.drugs)}: {stated} of {planned} "
                    f"planned cycles given, {planned - stated} left of this therapy",
                    each.path,
                    plain=f"Of {planned} planned rounds of {each.treatment.regimen or 'this treatment'} "
                    f"{stated} were given; {planned - stated} are left.",
                )
        residual = facts_of(patient)["pcr"].value is False
        if conjugate_after or residual:
            told.warnings.append(Caution(code="counted-on-its-own", message=_OWN_COUNT))
        if not conjugate_after and isinstance(given.value, float) and isinstance(left.value, float):
            told.say(
                f"HER2-directed therapy: {given.value:g} cycles recorded, {left.value:g} left of the "
                f"{YEAR_CYCLES} that make the year",
                *given.paths,
                plain=f"HER2 treatment: {given.value:g} rounds are written down; {left.value:g} are left of "
                f"the {YEAR_CYCLES} rounds of one year.",
            )
            told.miss(*given.assumes)
        elif not conjugate_after:
            told.miss(*left.paths)
    return told


def tell_last_dose(asked: Asked) -> Told:
    """Days from the last recorded dose of any therapy to the day of asking."""
    told = Told()
    for patient in cancers_of(asked.case, asked.knowledge, asked.today)[:1]:
        latest = [each for each in patient.given if each.last_dose is not None]
        if latest and all(each.last_dose is not None for each in patient.given):
            last = max(latest, key=lambda each: str(each.last_dose))
            assert last.last_dose is not None
            days = (asked.today - last.last_dose).days
            what = "HER2-directed" if last.drugs and last.drugs & HER2_DRUGS else "systemic"
            told.say(
                f"Last {what} dose: {last.last_dose.isoformat()}, {days} days before {asked.today}",
                last.path,
                plain=f"The last dose that is written down was {days} days ago.",
            )
        else:
            told.miss(*_undated(course_facts(patient)["days_since_last_dose"], patient.given))
    return told


def _undated(read: Read, given: Iterable[Given]) -> tuple[str, ...]:
    """Where the day of the last dose would stand."""
    ends = [f"{each.path}.end" for each in given if each.last_dose is None]
    return tuple(ends) or read.paths
