"""Colours of the signal enhancement ratio (SER), bin by bin, and the words we put beside them.

Bins and their colours as in UCSF's ftv_map_gen_p2.py (rnadkarni2/SlicerBreast_DCEMRI_FTV): blue, purple,
green, red, yellow. An SER of 0 or above 3 stays uncoloured and counts in the functional tumour volume. That
code gives no names: gradual, plateau and washout are our labels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.imaging.dce import SER_BINS, SER_ZERO

__all__ = ["SER_COLOURS", "SerColour", "ser_class_colours"]


@dataclass(frozen=True, slots=True)
class SerColour:
    """Colour and label of one bin of SER."""

    label: str
    rgb: tuple[int, int, int]

    @property
    def css(self) -> str:
        """The colour as CSS writes it."""
        red, green, blue = self.rgb
        return f"#{red:02x}{green:02x}{blue:02x}"


SER_COLOURS = {
    "0-0.9": SerColour("0–0.9, gradual", (61, 108, 201)),
    "0.9-1.0": SerColour("0.9–1.0, plateau", (142, 84, 184)),
    "1.0-1.3": SerColour("1.0–1.3, slight washout", (58, 153, 92)),
    "1.3-1.75": SerColour("1.3–1.75, washout", (207, 62, 52)),
    "1.75-3": SerColour("1.75–3, strong washout", (242, 198, 56)),
}
"""By the bin's label in imaging.dce.SER_BINS; a bin that is not here stays uncoloured."""


def ser_class_colours(ser_class: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """RGB of every voxel, shape ser_class.shape + (3,), and which voxels have a colour.

    `ser_class`: as FunctionalTumourVolume holds it: 0 not counted, n counted in SER_BINS[n - 1].
    """
    table = np.zeros((SER_ZERO + 1, 3), dtype=np.uint8)
    coloured = np.zeros(SER_ZERO + 1, dtype=np.bool_)
    for place, ser_bin in enumerate(SER_BINS, start=1):
        colour = SER_COLOURS.get(ser_bin.label)
        if colour:
            table[place], coloured[place] = colour.rgb, True
    return table[ser_class], coloured[ser_class]
