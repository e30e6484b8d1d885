"""Printed statistics against printed counts: what reproduces them, what nearly would, and what does not.

`verify_claims` (analysis) is the whole. A value that no usual test gives is reported as such: it may come
from another test, other counts or a slip, and the software does not decide which.
"""
