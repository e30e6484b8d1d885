"""The size of each lesion over the visits by modality: one figure and the table of its numbers."""
