"""Residual cancer burden: facts as stated, what cannot be, score and class."""
