"""HER2 PET against biopsy: which scan of a lesion goes with which biopsy, and the class of its tissue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts, Her2Status, Spectrum, ThreeClass
from neoher.pathology.reasoning import Reasoning
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion
from neoher.response.her2pet.drugs import DrugKind, kind_of_drug
from neoher.response.her2pet.facts import (
    Biopsy,
    DrugStart,
    Her2PetInputs,
    Her2PetPairs,
    Her2PetRow,
    LesionScan,
    NotPaired,
    Pair,
    TracerCount,
)
from neoher.response.her2pet.matching import Matching, match
from neoher.response.her2pet.pattern import patterns
from neoher.response.her2pet.sources import DEHDASHTI_2018, MILEVA_2024, YEH_2025

__all__ = ["CALCULATOR", "her2pet_pairs", "pair_events"]

_BELONGS = {
    "scan": {"lesion", "tracer", "suvmax", "uptake", "fdg", "fdg_load_cc"},
    "biopsy": {"lesion", "her2_text"},
    "drug": {"drug"},
}


def her2pet_pairs(inputs: Her2PetInputs) -> Conclusion[Her2PetPairs]:
    """The pairs of a table of scans, biopsies and drug starts, and what was not paired.

    Returns: as `pair_events`.
    Raises: InputError where a row states what its event cannot have (an SUV of a drug), naming its line.
    """
    for row in inputs.rows:
        _refuse_misplaced(row)
    return pair_events(
        [
            LesionScan(
                row.patient,
                row.lesion,
                row.date,
                row.tracer,
                row.suvmax,
                row.uptake,
                row.fdg,
                row.fdg_load_cc,
                row.line,
            )
            for row in inputs.rows
            if row.event == "scan"
        ],
        [
            Biopsy(
                row.patient,
                row.lesion,
                row.date,
                None if row.her2_text is None else HER2.read({"text": row.her2_text}),
                row.line,
            )
            for row in inputs.rows
            if row.event == "biopsy"
        ],
        [DrugStart(row.patient, row.date, row.drug, row.line) for row in inputs.rows if row.event == "drug"],
        window_days=inputs.window,
        keep_treated=inputs.keep_treated,
    )


def _refuse_misplaced(row: Her2PetRow) -> None:
    foreign = sorted(
        name
        for names in _BELONGS.values()
        for name in names
        if name not in _BELONGS[row.event] and getattr(row, name) is not None
    )
    if row.event == "drug":
        foreign = [name for name in foreign if name != "lesion"]
    if foreign:
        where = f"line {row.line}" if row.line is not None else row.patient
        raise InputError(
            f"a {row.event} has no {foreign[0]}.",
            where=where,
            remedy="Correct the event, or move the cell to its own row.",
        )


def pair_events(
    scans: Sequence[LesionScan],
    biopsies: Sequence[Biopsy],
    drugs: Sequence[DrugStart],
    *,
    window_days: int,
    keep_treated: bool = False,
) -> Conclusion[Her2PetPairs]:
    """Pairs of one lesion's HER2 PET and biopsy, the classes of the tissue, the patients' patterns.

    Parameters: `window_days`: most days between the two, either first; `keep_treated`: keep, flagged, the
    pairs between which a HER2-directed antibody or conjugate was started.
    Returns: every scan and every biopsy in a pair or in the exclusions, with its reason; no value without
    either.
    Source: Yeh 2025 (doi 10.2967/jnumed.124.269227): biopsy within 2 months of the scan; 61 days, the nearest
    biopsy, each biopsy once per tracer, and both days counted as between are design choices of this project.
    Does not class a lesion by its SUV, and pools no tracers.
    """
    reasons: Reasoning[Her2PetPairs] = Reasoning()
    if not scans or not biopsies:
        reasons.miss(*(name for name, events in (("scan", scans), ("biopsy", biopsies)) if not events))
        if not scans and not biopsies:
            return reasons.conclude(None)
    matching = match(scans, biopsies, _HerDrugs(drugs, reasons).starts, window_days, keep_treated)
    reasons.step(
        f"paired {len(matching.pairs)} of {len(scans)} lesion scans and {len(biopsies)} biopsies",
        f"same patient and lesion, {window_days} days apart at most, nearest first, no HER2-directed "
        "antibody or conjugate started between (after Yeh 2025; the choices are this program's)",
        YEH_2025,
        window_days=window_days,
        keep_treated=keep_treated,
    )
    pairs = tuple(_pairs(matching, drugs, reasons))
    _say_what_suv_cannot(pairs, matching.exclusions, reasons)
    return reasons.conclude(
        Her2PetPairs(
            pairs=pairs,
            exclusions=matching.exclusions,
            patients=tuple(patterns(scans, reasons)),
            by_tracer=tuple(_counts(pairs)),
        )
    )


class _HerDrugs:
    """The starts that spoil a pair; names that are not known are said once."""

    def __init__(self, drugs: Sequence[DrugStart], reasons: Reasoning[Her2PetPairs]) -> None:
        self.starts: list[DrugStart] = []
        unknown: list[str] = []
        for start in drugs:
            if start.drug is None:
                unknown.append(f"a drug without a name ({start.patient}, {start.date})")
                reasons.miss("drug")
                continue
            kind = kind_of_drug(start.drug)
            if kind is None:
                unknown.append(f"{start.drug} ({start.patient}, {start.date})")
            if kind in {DrugKind.ANTIBODY, DrugKind.CONJUGATE}:
                self.starts.append(start)
        if unknown:
            reasons.warn(
                "drug-not-recognised",
                "Not known whether these are HER2-directed antibodies or conjugates: "
                f"{'; '.join(unknown)}. They exclude no pair; check them.",
            )


def _pairs(
    matching: Matching, drugs: Sequence[DrugStart], reasons: Reasoning[Her2PetPairs]
) -> Iterator[Pair]:
    for matched in matching.pairs:
        scan, biopsy = matched.scan, matched.biopsy
        flags = [*matched.flags]
        value = None
        if biopsy.her2 is None:
            reasons.miss("her2_text")
            flags.append("her2-not-stated")
        else:
            value = _tissue(biopsy, biopsy.her2, flags, reasons)
        flags += _flags_of(scan, drugs)
        two = _two_classes(value)
        low = value is not None and value.three_class is ThreeClass.LOW
        expresses = low or (value is not None and value.spectrum is Spectrum.ULTRALOW)
        unsplit = value is not None and value.spectrum in {None, Spectrum.ZERO_UNSPECIFIED}
        negative = two == "negative"
        yield Pair(
            patient=scan.patient,
            lesion=str(scan.lesion),
            scan_date=scan.date,
            biopsy_date=biopsy.date,
            days_apart=abs((scan.date - biopsy.date).days),
            tracer=scan.tracer,
            suvmax=scan.suvmax,
            her2_text=biopsy.her2.text if biopsy.her2 else None,
            status=value.status if value else None,
            spectrum=value.spectrum if value else None,
            three_class=value.three_class if value else None,
            reclassified_three_class=_known(
                two, negative and low, value is not None and value.three_class is None
            ),
            reclassified_spectrum=_known(two, negative and expresses, negative and unsplit),
            false_positive_by_two_classes=None
            if two is None or scan.uptake in {None, "indeterminate"}
            else negative and scan.uptake == "positive",
            flags=tuple(flags),
        )


def _tissue(
    biopsy: Biopsy, facts: Her2Facts, flags: list[str], reasons: Reasoning[Her2PetPairs]
) -> Her2Assessment | None:
    try:
        conclusion = HER2.compute(facts)
    except InputError as error:
        flags.append("her2-contradictory")
        where = f"line {biopsy.line}" if biopsy.line is not None else f"{biopsy.lesion}, {biopsy.date}"
        reasons.warn(
            "her2-contradictory",
            f"{biopsy.patient}, {where}: nothing is concluded from the biopsy. {error.what}",
        )
        return None
    for source in HER2.sources:
        if source.id in conclusion.sources:
            reasons.cite(source)
    value = conclusion.value
    if value is None or value.three_class is None:
        flags.append("her2-not-settled")
        for fact in conclusion.missing:
            reasons.miss(f"{biopsy.patient}.{biopsy.lesion}.{fact}")
    if any(each.code == "ihc-ish-discordant" for each in conclusion.warnings):
        flags.append("ihc-ish-discordant")
    if any(each.code == "wording-not-understood" for each in conclusion.warnings):
        flags.append("wording-not-understood")
    return value


def _two_classes(value: Her2Assessment | None) -> str | None:
    if value is None or value.status not in {Her2Status.POSITIVE, Her2Status.NEGATIVE}:
        return None
    return str(value.status)


def _known(two: str | None, answer: bool, open_question: bool) -> bool | None:
    """The answer, or None where the tissue's class or label leaves it open."""
    return None if two is None or (open_question and not answer) else answer


def _flags_of(scan: LesionScan, drugs: Sequence[DrugStart]) -> Iterator[str]:
    before = [start for start in drugs if start.patient == scan.patient and start.date < scan.date]
    if any(
        start.drug and kind_of_drug(start.drug) in {DrugKind.ANTIBODY, DrugKind.CONJUGATE} for start in before
    ):
        yield "her2-drug-before-scan"
    if scan.lesion and "liver" in scan.lesion.lower():
        yield "liver-uptake-unreliable"
    if scan.suvmax is None:
        yield "suvmax-not-stated"
    if scan.tracer is None:
        yield "tracer-not-stated"


def _say_what_suv_cannot(
    pairs: Sequence[Pair], exclusions: Sequence[NotPaired], reasons: Reasoning[Her2PetPairs]
) -> None:
    if any(pair.suvmax is not None for pair in pairs):
        reasons.warn(
            "suv-gives-no-her2-class",
            "SUVmax gives no HER2 class: with tracers pooled it was higher in HER2-low (median 12.7) "
            "than in HER2-positive lesions (6.4) in 23 patients (Yeh 2025), and higher in positive ones "
            "outside the liver in another study (n = 50, p = 0.003).",
            YEH_2025,
        )
        reasons.cite(DEHDASHTI_2018)
    tracers = {pair.tracer for pair in pairs}
    if len(tracers) > 1:
        reasons.warn("tracers-not-pooled", "More than one tracer: values of two tracers are never compared.")
    if any(str(each.reason) == "her2-drug-between" for each in exclusions) or any(
        "her2-drug-between" in pair.flags for pair in pairs
    ):
        reasons.warn(
            "her2-drug-between",
            "A HER2-directed antibody or conjugate was started between scan and biopsy: the two do not "
            "show the same state of the lesion.",
        )
    if any("her2-drug-before-scan" in pair.flags for pair in pairs):
        reasons.warn(
            "her2-drug-before-scan",
            "HER2-directed treatment before a scan may occupy the receptor that the tracer is to find "
            "(caution of this program).",
        )


def _counts(pairs: Sequence[Pair]) -> Iterator[TracerCount]:
    for tracer in sorted({pair.tracer for pair in pairs}, key=str):
        classes = Counter(pair.three_class for pair in pairs if pair.tracer == tracer)
        yield TracerCount(
            tracer=tracer,
            pairs=sum(classes.values()),
            positive=classes[ThreeClass.POSITIVE],
            low=classes[ThreeClass.LOW],
            zero=classes[ThreeClass.ZERO],
            not_known=classes[None],
        )


CALCULATOR = Calculator(
    name="her2pet-pairs",
    summary="HER2 PET against biopsy by lesion and time window: pairs, classes, exclusions, patterns.",
    inputs=Her2PetInputs,
    output=Her2PetPairs,
    compute=her2pet_pairs,
    example="events.csv",
    example_table="""\
patient,event,date,lesion,tracer,suvmax,her2_text,drug
P1,scan,2025-03-01,breast,89Zr-pertuzumab,12.1,,
P1,biopsy,2025-01-10,breast,,,"HER2 2+, FISH not amplified",
P1,drug,2025-03-10,,,,,trastuzumab
P2,scan,2025-03-01,node,89Zr-trastuzumab,5.2,,
P2,biopsy,2025-05-02,node,,,HER2 3+,
P2,drug,2025-03-20,,,,,TCHP
""",
    sources=(*HER2.sources, YEH_2025, MILEVA_2024, DEHDASHTI_2018),
    explanation="""\
**A pair** is one lesion's scan and a biopsy of the same lesion, 61 days apart at most (`--window`), either
first. The nearest biopsy is taken; a biopsy serves one scan of each tracer. A pair between whose days a
HER2-directed antibody or antibody-drug conjugate was started (the days themselves count as between) is
excluded, or kept with a flag by `--keep-treated`. Every scan and biopsy stands in a pair or among the
exclusions with its reason.

**Classes.** The biopsy's wording is read as `neoher her2 --text` does: status, spectrum, three classes
(ultralow counts as 0). `reclassified_…` says whether a lesion that two classes call negative is HER2-low
(or, under the spectrum, low or ultralow); `false_positive_by_two_classes` needs the reading of the scan in
the column `uptake`.

**Pattern A to D** of a patient needs the columns `fdg` and `uptake`, and counts volumes where every
FDG-avid lesion has its `fdg_load_cc`, else lesions. A and B are positive on imaging, C and D negative
(ZEPHIR).

It gives no HER2 class from an SUV, compares no two tracers, and does not judge where in the lesion the
needle was.""",
)
