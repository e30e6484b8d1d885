"""HER2 PET: what the uptake of a HER2-directed tracer says of each lesion, and what it does not say."""
