"""What a record states is what the calculators conclude from."""

from __future__ import annotations

from typing import Any

import pytest

from neoher.errors import InputError
from neoher.pathology.her2.assessment import her2
from neoher.pathology.recorded import her2_facts, residual_burden_facts
from neoher.pathology.residual_burden.calculator import residual_burden
from neoher.record.specimen import Her2Result
from neoher.record.surgery import SurgicalSpecimen

BED = {"bed_mm": [12, 9], "cis_percent": 0, "nodes_positive": 0, "largest_met_mm": 0}


def specimen(**stated: Any) -> SurgicalSpecimen:
    return SurgicalSpecimen.model_validate(stated)


def test_the_her2_of_a_recorded_biopsy_is_classified() -> None:
    stated = {"ihc": "2+", "ish": {"probe": "dual", "ratio": 2.4, "copies": 5.6}}
    value = her2(her2_facts(Her2Result.model_validate(stated))).value
    assert value is not None
    assert (value.status, value.spectrum) == ("positive", "2+/ISH+")


def test_raw_staining_and_a_recount_are_carried_over() -> None:
    stated = {
        "intensity": "weak",
        "completeness": "complete",
        "percent": 40,
        "ish": {"ratio": 1.5, "copies": 6, "recount_ratio": 1.6, "recount_copies": 6.3, "cells": 12},
    }
    conclusion = her2(her2_facts(Her2Result.model_validate(stated)))
    assert conclusion.value is not None
    assert (conclusion.value.ihc, conclusion.value.status) == ("2+", "positive")
    assert "fewer-than-20-cells" in {warning.code for warning in conclusion.warnings}


def test_membrane_staining_of_a_record_tells_ultralow_from_absent() -> None:
    for staining, spectrum in (("yes", "ultralow"), ("no", "absent")):
        value = her2(her2_facts(Her2Result.model_validate({"ihc": "0", "membrane_staining": staining}))).value
        assert value is not None
        assert value.spectrum == spectrum


def test_a_recorded_ratio_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="is not above 0"):
        her2_facts(Her2Result.model_validate({"ish": {"ratio": 0, "copies": 5}}))


def test_the_burden_of_a_recorded_specimen_is_scored() -> None:
    conclusion = residual_burden(
        residual_burden_facts(specimen(**BED, cellularity_percent=5, ypT="1a", ypN="0"))
    )
    assert conclusion.value is not None
    # 1.4 × (0.05 × √108)^0.17 (Symmans 2007)
    assert conclusion.value.score == pytest.approx(1.4 * (0.05 * 108**0.5) ** 0.17)


def test_a_specimen_without_its_bed_names_the_bed() -> None:
    facts = residual_burden_facts(specimen(**BED | {"bed_mm": None}, cellularity_percent=5))
    assert residual_burden(facts).missing == ("bed_mm",)


def test_a_specimen_without_measurements_gives_no_number() -> None:
    conclusion = residual_burden(residual_burden_facts(specimen(ypT="X")))
    assert conclusion.value is None
    assert len(conclusion.missing) == 5


@pytest.mark.parametrize(
    ("stated", "alone"),
    [
        ({"cellularity_percent": 0}, True),
        ({"cellularity_percent": 5}, False),
        ({}, None),
        ({"cellularity_percent": 0, "nodes_positive": 1, "largest_met_mm": 3}, False),
    ],
)
def test_tumour_in_vessels_alone_is_told_from_what_else_remains(
    stated: dict[str, Any], alone: bool | None
) -> None:
    facts = residual_burden_facts(specimen(**BED | stated, lymphovascular_invasion="present"))
    assert facts.lymphovascular_only is alone


def test_vessels_without_tumour_are_stated_and_vessels_not_looked_at_are_not() -> None:
    assert residual_burden_facts(specimen(lymphovascular_invasion="absent")).lymphovascular_only is False
    assert residual_burden_facts(specimen()).lymphovascular_only is None


def test_a_wording_is_read_where_no_field_is_stated() -> None:
    stated = {"text": "HER2 2+, FISH amplified, ratio 2,4, copies 5,6"}
    conclusion = her2(her2_facts(Her2Result.model_validate(stated)))
    assert conclusion.value is not None
    assert (conclusion.value.ihc, conclusion.value.ish_group, conclusion.value.status) == (
        "2+",
        1,
        "positive",
    )


def test_a_stated_field_stands_before_the_wording() -> None:
    facts = her2_facts(Her2Result.model_validate({"ihc": "3+", "text": "HER2 1+"}))
    assert (facts.ihc, facts.text) == ("3+", None)
