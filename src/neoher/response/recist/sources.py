"""The publications behind RECIST 1.1 here, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = ["EISENHAUER_2009", "RECIST_GROUP", "SCHWARTZ_2016"]

EISENHAUER_2009 = Source(
    "PMID:19097774",
    "Eisenhauer et al., RECIST 1.1. Eur J Cancer 2009;45:228. doi 10.1016/j.ejca.2008.10.026",
    "not opened; its rules and tables as reprinted in PMC2755245 (table 3) and PMC3980664 (table 2)",
)
RECIST_GROUP = Source(
    "https://recist.eortc.org",
    "RECIST working group, questions and clarifications (also eortc.be/Recist)",
    "read",
)
SCHWARTZ_2016 = Source(
    "PMID:27189322",
    "Schwartz et al., RECIST 1.1: update and clarification. Eur J Cancer 2016;62:132",
    "not opened: what rests on it is unverified and is not applied, only mentioned",
)
