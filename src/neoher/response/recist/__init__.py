"""RECIST 1.1 from a table of lesions: baseline, targets, other lesions, each visit, the best response."""
