"""A breast on a chest wall, in patient space: skin, fat, gland, nipple, muscle and vessels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from neoher.simulate.random_field import RandomField
from neoher.simulate.reader import BoxMm, around, omitting, volume_of_interest
from neoher.simulate.tumour.mass import Mass
from neoher.simulate.tumour.segment import Segment
from neoher.simulate.tumour.shape import Together

__all__ = ["Breast", "Tissues", "Vessel"]

Array = NDArray[np.float64]

CENTRE_X_MM = 82.0
"""Middle of a left breast, to the patient's left of the midline."""
FIELD_HALF_WIDTH_MM = 110.0
FREE_OF_VOI_MM = 4.0
"""Other vessels keep this far from the volume of interest."""


@dataclass(frozen=True)
class Tissues:
    """Shares of a voxel's volume by tissue, each 0 to 1, of the grid's shape; what is left is air or lung."""

    fat: Array
    gland: Array
    skin: Array
    muscle: Array
    nipple: Array


@dataclass(frozen=True)
class Vessel:
    """A vessel as a tube around a curve."""

    points_mm: Array
    """Points of the curve, LPS mm, shape (n, 3), close enough to be taken as the curve."""
    radius_mm: float
    _tree: cKDTree = field(repr=False)

    @classmethod
    def along(cls, corners_mm: Array, radius_mm: float) -> Vessel:
        """A smooth tube through the corners of a path."""
        ends = np.linspace(0, 1, len(corners_mm))
        steps = np.linspace(0, 1, 500)
        # A cubic through few corners is the simplest smooth path.
        order = min(3, len(corners_mm) - 1)
        curve = np.stack(
            [np.polyval(np.polyfit(ends, corner, order), steps) for corner in corners_mm.T], axis=1
        )
        return cls(curve, radius_mm, cKDTree(curve))

    def outside(self, box: BoxMm) -> Vessel | None:
        """The longest piece of the vessel that keeps clear of the box; None where nothing is left."""
        x, y, z = box.lower
        low = (x - FREE_OF_VOI_MM, y - FREE_OF_VOI_MM, z - FREE_OF_VOI_MM)
        x, y, z = box.upper
        high = (x + FREE_OF_VOI_MM, y + FREE_OF_VOI_MM, z + FREE_OF_VOI_MM)
        inside = np.flatnonzero(BoxMm(low, high).holds(self.points_mm))
        # Between two points inside the box, or before the first and after the last, lies a piece outside.
        ends = np.concatenate([[-1], inside, [len(self.points_mm)]])
        longest = int(np.argmax(np.diff(ends)))
        piece = self.points_mm[ends[longest] + 1 : ends[longest + 1]]
        return Vessel(piece, self.radius_mm, cKDTree(piece)) if len(piece) > 1 else None

    def distance(self, points_mm: Array) -> Array:
        """Distance to the tube's wall in mm, negative inside; beyond 6 mm only that it is far."""
        away, _ = self._tree.query(points_mm, distance_upper_bound=6.0)
        return np.minimum(away, 6.0) - self.radius_mm


@dataclass(frozen=True)
class Breast:
    """The geometry of one patient, the same at every visit but for the tumour's size."""

    height_mm: float
    half_width_mm: float
    half_length_mm: float
    density: float
    """Shifts how much of the breast is fibroglandular."""
    coarse: RandomField = field(repr=False)
    fine: RandomField = field(repr=False)
    strands: RandomField = field(repr=False)
    speckle: RandomField = field(repr=False)
    tumour: Mass | Segment
    second: Mass | None
    """A lesion that only comes later; its place is there from the start."""
    largest: Together = field(repr=False)
    """All disease as large as it ever gets: it is wrapped in gland."""
    feeding_vessel: Vessel
    """The vessel that passes the tumour inside the volume of interest."""
    other_vessels: tuple[Vessel, ...]
    voi: BoxMm
    omit: BoxMm
    second_voi: BoxMm | None

    @classmethod
    def random(
        cls,
        random: np.random.Generator,
        tumour_radius_mm: float,
        kind: type[Mass] | type[Segment] = Mass,
        *,
        growth: float = 1.0,
        second_radius_mm: float | None = None,
    ) -> Breast:
        """A breast with a tumour of about that radius inside its fibroglandular tissue.

        Parameters: `growth`: the largest linear size against baseline that the tumour will have, for which
        the volume of interest has room; `second_radius_mm`: of a lesion elsewhere that comes later.
        """
        height, width, length = random.uniform(66, 78), random.uniform(56, 62), random.uniform(54, 62)
        middle = np.array([CENTRE_X_MM, -20.0, 0.0])
        coarse, fine, strands, speckle = (
            RandomField(random, middle, FIELD_HALF_WIDTH_MM, size) for size in (6.5, 2.6, 4.0, 1.3)
        )
        room = max(4.0, 20.0 - tumour_radius_mm)
        offset = random.uniform(-1.0, 1.0, 3) * np.array([room, 0.6 * room, room])
        centre = np.array([CENTRE_X_MM, 16.0 - 0.55 * height, 0.0]) + offset
        tumour = kind.random(random, centre, tumour_radius_mm)
        radius = tumour.radius_mm * growth
        feeding = _feeding_vessel(random, centre, radius)
        voi = volume_of_interest(centre, radius, feeding.points_mm, feeding.radius_mm)
        density, vessels = random.uniform(-0.08, 0.12), _vessels(random, height)
        second = None if second_radius_mm is None else _second(random, centre, second_radius_mm)
        second_voi = None if second is None else around(second.centre_mm, second.radius_mm)
        return cls(
            height_mm=height,
            half_width_mm=width,
            half_length_mm=length,
            density=density,
            coarse=coarse,
            fine=fine,
            strands=strands,
            speckle=speckle,
            tumour=tumour,
            second=second,
            largest=Together(centre, [tumour.at(growth), *([] if second is None else [second.at(1.0)])]),
            feeding_vessel=feeding,
            other_vessels=tuple(_clear_of(vessels, [voi] if second_voi is None else [voi, second_voi])),
            voi=voi,
            omit=omitting(voi, feeding.points_mm, feeding.radius_mm),
            second_voi=second_voi,
        )

    def tissues(self, points_mm: Array, voxel_mm: float) -> Tissues:
        """Shares by tissue at LPS positions, shape (..., 3); edges are as wide as `voxel_mm`."""
        depth = self._depth_below_skin(points_mm)
        below_wall = self._below_chest_wall(points_mm)
        body = _soft(depth, voxel_mm)
        skin = body - _soft(depth - 1.9, voxel_mm)
        muscle = _soft(below_wall, voxel_mm) - _soft(below_wall - 13.0, voxel_mm)
        ribs = _soft(below_wall - 15.0, voxel_mm) - _soft(below_wall - 26.0, voxel_mm)
        ribs = ribs * _soft(2.5 * np.cos(points_mm[..., 2] * 2 * np.pi / 26.0), voxel_mm)
        inside = _soft(depth - 1.9, voxel_mm) - _soft(below_wall, voxel_mm)
        inside = np.clip(inside, 0.0, 1.0)
        gland = np.zeros_like(inside)
        within = inside > 0
        gland[within] = inside[within] * self._gland(points_mm[within], depth[within], below_wall[within])
        nipple = self._nipple(points_mm, voxel_mm)
        fat = np.clip(inside - gland, 0.0, 1.0) + 0.5 * ribs
        others = 1.0 - nipple
        return Tissues(fat * others, gland * others, skin * others, muscle * others, nipple)

    def _surface_y(self, points_mm: Array) -> Array:
        across, along = self._across_along(points_mm)
        radius = across**2 + along**2
        profile = np.clip(1.0 - radius**1.15, 0.0, None) ** 0.62
        return self._wall_y(points_mm) - 11.0 - self.height_mm * profile

    def _across_along(self, points_mm: Array) -> tuple[Array, Array]:
        across = (points_mm[..., 0] - CENTRE_X_MM) / self.half_width_mm
        # Lying prone the lower half hangs fuller than the upper one.
        length = np.where(points_mm[..., 2] > 0, 1.12, 0.92) * self.half_length_mm
        return across, points_mm[..., 2] / length

    def _wall_y(self, points_mm: Array) -> Array:
        return 0.0019 * points_mm[..., 0] ** 2 + 0.0006 * points_mm[..., 2] ** 2

    def _below_chest_wall(self, points_mm: Array) -> Array:
        return points_mm[..., 1] - self._wall_y(points_mm)

    def _depth_below_skin(self, points_mm: Array) -> Array:
        across, along = self._across_along(points_mm)
        y = points_mm[..., 1]
        straight = y - self._surface_y(points_mm)
        # Near the steep flanks the shortest way to the skin runs sideways: a second estimate from its shape.
        height = np.clip((self._wall_y(points_mm) - 11.0 - y) / self.height_mm, 0.0, None)
        radius = np.sqrt((across**2 + along**2) + height ** (1 / 0.62))
        sideways = (1.0 - radius) * np.minimum(self.half_width_mm, self.half_length_mm)
        return np.where(height > 0, np.minimum(straight, np.maximum(sideways, -np.abs(straight))), straight)

    def _gland(self, points_mm: Array, depth: Array, below_wall: Array) -> Array:
        across, along = self._across_along(points_mm)
        reach = np.sqrt(across**2 + along**2)
        towards_nipple = np.clip(-(below_wall + 11.0) / self.height_mm, 0.0, 1.0)
        # A cone with its tip at the nipple, frayed by texture, kept off the skin and the chest wall.
        cone = 0.40 - 0.9 * reach - 0.5 * np.abs(towards_nipple - 0.5) + self.density
        texture = 0.24 * self.coarse(points_mm) + 0.13 * self.fine(points_mm)
        mass = np.clip((cone + texture) / 0.12 + 0.5, 0.0, 1.0)
        strand = np.clip(1.0 - np.abs(self.strands(points_mm)) / 0.14, 0.0, 1.0)
        strand = 0.5 * strand * np.clip((cone + 0.55) / 0.3, 0.0, 1.0)
        free = np.clip((depth - 6.0) / 3.0, 0.0, 1.0) * np.clip(
            (-below_wall - 8.0 - 3.0 * self.coarse(points_mm)) / 4.0, 0.0, 1.0
        )
        # A cancer of this kind grows in fibroglandular tissue: it is wrapped in some.
        wrapped = self.largest.distance(points_mm)
        around = np.clip((5.0 + 1.5 * self.fine(points_mm) - wrapped) / 2.0, 0.0, 1.0)
        # Vessels run in the fat between lobules.
        beside_vessel = np.clip((self.feeding_vessel.distance(points_mm) - 0.6) / 1.5, 0.0, 1.0)
        gland: Array = np.maximum(np.maximum(mass, strand) * free, around) * beside_vessel
        return gland

    def _nipple(self, points_mm: Array, voxel_mm: float) -> Array:
        tip = np.array([[CENTRE_X_MM, 0.0, 0.0]])
        tip[0, 1] = float(self._surface_y(tip)[0])
        scaled = (points_mm - tip[0]) / np.array([5.5, 7.0, 5.5])
        return _soft((1.0 - np.linalg.norm(scaled, axis=-1)) * 5.5, voxel_mm)


def _soft(depth: Array, voxel_mm: float) -> Array:
    """0 outside, 1 inside, rising over one voxel."""
    return np.clip(depth / voxel_mm + 0.5, 0.0, 1.0)


def _second(random: np.random.Generator, centre_mm: Array, radius_mm: float) -> Mass:
    """A mass in the other half of the breast, from left to right."""
    side = -1.0 if centre_mm[0] > CENTRE_X_MM else 1.0
    away = np.array([side * 35.0, random.uniform(-2.0, 4.0), random.uniform(-5.0, 5.0)])
    return Mass.random(random, centre_mm + away, radius_mm)


def _clear_of(vessels: Iterable[Vessel], boxes: Sequence[BoxMm]) -> Iterator[Vessel]:
    for vessel in vessels:
        piece: Vessel | None = vessel
        for box in boxes:
            piece = None if piece is None else piece.outside(box)
        if piece is not None:
            yield piece


def _feeding_vessel(random: np.random.Generator, centre_mm: Array, radius_mm: float) -> Vessel:
    """A vessel that passes a tumour of that radius at a distance, from the chest wall forwards."""
    beside = radius_mm * 1.55 + 9.0
    direction = random.choice([-1.0, 1.0])
    x = centre_mm[0] + random.uniform(-4, 4)
    z = centre_mm[2] + direction * beside
    ys = np.linspace(centre_mm[1] + 40.0, centre_mm[1] - 26.0, 6)
    wiggle = random.normal(0.0, 0.8, (6, 2))
    return Vessel.along(
        np.stack([x + wiggle[:, 0], ys, z + wiggle[:, 1]], axis=1), random.uniform(0.42, 0.52)
    )


def _vessels(random: np.random.Generator, height_mm: float) -> tuple[Vessel, ...]:
    """Vessels under the skin, from the inner chest wall towards the nipple."""
    vessels = []
    for upward in (-1.0, 1.0, 1.0):
        start = np.array([random.uniform(42, 56), 2.0, upward * random.uniform(26, 40)])
        end = np.array(
            [CENTRE_X_MM + random.uniform(-14, 4), -0.80 * height_mm, upward * random.uniform(6, 16)]
        )
        middle = (start + end) / 2 + np.array(
            [random.uniform(-10, -4), -12.0, upward * random.uniform(4, 10)]
        )
        vessels.append(Vessel.along(np.stack([start, middle, end]), random.uniform(0.8, 1.5)))
    return tuple(vessels)
