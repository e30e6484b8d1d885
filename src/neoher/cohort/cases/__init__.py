"""A folder of cases to a cohort: one row a cancer, by rules that each column's definition states.

`read_cases` (reading) is the whole; `tissue`, `imaging` and `follow_up` say what one record says of a cancer.
"""
