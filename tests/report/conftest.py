"""A made-up patient with four visits, and a small made-up breast to draw."""

from __future__ import annotations

import base64
import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from neoher.errors import ImageError
from neoher.imaging.phases import PhaseChoice, choose_phases
from neoher.measure.case import ExamResult, State
from neoher.measure.functional_volume import FUNCTIONAL_VOLUME as FTV
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion, Step
from neoher.record.exam import MrExam
from neoher.record.measurement import InputObjects, Measurement, Quantity
from neoher.record.reading.case_file import read_case_text
from neoher.report.assessing import assess_tissue
from neoher.report.building import build_content
from neoher.report.content import ReportContent
from neoher.volume.dynamic import DynamicSeries, Phase, Scale, TimeAxis
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

TODAY = dt.date(2026, 9, 2)

COURSE = """\
neoher: 1
patient: {id: P001, sex: female, birth_year: 1976, menopause: premenopausal, region: US}
provenance: {entered_by: study office, entered_on: 2025-07-20, documents: [letter of 12 February 2025]}
cancers:
  - {id: C1, side: left, histology: invasive carcinoma NST, grade: 3, stage: {T: "2", N: "1", M: "0"},
     extent: {focality: unifocal, skin: none, chest_wall: none}}
lesions:
  - {id: L1, cancer: C1, kind: primary, side: left, site: upper outer quadrant, clip: 2025-02-10}
  - {id: N1, cancer: C1, kind: node, side: left, site: axilla level I, clip: 2025-02-10}
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10,
     ki67_percent: 35, her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6, cells: 20}}}
  - {id: B2, kind: fine-needle-aspiration, lesion: N1, date: 2025-02-03, malignant: yes}
exams:
  - {id: E5, modality: MG, visit: T0, date: 2025-02-05, lexicon_version: BI-RADS 2013, birads_category: 6,
     findings: [{lesion: L1, longest_mm: 35, type: mass, margin: spiculated,
       calcifications: {morphology: fine pleomorphic, distribution: segmental, extent_mm: 48}}]}
  - {id: E2, modality: US, visit: T0, date: 2025-02-07,
     findings: [{lesion: N1, short_mm: 16, cortex_mm: 6, hilum: absent}, {lesion: L1, longest_mm: 33}]}
  - {id: E1, modality: MR, visit: T0, date: 2025-02-08, images: imaging/t0-mr, lexicon_version: BI-RADS 2013,
     background_enhancement: mild, field_strength_t: 3, contrast_injected_at: "2025-02-08T10:15:30",
     text: "Irregular mass in the left upper outer quadrant, no second focus.",
     findings: [{lesion: L1, longest_mm: 38, type: mass, shape: irregular, margin: spiculated,
       internal_enhancement: rim, kinetics_initial: fast, kinetics_delayed: washout}]}
  - {id: E4, modality: CT, visit: T0, date: 2025-02-12, purpose: staging,
     findings: [{site: chest, metastases: none}]}
  - {id: E3, modality: PT, visit: T0, date: 2025-02-14, tracer: 89Zr-pertuzumab,
     injected_at: "2025-02-08T10:15", injected_mbq: 73.8,
     findings: [{lesion: L1, suvmax: 12.7, uptake: positive}]}
  - {id: E6, modality: MR, visit: T1, date: 2025-03-13, images: imaging/t1-mr,
     findings: [{lesion: L1, longest_mm: 29, type: mass, kinetics_delayed: plateau}]}
  - {id: E7, modality: MR, visit: T2, date: 2025-04-24, images: imaging/t2-mr,
     findings: [{lesion: L1, finding: too-small}]}
  - {id: E8, modality: US, visit: T2, date: 2025-04-25, findings: [{lesion: N1, short_mm: 7, hilum: present}]}
  - {id: E9, modality: MR, visit: T3, date: 2025-06-24, images: imaging/t3-mr, purpose: before surgery,
     findings: [{lesion: L1, finding: absent}]}
treatment:
  - {regimen: TCHP, setting: neoadjuvant, start: 2025-02-20, end: 2025-06-05, cycles: 6, cycles_planned: 6,
     ended_because: completed, doses: [{drug: pertuzumab, date: 2025-02-20, mg: 840}]}
heart:
  - {date: 2025-02-12, lvef_percent: 63, method: echo, lower_limit: 55}
  - {date: 2025-05-14, lvef_percent: 60}
baseline_tests: {hepatitis_b: negative, pregnancy: negative}
adverse_events: none
restaging: {date: 2025-06-28, ycT: "1", ycN: "0"}
surgery: {date: 2025-07-10, procedure: lumpectomy, axilla: sentinel nodes, specimen: {bed_mm: [12, 9],
  cellularity_percent: 5, cis_percent: 0, nodes_positive: 0, nodes_examined: 3, largest_met_mm: 0,
  ypT: "1a", ypN: "0", margins: negative}}
outcome: {last_seen: 2026-09-01, status: alive}
"""
"""The contract's case.yaml with findings of MRI and three more visits."""

THRESHOLDS = {"pe_percent": 70.0, "background_percent": 60.0, "neighbours": 4}
PARAMETERS = {**THRESHOLDS, "early_s": 150.0, "late_s": 450.0}


def measured(exam: MrExam, volume_cc: float | None, diameter_mm: float | None, **changed: Any) -> Measurement:
    """A measurement of L1 as `neoher measure` stores it; sizes as given, the rest made up."""
    voxels = None if volume_cc is None else round(volume_cc * 1000)
    stated: dict[str, Any] = {
        "exam": exam.id,
        "visit": exam.visit,
        "date": exam.date,
        "modality": "MR",
        "lesion": "L1",
        "method": "ftv/1",
        "parameters": PARAMETERS,
        "images": InputObjects(description="MR, 3 phases of 60 slices", count=180, sha256=f"{exam.id:a<64}"),
        "region": InputObjects(description="box in case.yaml", count=1, sha256=f"{exam.id:b<64}"),
        "quantities": (
            Quantity(name="functional_tumour_volume", value=volume_cc, unit="cm3"),
            Quantity(name="longest_diameter_in_plane", value=diameter_mm, unit="mm"),
            Quantity(name="largest_component_longest_diameter_in_plane", value=diameter_mm, unit="mm"),
            Quantity(name="components", value=0.0 if volume_cc == 0 else 2.0, unit="1"),
            Quantity(name="sphericity", value=None if volume_cc == 0 else 0.41, unit="1"),
        ),
        "conclusion": Conclusion[dict[str, Any]](
            value=_value(voxels, volume_cc, diameter_mm),
            because=(
                Step(
                    step=f"{voxels} voxels count",
                    rule="PE ≥ 70 %",
                    inputs={"background_threshold": 39.6, "region_voxels": 96151},
                ),
            ),
            sources=("PMID:22623692",),
        ),
    }
    return Measurement(**(stated | changed))


def _value(voxels: int | None, volume_cc: float | None, diameter_mm: float | None) -> dict[str, Any]:
    return {
        "voxels": voxels,
        "volume_cc": volume_cc,
        "enhancement_volume_cc": None,
        "ser_bins": {"0-0.9": voxels},
        "ser_zero": 0,
        "ser_undefined": 0,
        "longest_diameter_in_plane_mm": diameter_mm,
        "longest_diameter_3d_mm": diameter_mm,
        "largest_component": None,
        "components": 2 if voxels else 0,
        "sphericity": 0.41 if voxels else None,
        "phases": [{"index": 0, "time_s": -100.0, "role": "pre"}],
        "threshold": 39.6,
        "parameters": THRESHOLDS,
    }


Measure = Callable[..., Measurement]
BoxSeries = Callable[[Grid, tuple[int, int, int]], tuple[DynamicSeries, PhaseChoice, Mask]]
Decode = Callable[[str], NDArray[np.uint8]]


@pytest.fixture(name="measured")
def measured_fixture() -> Measure:
    """Makes a stored measurement: measured(exam, volume_cc, diameter_mm, …)."""
    return measured


@pytest.fixture
def course_text() -> str:
    """The made-up patient's case.yaml."""
    return COURSE


@pytest.fixture
def course() -> Case:
    """The made-up patient's record."""
    return read_case_text(COURSE)


@pytest.fixture
def results(course: Case) -> tuple[ExamResult, ...]:
    """Measured at T0, T1 and T3, where nothing is left; T2 cannot be read."""
    by_id = {exam.id: exam for exam in course.exams if isinstance(exam, MrExam)}
    unreadable = ImageError("slice 12 is missing.", "imaging/t2-mr", "Copy the series again.")
    return (
        ExamResult(by_id["E1"], "L1", FTV, State.FRESH, measured(by_id["E1"], 12.345, 38.7)),
        ExamResult(by_id["E6"], "L1", FTV, State.MEASURED, measured(by_id["E6"], 6.1725, 27.09)),
        ExamResult(by_id["E7"], "L1", FTV, State.FAILED, None, problem=unreadable),
        ExamResult(by_id["E9"], "L1", FTV, State.FRESH, measured(by_id["E9"], 0.0, None)),
    )


@pytest.fixture
def build() -> Callable[..., ReportContent]:
    """Builds the content of a record as the main job does: build(case, results)."""

    def built(case: Case, results: Sequence[ExamResult] = ()) -> ReportContent:
        return build_content(case, results, images=(), tissue=assess_tissue(case), today=TODAY)

    return built


@pytest.fixture
def content(
    build: Callable[..., ReportContent], course: Case, results: tuple[ExamResult, ...]
) -> ReportContent:
    """The made-up patient's report."""
    return build(course, results)


@pytest.fixture
def box_series() -> BoxSeries:
    """Makes three phases of 100 everywhere with one bright voxel, and a box around it as region."""
    return _box_series


def _box_series(grid: Grid, bright: tuple[int, int, int]) -> tuple[DynamicSeries, PhaseChoice, Mask]:
    """The bright voxel goes from 100 to 300, then 280."""
    signal = np.full((3, *grid.shape), 100, dtype=np.int16)
    signal[1][bright], signal[2][bright] = 300, 280
    phases = tuple(Phase(i, 150.0 * i, 100.0, "stated", "1.2", "dyn", grid.shape[0]) for i in range(3))
    axis = TimeAxis(phases, None, 100.0, "stated", "series")
    inside = np.zeros(grid.shape, dtype=np.bool_)
    inside[tuple(slice(max(0, at - 1), at + 2) for at in bright)] = True
    series = DynamicSeries(grid, axis, (0, 1, 2), signal, (Scale(), Scale(), Scale()))
    return series, choose_phases(axis), Mask(inside, grid, "box", "box of the test")


@pytest.fixture
def decoded() -> Decode:
    """Reads the pixels of a drawing with another program's decoder."""

    def pixels(svg: str) -> NDArray[np.uint8]:
        data = re.search(r"base64,([A-Za-z0-9+/=]+)", svg)
        assert data
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))))

    return pixels
