"""The publications behind the rules of this room, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = ["ASCO_CAP_2018", "ASCO_CAP_2023", "MA_2025", "RAKHA_2026", "SYMMANS_2007"]

ASCO_CAP_2018 = Source(
    "PMID:29846122",
    "Wolff et al., ASCO/CAP guideline update. J Clin Oncol 2018;36:2105. doi 10.1200/JCO.2018.77.8738",
    "read in its abstract and in the guideline's pocket card and figures, not in full",
)
ASCO_CAP_2023 = Source(
    "doi:10.1200/JCO.22.02864",
    "Wolff et al., ASCO/CAP guideline update affirming 2018. J Clin Oncol 2023;41:3867",
    "abstract read",
)
RAKHA_2026 = Source(
    "doi:10.1016/j.modpat.2025.100925",
    "Rakha et al., expert consensus on reporting HER2-low and ultralow. Mod Pathol 2026;39:100925",
    "abstract read",
)
MA_2025 = Source(
    "doi:10.4143/crt.2024.1200", "Ma et al., HER2 2+/ISH+ against 3+. Cancer Res Treat 2025", "read"
)
SYMMANS_2007 = Source(
    "PMID:17785706",
    "Symmans et al., residual breast cancer burden. J Clin Oncol 2007;25:4414. doi 10.1200/JCO.2007.10.6823",
    "not opened; the formula as coded alike in several public implementations",
)
