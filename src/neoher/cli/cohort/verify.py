"""`neoher cohort verify`: printed statistics against printed counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, deliver

if TYPE_CHECKING:
    from neoher.cohort.result import DataFile
    from neoher.cohort.verify.claims import Claim

__all__ = ["verify"]

SOURCE_DOCUMENTS = "source-documents"


def verify(
    table: Path | None = None,
    *,
    percent: str | None = None,
    p: str | None = None,
    counts: Annotated[list[str] | None, Parameter(negative="", consume_multiple=True)] = None,
    output: Output | None = None,
) -> None:
    """Which tests, roundings or counts reproduce a printed percentage, p value, interval or sum.

    Parameters
    ----------
    table
        CSV with one claim a row (columns claim, statistic, printed, low, high, events_1, n_1, events_2, n_2,
        of, p, parts, level_percent, source), or source-documents: those of the project's source documents.
    percent
        One percentage as printed, instead of a table.
    p
        One p value of two proportions as printed, instead of a table.
    counts
        The counts of --percent or --p: 1/8, or 13/68 6/49.
    """
    from neoher.cohort.verify.analysis import verify_claims
    from neoher.errors import InputError

    if table is None:
        claims: tuple[Claim, ...] = (_one_claim(percent, p, counts or []),)
        files: tuple[DataFile, ...] = ()
    elif percent is not None or p is not None or counts:
        raise InputError(
            "a table and a single value are two questions.", "--percent, --p, --counts", "Give one."
        )
    else:
        claims, files = _claims_of(table)
    deliver(verify_claims(claims), files, "verify", output or Output())


def _claims_of(table: Path) -> tuple[tuple[Claim, ...], tuple[DataFile, ...]]:
    from importlib import resources

    from neoher.cohort.table.files.raw import data_file
    from neoher.cohort.verify.claims import Claim
    from neoher.errors import InputError
    from neoher.record.rows import read_rows

    if str(table) == SOURCE_DOCUMENTS:
        table = Path(str(resources.files("neoher.cohort.verify"))) / "examples" / "source_documents.csv"
    claims = read_rows(table, Claim)
    if not claims:
        raise InputError("holds no claim.", str(table))
    return claims, (data_file(table),)


def _one_claim(percent: str | None, p: str | None, counts: list[str]) -> Claim:
    from neoher.cohort.verify.claims import Claim, Statistic
    from neoher.errors import InputError

    if (percent is None) == (p is None):
        raise InputError(
            "there is nothing to check, or two things.",
            "TABLE, --percent, --p",
            "Give a table of claims, or one of --percent and --p with --counts.",
        )
    needed = 1 if percent is not None else 2
    pairs = [_pair(text) for text in counts]
    if len(pairs) != needed:
        raise InputError(
            f"{len(pairs)} counts are given.",
            "--counts",
            f"It takes {needed}: {'1/8' if needed == 1 else '13/68 6/49'}.",
        )
    second = pairs[1] if needed == 2 else (None, None)
    return Claim(
        claim="printed value",
        statistic=Statistic.PERCENT if percent is not None else Statistic.P,
        printed=percent or p,
        events_1=pairs[0][0],
        n_1=pairs[0][1],
        events_2=second[0],
        n_2=second[1],
    )


def _pair(text: str) -> tuple[int, int]:
    from neoher.errors import InputError

    events, _, n = text.partition("/")
    if not (events.strip().isdecimal() and n.strip().isdecimal()) or int(events) > int(n):
        raise InputError(
            f"{text!r} is no count.", "--counts", "It takes such as 13/68: those with the outcome of all."
        )
    return int(events), int(n)
