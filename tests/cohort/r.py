"""R as an oracle: a script run live, its input and output as JSON.

Where R is absent the test skips; on a CI run it must be there.
"""

from __future__ import annotations

import functools
import json
import math
import os
import shutil
import subprocess
from typing import Any

import pytest

PACKAGES = ("jsonlite", "survival", "cmprsk", "epitools", "coin", "pROC", "psych")
PREAMBLE = """
suppressPackageStartupMessages(library(jsonlite))
input <- fromJSON(file("stdin"))
"""


@functools.cache
def absent() -> str:
    """Why R cannot be asked here; '' where it can."""
    if shutil.which("Rscript") is None:
        return "Rscript is not installed"
    listed = ", ".join(f"'{name}'" for name in PACKAGES)
    asked = f"cat(setdiff(c({listed}), rownames(installed.packages())))"
    done = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True, check=False)
    return f"R lacks {done.stdout.strip()}" if done.stdout.strip() else ""


def needed() -> None:
    """Skip the test where R is absent; fail it on a CI run."""
    if reason := absent():
        if os.environ.get("CI"):
            pytest.fail(f"R must be present on a CI run: {reason}")
        pytest.skip(f"R is the oracle here: {reason}")


def run(script: str, **data: Any) -> Any:
    """What an R script makes of `data` (in R: `input`): the value of its last expression.

    Lists of numbers become vectors, None becomes NA; a named list comes back as a dictionary. 15 digits
    travel back.
    """
    needed()
    code = f"{PREAMBLE}\nresult <- {{\n{script}\n}}\n"
    code += 'cat(toJSON(result, digits = NA, auto_unbox = TRUE, na = "null", null = "null"))\n'
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", code],
        input=json.dumps(_plain(data), allow_nan=False),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"R failed: {done.stderr[-2000:]}\n{code}"
    return json.loads(done.stdout)


def _plain(value: Any) -> Any:
    """NumPy and pandas values as JSON takes them; what is not known is null."""
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def same(ours: float | None, theirs: float | None, *, relative: float = 1e-6) -> bool:
    """Whether two numbers are one within the relative difference; where R gives 0, within 1e-12."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return math.isclose(ours, theirs, rel_tol=relative, abs_tol=1e-12)
