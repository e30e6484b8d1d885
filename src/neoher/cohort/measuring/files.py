"""The Parquet files of a run: every number or its reason, and one row a patient."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.cohort.measuring.patient import PatientOutcome
from neoher.record.storing import replace_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MEASUREMENTS_PARQUET", "PATIENTS_PARQUET", "measured_frame", "write_parquet"]

MEASUREMENTS_PARQUET = "measurements.parquet"
PATIENTS_PARQUET = "patients.parquet"
_MEASURED = {
    "case_folder": "string",
    "patient": "string",
    "exam": "string",
    "visit": "string",
    "date": "string",
    "modality": "string",
    "lesion": "string",
    "method": "string",
    "state": "string",
    "quantity": "string",
    "value": "Float64",
    "unit": "string",
    "images_sha256": "string",
    "region_sha256": "string",
    "reason": "string",
}
_PATIENTS = {
    "case_folder": "string",
    "patient": "string",
    "state": "string",
    "numbers": "Int64",
    "failures": "Int64",
    "reason": "string",
    "seconds": "Float64",
    "peak_mb": "Float64",
    "worker": "string",
}


def measured_frame(outcomes: Sequence[PatientOutcome]) -> pd.DataFrame:
    """One row a quantity, lesion and exam; an exam or patient without any is one row with its reason.

    Lengths in mm, volumes in cm3, as `unit` says by row; what could not be measured is empty, never 0.
    """
    rows = [
        {"case_folder": one.case_folder, "patient": one.patient, **value.model_dump(mode="json")}
        for one in outcomes
        for value in one.values
    ]
    return _typed(rows, _MEASURED)


def patient_frame(outcomes: Sequence[PatientOutcome]) -> pd.DataFrame:
    """One row a patient: how the work ended, how long it took, and on which worker."""
    rows: list[dict[str, object]] = [
        {
            "case_folder": one.case_folder,
            "patient": one.patient,
            "state": one.state.value,
            "numbers": sum(value.value is not None for value in one.values),
            "failures": len(one.failures),
            "reason": "; ".join(dict.fromkeys(str(each.reason) for each in one.failures)) or None,
            "seconds": one.seconds,
            "peak_mb": one.peak_mb,
            "worker": one.worker or None,
        }
        for one in outcomes
    ]
    return _typed(rows, _PATIENTS)


def write_parquet(outcomes: Sequence[PatientOutcome], out: Path) -> tuple[Path, ...]:
    """Write both files into the folder `out`, each replaced whole or not at all."""
    files = []
    for name, frame in (
        (MEASUREMENTS_PARQUET, measured_frame(outcomes)),
        (PATIENTS_PARQUET, patient_frame(outcomes)),
    ):
        content = io.BytesIO()
        frame.to_parquet(content, index=False)
        replace_atomically(out / name, content.getvalue())
        files.append(out / name)
    return tuple(files)


def _typed(rows: list[dict[str, object]], types: dict[str, str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(types)).astype(types)
