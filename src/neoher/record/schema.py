"""JSON Schemas of case.yaml and measurements.json, made from the models (draft 2020-12).

An editor completes and checks case.yaml by it. What the schema cannot say stays with the reader: that ids
resolve, that sides and dates agree, the range of a number written with its unit, that 6.0 is no count.
"""

from __future__ import annotations

from typing import Any

from neoher.record.case import Case
from neoher.record.exam import EXAM_CLASSES
from neoher.record.measurement import Measurements

__all__ = ["case_schema", "measurements_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NUMBERED = ("Cancer", "Lesion", "Specimen", "ExamOfUnstatedModality")
"""Entries that are numbered in order where their id is left out."""


def case_schema() -> dict[str, Any]:
    """The JSON Schema of case.yaml."""
    schema = Case.model_json_schema(by_alias=True)
    _take_empty_fields(schema)
    exam_names = {cls.__name__ for cls in EXAM_CLASSES.values()}
    for name, entry in schema["$defs"].items():
        if name in exam_names:
            # the exam's class is told by its modality, so here the model's default is no default
            entry["properties"]["modality"].pop("default", None)
            entry["required"] = ["modality"]
        elif name in _NUMBERED:
            entry.pop("required", None)
        _take_empty_fields(entry)
    return {"$schema": _DRAFT, **schema, "title": "case.yaml: the record of one patient"}


def _take_empty_fields(model: dict[str, Any]) -> None:
    """Let every field that may be left out stand without a value, too."""
    for name, field in model.get("properties", {}).items():
        allowed = field.get("anyOf", [])
        if name in model.get("required", ()) or {"type": "null"} in allowed or field.get("type") == "null":
            continue
        kept = {key: field[key] for key in ("description", "title", "default") if key in field}
        rest = {key: value for key, value in field.items() if key not in kept}
        model["properties"][name] = {"anyOf": [rest, {"type": "null"}], **kept}


def measurements_schema() -> dict[str, Any]:
    """The JSON Schema of measurements.json."""
    schema = Measurements.model_json_schema(by_alias=True, mode="serialization")
    return {
        "$schema": _DRAFT,
        **schema,
        "title": "measurements.json: what was measured on one patient's images",
    }
