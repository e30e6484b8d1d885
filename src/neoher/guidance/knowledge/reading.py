"""Reading a folder of knowledge files: YAML to items, with file, line and field of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from neoher.errors import KnowledgeError
from neoher.guidance.knowledge.base import Contents, Edition
from neoher.guidance.knowledge.files import fingerprint, knowledge_files
from neoher.guidance.knowledge.kinds.item import Entry
from neoher.record.reading.yaml_nodes import Lines, PlainValue, parse_yaml

__all__ = ["EDITION_FILE", "Folder", "item_model", "read_edition", "read_folder"]

EDITION_FILE = "edition.yaml"
DEFAULTS, WITHDRAW = "defaults", "withdraw"
MOST_SHOWN = 30


@dataclass(slots=True)
class Folder:
    """What a folder of knowledge files says."""

    contents: Contents
    withdrawn: Mapping[str, tuple[str, ...]]
    """Ids by kind that an overlay takes out of the knowledge below it."""
    places: Mapping[tuple[str, str], str]
    """File and line of each item, by kind and id."""


@dataclass(slots=True)
class _Gathered:
    items: dict[str, dict[str, Entry]] = field(default_factory=dict)
    places: dict[tuple[str, str], str] = field(default_factory=dict)
    withdrawn: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_edition(folder: Path) -> Edition:
    """The edition of a folder of knowledge files, with its fingerprint.

    Raises: KnowledgeError.
    """
    file = folder / EDITION_FILE
    stated, lines = _document(file)
    try:
        edition = Edition.model_validate(stated)
    except ValidationError as error:
        problems = [_in_words(details, str(file), lines, ()) for details in error.errors(include_url=False)]
        raise _refused(problems, str(file)) from None
    return edition.model_copy(update={"fingerprint": fingerprint(folder)})


def read_folder(folder: Path) -> Folder:
    """Every item of a folder of knowledge files.

    A file is a mapping from kinds to lists of items; its `defaults` are the values that its items share, its
    `withdraw` names items of the knowledge below an overlay that are taken out.
    Raises: KnowledgeError that lists everything that cannot be accepted.
    """
    gathered = _Gathered()
    for file in knowledge_files(folder):
        if file.name != EDITION_FILE:
            _gather(file, gathered)
    if gathered.problems:
        raise _refused(gathered.problems, str(folder))
    contents = {kind: tuple(items.values()) for kind, items in gathered.items.items()}
    return Folder(Contents.model_construct(**contents), gathered.withdrawn, gathered.places)  # type: ignore[arg-type]


def _document(file: Path) -> tuple[PlainValue, Lines]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise KnowledgeError(
            f"cannot be read: {error.strerror}.", str(file), "Check its permissions."
        ) from None
    except UnicodeDecodeError:
        raise KnowledgeError("is not text in UTF-8.", str(file), "Save it as UTF-8.") from None
    return parse_yaml(text, str(file))


def _gather(file: Path, gathered: _Gathered) -> None:
    stated, lines = _document(file)
    if not isinstance(stated, dict):
        gathered.problems.append(f"{file}: this is no mapping from kinds to items.")
        return
    known = {*Contents.kinds(), DEFAULTS, WITHDRAW}
    for key in stated.keys() - known:
        kinds = ", ".join(Contents.kinds())
        gathered.problems.append(f"{file}, line {lines.line((key,))}: `{key}` is no kind, but {kinds} are.")
    defaults = stated.get(DEFAULTS) or {}
    withdrawn = stated.get(WITHDRAW) or {}
    if not isinstance(defaults, dict) or not isinstance(withdrawn, dict):
        gathered.problems.append(f"{file}: `{DEFAULTS}` and `{WITHDRAW}` are mappings.")
        return
    for kind, ids in withdrawn.items():
        if kind not in Contents.kinds() or not isinstance(ids, list):
            gathered.problems.append(f"{file}: `{WITHDRAW}` maps kinds to lists of ids.")
            continue
        gathered.withdrawn[kind] = (*gathered.withdrawn.get(kind, ()), *(str(each) for each in ids))
    for kind in Contents.kinds():
        listed = stated.get(kind) or []
        if not isinstance(listed, list):
            gathered.problems.append(f"{file}, line {lines.line((kind,))}: `{kind}` is a list.")
            continue
        for index, item in enumerate(listed):
            _take(kind, index, item, defaults, str(file), lines, gathered)


def _take(
    kind: str,
    index: int,
    stated: PlainValue,
    defaults: Mapping[str, PlainValue],
    file: str,
    lines: Lines,
    gathered: _Gathered,
) -> None:
    model = item_model(kind)
    complete: Any = stated
    if isinstance(stated, dict):
        complete = {name: value for name, value in defaults.items() if name in model.model_fields} | stated
    place = f"{file}, line {lines.line((kind, index))}"
    try:
        item = model.model_validate(complete)
    except ValidationError as error:
        name = stated.get("id") if isinstance(stated, dict) else None
        for details in error.errors(include_url=False):
            words = _in_words(details, file, lines, (kind, index))
            gathered.problems.append(f"{words} [{kind} {name or index}]")
        return
    there = gathered.items.setdefault(kind, {})
    if item.id in there:
        gathered.problems.append(
            f"{place}: {kind} {item.id} is there twice, first at {gathered.places[kind, item.id]}."
        )
        return
    there[item.id] = item
    gathered.places[kind, item.id] = place


def item_model(kind: str) -> type[Entry]:
    """The model of the items of a kind."""
    annotation: Any = Contents.model_fields[kind].annotation
    model: type[Entry] = annotation.__args__[0]
    return model


def _in_words(details: Any, file: str, lines: Lines, before: tuple[str | int, ...]) -> str:
    location = (*before, *details["loc"])
    path = ".".join(str(part) for part in details["loc"])
    what = details["msg"].removeprefix("Value error, ")
    return f"{file}, line {lines.line(location)}, {path}: {what}"


def _refused(problems: list[str], where: str) -> KnowledgeError:
    shown = [f"  {problem}" for problem in problems[:MOST_SHOWN]]
    more = [f"  and {len(problems) - MOST_SHOWN} more."] if len(problems) > MOST_SHOWN else []
    head = (
        "1 entry cannot be accepted."
        if len(problems) == 1
        else f"{len(problems)} entries cannot be accepted."
    )
    return KnowledgeError("\n".join([head, *shown, *more]), where, "Nothing was read.")
