"""A case as named columns, one row a cancer: the same for a cohort of cases and for a model's one patient.

`row` is the whole; `tissue`, `imaging` and `follow_up` say what one record says of a cancer, by rules that
each column's definition states.
"""
