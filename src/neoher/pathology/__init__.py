"""Tissue to classes and scores."""
