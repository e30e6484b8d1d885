"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Tests do not time: a busy machine is no failure.
settings.register_profile("neoher", deadline=None)
settings.load_profile("neoher")

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real exams and reference tables beside the project; absent on most machines.

    Where it is absent the test is skipped with the reason; on a CI run it must be there.
    """
    data = PROJECT.parent / "shared" / "data"
    if data.is_dir():
        return data
    if os.environ.get("CI"):
        pytest.fail(f"the reference data must be present on a CI run: {data}")
    pytest.skip(f"the reference data is not beside the project: {data}")
