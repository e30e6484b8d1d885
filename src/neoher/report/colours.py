"""Colours of the signal enhancement ratio (SER), bin by bin, and the words we put beside them.

Bins: open below, closed above, after UCSF's ftv_map_gen_p2.py (rnadkarni2/SlicerBreast_DCEMRI_FTV). An SER of
0 or above 3 stays uncoloured and counts in the functional tumour volume. The code gives no names: gradual,
plateau and washout are our labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SER_BINS", "SerBin", "ser_colours"]


@dataclass(frozen=True, slots=True)
class SerBin:
    """One bin of SER: above `low`, up to and including `high`."""

    key: str
    """Name of the bin in `neoher ftv --json`."""
    low: float
    high: float
    colour: tuple[int, int, int]
    label: str

    @property
    def hex_colour(self) -> str:
        """The colour as CSS writes it."""
        red, green, blue = self.colour
        return f"#{red:02x}{green:02x}{blue:02x}"


SER_BINS = (
    SerBin("0-0.9", 0.0, 0.9, (61, 108, 201), "0 to 0.9, gradual"),
    SerBin("0.9-1.0", 0.9, 1.0, (142, 84, 184), "0.9 to 1.0, plateau"),
    SerBin("1.0-1.3", 1.0, 1.3, (58, 153, 92), "1.0 to 1.3, slight washout"),
    SerBin("1.3-1.75", 1.3, 1.75, (207, 62, 52), "1.3 to 1.75, washout"),
    SerBin("1.75-3", 1.75, 3.0, (242, 198, 56), "1.75 to 3, strong washout"),
)


def ser_colours(ser: NDArray[np.floating]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Colour of every SER: RGB, shape ser.shape + (3,), and which entries have one, shape ser.shape.

    Undefined (NaN), negative and zero ratios and those above 3 have no colour.
    """
    colours = np.zeros((*ser.shape, 3), dtype=np.uint8)
    coloured = np.zeros(ser.shape, dtype=np.bool_)
    for ser_bin in SER_BINS:
        inside = (ser > ser_bin.low) & (ser <= ser_bin.high)
        colours[inside] = ser_bin.colour
        coloured |= inside
    return colours, coloured
