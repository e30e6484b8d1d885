"""Options from rules: what forbids a drug, and what must be there before its first dose."""

from __future__ import annotations

from neoher.guidance.advice.content import AdviceOption, EvidenceLine, FactUsed
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.advice.heart import may_start
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.facts.treatments import ANTHRACYCLINES, HER2_DRUGS, drug_named
from neoher.guidance.facts.words import FACT_WORDS, stated_words
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.rule import Rule, Strength, row_in_words
from neoher.guidance.rules.logic import Decision
from neoher.record.conclusion import Step

__all__ = ["filled", "option_of", "rule_sources"]

_PASSED = {"negative", "not applicable"}


def option_of(
    patient: Patient, sheet: Sheet, knowledge: Knowledge, decision: Decision, gathered: Gathered
) -> AdviceOption | None:
    """The option that a rule gives; None where something forbids one of its drugs.

    Parameters: `knowledge`: as of the day. What forbids it, and what it waits for, is gathered.
    """
    rule = decision.rule
    drugs = _drugs(rule, patient)
    why_not = _forbidden(patient, sheet, rule, drugs, gathered)
    if why_not:
        step = Step(step=f"not shown: {rule.title}", rule=why_not, inputs={"rule": rule.id})
        gathered.because.append(step)
        return None
    waits, notes = _waits_for(patient, sheet, rule, drugs, gathered)
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
        strength=_no_firmer_than_individual(strength) if held else strength,
        sources=rule_sources(rule, knowledge),
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
    """What is on hold is no standard for now."""
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


def rule_sources(rule: Rule, knowledge: Knowledge) -> tuple[str, ...]:
    """The rule's sources, then those of its statements that were known on the day."""
    statements = [knowledge.statements[name] for name in rule.statements if name in knowledge.statements]
    return tuple(dict.fromkeys([*rule.sources, *(source for each in statements for source in each.sources)]))


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
    if rule.regimen is None:
        return rule.gives
    components = patient.knowledge.regimens[rule.regimen].components
    return tuple(dict.fromkeys(part.drug for part in components))


def _forbidden(patient: Patient, sheet: Sheet, rule: Rule, drugs: tuple[str, ...], gathered: Gathered) -> str:
    """Why the option is not shown; empty where nothing forbids it."""
    if not drugs:
        return ""
    if sheet["pregnancy"].value == "positive":
        return "a pregnancy is stated, and its drugs are contraindicated in pregnancy"
    against = _contraindicated(patient, drugs, gathered, rule)
    if against:
        return f"a contraindication is stated: {against}"
    for drug in drugs:
        bar = gathered.bars.get(drug)
        if bar is not None and bar.for_good:
            return f"{drug} is stopped: {bar.why}"
    for drug in drugs:
        if drug not in HER2_DRUGS or _had(sheet, drug):
            continue
        verdict = may_start(patient, sheet, drug, after_anthracycline=_after_anthracycline(sheet, drugs))
        if verdict.forbidden:
            gathered.below_start[drug] = verdict
            gathered.miss_fact("region", sheet["region"], rule.title) if sheet[
                "region"
            ].value is None else None
            return f"below the limit to start: {verdict.forbidden}"
    return ""


def _contraindicated(patient: Patient, drugs: tuple[str, ...], gathered: Gathered, rule: Rule) -> str:
    stated = patient.case.contraindications
    if stated is None:
        gathered.miss("contraindications", "contraindications, or `none`", rule.title)
        return ""
    for position, each in enumerate(stated if isinstance(stated, tuple) else ()):
        if each.against is None:
            path = f"contraindications[{position}].against"
            gathered.miss(path, f"what {each.kind or 'the reason'} speaks against", rule.title)
        elif drug_named(each.against, patient.knowledge) in drugs:
            return f"{each.kind or 'a reason'} against {each.against}"
    return ""


def _had(sheet: Sheet, drug: str) -> bool:
    """Whether the drug was begun before: its limit to start is passed."""
    names = {"trastuzumab": "trastuzumab", "pertuzumab": "pertuzumab", "T-DM1": "tdm1", "T-DXd": "tdxd"}
    name = names[drug]
    return sheet[f"had_{name}"].value is True or sheet[f"now_{name}"].value is True


def _after_anthracycline(sheet: Sheet, drugs: tuple[str, ...]) -> bool | None:
    """Whether the antibodies of the regimen come after an anthracycline, of the regimen or before it."""
    if ANTHRACYCLINES & set(drugs):
        return True
    had = sheet["had_anthracycline"].value
    return None if had is None else had is True


def _waits_for(
    patient: Patient, sheet: Sheet, rule: Rule, drugs: tuple[str, ...], gathered: Gathered
) -> tuple[list[str], list[str]]:
    """Tests that are not there yet, and cautions."""
    waits: list[str] = []
    notes: list[str] = []
    for drug in drugs:
        bar = gathered.bars.get(drug)
        if bar is not None:
            waits.append(f"the hold of {drug} is over")
    directed = [drug for drug in drugs if drug in HER2_DRUGS]
    if directed and not rule.goes_on:
        if sheet["lvef"].value is None:
            waits.append("LVEF")
            gathered.miss_fact("lvef", sheet["lvef"], rule.title)
        for drug in directed:
            if _had(sheet, drug):
                continue
            verdict = may_start(patient, sheet, drug, after_anthracycline=_after_anthracycline(sheet, drugs))
            if verdict.open_on:
                waits.append(f"the limit of LVEF to start {drug}")
                gathered.miss_fact("had_anthracycline", sheet["had_anthracycline"], rule.title)
            if verdict.caution:
                notes.append(verdict.caution)
                if sheet["region"].value is None:
                    gathered.miss_fact("region", sheet["region"], rule.title)
    # What is being given waits for no test before its first dose.
    for name in ("hepatitis_b", "pregnancy") if drugs and not rule.goes_on else ():
        read = sheet[name]
        if read.value is None or read.value == "pending":
            waits.append(FACT_WORDS[name])
            gathered.miss_fact(name, read, rule.title)
        elif name == "hepatitis_b" and read.value not in _PASSED:
            notes.append("Hepatitis B is positive: see the alert.")
    return waits, list(dict.fromkeys(notes))
