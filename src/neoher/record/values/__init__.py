"""The kinds of values that a record states, and how a wrong one is refused."""
