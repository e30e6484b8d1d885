"""Digital reference patients with known truth. Reaches nothing that it tests."""
