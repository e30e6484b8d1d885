"""PET: numbers as stored to standardised uptake values, and what is read from them in regions."""
