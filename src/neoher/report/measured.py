"""What the report shows of each method of measuring: quantities by label, value in words, pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from neoher.measure.adc import AdcValue
from neoher.measure.case import ExamResult
from neoher.measure.diffusion import PreparedAdc
from neoher.measure.functional_volume import PreparedDce, StoredFtvValue
from neoher.measure.plane.callipers import PreparedLengths
from neoher.measure.plane.lengths import LesionLengths
from neoher.measure.suv import SuvValue
from neoher.report.callipers.figures import plane_pictures
from neoher.report.callipers.tables import length_table
from neoher.report.content import KeyImage
from neoher.report.diffusion.figures import diffusion_pictures
from neoher.report.diffusion.tables import adc_table
from neoher.report.drawing.dce_figures import exam_images
from neoher.report.section import Table

__all__ = ["MeasuredPage", "page_of"]


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    """How one method appears in the report."""

    quantities: Mapping[str, tuple[str, str]]
    """Quantity: its label and UCUM unit, in the order of the lesion table. Others that are stored stand in
    measurements.json alone."""
    always_shown: str
    """The quantity whose row stands in the table even where no visit has a value."""
    compared_parameters: tuple[str, ...]
    """Parameters that must be equal for two values to be compared."""
    in_words: Callable[[Mapping[str, Any]], str]
    """The stored value in one sentence. Raises: ValidationError where another version stored it."""
    pictures: Callable[[ExamResult], tuple[KeyImage, ...] | None]
    """The pictures, drawn from the pixels; None where there is no region to draw, () where the section of the
    subject shows them. Raises: NeoherError."""
    tables: Callable[[Mapping[str, Any], str | None, str | None], tuple[Table, ...]] = lambda *_: ()
    """Tables of the stored value of a lesion, with the code of its provenance. Raises: ValidationError."""
    why_absent: Callable[[Mapping[str, Any], str], str] | None = None
    """Why a stored quantity has no number; where it is given, only quantities that are stored have a row."""


def page_of(result: ExamResult) -> MeasuredPage:
    """The page of the result's method."""
    return _PAGES[result.key[2]]


def _functional_volume_pictures(result: ExamResult) -> tuple[KeyImage, ...] | None:
    prepared = result.prepared
    measured = prepared.from_pixels() if isinstance(prepared, PreparedDce) and result.measurement else None
    if measured is None:
        return None
    return exam_images(measured.series, measured.volume, measured.region, measured.shape, measured.curve())


def _lengths_pictures(result: ExamResult) -> tuple[KeyImage, ...] | None:
    prepared = result.prepared
    return plane_pictures(prepared) if isinstance(prepared, PreparedLengths) else None


def _diffusion_pictures(result: ExamResult) -> tuple[KeyImage, ...] | None:
    prepared = result.prepared
    drawn = prepared.from_pixels() if isinstance(prepared, PreparedAdc) and result.measurement else None
    return None if drawn is None else diffusion_pictures(drawn)


_PAGES: Mapping[str, MeasuredPage] = {
    "ftv": MeasuredPage(
        quantities={
            "functional_tumour_volume": ("functional tumour volume", "cm3"),
            "largest_component_longest_diameter_in_plane": (
                "longest diameter in plane, largest component",
                "mm",
            ),
            "largest_component_longest_diameter_3d": ("longest diameter in 3D, largest component", "mm"),
            "longest_diameter_in_plane": ("longest diameter in plane, all counted voxels", "mm"),
            "longest_diameter_3d": ("longest diameter in 3D, all counted voxels", "mm"),
            "components": ("connected components", "1"),
            "sphericity": ("sphericity", "1"),
        },
        always_shown="functional_tumour_volume",
        compared_parameters=("pe_percent", "background_percent", "neighbours", "early_s", "late_s"),
        in_words=lambda value: StoredFtvValue.model_validate(value).in_words(),
        pictures=_functional_volume_pictures,
    ),
    "adc": MeasuredPage(
        quantities={
            "adc_mean": ("mean apparent diffusion coefficient", "10*-6.mm2/s"),
            "adc_median": ("median apparent diffusion coefficient", "10*-6.mm2/s"),
            "adc_p15": ("15th percentile of the diffusion coefficient", "10*-6.mm2/s"),
            "adc_p25": ("25th percentile of the diffusion coefficient", "10*-6.mm2/s"),
        },
        always_shown="adc_mean",
        compared_parameters=("fit", "b_values"),
        in_words=lambda value: AdcValue.model_validate(value).in_words(),
        pictures=_diffusion_pictures,
        tables=lambda value, lesion, row: (adc_table(AdcValue.model_validate(value), lesion, row),),
    ),
    "suv": MeasuredPage(
        quantities={
            "suvmax": ("SUVmax (body weight)", "g/mL"),
            "suvpeak": ("SUVpeak (body weight)", "g/mL"),
            "sulpeak": ("SULpeak (lean body mass, Janmahasatian)", "g/mL"),
            "suvmean": ("SUVmean (body weight)", "g/mL"),
            "pet_volume": ("volume of the region on PET", "cm3"),
            "tlg": ("SUVmean x volume (total lesion glycolysis with FDG)", "g"),
        },
        always_shown="suvpeak",
        compared_parameters=("tracer", "normalisation", "segment", "threshold", "percent", "sul_formula"),
        in_words=lambda value: SuvValue.model_validate(value).in_words(),
        pictures=lambda _: (),
    ),
    "length": MeasuredPage(
        quantities={
            "longest_diameter": ("longest diameter between callipers", "mm"),
            "second_axis": ("second axis", "mm"),
            "third_axis": ("third axis", "mm"),
            "ellipsoid_volume": ("volume of the ellipsoid of three axes", "cm3"),
            "short_axis": ("short axis", "mm"),
            "cortex": ("thickness of the cortex", "mm"),
            "calcification_extent": ("extent of calcifications", "mm"),
        },
        always_shown="longest_diameter",
        compared_parameters=("plane",),
        in_words=lambda value: LesionLengths.model_validate(value).in_words(),
        pictures=_lengths_pictures,
        tables=lambda value, lesion, row: (length_table(LesionLengths.model_validate(value), lesion, row),),
        why_absent=lambda value, quantity: LesionLengths.model_validate(value).why_absent(quantity),
    ),
}
