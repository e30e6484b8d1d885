"""Colours of uptake over CT: from black over red and orange to pale yellow, the usual hot metal scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOT", "hot_colours"]

_STOPS = (
    (0.0, (0, 0, 0)),
    (0.35, (150, 18, 10)),
    (0.65, (236, 104, 14)),
    (0.88, (252, 206, 60)),
    (1.0, (255, 250, 214)),
)
_STEPS = 24
_CLEAR_BELOW, _STRONGEST = 0.04, 0.82
"""Below that share of the scale the CT stands alone; above, it shines through less and less."""


def _colours_at(share: NDArray[np.floating]) -> NDArray[np.float32]:
    places = [place for place, _ in _STOPS]
    channels = [np.interp(share, places, [colour[channel] for _, colour in _STOPS]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.float32)


HOT: tuple[tuple[int, int, int], ...] = tuple(
    (int(red), int(green), int(blue)) for red, green, blue in _colours_at((np.arange(_STEPS) + 0.5) / _STEPS)
)
"""The scale in steps, from cold to hot, for a legend."""


def hot_colours(share: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Colour (0 to 255, shape (..., 3)) and opacity (0 to 1, shape (...)) of uptake, 0 to 1 of the scale."""
    rising = np.clip((share - _CLEAR_BELOW) / (0.5 - _CLEAR_BELOW), 0.0, 1.0)
    return _colours_at(share), np.asarray(_STRONGEST * rising, dtype=np.float32)
