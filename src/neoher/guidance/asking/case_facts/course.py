"""Course of the record: stage, therapy, events, who she is, what came after."""

from __future__ import annotations

from neoher.guidance.asking.case_facts.plainly import day_plainly
from neoher.guidance.asking.case_facts.told import Asked, Told, day, entry_of
from neoher.record.conclusion import Caution

__all__ = ["tell_outcome", "tell_person", "tell_safety", "tell_stage", "tell_therapy"]

_LONG_AGO_DAYS = 366


def tell_stage(asked: Asked) -> Told:
    """The clinical categories before therapy, and those of restaging where stated."""
    told = Told()
    for cancer in asked.case.cancers:
        stage = cancer.stage
        stated = (("cT", stage.T), ("cN", stage.N), ("cM", stage.M)) if stage else ()
        parts = [f"{name}{value}" for name, value in stated if value is not None]
        if parts:
            told.say(
                f"Clinical stage of cancer {cancer.id}: {' '.join(parts)}",
                f"cancers[{cancer.id}].stage",
                plain=f"Before treatment the cancer was classed as {' '.join(parts)}: tumour, lymph nodes, "
                "spread.",
            )
        else:
            told.miss(f"cancers[{cancer.id}].stage")
    for position, restaging in enumerate(asked.case.restaging):
        found = [
            f"{name}{value}"
            for name, value in (("ycT", restaging.ycT), ("ycN", restaging.ycN))
            if value is not None
        ]
        if found:
            told.say(f"Restaged on {day(restaging.date)}: {' '.join(found)}", entry_of("restaging", position))
    if not told.lines and not told.missing:
        told.miss("cancers[].stage")
    return told


def tell_therapy(asked: Asked) -> Told:
    """Every treatment: regimen or drugs, dates, cycles given and planned, why it ended."""
    told = Told()
    for position, each in enumerate(asked.case.treatment):
        parts = [each.regimen or ", ".join(each.drugs) or "drugs not stated"]
        if each.setting:
            parts.append(str(each.setting))
        parts.append(f"from {day(each.start)}" + (f" to {day(each.end)}" if each.end else ""))
        if each.cycles is not None:
            planned = f" of {each.cycles_planned} planned" if each.cycles_planned is not None else ""
            parts.append(f"{each.cycles} cycles given{planned}")
        else:
            told.miss(f"{entry_of('treatment', position)}.cycles")
        if each.ended_because:
            parts.append(f"ended: {each.ended_because}")
        told.say(
            "Therapy: " + "; ".join(parts),
            entry_of("treatment", position),
            plain=f"Treatment: {parts[0]}, begun on {day_plainly(each.start)}"
            + (f", ended on {day_plainly(each.end)}" if each.end else "")
            + (f"; {each.cycles} rounds given" if each.cycles is not None else "")
            + (f" of {each.cycles_planned} planned" if each.cycles_planned is not None else "")
            + ".",
        )
    if not told.lines:
        told.miss("treatment")
    return told


def tell_safety(asked: Asked) -> Told:
    """Tests before therapy, adverse events, contraindications: those that are asked for."""
    told = Told()
    tests = asked.case.baseline_tests
    for words, label, value, path in (
        (("hepatitis", "hep b", "hbv", "hbsag"), "Hepatitis B", tests and tests.hepatitis_b, "hepatitis_b"),
        (("pregnan",), "Pregnancy test", tests and tests.pregnancy, "pregnancy"),
    ):
        if asked.says(*words):
            if value is None:
                told.miss(f"baseline_tests.{path}")
            else:
                told.say(f"{label}: {value}", f"baseline_tests.{path}")
    if asked.says("adverse", "side effect", "toxicit", "ild", "pneumonitis", "diarrh", "neuropath"):
        _tell_events(asked, told)
    if asked.says("contraindic", "allerg", "pacemaker"):
        stated = asked.case.contraindications
        if stated is None:
            told.miss("contraindications")
        elif isinstance(stated, tuple):
            for position, reason in enumerate(stated):
                against = f" against {reason.against}" if reason.against else ""
                told.say(
                    f"Contraindication: {reason.kind or 'kind not stated'}{against}",
                    entry_of("contraindications", position),
                )
        else:
            told.say("Contraindications: none, as stated", "contraindications")
    return told


def _tell_events(asked: Asked, told: Told) -> None:
    stated = asked.case.adverse_events
    if stated is None:
        told.miss("adverse_events")
    elif isinstance(stated, tuple):
        for position, event in enumerate(stated):
            grade = f", grade {event.grade}" if event.grade is not None else ""
            drug = f", {event.drug}" if event.drug else ""
            told.say(
                f"Adverse event: {event.kind or 'kind not stated'}{grade}{drug}, {day(event.date)}",
                entry_of("adverse_events", position),
                plain=f"Side effect: {event.kind or 'kind not written down'}{grade}{drug}, "
                f"{day_plainly(event.date)}.",
            )
    else:
        told.say(
            "Adverse events: none, as stated", "adverse_events", plain="Side effects: none, as written down."
        )


def tell_person(asked: Asked) -> Told:
    """Year of birth, menopause, sex, region: what is asked for."""
    told = Told()
    person = asked.case.patient
    for words, label, value, path in (
        (("old", "age", "born", "birth"), "Born", person.birth_year, "birth_year"),
        (("menopaus",), "Menopause", person.menopause, "menopause"),
        (("region", "country"), "Region", person.region, "region"),
    ):
        if asked.says(*words):
            if value is None:
                told.miss(f"patient.{path}")
            else:
                told.say(f"{label}: {value}", f"patient.{path}")
    return told


def tell_outcome(asked: Asked) -> Told:
    """When she was last seen, how, and what came after therapy."""
    told = Told()
    outcome = asked.case.outcome
    if outcome is None:
        told.miss("outcome")
        return told
    if outcome.last_seen or outcome.status:
        told.say(f"Last seen {day(outcome.last_seen)}: {outcome.status or 'status not stated'}", "outcome")
    if outcome.events is None:
        told.miss("outcome.events")
    elif isinstance(outcome.events, tuple):
        for position, event in enumerate(outcome.events):
            told.say(
                f"{event.kind or 'event'}, {day(event.date)}" + (f", {event.site}" if event.site else ""),
                entry_of("outcome.events", position),
            )
    else:
        told.say("Events after therapy: none, as stated", "outcome.events")
    if outcome.last_seen and (asked.today - outcome.last_seen).days > _LONG_AGO_DAYS:
        told.warnings.append(
            Caution(
                code="last-seen-long-ago", message=f"Last seen {day(outcome.last_seen)}, over a year ago."
            )
        )
    return told
