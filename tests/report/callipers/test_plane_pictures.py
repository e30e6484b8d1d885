"""Mammograms and ultrasound images drawn: callipers where they were set, a scale that is true, or none."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from neoher.measure.length import LengthValue
from neoher.measure.plane.lengths import CalliperReading, join_readings
from neoher.record.calliper import Span
from neoher.report.callipers.drawing import DrawnLine, FlatPicture, PixelWindow, flat_picture
from neoher.report.callipers.tables import length_table
from neoher.report.drawing.frame import LIGHT_INK
from neoher.volume.calibration import CalibrationPlane

PIXELS = np.zeros((300, 200), dtype=np.uint8)


def flat(**changed: Any) -> FlatPicture:
    stated: dict[str, Any] = {
        "pixels": PIXELS,
        "window": PixelWindow(50, 100, 149, 249),
        "pixel_mm": (0.2, 0.4),
        "lines": (DrawnLine((60, 120), (110, 120), "longest 20.0 mm", LIGHT_INK),),
        "corner": "L CC",
    }
    return FlatPicture(**(stated | changed))


def places(svg: str, name: str) -> list[tuple[float, float]]:
    path = re.search(rf'class="{name}" d="([^"]+)"', svg)
    assert path
    numbers = re.findall(r"[ML]([0-9.-]+) ([0-9.-]+)", path[1])
    return [(float(x), float(y)) for x, y in numbers]


def test_a_calliper_is_as_long_in_the_drawing_as_in_the_body() -> None:
    svg, aspect = flat_picture(flat(), "alt")
    # 100 columns of 0.4 mm beside 150 rows of 0.2 mm.
    assert 'viewBox="0 0 40.00 30.00"' in svg
    assert aspect == pytest.approx(4 / 3)
    start, end = places(svg, "calliper")
    assert end[0] - start[0] == pytest.approx(50 * 0.4)
    # A pixel's centre lies half a pixel inside its edge.
    assert start == (pytest.approx((60 - 50 + 0.5) * 0.4), pytest.approx((120 - 100 + 0.5) * 0.2))
    bar = re.search(r'class="scale-bar" data-mm="10" d="M[0-9.]+ [0-9.]+v[0-9.]+m0 -[0-9.]+h([0-9.]+)', svg)
    assert bar
    assert float(bar[1]) == 10.0


def test_the_pixels_are_those_of_the_window_in_its_proportions() -> None:
    pixels = PIXELS.copy()
    pixels[100:250, 50:100] = 200
    svg, _ = flat_picture(flat(pixels=pixels), "alt")
    data = re.search(r"base64,([A-Za-z0-9+/=]+)", svg)
    assert data
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1]))))
    assert drawn.shape == (480, 640)
    assert (drawn[:, :290] == 200).all()
    assert (drawn[:, 350:] == 0).all()


def test_without_a_scale_no_bar_is_drawn() -> None:
    svg, _ = flat_picture(flat(pixel_mm=None), "alt")
    assert "scale-bar" not in svg
    assert "uncalibrated: no scale" in svg
    assert (
        "20 mm on the detector"
        in flat_picture(flat(pixel_mm=(1, 1), scale_words="on the detector"), "alt")[0]
    )


def test_labels_do_not_cover_one_another() -> None:
    lines = [
        DrawnLine((60, 120 + step), (110, 120 + step), f"axis {step}", LIGHT_INK) for step in range(0, 8, 2)
    ]
    svg, _ = flat_picture(flat(lines=lines, corner=""), "alt")
    boxes = [
        tuple(float(part) for part in found)
        for found in re.findall(
            r'<rect x="([0-9.-]+)" y="([0-9.-]+)" width="([0-9.]+)" height="([0-9.]+)"', svg
        )
    ]
    assert len(boxes) == 4
    for index, (x, y, wide, high) in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert (
                y + high <= other[1]
                or other[1] + other[3] <= y
                or x + wide <= other[0]
                or other[0] + other[2] <= x
            )


def test_what_the_record_says_is_escaped() -> None:
    svg, _ = flat_picture(flat(corner="<b>", lines=()), 'a "quote"')
    assert "<b>" not in svg
    assert 'aria-label="a &quot;quote&quot;"' in svg


def reading(
    span: Span, image: str, view: str, mm: float | None, plane: CalibrationPlane = CalibrationPlane.OBJECT
) -> CalliperReading:
    length = LengthValue(
        length_mm=mm,
        length_pixels=250.04,
        plane=plane,
        pixel_mm=None if mm is None else (0.1, 0.1),
        basis="b",
    )
    return CalliperReading(
        span=span, image=image, view=view, side="left", start=(0, 0), end=(1, 1), length=length, counted=True
    )


def test_the_table_holds_image_by_image_and_what_they_join_to() -> None:
    lengths, _ = join_readings(
        "L1",
        [
            reading(Span.LONGEST, "cc.dcm", "CC", 38.44),
            reading(Span.CALCIFICATIONS, "cc.dcm", "CC", 36.6),
            reading(Span.LONGEST, "mlo.dcm", "MLO", 39.61),
        ],
    )
    table = length_table(lengths, "L1", "m1")
    assert table.header == ("Length", "left CC", "left MLO", "Size of the lesion")
    longest, flecks, scale = table.rows
    assert [cell.text.replace("\u202f", " ") for cell in longest] == [
        "Longest diameter", "38.4 mm", "39.6 mm", "39.6 mm",
    ]  # fmt: skip
    assert longest[-1].provenance == "m1"
    assert [cell.text for cell in flecks][2] == "–"
    assert scale[-1].note == "in the body"


def test_a_length_in_pixels_is_no_size() -> None:
    lengths, _ = join_readings("L1", [reading(Span.LONGEST, "a.dcm", "", None, CalibrationPlane.UNKNOWN)])
    row = length_table(lengths, "L1", "m1").rows[0]
    assert [cell.text for cell in row] == ["Longest diameter", "250.0 pixels", "no length in mm"]
    assert [cell.known for cell in row] == [True, False, False]
    assert row[-1].provenance is None
    assert lengths.in_words() == "longest uncalibrated: 250.0 pixels"


def test_a_body_length_is_counted_before_one_on_the_detector() -> None:
    lengths, warnings = join_readings(
        "L1",
        [
            reading(Span.LONGEST, "cc.dcm", "CC", 30.0),
            reading(Span.LONGEST, "mlo.dcm", "MLO", 34.0, CalibrationPlane.DETECTOR),
        ],
    )
    assert lengths.sizes_mm == {Span.LONGEST: 30.0}
    assert lengths.plane == "body"
    assert {code for code, _ in warnings} == {"length-not-counted", "single-view"}
