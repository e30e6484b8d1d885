"""Contrast phases: which series are the dynamic, how its phases are told apart, ordered and timed."""
