"""A CT beside a PET: what it looks like, not what it measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.volume.grid import Grid

__all__ = ["CtVolume"]


@dataclass(frozen=True, slots=True)
class CtVolume:
    """Hounsfield units on a grid: float32, shape (slices, rows, columns)."""

    grid: Grid
    hounsfield: NDArray[np.float32]
    description: str
    """The series, for a reader."""
