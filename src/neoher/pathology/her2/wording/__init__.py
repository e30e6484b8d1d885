"""A report's HER2 wording, read to fields."""
