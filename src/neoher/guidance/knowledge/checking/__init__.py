"""What the knowledge base is checked for beyond its form: one module per question, one that asks all."""

from __future__ import annotations

from neoher.guidance.knowledge.checking.check import check_knowledge
from neoher.guidance.knowledge.checking.finding import CheckedKnowledge, Finding, Severity

__all__ = ["CheckedKnowledge", "Finding", "Severity", "check_knowledge"]
