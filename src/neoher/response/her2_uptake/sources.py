"""The publications behind the reading of a HER2 PET, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = ["DEHDASHTI_2018", "MILEVA_2024", "SOURCES", "YEH_2025"]

YEH_2025 = Source(
    "doi:10.2967/jnumed.124.269227",
    "Yeh et al., HER2 PET paired with biopsy. J Nucl Med 2025;66:873-879.",
    "as the project's knowledge base sums it up; values of single lesions are not public",
)
DEHDASHTI_2018 = Source(
    "PMC5955803",
    "Dehdashti et al., 89Zr-trastuzumab PET, 50 patients. 2018.",
    "read in its abstract and excerpts",
)
MILEVA_2024 = Source(
    "PMID:38184611",
    "Mileva et al., ZEPHIR, final analysis. 2024.",
    "read in its abstract; that a lesion is read against the background is stated there",
)
SOURCES = (
    YEH_2025,
    DEHDASHTI_2018,
    MILEVA_2024,
    Source("PMID:27146421", "89Zr-trastuzumab: dosimetry and imaging day.", "read in its abstract"),
    Source("PMID:29146695", "89Zr-pertuzumab: first in humans (PMC6004559).", "read in excerpts"),
    Source("PMID:26722377", "68Ga-ABY-025 affibody PET.", "named from memory, not opened: unverified"),
)
