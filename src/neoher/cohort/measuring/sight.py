"""What a worker of a cluster sees: which neoher, and whether the folder of cases is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neoher import __version__

__all__ = ["Sight", "sight_of"]


@dataclass(frozen=True, slots=True)
class Sight:
    """As a worker answers."""

    version: str
    folder: bool


def sight_of(folder: str) -> Sight:
    """This process's version of neoher, and whether it sees `folder`."""
    return Sight(__version__, Path(folder).is_dir())
