"""Ejection fraction under HER2-directed drugs: each drug's rule sets, read measurement by measurement."""
