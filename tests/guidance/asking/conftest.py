"""A day of asking, a way to ask, and a whole record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from neoher.guidance.asking import Answer, Question, ask
from neoher.guidance.knowledge import load_knowledge
from neoher.record.case import Case
from neoher.record.reading.case_file import read_case_text

TODAY = dt.date(2026, 11, 22)

RECORD = """\
neoher: 1
patient: {id: P001, sex: female, birth_year: 1976, menopause: premenopausal, region: US}
cancers:
  - {id: C1, side: left, histology: invasive carcinoma NST, grade: 3, stage: {T: "2", N: "1", M: "0"}}
lesions:
  - {id: L1, kind: primary, site: upper outer quadrant, clip: 2025-02-10}
  - {id: N1, kind: node, site: axilla level I}
specimens:
  - {id: B1, kind: core-biopsy, lesion: L1, date: 2025-02-03, er_percent: 60, pr_percent: 10,
     ki67_percent: 35, her2: {ihc: "2+", ish: {probe: dual, ratio: 2.4, copies: 5.6}}}
exams:
  - {id: E1, modality: MR, visit: T0, date: 2025-02-08, findings: [{lesion: L1, longest_mm: 38}]}
  - {id: E2, modality: US, visit: T0, date: 2025-02-07, findings: [{lesion: N1, short_mm: 16, cortex_mm: 6}]}
  - {id: E3, modality: MR, visit: T3, date: 2025-06-28, findings: [{lesion: L1, longest_mm: 20}]}
treatment:
  - {regimen: TCHP, start: 2025-02-20, cycles: 6, cycles_planned: 6}
heart: [{date: 2025-02-12, lvef_percent: 62, method: echo, lower_limit: 55},
        {date: 2025-05-14, lvef_percent: 60, method: echo, lower_limit: 55}]
baseline_tests: {hepatitis_b: negative}
adverse_events: none
surgery: {date: 2025-07-10, procedure: lumpectomy, specimen: {bed_mm: [20, 15], cellularity_percent: 10,
  cis_percent: 0, nodes_positive: 0, largest_met_mm: 0, ypT: "1b", ypN: "0", invasive_mm: 9}}
"""


@pytest.fixture(scope="session")
def case() -> Case:
    """A record up to surgery, with the specimen of test 3.3 of the pathology tables: RCB 1.537, class II."""
    return read_case_text(RECORD)


@pytest.fixture
def asked() -> Callable[..., Answer]:
    """Ask on the day of the edition."""

    def ask_it(text: str, **with_: object) -> Answer:
        parts = {"today": TODAY, **with_}
        return ask(Question(text, **parts), load_knowledge())  # type: ignore[arg-type]

    return ask_it
