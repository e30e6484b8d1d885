"""The knowledge base: data files read against models, compiled, looked up, checked, overlaid, shown."""

from __future__ import annotations

from neoher.guidance.knowledge.base import Contents, Edition, Knowledge
from neoher.guidance.knowledge.loading import load_knowledge

__all__ = ["Contents", "Edition", "Knowledge", "load_knowledge"]
