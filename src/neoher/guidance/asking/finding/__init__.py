"""Finding: the stored texts, their full-text index, and how much of a question each of them holds."""
