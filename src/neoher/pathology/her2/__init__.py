"""HER2 of tissue: from staining, counts or a report's wording to the status, and its change over time."""
