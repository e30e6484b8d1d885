"""How long each stage of measuring takes, for who asks: seconds of the work itself, each counted once.

with timed() as times:
    with stage(Stage.QUALITY): ...
times[Stage.QUALITY]       # seconds

Outside of `timed` a stage is not watched.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Stage", "StageTimes", "stage", "timed"]


class Stage(StrEnum):
    """A part of the work, in its order."""

    RECORD = "record and imports"
    HEADERS = "reading headers"
    SORTING = "sorting into series and phases"
    HASHING = "hashing the images"
    PIXELS = "reading pixels"
    REGIONS = "regions"
    QUALITY = "quality"
    ALIGNMENT = "alignment"
    VOLUME = "PE and SER maps, FTV"
    SHAPE = "diameters and shape"
    UPTAKE = "SUV"
    DIFFUSION = "ADC"
    WRITING = "writing"


@dataclass(slots=True)
class StageTimes:
    """Seconds by stage; a stage inside another counts for itself alone."""

    seconds: dict[Stage, float] = field(default_factory=dict)
    _open: list[float] = field(default_factory=list)
    """Seconds that inner stages took of each open one."""

    def enter(self) -> float:
        """A stage begins; gives its start."""
        self._open.append(0.0)
        return time.perf_counter()

    def leave(self, one: Stage, began: float) -> None:
        """It ends."""
        whole = time.perf_counter() - began
        inner = self._open.pop()
        self.seconds[one] = self.seconds.get(one, 0.0) + whole - inner
        if self._open:
            self._open[-1] += whole

    def in_order(self) -> dict[str, float]:
        """Seconds of the stages that were reached, by name, in the order of the work."""
        return {one.value: self.seconds[one] for one in Stage if one in self.seconds}


_WATCHED: ContextVar[StageTimes | None] = ContextVar("stage_times", default=None)


@contextmanager
def timed() -> Iterator[StageTimes]:
    """Counts the stages of what runs inside."""
    times = StageTimes()
    token = _WATCHED.set(times)
    try:
        yield times
    finally:
        _WATCHED.reset(token)


@contextmanager
def stage(one: Stage) -> Iterator[None]:
    """What runs inside belongs to this stage."""
    times = _WATCHED.get()
    if times is None:
        yield
        return
    began = times.enter()
    try:
        yield
    finally:
        times.leave(one, began)
