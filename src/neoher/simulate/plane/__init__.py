"""Plane images of a visit: mammograms and ultrasound, with two true points for every length."""
