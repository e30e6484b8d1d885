"""Tumours as shapes in patient space: a mass, its islands, a segment of non-mass enhancement."""
