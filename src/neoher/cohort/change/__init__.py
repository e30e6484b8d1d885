"""Change of a quantity over the visits, and what it foretells: waterfall, spider, ROC, cut-offs."""
