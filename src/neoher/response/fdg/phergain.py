"""The early metabolic response of PHERGain: an investigational rule, never a reason to omit chemotherapy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated

from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen
from neoher.response.exact import exact_or_none, percent_of
from neoher.response.fdg.percist_lesions import new_lesions
from neoher.response.fdg.scans import FdgRow, Scan, scans_of
from neoher.response.fdg.sources import PHERGAIN, PHERGAIN_TARGETS

__all__ = ["CALCULATOR", "LesionFall", "PhergainInputs", "PhergainVisit", "phergain"]

FALL = Fraction(40, 100)
CYCLES = 2


class PhergainInputs(Frozen):
    """The table of scans."""

    rows: Annotated[
        tuple[FdgRow, ...], Option("file", positional=True, rows=FdgRow, takes="a CSV, columns below")
    ]
    """A CSV with one lesion or reference region on one scan a row."""


class LesionFall(Frozen):
    """SUVmax of one target lesion."""

    lesion: str
    change_percent: float | None
    """Change from the baseline; null where a number is not known."""


class PhergainVisit(Frozen):
    """A list with one entry per scan after the baseline, in date order."""

    visit: str
    responder: bool | None
    """Whether SUVmax fell by 40 % in every target lesion after two cycles; null where that cannot be said."""
    lesions: tuple[LesionFall, ...]
    """The target lesions, or those of the baseline where the targets cannot be told."""
    cycles: int | None
    """Cycles of therapy before the scan, as stated."""
    date: dt.date

    def in_words(self) -> str:
        """The scan as one line for a reader."""
        words = {True: "responder", False: "no responder", None: "cannot be said"}[self.responder]
        falls = ", ".join(
            f"{each.lesion} {'not known' if each.change_percent is None else f'{each.change_percent:+.1f} %'}"
            for each in self.lesions
        )
        return f"{self.visit}, {self.date}: {words} by PHERGain's rule (investigational); SUVmax {falls}"


_Value = tuple[PhergainVisit, ...]


def phergain(inputs: PhergainInputs) -> Conclusion[_Value]:
    """Whether each scan after two cycles shows the early metabolic response of PHERGain.

    SUVmax in g/mL, compared exactly: 40 % lower, included, in every target lesion. Targets: SUVmax at
    baseline of 1.5 × the liver's SUVmean + 2 SD or more. A new lesion is no response (a design decision).
    Returns: no value without a scan after the baseline or without a lesion at baseline.
    Raises: InputError where rows contradict one another; see `scans_of`.
    Source: PHERGain (J Nucl Med 65/5:708, abstract); targets PMC11224085. Dual blockade with trastuzumab and
    pertuzumab without chemotherapy only; investigational.
    """
    reasons: Reasoning[_Value] = Reasoning()
    reasons.cite(PHERGAIN)
    scans = scans_of(inputs.rows)
    if not scans or not scans[0].lesions:
        reasons.miss("rows" if not scans else f"lesions at {scans[0].name}")
        return reasons.conclude(None)
    reasons.warn(
        "investigational",
        "A rule of one trial of dual HER2 blockade without chemotherapy: of 285 patients 227 were "
        "responders, and 37.9 % of those had a pathological complete response. It is no reason to omit "
        "chemotherapy outside a trial.",
        PHERGAIN,
    )
    if len(scans) == 1:
        reasons.miss("a scan after the baseline")
        return reasons.conclude(None)
    targets = _targets(scans[0], reasons)
    return reasons.conclude(
        tuple(_visit(scans[: index + 1], targets, reasons) for index in range(1, len(scans)))
    )


def _targets(baseline: Scan, reasons: Reasoning[_Value]) -> tuple[str, ...] | None:
    """The lesions that reach the threshold at baseline; None where that cannot be told."""
    liver = baseline.liver
    mean, spread = (exact_or_none(liver.suv_mean), exact_or_none(liver.suv_sd)) if liver else (None, None)
    unknown = [name for name in baseline.lesions if baseline.suvmax(name) is None]
    reasons.miss(*(f"suvmax of {name} at {baseline.name}" for name in unknown))
    if mean is None or spread is None:
        for field, value in (("suv_mean", mean), ("suv_sd", spread)):
            reasons.miss(*([f"{field} of liver at {baseline.name}"] if value is None else []))
        return None
    threshold = Fraction(3, 2) * mean + 2 * spread
    chosen = tuple(
        name
        for name in baseline.lesions
        if (value := baseline.suvmax(name)) is not None and value >= threshold
    )
    reasons.step(
        f"{baseline.name}: target lesions {', '.join(chosen) or 'none'}",
        "SUVmax of 1.5 × liver SUVmean + 2 SD or more (PHERGain)",
        PHERGAIN_TARGETS,
        threshold_suv=float(threshold),
    )
    return None if unknown else chosen


def _visit(
    scans: Sequence[Scan], targets: tuple[str, ...] | None, reasons: Reasoning[_Value]
) -> PhergainVisit:
    baseline, scan = scans[0], scans[-1]
    shown = tuple(baseline.lesions) if targets is None else targets
    responder = _responder(scans, targets, reasons)
    reasons.step(
        f"{scan.name}: "
        + {True: "responder", False: "no responder", None: "response cannot be said"}[responder],
        "SUVmax 40 % lower or more in every target lesion after two cycles (PHERGain, investigational)",
        suvmax={name: None if (value := scan.suvmax(name)) is None else float(value) for name in shown},
        cycles=scan.cycles,
    )
    return PhergainVisit(
        visit=scan.name,
        responder=responder,
        lesions=tuple(
            LesionFall(lesion=name, change_percent=percent_of(scan.suvmax(name), baseline.suvmax(name)))
            for name in shown
        ),
        cycles=scan.cycles,
        date=scan.date,
    )


def _responder(
    scans: Sequence[Scan], targets: tuple[str, ...] | None, reasons: Reasoning[_Value]
) -> bool | None:
    baseline, scan = scans[0], scans[-1]
    if scan.cycles is None:
        reasons.miss(f"cycles at {scan.name}")
        return None
    if scan.cycles != CYCLES:
        reasons.warn(
            "not-after-two-cycles",
            f"{scan.name}: after {scan.cycles} cycles; the rule is defined after two.",
        )
        return None
    new, open_ones = new_lesions(scans, dict.fromkeys(baseline.lesions))
    if new:
        return False
    if not targets:
        return None
    pairs = {name: (baseline.suvmax(name), scan.suvmax(name)) for name in targets}
    falls = [
        first - now >= FALL * first for first, now in pairs.values() if first is not None and now is not None
    ]
    if not all(falls):
        return False
    missing = [f"suvmax of {name} at {scan.name}" for name, (_, now) in pairs.items() if now is None]
    missing += [f"new of {name} at {scan.name}" for name in open_ones]
    reasons.miss(*missing)
    return None if missing else True


CALCULATOR = Calculator(
    name="phergain",
    summary="Early metabolic response by PHERGain's rule (investigational) from a table of FDG scans.",
    inputs=PhergainInputs,
    output=_Value,
    compute=phergain,
    example="scans.csv",
    example_table="""\
lesion,kind,visit,date,suvmax,suv_mean,suv_sd,cycles
breast,lesion,baseline,2025-01-06,11.2,,,
axilla,lesion,baseline,2025-01-06,6.0,,,
,liver,baseline,2025-01-06,,2.2,0.3,
breast,lesion,after cycle 2,2025-02-17,4.1,,,2
axilla,lesion,after cycle 2,2025-02-17,3.6,,,2
""",
    sources=(PHERGAIN, PHERGAIN_TARGETS),
    explanation="""\
**The rule.** After two cycles of trastuzumab and pertuzumab without chemotherapy, SUVmax 40 % lower or more
in every target lesion. A target has an SUVmax at baseline of 1.5 × the liver's SUVmean + 2 SD or more.

**Not known.** A target without a number is never taken as resolved. Without the liver's mean and SD, or
without the number of cycles, the answer is null; the changes are given all the same. A lesion that is new is
no response (a design decision); one without a row at baseline must say whether it is `new`.

**Investigational.** 227 of 285 patients were responders, of whom 37.9 % had a pathological complete response.
The rule belongs to a trial: nothing here says that chemotherapy can be left out.
""",
)
