"""Imaging held against the surgical specimen: errors by modality, likely reasons, what was published.

`table` compares the rows of a CSV, `recorded` what a patient's record states; both use `comparison`.
Modalities among themselves are compared in `disagreement`, reasons found in the record stand in `reasons`,
published agreement in `evidence`.
"""
