"""The wording of PERCIST's rules, its example and its explanation."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["EXAMPLE_TABLE", "EXPLANATION", "RULES"]

RULES = MappingProxyType(
    {
        "CMR": "all lesions at background, the target below the liver's mean, none new (PERCIST 1.0)",
        "PMR": "30 % and 0.8 SUL lower in the hottest lesion, no other more than 30 % higher, none new "
        "(PERCIST 1.0)",
        "SMD": "neither CMR, PMR nor PMD (PERCIST 1.0)",
        "PMD": "a new lesion, or 30 % and 0.8 SUL higher, or TLG 75 % higher (PERCIST 1.0)",
        "NE": "measurable at baseline, comparable scans, every lesion known (PERCIST 1.0)",
    }
)

EXAMPLE_TABLE = """\
lesion,kind,visit,date,suvmax,sulpeak,sul_mean,sul_sd,tlg,new,sul_formula,uptake_min,injected_mbq,glucose_mg_dl,scanner
breast,lesion,baseline,2025-01-06,11.2,7.4,,,92,,janmahasatian,60,280,98,PET 1
axilla,lesion,baseline,2025-01-06,6.1,4.0,,,18,,,,,,
,liver,baseline,2025-01-06,,,1.8,0.2,,,,,,,
,blood-pool,baseline,2025-01-06,,,1.3,0.1,,,,,,,
breast,lesion,week 6,2025-02-17,5.0,3.3,,,30,,janmahasatian,64,270,104,PET 1
axilla,lesion,week 6,2025-02-17,2.9,1.9,,,6,,,,,,
,liver,week 6,2025-02-17,,,1.7,0.2,,,,,,,
,blood-pool,week 6,2025-02-17,,,1.2,0.1,,,,,,,
"""

EXPLANATION = """\
**The number** is the SULpeak of the hottest lesion at baseline against that of the hottest lesion now,
which need not be the same one. Numbers are compared as they are written, without rounding.

**Measurable** at baseline is a SULpeak of 1.5 × the liver's mean + 2 SD or more; with a diseased liver
(`diseased` yes on its row, or no row of a liver) 2.0 × the blood pool's mean + 2 SD. Below that: NE, never
SMD.

**Comparable** means: uptake 50 to 70 min on each scan and 15 min apart at most; liver (or blood pool) 0.3
SUL and 20 % of the larger value apart at most, both included; one formula of lean body mass; glucose below
200 mg/dL; activity within 20 %; one scanner. Where uptake time, reference or formula differ the scan is NE;
the other rules warn (a design decision). An uptake time or reference that is not known gives NE too. A
formula, glucose, activity or scanner that is not known is named as missing, `comparable` is null, and the
class is given from the numbers.

**In this order:** a new lesion is PMD, also on scans that do not compare. CMR: every lesion below the
liver's mean and indistinguishable from the blood pool, as the reader states (`at_background`) or, where
nothing is stated, SULpeak not above the mean of the blood pool (a design decision); without either it is
not called. PMD: 30 % and 0.8 SUL higher, in the hottest lesion or in another one that reaches the
threshold; or TLG of the baseline's lesions together 75 % higher. PMR: 30 % and 0.8 SUL lower, with no
lesion more than 30 % higher. Else SMD.

**Not known.** A lesion without a number is never taken as resolved: the scan is NE, unless what is known is
PMD already. A lesion without a row at baseline must say whether it is `new`; it stays new until it is
stated at background. TLG is judged where it is stated; stated in part, what is missing can hide PMD and the
scan is NE.

**Five lesions.** The change of the sum over the five hottest lesions, two per organ, is given beside the
class where `organ` is stated; it decides nothing.

**Not done:** SUL is taken as given: the formula of lean body mass is compared, never converted. Other
tracers than FDG have no PERCIST. A complete metabolic response is not a pathological complete response.
"""
