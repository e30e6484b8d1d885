"""Truth beside measurement, quantity by quantity, of one simulated patient: what recovery_table.py counts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neoher.imaging.align import Motion
from neoher.imaging.kinetics.sampling import sampling
from neoher.imaging.projection import Extent, ViewLength, join_views
from neoher.imaging.ultrasound import ellipsoid_volume_cc
from neoher.measure.case import ExamResult, measure_case
from neoher.measure.dce_exam import DceRequest, measure_dce, prepare_dce
from neoher.measure.functional_volume import PreparedDce
from neoher.measure.length import LengthInputs, compute
from neoher.measure.suv import SuvValue
from neoher.record.measurement import Measurements
from neoher.record.reading.case_file import read_case
from neoher.volume.calibration import CalibrationPlane

__all__ = ["Pair", "motion_pairs", "patient_pairs"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One quantity of one lesion on one exam; None where there is none."""

    modality: str
    quantity: str
    unit: str
    truth: float | None
    measured: float | None


def patient_pairs(case: Path) -> list[Pair]:
    """Every pair of a simulated case: its exams measured, and lengths between points set on whole pixels."""
    truth = json.loads((case / "truth.json").read_text())
    pairs: list[Pair] = []
    for result in measure_case(case, read_case(case), Measurements()):
        kind = result.method.name.partition("/")[0]
        if kind == "length":
            continue  # the record's callipers: each length is measured below, points on whole pixels
        if result.measurement is None:
            raise RuntimeError(f"{case}, {result.exam.id}: {result.problem}")
        pairs += {"ftv": _volume, "adc": _diffusion, "suv": _uptake}[kind](result, truth)
    return [*pairs, *_mammography(case, truth), *_ultrasound(case, truth)]


# --- MRI


def _volume(result: ExamResult, truth: dict[str, Any]) -> Iterator[Pair]:
    known = truth["visits" if result.lesion == "L1" else "second_lesion"][str(result.exam.visit)]
    found = _quantities(result)
    there = known["reference_voxels"] > 0
    volume = found["functional_tumour_volume"] or None
    yield Pair("MRI", "functional tumour volume", "cc", known["ftv_reference_cc"] or None, volume)
    # What thresholds leave out of the tumour, and what partial volume adds, is in this one.
    yield Pair("MRI", "FTV against the tumour's own volume", "cc", known["tumour_cc"] or None, volume)
    for quantity, name, unit, right in (
        ("longest diameter in plane", "longest_diameter_in_plane", "mm", "reference_diameter_in_plane_mm"),
        ("longest diameter in 3D", "longest_diameter_3d", "mm", "reference_diameter_3d_mm"),
        (
            "in plane, largest part",
            "largest_component_longest_diameter_in_plane",
            "mm",
            "longest_diameter_in_plane_mm",
        ),
        ("in 3D, largest part", "largest_component_longest_diameter_3d", "mm", "longest_diameter_3d_mm"),
        ("parts", "components", "1", "parts"),
        ("fragments", "fragments", "1", "fragments"),
        (
            "in 3D, all fragments",
            "fragments_longest_diameter_3d",
            "mm",
            "fragments_longest_diameter_3d_mm",
        ),
        ("hull of the fragments", "hull_volume", "cc", "fragments_hull_cc"),
        ("sphericity", "sphericity", "1", "sphericity"),
    ):
        yield Pair("MRI", quantity, unit, known[right] or None, found[name] or None)
    percent = known["reference_pe_percent"] or (None, None)
    yield Pair("MRI", "percent enhancement, mean", "%", percent[0], found["percent_enhancement_mean"])
    yield Pair("MRI", "percent enhancement, peak", "%", percent[1], found["percent_enhancement_peak"])
    yield Pair("MRI", "share with SER above 1", "%", known["reference_washout_percent"], _washout(result))
    prepared = result.prepared
    assert isinstance(prepared, PreparedDce)
    again = prepared.from_pixels()
    curve = None if again is None else again.curve()
    measured = None if curve is None else curve.enhancement_percent
    right = known["reference_curve_percent"]
    for phase in range(1, len(known["phase_times_s"])):
        yield Pair(
            "MRI",
            "kinetic curve, each phase",
            "%",
            right[phase] if right else None,
            measured[phase] if measured else None,
        )
    if there and not sampling(known["phase_times_s"]).carries_fit:
        yield Pair("MRI", "Ktrans", "/min", known["kinetics"]["tumour_ktrans_per_min"], None)


def _washout(result: ExamResult) -> float | None:
    assert result.measurement is not None
    value = result.measurement.conclusion.value
    if value is None or not value["voxels"]:
        return None
    fast = sum(value["ser_bins"][name] for name in ("1.0-1.3", "1.3-1.75", "1.75-3", ">3"))
    return 100.0 * fast / value["voxels"]


def _diffusion(result: ExamResult, truth: dict[str, Any]) -> Iterator[Pair]:
    known = truth["diffusion"].get(str(result.exam.visit), {}).get(result.lesion, {})
    found = _quantities(result)
    for name in ("mean", "median", "p15", "p25"):
        yield Pair("diffusion", f"ADC, {name}", "1e-6 mm2/s", known.get(f"adc_{name}"), found[f"adc_{name}"])


# --- PET


def _uptake(result: ExamResult, truth: dict[str, Any]) -> Iterator[Pair]:
    exam = truth["pet"][result.exam.id]
    known = next(one for one in exam["lesions"] if one["lesion"] == result.lesion)
    modality = f"PET, {exam['tracer']}"
    found = _quantities(result)
    for name in ("suvmax", "suvpeak", "suvmean"):
        yield Pair(modality, f"{name.upper()[:3]}{name[3:]}", "g/mL", known["written"][name], found[name])
    for name in ("suvmax", "suvpeak", "suvmean"):
        quantity = f"{name.upper()[:3]}{name[3:]} against the lesion's uptake"
        yield Pair(modality, quantity, "g/mL", known["suv"], found[name])
    yield Pair(modality, "volume of the region", "cc", known["region_cc"], found["pet_volume"])
    written = known["written"]["suvmean"] * known["region_cc"]
    yield Pair(modality, "SUVmean x volume", "g", written, found["tlg"])
    weight, height = exam["weight_kg"], exam["height_m"]
    # Lean body mass of a woman by Janmahasatian (PMID 16176118).
    lean = 9270 * weight / (8780 + 244 * weight / height**2)
    yield Pair(modality, "SULpeak", "g/mL", known["written"]["suvpeak"] * lean / weight, found["sulpeak"])
    assert result.measurement is not None
    stored = result.measurement.conclusion.value
    means = (
        {} if stored is None else {one.name: one.mean for one in SuvValue.model_validate(stored).references}
    )
    for organ in exam["organs"]:
        if organ["name"] in {"liver", "blood pool"}:
            yield Pair(
                modality, f"{organ['name']}, mean", "g/mL", organ["written_mean"], means.get(organ["name"])
            )


def _quantities(result: ExamResult) -> defaultdict[str, float | None]:
    """By name; None for what was not measured."""
    assert result.measurement is not None
    stored = {one.name: one.value for one in result.measurement.quantities}
    return defaultdict(lambda: None, stored)


# --- lengths on plane images


def _length(case: Path, line: dict[str, Any]) -> float | None:
    """As a reader has it, who clicks on pixels; None uncalibrated, and on the detector, which is not the
    body."""
    start, end = ((round(column), round(row)) for column, row in (line["start"], line["end"]))
    value = compute(LengthInputs(path=case / line["image"], start=start, end=end, frame=line["frame"])).value
    assert value is not None
    return None if value.plane is CalibrationPlane.DETECTOR else value.length_mm


def _mammography(case: Path, truth: dict[str, Any]) -> Iterator[Pair]:
    modality = "tomosynthesis" if truth["forms"]["mammography"].startswith("tomo") else "mammography"
    for name, lines in truth["lengths"].items():
        if not name.startswith("MG"):
            continue
        for extent in Extent:
            of_extent = [line for line in lines if line["what"] == extent.value]
            found = {line["view"]: _length(case, line) for line in of_extent}
            for view in ("CC", "MLO", "CC, magnified"):
                right = next((line["true_mm"] for line in of_extent if line["view"] == view), None)
                seen = "mammography" if "magnified" in view else modality
                yield Pair(seen, f"{extent.value}, {view}", "mm", right, found.get(view))
            views = [
                ViewLength("L1", "left", view, extent, length)
                for view, length in found.items()
                if length is not None and "magnified" not in view
            ]
            joined = join_views(views)
            longest = max(
                (line["true_mm"] for line in of_extent if "magnified" not in line["view"]), default=None
            )
            yield Pair(
                modality,
                f"{extent.value}, longest of CC and MLO",
                "mm",
                longest,
                joined[0].longest_mm if joined else None,
            )


def _ultrasound(case: Path, truth: dict[str, Any]) -> Iterator[Pair]:
    for name, lines in truth["lengths"].items():
        if not name.startswith("US"):
            continue
        of_axes: dict[str, float | None] = {}
        for lesion, quantities in (
            ("L1", ("longest", "across the longest", "third axis")),
            ("N1", ("longest", "short axis", "cortex")),
        ):
            for quantity in quantities:
                chosen = [line for line in lines if (line["lesion"], line["what"]) == (lesion, quantity)]
                lengths = [_length(case, line) for line in chosen]
                named = f"{'lesion' if lesion == 'L1' else 'node'}, {quantity}"
                for line, length in zip(chosen, lengths, strict=True):
                    yield Pair("ultrasound", named, "mm", line["true_mm"], length)
                if not chosen:
                    yield Pair("ultrasound", named, "mm", None, None)
                if lesion == "L1":
                    of_axes[quantity] = lengths[0] if lengths else None
        volumes = truth["volumes_by_axes"].get(name)
        measured = _ellipsoid(list(of_axes.values()))
        right = volumes[0] if volumes else {}
        yield Pair("ultrasound", "volume by three axes", "cc", right.get("ellipsoid_cc"), measured)
        quantity = "volume by three axes against the tumour's own"
        yield Pair("ultrasound", quantity, "cc", right.get("tumour_cc"), measured)


def _ellipsoid(axes_mm: Sequence[float | None]) -> float | None:
    known = [axis for axis in axes_mm if axis is not None]
    return ellipsoid_volume_cc(known[0], known[1], known[2]) if len(known) == 3 else None


# --- motion between the contrast phases


def motion_pairs(case: Path, amount_mm: float) -> list[Pair]:
    """Volume and diameter of a patient who moved, as acquired and with the phases put over each other."""
    truth, record = json.loads((case / "truth.json").read_text()), read_case(case)
    boxes = {name: truth[f"{name}_mm"] for name in ("voi", "omit")}
    voi, omit = (",".join(f"{value!r}" for value in (*one["lower"], *one["upper"])) for one in boxes.values())
    pairs = []
    for exam in record.exams:
        if exam.modality != "MR":
            continue
        known = truth["visits"][str(exam.visit)]
        for align in (None, Motion.RIGID):
            request = DceRequest(
                images=case / str(exam.images),
                voi=voi,
                omit=(omit,),
                injected_at=getattr(exam, "contrast_injected_at", None),
                align=align,
            )
            measured = measure_dce(prepare_dce(request))
            how = "as acquired" if align is None else "aligned"
            modality = f"MRI, moved up to {amount_mm:g} mm, {how}"
            right, found = known["ftv_reference_cc"] or None, measured.volume.volume_cc or None
            pairs.append(Pair(modality, "functional tumour volume", "cc", right, found))
            part = measured.shape.largest_component
            length = part.longest_diameter_3d_mm if part else None
            pairs.append(Pair(modality, "in 3D, largest part", "mm", known["longest_diameter_3d_mm"], length))
    return pairs
