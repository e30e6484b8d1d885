"""PET series: found, checked to be one scan on one grid, their acquisition facts and their numbers read."""
