"""Forms in which options of several measuring commands are written."""

from __future__ import annotations

import re

from pydantic import BeforeValidator

__all__ = ["JOINED_BY_COMMAS", "PHASE_INDICES"]


def _joined(stated: object) -> object:
    return tuple(stated.split(",")) if isinstance(stated, str) else stated


def _phases(stated: object) -> object:
    if isinstance(stated, str) and not re.fullmatch(r"\d+(,\d+){1,2}", stated.replace(" ", "")):
        raise ValueError("write the phases as pre,early,late, such as 0,1,2")
    return _joined(stated)


JOINED_BY_COMMAS = BeforeValidator(_joined)
"""Numbers in one word: '112.4,-5.1,18'."""
PHASE_INDICES = BeforeValidator(_phases)
"""Two or three indices of the time axis in one word: '0,1,2'."""
