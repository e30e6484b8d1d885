"""The facts that rules read: each with its value and the path it stands at, or the path it would stand at."""

from neoher.guidance.facts.fact import Read, Sheet
from neoher.guidance.facts.reading import cancers_of, facts_of

__all__ = ["Read", "Sheet", "cancers_of", "facts_of"]
