"""What a person at a terminal sees while images are read: the time axis, then a progress bar, on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from neoher.imaging.phases import PhaseChoice
    from neoher.volume.dynamic import TimeAxis

__all__ = ["TerminalWatch", "watching"]


class TerminalWatch:
    """Shows the time axis of each exam before anything is computed from it, and how far the work is."""

    def __init__(self, console: Console, bars: Progress) -> None:
        self._console = console
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def time_axis(self, axis: TimeAxis, choice: PhaseChoice) -> None:
        """A table of the phases: when each was acquired and what it is used as."""
        table = Table(title=f"Time axis: phases told apart by {axis.told_apart_by}", title_justify="left")
        for heading in ("phase", "start s", "duration s", "middle, s after t = 0", "used as", "series"):
            table.add_column(heading, justify="left" if heading in {"used as", "series"} else "right")
        for phase, middle, role in zip(axis.phases, choice.times_s, choice.roles, strict=True):
            duration = "not known" if phase.duration_s is None else f"{phase.duration_s:.1f}"
            table.add_row(
                str(phase.index), f"{phase.start_s:.1f}", duration, f"{middle:.1f}", role, phase.description
            )
        self._console.print(table)
        self._console.print(f"t = 0: {choice.zero_basis}", style="dim")

    def progress(self, what: str, done: int, total: int) -> None:
        """Move the bar of `what`."""
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total)
        self._bars.update(self._tasks[what], completed=done, total=total)


@contextmanager
def watching() -> Iterator[TerminalWatch]:
    """A watch on stderr; bars appear only where a person looks on."""
    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bars:
        yield TerminalWatch(console, bars)
