"""The sources of the WHO criteria, their example and their explanation."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = ["EXAMPLE_TABLE", "EXPLANATION", "WHO_1981", "WHO_TABLE"]

WHO_1981 = Source(
    "PMID:7459811",
    "Miller et al., Reporting results of cancer treatment. Cancer 1981;47:207",
    "not opened: unverified",
)
WHO_TABLE = Source("PMC2755245", "Wahl et al. 2009, table 3: WHO beside RECIST", "read in its table")

EXAMPLE_TABLE = """\
lesion,role,kind,organ,visit,date,longest_mm,short_mm,finding,status,modality
mass,target,other,breast,baseline,2025-01-06,40,30,measured,,MRI
axilla,target,node,lymph node,baseline,2025-01-06,30,20,measured,,MRI
mass,target,other,breast,week 6,2025-02-17,26,20,measured,,MRI
axilla,target,node,lymph node,week 6,2025-02-17,20,12,measured,,MRI
"""

EXPLANATION = """\
**The number** is the product of the longest diameter and the diameter at a right angle to it, in mm2, and its
sum over the targets. Compared as written, without rounding. Nodes are lesions as any other; there is no least
size and no limit of number.

**In this order:** CR: every lesion gone. PD: a single lesion 25 % or more above its own smallest product so
far, or a new lesion. (Where every lesion is below that, so is the sum.) PR: the sum 50 % or more below the
baseline. Else NC. A PR that drifts above -50 % is NC: nothing else was found stated.

**Split and merged lesions** are one lesion with their fragments or partner (`parent`), whose products add up;
a design decision. A lesion that had gone and is back is PD by the formula, with a warning.

**Not known.** A target without both diameters is never taken as gone; nor is one too small to measure, for
which these criteria have no stand-in: the visit is NE, unless what is known is PD already. A visit without a
row of role new had no new lesion.

**Not measurable lesions** count by their status. Targets gone and others still there is PR, as in RECIST
(a design decision).

**Confirmed** is true where a visit 28 days later or more still shows at least the same response, false where
one shows less before, null where none does yet.

The paper was not opened: its classes are those that a review reprints.
"""
