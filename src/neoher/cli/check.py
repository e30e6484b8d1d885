"""`neoher check`: what is wrong in a case, what is missing and why it matters."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from neoher.record.checking import CheckedCase

__all__ = ["check"]


def check(
    case: Path,
    *,
    today: dt.date | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Validate a case: its form, its dates, what is missing and why it matters.

    Exit status 2 where case.yaml cannot be read as a record or states what cannot be.

    Parameters
    ----------
    case
        The case folder, or its case.yaml.
    today
        Dates after this day cannot be; left out, the machine's date.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_conclusion
    from neoher.record.checking import check_case

    conclusion = check_case(case, today or dt.date.today())
    if json or conclusion.value is None:
        print_conclusion(conclusion, as_json=json)
        return
    _print_for_people(conclusion.value)


def _print_for_people(checked: CheckedCase) -> None:
    import textwrap

    print(
        f"{checked.patient}: the record is sound. {checked.cancers} cancers, {checked.lesions} lesions, "
        f"{checked.specimens} specimens, {checked.exams} exams ({checked.exams_with_images} with images), "
        f"visits {', '.join(checked.visits) or 'not stated'}."
    )
    for pointed in checked.implausible:
        print(f"\nHardly possible: {pointed.message}\n  {pointed.remedy}")
    if not checked.missing:
        print("\nNothing that matters at this stage is missing.")
        return
    print("\nMissing, and why it matters:")
    for fact in checked.missing:
        print(f"  {fact.importance:<9} {fact.path}: {fact.what}")
        print(textwrap.fill(fact.why, 96, initial_indent=" " * 12, subsequent_indent=" " * 12))
