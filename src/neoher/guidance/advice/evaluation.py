"""Evaluation of advice: cases as data, a record and what advice must say of it, with the source that says so.

A case starts from a record of `records.yaml`, sets (`with`) and takes out (`without`) facts by their path,
and states what is expected:

- `systemic`: all options of systemic therapy, and no other;
- `options`, `alerts`, `pitfalls`, `differences`, `missing`: must be among those given; `not_options` and so
  on: must not;
- `strength` and `not_before` of options; `text`: words that an option's or alert's text must hold;
- `scope`: whether it is out of scope;
- `source`: ids in the knowledge base of what says so.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from neoher.guidance.advice.advising import advise
from neoher.guidance.advice.content import Advice
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.rule import Topic
from neoher.record.case import Case
from neoher.record.conclusion import Conclusion
from neoher.record.reading.yaml_nodes import parse_yaml

__all__ = [
    "EvaluationCase",
    "advised",
    "gains",
    "misses",
    "names",
    "put",
    "read_cases",
    "removals",
    "remove",
    "unexplained_gains",
]

RECORDS = "records.yaml"
LATEST = "2026-11-22"
"""The day of a case that names none: the day to which the knowledge was checked."""
_SYSTEMIC = {Topic.SYSTEMIC_BEFORE_SURGERY, Topic.AFTER_SURGERY}


@dataclass(frozen=True, slots=True)
class EvaluationCase:
    """One case as its file states it."""

    file: str
    name: str
    record: dict[str, Any]
    today: dt.date
    expected: Mapping[str, Any]

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of what says so."""
        stated = self.expected["source"]
        return tuple(stated) if isinstance(stated, list) else (stated,)


def read_cases(folder: Path) -> tuple[EvaluationCase, ...]:
    """The cases of a folder of YAML files, in the order of the files."""
    records = _records(folder / RECORDS)
    return tuple(
        case
        for file in sorted(folder.glob("*.yaml"))
        if file.name != RECORDS
        for case in _cases(file, records)
    )


def advised(record: Mapping[str, Any], today: dt.date, knowledge: Knowledge) -> Conclusion[Advice]:
    """Advice for a record as plain values."""
    return advise(Case.model_validate(record), knowledge, today)


def misses(case: EvaluationCase, advice: Advice) -> tuple[str, ...]:
    """What advice says otherwise than expected, one line each; empty where it is right."""
    return tuple(_misses(case.expected, advice))


def put(record: Any, path: str, value: Any) -> None:
    """Set the value at a path such as `heart.0.lvef_percent`; a list takes a new entry at its end."""
    *before, last = path.split(".")
    for part in before:
        record = record[int(part)] if isinstance(record, list) else record.setdefault(part, {})
    if isinstance(record, list):
        record[int(last) : int(last) + 1] = [value]
    else:
        record[last] = value


def remove(record: Any, path: str) -> None:
    """Take out what stands at a path."""
    *before, last = path.split(".")
    for part in before:
        record = record[int(part)] if isinstance(record, list) else record[part]
    del record[int(last) if isinstance(record, list) else last]


def removals(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every fact of a record, alone or with all below it: where it stands, and its path as advice names it.

    The entry of a list is a fact where it is the only one; of several, the list is a complete statement.
    """
    yield from _facts(record, "", "")


def gains(before: Advice, after: Advice) -> tuple[str, ...]:
    """What advice gained when a fact was taken out: an option, a firmer one, an alert that went away."""
    had = {(each.cancer, each.rule): each.strength.rank for each in before.options}
    found = [
        f"option {each.rule}{'' if (each.cancer, each.rule) not in had else ' firmer'}"
        for each in after.options
        if each.strength.rank > had.get((each.cancer, each.rule), -1)
    ]
    kept = {each.code for each in after.alerts}
    found += [f"alert {each.code} cleared" for each in before.alerts if each.code not in kept]
    return tuple(found)


def unexplained_gains(
    case: EvaluationCase, knowledge: Knowledge, facts: Iterable[tuple[str, str]]
) -> tuple[str, ...]:
    """What advice gains when one of the facts (of `removals`) is taken out and `missing` does not name it."""
    before = advised(case.record, case.today, knowledge).value
    found = []
    for where, path in facts:
        record = copy.deepcopy(case.record)
        remove(record, where)
        try:
            after = advised(record, case.today, knowledge).value
        except ValidationError:
            continue  # what is left is no record
        assert before is not None  # advice always has a value
        assert after is not None
        gained = gains(before, after)
        if gained and not names(after.missing, path):
            found.append(f"{path}: {', '.join(gained)}")
    return tuple(found)


def names(missing: tuple[str, ...], path: str) -> bool:
    """Whether one of the missing paths is the path, holds it, or lies in it."""
    return any(_within(path, each) or _within(each, path) for each in missing)


def _within(path: str, around: str) -> bool:
    return path == around or (path.startswith(around) and path[len(around)] in ".[")


_NO_FACTS = {"neoher", "id"}


def _facts(stated: Any, where: str, path: str) -> Iterator[tuple[str, str]]:
    entries = stated.items() if isinstance(stated, Mapping) else enumerate(stated)
    for key, value in entries:
        if key in _NO_FACTS:
            continue
        if isinstance(key, int):
            name = value.get("id", key) if isinstance(value, Mapping) else key
            here, called = f"{where}.{key}", f"{path}[{name}]"
        else:
            here, called = f"{where}.{key}".lstrip("."), f"{path}.{key}".lstrip(".")
            yield here, called
        if isinstance(value, Mapping) or (isinstance(value, list) and key != "bed_mm"):
            yield from _facts(value, here, called)


def _records(file: Path) -> dict[str, dict[str, Any]]:
    complete: dict[str, dict[str, Any]] = {}
    for name, stated in _read(file)["records"].items():
        below = complete[stated["from"]] if "from" in stated else {}
        own = {key: value for key, value in stated.items() if key != "from"}
        complete[name] = copy.deepcopy({**below, **own})
    return complete


def _cases(file: Path, records: Mapping[str, dict[str, Any]]) -> Iterator[EvaluationCase]:
    stated = _read(file)
    for each in stated["cases"]:
        case = {**stated.get("defaults", {}), **each}
        record = copy.deepcopy(records[case.pop("record")])
        for path, value in case.pop("with", {}).items():
            put(record, path, copy.deepcopy(value))
        for path in case.pop("without", []):
            remove(record, path)
        today = dt.date.fromisoformat(case.pop("today", LATEST))
        yield EvaluationCase(file.name, case.pop("name"), record, today, case)


def _read(file: Path) -> Any:
    return parse_yaml(file.read_text(encoding="utf-8"), str(file))[0]


def _misses(expected: Mapping[str, Any], advice: Advice) -> Iterator[str]:
    options = {each.rule: each for each in advice.options}
    if "systemic" in expected:
        systemic = {each.rule for each in advice.options if each.topic in _SYSTEMIC}
        if wrong := systemic ^ set(expected["systemic"]):
            yield f"systemic: differs in {', '.join(sorted(wrong))}"
    given = {
        "options": set(options),
        "alerts": {each.code for each in advice.alerts},
        "pitfalls": {each.rule for each in advice.pitfalls},
        "differences": {each.rule for each in advice.differences},
        "missing": set(advice.missing),
    }
    for kind, names in given.items():
        yield from (f"{kind}: {name} is not there" for name in expected.get(kind, []) if name not in names)
        yield from (f"{kind}: {name} is there" for name in expected.get(f"not_{kind}", []) if name in names)
    for name, strength in expected.get("strength", {}).items():
        if name not in options or options[name].strength != strength:
            yield f"strength of {name}: {options[name].strength if name in options else 'no option'}"
    for name, tests in expected.get("not_before", {}).items():
        if name not in options or set(options[name].not_before) != set(tests):
            yield f"not before, {name}: {options[name].not_before if name in options else 'no option'}"
    texts = [(each.rule, each.text) for each in advice.options]
    texts += [(each.code, each.text) for each in advice.alerts]
    for name, words in expected.get("text", {}).items():
        if not any(words in text for code, text in texts if code == name):
            yield f"text of {name}: no such entry holds '{words}'"
    if "scope" in expected and bool(advice.out_of_scope) is not expected["scope"]:
        yield f"scope: {'; '.join(advice.out_of_scope) or 'within'}"
