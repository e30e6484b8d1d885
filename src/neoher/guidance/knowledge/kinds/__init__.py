"""The kinds of items that the knowledge base holds: one module per kind, all built on `item`."""
