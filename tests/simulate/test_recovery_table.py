"""The table of bias and limits: its figures by hand, and one patient's pairs from end to end."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest

from neoher.simulate.mr.scanner import SCANNERS
from neoher.simulate.patient import (
    Course,
    DiffusionForm,
    MammogramForm,
    PlaneForms,
    SonogramForm,
    Vendor,
    simulate_patient,
)
from neoher.simulate.pet.vendor_forms import VENDOR_FORMS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import recovery_pairs
import recovery_table

KEPT = {
    # By modality the largest share of the truth by which a mean may be off; noise and edges decide MRI's.
    "MRI": 0.02,
    "diffusion": 0.02,
    "mammography": 0.005,
    "tomosynthesis": 0.005,
    "ultrasound": 0.005,
}
OF_ANOTHER_KIND = {
    # A volume or an uptake that the method does not claim to be.
    "FTV against the tumour's own volume",
    "volume by three axes against the tumour's own",
    # The 95th percentile of noisy voxels lies above that of noise-free ones.
    "percent enhancement, peak",
    # Single voxels of noise are parts, and roughen the surface.
    "parts",
    "sphericity",
    "share with SER above 1",
}


def test_figures_of_a_row() -> None:
    pairs = [
        recovery_pairs.Pair("MRI", "length", "mm", true, measured)
        for true, measured in (
            (10.0, 11.0),
            (20.0, 20.0),
            (30.0, 32.0),
            (None, None),
            (None, 4.0),
            (9.0, None),
        )
    ]
    (row,) = recovery_table.rows_of(pairs)
    # Differences 1, 0, 2: mean 1, SD 1; 1 of a mean of 20 is 5 %.
    assert dict(zip(recovery_table.HEADS, row, strict=True)) == {
        "modality": "MRI",
        "quantity": "length",
        "unit": "mm",
        "n": "3",
        "mean true": "20.00",
        "bias": "+1.00",
        "bias %": "+5.0",
        "SD": "1.00",
        "95 % limits": "-0.96 to +2.96",
        "worst": "+2.00",
        "absent, said so": "1",
        "absent, found": "1",
        "there, no value": "1",
    }


def test_two_seeds_use_every_form_and_every_course_as_both_vendors() -> None:
    jobs = list(recovery_table.jobs_of(list(Course), 2, list(Vendor), 4.0))
    assert len(jobs) == 3 * len(Course)
    assert [job.course for job in jobs if job.motion_mm] == list(Course)
    still = [job for job in jobs if not job.motion_mm]
    assert {(job.course, job.vendor) for job in still} == set(itertools.product(Course, Vendor))
    for forms in (MammogramForm, SonogramForm, DiffusionForm, VENDOR_FORMS):
        assert len({job.number % len(forms) for job in still}) == len(forms)


@pytest.mark.slow
def test_a_patients_quantities_are_near_their_truth(tmp_path: Path) -> None:
    simulate_patient(
        tmp_path / "case",
        course=Course.CONCENTRIC_SHRINKAGE,
        seed=4,
        vendor=Vendor.SIEMENS,
        diffusion_form=DiffusionForm.MAP_REAL_WORLD,
        plane_forms=PlaneForms(MammogramForm.TOMOSYNTHESIS_PER_FRAME, SonogramForm.CINE),
        pet_form=None,
    )
    rows = [
        dict(zip(recovery_table.HEADS, row, strict=True))
        for row in recovery_table.rows_of(recovery_pairs.patient_pairs(tmp_path / "case"))
    ]
    assert {row["modality"] for row in rows} == set(KEPT)
    for row in rows:
        assert row["absent, found"] == "0", row
        if row["quantity"] == "Ktrans":
            assert (row["n"], row["there, no value"]) == ("0", "4")
            continue
        assert row["there, no value"] == "0", row
        if row["modality"] == "MRI" and row["unit"] == "mm":
            # A length on a grid is known to a voxel's diagonal, whatever its share of the tumour; over all
            # voxels that count, one voxel of noise beside the tumour adds its own.
            voxels = 2 if row["quantity"].startswith("longest diameter") else 1
            assert abs(float(row["worst"])) <= voxels * SCANNERS[Vendor.SIEMENS].grid.voxel_diagonal_mm, row
        elif row["quantity"] not in OF_ANOTHER_KIND:
            assert abs(float(row["bias %"])) <= 100 * KEPT[row["modality"]], row
