"""A small knowledge base of one's own, for the tests of reading, overlay and check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

EDITION = """\
version: "1"
date: 2026-11-22
maintainers: the tests
review_days: {statements:evidence: 365, terms: 30}
subjects:
  - {id: axilla, title: The axilla, patient: What about the nodes?}
"""
FILE = """\
defaults: {verification: verified, checked: 2026-11-01}
sources:
  - id: PMID:1
    kind: trial
    title: A trial
    year: 2020
    doi: 10.1/Abc
    accessed: 2026-11-01
    reading: read
    facts:
      - "False-negative rate 12.6 %."
      - {fact: "Dual tracer 8.4 %.", verification: unverified}
      - {fact: "pCR 45.8 %.", pcr: ypT0/is}
statements:
  - id: axilla.fnr
    title: False-negative rate
    subject: axilla
    kind: evidence
    since: 2020
    sources: [PMID:1]
    clinician: The false-negative rate is 12.6 %.
    patient: About 13 of 100 are missed.
    researcher: False-negative rate 12.6 % (2020).
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an edition and one file, in which nothing is wrong."""
    made = tmp_path / "knowledge"
    made.mkdir()
    (made / "edition.yaml").write_text(EDITION, encoding="utf-8")
    (made / "axilla.yaml").write_text(FILE, encoding="utf-8")
    return made


@pytest.fixture
def changed(folder: Path) -> Callable[[str, str], Path]:
    """The same folder with one text of its file replaced."""

    def change(before: str, after: str) -> Path:
        assert before in FILE
        (folder / "axilla.yaml").write_text(FILE.replace(before, after), encoding="utf-8")
        return folder

    return change
