"""Positron emitters: their half-lives, and the many ways in which headers name them."""

from __future__ import annotations

import pytest

from neoher.record.nuclide import NUCLIDES, nuclide_of_code, nuclide_of_half_life, nuclides_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("89Zr-trastuzumab", "89Zr"),
        ("Zr-89 pertuzumab", "89Zr"),
        ("[89Zr]Zr-DFO-trastuzumab", "89Zr"),
        ("^89^Zirconium", "89Zr"),
        ("Zirconium 89", "89Zr"),
        ("ZR89", "89Zr"),
        ("^18^Fluorine", "18F"),
        ("F-18", "18F"),
        ("18F", "18F"),
        ("Fluorine-18", "18F"),
        ("Flourine 18", "18F"),
        ("FDG -- fluorodeoxyglucose", "18F"),
        ("68Ga-ABY-025", "68Ga"),
        ("^68^Gallium", "68Ga"),
        ("Cu64", "64Cu"),
        ("64Cu-DOTA-trastuzumab", "64Cu"),
        ("124I", "124I"),
        ("I-124", "124I"),
        ("^124^Iodine", "124I"),
    ],
)
def test_a_nuclide_is_known_by_its_names(text: str, name: str) -> None:
    assert [nuclide.name for nuclide in nuclides_in(text)] == [name]


@pytest.mark.parametrize(
    "text", ["", "tracer", "189Zr", "Zr-890", "18FDG1", "FLT-18x", "F-180", "ABY-025", "86Y", "11C-acetate"]
)
def test_other_texts_name_none(text: str) -> None:
    assert nuclides_in(text) == ()


def test_a_text_may_name_two() -> None:
    assert {nuclide.name for nuclide in nuclides_in("68Ga after 18F-FDG")} == {"18F", "68Ga"}


def test_codes_and_half_lives_name_one_nuclide_each() -> None:
    for nuclide in NUCLIDES:
        assert all(nuclide_of_code(code) is nuclide for code in nuclide.codes)
        assert nuclide_of_half_life(nuclide.half_life_s) is nuclide
    assert nuclide_of_code("C-162A3") is None
    assert nuclide_of_half_life(53_064) is None


@pytest.mark.parametrize(
    ("name", "as_headers_write_it"),
    # 109.77 min; 68 min; 12.7 h; 78.4 h and 3.27 d; 4.18 d
    [
        ("18F", 6586.2),
        ("68Ga", 4080),
        ("64Cu", 45_720),
        ("89Zr", 282_240),
        ("89Zr", 282_528),
        ("124I", 361_152),
    ],
)
def test_rounded_half_lives_are_recognised(name: str, as_headers_write_it: float) -> None:
    found = nuclide_of_half_life(as_headers_write_it)
    assert found is not None
    assert found.name == name


def test_zirconium_decays_as_the_knowledge_base_tabulates() -> None:
    # Knowledge 4.2: fraction left after 24, 72, 120, 144, 168 and 192 h
    half_life_h = next(one for one in NUCLIDES if one.name == "89Zr").half_life_s / 3600
    assert half_life_h == pytest.approx(78.41)
    for hours, left in (
        (24, 0.8088),
        (72, 0.5292),
        (120, 0.3462),
        (144, 0.2800),
        (168, 0.2265),
        (192, 0.1832),
    ):
        assert round(2 ** (-hours / half_life_h), 4) == left
