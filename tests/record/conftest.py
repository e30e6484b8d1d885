"""A whole record as people write it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text

# The sketch of case.yaml in the project's contracts, as it stands there.
SKETCH = """\
neoher: 1
patient: {id: P001, sex: female, birth_year: 1976, menopause: premenopausal, region: US}
cancers:                                   # two cancers (bilateral, or another HER2 class) are two entries
  - {id: C1, side: left, histology: invasive carcinoma NST, grade: 3, stage: {T: "2", N: "1", M: "0"},
     extent: {focality: unifocal, skin: none, chest_wall: none}}
lesions:
  - {id: L1, cancer: C1, kind: primary, side: left, site: upper outer quadrant, clip: 2025-02-10}
  - {id: N1, cancer: C1, kind: node, side: left, site: axilla level I, clip: 2025-02-10}
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10, ki67_percent: 35,
     her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6}}}
exams:
  - {id: E1, modality: MR, visit: T0, date: 2025-02-08, images: imaging/t0-mr, lexicon_version: BI-RADS 2013, findings:
      [{lesion: L1, longest_mm: 38, type: mass, margin: spiculated, kinetics_delayed: washout}]}
  - {id: E5, modality: MG, visit: T0, date: 2025-02-05, findings: [{lesion: L1, longest_mm: 35, calcifications: {morphology: fine pleomorphic, distribution: segmental, extent_mm: 48}}]}
  - {id: E2, modality: US, visit: T0, date: 2025-02-07, findings: [{lesion: N1, short_mm: 16, cortex_mm: 6, hilum: absent}]}
  - {id: E3, modality: PT, visit: T0, date: 2025-02-14, images: imaging/t0-her2pet, tracer: 89Zr-pertuzumab,
     injected_at: 2025-02-08T10:15, injected_mbq: 73.8}
  - {id: E4, modality: CT, visit: T0, date: 2025-02-12, purpose: staging, findings: [{site: chest, metastases: none}]}
treatment:                                  # cycles: given so far
  - {regimen: TCHP, start: 2025-02-20, cycles: 6, cycles_planned: 6, doses: [{drug: pertuzumab, date: 2025-02-20, mg: 840}]}
heart: [{date: 2025-02-12, lvef_percent: 63, method: echo, lower_limit: 55}]
baseline_tests: {hepatitis_b: negative, pregnancy: negative}
adverse_events: none                        # stated; leaving it out means not known. Or [{kind: ILD, grade: 1, date: …, drug: T-DXd}]
restaging: {date: 2025-06-28, ycT: "1", ycN: "0"}
surgery: {date: 2025-07-10, procedure: lumpectomy, specimen: {bed_mm: [12, 9], cellularity_percent: 5, cis_percent: 0, nodes_positive: 0, largest_met_mm: 0, ypT: "1a", ypN: "0"}}
outcome: {last_seen: 2026-09-01, status: alive}
"""  # noqa: E501 - the lines are the contract's own


@pytest.fixture
def sketch() -> str:
    """Text of the contract's case.yaml."""
    return SKETCH


@pytest.fixture
def case(sketch: str) -> Case:
    """The record in the contract's case.yaml."""
    return read_case_text(sketch)


@pytest.fixture
def changed(sketch: str) -> Callable[..., str]:
    """The contract's case.yaml with texts replaced: changed(("old", "new"), …)."""

    def replaced(*pairs: tuple[str, str]) -> str:
        text = sketch
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    return replaced
