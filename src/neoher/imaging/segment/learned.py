"""The plug for a learned segmenter: a model file that the user owns, run where it lies.

No weights are shipped or fetched. What a model must take and give is written at `Segmenter`; how well it does
is for its owner to show.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from neoher.errors import ImageError, InputError, MissingExtra

__all__ = ["Segmenter", "load_segmenter", "prepared_phases", "probability_of"]

REFERENCE_PERCENTILE = 95.0


class Segmenter(Protocol):
    """A learned segmenter.

    Takes float32 of shape (1, phases, slices, rows, columns): the phases before, early and, where there is
    one, late after contrast, each divided by the 95th percentile of the first, on the exam's own voxels
    around the click (no resampling: a model that wants another spacing resamples inside). Gives float32 of
    shape (1, 1, slices, rows, columns): the probability of tumour, 0 to 1.
    """

    @property
    def name(self) -> str:
        """What made the proposal, for its file and for a reader."""

    def __call__(self, phases: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probability of tumour of every voxel."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    name: str
    run: Any

    def __call__(self, phases: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(self.run(phases), dtype=np.float32)


def load_segmenter(path: Path) -> Segmenter:
    """A segmenter from a local ONNX (.onnx) or TorchScript (.pt, .ts) file.

    Raises: InputError where there is no such file or it is of another kind; MissingExtra where its runtime is
    not installed; ImageError where the runtime cannot read it.
    """
    if not path.is_file():
        raise InputError("there is no such model file.", str(path), "Give a local .onnx, .pt or .ts file.")
    loaders = {".onnx": _onnx, ".pt": _torchscript, ".ts": _torchscript}
    loader = loaders.get(path.suffix.lower())
    if loader is None:
        raise InputError(
            f"a model file ends with {', '.join(loaders)}; this one with '{path.suffix}'.",
            str(path),
            "Export the model as ONNX or TorchScript.",
        )
    return _Loaded(f"model {path.name}", loader(path))


def prepared_phases(phases: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The phases as a segmenter takes them."""
    unit = max(float(np.percentile(phases[0], REFERENCE_PERCENTILE)), 1e-6)
    return np.stack(phases)[None].astype(np.float32) / np.float32(unit)


def probability_of(segmenter: Segmenter, phases: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The probability of tumour, shape of a phase.

    Raises: ImageError where the model fails, or gives another shape or numbers that are no probabilities.
    """
    try:
        given = segmenter(prepared_phases(phases))
    except Exception as problem:
        raise ImageError(
            f"it cannot be run on {len(phases)} phases of {phases[0].shape}: {problem}.",
            segmenter.name,
            "It must take float32 (1, phases, slices, rows, columns).",
        ) from problem
    wanted = (1, 1, *phases[0].shape)
    if given.shape != wanted or not np.isfinite(given).all() or given.min() < 0 or given.max() > 1:
        raise ImageError(
            f"it gives numbers of shape {given.shape}; probabilities (0 to 1) of shape {wanted} are needed.",
            segmenter.name,
            "Put the resampling and the sigmoid into the model.",
        )
    probability: NDArray[np.float32] = given[0, 0]
    return probability


def _onnx(path: Path) -> Any:
    try:
        onnxruntime = importlib.import_module("onnxruntime")
    except ModuleNotFoundError:
        raise MissingExtra(
            "running an ONNX model needs the package onnxruntime.", str(path), "pip install onnxruntime"
        ) from None
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as problem:
        raise ImageError(
            f"onnxruntime cannot read it: {problem}", str(path), "Export the model again."
        ) from problem
    name = session.get_inputs()[0].name
    return lambda phases: session.run(None, {name: phases})[0]


def _torchscript(path: Path) -> Any:
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        raise MissingExtra(
            "running a TorchScript model needs the package torch.", str(path), "pip install torch"
        ) from None
    try:
        model = torch.jit.load(str(path), map_location="cpu").eval()
    except Exception as problem:
        raise ImageError(
            f"torch cannot read it: {problem}", str(path), "Export the model again."
        ) from problem

    def run(phases: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            given: NDArray[np.float32] = model(torch.from_numpy(phases)).numpy()
        return given

    return run
