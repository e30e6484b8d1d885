"""Many records to rates, tests, survival and agreement.

How a cohort command is made. `read_cohort` (table.building) gives a `Cohort` (table.tidy): `frame` is a
typed DataFrame indexed by the row of the file; `groups(column)` gives a Categorical, `numbers(column)`
floats, `answers(column)` yes/no, `patients()` the patient of each row, `where(mask)` a part of it;
`warnings`, `files` and `reading` (a sentence for the methods text) travel along. `check_endpoint(cohort,
time, event)` and `event_column_of(cohort, time)` (table.checks) hold a time to the event of its own
endpoint; `excluded_rows` (exclusions) turns missing cells into the contract's `excluded`. An analysis
returns a `CohortResult` (result): a main `ResultTable`, further ones, `Estimate`s, `TestResult`s, figures
made with `draw` and `as_figure` (output.drawing), and a methods text that names every choice. On the
command line `neoher.cli.cohort` reads the cohort (`Reading`), adds the command line and the files' hashes,
prints the result and writes its files (`deliver`); a new command is a module there and a line in its list.
"""
