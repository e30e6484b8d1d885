"""How a cohort's result goes out: terminal, JSON, CSV, and one print-ready page with figures.

`write_result` (files) writes all files of a result into a folder; `result_lines` (terminal) is printed
without `--json`; `draw` and `as_figure` (drawing) give every figure one style that also prints in grey.
"""
