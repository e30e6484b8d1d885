"""The record of a simulated patient: case.yaml as a careful study nurse would write it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from neoher.simulate.course import Course, Plan
from neoher.simulate.mr.scanner import Scanner, Vendor
from neoher.simulate.mr.truth import VisitTruth
from neoher.simulate.plane.course import node_of
from neoher.simulate.plane.exam import PlaneExam
from neoher.simulate.plane.mammogram_writing import TOMOSYNTHESIS, MammogramForm
from neoher.simulate.reader import BoxMm
from neoher.simulate.surgery import remnant_of, t_by_size

__all__ = ["CaseFacts", "case_text", "outlines_file"]

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
    second: dict[str, VisitTruth]
    """The truth of L2 at the visits at which it is there."""
    outlined: dict[str, tuple[str, ...]]
    """The lesions outlined on the diffusion images by visit."""
    plane: dict[str, PlaneExam]
    """Mammography and ultrasound by exam."""
    pets: list[str]
    """The PET exams as entries of `exams`."""
    distant: bool = False
    """Whether there is a metastasis, M1."""


def outlines_file(images: str) -> str:
    """Where the outlines on an exam's diffusion images lie: beside its folder."""
    return f"{images}-outlines.dcm"


def case_text(plan: Plan, scanner: Scanner, truths: dict[str, VisitTruth], facts: CaseFacts) -> str:
    """Text of case.yaml. Findings are a reader's: whole millimetres, near the truth, not the truth itself."""
    baseline = next(iter(plan.visits)).date
    biopsy = baseline - dt.timedelta(days=5)
    last_cycle = plan.start + dt.timedelta(days=CYCLE_DAYS * (CYCLES - 1))
    extent = _extent(plan, truths["T0"])
    left = _extent(plan, truths["T3"])
    remnant = remnant_of(plan.course, truths["T3"].tumour_diameter_mm)
    nodes_left = 0 if plan.course.responds else 1
    exams = "\n".join(
        [
            _mammography("T0", plan, facts.plane["MG-T0"]),
            _ultrasound("T0", plan, facts.plane["US-T0"]),
            *(
                _mri(visit.name, visit.date, truths[visit.name], plan, scanner, facts)
                for visit in plan.visits
            ),
            _mammography("T3", plan, facts.plane["MG-T3"]),
            _ultrasound("T3", plan, facts.plane["US-T3"]),
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
    later = (
        "\n  - {id: L2, cancer: C1, kind: satellite, side: left, site: outside the known cancer}"
        if facts.second
        else ""
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
    stage: {{T: "{t_by_size(extent)}", N: "1", M: "{int(facts.distant)}"}}
    extent: {{focality: unifocal, whole_extent_mm: {extent}, skin: none, nipple: none, chest_wall: none}}
lesions:
  - {{id: L1, cancer: C1, kind: primary, side: left, site: central, clip: {biopsy}}}
  - {{id: N1, cancer: C1, kind: node, side: left, site: axilla level I, clip: {biopsy}}}{later}{metastasis}
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
restaging: {{date: {plan.visits[-1].date}, ycT: "{t_by_size(left)}", ycN: "{nodes_left}"}}
surgery:
  date: {plan.surgery}
  procedure: {remnant.procedure}
  side: left
  axilla: {remnant.axilla}
  specimen:
    bed_mm: [{remnant.bed_mm[0]}, {remnant.bed_mm[1]}]
    cellularity_percent: {remnant.cellularity_percent}
    cis_percent: 0
    invasive_mm: {remnant.invasive_mm}
    nodes_positive: {remnant.nodes_positive}
    nodes_examined: {remnant.nodes_examined}
    largest_met_mm: {remnant.largest_met_mm}
    ypT: "{remnant.yp_t}"
    ypN: "{remnant.yp_n}"
    margins: negative
    clip_in_specimen: "yes"
    clipped_node_removed: "yes"
outcome: {{last_seen: {plan.surgery + dt.timedelta(days=90)}, status: alive}}
"""


def _mri(name: str, date: dt.date, truth: VisitTruth, plan: Plan, scanner: Scanner, facts: CaseFacts) -> str:
    findings = [_mri_finding(plan, truth)]
    regions = [
        f"{{lesion: L1, purpose: voi, box_mm: {_box(plan.breast.voi)}}}",
        f"{{lesion: L1, purpose: omit, box_mm: {_box(plan.breast.omit)}}}",
    ]
    if name in facts.second and plan.breast.second_voi is not None:
        size = _read_mm(facts.second[name].longest_diameter_in_plane_mm)
        findings.append(
            f"{{lesion: L2, finding: measured, longest_mm: {size}, type: mass, shape: irregular}}"
        )
        regions.append(f"{{lesion: L2, purpose: voi, box_mm: {_box(plan.breast.second_voi)}}}")
    regions += [
        f'{{lesion: {lesion}, purpose: contour, file: "{outlines_file(facts.images[name])}#{lesion}"}}'
        for lesion in facts.outlined.get(name, ())
    ]
    listed = "\n".join(f"      - {finding}" for finding in findings)
    placed = "\n".join(f"      - {region}" for region in regions)
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
{listed}
    regions:
{placed}"""


def _mri_finding(plan: Plan, truth: VisitTruth) -> str:
    size = _extent(plan, truth)
    if size is None:
        return '{lesion: L1, finding: absent, text: "No enhancement left at the site of the known cancer."}'
    measured = f"{{lesion: L1, finding: measured, longest_mm: {size}"
    if plan.course is Course.NON_MASS_ENHANCEMENT:
        return (
            f"{measured}, type: non-mass enhancement, distribution: segmental, "
            "internal_enhancement: clumped, kinetics_initial: fast, kinetics_delayed: washout}"
        )
    several = ', text: "Several foci within the former mass."' if truth.fragments > 1 else ""
    return (
        f"{measured}, type: mass, shape: irregular, margin: irregular, internal_enhancement: rim, "
        f"kinetics_initial: fast, kinetics_delayed: washout{several}}}"
    )


def _mammography(visit: str, plan: Plan, exam: PlaneExam) -> str:
    mass, specks = exam.longest_mm("L1", "mass"), exam.longest_mm("L1", "calcifications")
    lines = ["      - lesion: L1"]
    if mass is None and specks is None:
        lines.append("        finding: absent")
    if mass is not None and plan.course is not Course.NON_MASS_ENHANCEMENT:
        lines += [
            f"        longest_mm: {round(mass)}",
            "        type: mass",
            "        shape: irregular",
            "        margin: spiculated",
        ]
    if specks is not None:
        described = "morphology: fine pleomorphic, distribution: grouped"
        lines.append(f"        calcifications: {{{described}, extent_mm: {round(specks)}}}")
    findings = "\n".join(lines)
    spans = {"mass": "longest"}
    return f"""\
  - id: MG-{visit}
    modality: MG
    visit: {visit}
    date: {exam.taken_at.date()}
    images: {exam.folder}
{_technique(exam)}    composition: c
    lexicon_version: BI-RADS 2013
    findings:
{findings}{_callipers(exam, spans, _drawn_on_mammograms(plan))}"""


def _technique(exam: PlaneExam) -> str:
    """Its line; a digitised film has no term."""
    if exam.form == MammogramForm.FILM:
        return ""
    return f"    technique: {'tomosynthesis' if exam.form in TOMOSYNTHESIS else 'digital'}\n"


def _ultrasound(visit: str, plan: Plan, exam: PlaneExam) -> str:
    size, node = exam.longest_mm("L1", "longest"), node_of(plan.course, visit)
    primary = "{lesion: L1, finding: absent}"
    if size is not None and plan.course is Course.NON_MASS_ENHANCEMENT:
        primary = f"{{lesion: L1, longest_mm: {round(size)}, echo_pattern: hypoechoic}}"
    elif size is not None:
        primary = (
            f"{{lesion: L1, longest_mm: {round(size)}, type: mass, shape: irregular, "
            "orientation: not parallel, margin: spiculated, echo_pattern: hypoechoic}"
        )
    hilum = "present" if node.has_hilum else "absent"
    spans = {"across the longest": "second axis"}
    axilla = f"{{lesion: N1, short_mm: {node.short_mm:g}, cortex_mm: {node.cortex_mm:g}, hilum: {hilum}}}"
    return f"""\
  - id: US-{visit}
    modality: US
    visit: {visit}
    date: {exam.taken_at.date()}
    images: {exam.folder}
    lexicon_version: BI-RADS 2013
    findings:
      - {primary}
      - {axilla}{_callipers(exam, spans)}"""


def _callipers(exam: PlaneExam, spans: dict[str, str], drawn: frozenset[str] | None = None) -> str:
    """The reader's callipers: the ends of the true lengths, to a tenth of a pixel.

    `spans`: what the record calls a length, where it is not its own name.
    """
    lines = [line for line in exam.lines if drawn is None or line.what in drawn]
    if not lines:
        return ""
    listed = "\n".join(
        f"      - {{lesion: {line.lesion}, span: {spans.get(line.what, line.what)}, "
        f"image: {line.image.rpartition('/')[2]}, {f'frame: {line.frame}, ' if line.frame else ''}"
        f"from: {_pixel(line.start)}, to: {_pixel(line.end)}}}"
        for line in lines
    )
    return f"\n    callipers:\n{listed}"


def _pixel(place: tuple[float, float]) -> str:
    return f"[{round(place[0], 1):g}, {round(place[1], 1):g}]"


def _drawn_on_mammograms(plan: Plan) -> frozenset[str]:
    """A non-mass enhancement has no mass to set callipers on."""
    non_mass = plan.course is Course.NON_MASS_ENHANCEMENT
    return frozenset({"calcifications"} if non_mass else {"mass", "calcifications"})


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


def _extent(plan: Plan, truth: VisitTruth) -> int | None:
    """The whole extent as read, gaps between islands and clumps included."""
    if plan.course is Course.NON_MASS_ENHANCEMENT or truth.fragments > 1:
        return _read_mm(truth.fragments_longest_diameter_3d_mm)
    return _read_mm(truth.longest_diameter_in_plane_mm)


def _read_mm(length_mm: float | None) -> int | None:
    """A reader's length: callipers on a screen, whole millimetres, a little inside the edge."""
    return None if length_mm is None else round(length_mm - 0.8)


def _box(box: BoxMm) -> str:
    lower, upper = (", ".join(f"{value:g}" for value in corner) for corner in (box.lower, box.upper))
    return f"{{from: [{lower}], to: [{upper}]}}"
