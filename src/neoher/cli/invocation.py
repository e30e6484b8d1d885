"""The words of the command line that runs, for what a result says of how it is remade."""

from __future__ import annotations

import shlex
from contextvars import ContextVar

__all__ = ["command_line", "remember"]

_WORDS: ContextVar[tuple[str, ...]] = ContextVar("words", default=())


def remember(words: list[str]) -> None:
    """Keep the words behind `neoher`."""
    _WORDS.set(tuple(words))


def command_line() -> str:
    """The command line as it can be typed again; '' where none runs."""
    words = _WORDS.get()
    return f"neoher {shlex.join(words)}" if words else ""
