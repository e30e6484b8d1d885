"""The kinetic curve of a patient who moved between the phases, through DICOM, beside hers lying still."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from neoher.imaging.align import Motion
from neoher.imaging.kinetic_curve import KineticCurve, kinetic_curve
from neoher.measure.dce_exam import DceMeasurement, DceRequest, measure_dce, prepare_dce
from neoher.simulate.course import plan_patient
from neoher.simulate.mr.dicom_writing import ExamHeader, write_exam
from neoher.simulate.mr.scanner import SCANNERS, Vendor
from neoher.simulate.mr.visit import Scene
from neoher.volume.grid import Vector

pytest.importorskip("SimpleITK")

MOVED: Vector = (3.5, -3.0, 4.5)
STILL: Vector = (0.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DceMeasurement]:
    """The same visit of a Siemens exam: lying still; moved in every phase after contrast, and put back. Its
    curve has phases that the volume does not use."""
    plan, scanner = plan_patient(2), SCANNERS[Vendor.SIEMENS]
    visit, scene = plan.visits[0], Scene(plan.breast, scanner)
    voi = plan.breast.voi
    box = ",".join(f"{value:.3f}" for value in (*voi.lower, *voi.upper))
    folders = {}
    for name, moved in (("still", ()), ("moved", (STILL, *(MOVED,) * (len(scanner.times_s) - 1)))):
        scanned = scene.visit(
            visit.disease, visit.kinetics, visit.snr, np.random.default_rng(visit.noise_seed), moved
        )
        folders[name] = tmp_path_factory.mktemp(name)
        header = ExamHeader("P2", 1976, 2, "T0", dt.datetime(2025, 2, 8, 10, 15))
        write_exam(folders[name] / "mr", header, scanner, scanned.signal)

    def of(folder: Path, align: Motion | None) -> DceMeasurement:
        return measure_dce(prepare_dce(DceRequest(images=folder / "mr", voi=box, align=align)))

    return {
        "still": of(folders["still"], None),
        "aligned": of(folders["moved"], Motion.RIGID),
    }


def test_every_phase_of_the_curve_is_put_over_the_one_before_contrast(
    measured: dict[str, DceMeasurement],
) -> None:
    aligned = measured["aligned"]
    exam, mask = aligned.prepared.exam, aligned.volume.mask
    # The same voxels in the phases as acquired, of which most after contrast lie elsewhere in the patient.
    unaligned = kinetic_curve(lambda index: exam.load([index]).phase(index), aligned.prepared.choice, mask)
    still, put_back, left = (
        _enhancement(one) for one in (measured["still"].curve(), aligned.curve(), unaligned)
    )
    others = [index for index in range(len(still)) if index not in aligned.series.loaded]
    assert len(others) == 5
    assert put_back == pytest.approx(still, abs=6.0)
    assert (np.abs(left - still)[others] > 15.0).all()


def _enhancement(curve: KineticCurve | None) -> NDArray[np.float64]:
    assert curve is not None
    assert curve.enhancement_percent is not None
    return np.array(curve.enhancement_percent)


def test_motion_is_found_and_the_volume_recovered(measured: dict[str, DceMeasurement]) -> None:
    for one in measured["aligned"].moved:
        assert one.displacement_mm == pytest.approx(MOVED, abs=0.5)
    volumes = {name: one.volume.volume_cc for name, one in measured.items()}
    assert volumes["aligned"] == pytest.approx(volumes["still"], rel=0.05)
