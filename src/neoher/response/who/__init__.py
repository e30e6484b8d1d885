"""The WHO criteria from a table of lesions: products of two diameters."""
