"""`neoher cohort her2pet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, share_of

__all__ = ["her2pet"]


def her2pet(
    table: Path,
    /,
    *,
    window: Annotated[int, Parameter(help="Most days between scan and biopsy, either first.")] = 61,
    keep_treated: Annotated[
        bool,
        Parameter(help="Of events: keep pairs between which a HER2 antibody was started.", negative=""),
    ] = False,
    lesion: Annotated[str, Parameter(help="Column of the lesion's name.")] = "lesion",
    tracer: Annotated[str, Parameter(help="Column of the tracer.")] = "tracer",
    suvmax: Annotated[str, Parameter(help="Column of SUVmax (g/mL).")] = "suvmax",
    her2: Annotated[
        str,
        Parameter(help="Column of the biopsy's HER2 class: positive, low, 0, or 3+, 2+/ISH+, 1+, ultralow."),
    ] = "her2_class",
    days_apart: Annotated[str, Parameter(help="Column of the days between scan and biopsy.")] = "days_apart",
    site: Annotated[str, Parameter(help="Column of the lesion's site (breast, bone, liver, ...).")] = "site",
    biopsy: Annotated[str, Parameter(help="Column of what was biopsied (primary, metastasis).")] = "biopsy",
    uptake: Annotated[str, Parameter(help="Column of the scan as read (positive, negative).")] = "uptake",
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """HER2 PET against biopsy: flow, classes by tracer, SUVmax by class, false positives, ROC.

    TABLE is a CSV of events as `neoher her2pet-pairs` takes it (a column `event`; `site` and `biopsy` may be
    added), which are paired first; or a table with one paired lesion a row.
    """
    from neoher.cohort.her2pet.analysis import Her2PetSource, analyse_her2pet
    from neoher.cohort.her2pet.pairing import holds_events, paired_study
    from neoher.cohort.her2pet.reading import LesionColumns, lesions_of
    from neoher.errors import InputError

    share_of(level)
    if window < 0:
        raise InputError(f"a window of {window} days is none.", "--window", "It takes 0 days or more.")
    if holds_events(table):
        from neoher.cohort.table.files.raw import data_file

        study = paired_study(table, window, keep_treated=keep_treated)
        result = analyse_her2pet(study.lesions, study.source, window, level)
        result = result.model_copy(update={"excluded": (*study.excluded, *result.excluded)})
        deliver(result, (data_file(table),), "her2pet", output or Output())
        return
    cohort = (reading or Reading()).cohort(table)
    columns = LesionColumns(lesion, tracer, suvmax, her2, days_apart, site, biopsy, uptake)
    lesions, missing = lesions_of(cohort, columns)
    warnings = tuple(each for each in cohort.warnings if each.code != "patient-repeated")
    stated = days_apart in cohort.variables
    source = Her2PetSource(cohort.reading, warnings, missing, days_stated=stated)
    deliver(analyse_her2pet(lesions, source, window, level), cohort.files, "her2pet", output or Output())
