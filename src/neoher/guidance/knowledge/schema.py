"""JSON Schema of the knowledge files, made from the models (draft 2020-12), for an editor.

Values that `defaults` supplies may be left out of an item; what the schema cannot say, the reader and the
check do: that references lead somewhere and that numbers stand in the facts of the sources.
"""

from __future__ import annotations

from typing import Any

from neoher.guidance.knowledge.base import Contents

__all__ = ["knowledge_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SHARED = (
    "verification",
    "checked",
    "since",
    "sources",
    "subject",
    "kind",
    "topic",
    "setting",
    "accessed",
    "drug",
)
"""Fields that a file's `defaults` may supply for all its items."""


def knowledge_schema() -> dict[str, Any]:
    """The JSON Schema of one knowledge file."""
    schema = Contents.model_json_schema()
    for entry in schema["$defs"].values():
        if "required" in entry and "id" in entry["properties"]:
            entry["required"] = [name for name in entry["required"] if name not in _SHARED]
        if entry.get("title") == "Source":
            # A fact is written as a text where it was read as the source itself.
            entry["properties"]["facts"]["items"] = {
                "anyOf": [{"$ref": "#/$defs/Fact"}, {"type": "string", "minLength": 1}]
            }
        if entry.get("title") == "Fact":
            entry["required"] = ["fact"]
    schema["properties"]["defaults"] = {
        "type": "object",
        "description": "Values that every item of the file takes where it states none.",
    }
    schema["properties"]["withdraw"] = {
        "type": "object",
        "description": "In an overlay: ids of the items below it that are taken out, by kind.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    }
    return {"$schema": _DRAFT, **schema, "title": "A file of the knowledge base, or of a hospital's overlay"}
