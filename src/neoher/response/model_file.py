"""ModelFile: a model of `neoher cohort fit` with the file it was read from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from neoher.response.prediction import PredictionModel, read_model

__all__ = ["ModelFile", "read_model_file"]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model and where it comes from."""

    name: str
    """Name of the file, without its folder."""
    sha256: str
    model: PredictionModel


def read_model_file(path: Path) -> ModelFile:
    """A model file with its hash. Raises: InputError where it is none."""
    model = read_model(path)
    return ModelFile(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), model)
