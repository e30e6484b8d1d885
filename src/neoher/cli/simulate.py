"""`neoher simulate`: a digital reference patient with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

__all__ = ["simulate"]

PetForm = Literal[
    "bqml-start",
    "bqml-admin",
    "bqml-none",
    "philips-counts",
    "gml-suvbw",
    "ge-rewritten-time",
    "date-time-tag-alone",
    "no-injection-date",
]


def simulate(
    out: Path,
    *,
    patient: str = "P001",
    course: Literal["complete-response"] = "complete-response",
    seed: int = 1,
    vendor: Literal["ge", "siemens"] = "ge",
    pet: bool = True,
    pet_form: PetForm = "bqml-start",
    distant: Annotated[bool, Parameter(negative="")] = False,
    breathing_mm: float = 0.0,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Make a digital reference patient: DICOM of every visit, case.yaml, and truth.json.

    Truth comes from a forward model that shares no code with the measurements it tests.

    Parameters
    ----------
    out
        Folder to make; it must be empty or not exist.
    patient
        Id of the patient.
    course
        How the disease answers to therapy.
    seed
        Whole number that decides everything random; the same seed gives the same patient.
    vendor
        How the MRI is written: ge puts all phases into one series, siemens one series per phase.
    pet
        With FDG PET/CT before therapy and after its first cycle, and a 89Zr-pertuzumab PET/CT six days after
        its injection.
    pet_form
        How the PET is written: Bq/mL at the start of the scan (bqml-start), at the injection (bqml-admin) or
        as acquired (bqml-none); Philips's counts; SUV (gml-suvbw); a series time rewritten by GE; the
        injection's date in the date-time tag alone, or nowhere.
    distant
        With one metastasis, in a thoracic vertebra.
    breathing_mm
        Excursion of the diaphragm in mm, by which PET is blurred; 0: the breath is held.
    json
        Print one JSON object: where the files lie.
    """
    from neoher.cli.printing import print_json
    from neoher.cli.watching import watching
    from neoher.simulate.patient import Course, Vendor, simulate_patient

    with watching() as watch:
        made = simulate_patient(
            out,
            patient=patient,
            course=Course(course),
            seed=seed,
            vendor=Vendor(vendor),
            pet_form=pet_form if pet else None,
            distant=distant,
            breathing_mm=breathing_mm,
            progress=lambda what, share: watch.progress(what, round(100 * share), 100),
        )
    if json:
        print_json({"case": str(out), "truth": str(out / "truth.json"), "patient": patient, "seed": seed})
        return
    print(f"{patient}, seed {seed}: case.yaml, truth.json and imaging/ in {out}")
    del made
