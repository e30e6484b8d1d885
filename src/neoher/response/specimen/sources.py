"""The publications behind imaging against the specimen, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = [
    "ALLISON_2020",
    "AZHDEH",
    "BAE",
    "CALCIFICATIONS_AFTER_THERAPY",
    "CALCIFICATIONS_HER2",
    "CEM_2026",
    "CHEN_2013",
    "LINDERS_2023",
    "MARINOVICH_2013",
    "MARINOVICH_2015",
    "MRI_BY_SUBTYPE",
    "NON_MASS_SIZE",
    "SOURCES",
    "TAKEDA_NAC",
    "TRAIN_3",
    "ULTRASOUND_AND_MRI",
]

MARINOVICH_2013 = Source(
    "PMC3776985",
    "Marinovich et al., meta-analysis of MRI residual size, 2013 (PMID 23963140)",
    "excerpt read",
)
MARINOVICH_2015 = Source(
    "doi:10.1186/s12885-015-1664-4",
    "Marinovich et al., residual size in individual patients. BMC Cancer 2015",
    "excerpt read",
)
CHEN_2013 = Source(
    "PMC4005994", "Chen et al., size on MRI after therapy and molecular type, 2013", "excerpt read"
)
TAKEDA_NAC = Source(
    "coek:takeda-2012",
    "Takeda et al., residual size on MRI after endocrine therapy and chemotherapy. Eur J Radiol 2012;81:2148",
    "first page read",
)
AZHDEH = Source(
    "eurjbreasthealth:azhdeh",
    "Azhdeh et al., accuracy of preoperative size. Eur J Breast Health",
    "excerpt read; surgery first, without therapy before it",
)
BAE = Source(
    "koreamed:1136985",
    "Bae et al., preoperative size by molecular subtype",
    "excerpt read; surgery first, without therapy before it",
)
ULTRASOUND_AND_MRI = Source(
    "dovepress:S247279",
    "Ultrasound and MRI for pathological complete response. Cancer Manag Res",
    "excerpt read",
)
CEM_2026 = Source(
    "mdpi:diagnostics-16-640",
    "Contrast-enhanced mammography and MRI after therapy, prospective. Diagnostics 2026;16:640",
    "excerpt read; the order of its figures is to be verified",
)
MRI_BY_SUBTYPE = Source("PMC4766139", "Complete response on MRI by molecular subtype", "excerpt read")
LINDERS_2023 = Source(
    "doi:10.3390/cancers15204980",
    "Linders et al., imaging of response in HER2-positive cancer. Cancers 2023",
    "excerpt read",
)
TRAIN_3 = Source(
    "doi:10.1016/S1470-2045(24)00104-9", "TRAIN-3, image-guided therapy. Lancet Oncol 2024", "abstract read"
)
CALCIFICATIONS_AFTER_THERAPY = Source(
    "doi:10.1186/s12957-017-1263-8",
    "Calcifications that remain after therapy. World J Surg Oncol 2017",
    "excerpt read",
)
CALCIFICATIONS_HER2 = Source(
    "biocloudy:243", "MRI where calcifications remain, by subtype (243 patients)", "abstract read"
)
NON_MASS_SIZE = Source(
    "doi:10.1177/0284185118817920", "Size of non-mass enhancement on MRI against pathology", "abstract read"
)
ALLISON_2020 = Source(
    "PMID:31928404",
    "Allison et al., ASCO/CAP guideline on ER and PR. 2020",
    "read in its journal's page; id unverified",
)

SOURCES = (
    MARINOVICH_2013,
    MARINOVICH_2015,
    CHEN_2013,
    TAKEDA_NAC,
    AZHDEH,
    BAE,
    ULTRASOUND_AND_MRI,
    CEM_2026,
    MRI_BY_SUBTYPE,
    LINDERS_2023,
    TRAIN_3,
    CALCIFICATIONS_AFTER_THERAPY,
    CALCIFICATIONS_HER2,
    NON_MASS_SIZE,
    ALLISON_2020,
)
"""Every publication that a comparison with the specimen may name."""
