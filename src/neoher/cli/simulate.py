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


DiffusionForm = Literal[
    "standard",
    "siemens-private",
    "ge-private",
    "philips-private",
    "map-without-unit",
    "map-real-world",
    "map-rescale-type",
]

MammographyForm = Literal[
    "factor",
    "distances",
    "calibrated",
    "fiducial",
    "both-alike",
    "claimed",
    "other-spacing",
    "detector",
    "unstated",
    "film",
    "neither",
    "tomosynthesis",
    "tomosynthesis-per-frame",
]

UltrasoundForm = Literal[
    "one-region",
    "two-regions",
    "two-pictures",
    "cine",
    "pixel-spacing",
    "exported",
    "made-smaller",
    "made-larger",
    "screenshot",
    "unstated",
]

CourseName = Literal[
    "complete-response",
    "concentric-shrinkage",
    "fragmentation",
    "non-mass-enhancement",
    "progression",
    "new-lesion",
    "calcifications-stay",
]


def simulate(
    out: Path,
    *,
    patient: str = "P001",
    course: CourseName = "complete-response",
    seed: int = 1,
    vendor: Literal["ge", "siemens"] = "ge",
    diffusion: bool = True,
    diffusion_form: DiffusionForm = "standard",
    mammography_form: MammographyForm = "factor",
    ultrasound_form: UltrasoundForm = "one-region",
    pet: bool = True,
    pet_form: PetForm = "bqml-start",
    distant: Annotated[bool, Parameter(negative="")] = False,
    breathing_mm: float = 0.0,
    motion_mm: float = 0.0,
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
        How the disease answers to therapy: a mass that goes, shrinks about its centre, breaks into islands or
        grows; a segment of non-mass enhancement that empties; a mass that shrinks while another one
        comes; a mass that goes while its calcifications stay on the mammogram.
    seed
        Whole number that decides everything random; the same seed gives the same patient.
    vendor
        How the MRI is written: ge puts all phases into one series, siemens one series per phase.
    diffusion
        With diffusion images of b = 0, 100, 600 and 800 s/mm2 beside the contrast phases.
    diffusion_form
        How they are written: the b-value in its standard element or in a vendor's private one; or
        the scanner's ADC map alone, without a unit, with a real world value mapping, or with a rescale type.
    mammography_form
        How mammograms state their scale. In the body: the detector's pixel with its magnification (factor) or
        the distances to the source (distances); a pixel calibrated by geometry (calibrated) or by a marker
        (fiducial); with a pixel spacing beside it that says nothing more (both-alike), claims a calibration
        that was not done (claimed) or is another (other-spacing); CC and MLO as slices with one pixel for all
        (tomosynthesis) or each its own (tomosynthesis-per-frame). On the detector: detector. Not at all: a
        pixel spacing without its plane (unstated), a digitised film (film), nothing (neither).
    ultrasound_form
        How ultrasound images state theirs: a calibrated region (one-region), with a trace below it
        (two-regions), two pictures of unlike depth side by side (two-pictures), frames each with its own
        region (cine), a pixel spacing alone (pixel-spacing), made smaller with its region, callipers burned
        in (exported). Not at all, or wrongly: made smaller or larger without its region (made-smaller,
        made-larger), a picture of the screen (screenshot), nothing (unstated).
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
    motion_mm
        How far the patient moves, at most, between the phases of an MRI; 0: she lies still.
    json
        Print one JSON object: where the files lie.
    """
    from neoher.cli.printing import print_json
    from neoher.cli.watching import watching
    from neoher.simulate import patient as simulated

    with watching() as watch:
        made = simulated.simulate_patient(
            out,
            patient=patient,
            course=simulated.Course(course),
            seed=seed,
            vendor=simulated.Vendor(vendor),
            diffusion_form=simulated.DiffusionForm(diffusion_form) if diffusion else None,
            plane_forms=simulated.PlaneForms(
                simulated.MammogramForm(mammography_form), simulated.SonogramForm(ultrasound_form)
            ),
            pet_form=pet_form if pet else None,
            distant=distant,
            breathing_mm=breathing_mm,
            motion_mm=motion_mm,
            progress=lambda what, share: watch.progress(what, round(100 * share), 100),
        )
    if json:
        print_json({"case": str(out), "truth": str(out / "truth.json"), "patient": patient, "seed": seed})
        return
    print(f"{patient}, seed {seed}: case.yaml, truth.json and imaging/ in {out}")
    del made
