"""Volumes to quantities; one module per kind of image. Takes volumes, knows no files."""
