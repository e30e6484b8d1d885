"""The record of a simulated patient: case.yaml as a careful study nurse would write it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.simulate.course import Plan
from neoher.simulate.mr.scanner import Scanner, Vendor
from neoher.simulate.mr.truth import VisitTruth
from neoher.simulate.reader import BoxMm

__all__ = ["CaseFacts", "case_text"]

CYCLE_DAYS = 21
CYCLES = 6


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the record states beside the plan."""

    patient: str
    birth_year: int
    injected_at: dict[str, dt.datetime]
    """Start of the contrast injection by visit."""
    images: dict[str, str]
    """Folder of each visit's MRI, relative to the case."""
    pets: list[str]
    """The PET exams as entries of `exams`."""
    distant: bool = False
    """Whether there is a metastasis, M1."""


def case_text(plan: Plan, scanner: Scanner, truths: dict[str, VisitTruth], facts: CaseFacts) -> str:
    """Text of case.yaml. Findings are a reader's: whole millimetres, near the truth, not the truth itself."""
    baseline = next(iter(plan.visits)).date
    biopsy = baseline - dt.timedelta(days=5)
    last_cycle = plan.start + dt.timedelta(days=CYCLE_DAYS * (CYCLES - 1))
    extent = _read_mm(truths["T0"].longest_diameter_in_plane_mm)
    stage = "1" if (extent or 0) <= 20 else "2"
    exams = "\n".join(
        [
            _mammography(baseline - dt.timedelta(days=3), extent),
            _ultrasound("T0", baseline - dt.timedelta(days=1), extent, node=True),
            *(
                _mri(visit.name, visit.date, truths[visit.name], plan, scanner, facts)
                for visit in plan.visits
            ),
            _ultrasound("T3", plan.visits[-1].date + dt.timedelta(days=1), None, node=False),
            _staging(baseline + dt.timedelta(days=4), distant=facts.distant),
            *facts.pets,
        ]
    )
    doses = "\n".join(
        f"      - {{drug: {drug}, date: {plan.start + dt.timedelta(days=CYCLE_DAYS * cycle)}, mg: {mg}}}"
        for cycle in range(CYCLES)
        for drug, mg in (
            ("trastuzumab", 520 if cycle == 0 else 390),
            ("pertuzumab", 840 if cycle == 0 else 420),
        )
    )
    metastasis = (
        "\n  - {id: M1, cancer: C1, kind: metastasis, site: thoracic vertebra}" if facts.distant else ""
    )
    return f"""\
# A digital reference patient: simulated, nobody's data. Remade by: neoher simulate OUT --seed {plan.seed}
neoher: 1
patient:
  id: {facts.patient}
  sex: female
  birth_year: {facts.birth_year}
  menopause: premenopausal
  region: US
provenance: {{entered_by: neoher simulate, documents: simulated record of a patient who does not exist}}
cancers:
  - id: C1
    side: left
    histology: invasive carcinoma NST
    grade: 3
    stage: {{T: "{stage}", N: "1", M: "{int(facts.distant)}"}}
    extent: {{focality: unifocal, whole_extent_mm: {extent}, skin: none, nipple: none, chest_wall: none}}
lesions:
  - {{id: L1, cancer: C1, kind: primary, side: left, site: central, clip: {biopsy}}}
  - {{id: N1, cancer: C1, kind: node, side: left, site: axilla level I, clip: {biopsy}}}{metastasis}
specimens:
  - id: B1
    kind: core-biopsy
    lesion: L1
    date: {biopsy}
    grade: 3
    er_percent: 60
    pr_percent: 10
    ki67_percent: 35
    her2: {{ihc: "2+", ish: {{probe: dual, ratio: 2.4, copies: 5.6, cells: 40}}}}
exams:
{exams}
treatment:
  - regimen: TCHP
    setting: neoadjuvant
    start: {plan.start}
    end: {last_cycle}
    cycles: {CYCLES}
    cycles_planned: {CYCLES}
    doses:
{doses}
heart:
  - {{date: {baseline + dt.timedelta(days=4)}, lvef_percent: 63, method: echo, lower_limit: 55}}
  - {{date: {baseline + dt.timedelta(days=95)}, lvef_percent: 60, method: echo, lower_limit: 55}}
baseline_tests: {{hepatitis_b: negative, pregnancy: negative}}
contraindications: none
adverse_events: none
restaging: {{date: {plan.visits[-1].date}, ycT: "0", ycN: "0"}}
surgery:
  date: {plan.surgery}
  procedure: lumpectomy
  side: left
  axilla: sentinel nodes
  specimen:
    bed_mm: [14, 11]
    cellularity_percent: 0
    cis_percent: 0
    nodes_positive: 0
    nodes_examined: 3
    largest_met_mm: 0
    ypT: "0"
    ypN: "0"
    margins: negative
    clip_in_specimen: "yes"
    clipped_node_removed: "yes"
outcome: {{last_seen: {plan.surgery + dt.timedelta(days=90)}, status: alive}}
"""


def _mri(name: str, date: dt.date, truth: VisitTruth, plan: Plan, scanner: Scanner, facts: CaseFacts) -> str:
    size = _read_mm(truth.longest_diameter_in_plane_mm)
    finding = (
        f"{{lesion: L1, finding: measured, longest_mm: {size}, type: mass, shape: irregular, "
        "margin: irregular, internal_enhancement: rim, kinetics_initial: fast, kinetics_delayed: washout}"
        if size
        else '{lesion: L1, finding: absent, text: "No enhancement left at the site of the known cancer."}'
    )
    # A GE exam of this style states no injection time; the technician's note is what the record has.
    noted = (
        f"\n    contrast_injected_at: {facts.injected_at[name].isoformat(timespec='seconds')}"
        if scanner.vendor is Vendor.GE
        else ""
    )
    return f"""\
  - id: MR-{name}
    modality: MR
    visit: {name}
    date: {date}
    images: {facts.images[name]}
    lexicon_version: BI-RADS 2013
    field_strength_t: {scanner.field_strength_t:g}
    slice_mm: {scanner.grid.spacing_mm[0]:g}
    fibroglandular_tissue: c
    background_enhancement: {_background(truth)}{noted}
    findings:
      - {finding}
    regions:
      - {{lesion: L1, purpose: voi, box_mm: {_box(plan.breast.voi)}}}
      - {{lesion: L1, purpose: omit, box_mm: {_box(plan.breast.omit)}}}"""


def _mammography(date: dt.date, size: int | None) -> str:
    return f"""\
  - id: MG-T0
    modality: MG
    visit: T0
    date: {date}
    technique: digital
    composition: c
    lexicon_version: BI-RADS 2013
    findings:
      - lesion: L1
        longest_mm: {max((size or 10) - 3, 5)}
        type: mass
        shape: irregular
        margin: spiculated
        calcifications: {{morphology: fine pleomorphic, distribution: grouped, extent_mm: 12}}"""


def _ultrasound(visit: str, date: dt.date, size: int | None, *, node: bool) -> str:
    primary = (
        f"{{lesion: L1, longest_mm: {max(size - 2, 4)}, type: mass, shape: irregular, "
        "orientation: not parallel, margin: spiculated, echo_pattern: hypoechoic}"
        if size
        else "{lesion: L1, finding: absent}"
    )
    axilla = (
        "{lesion: N1, short_mm: 14, cortex_mm: 6, hilum: absent}"
        if node
        else "{lesion: N1, short_mm: 5, cortex_mm: 2, hilum: present}"
    )
    return f"""\
  - id: US-{visit}
    modality: US
    visit: {visit}
    date: {date}
    lexicon_version: BI-RADS 2013
    findings:
      - {primary}
      - {axilla}"""


def _staging(date: dt.date, *, distant: bool) -> str:
    bone = "\n      - {lesion: M1, site: thoracic vertebra, metastases: present}" if distant else ""
    return f"""\
  - id: CT-T0
    modality: CT
    visit: T0
    date: {date}
    purpose: staging
    findings:
      - {{site: chest, metastases: none}}
      - {{site: liver, metastases: none}}{bone}"""


def _background(truth: VisitTruth) -> str:
    mean = truth.background_pe_percent[1]
    return "minimal" if mean < 20 else "mild" if mean < 35 else "moderate"


def _read_mm(length_mm: float | None) -> int | None:
    """A reader's length: callipers on a screen, whole millimetres, a little inside the edge."""
    return None if length_mm is None else round(length_mm - 0.8)


def _box(box: BoxMm) -> str:
    lower, upper = (", ".join(f"{value:g}" for value in corner) for corner in (box.lower, box.upper))
    return f"{{from: [{lower}], to: [{upper}]}}"
