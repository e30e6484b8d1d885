"""`neoher`: the commands, and what happens when one cannot answer.

Exit status 0: answered, also when the answer is 'cannot be said'. 2: the input contradicts itself or is not
what the command takes; one clear message on stderr, nothing on stdout. 1: our fault.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from neoher import __version__
from neoher.cli.calculators import CALCULATORS, register
from neoher.cli.cohort import register_cohort
from neoher.cli.invocation import remember
from neoher.cli.knowledge import register_knowledge
from neoher.errors import InputError, MissingExtra, NeoherError

if TYPE_CHECKING:
    from cyclopts import App

__all__ = ["SUBJECTS", "build", "main", "run"]

SUBJECTS = ("Cases", "Images", "Tissue", "Response", "Guidance", "Cohorts", "About neoher")
"""The headings of the list of commands, in its order."""
CASE_COMMANDS = {
    "simulate": (
        "Make a digital reference patient: DICOM of every visit, case.yaml, truth.json.",
        "neoher simulate demo --seed 1",
    ),
    "init": ("Make a case folder from images alone.", "neoher init exams/ patient-7"),
    "check": ("Validate a case: what is wrong, what is missing and why it matters.", "neoher check demo"),
    "measure": ("Measure the images of a case into measurements.json.", "neoher measure demo"),
    "report": (
        "The main job: measure, assess, advise, and write report.html, worded for its reader, and "
        "report.json. A report for another reader that lies in the folder is kept beside it as "
        "report-clinician.html and so on; one for the same reader is replaced.",
        "neoher report demo --for patient --out demo/report",
    ),
    "advise": (
        "Next steps for a case: options with their basis, alerts, pitfalls, what is missing.",
        "neoher advise demo --today 2026-11-22",
    ),
    "ask": (
        "A question in free words, answered by stored statements or facts of the case, or not at all.",
        'neoher ask "What was her HER2?" --case demo',
    ),
}
"""What each command does, in the order of work, and one example: the list prints without loading any."""

COHORT_PACKAGES = frozenset(
    [
        "dask",
        "distributed",
        "duckdb",
        "lifelines",
        "matplotlib",
        "openpyxl",
        "pandas",
        "pyarrow",
        "sklearn",
        "statsmodels",
    ]
)
ANSWERED, OUR_FAULT, BAD_INPUT = 0, 1, 2


def build() -> App:
    """The command line with all its commands; a command's own imports wait until it is called."""
    from cyclopts import App, Group

    from neoher.record.intended_use import GUIDANCE, MEASURING

    app = App(
        name="neoher",
        version=f"neoher {__version__}",
        help="HER2-positive breast cancer followed through neoadjuvant therapy: every number traceable.",
        help_epilogue=f"{MEASURING.title}: {MEASURING.statement}\n\n{GUIDANCE.title}: {GUIDANCE.statement}",
        help_format="markdown",
        result_action="return_value",
    )
    groups = {subject: Group(subject, sort_key=place) for place, subject in enumerate(SUBJECTS)}
    for flag in ("--help", "--version"):
        app[flag].group = groups["About neoher"]
    for place, (name, (summary, example)) in enumerate(CASE_COMMANDS.items()):
        text = f"{summary}\n\nExample: `{example}`"
        app.command(f"neoher.cli.{name}:{name}", name=name, help=text, group=groups["Cases"], sort_key=place)
    for reference in CALCULATORS:
        register(app, reference, group=groups[reference.subject])
    register_knowledge(app, group=groups["Guidance"])
    register_cohort(app, group=groups["Cohorts"])
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))


def run(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    # A terminal that cannot show a sign such as ≥ shows a mark in its place; nothing fails over it.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if arguments == ["--version"]:
        print(f"neoher {__version__}")
        return ANSWERED
    remember(arguments)
    try:
        _parse_and_run(arguments)
    except NeoherError as error:
        return _refuse(str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "neoher":
            return _our_fault(error)
        missing = MissingExtra(
            f"this command needs the package {error.name}, which is not installed.",
            remedy=_install((error.name or "").partition(".")[0]),
        )
        return _refuse(str(missing))
    except BrokenPipeError:
        # The reader of our output went away (`neoher … | head`): nobody is left to tell.
        sys.stderr.close()
        return ANSWERED
    except KeyboardInterrupt:
        return _refuse("stopped before the end; nothing was half-written.")
    except Exception as error:
        return _our_fault(error)
    return ANSWERED


def _parse_and_run(arguments: list[str]) -> None:
    from cyclopts import CycloptsError

    from neoher.cli.not_held import refuse_what_is_not_held

    if arguments:
        refuse_what_is_not_held(arguments[0])
    try:
        build()(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        hint = "See the options and one example: neoher COMMAND --help."
        raise InputError(str(error), remedy=hint) from None


def _install(package: str) -> str:
    if package in COHORT_PACKAGES:
        return 'Install what cohorts need: pip install "neoher[cohort]".'
    return 'Install what images need: pip install "neoher[images]".'


def _our_fault(error: Exception) -> int:
    if os.environ.get("NEOHER_TRACEBACK"):
        traceback.print_exception(error)
    print(
        f"neoher: this is our fault, not yours: {type(error).__name__}: {error}\n"
        "  Please report it with the output of the same command under NEOHER_TRACEBACK=1.",
        file=sys.stderr,
    )
    return OUR_FAULT


def _refuse(message: str, hint: str = "") -> int:
    print(f"error: {message}" + (f"\n  {hint}" if hint else ""), file=sys.stderr)
    return BAD_INPUT
