"""The compiled form: the data files as one JSON file that loads in hundredths of a second.

It carries the fingerprint of the files it was made from, so that a stale one is never taken for current.
One item stands on one line: two changes to different items merge.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from neoher.guidance.knowledge.base import Contents, Edition
from neoher.guidance.knowledge.files import fingerprint
from neoher.record.conclusion import Frozen

__all__ = ["COMPILED", "DATA", "CompiledKnowledge", "compile_folder", "read_compiled", "read_current"]

DATA = Path(__file__).parent / "data"
"""Our data files."""
COMPILED = Path(__file__).parent / "compiled.json"
"""Their compiled form."""


class CompiledKnowledge(Frozen):
    """Edition and items, as one file holds them."""

    edition: Edition
    contents: Contents


def compile_folder(folder: Path = DATA) -> str:
    """The compiled form of a folder of knowledge files.

    Raises: KnowledgeError where they cannot be read.
    """
    from neoher.guidance.knowledge.reading import read_edition, read_folder

    edition = read_edition(folder)
    contents = read_folder(folder).contents
    lines = ["{", f'"edition": {_json(edition.model_dump(mode="json"))},', '"contents": {']
    kinds = [kind for kind in Contents.kinds() if contents.of(kind)]
    for kind in kinds:
        lines.append(f'"{kind}": [')
        dumped = [_json(item.model_dump(mode="json", exclude_defaults=True)) for item in contents.of(kind)]
        lines += [f"{line}," for line in dumped[:-1]] + dumped[-1:]
        lines.append("]" if kind == kinds[-1] else "],")
    return "\n".join([*lines, "}", "}", ""])


def read_compiled(file: Path) -> CompiledKnowledge:
    """A compiled knowledge base.

    Raises: OSError where it cannot be read, ValidationError where it is none.
    """
    return CompiledKnowledge.model_validate_json(file.read_bytes())


def read_current(folder: Path = DATA, compiled: Path = COMPILED) -> CompiledKnowledge:
    """The knowledge of a folder: from its compiled form where that is current, else from the files.

    Raises: KnowledgeError where the files cannot be read.
    """
    try:
        content = compiled.read_bytes()
        # Items are many and the edition stands first: a stale file is told before it is read whole.
        if fingerprint(folder).encode() in content[: content.find(b'"contents"')]:
            return CompiledKnowledge.model_validate_json(content)
    except (OSError, ValidationError):
        pass  # made again from the files, which are the truth
    from neoher.guidance.knowledge.reading import read_edition, read_folder

    edition, contents = read_edition(folder), read_folder(folder).contents
    return CompiledKnowledge.model_construct(edition=edition, contents=contents)


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
