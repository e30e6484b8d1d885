"""What pydantic finds wrong with a record, said to the person who wrote it: line, field, what, remedy."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from neoher.record.case import Case
from neoher.record.exam import EXAM_CLASSES, Exam, ExamOfUnstatedModality, Modality
from neoher.record.finding import Finding
from neoher.record.reading.yaml_nodes import PlainValue
from neoher.record.values.refusal import Location, Refusal

__all__ = ["field_path", "refusals"]


def refusals(error: ValidationError, stated: PlainValue) -> tuple[Refusal, ...]:
    """Every refusal behind a validation error of a Case, located in what was stated, each once."""
    found: dict[Refusal, None] = {}
    for details in error.errors(include_url=False):
        for refusal in _refusals_of(details, stated):
            found[refusal] = None
    return tuple(found)


def field_path(location: Location, stated: PlainValue) -> str:
    """The location as people name it: `exams[E1].findings[0].margin`; entries by id where they have one."""
    path = ""
    value: Any = stated
    for key in location:
        value = _below(value, key)
        if isinstance(key, int):
            name = value.get("id", key) if isinstance(value, dict) else key
            path += f"[{name}]"
        else:
            path += f".{key}" if path else str(key)
    return path


def _holds(value: Any, key: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(key, int) and key < len(value)
    return isinstance(value, dict) and key in value


def _below(value: Any, key: str | int) -> Any:
    return value[key] if _holds(value, key) else None


def _refusals_of(details: ErrorDetails, stated: PlainValue) -> Iterator[Refusal]:
    context: Mapping[str, Any] = details.get("ctx", {})
    raw = details["loc"]
    if details["type"] == "too_short" and len(details["input"]) > 0:
        return  # pydantic counts only the entries that passed; the others have their own refusal
    if details["type"] == "union_tag_invalid":
        raw = (*raw, "modality")
    location = _stated_location(raw, stated, is_missing=details["type"] == "missing")
    if "unstated" in raw and len(raw) > len(location) + 1:
        yield Refusal(
            _stated_location(raw[:5], stated, is_missing=False),
            "no single modality has this finding's descriptors.",
            "State the exam's `modality`; then each descriptor is checked by name.",
        )
    elif "refusals" in context:
        for refusal in context["refusals"]:
            below = _stated_location((*raw, *refusal.location), stated, is_missing=True)
            yield Refusal(below, refusal.what, refusal.remedy)
    else:
        yield Refusal(location, *_in_words(details, raw, location))


def _stated_location(raw: Location, stated: PlainValue, *, is_missing: bool) -> Location:
    """Pydantic's location without the names of union members, which nobody wrote."""
    location: list[str | int] = []
    value: Any = stated
    for position, key in enumerate(raw):
        last = position == len(raw) - 1
        if _holds(value, key):
            location.append(key)
            value = _below(value, key)
        elif last and is_missing:
            location.append(key)
    return tuple(location)


def _in_words(details: ErrorDetails, raw: Location, location: Location) -> tuple[str, str]:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    name = str(raw[-1]) if raw else "the record"
    if kind == "extra_forbidden":
        return _unknown_field(name, raw)
    if kind in {"enum", "literal_error"}:
        return _unknown_term(value, raw, location)
    if kind == "union_tag_invalid":
        allowed = [str(modality) for modality in Modality]
        return f"the modality '{_short(context['tag'])}' is not known.", f"Allowed are {', '.join(allowed)}."
    if kind == "missing" and isinstance(raw[-1], int):
        return "a number is missing from the list.", "State all of them, or leave the field out."
    if kind == "missing":
        return f"`{name}` is missing.", "It is one of the few fields that cannot be left out; add it."
    if kind in _EXPECTED:
        return f"{_EXPECTED[kind]} is expected here, {_kind_in_words(value)} was found.", _remedy_for(kind)
    if kind == "string_pattern_mismatch":
        return f"'{_short(value)}' does not have the form expected here.", _form_of(name, raw)
    if kind == "string_too_long":
        return f"the text is longer than {context.get('max_length')} characters.", "Shorten it."
    if kind == "string_too_short":
        return "the text is empty.", "Leave the field out when it is not known."
    if kind == "too_short":
        return "an empty list says nothing.", "Write `none` where that is stated, or leave the field out."
    if kind in {"greater_than_equal", "less_than_equal"}:
        limit = f"{context['ge']} or more" if "ge" in context else f"{context['le']} or less"
        return f"{_short(value)} lies outside what is possible here: {limit}.", "Correct it."
    return f"{details['msg'][:1].lower()}{details['msg'][1:]}.", ""


_EXPECTED = {
    "model_type": "a group of fields (name: value)",
    "model_attributes_type": "a group of fields (name: value)",
    "dict_type": "a group of fields (name: value)",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
}


def _remedy_for(kind: str) -> str:
    return {
        "string_type": "Put a value that looks like a number, true or false in quotes.",
        "tuple_type": "Begin each entry with `- `, or put the entries into [ ].",
        "int_type": "Write it in digits, without quotes.",
    }.get(kind, "")


def _unknown_field(name: str, raw: Location) -> tuple[str, str]:
    models = _models_at(raw[:-1])
    allowed = sorted({field for model in models for field in _field_names(model)})
    foreign = _modalities_with(name, models)
    if foreign:
        own = _modality_in_words(models)
        return (
            f"`{_short(name)}` belongs to {' and '.join(foreign)}; this exam is {own}.",
            f"Correct the modality, or put the wording into `text`. Fields here: {', '.join(allowed)}.",
        )
    if name.isdigit():
        return f"the number {_short(name)} stands alone.", "A decimal is written with a point: 3.8, not 3,8."
    close = difflib.get_close_matches(name, allowed, n=1, cutoff=0.6)
    question = f"Did you mean `{close[0]}`? " if close else ""
    return f"there is no field `{_short(name)}` here.", f"{question}Fields here: {', '.join(allowed)}."


def _unknown_term(value: Any, raw: Location, location: Location) -> tuple[str, str]:
    field = next((key for key in reversed(location) if isinstance(key, str)), "")
    models = _models_at(raw[: raw.index(field)] if field in raw else raw[:-1])
    allowed = _terms(models, field)
    listed = f"Allowed are {', '.join(allowed)}" + (", or a list of entries." if raw[-1] == "none" else ".")
    elsewhere = _modalities_with_term(field, value, models)
    if elsewhere:
        own = _modality_in_words(models)
        shown = "a group of fields" if isinstance(value, dict) else f"'{_short(value)}'"
        others = " and ".join(elsewhere)
        return f"{shown} is for `{field}` on {others}; this exam is {own}.", listed
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return f"{_kind_in_words(value)} is not a value of `{field}`.", listed
    close = difflib.get_close_matches(str(value).lower()[:80], allowed, n=1, cutoff=0.5)
    question = f"Did you mean '{close[0]}'? " if close else ""
    return f"'{_short(value)}' is not a value of `{field}`.", f"{question}{listed}"


def _modalities_with_term(field: str, value: Any, models: list[type[BaseModel]]) -> list[str]:
    """Modalities whose findings take this value in this field, when it was met on another modality."""
    if not models or not issubclass(models[0], Finding):
        return []
    names = []
    for cls in EXAM_CLASSES.values():
        annotation = cls.FINDING.model_fields[field].annotation if field in cls.FINDING.model_fields else None
        fits = any(_models_in(annotation)) if isinstance(value, dict) else str(value) in _terms_in(annotation)
        if fits and cls.FINDING not in models:
            names.append(cls.model_fields["modality"].default.in_words)
    return names


def _models_at(raw: Location) -> list[type[BaseModel]]:
    """The models that a location of pydantic's leads to."""
    models: list[type[BaseModel]] = [Case]
    for key in raw:
        if isinstance(key, int):
            continue
        below = [
            found
            for model in models
            for name, field in model.model_fields.items()
            if key in {name, field.alias}
            for found in _models_in(field.annotation)
        ]
        tagged = [model for model in models if _tag_of(model) == key]
        models = below or tagged or models
    return models


def _tag_of(model: type[BaseModel]) -> str:
    if issubclass(model, ExamOfUnstatedModality):
        return "unstated"
    return next((tag for tag, cls in EXAM_CLASSES.items() if cls is model), model.__name__)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _terms(models: Iterable[type[BaseModel]], field: str) -> list[str]:
    """The closed list of terms that a field takes; [] where it takes none."""
    terms: dict[str, None] = {}
    for model in models:
        if field in model.model_fields:
            terms.update(dict.fromkeys(_terms_in(model.model_fields[field].annotation)))
    return list(terms)


def _terms_in(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from (str(term) for term in annotation)
    elif get_origin(annotation) is Literal:
        yield from (str(term) for term in get_args(annotation))
    elif not (isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias)):
        for argument in get_args(annotation):
            yield from _terms_in(argument)


def _field_names(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


def _modalities_with(name: str, models: list[type[BaseModel]]) -> list[str]:
    """Modalities whose exams or findings have the field, when the field was met on another modality."""
    if not models or not issubclass(models[0], Exam | Finding):
        return []
    return [
        cls.model_fields["modality"].default.in_words
        for cls in EXAM_CLASSES.values()
        if name in (cls if issubclass(models[0], Exam) else cls.FINDING).model_fields
    ]


def _modality_in_words(models: list[type[BaseModel]]) -> str:
    names = [
        cls.model_fields["modality"].default.in_words
        for cls in EXAM_CLASSES.values()
        if cls in models or cls.FINDING in models
    ]
    return " or ".join(names) or "of no stated modality"


def _form_of(name: str, raw: Location) -> str:
    for model in _models_at(raw[:-1]):
        field = model.model_fields.get(name)
        if field is not None and field.description and name != "id":
            return field.description
    return "Use letters, digits, dot, hyphen and underscore; begin with a letter or digit."


def _kind_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a group of fields"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return f"the text '{_short(value)}'"
    return f"the number {_short(value)}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
