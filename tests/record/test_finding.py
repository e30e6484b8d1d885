"""What a finding says of itself."""

from __future__ import annotations

import pytest

from neoher.record.finding import Calcifications, MgFinding, MrFinding, UsFinding
from neoher.record.lexicon import (
    CalcificationMorphology,
    DelayedKinetics,
    Hilum,
    MrFindingType,
    MrMargin,
)


def test_descriptors_come_in_the_order_of_the_lexicon_and_only_as_stated() -> None:
    finding = MrFinding(
        kinetics_delayed=DelayedKinetics.WASHOUT,
        margin=MrMargin.SPICULATED,
        type=MrFindingType.MASS,
        longest_mm=38,
    )
    assert list(finding.descriptors()) == [
        ("type", "mass"),
        ("margin", "spiculated"),
        ("kinetics_delayed", "washout"),
    ]


def test_calcifications_are_described_by_form_arrangement_and_extent() -> None:
    calcifications = Calcifications(
        morphology=CalcificationMorphology.FINE_PLEOMORPHIC, extent_mm=48, source="report of 2025-02-05"
    )
    assert list(MgFinding(calcifications=calcifications).descriptors()) == [
        ("calcifications.morphology", "fine pleomorphic"),
        ("calcifications.extent_mm", "48"),
    ]


def test_a_node_is_described_by_its_hilum() -> None:
    assert list(UsFinding(short_mm=16, cortex_mm=6, hilum=Hilum.ABSENT).descriptors()) == [
        ("hilum", "absent")
    ]


@pytest.mark.parametrize(
    ("type_", "terms"),
    [
        ("mass", {"distribution": "segmental"}),
        ("mass", {"internal_enhancement": "clumped"}),
        ("focus", {"internal_enhancement": "clustered ring"}),
        ("non-mass enhancement", {"shape": "oval"}),
        ("non-mass enhancement", {"internal_enhancement": "rim"}),
        ("non-mass enhancement", {"internal_enhancement": "dark internal septations"}),
    ],
)
def test_terms_of_masses_and_of_non_mass_enhancement_are_not_mixed(type_: str, terms: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="describes a"):
        MrFinding.model_validate({"type": type_, **terms})
    assert MrFinding.model_validate(terms), "where the type was not stated, nothing contradicts it"


@pytest.mark.parametrize("enhancement", ["homogeneous", "heterogeneous"])
@pytest.mark.parametrize("type_", ["mass", "non-mass enhancement", "focus"])
def test_homogeneous_and_heterogeneous_describe_both(type_: str, enhancement: str) -> None:
    MrFinding.model_validate({"type": type_, "internal_enhancement": enhancement})


def test_a_mammographic_finding_that_is_no_mass_has_no_margin() -> None:
    with pytest.raises(ValueError, match="`margin` describes a mass"):
        MgFinding.model_validate({"type": "calcifications", "margin": "indistinct"})
