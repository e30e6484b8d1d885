"""Loading the knowledge base, alone or with a hospital's own folder laid over it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.errors import KnowledgeError
from neoher.guidance.knowledge.base import OURS, Contents, Knowledge
from neoher.guidance.knowledge.compiled import read_current
from neoher.guidance.knowledge.files import fingerprint
from neoher.guidance.knowledge.kinds.item import Entry

if TYPE_CHECKING:
    from neoher.guidance.knowledge.reading import Folder

__all__ = ["laid_over", "load_knowledge", "read_state"]


def load_knowledge(overlay: Path | None = None) -> Knowledge:
    """The knowledge base; with `overlay`, a folder of further files laid over it.

    An item of the overlay takes the place of ours of the same kind and id; a new one is added; what its
    `withdraw` names is taken out. Ours stays untouched on disk.
    Raises: KnowledgeError where files cannot be accepted, or an overlay withdraws what is not there.
    """
    ours = _ours()
    if overlay is None:
        return ours
    from neoher.guidance.knowledge.reading import read_folder

    return laid_over(ours, read_folder(overlay), overlay)


def read_state(path: Path) -> Knowledge:
    """Another state of the knowledge base: a folder of files with its edition, or a compiled file.

    Raises: KnowledgeError where it is neither.
    """
    from pydantic import ValidationError

    from neoher.guidance.knowledge.compiled import read_compiled
    from neoher.guidance.knowledge.reading import read_edition, read_folder

    if path.is_dir():
        return Knowledge(read_edition(path), read_folder(path).contents)
    try:
        compiled = read_compiled(path)
    except OSError as error:
        raise KnowledgeError(f"cannot be read: {error.strerror}.", str(path), "Check the path.") from None
    except ValidationError:
        remedy = "Name a folder with edition.yaml, or a compiled.json of this form."
        raise KnowledgeError("is no state of the knowledge base.", str(path), remedy) from None
    return Knowledge(compiled.edition, compiled.contents)


def laid_over(below: Knowledge, above: Folder, folder: Path) -> Knowledge:
    """`below` with the items of a folder laid over it; items say that they come from it."""
    name = folder.resolve().name
    origins = {(kind, item.id): below.origin(kind, item.id) for kind, item in below.items()}
    origins = {key: origin for key, origin in origins.items() if origin != OURS}
    merged: dict[str, tuple[Entry, ...]] = {}
    for kind in Contents.kinds():
        items = {item.id: item for item in below.contents.of(kind)}
        for gone in above.withdrawn.get(kind, ()):
            if gone not in items:
                raise KnowledgeError(
                    f"`withdraw` names {kind} {gone}, which is not there.", str(folder), "Correct its id."
                )
            del items[gone]
        for item in above.contents.of(kind):
            items[item.id] = item
            origins[kind, item.id] = name
        merged[kind] = tuple(items.values())
    edition = below.edition.model_copy(
        update={
            "version": f"{below.edition.version}+{name}",
            "fingerprint": f"{below.edition.fingerprint}+{fingerprint(folder)}",
        }
    )
    return Knowledge(edition, Contents.model_construct(**merged), origins)  # type: ignore[arg-type]


@cache
def _ours() -> Knowledge:
    current = read_current()
    return Knowledge(current.edition, current.contents)
