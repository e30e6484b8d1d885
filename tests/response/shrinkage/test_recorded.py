"""Shrinkage patterns of a record: measured and reported courses, and what is no shape of the lesion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from neoher.imaging.shape import describe_shape
from neoher.measure.footprint import footprint_of
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.measurement import InputObjects, Measurement, Measurements, Quantity
from neoher.record.reading.case_file import read_case_text
from neoher.response.shrinkage.recorded import LesionPattern, patterns_of
from neoher.volume.grid import Grid
from neoher.volume.mask import Mask

HEAD = """\
neoher: 1
patient: {id: P1}
lesions: [{id: L1, kind: primary}, {id: L1a, kind: primary, parent: L1}, {id: L1b, kind: primary, parent: L1}]
treatment: [{regimen: TCHP, setting: neoadjuvant, start: 2025-02-20}]
surgery: {date: 2025-07-10}
exams:
"""
BASELINE = "{lesion: L1, longest_mm: 38, type: mass, functional_tumour_volume_cc: 9.4}"
AXES = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
GRID = Grid((48, 48, 48), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), AXES)


def case(now: str, baseline: str = BASELINE, first: str = "2025-02-08", modality: str = "MR") -> Case:
    exams = (
        f"  - {{id: M0, modality: {modality}, visit: T0, date: {first}, findings: [{baseline}]}}\n"
        f"  - {{id: M3, modality: {modality}, visit: T3, date: 2025-06-24, findings: [{now}]}}\n"
    )
    return read_case_text(HEAD + exams)


def only(found: tuple[LesionPattern, ...]) -> Any:
    (one,) = found
    return one.conclusion


def word(conclusion: Any) -> str | None:
    return None if conclusion.value is None else str(conclusion.value.pattern)


# Reported -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("{lesion: L1, finding: absent}", "complete"),
        ("{lesion: L1, longest_mm: 18, type: mass, functional_tumour_volume_cc: 1.1}", "concentric"),
        ("{lesion: L1, longest_mm: 18, type: mass}", "concentric"),
        ("{lesion: L1, longest_mm: 36, type: mass, functional_tumour_volume_cc: 2}", "diffuse-decrease"),
        ("{lesion: L1, longest_mm: 47, type: mass}", "progression"),
        (
            "{lesion: L1, functional_tumour_volume_cc: 2}, {lesion: L1a, longest_mm: 9}, "
            "{lesion: L1b, longest_mm: 7}",
            "fragmented",
        ),
    ],
)
def test_a_readers_findings_give_the_pattern(now: str, expected: str) -> None:
    assert word(only(patterns_of(case(now)))) == expected


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        # Neither smaller nor larger: a reader's sizes do not say how strongly it enhances.
        (
            "{lesion: L1, longest_mm: 37, type: mass, functional_tumour_volume_cc: 9}",
            ("baseline_enhancement_percent", "enhancement_percent"),
        ),
        ("{lesion: L1, longest_mm: 18, type: non-mass enhancement}", ("fragments",)),
        ("{lesion: L1, finding: too-small}", ("extent_mm", "volume_cc")),
    ],
)
def test_what_a_reader_does_not_say_is_missing(now: str, missing: tuple[str, ...]) -> None:
    conclusion = only(patterns_of(case(now)))
    assert conclusion.value is None
    assert conclusion.missing == missing


def test_an_exam_that_was_not_evaluated_gives_no_pattern() -> None:
    assert patterns_of(case("{lesion: L1, finding: not-evaluated}")) == ()


def test_without_an_mri_before_therapy_no_pattern_is_given() -> None:
    conclusion, *_ = (one.conclusion for one in patterns_of(case(BASELINE, first="2025-03-08")))
    assert conclusion.value is None
    assert conclusion.missing == ("an MRI of L1 before therapy",)


def test_mammography_and_its_calcifications_give_no_pattern() -> None:
    flecks = "{lesion: L1, longest_mm: 48, calcifications: {extent_mm: 48}}"
    assert patterns_of(case(flecks, baseline=flecks, modality="MG")) == ()


def test_calcifications_that_stay_change_nothing_in_the_pattern_of_mri() -> None:
    alone = case("{lesion: L1, finding: absent}")
    flecks = "[{lesion: L1, calcifications: {extent_mm: 48}}]"
    mammograms = "".join(
        f"  - {{id: G{day[6]}, modality: MG, date: {day}, findings: {flecks}}}\n"
        for day in ("2025-02-05", "2025-06-20")
    )
    text = (
        HEAD
        + f"  - {{id: M0, modality: MR, visit: T0, date: 2025-02-08, findings: [{BASELINE}]}}\n"
        + "  - {id: M3, modality: MR, visit: T3, date: 2025-06-24, findings: "
        "[{lesion: L1, finding: absent}]}\n" + mammograms
    )
    assert patterns_of(read_case_text(text)) == patterns_of(alone)


# Measured, from bodies with known geometry ----------------------------------------------------------------


def ball(radius: float, centre: tuple[float, float, float] = (24, 24, 24)) -> Any:
    places = np.indices(GRID.shape)
    middle = np.array(centre).reshape(3, 1, 1, 1)
    return ((places - middle) ** 2).sum(axis=0) <= radius**2


def measured(
    exam: str, day: str, inside: Any, enhancement: float = 190.0, frame: str = "1.2", **changed: Any
) -> Measurement:
    """A measurement as `neoher measure` stores it, of a mask."""
    mask = Mask(inside, GRID, "L1", "phantom")
    shape = describe_shape(mask)
    parts, largest = shape.fragments, shape.largest_component
    quantities = {
        "functional_tumour_volume": shape.volume_cc,
        "components": shape.components,
        "longest_diameter_3d": shape.longest_diameter_3d_mm,
        "largest_component_longest_diameter_3d": largest.longest_diameter_3d_mm if largest else None,
        "fragments": parts.count if parts else 0,
        "fragments_longest_diameter_3d": parts.longest_3d.length_mm if parts else None,
        "hull_volume": parts.hull_volume_cc if parts else None,
        "percent_enhancement_mean": enhancement if shape.voxels else None,
    }
    footprint = footprint_of(mask, frame)
    objects = InputObjects(description="phases", count=3, sha256="a" * 64)
    stated: dict[str, Any] = {
        "exam": exam,
        "visit": exam,
        "date": day,
        "modality": "MR",
        "lesion": "L1",
        "method": "ftv/2",
        "parameters": {"pe_percent": 70.0},
        "images": objects,
        "region": objects,
        "quantities": tuple(Quantity(name=name, value=value, unit="1") for name, value in quantities.items()),
        "conclusion": Conclusion[dict[str, Any]](
            value={"footprint": footprint.model_dump(mode="json") if footprint else None}
        ),
    }
    return Measurement(**(stated | changed))


def course(now: Any, **changed: Any) -> Any:
    entries = (measured("M0", "2025-02-08", ball(15)), measured("M3", "2025-06-24", now, **changed))
    return only(patterns_of(read_case_text(HEAD + "  []\n"), Measurements(entries=entries)))


def islands() -> Any:
    inside = np.zeros(GRID.shape, dtype=bool)
    for centre in ((12, 24, 24), (36, 24, 24), (24, 12, 24)):
        inside |= ball(3, centre)
    return inside


def specks() -> Any:
    # Single voxels three apart all over the old ball: none is a fragment.
    lattice = np.zeros(GRID.shape, dtype=bool)
    lattice[::3, ::3, ::3] = True
    return lattice & ball(15)


def shell() -> Any:
    return ball(15) & ~ndimage.binary_erosion(ball(15), iterations=2)


@pytest.mark.parametrize(
    ("now", "enhancement", "expected"),
    [
        (ball(0.5) & ball(0.2, (1, 1, 1)), 190, "complete"),
        (ball(7), 150, "concentric"),
        (ball(7, (28, 24, 24)), 150, "concentric"),
        (islands(), 150, "fragmented"),
        (specks(), 120, "diffuse-decrease"),
        (shell(), 120, "diffuse-decrease"),
        (ball(14.5), 120, "intensity-only"),
        (ball(14.5), 185, "none"),
        (ball(19), 190, "progression"),
    ],
)
def test_a_measured_course_has_its_pattern(now: Any, enhancement: float, expected: str) -> None:
    assert word(course(now, enhancement=enhancement)) == expected


def test_a_remnant_beside_the_old_lesion_is_for_a_reader() -> None:
    conclusion = course(ball(5, (24, 24, 42)))
    assert conclusion.value is None
    assert "mostly-outside-baseline" in {warning.code for warning in conclusion.warnings}


def test_without_a_common_frame_of_reference_overlap_is_unknown_and_said() -> None:
    conclusion = course(ball(5, (24, 24, 42)), frame="1.3")
    assert word(conclusion) == "concentric"
    assert [warning.code for warning in conclusion.warnings] == ["overlap-unknown"]


def test_measurements_made_otherwise_are_not_compared() -> None:
    conclusion = course(ball(7), parameters={"pe_percent": 50.0})
    assert conclusion.value is None
    assert conclusion.missing == ("a measurement of M0 with the method and parameters of M3",)


def test_entries_of_an_earlier_version_give_no_pattern() -> None:
    older = measured("M3", "2025-06-24", ball(7))
    older = older.model_copy(
        update={
            "method": "ftv/1",
            "quantities": tuple(each for each in older.quantities if each.name != "fragments"),
        }
    )
    entries = (measured("M0", "2025-02-08", ball(15)), older)
    assert patterns_of(read_case_text(HEAD + "  []\n"), Measurements(entries=entries)) == ()


def test_after_surgery_there_is_no_pattern_of_shrinkage() -> None:
    entries = (measured("M0", "2025-02-08", ball(15)), measured("M9", "2025-08-24", ball(7)))
    assert patterns_of(read_case_text(HEAD + "  []\n"), Measurements(entries=entries)) == ()
