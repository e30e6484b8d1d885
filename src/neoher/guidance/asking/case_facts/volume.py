"""Functional tumour volume of the record: reported and measured, with its change from the first visit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from neoher.errors import InputError
from neoher.guidance.asking.case_facts.plainly import day_plainly
from neoher.guidance.asking.case_facts.told import Asked, Told, day
from neoher.record.finding import MrFinding
from neoher.response.functional_volume import EnhancementVisit, VolumeChange, functional_volume_course

__all__ = ["tell_volume"]

_QUANTITY = "functional_tumour_volume"
_ORDINAL = re.compile(r"\bv(?:isit)?\s?([1-9])\b")
_REPORTED = "as reported"


def tell_volume(asked: Asked) -> Told:
    """Functional tumour volume (cc) at every visit, or at those asked for, and its change from the first.

    `v1`, `v2` … are the visits in the order of their dates, unless the record calls a visit so.
    """
    told = Told()
    by_lesion: dict[tuple[str, str], list[EnhancementVisit]] = {}
    for lesion, where, visit in _visits(asked):
        by_lesion.setdefault((lesion, where), []).append(visit)
    for (lesion, where), visits in by_lesion.items():
        _tell_course(asked, told, lesion, where, visits)
    if not told.lines and not told.warnings:
        told.miss("exams[].findings[].functional_tumour_volume_cc")
    return told


def _visits(asked: Asked) -> Iterator[tuple[str, str, EnhancementVisit]]:
    for exam in asked.case.exams:
        for finding in exam.findings:
            value = finding.functional_tumour_volume_cc if isinstance(finding, MrFinding) else None
            if finding.lesion and value is not None:
                name = exam.visit or exam.id
                yield finding.lesion, "exams", EnhancementVisit(name, exam.date, value, platform=_REPORTED)
    for entry in asked.measurements.entries if asked.measurements else ():
        quantity = entry.quantity(_QUANTITY)
        if quantity is None or quantity.value is None or (entry.date and entry.date > asked.today):
            continue
        lesion = entry.lesion or "all of the region"
        platform = f"{entry.method} {sorted(entry.parameters.items())}"
        visit = EnhancementVisit(entry.visit or entry.exam, entry.date, quantity.value, platform=platform)
        yield lesion, "measurements", visit


def _tell_course(asked: Asked, told: Told, lesion: str, where: str, visits: list[EnhancementVisit]) -> None:
    ordered = sorted(visits, key=lambda each: (each.date or dt.date.max, each.visit))
    wanted = _wanted(asked.text, [each.visit for each in ordered])
    changes: dict[str, VolumeChange] = {}
    try:
        conclusion = functional_volume_course(ordered)
    except InputError as error:
        told.contradict(f"Functional tumour volume of {lesion}", where, error)
        return
    changes = {each.visit: each for each in conclusion.value or ()}
    how = "as reported" if where == "exams" else "measured and stored in measurements.json"
    for each in ordered:
        if wanted and each.visit not in wanted:
            continue
        change = changes[each.visit].change if each.visit in changes else None
        percent = change.percent if change else None
        moved = "" if percent is None else f", {percent:+.1f} % from {ordered[0].visit}"
        volume = "not known" if each.volume_cc is None else f"{each.volume_cc:.3g} cm3"
        told.say(
            f"Functional tumour volume of {lesion}, {each.visit}, {day(each.date)}: {volume}{moved} ({how})",
            where,
            sources=conclusion.sources,
            plain=f"MRI of {day_plainly(each.date)}: active tumour {volume}{_plainly(percent)}.",
        )
    told.because += conclusion.because
    told.warnings += [each for each in conclusion.warnings if each not in told.warnings]


def _plainly(percent: float | None) -> str:
    if percent is None:
        return ""
    return f", {abs(percent):.0f} % {'less' if percent < 0 else 'more'} than on the first MRI"


def _wanted(text: str, names: list[str]) -> set[str]:
    """The visits that the question names, by their label or by their place."""
    named = {name for name in names if re.search(rf"\b{re.escape(name.lower())}\b", text)}
    if named:
        return named
    places = (int(place) for place in _ORDINAL.findall(text))
    return {names[place - 1] for place in places if place <= len(names)}
