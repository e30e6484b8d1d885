"""`neoher report`: the main job."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["report"]


def report(
    case: Path,
    *,
    out: Path | None = None,
    today: dt.date | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """The main job: measure what is not measured yet, assess, and write report.html and report.json.

    Parameters
    ----------
    case
        The case folder, or its case.yaml.
    out
        Folder for the report; left out, the case folder.
    today
        The day on the report; left out, the machine's date.
    json
        Print one JSON object: where the files lie, and what could not be measured.
    """
    from neoher.cli.printing import print_json
    from neoher.cli.watching import watching
    from neoher.review import review

    with watching() as watch:
        made = review(case, out, today=today or dt.date.today(), watch=watch)
    problems = {one.exam.id: str(one.problem) for one in made.results if one.problem is not None}
    for exam, problem in problems.items():
        print(f"warning: exam {exam} was not measured: {problem}", file=sys.stderr)
    if json:
        print_json({"html": str(made.files.html), "json": str(made.files.json), "not_measured": problems})
        return
    print(f"The report lies in {made.files.html}")
