"""Options from rules: what forbids a drug, and what must be there before its first dose."""

from __future__ import annotations

import datetime as dt

from neoher.guidance.advice.content import AdviceOption, EvidenceLine, FactUsed
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.advice.starting import Starts, starts_of
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.facts.words import FACT_WORDS, stated_words
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.rule import Rule, Strength, Topic, row_in_words
from neoher.guidance.knowledge.kinds.source import SourceKind
from neoher.guidance.rules.logic import Decision
from neoher.record.conclusion import Step

__all__ = ["drugs_of", "filled", "option_of", "rule_sources"]

_PASSED = {"negative", "not applicable"}
_FOR_EARLY_DISEASE = {
    Topic.SYSTEMIC_BEFORE_SURGERY,
    Topic.UNDER_THERAPY,
    Topic.SURGERY,
    Topic.AXILLA,
    Topic.AFTER_SURGERY,
    Topic.RADIOTHERAPY,
}


def option_of(
    patient: Patient, sheet: Sheet, knowledge: Knowledge, decision: Decision, gathered: Gathered
) -> AdviceOption | None:
    """The option that a rule gives; None where something forbids one of its drugs.

    Parameters: `knowledge`: as of the day. What forbids it, and what it waits for, is gathered.
    """
    rule = decision.rule
    drugs = _drugs(rule, patient)
    why_not = _forbidden(patient, sheet, drugs, gathered)
    # What is being given has passed the limits to start.
    starts = Starts() if why_not or rule.goes_on else starts_of(patient, sheet, drugs, rule.title, gathered)
    if starts.forbidden:
        why_not = f"below the limit to start: {starts.forbidden}"
    if why_not:
        step = Step(step=f"not shown: {rule.title}", rule=why_not, inputs={"rule": rule.id})
        gathered.because.append(step)
        return None
    waits, notes = _waits_for(patient, sheet, rule, drugs, gathered)
    waits = [*starts.waits, *waits, *_distant_disease(sheet, rule)]
    notes = [*starts.notes, *notes]
    strength = rule.strength
    assert strength is not None  # the model of rules holds that of an option
    text = filled(rule, sheet, gathered)
    held = tuple(drug for drug in drugs if drug in gathered.bars)
    if held:
        reasons = "; ".join(f"{drug}: {gathered.bars[drug].why}" for drug in held)
        text = f"On hold now ({reasons}). Once that is over: {text}"
    if decision.region_open:
        places = ", ".join(str(each) for each in rule.regions)
        text = f"Where the rules of {places} apply (no region is stated): {text}"
    several = len(patient.case.cancers) > 1 and patient.cancer is not None
    return AdviceOption(
        rule=rule.id,
        text=text,
        strength=_no_firmer_than_individual(strength) if held or starts.individual else strength,
        sources=rule_sources(rule, knowledge, patient.today),
        would_change=rule.would_change,
        topic=rule.topic,
        regimen=rule.regimen,
        cancer=patient.cancer.id if several and patient.cancer else None,
        not_before=tuple(waits),
        on_hold=held,
        notes=tuple(notes),
        evidence=tuple(_evidence(rule, knowledge)),
        title=rule.title,
        row=row_in_words(decision.row or {}),
        facts=tuple(_facts_used(sheet, decision)),
        since=rule.since,
        verification=str(rule.verification),
        review=str(rule.review),
    )


def _no_firmer_than_individual(strength: Strength) -> Strength:
    """What is on hold, or begins with a weak heart, is no standard for now."""
    return min(strength, Strength.INDIVIDUAL, key=lambda each: each.rank)


def filled(rule: Rule, sheet: Sheet, gathered: Gathered) -> str:
    """The rule's text with the facts that it names; one that is not known says so and is missing."""
    text = rule.text
    for name, read in sheet.items():
        if f"{{{name}}}" not in text:
            continue
        if read.value is None:
            gathered.miss_fact(name, read, rule.title)
        shown = f"{read.value:g}" if isinstance(read.value, float) else str(read.value or "not known")
        text = text.replace(f"{{{name}}}", "not known" if read.value is None else shown)
    return text


def rule_sources(rule: Rule, knowledge: Knowledge, today: dt.date) -> tuple[str, ...]:
    """The rule's sources, then those of its statements that were known on the day.

    A source of a later year is left out; where all are later, all stay.
    """
    known = tuple(each for each in rule.sources if not _is_later(each, knowledge, today))
    statements = [knowledge.statements[name] for name in rule.statements if name in knowledge.statements]
    return tuple(
        dict.fromkeys([*(known or rule.sources), *(source for each in statements for source in each.sources)])
    )


def _is_later(source: str, knowledge: Knowledge, today: dt.date) -> bool:
    found = knowledge.find_source(source)
    # What describes the knowledge itself (design decisions) bears the year of this edition.
    if found is None or found.year is None or found.kind is SourceKind.DESIGN:
        return False
    return found.year > today.year


def _evidence(rule: Rule, knowledge: Knowledge) -> list[EvidenceLine]:
    return [
        EvidenceLine(
            statement=each.id,
            text=each.clinician,
            kind=str(each.kind),
            source_kinds=tuple(
                str(source.kind) if source else "not held"
                for source in (knowledge.find_source(name) for name in each.sources)
            ),
            grade=each.grade,
            since=each.since,
            verification=str(each.verification),
            sources=each.sources,
        )
        for name in rule.statements
        if (each := knowledge.statements.get(name)) is not None
    ]


def _facts_used(sheet: Sheet, decision: Decision) -> list[FactUsed]:
    """The facts of the deciding row, and the region where the rule is for some regions alone."""
    used = dict(decision.used)
    if decision.rule.regions and not decision.region_open:
        used["region"] = sheet["region"]
    return [
        FactUsed(name=name, what=stated_words(name), value=read.value, where=read.paths, assumed=read.assumes)
        for name, read in used.items()
        if read.value is not None
    ]


def _drugs(rule: Rule, patient: Patient) -> tuple[str, ...]:
    if rule.goes_on:
        return tuple(sorted({drug for each in patient.given for drug in each.being_given or ()}))
    return drugs_of(rule.regimen, patient.knowledge) or rule.gives


def drugs_of(regimen: str | None, knowledge: Knowledge) -> tuple[str, ...]:
    """The drugs of a regimen in their order; none where no regimen is named."""
    if regimen is None:
        return ()
    return tuple(dict.fromkeys(part.drug for part in knowledge.regimens[regimen].components))


def _forbidden(patient: Patient, sheet: Sheet, drugs: tuple[str, ...], gathered: Gathered) -> str:
    """Why the option is not shown whatever the limits to start say; empty where nothing forbids it."""
    if not drugs:
        return ""
    if sheet["pregnancy"].value == "positive":
        return "a pregnancy is stated, and its drugs are contraindicated in pregnancy"
    for reason in patient.reasons or ():
        if reason.rules_out(drugs):
            return f"a contraindication is stated: {reason.words}"
    for drug in drugs:
        bar = gathered.bars.get(drug)
        if bar is not None and bar.for_good:
            return f"{drug} is stopped: {bar.why}"
    return ""


def _waits_for(
    patient: Patient, sheet: Sheet, rule: Rule, drugs: tuple[str, ...], gathered: Gathered
) -> tuple[list[str], list[str]]:
    """Tests and answers that are not there yet, and cautions."""
    waits: list[str] = []
    notes: list[str] = []
    if not drugs:
        return waits, notes
    waits += [f"the hold of {drug} is over" for drug in drugs if drug in gathered.bars]
    if patient.reasons is None:
        gathered.miss("contraindications", "contraindications, or `none`", rule.title)
    for reason in patient.reasons or ():
        for path in reason.open_fields:
            gathered.miss(path, f"what {reason.words} is and speaks against", rule.title)
        carried = [drug for drug in drugs if drug in reason.against.open_drugs]
        waits += [
            f"whether the reason against chemotherapy ({reason.words}) means {drug}" for drug in carried
        ]
    # What is being given waits for no test before its first dose.
    for name in () if rule.goes_on else ("hepatitis_b", "pregnancy"):
        read = sheet[name]
        if read.value is None or read.value == "pending":
            waits.append(FACT_WORDS[name])
            gathered.miss_fact(name, read, rule.title)
        elif name == "hepatitis_b" and read.value not in _PASSED:
            notes.append("Hepatitis B is positive: see the alert.")
    return waits, notes


def _distant_disease(sheet: Sheet, rule: Rule) -> list[str]:
    """What an option for early disease waits for where an exam, and not M1, states distant disease."""
    if rule.topic not in _FOR_EARLY_DISEASE or sheet["metastases_on_imaging"].value != "present":
        return []
    return ["distant disease on imaging settled by tissue"]
