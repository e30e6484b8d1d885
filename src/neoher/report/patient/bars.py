"""The size at each visit as bars: one glance, every bar with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from neoher.report.content import KeyImage
from neoher.report.numbers import with_unit

__all__ = ["Bar", "size_bars"]

_WIDTH, _ROW, _LEFT, _LONGEST = 360.0, 30.0, 92.0, 200.0
_INK, _QUIET, _FILL = "#222", "#5d5a55", "#1f4e79"


@dataclass(frozen=True, slots=True)
class Bar:
    """One visit."""

    when: str
    length_mm: float | None
    absent: str
    """What is said in place of a number."""


def size_bars(title: str, bars: Sequence[Bar], largest: float) -> KeyImage:
    """Bars in proportion to the length in mm, from 0; a visit without a number has words and no bar.

    Parameters: `largest`: the length in mm of the longest bar of the page, so that all of them share a scale.
    """
    height = _ROW * len(bars) + 8
    said = "; ".join(f"{bar.when} {_amount(bar)}" for bar in bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {_WIDTH:g} {height:g}" '
        f'role="img" aria-label="{escape(f"{title}: {said}")}" font-size="13" font-family="sans-serif">'
    ]
    for place, bar in enumerate(bars):
        top = 6 + place * _ROW
        parts.append(f'<text x="0" y="{top + 15:g}" fill="{_QUIET}">{escape(bar.when)}</text>')
        if bar.length_mm is None or largest == 0:
            parts.append(
                f'<text x="{_LEFT:g}" y="{top + 15:g}" fill="{_QUIET}" font-style="italic">'
                f"{escape(_amount(bar))}</text>"
            )
            continue
        wide = max(1.5, _LONGEST * bar.length_mm / largest)
        parts.append(f'<rect x="{_LEFT:g}" y="{top:g}" width="{wide:.1f}" height="20" fill="{_FILL}"/>')
        parts.append(
            f'<text x="{_LEFT + wide + 8:.1f}" y="{top + 15:g}" fill="{_INK}">{escape(_amount(bar))}</text>'
        )
    parts.append("</svg>")
    return KeyImage(
        title=title,
        caption="The longer the bar, the longer the spot.",
        alt=f"{title}: {said}",
        svg="".join(parts),
        aspect=_WIDTH / height,
    )


def _amount(bar: Bar) -> str:
    return bar.absent if bar.length_mm is None else with_unit(bar.length_mm, "mm")
