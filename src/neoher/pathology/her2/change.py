"""HER2 of one cancer over time: biopsy, specimen after therapy, metastasis; what a change means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neoher.errors import InputError
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.her2.change_facts import (
    DatedHer2,
    Her2ChangeInputs,
    Her2Course,
    Her2Point,
    Her2Shift,
    Setting,
    ShiftKind,
)
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts, Her2Status, Spectrum
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import (
    ASCO_CAP_2018,
    ASCO_CAP_2023,
    BAEZ_NAVARRO_2023,
    FERNANDEZ_2022,
    LOIBL_2022,
    LOSS_AFTER_DUAL_BLOCKADE,
    MA_2025,
    MITTENDORF_2009,
    RAKHA_2026,
    ZAAKOUK_2023,
)
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATOR", "LOSS", "her2_change", "her2_course"]

LOSS = "her2-loss-after-therapy"
"""Code of the warning that residual disease tests negative where the biopsy was positive."""
_SETTLED = {Her2Status.POSITIVE, Her2Status.NEGATIVE}
_BAND = {Spectrum.LOW, Spectrum.ULTRALOW, Spectrum.ABSENT, Spectrum.ZERO_UNSPECIFIED}


def her2_change(inputs: Her2ChangeInputs) -> Conclusion[Her2Course]:
    """HER2 of each specimen of a table, and how each differs from the first and from the one before.

    Returns and raises: as `her2_course`; InputError where two specimens have one name.
    """
    names = [row.specimen for row in inputs.rows]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(
            f"two specimens are called {twice[0]}.", where="specimen", remedy="Name each specimen once."
        )
    return her2_course(
        [
            DatedHer2(
                row.specimen,
                row.date,
                row.setting,
                row.her2_facts(),
                row.specimen if row.line is None else f"line {row.line}, {row.specimen}",
            )
            for row in inputs.rows
        ]
    )


def her2_course(specimens: Sequence[DatedHer2]) -> Conclusion[Her2Course]:
    """HER2 of each specimen in date order, and how each differs from the first and from the one before.

    Returns: no value where no specimen has a HER2 result; a comparison with a result that is not settled is
    'open', never 'unchanged'.
    Raises: InputError where the facts of one specimen contradict each other, naming its line.
    Sources: loss in KATHERINE, doi 10.1038/s41523-022-00477-z; after two antibodies, ASCO abstract 589; older
    series, PMID 19920100 (from memory, unverified). That each result is compared with the first and the one
    before is this program's choice.
    Does not decide treatment, nor which of two results is right.
    """
    reasons: Reasoning[Her2Course] = Reasoning()
    points = [_point(each, reasons) for each in sorted(specimens, key=lambda each: each.date)]
    known = [point for point in points if point.status is not None]
    contradictory = {each.specimen: each for each in specimens if each.contradiction}
    for point in points:
        if point.specimen in contradictory:
            each = contradictory[point.specimen]
            reasons.warn(
                "contradictory-facts",
                f"{each.specimen}: the recorded facts exclude each other, so nothing is concluded. "
                f"{each.where}: {each.contradiction}",
            )
        elif point.status is None:
            reasons.miss(f"{point.specimen}.her2")
    if not known:
        return reasons.conclude(None)
    shifts = tuple(_shifts(points))
    for shift in shifts:
        reasons.step(
            f"{shift.from_specimen} to {shift.to_specimen}: {shift.kind.in_words}",
            "status by ASCO/CAP 2018; spectrum labels compared beside it",
            ASCO_CAP_2018,
            from_status=shift.from_status,
            to_status=shift.to_status,
            from_spectrum=shift.from_spectrum,
            to_spectrum=shift.to_spectrum,
            days=shift.days,
        )
    _warn_of_differing_biopsies(known, reasons)
    _explain(shifts, points, reasons)
    return reasons.conclude(Her2Course(results=tuple(points), changes=shifts))


def _point(specimen: DatedHer2, reasons: Reasoning[Her2Course]) -> Her2Point:
    value = None if specimen.facts is None else _concluded(specimen, specimen.facts, reasons).value
    return Her2Point(
        specimen=specimen.specimen,
        date=specimen.date,
        setting=specimen.setting,
        status=value.status if value else None,
        ihc=value.ihc if value else None,
        ish_group=value.ish_group if value else None,
        spectrum=value.spectrum if value else None,
        three_class=value.three_class if value else None,
    )


def _concluded(
    specimen: DatedHer2, facts: Her2Facts, reasons: Reasoning[Her2Course]
) -> Conclusion[Her2Assessment]:
    try:
        conclusion = HER2.compute(facts)
    except InputError as error:
        raise type(error)(error.what, f"{specimen.where}: {error.where}", error.remedy) from None
    name = specimen.specimen
    status = conclusion.value.status if conclusion.value else "cannot be said"
    reasons.step(
        f"{name}, {specimen.setting.in_words}, {specimen.date}: HER2 {status}",
        conclusion.because[-1].rule if conclusion.because else "nothing that decides it is stated",
        ASCO_CAP_2018,
        **facts.model_dump(mode="json", exclude_none=True),
    )
    reasons.miss(*(f"{name}.{fact}" for fact in conclusion.missing))
    for caution in conclusion.warnings:
        if caution.code not in {"spectrum-not-for-neoadjuvant-decisions", "reader-disagreement-band"}:
            reasons.warn(caution.code, f"{name}: {caution.message}")
    for source in HER2.sources:
        if source.id in conclusion.sources:
            reasons.cite(source)
    return conclusion


def _shifts(points: Sequence[Her2Point]) -> Iterator[Her2Shift]:
    """Each later result against the first, and against the one before where that is another."""
    for index, later in enumerate(points[1:], start=1):
        yield _shift(points[0], later)
        if index > 1:
            yield _shift(points[index - 1], later)


def _shift(earlier: Her2Point, later: Her2Point) -> Her2Shift:
    return Her2Shift(
        from_specimen=earlier.specimen,
        to_specimen=later.specimen,
        from_setting=earlier.setting,
        to_setting=later.setting,
        from_status=earlier.status,
        to_status=later.status,
        from_spectrum=earlier.spectrum,
        to_spectrum=later.spectrum,
        days=(later.date - earlier.date).days,
        kind=_kind(earlier, later),
    )


def _kind(earlier: Her2Point, later: Her2Point) -> ShiftKind:
    if earlier.status not in _SETTLED or later.status not in _SETTLED:
        return ShiftKind.OPEN
    if earlier.status is not later.status:
        if earlier.setting is later.setting is Setting.BIOPSY:
            return ShiftKind.DISCORDANT
        return ShiftKind.LOSS if earlier.status is Her2Status.POSITIVE else ShiftKind.GAIN
    if earlier.spectrum is None or later.spectrum is None:
        return ShiftKind.SAME_STATUS
    zeros = {Spectrum.ZERO_UNSPECIFIED, Spectrum.ULTRALOW, Spectrum.ABSENT}
    unspecified = Spectrum.ZERO_UNSPECIFIED in {earlier.spectrum, later.spectrum}
    if unspecified and {earlier.spectrum, later.spectrum} <= zeros:
        # A 0 that is not split may be the same label or another.
        return ShiftKind.SAME_STATUS
    return ShiftKind.UNCHANGED if earlier.spectrum is later.spectrum else ShiftKind.LABEL


def _warn_of_differing_biopsies(known: Sequence[Her2Point], reasons: Reasoning[Her2Course]) -> None:
    biopsies = [point for point in known if point.setting is Setting.BIOPSY]
    if len({point.status for point in biopsies}) > 1:
        listed = "; ".join(f"{point.specimen} {point.status}" for point in biopsies)
        reasons.warn(
            "biopsies-before-therapy-differ",
            f"Biopsies before therapy differ ({listed}): two lesions, two areas of one cancer or two tests. "
            "Nothing here decides which counts; heterogeneity needs areas and cell counts.",
        )


def _explain(
    shifts: Sequence[Her2Shift], points: Sequence[Her2Point], reasons: Reasoning[Her2Course]
) -> None:
    if any(each.kind is ShiftKind.LOSS and each.to_setting is Setting.RESIDUAL for each in shifts):
        _explain_loss(points, reasons)
    if any(each.kind is ShiftKind.LOSS and each.to_setting is Setting.METASTASIS for each in shifts):
        reasons.warn(
            "her2-loss-in-metastasis",
            "A metastasis tests HER2-negative where an earlier specimen was positive: the earlier result "
            "is not overwritten; both stand, and another sample may differ. HER2-low and ultralow matter "
            "here, not before surgery.",
            RAKHA_2026,
        )
    if any(each.kind is ShiftKind.GAIN for each in shifts):
        reasons.warn(
            "her2-gain",
            "A later specimen tests HER2-positive where an earlier one was negative: review controls, "
            "sampling and heterogeneity. HER2-positive for treatment is IHC 3+ or ISH-positive.",
            ASCO_CAP_2018,
        )
    for each in shifts:
        if each.kind is ShiftKind.LABEL and {each.from_spectrum, each.to_spectrum} <= _BAND:
            reasons.warn(
                "label-change-in-reader-band",
                f"{each.from_specimen} to {each.to_specimen}: the label moves between 0, ultralow and "
                "low, the band in which readers disagree on one and the same slide; it need not be a "
                "change of the cancer.",
                FERNANDEZ_2022,
            )


def _explain_loss(points: Sequence[Her2Point], reasons: Reasoning[Her2Course]) -> None:
    reasons.warn(
        LOSS,
        "Residual disease tests HER2-negative where the biopsy was positive. This does not mean that "
        "HER2-directed treatment after surgery is withheld: in KATHERINE 70 of 845 retested (8.3 %) had "
        "HER2-negative residual disease, with events in 11 of 42 under trastuzumab and 0 of 28 under "
        "T-DM1. Nor does it prove that the cancer changed: another area, treatment effect and the test "
        "itself can do it.",
        LOIBL_2022,
    )
    reasons.warn(
        "her2-loss-frequency",
        "How often: 8.3 % in KATHERINE; 80 of 223 retested (36 %) after two antibodies in practice (ASCO "
        "abstract 589); 32 % in an older series (Mittendorf 2009, from memory, unverified).",
        LOSS_AFTER_DUAL_BLOCKADE,
    )
    reasons.cite(MITTENDORF_2009)
    if points[0].spectrum is Spectrum.TWO_PLUS_ISH_POSITIVE:
        reasons.warn(
            "loss-more-often-in-2plus",
            "In one retrospective cohort 2+/ISH+ cancers lost HER2 more often than 3+ (Ma 2025, "
            "investigational).",
            MA_2025,
        )


CALCULATOR = Calculator(
    name="her2-change",
    summary="HER2 of one cancer from biopsy through specimen to metastasis: what changed, what it means.",
    inputs=Her2ChangeInputs,
    output=Her2Course,
    compute=her2_change,
    example="specimens.csv",
    example_table="""\
specimen,date,setting,ihc,ish_probe,ratio,copies,text
core biopsy,2025-02-03,biopsy,2+,dual,2.4,5.6,
surgical specimen,2025-07-10,residual,,,,,"HER2 1+, FISH not amplified"
""",
    sources=(
        ASCO_CAP_2018,
        ASCO_CAP_2023,
        RAKHA_2026,
        MA_2025,
        LOIBL_2022,
        LOSS_AFTER_DUAL_BLOCKADE,
        MITTENDORF_2009,
        FERNANDEZ_2022,
        BAEZ_NAVARRO_2023,
        ZAAKOUK_2023,
    ),
    explanation="""\
Each specimen's HER2 is concluded as `neoher her2` does, from its fields or from the report's wording. Each
later result is compared with the first and with the one before it: `loss` (positive to negative), `gain`,
`discordant` (two biopsies before therapy that differ), `label` (the same status, another label),
`unchanged`, `same-status` (a label is not known on one side) and `open` (one result is not settled: never
taken as unchanged).

**Loss after therapy** is shown with what it does not mean: residual disease that tests HER2-negative is no
reason to withhold HER2-directed treatment (KATHERINE), and it does not prove that the cancer changed.

It does not decide which of two results is right, and no treatment. One table is one cancer: two cancers are
two tables.""",
)
