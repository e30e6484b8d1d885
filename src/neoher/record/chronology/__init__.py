"""The course in time: what happened when, and dates that cannot be or hardly go together."""
