"""Compiled loops over contrast-enhanced signal; the others with numba stand in `kinetics`.

All take flat or three-dimensional arrays of any number type as read (int16, uint16, float32 …) and fill
arrays their caller made. Signal is counted in units of the pre-contrast phase's slope, so that S0 is the
stored number plus `offset_pre`, and Sk is `factor_k` * stored + `offset_k`: percent enhancement and signal
enhancement ratio do not depend on the unit, and with equal scales whole numbers stay whole, so that a voxel
exactly on a threshold is judged exactly. All arithmetic is in float64; only the maps are rounded to float32.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "FAILS",
    "LATE_BELOW_PRE",
    "LATE_EQUALS_PRE",
    "PASSES",
    "count_enough_neighbours",
    "enhancement",
    "enhancement_and_ratio",
]

FAILS = 0
"""State of a voxel below the background threshold or the percent enhancement threshold."""
LATE_EQUALS_PRE = 1
"""Passes both, but S2 = S0: it has no signal enhancement ratio."""
LATE_BELOW_PRE = 2
"""Passes both, but its signal enhancement ratio is negative."""
PASSES = 3
"""Passes both with a signal enhancement ratio of 0 or more; or passes both where no ratio is asked for."""


@njit(cache=True, nogil=True, error_model="numpy")
def enhancement_and_ratio(
    pre: NDArray[np.generic],
    early: NDArray[np.generic],
    late: NDArray[np.generic],
    offset_pre: float,
    factor_early: float,
    offset_early: float,
    factor_late: float,
    offset_late: float,
    background_hundredfold: float,
    enhancement_percent: float,
    percent_map: NDArray[np.float32],
    ratio_map: NDArray[np.float32],
    state: NDArray[np.uint8],
) -> None:
    """PE, SER and state of every voxel in one pass; all arrays flat and of one length.

    `background_hundredfold`: 100 x the background threshold; `enhancement_percent`: the PE threshold.
    PE is NaN where S0 <= 0, SER is NaN where S2 = S0.
    """
    for n in range(pre.size):
        s0 = np.float64(pre[n]) + offset_pre
        rise = early[n] * factor_early + offset_early - s0
        late_rise = late[n] * factor_late + offset_late - s0
        hundredfold = 100.0 * rise
        quotient = rise / late_rise
        percent_map[n] = np.float32(hundredfold / s0) if s0 > 0 else np.float32(np.nan)
        ratio_map[n] = np.float32(quotient) if late_rise != 0 else np.float32(np.nan)
        bright = (s0 > 0) & (100.0 * s0 >= background_hundredfold)
        enhancing = bright & (hundredfold >= enhancement_percent * s0)
        kind = LATE_EQUALS_PRE if late_rise == 0 else (PASSES if quotient >= 0 else LATE_BELOW_PRE)
        state[n] = kind if enhancing else FAILS


@njit(cache=True, nogil=True, error_model="numpy")
def enhancement(
    pre: NDArray[np.generic],
    post: NDArray[np.generic],
    offset_pre: float,
    factor_post: float,
    offset_post: float,
    background_hundredfold: float,
    enhancement_percent: float,
    percent_map: NDArray[np.float32],
    state: NDArray[np.uint8],
) -> None:
    """PE and state of every voxel where there is no late phase; all arrays flat and of one length."""
    for n in range(pre.size):
        s0 = np.float64(pre[n]) + offset_pre
        hundredfold = 100.0 * (post[n] * factor_post + offset_post - s0)
        percent_map[n] = np.float32(hundredfold / s0) if s0 > 0 else np.float32(np.nan)
        bright = (s0 > 0) & (100.0 * s0 >= background_hundredfold)
        state[n] = PASSES if bright & (hundredfold >= enhancement_percent * s0) else FAILS


@njit(cache=True, nogil=True)
def count_enough_neighbours(state: NDArray[np.uint8], least: int, enough: NDArray[np.bool_]) -> None:
    """Whether a passing voxel has at least `least` passing voxels among its 26 neighbours.

    `state`, `enough`: shape (slices, rows, columns). A neighbour outside the array does not pass; a voxel
    that does not pass itself is False whatever its neighbours.
    """
    slices, rows, columns = state.shape
    for z in range(slices):
        for y in range(rows):
            for x in range(columns):
                enough[z, y, x] = False
                if state[z, y, x] != PASSES:
                    continue
                passing = -1
                for near_z in range(max(z - 1, 0), min(z + 2, slices)):
                    for near_y in range(max(y - 1, 0), min(y + 2, rows)):
                        for near_x in range(max(x - 1, 0), min(x + 2, columns)):
                            passing += state[near_z, near_y, near_x] == PASSES
                enough[z, y, x] = passing >= least
