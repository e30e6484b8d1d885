"""Facts of the case: what a record states and what the calculators conclude from it, as lines."""
