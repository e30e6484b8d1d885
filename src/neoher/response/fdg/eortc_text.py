"""The example of EORTC 1999 and its explanation."""

from __future__ import annotations

__all__ = ["EXAMPLE_TABLE", "EXPLANATION"]

EXAMPLE_TABLE = """\
lesion,kind,visit,date,suvmax,at_background,cycles
breast,lesion,baseline,2025-01-06,11.2,,
axilla,lesion,baseline,2025-01-06,6.0,,
breast,lesion,after cycle 1,2025-01-27,9.0,no,1
axilla,lesion,after cycle 1,2025-01-27,5.4,no,1
"""

EXPLANATION = """\
**The number** is SUVmax, by body weight or body surface but always the same, in the same region. Over several
lesions the sum over the lesions of the baseline decides between PMR and SMD (a design decision: the
recommendations speak of a lesion); any single lesion decides PMD. Compared as written, without rounding.

**In this order:** a new lesion is PMD. SUV more than 25 % higher is PMD, and so is uptake 20 % longer
(`longest_mm`). CMR: every lesion resolved, as the reader states (`at_background`) or as an SUVmax of 0. PMR:
15 % lower after one cycle, more than 25 % lower after more than one. Else SMD; 15 to 25 % lower after more
than one cycle counts as SMD (a design decision). Exactly 25 % is where reprints of the classes differ: a
warning says so. That 20 % longer includes exactly 20 % is taken from the short form of the rule and is
unverified.

**Not known.** A lesion without a number is never taken as resolved: NE, unless another one is PMD. Between
15 and 25 % lower the class rests on `cycles`; where it is not stated the scan is NE. A complete response is
never concluded from a low SUV alone. Diameters are judged where they are stated; stated on one scan only,
the other is missing.

**Not done:** the comparability of two scans is checked by `neoher percist`. The paper itself was not opened:
its classes are those that reviews reprint.
"""
