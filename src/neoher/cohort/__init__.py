"""Many records to rates, tests, survival and agreement.

No analysis has landed in this room yet.
"""
