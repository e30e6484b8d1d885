"""The pages of FDG and HER2 PET: each scan's pictures and lesions, then two scans held together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from neoher.errors import InputError, NeoherError
from neoher.measure.case import ExamResult, measurements_of
from neoher.record.conclusion import Caution, Conclusion
from neoher.report.content import Assessment
from neoher.report.numbers import NOT_KNOWN, short_date
from neoher.report.pet.comparability import comparability_table
from neoher.report.pet.drawing import draw_scan
from neoher.report.pet.figures import PetImages
from neoher.report.pet.scans import PetScan, TracerFamily, pet_scans
from neoher.report.pet.tables import change_table, lesion_table, limits_table, scan_facts
from neoher.report.provenance import measured_rows
from neoher.report.section import Section, Table
from neoher.response.her2_uptake.facts import Her2UptakeValue, LesionReading
from neoher.response.her2_uptake.recorded import her2_uptake_of_exam

if TYPE_CHECKING:
    from neoher.report.sections import Findings

__all__ = ["fdg_pet_section", "her2_pet_section", "other_pet_section"]

_FDG = (
    "Glucose uptake of each lesion, measured in its region from the images. Whether two scans can be "
    "compared, and what a change must exceed, stands after them. No response is concluded here.",
)
_HER2 = (
    "Where a HER2-directed tracer went. Uptake is not a HER2 class: among 23 patients with a biopsy within "
    "two months of the scan, HER2-low lesions took up more than HER2-positive ones (Yeh 2025, "
    "doi:10.2967/jnumed.124.269227); tissue decides. SUVmax of 89Zr is noisy: the peak and the ratio to "
    "the blood pool are steadier.",
    "Liver and kidneys take up these tracers without disease; lesions there cannot be judged. A HER2 "
    "antibody given before the scan can take the tracer’s place. Values of two tracers are never compared.",
)
_OTHER = (
    "Uptake in each lesion’s region. The tracer is not stated, or is neither FDG nor one directed at HER2: "
    "its values are compared with nothing.",
)

_ONE_SCAN = "No two scans with one tracer were measured: there is no change yet."


def fdg_pet_section(findings: Findings) -> Section | None:
    """The page of FDG PET; None where no such scan was measured."""
    return _section(findings, TracerFamily.FDG, "fdg-pet", "FDG PET", _FDG)


def her2_pet_section(findings: Findings) -> Section | None:
    """The page of HER2 PET; None where no such scan was measured."""
    return _section(findings, TracerFamily.HER2, "her2-pet", "HER2 PET", _HER2)


def other_pet_section(findings: Findings) -> Section | None:
    """The page of PET with another tracer, or one that is not stated; None where there is no such scan."""
    return _section(findings, TracerFamily.OTHER, "other-pet", "PET with another tracer", _OTHER)


def _section(
    findings: Findings, family: TracerFamily, anchor: str, title: str, introduction: tuple[str, ...]
) -> Section | None:
    codes = {key: row.id for key, row in measured_rows(findings.results, {}).items()}
    scans = [scan for scan in pet_scans(findings.case, findings.results, codes) if scan.family is family]
    if not scans:
        return None
    parts = [_scan(scan, findings, anchor) for scan in scans]
    if family is not TracerFamily.OTHER:
        comparisons = tuple(_comparisons(scans))
        alone = (
            () if comparisons else ("No two scans with one tracer were measured: there is no change yet.",)
        )
        tables = (*comparisons, *_limits(scans))
        parts.append(
            Section(id=f"{anchor}-change", title="Change between scans", introduction=alone, tables=tables)
        )
    return Section(id=anchor, title=title, introduction=introduction, parts=tuple(parts))


def _scan(scan: PetScan, findings: Findings, anchor: str) -> Section:
    pictures, absent = _pictures(scan)
    anchor = f"{anchor}-{scan.exam.id}"
    reading = _reading(scan, findings)
    readings = None if reading is None else _by_lesion(reading)
    parts = [
        Section(
            id=f"{anchor}-lesions",
            title="Lesions",
            tables=(lesion_table(scan, findings.case, readings),),
            assessments=() if reading is None else (reading,),
            closing=tuple(_cautions([one.result for one in scan.lesions])),
        )
    ]
    if pictures.slices:
        parts.insert(0, Section(id=f"{anchor}-slices", title="Slices", figures=pictures.slices))
    return Section(
        id=anchor,
        title=f"{scan.name}, {short_date(scan.exam.date)}",
        introduction=(absent,) if absent else (),
        facts=scan_facts(scan),
        figures=pictures.projections,
        parts=tuple(parts),
    )


def _reading(scan: PetScan, findings: Findings) -> Assessment | None:
    """What the tracer of a HER2 PET says of each lesion; None for other scans."""
    try:
        conclusion = her2_uptake_of_exam(findings.case, scan.exam, measurements_of(findings.results))
    except InputError as error:
        caution = Caution(code="contradictory-facts", message=str(error).replace("\n", " "))
        conclusion = Conclusion[Her2UptakeValue](value=None, warnings=(caution,))
    if conclusion is None:
        return None
    value = conclusion.value
    headline = NOT_KNOWN
    if value is not None and value.days_after_injection is None:
        headline = f"Days after the injection {NOT_KNOWN}; the tracer’s window is {value.window}"
    elif value is not None:
        inside = {True: "inside", False: "outside", None: "not held against"}[value.in_window]
        headline = (
            f"Imaged on day {value.days_after_injection}, {inside} the tracer’s window of {value.window}"
        )
    return Assessment("What the tracer says of the lesions: never a HER2 class", headline, conclusion)


def _by_lesion(reading: Assessment) -> dict[str, LesionReading]:
    value = reading.conclusion.value
    return {one.lesion: one for one in value.lesions} if isinstance(value, Her2UptakeValue) else {}


def _pictures(scan: PetScan) -> tuple[PetImages, str]:
    """The pictures, or the reason why there are none."""
    try:
        pictures = draw_scan(scan)
    except NeoherError as error:
        return PetImages(), f"No pictures: {error.what}"
    return pictures, "" if pictures.projections else "No pictures: the images were not read, or give no SUV."


def _comparisons(scans: Sequence[PetScan]) -> Iterator[Table]:
    """Each scan against the first one with its tracer."""
    firsts: dict[str | None, PetScan] = {}
    for scan in scans:
        first = firsts.setdefault(scan.exam.tracer, scan)
        if first is not scan:
            if scan.family is TracerFamily.FDG:
                yield comparability_table(first, scan)
            yield change_table(first, scan)


def _limits(scans: Sequence[PetScan]) -> Iterator[Table]:
    """What a change must exceed, once for each tracer, also before there is a second scan."""
    for scan in {scan.exam.tracer: scan for scan in scans}.values():
        yield limits_table(scan)


def _cautions(results: Sequence[ExamResult]) -> Iterator[str]:
    """What the measurements of a scan warn of, each once."""
    said = dict.fromkeys(
        caution.message
        for result in results
        if result.measurement is not None
        for caution in result.measurement.conclusion.warnings
    )
    yield from said
