"""case.yaml to a record: lines, refusals and remedies."""
