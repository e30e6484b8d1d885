"""From a seed to enhancing tissue: each voxel goes to the mean curve that it lies nearer to.

Two means, the lesion's and that of what surrounds it, are found in turns with the voxels that belong to each.
A voxel half of tumour lies midway between them, so that the edge falls where half the voxel is tumour,
whatever the lesion's own enhancement and however much the parenchyma enhances. Distances and shares are
design decisions, no evidence behind them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from neoher.imaging.segment.tissue import Curves, within_mm
from neoher.volume.grid import Vector

__all__ = ["Levels", "enhancing_like", "levels_from"]

Array = NDArray[np.float32]

TURNS = 6
SHELL_MM = (2.0, 7.0)
"""What surrounds a lesion is looked at between these distances from it."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Mean curves, shape (phases after contrast,), as shares of the tissue's brightness."""

    lesion: Array
    around: Array

    @property
    def contrast(self) -> float:
        """Distance of the two means: by how much the lesion enhances otherwise than what surrounds it."""
        return float(np.linalg.norm(self.lesion - self.around))

    def nearness(self, curves: Array) -> Array:
        """0 at the mean of what surrounds the lesion, 1 at the lesion's, along the line between them."""
        line = self.lesion - self.around
        length = float(line @ line)
        offset = np.float32(self.around @ line)
        result: Array = (np.tensordot(line, curves, axes=1) - offset) / np.float32(max(length, 1e-12))
        return result


def levels_from(
    curves: Curves, seed: NDArray[np.bool_], allowed: NDArray[np.bool_], spacing_mm: Vector
) -> tuple[Levels, NDArray[np.bool_]]:
    """The two means around a seed, and the connected voxels that are nearer to the lesion's.

    Parameters: `seed`, voxels taken as lesion to start with; `allowed`, voxels that may belong to it.
    """
    stacked = curves.stacked()
    lesion = _upper_mean(stacked, seed)
    around = np.median(stacked[:, within_mm(seed, 25.0, spacing_mm) & allowed], axis=1).astype(np.float32)
    levels = Levels(lesion, around)
    grown = seed
    for _ in range(TURNS):
        before = grown
        grown = joined_to(enhancing_like(stacked, levels, 0.5) & allowed, seed)
        if not grown.any():
            return levels, seed & allowed
        levels = Levels(_upper_mean(stacked, grown), _around(stacked, grown, levels, spacing_mm))
        if np.array_equal(before, grown):
            break
    return levels, grown


def enhancing_like(stacked: Array, levels: Levels, share: float) -> NDArray[np.bool_]:
    """Voxels that lie beyond a share of the way from what surrounds the lesion to the lesion."""
    like: NDArray[np.bool_] = levels.nearness(stacked) >= share
    return like


def joined_to(inside: NDArray[np.bool_], seed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The connected parts (26 neighbours) of `inside` that meet the seed."""
    labels, count = ndimage.label(inside, structure=np.ones((3, 3, 3), dtype=np.int8))
    met = np.zeros(count + 1, dtype=np.bool_)
    met[labels[seed]] = True
    met[0] = False
    return met[labels]


def _upper_mean(stacked: Array, seed: NDArray[np.bool_]) -> Array:
    """Mean curve of the seed's half that enhances more: a click may miss the middle of it."""
    inside = stacked[:, seed]
    strong = inside[0] >= np.median(inside[0])
    mean: Array = inside[:, strong].mean(axis=1)
    return mean


def _around(stacked: Array, grown: NDArray[np.bool_], levels: Levels, spacing_mm: Vector) -> Array:
    """Mean curve of the shell around what was grown, without what enhances like it (vessels, other foci).

    Of the shell the half that enhances more: beside parenchyma its edge is the hard one, fat is easily told.
    """
    shell = within_mm(grown, SHELL_MM[1], spacing_mm) & ~within_mm(grown, SHELL_MM[0], spacing_mm)
    inside = stacked[:, shell & ~enhancing_like(stacked, levels, 0.5)]
    if inside.shape[1] == 0:
        return levels.around
    upper = inside[0] >= np.median(inside[0])
    mean: Array = inside[:, upper].mean(axis=1)
    return mean
