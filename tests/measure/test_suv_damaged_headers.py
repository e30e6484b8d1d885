"""A damaged header gives a refusal, a missing fact or the right SUV: never a wrong one without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.tag import Tag

from neoher.errors import NeoherError
from neoher.measure.suv import SuvInputs, compute

BOX = "voxels:3,4,2,6,7,4"
NUMBERS = (b"", b"nan", b"inf", b"-1", b"0", b"1e400", b"1e-320", b"-1e18", b"1\\2", b"abc", b"74,0")
DATES = (b"", b"00000000", b"99999999", b"20250230", b"abc", b"20250213\\20250214")
TIMES = (b"", b"250000", b"2360", b"-10000", b"abc", b"090500\\091000")
MOMENTS = (b"", b"20250230101530", b"2025", b"abc", b"20250208101500\\20250208101501")
WORDS = (b"", b"XYZ", b"\xff\xfe", b"A\\B", b"A" * 200)
DAMAGE = {
    "Units": WORDS,
    "DecayCorrection": WORDS,
    "CorrectedImage": (b"", b"\xff\xfe"),
    "SeriesDate": DATES,
    "SeriesTime": TIMES,
    "AcquisitionDate": DATES,
    "AcquisitionTime": TIMES,
    "RadiopharmaceuticalStartTime": TIMES,
    "RadiopharmaceuticalStartDateTime": MOMENTS,
    "RadionuclideTotalDose": NUMBERS,
    "RadionuclideHalfLife": NUMBERS,
    "CodeValue": (*WORDS, b"C-111A1"),
    "CodeMeaning": (*WORDS, b"^18^Fluorine"),
    "PatientWeight": NUMBERS,
    "RescaleSlope": NUMBERS,
    "RescaleIntercept": NUMBERS,
    "PixelSpacing": (b"", b"nan\\4", b"-4\\4", b"0\\4", b"4", b"abc\\4"),
    "ImagePositionPatient": (b"", b"nan\\0\\0", b"1e9\\0\\0", b"0\\0", b"abc\\0\\0"),
}


def with_value(data: bytes, name: str, value: bytes) -> bytes:
    """The object with another value in one element, wherever it lies; the value's length is kept even."""
    tag = Tag(name)
    marks = tag.group.to_bytes(2, "little") + tag.element.to_bytes(2, "little")
    at = data.index(marks, 132)
    length = int.from_bytes(data[at + 6 : at + 8], "little")
    padded = value + b" " * (len(value) % 2)
    return data[: at + 6] + len(padded).to_bytes(2, "little") + padded + data[at + 8 + length :]


def undefined_lengths(dataset: Any, _: int) -> None:
    """Sequences closed by delimiters, so that another length inside one leaves the rest readable."""
    for element in dataset:
        if element.VR == "SQ":
            element.is_undefined_length = True
            for item in element.value:
                item.is_undefined_length_sequence_item = True
                undefined_lengths(item, 0)


@pytest.fixture(scope="module")
def intact(scan: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = scan.but(edit=undefined_lengths).write(tmp_path_factory.mktemp("intact"))
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("everywhere", [False, True], ids=["one-slice", "every-slice"])
@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_element_never_gives_a_wrong_suv_without_a_word(
    intact: dict[str, bytes], scan: Any, name: str, everywhere: bool, tmp_path: Path
) -> None:
    damaged = sorted(intact)[-1:] if not everywhere else sorted(intact)
    truth = scan.suv()[2:5, 4:8, 3:7]
    outcomes = []
    for value in DAMAGE[name]:
        for file, data in intact.items():
            (tmp_path / file).write_bytes(with_value(data, name, value) if file in damaged else data)
        try:
            conclusion = compute(SuvInputs(path=tmp_path, region=(BOX,)))
        except NeoherError:
            outcomes.append("refused")
            continue
        if conclusion.value is None:
            assert conclusion.missing
            outcomes.append("missing")
            continue
        said = {warning.code for warning in conclusion.warnings} - {"maximum-is-noisy"}
        (region,) = conclusion.value.regions
        right = region.mean == pytest.approx(truth.mean(), rel=2e-4)
        right = right and region.max == pytest.approx(truth.max(), rel=2e-4)
        assert right or said, f"{value!r} gave {region.mean}, not {truth.mean()}"
        outcomes.append("right" if right else "said")
    # Damage that is never seen would show a reader that does not look.
    assert set(outcomes) & {"refused", "missing", "said"} or name in {"CorrectedImage"}


def test_an_intact_series_is_measured(intact: dict[str, bytes], scan: Any, tmp_path: Path) -> None:
    for file, data in intact.items():
        (tmp_path / file).write_bytes(with_value(data, "PatientWeight", b"68.0"))
    value = compute(SuvInputs(path=tmp_path, region=(BOX,))).value
    assert value is not None
    assert value.regions[0].mean == pytest.approx(scan.suv()[2:5, 4:8, 3:7].mean(), rel=2e-4)
