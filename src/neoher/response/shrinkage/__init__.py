"""How a lesion shrinks: the pattern from shape facts, typed (`pattern`) or of a record (`recorded`)."""
