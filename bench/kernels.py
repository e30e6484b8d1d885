"""Speed of percent enhancement with signal enhancement ratio: ours, NumPy, and the limit of memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neoher.imaging.enhancement import enhancement_maps
from neoher.imaging.kernels import enhancement_and_ratio
from neoher.volume.dynamic import Scale

BYTES_PER_VOXEL = 3 * 2 + 2 * 4 + 1
"""Three phases of int16 read, two float32 maps and one state byte written."""


@dataclass(frozen=True, slots=True)
class KernelSpeed:
    """Million voxels per second, the best of several runs."""

    voxels: int
    ours: float
    """PE, SER and the state of each voxel, into new arrays, whose memory the system clears first."""
    kernel: float
    """The same loop alone, on one core, into arrays that exist already."""
    numpy: float
    """The same three by plain array expressions in float32."""
    memory_copy: float
    """What a plain copy that reads and writes as many bytes per voxel reaches: the ceiling."""


def kernel_speed(shape: tuple[int, int, int] = (320, 384, 384), repeats: int = 5) -> KernelSpeed:
    """Speed on three phases of int16 noise of that shape (slices, rows, columns)."""
    random = np.random.default_rng(7)
    phases = [random.integers(0, 2000, shape, dtype=np.int16) for _ in range(3)]
    voxels = phases[0].size
    source = np.ones(voxels * BYTES_PER_VOXEL // 2, dtype=np.uint8)
    target = np.empty_like(source)
    signals = [(phase, Scale()) for phase in phases]

    def ours() -> None:
        enhancement_maps(*signals, background_hundredfold=4000.0, enhancement_percent=70.0)

    maps = enhancement_maps(*signals)
    flat = [
        array.reshape(-1)
        for array in (*phases, maps.percent_enhancement, maps.signal_enhancement_ratio, maps.state)
    ]

    def kernel() -> None:
        enhancement_and_ratio(*flat[:3], 0.0, 1.0, 0.0, 1.0, 0.0, 4000.0, 70.0, *flat[3:])

    def rate(work: Callable[[], object]) -> float:
        return voxels / _best_seconds(work, repeats) / 1e6

    return KernelSpeed(
        voxels=voxels,
        ours=rate(ours),
        kernel=rate(kernel),
        numpy=rate(lambda: _by_numpy(phases)),
        memory_copy=rate(lambda: np.copyto(target, source)),
    )


def _by_numpy(
    phases: list[NDArray[np.int16]],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        s0, s1, s2 = (phase.astype(np.float32) for phase in phases)
        percent = np.where(s0 > 0, 100 * (s1 - s0) / s0, np.float32(np.nan))
        ratio = (s1 - s0) / (s2 - s0)
        passes = (s0 >= 40) & (percent >= 70) & (ratio >= 0)
    return percent, ratio, passes


def _best_seconds(work: Callable[[], object], repeats: int) -> float:
    work()  # compiles, and touches the memory
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    speed = kernel_speed()
    print(f"PE + SER, {speed.voxels / 1e6:.0f} Mvoxel of three int16 phases, Mvoxel/s:")
    print(f"  ours into new arrays    {speed.ours:6.0f}")
    print(f"  the loop alone, 1 core  {speed.kernel:6.0f}")
    print(f"  NumPy                   {speed.numpy:6.0f}")
    print(f"  memory copy             {speed.memory_copy:6.0f}")
