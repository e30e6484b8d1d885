"""What a record does not state, and why it matters at this stage of the course."""
