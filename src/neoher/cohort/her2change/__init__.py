"""HER2 before and after therapy over a cohort: transitions, loss, and how loss differs between classes."""
