"""The publications behind the rules of this room, and how far each was read."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = [
    "AJCC_8",
    "ALLISON_2020",
    "ANATOMIC_STAGE_TABLE",
    "ASCO_CAP_2018",
    "ASCO_CAP_2023",
    "BAEZ_NAVARRO_2023",
    "BOSSUYT_2015",
    "BREAST_CANCER_2013",
    "CORTAZAR_2014",
    "FERNANDEZ_2022",
    "FILHO_2021",
    "HER2_NEGATIVE_POINT",
    "LOIBL_2022",
    "LOSS_AFTER_DUAL_BLOCKADE",
    "MA_2025",
    "MITTENDORF_2009",
    "MITTENDORF_2016",
    "OGSTON_2003",
    "PROVENZANO_2015",
    "RAKHA_2026",
    "REGRESSION_GRADES_TABLE",
    "SATALOFF_1995",
    "SCORE_TABLE",
    "SIZE_LIMITS",
    "STAGE_III_GROUPS",
    "SYMMANS_2007",
    "ZAAKOUK_2023",
]

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
CORTAZAR_2014 = Source(
    "PMID:24529560",
    "Cortazar et al., pathological complete response and long-term benefit (CTNeoBC). Lancet 2014",
    "not opened: that it sets the definitions side by side is from memory, unverified",
)
PROVENZANO_2015 = Source(
    "doi:10.1038/modpathol.2015.74",
    "Provenzano et al., standardised evaluation of the specimen after neoadjuvant therapy. Mod Pathol 2015",
    "not opened; as a published analysis plan cites it",
)
BOSSUYT_2015 = Source(
    "doi:10.1093/annonc/mdv161",
    "Bossuyt et al., standardised reporting after neoadjuvant therapy in trials. Ann Oncol 2015",
    "not opened; as a published analysis plan cites it",
)
AJCC_8 = Source(
    "AJCC:8",
    "AJCC Cancer Staging Manual, 8th edition, breast",
    "not opened: its rules after therapy are given from memory and are unverified",
)
SIZE_LIMITS = Source(
    "radiopaedia:breast-cancer-staging-1",
    "Radiopaedia, breast cancer staging: limits of size of T and N",
    "read",
)
ANATOMIC_STAGE_TABLE = Source(
    "msdmanuals:anatomic-staging-2023-10",
    "MSD Manual, table of anatomic staging of breast cancer, October 2023",
    "read",
)
STAGE_III_GROUPS = Source("NCIt:C139541", "NCI Thesaurus, C139541: groups of anatomic stage III", "read")
OGSTON_2003 = Source(
    "PMID:14659147",
    "Ogston et al., the grading system of Miller and Payne. Breast 2003",
    "not opened; grades as the tables of doi:10.1186/s12916-015-0472-7 and doi:10.1186/s43055-019-0041-8 "
    "give them",
)
SATALOFF_1995 = Source(
    "PMID:7874340",
    "Sataloff et al., pathologic response to induction chemotherapy. J Am Coll Surg 1995",
    "not opened; classes as the tables of doi:10.1186/s12916-015-0472-7 and BMC Cancer 2013;13:50 give them",
)
REGRESSION_GRADES_TABLE = Source(
    "doi:10.1186/s12916-015-0472-7", "Table 1: regression grades side by side. BMC Med 2015", "table read"
)
BREAST_CANCER_2013 = Source(
    "BMC Cancer 2013;13:50", "Table 2: regression grades, points of CPS+EG", "table read"
)
SCORE_TABLE = Source("PMC11724176", "Table 1: points of CPS+EG and Neo-Bioscore", "table read")
HER2_NEGATIVE_POINT = Source(
    "discovery.researcher.life:249P",
    "Conference abstract 249P: the point for HER2-negative in Neo-Bioscore",
    "read",
)
MITTENDORF_2016 = Source(
    "PMC5757376", "Mittendorf et al., the Neo-Bioscore. JAMA Oncol 2016", "abstract read"
)
FERNANDEZ_2022 = Source(
    "ascopost:fernandez-february-2022",
    "Fernandez et al., HER2 scores 0 and 1+ in laboratories' proficiency surveys. JAMA Oncol 2022",
    "read in the summary of The ASCO Post, February 2022; the paper was not opened",
)
ZAAKOUK_2023 = Source(
    "PMID:37419078",
    "Zaakouk et al., concordance of HER2-low scoring among 16 expert pathologists. Breast 2023. "
    "doi 10.1016/j.breast.2023.06.005",
    "abstract read",
)
BAEZ_NAVARRO_2023 = Source(
    "Mod Pathol 2023;36(1)",
    "Interobserver study of HER2 scores in 105 cancers without amplification, 16 pathologists, with a "
    "category ultralow in its second round",
    "abstract read",
)
FILHO_2021 = Source(
    "doi:10.1158/2159-8290.CD-20-1557",
    "Filho et al., HER2 heterogeneity and T-DM1 with pertuzumab before surgery. Cancer Discov 2021 "
    "(PMC8598376)",
    "read in excerpts",
)
LOIBL_2022 = Source(
    "doi:10.1038/s41523-022-00477-z",
    "Loibl et al., HER2 of residual disease in KATHERINE. npj Breast Cancer 2022",
    "abstract read",
)
LOSS_AFTER_DUAL_BLOCKADE = Source(
    "ASCO:abstract-589",
    "HER2 retested in residual disease after two antibodies, conference abstract 589",
    "abstract read in an index",
)
MITTENDORF_2009 = Source(
    "PMID:19920100",
    "Mittendorf et al., loss of HER2 amplification after neoadjuvant trastuzumab. Clin Cancer Res 2009",
    "not opened: its figure is from memory, unverified",
)
ALLISON_2020 = Source(
    "doi:10.1200/JCO.19.02309",
    "Allison et al., ASCO/CAP guideline on oestrogen and progesterone receptors, 2020 (PMID 31928404)",
    "abstract and summary read, not in full",
)
