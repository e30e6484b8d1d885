"""What the tests of cohorts share: R as an oracle, and tables written as text."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.tidy import Cohort


@pytest.fixture(scope="session")
def r() -> ModuleType:
    """The runner of R scripts (r.py beside this file): `r.run(script, **data)`, `r.same(ours, theirs)`.

    Where R is absent the test skips; on a CI run it fails.
    """
    if "cohort_r" not in sys.modules:
        spec = importlib.util.spec_from_file_location("cohort_r", Path(__file__).with_name("r.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["cohort_r"] = module
        spec.loader.exec_module(module)
    found = sys.modules["cohort_r"]
    found.needed()
    return found


@pytest.fixture
def cohort_of(tmp_path: Path) -> Callable[[str], Cohort]:
    """A cohort read from CSV text."""

    def read(text: str) -> Cohort:
        table = tmp_path / "cohort.csv"
        table.write_text(text, encoding="utf-8")
        return read_cohort(table)

    return read
