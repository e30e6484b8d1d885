"""Colours of the apparent diffusion coefficient, rising in lightness: grey print and every eye read them.

Blue to yellow as in cividis, the colour scale optimised for colour-blind readers
(Nunez et al., PLoS One 2018, doi:10.1371/journal.pone.0199239); its stops rounded, interpolated linearly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLACK_AT", "WHITE_AT", "adc_colours", "colour_of"]

_STOPS = (
    (0, 32, 77),
    (0, 51, 111),
    (57, 72, 107),
    (87, 92, 109),
    (112, 113, 115),
    (138, 135, 121),
    (166, 157, 117),
    (196, 181, 108),
    (228, 207, 91),
    (255, 234, 70),
)
BLACK_AT, WHITE_AT = 0.0, 2500.0
"""Range of the colours, 1e-6 mm2/s, the same at every visit (a design decision): none to near free water."""


def adc_colours(adc_1e6: NDArray[np.floating]) -> NDArray[np.uint8]:
    """RGB of every voxel, shape adc.shape + (3,); black where there is no coefficient."""
    share = np.clip((np.nan_to_num(adc_1e6, nan=0.0) - BLACK_AT) / (WHITE_AT - BLACK_AT), 0.0, 1.0)
    places = np.linspace(0.0, 1.0, len(_STOPS))
    colours = np.stack(
        [np.interp(share, places, [stop[channel] for stop in _STOPS]) for channel in range(3)], axis=-1
    )
    colours[~np.isfinite(adc_1e6)] = 0.0
    return np.asarray(colours + 0.5, dtype=np.uint8)


def colour_of(adc_1e6: float) -> str:
    """The colour of one value as CSS writes it."""
    red, green, blue = (int(part) for part in adc_colours(np.array([adc_1e6]))[0])
    return f"#{red:02x}{green:02x}{blue:02x}"
