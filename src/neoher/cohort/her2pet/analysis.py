"""The study of HER2 PET against biopsy as one result (after Yeh 2025, doi:10.2967/jnumed.124.269227)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neoher.cohort.her2pet.comparison import QUESTIONS, ClassComparison, compare_classes
from neoher.cohort.her2pet.figures import flow_figure, roc_figure, uptake_figure
from neoher.cohort.her2pet.lesions import FlowStep, Her2Class, PairedLesion, Study, select
from neoher.cohort.her2pet.rank_sum import RankSum
from neoher.cohort.her2pet.tables import class_table, false_positives, flow_table, uptake_table
from neoher.cohort.parts import Parts
from neoher.cohort.result import CohortResult, Estimate, TestResult
from neoher.errors import InputError
from neoher.record.conclusion import Caution

__all__ = ["WINDOW_DAYS", "Her2PetSource", "analyse_her2pet"]

WINDOW_DAYS = 61.0
"""Two months of Yeh 2025; that they are 61 days is a design decision."""
SOURCES = ("doi:10.2967/jnumed.124.269227", "PMC5955803")
LIVER = "liver"


@dataclass(frozen=True, slots=True)
class Her2PetSource:
    """Where the lesions come from, for the text and the flow."""

    reading: str
    warnings: tuple[Caution, ...] = ()
    missing: tuple[str, ...] = ()
    start: FlowStep | None = None
    days_stated: bool = True
    """Whether the days between scan and biopsy are stated at all."""


def analyse_her2pet(
    lesions: Sequence[PairedLesion],
    source: Her2PetSource,
    window_days: float = WINDOW_DAYS,
    level: float = 0.95,
) -> CohortResult:
    """Flow, classes by tracer, SUVmax of the classes compared, false positives reclassified, sites, ROC.

    Metastatic patients are in scope. Raises: InputError where no lesion is left.
    """
    study = select(lesions, window_days, source.start, days_stated=source.days_stated)
    if not study.lesions:
        reasons = "; ".join(f"{count} {reason}" for step in study.flow for reason, count in step.left_out)
        raise InputError(f"no lesion has what is needed: {reasons}.", "lesions")
    parts = Parts()
    tracers = sorted({each.tracer or "" for each in study.lesions})
    main = class_table(study, tracers, parts)
    parts.tables += [flow_table(study), uptake_table(study, tracers, parts)]
    groups: list[tuple[str, Study]] = [("all tracers pooled", study)]
    if len(tracers) > 1:
        groups += [
            (tracer, study.among([each for each in study.lesions if each.tracer == tracer]))
            for tracer in tracers
        ]
    away = [each for each in study.lesions if LIVER not in (each.site or "").casefold()]
    if 0 < len(away) < len(study.lesions):
        groups.append(("all tracers pooled, without liver lesions", study.among(away)))
    for name, part in groups:
        _compare(name, part, level, parts)
    false_positives(study, level, parts)
    roc = roc_figure(study)
    return CohortResult(
        title="HER2 PET against biopsy",
        n=len(study.lesions),
        excluded=study.excluded,
        main=main,
        further=tuple(parts.tables),
        estimates=tuple(parts.estimates),
        tests=tuple(parts.tests),
        methods_text=_methods(study, source, window_days, level),
        warnings=(*source.warnings, *_warnings(study, tracers, source), *parts.warnings),
        missing=tuple(dict.fromkeys((*source.missing, *parts.missing))),
        sources=SOURCES,
        figures=tuple(each for each in (flow_figure(study), uptake_figure(study), roc) if each is not None),
    )


def _compare(name: str, study: Study, level: float, parts: Parts) -> None:
    for first, classes, second, others in QUESTIONS:
        found = compare_classes(study, (first, classes), (second, others), level)
        title = f"SUVmax, {first} against {second}"
        if found is None:
            parts.tests.append(
                TestResult(
                    name=title,
                    statistic=None,
                    p=None,
                    method="exact Mann-Whitney test",
                    convention="not made: one of the classes has no lesion",
                    group=name,
                )
            )
            continue
        _add_tests(title, name, found, parts)
        _add_estimates(title, name, found, level, parts)


def _add_tests(title: str, group: str, found: ClassComparison, parts: Parts) -> None:
    variants: list[tuple[str, RankSum | None, str]] = [
        ("Mann-Whitney test, lesions as independent", found.lesions, "lesions"),
        ("permutation of patients, all lesions of a patient together", found.by_patient, "patients"),
        ("permutation of patients within tracers", found.within_tracers, "patients"),
    ]
    for method, test, unit in variants:
        if test is None:
            continue
        how = "exact given the ties" if test.exact else "normal approximation of the exact distribution"
        parts.tests.append(
            TestResult(
                name=title,
                statistic=test.u,
                p=test.p,
                method=method,
                convention=f"U of the first class; {how}, two-sided by distance from the mean, "
                f"{test.first} against "
                f"{test.second} lesions, {test.units} {unit}",
                group=group,
            )
        )


def _add_estimates(title: str, group: str, found: ClassComparison, level: float, parts: Parts) -> None:
    n = found.n_first + found.n_second
    parts.estimates.append(
        Estimate(
            name=f"shift of {title}",
            value=found.shift.value,
            low=found.shift.low,
            high=found.shift.high,
            level=found.shift.achieved,
            method="Hodges-Lehmann, interval of the exact rank-sum test, lesions as independent",
            group=group,
            n=n,
            unit="g/mL",
        )
    )
    area = found.area
    parts.estimates.append(
        Estimate(
            name=f"AUC of {title}",
            value=None if area is None else area.value,
            low=None if area is None else area.low,
            high=None if area is None else area.high,
            level=None if area is None else level,
            method="too few lesions or patients in a class for an interval"
            if area is None
            else "DeLong, patients as clusters (Obuchowski 1997)",
            group=group,
            n=n,
        )
    )


def _warnings(study: Study, tracers: Sequence[str], source: Her2PetSource) -> list[Caution]:
    found = [
        Caution(
            code="no-cut-off",
            message="No cut-off is given: an SUV does not say a HER2 class. Lesions are few, receptors "
            "may be occupied by "
            "treatment, and uptake depends on tracer, mass dose and day.",
        )
    ]
    if not source.days_stated:
        found.append(
            Caution(
                code="window-not-checked",
                message="The table does not state the days between scan and biopsy: that a lesion was "
                "biopsied "
                "within the window is taken from whoever made the pairs.",
            )
        )
    if len(tracers) > 1:
        found.append(
            Caution(
                code="tracers-pooled",
                message=f"{len(tracers)} tracers are pooled where it says so, as Yeh 2025 did; SUVs of "
                "different tracers "
                "are not on one scale. Read the comparisons within tracers.",
            )
        )
    if len({each.patient for each in study.lesions}) < len(study.lesions):
        found.append(
            Caution(
                code="lesions-clustered",
                message="Some patients have several lesions: the permutation of patients is the test to "
                "read.",
            )
        )
    if any(LIVER in (each.site or "").casefold() for each in study.lesions):
        found.append(
            Caution(
                code="liver-lesions",
                message="Liver lesions lie in physiological uptake; the comparison is given again without "
                "them.",
            )
        )
    counts = {her2: sum(each.her2 is her2 for each in study.lesions) for her2 in Her2Class}
    small = [f"{count} {her2}" for her2, count in counts.items() if count < 10]
    if small:
        found.append(
            Caution(
                code="few-lesions",
                message=f"Few lesions in a class ({', '.join(small)}): intervals are wide.",
            )
        )
    return found


def _methods(study: Study, source: Her2PetSource, window_days: float, level: float) -> str:
    ties = np.unique(study.values()).size < len(study.lesions)
    apart = (
        f"at most {window_days:g} days apart (two months of Yeh 2025; the number of days is a choice of this "
        "software)"
        if source.days_stated
        else "as the table pairs them, the days between not stated"
    )
    return (
        f"{source.reading} A lesion entered with a HER2 PET and a biopsy {apart}, a HER2 class and a SUVmax. "
        "Classes: positive, low, 0; "
        "ultralow counts as 0. Medians and quartiles interpolate linearly (type 7). Two classes are "
        "compared by the exact "
        f"Mann-Whitney test{' given the ties' if ties else ''}, once with lesions as independent, as "
        "published, and once by "
        "exchanging the classes of patients with all their lesions (patients with both classes exchange "
        "within themselves), "
        "counted over all arrangements; with several tracers also within tracers, where no SUV is held "
        "against one of "
        "another tracer. The shift is Hodges and Lehmann's; the area under the ROC curve has a "
        f"{100 * level:g} % interval "
        "with patients as clusters. P values are two-sided and not adjusted. What this cannot say: which "
        "class a lesion has "
        "from its SUV; whether classes differ at equal treatment, mass dose and day of imaging; anything "
        "of a lesion that "
        "was not biopsied."
    )
