"""The forward model against the printed formulae, integrated independently, and OSIPI's curves."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from neoher.simulate.mr.contrast import (
    Sequence,
    TissueUptake,
    concentration,
    parker_input,
    spoiled_gradient_echo,
)

HAEMATOCRIT = 0.42


@pytest.mark.shared
def test_the_arterial_input_is_parkers_population_average(shared_data: Path) -> None:
    file = shared_data / "quant/osipi-dce/PopulationAIF_DCE/data/ParkerAIF_ref.csv"
    rows = [row for row in csv.DictReader(file.open()) if float(row["delay"]) == 0]
    minutes = np.array([float(row["time"]) for row in rows])
    expected = np.array([float(row["Cb"]) for row in rows])
    # The reference holds whole blood; its own tolerance is 1e-4 + 1 %.
    blood = parker_input(minutes * 60) * (1 - HAEMATOCRIT)
    assert len(rows) > 100
    np.testing.assert_allclose(blood, expected, atol=1e-4, rtol=0.01)


@pytest.mark.parametrize("ktrans", [0.002, 0.02, 0.12, 0.4])
@pytest.mark.parametrize("time_s", [12.0, 135.0, 455.0])
def test_tissue_concentration_is_the_extended_tofts_integral(ktrans: float, time_s: float) -> None:
    ve, vp = 0.31, 0.04
    rate = ktrans / ve / 60.0

    def integrand(s: float) -> float:
        return float(parker_input(np.array([s]))[0]) * np.exp(-rate * (time_s - s))

    integral, _ = quad(integrand, 0, time_s, limit=400, points=[10.2, 21.9, 29.0])
    plasma = float(parker_input(np.array([time_s]))[0])
    expected = vp * plasma + ktrans / 60.0 * integral
    found = concentration(TissueUptake(np.array([ktrans]), ve, vp), time_s)[0]
    assert found == pytest.approx(expected, rel=2e-3)


def test_before_the_bolus_there_is_no_contrast() -> None:
    uptake = TissueUptake(np.array([0.1, 0.3]), 0.3, 0.05)
    assert not concentration(uptake, -60.0).any()
    assert not concentration(uptake, 0.0).any()


def test_signal_is_that_of_a_spoiled_gradient_echo_at_steady_state() -> None:
    # Simulated pulse by pulse until nothing changes: the definition of the steady state.
    sequence = Sequence(repetition_s=0.006, flip_degrees=14.0, relaxivity_per_mm_s=4.0)
    t1, contrast = 1.3, 0.7
    rate = 1 / t1 + 4.0 * contrast
    angle = np.deg2rad(14.0)
    along = 1.0
    for _ in range(5000):
        along = 1 - (1 - along * np.cos(angle)) * np.exp(-0.006 * rate)
    expected = along * np.sin(angle)
    found = spoiled_gradient_echo(1.0, t1, np.array([contrast]), sequence)[0]
    assert found == pytest.approx(expected, rel=1e-9)
