"""The publications behind the rates of complete response, and how far each was read."""

from __future__ import annotations

from neoher.pathology.sources import FILHO_2021, MA_2025
from neoher.record.calculator import Source

__all__ = [
    "ADAPT",
    "COMPASS",
    "DAPHNE",
    "DB11",
    "FILHO_2021",
    "HELEN_006",
    "ISPY1",
    "ISPY2",
    "KRISTINE",
    "LINDERS",
    "MA_2025",
    "MRI_BY_SUBTYPE",
    "NANCHANG",
    "NEOCARHP",
    "NEOSPHERE",
    "PEONY",
    "PERTUZUMAB_REVIEW",
    "PHERGAIN",
    "PIK3CA",
    "TRAIN_3",
]

NEOSPHERE = Source(
    "BCR 13058-014-0419-5",
    "NeoSphere as table 3 of Breast Cancer Res 13058-014-0419-5 and table 1 of PMC9320771 print it",
    "tables of reviews read; counts of 107 an arm recomputed; the trial's paper (PMID 22153890) was not "
    "opened",
)
PERTUZUMAB_REVIEW = Source(
    "PMC9320771",
    "Review of neoadjuvant HER2 trials, table 1 (TRYPHAENA also in PMC11368165, table 2)",
    "table read; the trials' own papers were not opened",
)
PEONY = Source(
    "JAMA Oncol 2753172", "PEONY, pertuzumab before surgery in Asia", "abstract read; arm values not"
)
KRISTINE = Source(
    "PMID:29175149",
    "KRISTINE, T-DM1 with pertuzumab against TCHP",
    "not opened; as a guideline page quotes it",
)
HELEN_006 = Source(
    "doi:10.1016/S1470-2045(24)00581-3", "HELEN-006, nab-paclitaxel with HP", "news summary read"
)
NEOCARHP = Source(
    "ascopost:neocarhp-february-2026",
    "neoCARHP, THP without carboplatin. J Clin Oncol 2026",
    "news summaries read",
)
COMPASS = Source("ecog-acrin.org:CompassHER2-pCR", "CompassHER2-pCR, THP x 4", "the group's summary read")
DAPHNE = Source("PMID:37103927", "DAPHNe with HER2DX", "abstract read; definition of pCR not held")
ADAPT = Source(
    "PMC11368165",
    "WSG-ADAPT as table 3 of the review PMC11368165 prints it",
    "table read; definition not held",
)
PHERGAIN = Source("doi:10.1016/S0140-6736(24)00054-0", "PHERGain", "abstract read")
DB11 = Source(
    "PMID:41130363", "DESTINY-Breast11. doi 10.1016/j.annonc.2025.10.019", "abstract and FDA text read"
)
NANCHANG = Source("sciety:rs-7500826", "Nanchang cohort of 460, preprint", "abstract read")
ISPY1 = Source(
    "TCIA:ISPY1", "I-SPY 1 / ACRIN 6657, public patient table (TCIA, CC BY 3.0)", "table read and counted"
)
ISPY2 = Source("TCIA:ISPY2", "I-SPY 2, public patient tables (TCIA, CC BY 4.0)", "tables read and counted")
TRAIN_3 = Source("doi:10.1016/S1470-2045(24)00104-9", "TRAIN-3, MRI-guided treatment", "news summaries read")
MRI_BY_SUBTYPE = Source("PMC4766139", "MRI and complete response by subtype, 265 patients", "excerpt read")
LINDERS = Source(
    "doi:10.3390/cancers15204980", "Linders et al., MRI and HER2 PET around therapy. 2023", "abstract read"
)
PIK3CA = Source(
    "PMC6279074", "PIK3CA in five neoadjuvant trials, 967 patients (PMID 27177864)", "excerpt read"
)
