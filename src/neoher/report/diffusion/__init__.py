"""The page of diffusion: the high b-value beside the coefficient's map, its values and their spread."""
