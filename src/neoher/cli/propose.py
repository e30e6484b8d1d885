"""`neoher propose`: the calculator with the time axis shown and a progress bar while it reads."""

from __future__ import annotations

from dataclasses import replace

from neoher.cli.watching import watching
from neoher.measure.proposal import CALCULATOR as DECLARED
from neoher.measure.proposal import ProposeInputs, ProposeValue, compute
from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATOR"]


def _compute_watched(inputs: ProposeInputs) -> Conclusion[ProposeValue]:
    with watching() as watch:
        return compute(inputs, watch)


CALCULATOR = replace(DECLARED, compute=_compute_watched)
