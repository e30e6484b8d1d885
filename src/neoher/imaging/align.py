"""Registration by SimpleITK (extra `align`): contrast phases of one exam, or two visits, put over each other.

Mutual information compares them, since contrast changes how bright tissue is. Registration changes signal by
interpolation: it is done where asked for and stated with the result, never silently.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neoher.errors import GridMismatch, InputError, MissingExtra
from neoher.imaging.enhancing_voxels import Box
from neoher.volume.dynamic import DynamicSeries, Scale
from neoher.volume.grid import Grid, Vector

__all__ = ["AlignedSeries", "Alignment", "Motion", "PhaseMotion", "align_phases", "align_volumes"]

Array = NDArray[np.float32]

SEED = 20250208
"""Voxels are drawn at random for the metric: the same ones each time."""
SAMPLED = 0.2
MESH_MM = 25.0
"""Distance of the control points of a deformation."""


class Motion(StrEnum):
    """What may lie between two images."""

    RIGID = "rigid"
    """Shifted and turned as a whole."""
    DEFORMABLE = "deformable"
    """Then bent smoothly. It can bend a tumour's own change away: not for volumes over visits."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How one image lies to another: where each point of the fixed one is found in the moving one."""

    fixed: Grid
    moving: Grid
    _transform: Any

    def in_moving_mm(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Positions in the moving image, LPS mm, shape (n, 3), of positions in the fixed one."""
        return np.array([self._transform.TransformPoint(point) for point in points_mm.tolist()]).reshape(
            -1, 3
        )

    def displacement_mm(self, at_mm: Vector) -> Vector:
        """How far the tissue at a point of the fixed image moved, LPS mm."""
        x, y, z = (self.in_moving_mm(np.array([at_mm])) - np.array([at_mm]))[0]
        return float(x), float(y), float(z)

    def resampled(self, values: NDArray[Any], *, labels: bool = False) -> Array:
        """The moving image's values on the fixed grid; 0 where it has none. `labels`: nearest, not
        between."""
        sitk = _simpleitk()
        how = sitk.sitkNearestNeighbor if labels else sitk.sitkLinear
        image = _image(sitk, values, self.moving)
        reference = _image(sitk, np.zeros(self.fixed.shape, dtype=np.uint8), self.fixed)
        moved = sitk.Resample(image, reference, self._transform, how, 0.0, sitk.sitkFloat32)
        result: Array = sitk.GetArrayFromImage(moved)
        return result

    @classmethod
    def unmoved(cls, fixed: Grid, moving: Grid) -> Alignment:
        """Both where they lie in the patient."""
        return cls(fixed, moving, _simpleitk().Euler3DTransform())


@dataclass(frozen=True, slots=True)
class PhaseMotion:
    """How far a phase had moved."""

    index: int
    displacement_mm: Vector
    """Of the tissue in the middle of the area, LPS mm."""


@dataclass(frozen=True, slots=True)
class AlignedSeries:
    """A dynamic series whose loaded phases lie over the reference phase."""

    series: DynamicSeries
    reference: int
    motion: Motion
    moved: tuple[PhaseMotion, ...]
    """Each phase but the reference."""


def align_phases(
    series: DynamicSeries, reference: int, *, motion: Motion = Motion.RIGID, area: Box | None = None
) -> AlignedSeries:
    """Put the loaded phases over one of them.

    Parameters: `reference`, index of the phase that stays; `area`, the part of the grid that is compared
    (around the region; None for all). The whole phase is resampled, as float32 signal.
    Raises: InputError where the reference is not loaded; MissingExtra without SimpleITK.
    """
    if reference not in series.loaded:
        raise InputError(f"phase {reference} is not loaded.", "reference", "Load it, or name another phase.")
    part = area or (slice(None), slice(None), slice(None))
    signals = [_signal(series, index) for index in series.loaded]
    grid = _part_of(series.grid, part)
    fixed = signals[series.loaded.index(reference)][part]
    middle = grid.to_patient(((np.asarray(grid.shape, dtype=float) - 1) / 2)[None])[0]
    centre = (float(middle[0]), float(middle[1]), float(middle[2]))
    moved, aligned = [], []
    for index, signal in zip(series.loaded, signals, strict=True):
        if index == reference:
            aligned.append(signal)
            continue
        found = align_volumes(fixed, grid, signal[part], grid, motion=motion)
        whole = replace(found, fixed=series.grid, moving=series.grid)
        aligned.append(_with_edges(whole.resampled(signal), signal, whole))
        moved.append(PhaseMotion(index, found.displacement_mm(centre)))
    stacked = replace(series, signal=np.stack(aligned), scales=(Scale(),) * len(aligned))
    return AlignedSeries(stacked, reference, motion, tuple(moved))


def align_volumes(
    fixed: Array,
    fixed_grid: Grid,
    moving: Array,
    moving_grid: Grid,
    *,
    motion: Motion = Motion.RIGID,
    start_mm: Vector = (0.0, 0.0, 0.0),
) -> Alignment:
    """How `moving` lies to `fixed`: two phases, or the same breast at two visits.

    Parameters: signal, shapes of their grids; `start_mm`, how far the tissue of the fixed one is thought to
    lie from there in the moving one. The rigid part starts where both grids lie in the patient, shifted by
    that: two visits that differ by centimetres need it.
    Raises: GridMismatch where an array has not its grid's shape; MissingExtra without SimpleITK.
    """
    for values, grid in ((fixed, fixed_grid), (moving, moving_grid)):
        if values.shape != grid.shape:
            raise GridMismatch(f"signal of shape {values.shape} does not lie on a grid of {grid.shape}.")
    sitk = _simpleitk()
    still, other = _image(sitk, fixed, fixed_grid), _image(sitk, moving, moving_grid)
    transform = _rigid(sitk, still, other, start_mm)
    if motion is Motion.DEFORMABLE:
        transform = sitk.CompositeTransform([transform, _bent(sitk, still, other, transform)])
    return Alignment(fixed_grid, moving_grid, transform)


def _rigid(sitk: Any, fixed: Any, moving: Any, start_mm: Vector) -> Any:
    start = sitk.Euler3DTransform()
    start.SetTranslation(start_mm)
    size = fixed.GetSize()
    start.SetCenter(fixed.TransformContinuousIndexToPhysicalPoint([(one - 1) / 2 for one in size]))
    method = _method(sitk)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=1.0, minStep=1e-3, numberOfIterations=150, gradientMagnitudeTolerance=1e-6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([2, 1] if min(size) >= 16 else [1, 1])
    method.SetSmoothingSigmasPerLevel([2.0, 1.0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    method.SetInitialTransform(start, inPlace=True)
    method.Execute(fixed, moving)
    return start


def _bent(sitk: Any, fixed: Any, moving: Any, rigid: Any) -> Any:
    extent = [size * step for size, step in zip(fixed.GetSize(), fixed.GetSpacing(), strict=True)]
    bent = sitk.BSplineTransformInitializer(fixed, [max(2, round(one / MESH_MM)) for one in extent])
    method = _method(sitk)
    method.SetOptimizerAsLBFGSB(gradientConvergenceTolerance=1e-5, numberOfIterations=40)
    method.SetMovingInitialTransform(rigid)
    method.SetInitialTransform(bent, inPlace=True)
    method.Execute(fixed, moving)
    return bent


def _method(sitk: Any) -> Any:
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(numberOfHistogramBins=40)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(SAMPLED, SEED)
    method.SetInterpolator(sitk.sitkLinear)
    # Sums in another order differ in their last digits: one thread gives the same result each time.
    method.SetNumberOfThreads(1)
    return method


def _with_edges(resampled: Array, original: Array, alignment: Alignment) -> Array:
    """Where the moved phase has no voxel, the phase's own signal stays, so that no edge of zeros arises."""
    covered = alignment.resampled(np.ones(original.shape, dtype=np.float32)) > 0.5
    return np.where(covered, resampled, original).astype(np.float32)


def _part_of(grid: Grid, part: Box) -> Grid:
    first = np.array(
        [[span.indices(size)[0] for span, size in zip(part, grid.shape, strict=True)]], dtype=float
    )
    x, y, z = grid.to_patient(first)[0]
    shape = [len(range(*span.indices(size))) for span, size in zip(part, grid.shape, strict=True)]
    return replace(grid, shape=(shape[0], shape[1], shape[2]), origin_mm=(float(x), float(y), float(z)))


def _signal(series: DynamicSeries, index: int) -> Array:
    stored, scale = series.phase(index)
    signal: Array = stored.astype(np.float32) * np.float32(scale.slope) + np.float32(scale.intercept)
    return signal


def _image(sitk: Any, values: NDArray[Any], grid: Grid) -> Any:
    image = sitk.GetImageFromArray(np.ascontiguousarray(values))
    # SimpleITK counts columns, rows, slices.
    image.SetSpacing([float(step) for step in grid.spacing_mm[::-1]])
    image.SetOrigin([float(one) for one in grid.origin_mm])
    image.SetDirection(np.asarray(grid.axes, dtype=float)[::-1].T.ravel().tolist())
    return image


def _simpleitk() -> Any:
    try:
        return importlib.import_module("SimpleITK")
    except ModuleNotFoundError:
        raise MissingExtra(
            "alignment needs the package SimpleITK.", "align", 'Install it: pip install "neoher[align]".'
        ) from None
