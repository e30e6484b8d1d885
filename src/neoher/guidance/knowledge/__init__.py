"""The knowledge base: data files read against models, compiled, looked up, checked, overlaid, shown.

Names are loaded when they are asked for: a calculator that needs one kind of item does not pay for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neoher.guidance.knowledge.base import Contents, Edition, Knowledge
    from neoher.guidance.knowledge.loading import load_knowledge

__all__ = ["Contents", "Edition", "Knowledge", "load_knowledge"]


def __getattr__(name: str) -> object:
    if name == "load_knowledge":
        from neoher.guidance.knowledge.loading import load_knowledge

        return load_knowledge
    if name in __all__:
        from neoher.guidance.knowledge import base

        return getattr(base, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
