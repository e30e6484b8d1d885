"""What a field of an input model takes, in words; and what is wrong with a value that it does not take."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, Protocol, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

__all__ = ["allowed_values", "choices", "objection"]


class Named(Protocol):
    """What is needed of a field's option here."""

    @property
    def unit(self) -> str:
        """Unit of the value, '' where it has none."""
        ...

    @property
    def takes(self) -> str:
        """What it takes, in words, where the type does not say it."""
        ...


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The values a field can have where they can be listed (a class, yes or no), as text; else ()."""
    kind = _without_none(field.annotation)
    if get_origin(kind) is Literal:
        return tuple(str(value) for value in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(str(member.value) for member in kind)
    return ("yes", "no") if kind is bool else ()


def allowed_values(field: FieldInfo, option: Named) -> str:
    """What a field takes, in words: 'one of 0, 1+, 2+, 3+', 'a number from 0 to 100 (%)'."""
    unit = f" ({option.unit})" if option.unit else ""
    if option.takes:
        return f"{option.takes}{unit}"
    if listed := choices(field):
        return "yes or no" if listed == ("yes", "no") else f"one of {', '.join(listed)}{unit}"
    kind = _without_none(field.annotation)
    if get_origin(kind) is tuple:
        each = _range(getattr(get_args(kind)[0], "__metadata__", ()))
        return f"two numbers joined by x, such as 22x18, each {each}{unit}"
    if kind is str:
        return f"text{unit}"
    noun = "a whole number" if kind is int else "a number"
    return f"{noun} {_range(field.metadata)}".rstrip() + unit


def objection(detail: Mapping[str, Any]) -> str:
    """One error of pydantic as a sentence that quotes the value."""
    value, context, kind = detail["input"], detail.get("ctx", {}), detail["type"]
    quoted = f"'{value}'" if isinstance(value, str) else f"{value}"
    match kind:
        case "missing":
            return "is not stated."
        case "extra_forbidden":
            return "there is no such input."
        case "literal_error" | "enum":
            return f"{quoted} is not one of its values."
        case "bool_parsing" | "bool_type":
            return f"{quoted} is neither yes nor no."
        case "finite_number":
            return f"{quoted} is not a finite number."
        case "int_from_float" | "int_parsing" if _is_number(value):
            return f"{quoted} is not a whole number."
        case "greater_than":
            return f"{quoted} is not above {context['gt']:g}."
        case "greater_than_equal":
            return f"{quoted} is below {context['ge']:g}."
        case "less_than":
            return f"{quoted} is not below {context['lt']:g}."
        case "less_than_equal":
            return f"{quoted} is above {context['le']:g}."
        case "refused" | "value_error":
            return f"{context.get('message') or context['error']}"
    if kind.startswith(("float", "int")):
        return f"{quoted} is not a number."
    return f"{quoted}: {detail['msg']}."


def _range(metadata: object) -> str:
    low = high = ""
    for entry in _constraints(metadata):
        match entry:
            case Ge(ge=bound):
                low = f"from {bound:g}"
            case Gt(gt=bound):
                low = f"above {bound:g}"
            case Le(le=bound):
                high = f"to {bound:g}"
            case Lt(lt=bound):
                high = f"to below {bound:g}" if low else f"below {bound:g}"
            case _:
                pass
    return " ".join(part for part in (low, high) if part)


def _constraints(metadata: object) -> list[object]:
    """Bounds stand in a field's metadata as they are, and inside a nested pydantic Field."""
    found: list[object] = []
    for entry in metadata if isinstance(metadata, list | tuple) else ():
        nested = getattr(entry, "metadata", None)
        found.extend(nested if isinstance(nested, list) else [entry])
    return found


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in {Union, types.UnionType}:
        return annotation
    present = [kind for kind in get_args(annotation) if kind is not type(None)]
    return present[0] if len(present) == 1 else annotation


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
