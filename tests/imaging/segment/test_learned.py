"""The plug for a learned segmenter: shapes, refusals, and a tiny model where its runtime is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.errors import ImageError, InputError, MissingExtra
from neoher.imaging.phases import choose_phases
from neoher.imaging.segment.learned import load_segmenter, prepared_phases, probability_of
from neoher.imaging.segment.proposal import propose_tumour


class EarlyAbove:
    """Stands for a model: probability by the early phase alone."""

    name = "model early-above"

    def __init__(self) -> None:
        self.seen: tuple[int, ...] = ()

    def __call__(self, phases: NDArray[np.float32]) -> NDArray[np.float32]:
        self.seen = phases.shape
        rise = phases[:, 1:2] - phases[:, :1]
        return (1 / (1 + np.exp(-20 * (rise - 0.8)))).astype(np.float32)


def test_a_learned_segmenter_takes_the_place_of_the_curves(make_phantom: Any) -> None:
    phantom, model = make_phantom(), EarlyAbove()
    choice = choose_phases(phantom.series.time_axis)
    proposal = propose_tumour(phantom.series, choice, at_mm=phantom.large_mm, segmenter=model)
    inside = proposal.extent.inside
    assert 2 * (inside & phantom.truth).sum() / (inside.sum() + phantom.truth.sum()) > 0.9
    assert model.seen[:2] == (1, 3)
    assert "early-above" in proposal.made_by
    assert "early-above" in proposal.extent.source


def test_phases_are_measured_by_the_first() -> None:
    phases = [np.full((3, 4, 5), level, dtype=np.float32) for level in (200.0, 500.0)]
    given = prepared_phases(phases)
    assert given.shape == (1, 2, 3, 4, 5)
    assert given.dtype == np.float32
    assert given[0, 0] == pytest.approx(1.0)
    assert given[0, 1] == pytest.approx(2.5)


@pytest.mark.parametrize(
    "given",
    [
        np.zeros((1, 3, 4, 5), np.float32),
        np.full((1, 1, 3, 4, 5), 1.5, np.float32),
        np.full((1, 1, 3, 4, 5), np.nan, np.float32),
    ],
)
def test_what_is_no_probability_is_refused(given: NDArray[np.float32]) -> None:
    class Model:
        name = "model"

        def __call__(self, phases: NDArray[np.float32]) -> NDArray[np.float32]:  # noqa: ARG002
            return given

    with pytest.raises(ImageError, match="probabilities"):
        probability_of(Model(), [np.ones((3, 4, 5), np.float32)] * 2)


def test_a_model_that_fails_is_named() -> None:
    class Model:
        name = "model broken"

        def __call__(self, phases: NDArray[np.float32]) -> NDArray[np.float32]:
            raise ValueError(f"bad {phases.ndim}")

    with pytest.raises(ImageError, match=r"model broken.*cannot be run"):
        probability_of(Model(), [np.ones((3, 4, 5), np.float32)] * 2)


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such model"):
        load_segmenter(tmp_path / "none.onnx")
    (tmp_path / "model.h5").write_bytes(b"x")
    with pytest.raises(InputError, match=r"ends with \.onnx"):
        load_segmenter(tmp_path / "model.h5")


@pytest.mark.parametrize(("runtime", "ending"), [("onnxruntime", ".onnx"), ("torch", ".pt")])
def test_a_runtime_that_is_not_installed_is_named(tmp_path: Path, runtime: str, ending: str) -> None:
    path = tmp_path / f"model{ending}"
    path.write_bytes(b"no model")
    installed = importlib.util.find_spec(runtime) is not None
    with pytest.raises(ImageError if installed else MissingExtra, match=runtime):
        load_segmenter(path)


def test_a_tiny_onnx_model_runs(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    # Sigmoid of a 1 x 1 x 1 convolution that takes the first phase from the second.
    weight = helper.make_tensor("w", kind, [1, 2, 1, 1, 1], [-20.0, 20.0])
    bias = helper.make_tensor("b", kind, [1], [-16.0])
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w", "b"], ["c"]), helper.make_node("Sigmoid", ["c"], ["y"])],
        "tiny",
        [helper.make_tensor_value_info("x", kind, [1, 2, None, None, None])],
        [helper.make_tensor_value_info("y", kind, [1, 1, None, None, None])],
        [weight, bias],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (tmp_path / "tiny.onnx").write_bytes(model.SerializeToString())
    phases = [np.full((2, 3, 4), 100.0, np.float32), np.full((2, 3, 4), 180.0, np.float32)]
    probability = probability_of(load_segmenter(tmp_path / "tiny.onnx"), phases)
    assert probability == pytest.approx(0.5, abs=1e-5)


def test_a_tiny_torchscript_model_runs(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    class Tiny(torch.nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x):  # type: ignore[no-untyped-def]
            return torch.sigmoid(20 * (x[:, 1:2] - x[:, :1]) - 16)

    torch.jit.trace(Tiny(), torch.zeros(1, 2, 2, 3, 4)).save(str(tmp_path / "tiny.pt"))
    phases = [np.full((2, 3, 4), 100.0, np.float32), np.full((2, 3, 4), 180.0, np.float32)]
    assert probability_of(load_segmenter(tmp_path / "tiny.pt"), phases) == pytest.approx(0.5, abs=1e-5)
