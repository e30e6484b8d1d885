"""What a record says of the facts by which published rates are given."""

from __future__ import annotations

import re
from collections.abc import Iterable

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.her2.facts import Her2Status, Spectrum
from neoher.pathology.receptors import ReceptorFacts, receptors
from neoher.pathology.recorded import her2_facts
from neoher.record.case import Case
from neoher.record.exam import MrExam
from neoher.record.finding import FindingState
from neoher.record.lesion import LesionKind
from neoher.record.specimen import Specimen
from neoher.record.treatment import Setting
from neoher.response.outlook.facts import OutlookFacts

__all__ = ["outlook_facts"]

_REGIMENS = {
    "tchp": "TCHP",
    "tcbhp": "TCHP",
    "thp": "THP",
    "th": "TH",
    "hp": "HP",
    "nabphp": "nabPHP",
    "ptcptz": "PTC_Ptz",
    "acthp": None,
    "ddacthp": "ddAC_THP",
    "fecthp": "FEC_THP",
    "tdxdthp": "TDXd_THP",
}
_LABELS = {
    Spectrum.THREE_PLUS: "3+",
    Spectrum.TWO_PLUS_ISH_POSITIVE: "2+/ISH+",
    Spectrum.ISH_POSITIVE: "ISH+",
}


def outlook_facts(case: Case) -> OutlookFacts:
    """The facts of the record's only cancer before therapy; a record of two cancers gives none.

    HER2, receptors and PIK3CA are those of its biopsies before the first dose where they agree; what two
    biopsies state differently is left out. Imaging is the last MRI before surgery: complete where every
    primary lesion is stated as absent.
    """
    if len(case.cancers) > 1:
        return OutlookFacts()
    biopsies = _before_therapy(case)
    return OutlookFacts.model_validate(
        {
            "her2": None if (her2 := _only(_her2(each) for each in biopsies)) == "negative" else her2,
            "hr": _only(_hormone_receptors(each) for each in biopsies),
            "pik3ca": _only(each.pik3ca for each in biopsies),
            "regimen": _regimen(case),
            "imaging": _imaging(case),
        }
    )


def _only(stated: Iterable[str | None]) -> str | None:
    """The one value that is stated; None where there is none, or two."""
    values = {each for each in stated if each is not None}
    return values.pop() if len(values) == 1 else None


def _before_therapy(case: Case) -> list[Specimen]:
    given = [each for each in case.treatment if each.setting is not Setting.ADJUVANT]
    starts = [each.start for each in given if each.start is not None]
    if given and not starts:
        # With treatment of unknown days nobody can tell before from during.
        return []
    return [
        each
        for each in case.specimens
        if each.malignant != "no"
        and each.date is not None
        and (not starts or each.date <= min(starts))
        and (
            not each.lesion
            or (lesion := case.lesion(each.lesion)) is None
            or lesion.kind is LesionKind.PRIMARY
        )
    ]


def _her2(specimen: Specimen) -> str | None:
    if specimen.her2 is None:
        return None
    try:
        value = HER2.compute(her2_facts(specimen.her2)).value
    except InputError:
        # The report names the contradiction where HER2 itself is concluded.
        return None
    if value is None or value.status is not Her2Status.POSITIVE:
        return None if value is None else "negative"
    return "positive" if value.spectrum is None else _LABELS[value.spectrum]


def _hormone_receptors(specimen: Specimen) -> str | None:
    facts = ReceptorFacts(er_percent=specimen.er_percent, pr_percent=specimen.pr_percent)
    value = receptors(facts).value
    return None if value is None or value.hormone_receptor is None else str(value.hormone_receptor)


def _regimen(case: Case) -> str | None:
    named = [
        _REGIMENS.get(re.sub(r"[^a-z0-9]", "", each.regimen.lower()))
        for each in case.treatment
        if each.regimen is not None and each.setting is not Setting.ADJUVANT
    ]
    return named[0] if len(named) == 1 else None


def _imaging(case: Case) -> str | None:
    """Complete or residual by the last MRI before surgery and after the first dose."""
    operations = [each.date for each in case.surgery if each.date is not None]
    starts = [each.start for each in case.treatment if each.start is not None]
    primaries = {each.id for each in case.lesions if each.kind in {LesionKind.PRIMARY, LesionKind.SATELLITE}}
    exams = [
        exam
        for exam in case.exams
        if isinstance(exam, MrExam)
        and exam.date is not None
        and starts
        and exam.date > min(starts)
        and (not operations or exam.date <= min(operations))
    ]
    if not exams or not primaries:
        return None
    last = max(exams, key=lambda exam: exam.date or min(starts))
    states = {each.lesion: each.finding for each in last.findings if each.lesion in primaries}
    sizes = [each.longest_mm for each in last.findings if each.lesion in primaries and each.longest_mm]
    if sizes or FindingState.MEASURED in states.values() or FindingState.TOO_SMALL in states.values():
        return "residual"
    gone = set(states) == primaries and set(states.values()) == {FindingState.ABSENT}
    return "complete" if gone else None
