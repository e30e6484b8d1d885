"""HER2-directed tracers: ours, and those of a user's own file laid over them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from neoher.errors import InputError
from neoher.record.conclusion import Frozen
from neoher.record.nuclide import NUCLIDES

__all__ = ["Tracer", "load_tracers", "tracer_named"]

_OURS = Path(__file__).with_name("tracers.toml")


class Tracer(Frozen):
    """A tracer and when it is imaged."""

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    nuclide: str
    window: tuple[float, float] | None = None
    """First and last time after the injection; None where no window is held."""
    window_unit: Literal["d", "h"] | None = None
    """'d': calendar days; 'h': hours."""
    window_status: Literal["read", "assumed", "unverified", "own"] = "own"
    sources: tuple[str, ...] = ()
    unreliable: tuple[str, ...] = ()
    """Words in a lesion's site where the tracer gathers without disease."""

    @model_validator(mode="after")
    def _holds_together(self) -> Tracer:
        if (self.window is None) != (self.window_unit is None):
            raise ValueError("window and window_unit go together")
        if self.window is not None and not 0 <= self.window[0] <= self.window[1]:
            raise ValueError("window runs from the earlier to the later time")
        if self.nuclide not in {nuclide.name for nuclide in NUCLIDES}:
            raise ValueError(f"nuclide is one of {', '.join(one.name for one in NUCLIDES)}")
        return self

    @property
    def window_in_words(self) -> str:
        """The window for a reader, with how far it was read."""
        if self.window is None:
            return "no imaging window held"
        low, high = self.window
        unit = "days" if self.window_unit == "d" else "hours"
        status = {"read": "", "own": " (own tracer file)"}.get(self.window_status, f" ({self.window_status})")
        return f"{low:g} to {high:g} {unit}{status}"

    def is_unreliable_at(self, site: str | None) -> str | None:
        """The word in the site that makes uptake there unreliable; None where there is none."""
        text = (site or "").casefold()
        return next(
            (word for word in self.unreliable if re.search(rf"\b{re.escape(word.casefold())}", text)), None
        )


@lru_cache(maxsize=1)
def _ours() -> tuple[Tracer, ...]:
    return _read(_OURS)


def load_tracers(own: Path | None = None) -> tuple[Tracer, ...]:
    """The tracers held here, with those of a user's file added; one of the same name replaces ours.

    Raises: InputError where the file cannot be read as tracers.
    """
    if own is None:
        return _ours()
    added = _read(own)
    names = {_plain(tracer.name) for tracer in added}
    return (*(tracer for tracer in _ours() if _plain(tracer.name) not in names), *added)


def tracer_named(name: str, tracers: Sequence[Tracer]) -> Tracer | None:
    """The tracer of that name or alias, without regard to case, spaces and hyphens."""
    wanted = _plain(name)
    return next((one for one in tracers if wanted in {_plain(one.name), *map(_plain, one.aliases)}), None)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _read(path: Path) -> tuple[Tracer, ...]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"the tracers cannot be read: {error}.", str(path), "Write it as tracers.toml."
        ) from None
    entries = content.get("tracer")
    if not isinstance(entries, list) or not entries or set(content) != {"tracer"}:
        raise InputError("it holds no [[tracer]] entries alone.", str(path), "Write [[tracer]] for each.")
    tracers = []
    for position, entry in enumerate(entries, start=1):
        try:
            tracers.append(Tracer.model_validate(entry))
        except ValidationError as error:
            said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise InputError(f"tracer {position} is not described rightly: {said}.", str(path)) from None
    if len({_plain(tracer.name) for tracer in tracers}) < len(tracers):
        raise InputError("two tracers have one name.", str(path))
    return tuple(tracers)
