"""The publications behind the criteria of FDG PET here, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = [
    "EORTC_1999",
    "EORTC_TABLES",
    "PERCIST_1_0",
    "PERCIST_WORDING",
    "PHERGAIN",
    "PHERGAIN_TARGETS",
    "PRACTICAL_PERCIST",
]

PERCIST_1_0 = Source(
    "PMID:19403881",
    "Wahl et al., PERCIST 1.0. J Nucl Med 2009;50 Suppl 1:122S. doi 10.2967/jnumed.108.057307",
    "read in part (PMC2755245); its classes also as reprinted in PMC2938069 and PMC6506740",
)
PRACTICAL_PERCIST = Source(
    "PMC4976461",
    "O et al. 2016, Practical PERCIST",
    "read in its abstract",
)
PERCIST_WORDING = Source(
    "github:ConfidenceRaymond/VoxelTrace@a56be2e",
    "Public rule file src/voxeltrace/rules/sources.py: wording of PERCIST on comparable scans and on the "
    "blood pool, of QIBA and of EANM",
    "read: it quotes the papers, which is secondary",
)
EORTC_1999 = Source(
    "PMID:10673991",
    "Young et al., EORTC recommendations on FDG PET. Eur J Cancer 1999;35:1773",
    "not opened; its classes as reprinted in PMC7046919 (table 6) and PMC4377159 (table 2)",
)
EORTC_TABLES = Source(
    "PMC6506740",
    "Table 1; as PMC9028862, table 3: both write 25 % or more where the others write more than 25 %",
    "read in the tables; it matters at exactly 25 % only",
)
PHERGAIN = Source(
    "https://jnm.snmjournals.org/content/65/5/708",
    "PHERGain, secondary analysis of early FDG PET. J Nucl Med 65/5:708",
    "read in its abstract",
)
PHERGAIN_TARGETS = Source("PMC11224085", "PHERGain, definition of the target lesions", "read in part")
