"""Published agreement: whom each entry concerns, and its figures held against the knowledge base."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from neoher.response.specimen.evidence import Profile, PublishedAgreement, published_agreement
from neoher.response.specimen.modalities import ImagingKind, kind_of
from neoher.response.specimen.sources import SOURCES

NOBODY = Profile(hormone_receptors=None, non_mass=None, calcifications=None, seen=None)
EVERYTHING = Profile(hormone_receptors=None, non_mass=True, calcifications=True, seen=False)


def found(kind: ImagingKind, **known: bool) -> tuple[PublishedAgreement, ...]:
    facts = {name: known.get(name) for name in ("hormone_receptors", "non_mass", "calcifications", "seen")}
    return published_agreement(kind, Profile(**facts))


def said(kind: ImagingKind, **known: bool) -> str:
    return " | ".join(one.agreement for one in found(kind, **known))


def test_a_group_is_shown_only_to_whom_it_may_concern() -> None:
    assert "87 %" in said(ImagingKind.MRI, seen=False, hormone_receptors=False)
    assert "87 %" not in said(ImagingKind.MRI, seen=False, hormone_receptors=True)
    assert "53 %" in said(ImagingKind.MRI, seen=False, hormone_receptors=True)
    # Receptors not known: both groups.
    assert {"87 %", "53 %"} <= set(re.findall(r"\d+ %", said(ImagingKind.MRI, seen=False)))
    # What is said of a complete response is not said while the lesion is seen.
    assert "complete responses" not in said(ImagingKind.MRI, seen=True, hormone_receptors=True)
    assert "0.74" not in said(ImagingKind.MRI)
    assert "0.196" not in said(ImagingKind.MAMMOGRAPHY)
    assert "0.196" in said(ImagingKind.MAMMOGRAPHY, calcifications=True)


@pytest.mark.parametrize("kind", list(ImagingKind))
def test_every_entry_names_a_listed_source_and_how_far_it_was_read(kind: ImagingKind) -> None:
    listed = {source.id: source.reading for source in SOURCES}
    for one in published_agreement(kind, EVERYTHING):
        assert listed[one.source] == one.reading


@pytest.mark.parametrize("kind", [ImagingKind.PET, ImagingKind.CT, ImagingKind.TOMOSYNTHESIS])
def test_where_nothing_is_held_nothing_is_shown(kind: ImagingKind) -> None:
    assert published_agreement(kind, EVERYTHING) == ()


@pytest.mark.shared
def test_every_figure_stands_in_the_knowledge_base(shared_data: Path) -> None:
    folder = shared_data.parent / "knowledge"
    text = " ".join(
        (folder / name).read_text()
        for name in ("02_response.md", "05_treatment.md", "06_imaging_monitoring.md")
    )
    known = {float(figure) for figure in re.findall(r"\d*\.?\d+", text.replace(",", ""))}
    for kind in ImagingKind:
        for one in published_agreement(kind, EVERYTHING):
            plain = one.agreement.replace(",", "").replace("−", "-")
            for figure in re.findall(r"\d+(?:\.\d+)?", plain):
                # Agreement in mm stands there in cm.
                in_cm = " mm" in plain and float(figure) / 10 in known
                assert float(figure) in known or in_cm, (kind, one.agreement, figure)


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ("MR", ImagingKind.MRI),
        (" Breast  MRI ", ImagingKind.MRI),
        ("DBT", ImagingKind.TOMOSYNTHESIS),
        ("cesm", ImagingKind.CONTRAST_MAMMOGRAPHY),
        ("palpation", ImagingKind.CLINICAL),
        ("thermography", None),
        (None, None),
    ],
)
def test_a_modality_is_known_by_its_usual_spellings(stated: str | None, kind: ImagingKind | None) -> None:
    assert kind_of(stated) is kind
