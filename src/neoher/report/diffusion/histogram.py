"""The coefficient's histogram over a lesion, with its mean and median."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neoher.report.diffusion.colours import colour_of

__all__ = ["BIN", "LEAST_VOXELS", "TOP", "counts", "histogram"]

LEAST_VOXELS = 30
"""Fewer voxels make no histogram (a design decision)."""
BIN, TOP = 100.0, 3000.0
"""Width of a bin and end of the axis, 1e-6 mm2/s; what lies beyond is counted in the last bin."""
_INK, _QUIET = "#222", "#6a6a6a"
_LEFT, _RIGHT, _HEAD, _FOOT = 20.0, 262.0, 26.0, 190.0


def counts(values_1e6: NDArray[np.floating]) -> NDArray[np.int_]:
    """Voxels by bin, each bin closed below; the last holds everything from there on."""
    bins = np.minimum(np.asarray(values_1e6) // BIN, TOP / BIN - 1).astype(int)
    return np.bincount(bins, minlength=int(TOP / BIN))


def histogram(values_1e6: NDArray[np.floating]) -> str:
    """The drawing as SVG markup, aspect 1.15; bars in the colours of the map."""
    by_bin = counts(values_1e6)
    most = max(int(by_bin.max()), 1)
    mean, median = float(np.mean(values_1e6)), float(np.median(values_1e6))
    alt = f"Histogram of the coefficient: mean {mean:.0f}, median {median:.0f} ×10⁻⁶ mm²/s"
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 276 240" '
        f'style="max-width: 290px" role="img" aria-label="{alt}" font-size="11" font-family="sans-serif">',
        _words(_LEFT, 12, f"voxels, highest bar {most}", "start", _QUIET),
    ]
    for place, count in enumerate(by_bin):
        if count:
            top = _FOOT - (_FOOT - _HEAD - 16) * int(count) / most
            parts.append(
                f'<rect x="{_x(place * BIN):.1f}" y="{top:.1f}" width="{_x(BIN) - _x(0) - 0.6:.1f}" '
                f'height="{_FOOT - top:.1f}" fill="{colour_of((place + 0.5) * BIN)}" stroke="{_INK}" '
                'stroke-width="0.3"/>'
            )
    parts.append(f'<path d="M{_LEFT:g} {_FOOT:g}H{_RIGHT:g}" stroke="{_QUIET}" stroke-width="0.7"/>')
    for tick in range(0, int(TOP) + 1, 1000):
        parts.append(f'<path d="M{_x(tick):.1f} {_FOOT:g}v4" stroke="{_QUIET}" stroke-width="0.7"/>')
        anchor = "end" if tick == TOP else "middle"
        parts.append(_words(_x(tick), _FOOT + 16, f"{tick}", anchor, _QUIET))
    parts.append(_words(_RIGHT, 234, "×10⁻⁶ mm²/s", "end", _QUIET))
    low, high = sorted(((mean, "mean"), (median, "median")))
    for (value, name), anchor, dashes in ((low, "end", ""), (high, "start", ' stroke-dasharray="3 2"')):
        x = _x(min(value, TOP))
        parts.append(f'<path d="M{x:.1f} {_HEAD:g}V{_FOOT:g}" stroke="{_INK}" stroke-width="1"{dashes}/>')
        aside = -4 if anchor == "end" else 4
        parts.append(_words(x + aside, _HEAD + 6, f"{name} {value:.0f}", anchor, _INK))
    parts.append("</svg>")
    return "".join(parts)


def _x(value: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * value / TOP


def _words(x: float, y: float, words: str, anchor: str, colour: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="11">{words}</text>'
    )
