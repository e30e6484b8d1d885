"""Recorded numbers to response: change against repeatability, criteria, imaging against the specimen. Reads no images."""
