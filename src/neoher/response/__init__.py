"""Recorded numbers to response: change, criteria, imaging against the specimen. Reads no images."""
