"""Stage after therapy: ypT and ypN from sizes and counts, the anatomic group."""
