"""`neoher report`: the main job."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

__all__ = ["report"]


def report(
    case: Path,
    *,
    out: Path | None = None,
    audience: Annotated[Literal["clinician", "patient", "researcher"], Parameter(name="--for")] = "clinician",
    today: dt.date | None = None,
    model: Annotated[list[Path] | None, Parameter(negative="")] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """The main job: measure what is not measured yet, assess, advise, and write report.html and report.json.

    Parameters
    ----------
    case
        The case folder, or its case.yaml.
    out
        Folder for the report; left out, the case folder.
    audience
        Who reads it. clinician: findings, next steps and safety with what each rests on. patient: a page in
        plain words, with questions for the team and a list of words. researcher: as for the clinician, with
        methods, formulas, parameters, intervals, definitions and how far each source was read.
    today
        The day on the report; left out, the machine's date.
    model
        Model file of `neoher cohort fit`, applied to this case for research use as the section 'Prediction'.
        May be given several times. The patient's page shows no prediction.
    json
        Print one JSON object: where the files lie, what was kept, and what could not be measured.
    """
    from neoher.cli.printing import print_json
    from neoher.cli.watching import watching
    from neoher.guidance.knowledge.kinds.statement import Audience
    from neoher.review import review

    if model and audience == "patient":
        print("warning: the patient's page shows no prediction: --model is left aside.", file=sys.stderr)
    with watching() as watch:
        made = review(
            case,
            out,
            today=today or dt.date.today(),
            audience=Audience(audience),
            watch=watch,
            models=tuple(model or ()),
        )
    problems = {one.exam.id: str(one.problem) for one in made.results if one.problem is not None}
    for exam, problem in problems.items():
        print(f"warning: exam {exam} was not measured: {problem}", file=sys.stderr)
    for path in made.files.kept:
        print(f"The report for another reader that lay here is kept as {path}", file=sys.stderr)
    if json:
        print_json(
            {
                "html": str(made.files.html),
                "json": str(made.files.json),
                "audience": audience,
                "kept": [str(path) for path in made.files.kept],
                "not_measured": problems,
            }
        )
        return
    print(f"The report lies in {made.files.html}")
