"""A woman lying on her back, arms up: trunk from the shoulders to the kidneys, organ by organ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neoher.simulate.pet.shapes import Ellipsoid, Tube, union
from neoher.simulate.pet.tracer import OrganUptake
from neoher.volume.grid import Vector

__all__ = ["AORTA", "AXILLA_MM", "BREAST_MM", "KIDNEY", "LIVER_MM", "VERTEBRA_MM", "Organ", "organ_shares"]

Array = NDArray[np.float64]

BREAST_MM: Vector = (94.0, -112.0, 2.0)
"""Where the primary lies, in the left breast; LPS mm, 0 in the middle of the chest at breast level."""
AXILLA_MM: Vector = (138.0, -22.0, 78.0)
VERTEBRA_MM: Vector = (3.0, 72.0, -52.0)
"""The middle of a thoracic vertebra's body."""
LIVER_MM: Vector = (-78.0, -5.0, -104.0)
"""The middle of the right lobe."""
AORTA = Tube(((22.0, 52.0, -240.0), (22.0, 52.0, 62.0), (4.0, 18.0, 84.0), (-12.0, -18.0, 62.0)), 11.5)
KIDNEY = Ellipsoid((64.0, 60.0, -150.0), (27.0, 24.0, 50.0))
_VERTEBRA_MM = 31.0
"""From one disc to the next."""


@dataclass(frozen=True, slots=True)
class Organ:
    """Share of each voxel that one tissue takes, how it moves with the breath, its uptake and its density."""

    name: str
    share: Array = field(repr=False)
    moves: float
    """Share of the diaphragm's excursion by which the organ follows it."""
    hounsfield: float

    def suv(self, uptake: OrganUptake) -> float:
        """SUV of the tissue."""
        return float(getattr(uptake, self.name))


def organ_shares(points_mm: Array, voxel_mm: float) -> tuple[Organ, ...]:
    """Every tissue at LPS positions, shape (..., 3); together at most the whole of a voxel, the rest is air.

    `voxel_mm`: edges are as wide as this.
    """
    flat = points_mm.reshape(-1, 3)
    trunk = _trunk(flat)
    body = np.flatnonzero(trunk < voxel_mm)
    flat, trunk = flat[body], trunk[body]
    taken = np.zeros(len(flat))
    organs = []
    # From inside out: what is named first takes its place, the next takes what it leaves.
    for layer in _LAYERS:
        near = layer.near(flat)
        distance = np.maximum(layer.distance(flat[near]), trunk[near] + layer.below_skin_mm)
        share = np.zeros(len(points_mm.reshape(-1, 3)))
        part = np.clip(0.5 - distance / voxel_mm, 0.0, 1.0) * (1.0 - taken[near])
        share[body[near]] = part
        taken[near] += part
        organs.append(Organ(layer.tissue, share.reshape(points_mm.shape[:-1]), layer.moves, layer.hounsfield))
    return tuple(organs)


def _trunk(points_mm: Array) -> Array:
    """Signed distance to the skin, about."""
    x, y, z = (points_mm[..., axis] for axis in range(3))
    above = np.clip((z - 60.0) / 90.0, 0.0, 1.0)
    waist = np.exp(-(((z + 150.0) / 70.0) ** 2))
    half_width = 172.0 - 46.0 * above**2 - 14.0 * waist
    half_depth = 108.0 - 28.0 * above**2 - 6.0 * waist
    radius = ((np.abs(x) / half_width) ** 2.4 + (np.abs(y) / half_depth) ** 2.4) ** (1 / 2.4)
    chest = (radius - 1.0) * np.minimum(half_width, half_depth)
    breasts = (
        Ellipsoid((side * 88.0, -88.0, 0.0), (64.0, 58.0, 66.0)).distance(points_mm) for side in (-1.0, 1.0)
    )
    return union(chest, *breasts)


def _lungs(points_mm: Array) -> Array:
    right = Ellipsoid((-72.0, 2.0, 22.0), (56.0, 78.0, 112.0)).distance(points_mm)
    left = Ellipsoid((76.0, 8.0, 22.0), (50.0, 74.0, 110.0)).distance(points_mm)
    return union(right, left)


def _liver(points_mm: Array) -> Array:
    right = Ellipsoid(LIVER_MM, (74.0, 76.0, 72.0)).distance(points_mm)
    left = Ellipsoid((0.0, -50.0, -92.0), (66.0, 36.0, 40.0)).distance(points_mm)
    return union(right, left)


def _heart(points_mm: Array) -> Array:
    return Ellipsoid((32.0, -34.0, -8.0), (44.0, 38.0, 46.0)).distance(points_mm)


def _heart_cavity(points_mm: Array) -> Array:
    return Ellipsoid((32.0, -34.0, -8.0), (31.0, 25.0, 33.0)).distance(points_mm)


def _blood(points_mm: Array) -> Array:
    return union(AORTA.distance(points_mm), _heart_cavity(points_mm))


def _vertebrae(points_mm: Array) -> Array:
    x, y, z = (points_mm[..., axis] for axis in range(3))
    column = np.hypot((x - VERTEBRA_MM[0] + 3.0) / 20.0, (y - VERTEBRA_MM[1]) / 16.0)
    body = (column - 1.0) * 17.0
    from_disc = np.abs((z - VERTEBRA_MM[2] + _VERTEBRA_MM / 2) % _VERTEBRA_MM - _VERTEBRA_MM / 2)
    between = from_disc - (_VERTEBRA_MM / 2 - 2.5)
    return np.asarray(np.maximum(body, between))


def _bones(points_mm: Array) -> Array:
    x, y, z = (points_mm[..., axis] for axis in range(3))
    sternum = Ellipsoid((0.0, -90.0, 34.0), (17.0, 6.5, 74.0)).distance(points_mm)
    # Ribs run down from the spine to the front, a third of them bone.
    cage = np.hypot(x / 152.0, (y - 4.0) / 90.0)
    wall = np.abs(cage - 1.0) * 100.0 - 4.0
    level = np.cos((z + 0.35 * y) * 2 * np.pi / 26.0)
    ribs = np.maximum(np.maximum(wall, 4.0 - 9.0 * level), np.abs(z - 15.0) - 105.0)
    arch = Ellipsoid((0.0, 102.0, 0.0), (5.0, 13.0, 400.0)).distance(points_mm)
    return union(_vertebrae(points_mm), sternum, ribs, arch)


def _spleen(points_mm: Array) -> Array:
    return Ellipsoid((104.0, 40.0, -92.0), (27.0, 36.0, 48.0)).distance(points_mm)


def _kidneys(points_mm: Array) -> Array:
    right = Ellipsoid((-64.0, 60.0, -158.0), (27.0, 24.0, 50.0))
    return union(KIDNEY.distance(points_mm), right.distance(points_mm))


def _stomach(points_mm: Array) -> Array:
    return Ellipsoid((62.0, -28.0, -96.0), (40.0, 34.0, 42.0)).distance(points_mm)


def _gland(points_mm: Array) -> Array:
    sides = (
        Ellipsoid((side * 91.0, -114.0, 0.0), (33.0, 24.0, 36.0)).distance(points_mm) for side in (-1.0, 1.0)
    )
    return union(*sides)


def _muscle(points_mm: Array) -> Array:
    # The walls of chest and belly, and the middle of the chest; between the organs of the belly lies fat.
    x, y, z = (points_mm[..., axis] for axis in range(3))
    inner = (np.hypot(x / 158.0, y / 98.0) - 1.0) * 100.0
    belly = (np.hypot(x / 132.0, (y + 12.0) / 68.0) - 1.0) * 90.0
    return np.asarray(np.maximum(inner, -np.maximum(belly, z + 70.0)))


def _rest(points_mm: Array) -> Array:
    return np.full(points_mm.shape[:-1], -np.inf)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One tissue: where it lies, how it moves with the breath, how dense it is."""

    tissue: str
    moves: float
    hounsfield: float
    distance: Callable[[Array], Array]
    """Signed distance to its surface of positions (n, 3)."""
    below_skin_mm: float = 0.0
    """No part of it comes nearer to the skin."""
    lower: Vector = (-400.0, -400.0, -1000.0)
    upper: Vector = (400.0, 400.0, 1000.0)
    """A box that the tissue does not leave."""

    def near(self, points_mm: Array) -> NDArray[np.intp]:
        """Which positions lie in the box, with room for an edge."""
        room = 12.0
        inside = (points_mm > np.asarray(self.lower) - room) & (points_mm < np.asarray(self.upper) + room)
        return np.flatnonzero(inside.all(axis=1))


_LAYERS = (
    _Layer("marrow", 0.0, 300.0, _bones, 8.0),
    _Layer("blood", 0.1, 42.0, _blood, 20.0, (-24.0, -60.0, -260.0), (64.0, 65.0, 96.0)),
    _Layer("myocardium", 0.3, 45.0, _heart, 20.0, (-12.0, -72.0, -54.0), (76.0, 4.0, 38.0)),
    _Layer("liver", 1.0, 58.0, _liver, 18.0, (-152.0, -90.0, -176.0), (66.0, 71.0, -32.0)),
    _Layer("spleen", 0.9, 48.0, _spleen, 18.0, (77.0, 4.0, -140.0), (131.0, 76.0, -44.0)),
    _Layer("kidney", 0.8, 34.0, _kidneys, 18.0, (-91.0, 36.0, -210.0), (91.0, 84.0, -100.0)),
    _Layer("stomach", 0.7, 25.0, _stomach, 18.0, (22.0, -62.0, -138.0), (102.0, 6.0, -54.0)),
    _Layer("lung", 0.4, -820.0, _lungs, 20.0),
    _Layer("gland", 0.15, 30.0, _gland, 6.0, (-128.0, -140.0, -40.0), (128.0, -80.0, 40.0)),
    _Layer("muscle", 0.2, 50.0, _muscle, 12.0),
    _Layer("fat", 0.2, -100.0, _rest),
)
