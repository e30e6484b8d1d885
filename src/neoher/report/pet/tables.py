"""Tables of a PET scan: how it was made, what its lesions took up, and what lies between two scans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from neoher.record.case import Case
from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN, change_percent, number, short_date
from neoher.report.pet.comparability import percist_threshold
from neoher.report.pet.scans import LesionUptake, PetScan, TracerFamily
from neoher.report.section import Table, TableCell
from neoher.response.change import change_between
from neoher.response.her2_uptake.facts import LesionReading
from neoher.response.repeatability import repeatability_of

__all__ = ["change_table", "lesion_table", "limits_table", "scan_facts"]

_GRAM_PER_ML = "g/mL"
_QUANTITIES: Mapping[TracerFamily, tuple[tuple[str, str, str], ...]] = {
    # quantity stored in measurements.json, heading, UCUM unit
    TracerFamily.FDG: (
        ("suvmax", "SUVmax, g/mL", _GRAM_PER_ML),
        ("suvpeak", "SUVpeak, g/mL", _GRAM_PER_ML),
        ("sulpeak", "SULpeak, g/mL", _GRAM_PER_ML),
        ("suvmean", "SUVmean, g/mL", _GRAM_PER_ML),
        ("pet_volume", "volume, cc", "cm3"),
        ("tlg", "TLG, g", "g"),
    ),
    TracerFamily.HER2: (
        ("suvmax", "SUVmax, g/mL", _GRAM_PER_ML),
        ("suvpeak", "SUVpeak, g/mL", _GRAM_PER_ML),
        ("suvmean", "SUVmean, g/mL", _GRAM_PER_ML),
        ("pet_volume", "volume, cc", "cm3"),
    ),
}
_CHANGING = {
    TracerFamily.FDG: (
        ("suvmax", "SUVmax, g/mL"),
        ("suvpeak", "SUVpeak, g/mL"),
        ("sulpeak", "SULpeak, g/mL"),
        ("tlg", "TLG, g"),
    ),
    TracerFamily.HER2: (("suvmax", "SUVmax, g/mL"), ("suvpeak", "SUVpeak, g/mL")),
}
_CORRECTED = {
    "injected_at": "time of the injection",
    "injected_mbq": "activity in the syringe",
    "residual_mbq": "activity left in the syringe",
    "residual_at": "the time of that",
    "weight_kg": "weight",
    "height_m": "height",
    "nuclide": "nuclide, by the tracer",
}
_SLOW_H = 24.0
"""From here on the time since the injection is said in days."""


def scan_facts(scan: PetScan) -> tuple[Fact, ...]:
    """Tracer, times, activity, body and scanner; what is not known says so."""
    value, exam = scan.value, scan.exam
    lean = scan.sul_over_suv
    corrected = value.corrected if value else ()
    facts = [
        _fact("tracer", _tracer(scan)),
        _fact("injection", _moment(value.injection_time) if value else None),
        _fact("activity at the injection", _activity(scan)),
        _fact("scan after the injection", _waited(value.hours_after_injection if value else None)),
        _fact("numbers in the images", _units(scan)),
        _fact("body", _body(scan)),
        _fact("scanner", exam.scanner),
    ]
    if scan.family is TracerFamily.FDG:
        glucose = exam.glucose_mg_dl
        facts.append(_fact("blood glucose", f"{glucose:g} mg/dL" if glucose is not None else None))
        facts.append(
            _fact("SUL", f"SUV × {lean:.4f}, lean body mass by Janmahasatian" if lean is not None else None)
        )
        facts.append(percist_threshold(scan))
    if corrected:
        words = (_CORRECTED.get(one.fact, one.fact) for one in corrected)
        facts.append(_fact("taken from the record", ", ".join(words)))
    return tuple(facts)


def lesion_table(scan: PetScan, case: Case, readings: Mapping[str, LesionReading] | None = None) -> Table:
    """Uptake of each lesion, then of the reference regions.

    Parameters: `readings`: what a HER2 tracer says of each lesion; None leaves the column out.
    """
    quantities = _quantities(scan.family)
    header = ("Lesion", *(heading for _, heading, _ in quantities), "peak / blood pool", "peak / liver")
    rows = [_lesion_row(one, scan, case) for one in scan.lesions]
    if readings is not None:
        header = (*header, "Reading")
        rows = [
            (*row, _reading(readings.get(one.lesion or "")))
            for one, row in zip(scan.lesions, rows, strict=True)
        ]
    value = scan.value
    for reference in value.references if value else ():
        spread = "SD " + (f"{reference.sd:.2f}" if reference.sd is not None else NOT_KNOWN)
        cells = {"suvmean": TableCell(number(reference.mean, _GRAM_PER_ML), spread)}
        cells["pet_volume"] = TableCell(number(reference.volume_cc, "cm3"))
        rows.append(
            (
                TableCell(reference.name, "reference region"),
                *(cells.get(name, TableCell("")) for name, _, _ in quantities),
                *(TableCell("") for _ in header[len(quantities) + 1 :]),
            )
        )
    return Table(
        caption=f"Uptake by lesion, {scan.name}, {short_date(scan.exam.date)}",
        header=header,
        rows=tuple(rows),
        note=(
            "SUV by body weight. Peak: highest mean over a sphere of 1 cm3 centred in the lesion. A lesion "
            "not much larger than the scanner’s resolution shows less than it holds."
        ),
    )


def change_table(first: PetScan, later: PetScan) -> Table:
    """Change of each lesion from one scan to another with the same tracer, held against repeatability."""
    names = _CHANGING.get(first.family, _CHANGING[TracerFamily.HER2])
    rows = [
        (TableCell(one.lesion or "region"), *(_change(one, other, name, first) for name, _ in names))
        for one in first.lesions
        for other in later.lesions
        if other.lesion == one.lesion
    ]
    return Table(
        caption=(
            f"Change from {first.name}, {short_date(first.exam.date)}, to {later.name}, "
            f"{short_date(later.exam.date)}"
        ),
        header=("Lesion", *(words for _, words in names)),
        rows=tuple(rows),
        note="A lesion without a number on either scan has not shrunk: it was not measured there.",
    )


def limits_table(scan: PetScan) -> Table:
    """What a change of each quantity must exceed with this tracer, with the source, or that none is held."""
    names = _CHANGING.get(scan.family, _CHANGING[TracerFamily.HER2])
    held = [(words, repeatability_of(name, scan.exam.tracer)) for name, words in names]
    return Table(
        caption="What repeating the scan alone can give: a change must exceed it",
        header=("Quantity", "Limit of detectable change"),
        rows=tuple(
            (TableCell(words.partition(",")[0]), TableCell(limit.words, sources=limit.sources))
            for words, limit in held
        ),
    )


def _change(one: LesionUptake, other: LesionUptake, name: str, first: PetScan) -> TableCell:
    unit = "g" if name == "tlg" else _GRAM_PER_ML
    earlier, now = one.quantity(name), other.quantity(name)
    change = change_between(name, earlier, now, tracer=first.exam.tracer).value
    if change is None or earlier is None or now is None:
        return TableCell("cannot be said", other.unknown if now is None else one.unknown, known=False)
    noise = {True: "beyond noise", False: "within noise", None: "no limit held"}[change.beyond_noise]
    percent = f"{change_percent(change.percent)}, " if change.percent is not None else ""
    return TableCell(f"{number(earlier, unit)} → {number(now, unit)}", f"{percent}{noise}")


def _lesion_row(one: LesionUptake, scan: PetScan, case: Case) -> tuple[TableCell, ...]:
    lesion = next((lesion for lesion in case.lesions if lesion.id == one.lesion), None)
    site = (lesion.site or str(lesion.kind or "")) if lesion else ""
    region = one.value.regions[0] if one.value and one.value.regions else None
    return (
        TableCell(one.lesion or "region", site),
        *(_value(one, name, unit) for name, _, unit in _quantities(scan.family)),
        _ratio(region.tumour_to_blood if region else None),
        _ratio(region.tumour_to_liver if region else None),
    )


def _reading(reading: LesionReading | None) -> TableCell:
    """What the tracer says of a lesion, and why; never a HER2 class."""
    if reading is None or reading.result is None:
        reasons = reading.reasons if reading is not None else ()
        return TableCell("cannot be said", "; ".join(reasons), known=False)
    return TableCell(reading.result.value, "; ".join(reading.reasons))


def _value(one: LesionUptake, name: str, unit: str) -> TableCell:
    value = one.quantity(name)
    if value is None:
        return TableCell(one.unknown if one.value is None else NOT_KNOWN, known=False)
    return TableCell(number(value, unit), provenance=one.provenance)


def _ratio(value: float | None) -> TableCell:
    if value is None:
        return TableCell(NOT_KNOWN, "no reference region", known=False)
    return TableCell(number(value, "1"))


def _quantities(family: TracerFamily) -> tuple[tuple[str, str, str], ...]:
    return _QUANTITIES.get(family, _QUANTITIES[TracerFamily.HER2])


def _tracer(scan: PetScan) -> str | None:
    value, mass = scan.value, scan.exam.tracer_mass_mg
    if scan.exam.tracer is None:
        return None
    parts = [scan.exam.tracer]
    if mass is not None:
        parts.append(f"{mass:g} mg")
    if value is not None and value.half_life_s is not None:
        parts.append(f"half-life {_half_life(value.half_life_s)}")
    return ", ".join(parts)


def _half_life(seconds: float) -> str:
    return f"{seconds / 3600:.2f} h" if seconds >= 6 * 3600 else f"{seconds / 60:.1f} min"


def _activity(scan: PetScan) -> str | None:
    value = scan.value
    if value is None or value.activity_mbq is None:
        return None
    residual = scan.exam.residual_mbq
    of = f", {scan.exam.injected_mbq:g} MBq in the syringe" if scan.exam.injected_mbq is not None else ""
    left = f", {residual:g} MBq of it left there" if residual is not None else ""
    return f"{value.activity_mbq:.1f} MBq{of}{left}"


def _units(scan: PetScan) -> str | None:
    value = scan.value
    if value is None:
        return None
    decay = f", decay correction {value.decay_correction}" if value.decay_correction else ""
    at = f", to {_moment(value.reference_time)}" if value.reference_time else ""
    return f"{value.units}{decay}{at}"


def _body(scan: PetScan) -> str | None:
    weight, height = scan.exam.weight_kg, scan.exam.height_m
    stated = [f"{weight:g} kg" if weight is not None else "", f"{height:g} m" if height is not None else ""]
    return ", ".join(part for part in stated if part) or (scan.value.body_measure if scan.value else None)


def _waited(hours: float | None) -> str | None:
    if hours is None:
        return None
    return f"{hours * 60:.0f} min" if hours < _SLOW_H else f"{hours / 24:.1f} days ({hours:.1f} h)"


def _moment(iso: str | None) -> str | None:
    if iso is None:
        return None
    moment = dt.datetime.fromisoformat(iso)
    return f"{moment:%H:%M:%S}, {short_date(moment.date())}"


def _fact(label: str, value: str | None) -> Fact:
    return Fact(label, value) if value else Fact(label, NOT_KNOWN, known=False)
