"""The diffusion series of a visit: signal by b-value, in the forms in which scanners write it."""
