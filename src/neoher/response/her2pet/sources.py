"""The publications behind HER2 PET beside tissue, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = ["DEHDASHTI_2018", "MILEVA_2024", "YEH_2025"]

YEH_2025 = Source(
    "doi:10.2967/jnumed.124.269227",
    "Yeh et al., HER2 PET paired with biopsy. J Nucl Med 2025;66:873",
    "read",
)
MILEVA_2024 = Source(
    "PMID:38184611",
    "Mileva et al., ZEPHIR: HER2 PET and FDG PET before T-DM1. npj Breast Cancer 2024. "
    "doi 10.1038/s41523-023-00610-6",
    "abstract read; the letters of the patterns from memory, unverified",
)
DEHDASHTI_2018 = Source(
    "PMC5955803", "Dehdashti et al., 89Zr-trastuzumab PET in 50 patients", "abstract read"
)
