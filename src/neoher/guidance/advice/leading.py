"""Several HER2-positive cancers: one patient has one systemic therapy, led by the cancer of higher risk."""

from __future__ import annotations

from dataclasses import dataclass

from neoher.guidance.advice.content import AdviceOption, Alert
from neoher.guidance.advice.gathering import Gathered
from neoher.guidance.facts.course import BEFORE_THERAPY
from neoher.guidance.facts.fact import Patient, Sheet
from neoher.guidance.knowledge.kinds.rule import Severity, Strength, Topic
from neoher.record.conclusion import Step

__all__ = ["one_systemic_therapy"]

_SYSTEMIC = {Topic.SYSTEMIC_BEFORE_SURGERY, Topic.UNDER_THERAPY, Topic.AFTER_SURGERY}
_SURGERY_FIRST = "surgery-first"
_TUMOUR = ("0", "is", "1mi", "1a", "1b", "1c", "1", "2", "3", "4")
_DECIDES = "which of several HER2-positive cancers leads the systemic therapy"


@dataclass(frozen=True, slots=True)
class _Risk:
    """How far a cancer decides on systemic therapy: what is left after therapy, then nodes, then tumour."""

    cancer: str
    left: int
    """2: residual disease of high risk (inoperable at presentation, or ypN+); 1: other residual disease."""
    nodes: int
    tumour: int
    words: str
    open_facts: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int]:
        return self.left, self.nodes, self.tumour


def one_systemic_therapy(patients: tuple[Patient, ...], sheets: list[Sheet], gathered: Gathered) -> None:
    """Take out the systemic options of HER2-positive cancers that do not lead, and say which one does.

    Where a fact is missing without which nobody can tell which leads, each keeps its options, marked.
    The order is ours (design decision): high-risk residual disease, residual disease, nodes, tumour.
    """
    risks = [
        (patient.cancer.id, _risk(patient.cancer.id, sheet), sheet)
        for patient, sheet in zip(patients, sheets, strict=True)
        if patient.cancer is not None and sheet["her2"].value == "positive"
    ]
    if len(risks) < 2:
        return
    names = [name for name, _, _ in risks]
    open_ones = [(risk, sheet) for _, risk, sheet in risks if risk.open_facts]
    for risk, sheet in open_ones:
        for fact in risk.open_facts:
            gathered.miss_fact(fact, sheet[fact], _DECIDES)
    highest = max(risk.rank for _, risk, _ in risks)
    leading = [risk for _, risk, _ in risks if risk.rank == highest]
    undecided = bool(open_ones)
    if not undecided:
        kept = {risk.cancer for risk in leading}
        following = {name for name in names if name not in kept}
        shown = [each for each in gathered.options if not (_is_systemic(each) and each.cancer in following)]
        gathered.options = [
            _following(each, leading[0]) if each.cancer in following else each for each in shown
        ]
        gathered.options = _each_once(gathered.options, names)
    _say(names, leading, gathered, undecided=undecided)


def _is_systemic(option: AdviceOption) -> bool:
    return option.topic in _SYSTEMIC


def _following(option: AdviceOption, leading: _Risk) -> AdviceOption:
    """Surgery first of a cancer that does not lead: marked, for the other cancer decides what comes first."""
    if option.rule != _SURGERY_FIRST:
        return option
    note = (
        f"{leading.cancer} leads the systemic therapy: whether it comes before this surgery is decided there."
    )
    firmest = min(option.strength, Strength.INDIVIDUAL, key=lambda each: each.rank)
    return option.model_copy(update={"strength": firmest, "notes": (*option.notes, note)})


def _each_once(options: list[AdviceOption], names: list[str]) -> list[AdviceOption]:
    """Two cancers of one risk have the same therapy: it is shown once."""
    seen: set[str] = set()
    found = []
    for each in options:
        if _is_systemic(each) and each.cancer in names:
            if each.rule in seen:
                continue
            seen.add(each.rule)
        found.append(each)
    return found


def _risk(cancer: str, sheet: Sheet) -> _Risk:
    before = sheet["phase"].value == BEFORE_THERAPY
    asked = ["ct", "cn"]
    left, words = 0, []
    if sheet["phase"].value == "after surgery" and not before:
        asked.append("pcr")
        if sheet["pcr"].value is False:
            asked.append("ypn")
            high = sheet["inoperable_at_presentation"].value is True or sheet["ypn"].value in {
                "positive",
                "micrometastasis",
            }
            left = 2 if high else 1
            words.append("residual disease of high risk" if high else "residual disease")
        elif sheet["pcr"].value is True:
            words.append("complete response")
    tumour, nodes = sheet["ct"].value, sheet["cn"].value
    words.append(f"cT{tumour} cN{nodes}")
    open_facts = tuple(name for name in asked if sheet[name].value is None)
    return _Risk(
        cancer,
        left,
        int(nodes) if isinstance(nodes, str) and nodes.isdigit() else 0,
        _TUMOUR.index(tumour) if isinstance(tumour, str) and tumour in _TUMOUR else 0,
        ", ".join(words),
        open_facts,
    )


def _say(names: list[str], leading: list[_Risk], gathered: Gathered, *, undecided: bool) -> None:
    head = f"{len(names)} HER2-positive cancers ({', '.join(names)}): one patient has one systemic therapy."
    if undecided:
        text = (
            f"{head} Which of them leads it cannot be said before what is missing is stated: the options "
            "shown are alternatives, never to be added up."
        )
    else:
        who = " and ".join(f"{each.cancer} ({each.words})" for each in leading)
        others = [name for name in names if name not in {each.cancer for each in leading}]
        text = f"{head} The cancer of higher risk leads it: {who}."
        if others:
            text += f" Options of systemic therapy for {' and '.join(others)} alone are not shown."
    gathered.alerts.append(
        Alert(
            code="one-systemic-therapy",
            text=text,
            severity=Severity.ACT,
            rule="the order is high-risk residual disease, residual disease, nodes, tumour (design decision)",
            numbers={"cancers": ", ".join(names)},
            sources=("neoher:design",),
            verification="design decision",
        )
    )
    gathered.because.append(
        Step(
            step=text,
            rule="one systemic therapy for one patient (neoher:design)",
            inputs={each.cancer: each.words for each in leading},
        )
    )
