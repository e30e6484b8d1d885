"""`neoher init`: a case folder from images alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

__all__ = ["init"]


def init(
    dicom_path: Path,
    out: Path,
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Make a case folder from DICOM: exams, dates and modalities found; the rest marked as missing.

    Parameters
    ----------
    dicom_path
        Folder, file, or .zip or .tar.* archive with the DICOM objects of one patient.
    out
        Folder to make; nothing is overwritten.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_json
    from neoher.cli.watching import watching
    from neoher.intake.new_case import new_case

    with watching() as watch:
        made = new_case(
            dicom_path, out, progress=lambda done, total: watch.progress("reading headers", done, total)
        )
    if json:
        exams = [
            {
                "modality": exam.modality,
                "date": exam.date.isoformat() if exam.date else None,
                "description": exam.description,
                "images": exam.images,
            }
            for exam in made.exams
        ]
        print_json({"case": str(made.folder), "patient": made.patient_id or None, "exams": exams})
        return
    print(f"Case folder {made.folder}: patient {made.patient_id or 'not stated'}, {made.objects} objects.")
    for exam in made.exams:
        print(f"  {exam.date or 'no date'}  {exam.modality:<8} {exam.images}  {exam.description}")
    print(f"Next: complete {made.folder / 'case.yaml'}, then `neoher check {made.folder}`.")
