"""Regression under therapy: Miller-Payne and Sataloff."""
