"""Tables and folders of cases to one tidy, typed cohort.

`read_cohort` (building) reads; `Cohort` and `Variable` (tidy) are what it gives; `Mapping` (mapping) is the
file that says what each column means. What a table cannot say (an impossible code, a negative time, an event
without a time, mixed units, a date among numbers) is refused with the cell's row and column; what is odd but
usable is a warning of the cohort.
"""
