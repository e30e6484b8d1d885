"""Ids of the publications behind the rules of this room."""

from __future__ import annotations

__all__ = ["ASCO_CAP_2018", "ASCO_CAP_2023", "MA_2025", "RAKHA_2026", "SYMMANS_2007"]

ASCO_CAP_2018 = "PMID:29846122"
ASCO_CAP_2023 = "doi:10.1200/JCO.22.02864"
RAKHA_2026 = "doi:10.1016/j.modpat.2025.100925"
MA_2025 = "doi:10.4143/crt.2024.1200"
SYMMANS_2007 = "PMID:17785706"
