"""HER2 PET against biopsy over a cohort: the study of Yeh et al. 2025 (doi:10.2967/jnumed.124.269227)."""
