"""Limits of repeatability by quantity: the figures and their sources are those of the published studies."""

from __future__ import annotations

import pytest

from neoher.response.repeatability import (
    REPEATABILITY,
    SOURCES,
    Tracer,
    quantity_of,
    repeatability_of,
    tracer_of,
)

LIMITS = {
    # quantity: fall, rise, a source (2.77 × 4.8 % = 13.3 %; 2.77 × 8.1 % = 22.4 %)
    "ADC mean": (13.3, 13.3, "PMID:30350329"),
    "adc_mean": (13.3, 13.3, "PMID:30350329"),
    "ADC": (13.3, 13.3, "PMID:30350329"),
    "ADC mean (1e-6 mm2/s)": (13.3, 13.3, "PMID:30350329"),
    "ADC p15": (22.4, 22.4, "PMC7289237"),
    "adc_p25": (22.4, 22.4, "PMC7289237"),
    "FDG SUVmax": (28.0, 39.0, "QIBA FDG-PET profile 1.14"),
    "SUVmax (FDG)": (28.0, 39.0, "QIBA FDG-PET profile 1.14"),
    "suvmax on PT 18F-FDG": (28.0, 39.0, "QIBA FDG-PET profile 1.14"),
    "18F-FDG SULpeak": (27.0, 27.0, "doi:10.1186/s13550-019-0569-7"),
    "SUVpeak FDG": (27.0, 27.0, "doi:10.1186/s13550-019-0569-7"),
    "FDG SUVmean": (27.0, 27.0, "doi:10.1186/s13550-019-0569-7"),
}


@pytest.mark.parametrize("quantity", LIMITS)
def test_a_quantity_has_the_published_limit(quantity: str) -> None:
    known = repeatability_of(quantity)
    assert (known.fall_percent, known.rise_percent) == LIMITS[quantity][:2]
    assert LIMITS[quantity][2] in known.sources


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        ("FTV", "no test-retest limit published"),
        ("functional_tumour_volume", "no test-retest limit published"),
        ("functional tumor volume", "no test-retest limit published"),
        ("longest diameter", "no limit in mm published"),
        ("MRI longest diameter", "no limit in mm published"),
        ("largest_component_longest_diameter_in_plane", "no limit in mm published"),
        ("NME diameter", "no limit in mm published"),
        ("longest_diameter_reported on US", "on this modality"),
        ("longest diameter mammography", "on this modality"),
        ("HER2 PET SUVmax", "this tracer"),
        ("suvmax on PT 89Zr-pertuzumab", "this tracer"),
        ("68Ga-ABY-025 SUVpeak", "this tracer"),
        ("suvmax of 89Zr-trastuzumab", "this tracer"),
        ("suvmax", "tracer is not stated"),
        ("suvmax on PT tracer not stated", "tracer is not stated"),
        ("SULpeak", "tracer is not stated"),
        ("FDG TLG", "no limit of repeatability is held"),
        ("FDG SULmean", "no limit of repeatability is held"),
        ("ADC median", "no limit of repeatability is held"),
        ("short_axis", "no limit of repeatability is held"),
        ("hope", "no limit of repeatability is held"),
    ],
)
def test_a_quantity_without_a_published_limit_says_so(quantity: str, words: str) -> None:
    known = repeatability_of(quantity)
    assert (known.fall_percent, known.rise_percent) == (None, None)
    assert words in known.words


def test_the_tracer_may_stand_beside_the_quantity_but_does_not_overrule_it() -> None:
    assert repeatability_of("SUVmax", "18F-FDG").rise_percent == 39.0
    assert repeatability_of("SUVmax", "89Zr-trastuzumab").rise_percent is None
    assert repeatability_of("89Zr-trastuzumab SUVmax", "18F-FDG").rise_percent is None


@pytest.mark.parametrize(
    ("stated", "family"),
    [
        ("18F-FDG", Tracer.FDG),
        ("FDG", Tracer.FDG),
        ("[18F]FDG", Tracer.FDG),
        ("89Zr-pertuzumab", Tracer.OTHER),
        ("68Ga-ABY-025", Tracer.OTHER),
        ("18F-GE-226", Tracer.OTHER),
        ("18F", Tracer.NOT_STATED),
        ("tracer not stated", Tracer.NOT_STATED),
        ("", Tracer.NOT_STATED),
        (None, Tracer.NOT_STATED),
    ],
)
def test_a_tracer_is_fdg_another_or_not_stated(stated: str | None, family: Tracer) -> None:
    assert tracer_of(stated) is family


def test_every_source_of_a_limit_is_declared() -> None:
    declared = {source.id for source in SOURCES}
    assert {source for each in REPEATABILITY.values() for source in each.sources} <= declared


def test_a_name_is_read_by_its_words_alone() -> None:
    assert quantity_of("Longest_Diameter-3D").name == "longest_diameter"
    assert quantity_of("the longest diameter of the old mass").name is None
