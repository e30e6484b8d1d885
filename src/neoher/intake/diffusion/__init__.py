"""Diffusion exams: images told apart by b-value, or a scanner's ADC map with the unit it is in."""
