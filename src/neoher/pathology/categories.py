"""The yp categories that the calculators of this room take, without prefix (UICC/AJCC, 8th edition)."""

from __future__ import annotations

from typing import Literal

__all__ = ["YpN", "YpT"]

YpT = Literal["X", "0", "is", "1", "1mi", "1a", "1b", "1c", "2", "3", "4", "4a", "4b", "4c", "4d"]
"""Tumour in the breast after therapy: X could not be assessed, 0 none, is in situ cancer alone."""
YpN = Literal[
    "X", "0", "0(i+)", "0(mol+)", "1", "1mi", "1a", "1b", "1c", "2", "2a", "2b", "3", "3a", "3b", "3c"
]
"""Regional nodes after therapy: X could not be assessed, 0(i+) isolated tumour cells alone."""
