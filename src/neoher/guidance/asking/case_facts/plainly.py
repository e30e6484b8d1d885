"""Plainly: facts of the record and concluded values in words for the patient herself."""

from __future__ import annotations

import datetime as dt

from neoher.pathology.complete_response import CompleteResponse
from neoher.pathology.her2.facts import Her2Assessment, Her2Status
from neoher.pathology.receptors import Receptors, ReceptorStatus
from neoher.pathology.residual_burden.facts import ResidualBurden, ResidualBurdenClass
from neoher.record.exam import Modality
from neoher.response.specimen.facts import Agreement, ExamAgainstSpecimen

__all__ = [
    "burden_plainly",
    "comparison_plainly",
    "complete_response_plainly",
    "day_plainly",
    "her2_plainly",
    "modality_plainly",
    "receptors_plainly",
]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SCANS = {
    Modality.MR: "MRI scan",
    Modality.MG: "mammogram",
    Modality.US: "ultrasound scan",
    Modality.PT: "PET scan",
    Modality.CT: "CT scan",
}
_BURDEN = {
    ResidualBurdenClass.ZERO: "no invasive cancer was left",
    ResidualBurdenClass.I: "very little cancer was left",
    ResidualBurdenClass.II: "some cancer was left",
    ResidualBurdenClass.III: "much cancer was left",
}
_HER2 = {
    Her2Status.POSITIVE: "The cancer is HER2-positive: its cells carry much HER2",
    Her2Status.NEGATIVE: "This sample is HER2-negative: its cells carry little or no HER2",
    Her2Status.EQUIVOCAL: "The HER2 result is not clear yet: a further test is still to be done",
    Her2Status.INDETERMINATE: "The HER2 result is not clear: experts have to look at it again",
}
_HORMONES = {
    ReceptorStatus.POSITIVE: "The cancer has hormone receptors: hormones can make it grow",
    ReceptorStatus.LOW_POSITIVE: "The cancer has few hormone receptors: it counts as weakly positive",
    ReceptorStatus.NEGATIVE: "The cancer has no hormone receptors",
}


def day_plainly(date: dt.date | None) -> str:
    """A date as it is said; said to be not known where it is not."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}" if date else "a day that is not written down"


def modality_plainly(modality: Modality | None, *, first: bool = False) -> str:
    """What an exam is called in plain words; `first`: at the beginning of a sentence."""
    name = _SCANS.get(modality, "scan") if modality else "scan"
    return f"{name[0].upper()}{name[1:]}" if first else name


def burden_plainly(value: ResidualBurden) -> str:
    """Residual cancer burden for the patient: the class, what it means, and that the score is no forecast."""
    return (
        f"At surgery {_BURDEN[value.burden_class]}. The score for it, the residual cancer burden, is "
        f"{value.score:.1f}: class {value.burden_class} of 0, I, II, III. It does not say what will happen "
        "to one person."
    )


def complete_response_plainly(value: CompleteResponse) -> str:
    """Complete response for the patient, by the definition that looks at breast and lymph nodes."""
    if value.breast_and_nodes is None:
        return "The record does not say enough to tell whether cancer was left in breast and lymph nodes."
    if value.breast_and_nodes:
        return (
            "No invasive cancer was found at surgery, neither in the breast nor in the lymph nodes. "
            "Doctors call this a complete response."
        )
    where = "in the lymph nodes, not in the breast" if value.breast else "at surgery"
    return f"Some cancer was still found {where}. It was not a complete response."


def her2_plainly(value: Her2Assessment) -> str:
    """HER2 for the patient."""
    return f"{_HER2[value.status]}."


def receptors_plainly(value: Receptors) -> str:
    """Hormone receptors for the patient."""
    if value.hormone_receptor is None:
        return "The record does not say enough to tell whether the cancer has hormone receptors."
    return f"{_HORMONES[value.hormone_receptor]}."


def comparison_plainly(value: ExamAgainstSpecimen, modality: Modality | None) -> str:
    """An exam against the specimen for the patient."""
    scan = modality_plainly(modality)
    if value.false_negative:
        return f"The {scan} showed no cancer, but some was found at surgery."
    if value.false_positive:
        return f"The {scan} still showed something, but no invasive cancer was found at surgery."
    error = value.error_invasive_mm
    if error is None or value.agreement_invasive is None:
        return f"The {scan} cannot be compared with what surgery found: a size is missing."
    if value.agreement_invasive is Agreement.CONCORDANT:
        return f"The {scan} and surgery found about the same size (within {abs(error):g} mm)."
    size = "larger" if value.agreement_invasive is Agreement.OVER else "smaller"
    return f"The {scan} showed the cancer {abs(error):g} mm {size} than it was found at surgery."
