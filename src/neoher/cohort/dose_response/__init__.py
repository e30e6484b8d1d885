"""Dose-response curves of cell lines: four-parameter fits, relative and absolute IC50, drugs compared."""
