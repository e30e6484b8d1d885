"""A folder of cases to a cohort: one row a cancer, by the columns of `neoher.response.case_columns`."""
