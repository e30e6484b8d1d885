"""The published JSON Schemas say what the models say."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neoher.errors import RecordError
from neoher.record.case import Case
from neoher.record.measurement import Measurements
from neoher.record.new_case import TO_BE_STATED
from neoher.record.reading.case_file import read_case_text
from neoher.record.reading.yaml_nodes import parse_yaml
from neoher.record.schema import case_schema, measurements_schema

SCHEMA = case_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
Changed = Callable[..., str]


def plain(text: str) -> Any:
    return parse_yaml(text, "case.yaml")[0]


@pytest.mark.parametrize("schema", [SCHEMA, measurements_schema()])
def test_the_schemas_are_of_draft_2020_12(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_contracts_sketch_fits_the_schema(sketch: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain(sketch))] == []


def test_no_measurements_fit_the_schema_too() -> None:
    jsonschema.Draft202012Validator(measurements_schema()).validate(Measurements().model_dump(mode="json"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("margin: spiculated", "margin: angular"),
        ("margin: spiculated", "margn: spiculated"),
        ("hilum: absent", "kinetics_delayed: washout"),
        ("modality: MR", "modality: XR"),
        ("sex: female", "sex: Female"),
        ('ihc: "2+"', "ihc: 3"),
        ("longest_mm: 38", 'longest_mm: "38"'),
        ("longest_mm: 38", "longest_mm: 38 kg"),
        ("longest_mm: 38", "longest_mm: 0"),
        ("longest_mm: 38", "longest_mm: true"),
        ("cellularity_percent: 5", "cellularity_percent: 110"),
        ("birth_year: 1976", 'birth_year: "1976"'),
        ("grade: 3", "grade: true"),
        ("bed_mm: [12, 9]", "bed_mm: [12]"),
        ("date: 2025-02-08", "date: 08.02.2025"),
        ("injected_at: 2025-02-08T10:15", "injected_at: 2025-02-08"),
        ("site: axilla level I", "site: armpit"),
        ("adverse_events: none", "adverse_events: []"),
        ("adverse_events: none", "adverse_events: no"),
        ("heart: [", "heart: [5, "),
        ("neoher: 1", "neoher: 2"),
        ("patient: {id: P001,", "patient: {"),
        ("{value}", ""),
    ][:-1],
)
def test_what_the_reader_refuses_the_schema_refuses(changed: Changed, old: str, new: str) -> None:
    text = changed((old, new))
    with pytest.raises(RecordError):
        read_case_text(text)
    assert not VALIDATOR.is_valid(plain(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('T: "2"', "T: 2"),
        ('ihc: "2+"', "ihc: 0"),
        ("id: P001", "id: 12"),
        ("longest_mm: 38", "longest_mm: 3.8 cm"),
        ("clip: 2025-02-10}", "clip: none}"),
        ("modality: MR, ", ""),
        ("id: E1, ", ""),
        ("surgery: {", "surgery:\n - {"),
        ("region: US", "region: ~"),
        ("adverse_events: none", "adverse_events: [{kind: ILD, grade: 1}]"),
        ("visit: T0, date: 2025-02-08", "extent: {focality: unifocal}"),
        ("visit: T0, date: 2025-02-08", "extent: [{focality: unifocal}]"),
    ],
)
def test_what_the_reader_takes_the_schema_takes(changed: Changed, old: str, new: str) -> None:
    text = changed((old, new))
    read_case_text(text)
    assert [error.message for error in VALIDATOR.iter_errors(plain(text))] == []


JUNK = st.sampled_from(
    [None, True, 0, 1, -1, 2.5, "", "none", "left", "3.8 cm", "2025-02-08", [], {}, [1, 2], {"id": "X"}]
)


@settings(max_examples=200, deadline=None)
@given(value=JUNK, seed=st.integers(0, 10_000))
def test_whatever_the_models_take_the_schema_takes(value: object, seed: int) -> None:
    stated = plain(TO_BE_STATED_RECORD)
    _replace_one(stated, value, random.Random(seed))
    try:
        Case.model_validate(stated)
    except ValueError:
        return
    assert [error.message for error in VALIDATOR.iter_errors(stated)] == []


TO_BE_STATED_RECORD = f"""\
neoher: 1
patient: {{id: P, sex: female}}
exams:
  - {{id: E1, modality: MR, date: 2025-02-08, regions: [{{file: a}}],
     findings: [{{lesion: L1, longest_mm: 38, type: mass}}]}}
  - {{modality: PT, injected_at: 2025-02-08T10:15, injected_mbq: 74}}
surgery: {{date: 2025-07-10, specimen: {{bed_mm: [12, 9], ypT: 1a}}}}
{TO_BE_STATED}"""


def _replace_one(stated: Any, value: object, chance: random.Random) -> None:
    places: list[tuple[Any, str | int]] = []

    def walk(node: Any) -> None:
        for key in node if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                walk(node[key])

    walk(stated)
    node, key = chance.choice(places)
    node[key] = value


def test_numbers_say_their_unit_and_enumerations_what_they_mean() -> None:
    finding = SCHEMA["$defs"]["MrFinding"]["properties"]
    assert finding["longest_mm"]["anyOf"][0]["x-unit"] == "mm"
    assert finding["longest_mm"]["description"] == "Longest diameter in mm."
    assert SCHEMA["$defs"]["MrMargin"]["description"] == "MRI: margin of a mass."
    assert SCHEMA["$defs"]["UsMargin"]["enum"] != SCHEMA["$defs"]["MgMargin"]["enum"]


def test_every_model_of_the_record_is_described() -> None:
    assert [name for name, entry in SCHEMA["$defs"].items() if not entry.get("description")] == []
