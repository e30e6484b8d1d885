"""Table 1: every column of a cohort by groups, with tests and standardised differences.

`describe_cohort` (analysis) is the whole; `rows` makes the lines of one column, `comparing` its tests.
"""
