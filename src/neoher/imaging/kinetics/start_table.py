"""The table from which every voxel's fit starts: the model at some rate constants, on the scan's clock.

Times in minutes, rate constants in 1/min, concentrations in mM.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["STARTING_KEP_PER_MIN", "start_table"]

STARTING_KEP_PER_MIN = np.geomspace(0.005, 50.0, 65)
"""Nodes of the table: a seventh from one to the next, close enough for cubics between them."""
_CHANGE = 1e-4
"""Of log kep, for the central difference; off by its square, which no start needs."""


def start_table(
    minutes: NDArray[np.float64], plasma: NDArray[np.float64], sample_of: NDArray[np.int64], samples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Design (nodes, 2, samples) and sums (nodes, 5) of every node, as `starting.start_fit` takes them.

    Parameters: `minutes`, `plasma`: the input at its knots; `sample_of`: the sample on each knot, or -1;
    `samples`: how many there are.
    """
    sampled = sample_of >= 0
    at_samples = np.empty(samples)
    at_samples[sample_of[sampled]] = plasma[sampled]
    design = np.empty((STARTING_KEP_PER_MIN.size, 2, samples))
    for n, k in enumerate(STARTING_KEP_PER_MIN):
        below, here, above = (
            _convolved(k * np.exp(change), minutes, plasma)[sampled] for change in (-_CHANGE, 0.0, _CHANGE)
        )
        design[n, 0, sample_of[sampled]] = here
        design[n, 1, sample_of[sampled]] = (above - below) / (2 * _CHANGE)
    one, derived = design[:, 0], design[:, 1]
    gram = np.stack(
        (
            (one * one).sum(axis=1),
            one @ at_samples,
            np.full(len(design), at_samples @ at_samples),
            (one * derived).sum(axis=1),
            derived @ at_samples,
        ),
        axis=1,
    )
    return design, gram


def _convolved(k: float, minutes: NDArray[np.float64], plasma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convolution of the plasma curve with exp(-k t) at its knots."""
    widths = np.diff(minutes)
    x = k * widths
    decay = np.exp(-x)
    whole = -np.expm1(-x) / x
    end = (1 - whole) / x
    steps = widths * (plasma[:-1] * (whole - end) + plasma[1:] * end)
    convolved = np.zeros(minutes.size)
    for j, (left, added) in enumerate(zip(decay, steps, strict=True)):
        convolved[j + 1] = left * convolved[j] + added
    return convolved
