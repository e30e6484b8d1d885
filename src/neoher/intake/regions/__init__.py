"""Regions of interest: SEG, RTSTRUCT, NIfTI or a box, put on the grid of an image."""
