"""The files of a knowledge folder, and their fingerprint. Loads no YAML: commands start with it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from neoher.errors import KnowledgeError

__all__ = ["fingerprint", "knowledge_files"]


def knowledge_files(folder: Path) -> list[Path]:
    """The YAML files of a folder and its sub-folders, in order of their names.

    Raises: KnowledgeError where the folder is not there.
    """
    if not folder.is_dir():
        raise KnowledgeError("there is no such folder.", str(folder), "Name a folder of knowledge files.")
    return sorted(path for path in folder.rglob("*.yaml") if path.is_file())


def fingerprint(folder: Path) -> str:
    """A hash of the names and contents of the files of a folder (SHA-256, hexadecimal)."""
    digest = hashlib.sha256()
    for path in knowledge_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
