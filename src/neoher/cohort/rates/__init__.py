"""Rates of a yes/no outcome: by group, in strata, compared and adjusted, with a forest plot.

`analyse_rates` (analysis) is the whole; `counting` turns a cohort into counts, on which all else works.
"""
