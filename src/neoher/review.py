"""The main job on one screen: a case folder in, the patient's report out.

    read      case.yaml, what people state                      neoher.record
    measure   the images, what the software measures            neoher.measure (intake + imaging)
    assess    tissue to HER2 and residual burden, change        neoher.pathology, neoher.response
    report    pictures, pages, report.html and report.json      neoher.report

Advice (neoher.guidance) is a section of the report: it needs the record alone, never an image.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neoher.guidance.knowledge.kinds.statement import Audience
from neoher.measure.case import ExamResult, measure_case, measurements_of
from neoher.measure.dce_exam import Watch
from neoher.record.reading.case_file import case_file, read_case
from neoher.record.storing import read_measurements, write_measurements
from neoher.report.assessing import assess_tissue
from neoher.report.building import build_content
from neoher.report.exam_images import draw_exam
from neoher.report.writing import ReportFiles, write_report
from neoher.response.model_file import read_model_file

__all__ = ["Review", "review"]


@dataclass(frozen=True, slots=True)
class Review:
    """What the main job made."""

    files: ReportFiles
    results: tuple[ExamResult, ...]
    """Every exam with its measurement, or with the reason why there is none."""


def review(
    case_path: Path,
    out: Path | None = None,
    *,
    today: dt.date,
    audience: Audience = Audience.CLINICIAN,
    watch: Watch | None = None,
    models: Sequence[Path] = (),
) -> Review:
    """Read a case, measure what is not measured yet, assess it, and write the report.

    Parameters: `case_path`: case folder or its case.yaml; `out`: folder of the report, the case folder when
    None; `today`: the day on the report; `audience`: who reads it; `watch`: who looks on; `models`: files of
    `neoher cohort fit` to apply to this case, for research use.
    Raises: RecordError where the record cannot be read, InputError where a model file is none. An exam that
    cannot be measured stands in the report with its reason.
    """
    folder = case_file(case_path).parent

    case = read_case(case_path)
    applied = [read_model_file(model) for model in models]

    results = measure_case(folder, case, read_measurements(folder), watch)
    write_measurements(folder, measurements_of(results))

    tissue = assess_tissue(case)

    images = [draw_exam(result) for result in results]
    content = build_content(
        case, results, images=images, tissue=tissue, today=today, audience=audience, models=applied
    )
    return Review(write_report(content, out or folder), results)
