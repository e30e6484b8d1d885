"""What is asked for by name and is not there: the reason, in the place of an unknown command."""

from __future__ import annotations

import re

from neoher.errors import InputError

__all__ = ["refuse_what_is_not_held"]

_NO_SOURCE = "no verified source of its items and weights is held, so nothing is computed."
_INSTEAD = "What is there: neoher --help; CPS+EG and Neo-Bioscore: neoher bioscore."
_REASONS = {
    r"(her2)?event": f"HER2-EveNT is not there: {_NO_SOURCE}",
    r"iris": f"IRIS is not there: {_NO_SOURCE}",
    r"predict(v?\d*|breast|nhs)?": (
        "PREDICT is not there: it was made for patients who had surgery first, and the benefit it gives "
        "for HER2 is that of trastuzumab alone."
    ),
    r"cts5": (
        "CTS5 is not there: it was made for ER-positive cancer after five years of endocrine therapy and "
        "is not validated for HER2-positive cancer after neoadjuvant therapy."
    ),
    r"her2dx": (
        "HER2DX is not computed: the test is proprietary. Its result can be recorded (her2dx_pcr_score of a "
        "specimen) and is shown as reported."
    ),
    r"(pcr)?nomogram|rouzier|(md)?anderson(nomogram)?": (
        "The MD Anderson nomogram of complete response is not there: it was made without trastuzumab, "
        "and its coefficients were not read."
    ),
    r"(neo)?bioscoresurvival|dss": (
        "Survival for a number of Neo-Bioscore points is not given: the published figures were not read."
    ),
}


def refuse_what_is_not_held(command: str) -> None:
    """Raises: InputError that says why, where `command` names a score that is deliberately not there."""
    name = re.sub(r"[^a-z0-9]", "", command.lower())
    for pattern, reason in _REASONS.items():
        if re.fullmatch(pattern, name):
            raise InputError(reason, remedy=_INSTEAD)
