"""Simulated tumours on which a proposal is tried: masses, fragmented masses and non-mass enhancement.

The truth is the tumour's share of each voxel: what holds at least half a voxel of tumour is tumour.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.anatomy import Breast
from neoher.simulate.mr.scanner import SCANNERS, Scanner, Vendor
from neoher.simulate.mr.visit import Kinetics, Scene
from neoher.simulate.tumour.mass import Mass
from neoher.simulate.tumour.shape import Together, TumourShape
from neoher.volume.dynamic import DynamicSeries, Phase, Scale, TimeAxis

__all__ = ["Kind", "SimulatedTumour", "simulated_tumour"]

Array = NDArray[np.float64]


class Kind(StrEnum):
    """How the enhancing tissue lies."""

    MASS = "mass"
    FRAGMENTED = "fragmented"
    """Islands with millimetres of other tissue between them, as a mass that answers to therapy leaves."""
    NON_MASS = "non-mass"
    """Clumps along a segment of the breast that take up less contrast than a mass."""


@dataclass(frozen=True)
class SimulatedTumour:
    """One tumour scanned before therapy, its truth, and where a reader clicks."""

    seed: int
    kind: Kind
    vendor: Vendor
    series: DynamicSeries
    """Pre, early and late phase."""
    truth: NDArray[np.bool_]
    click_mm: tuple[float, float, float]
    """A voxel's centre near the middle of the largest part, up to some millimetres off."""
    extent_mm: float
    """Longest extent of the truth, between voxel centres."""


def simulated_tumour(seed: int) -> SimulatedTumour:
    """The tumour of a seed; every third is fragmented or non-mass, vendors take turns."""
    random = np.random.default_rng([seed, 60])
    kind = (Kind.MASS, Kind.MASS, (Kind.FRAGMENTED, Kind.NON_MASS)[seed // 3 % 2])[seed % 3]
    vendor = tuple(Vendor)[seed // 2 % 2]
    scanner = _three_phases(SCANNERS[vendor])
    breast, tumour, uptake = _breast(random, kind)
    scene = Scene(breast, scanner)
    kinetics = Kinetics(uptake * float(random.uniform(0.115, 0.16)), float(random.uniform(0.007, 0.012)))
    visit = scene.visit(tumour, kinetics, float(random.uniform(14.0, 22.0)), random)
    truth = visit.tumour_share >= 0.5
    axis = TimeAxis(
        phases=tuple(
            Phase(index, start - scanner.first_start_s, scanner.phase_duration_s, "simulated", "1", "", 0)
            for index, start in enumerate(scanner.starts_s)
        ),
        first_start=None,
        bolus_start_s=-scanner.first_start_s,
        bolus_basis="simulated",
        told_apart_by="simulated",
    )
    series = DynamicSeries(scanner.grid, axis, (0, 1, 2), visit.signal, (Scale(),) * 3)
    return SimulatedTumour(
        seed, kind, vendor, series, truth, _click(random, truth, scanner), _extent(truth, scanner)
    )


def _three_phases(scanner: Scanner) -> Scanner:
    """The phases that are used: those whose middles are nearest 150 and 450 s."""
    half = scanner.phase_duration_s / 2
    starts = tuple(
        min(scanner.post_starts_s, key=lambda start: abs(start + half - time)) for time in (150.0, 450.0)
    )
    return dataclasses.replace(scanner, post_starts_s=starts)


def _breast(random: np.random.Generator, kind: Kind) -> tuple[Breast, TumourShape, float]:
    """The breast, the tumour in it, and its uptake as a factor."""
    if kind is Kind.MASS:
        # Spicules and lobes reach beyond the ball of the same volume: 10 to 60 mm in all.
        radius = float(np.exp(random.uniform(np.log(4.2), np.log(18.5))))
        breast = Breast.random(random, radius)
        return breast, breast.tumour.at(1.0), 1.0
    reach = float(random.uniform(9.0, 24.0))
    breast = Breast.random(random, 0.7 * reach)
    centre = breast.tumour.centre_mm
    direction = np.array([0.0, -1.0, 0.0]) + random.normal(0.0, 0.35, 3)
    direction /= np.linalg.norm(direction)
    non_mass = kind is Kind.NON_MASS
    wanted = int(np.clip(random.integers(6, 14) if non_mass else random.integers(3, 7), 3, 14))
    parts: list[Mass] = []
    for _ in range(400):
        radius = random.uniform(2.6, 4.6) if non_mass else random.uniform(0.16, 0.36) * reach + 1.2
        along, across = random.uniform(-1, 1) * (reach - radius), random.normal(0.0, 0.30 * reach, 3)
        place = centre + along * direction + across - (across @ direction) * direction
        gap = 0.2 if non_mass else 2.5
        apart = [np.linalg.norm(place - part.centre_mm) - part.radius_mm - radius for part in parts]
        if all(one > gap for one in apart) and (not apart or min(apart) < 7.0):
            parts.append(Mass.random(random, place, radius))
        if len(parts) == wanted:
            break
    whole = Together(centre, [part.at(1.0) for part in parts])
    return dataclasses.replace(breast, largest=whole), whole, 0.75 if non_mass else 1.0


def _click(
    random: np.random.Generator, truth: NDArray[np.bool_], scanner: Scanner
) -> tuple[float, float, float]:
    from scipy import ndimage

    labels, _ = ndimage.label(truth)
    largest = labels == np.argmax(np.bincount(labels[labels > 0]))
    middle = np.argwhere(largest).mean(axis=0)
    inside = np.argwhere(largest)
    depth = ndimage.distance_transform_edt(largest, sampling=scanner.grid.spacing_mm)[tuple(inside.T)]
    # A reader aims at the middle and misses it by a little, but hits the lesion.
    aimed = middle + random.normal(0.0, 1.5, 3) / np.asarray(scanner.grid.spacing_mm)
    away = np.linalg.norm((inside - aimed) * np.asarray(scanner.grid.spacing_mm), axis=1)
    chosen = inside[int(np.argmin(away - np.minimum(depth, 1.5)))]
    x, y, z = scanner.grid.to_patient(chosen[None].astype(float))[0]
    return float(x), float(y), float(z)


def _extent(truth: NDArray[np.bool_], scanner: Scanner) -> float:
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    points = scanner.grid.to_patient(np.argwhere(truth).astype(float))
    return float(pdist(points[ConvexHull(points).vertices]).max())
