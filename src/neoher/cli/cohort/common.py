"""What every cohort command takes and does: reading the table, printing the result, writing its files."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from neoher.cohort.result import CohortResult, DataFile
    from neoher.cohort.table.tidy import Cohort

__all__ = ["Output", "Reading", "deliver", "names_of", "numbers_of", "share_of"]

WIDEST = 110


@Parameter(name="*")
@dataclass(frozen=True)
class Reading:
    """How a table is read."""

    mapping: Annotated[str | None, Parameter(help="Mapping file (YAML), or ispy1 or ispy2.")] = None
    also: Annotated[
        list[Path], Parameter(help="A further file of the same patients, joined by the mapping.", negative="")
    ] = field(default_factory=list)
    redcap_dictionary: Annotated[
        Path | None, Parameter(help="Data dictionary (CSV) of the REDCap project whose export TABLE is.")
    ] = None
    sheet: Annotated[str | None, Parameter(help="The one sheet of a workbook to read.")] = None
    where: Annotated[
        list[str],
        Parameter(
            help="Only rows with COLUMN=LEVEL (or COLUMN=A|B); may be given several times.", negative=""
        ),
    ] = field(default_factory=list)

    def cohort(self, table: Path) -> Cohort:
        """The cohort of a table, an export or a folder of cases, restricted where that is asked for."""
        from neoher.cohort.table.building import read_cohort
        from neoher.cohort.table.restricting import restrict

        whole = read_cohort(
            table,
            mapping=self.mapping,
            also=self.also,
            redcap_dictionary=self.redcap_dictionary,
            sheet=self.sheet,
        )
        return restrict(whole, self.where)


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a result goes out."""

    out: Annotated[
        Path | None, Parameter(help="Folder for the page (HTML), the JSON and the CSV of every table.")
    ] = None
    json: Annotated[bool, Parameter(help="Print one JSON object.", negative="")] = False


def deliver(
    result: CohortResult,
    files: tuple[DataFile, ...],
    command: str,
    output: Output,
    beside: Callable[[], None] | None = None,
) -> None:
    """Print a result, and write its files where a folder is named; what remakes it goes along.

    Parameters: `beside` writes what belongs to the result, once its files stand and before it is printed.
    """
    from neoher.cli.invocation import command_line
    from neoher.cohort.result import Remake

    result = result.with_remake(Remake(command=command_line(), files=files))
    if output.out is not None:
        from neoher.cohort.output.files import write_result

        page, *others = write_result(result, command, output.out)
        print(f"Written: {page} and {len(others)} files beside it", file=sys.stderr)
    if beside is not None:
        beside()
    if output.json:
        from neoher.cli.printing import print_json

        print_json(result.as_json())
        return
    from neoher.cohort.output.terminal import result_lines

    width = min(shutil.get_terminal_size((WIDEST, 0)).columns, WIDEST)
    for line in result_lines(result, width):
        print(line)


def share_of(level: float) -> float:
    """A confidence level.

    Raises: InputError where it is no share from 0.5 to below 1, such as the 95 of 95 %.
    """
    from neoher.errors import InputError

    if not 0.5 <= level < 1:
        raise InputError(f"{level:g} is no confidence level.", "--level", "It takes a share such as 0.95.")
    return level


def numbers_of(text: str | None, option: str) -> tuple[float, ...]:
    """The numbers of an option such as 1095,1825.

    Raises: InputError where one of them is no number of 0 or more.
    """
    from neoher.errors import InputError

    found = []
    for part in (text or "").split(",") if text else ():
        try:
            number = float(part)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise InputError(f"{part.strip()!r} is no number of 0 or more.", option, "Such as 1095,1825.")
        found.append(number)
    return tuple(dict.fromkeys(found))


def names_of(given: list[str] | None) -> tuple[str, ...]:
    """The columns that an option names, repeated or joined by commas."""
    return tuple(
        dict.fromkeys(name.strip() for each in given or () for name in each.split(",") if name.strip())
    )
