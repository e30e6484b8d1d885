"""What is known about one patient, and where each fact came from."""
