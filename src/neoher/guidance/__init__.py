"""Knowledge (data files) and rules to next steps, safety checks and answers. Works from recorded values only.

No rule has landed in this room yet.
"""
