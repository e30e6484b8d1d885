"""What differs between two states of the knowledge base."""

from __future__ import annotations

from pydantic import JsonValue

from neoher.guidance.knowledge.base import Knowledge
from neoher.guidance.knowledge.kinds.item import Entry
from neoher.record.conclusion import Frozen

__all__ = ["ChangedItem", "Difference", "ItemName", "difference"]


class ItemName(Frozen):
    """An item by kind and id."""

    kind: str
    id: str
    title: str


class ChangedField(Frozen):
    """One field of an item before and after."""

    field: str
    before: JsonValue
    after: JsonValue


class ChangedItem(ItemName):
    """An item that is in both, but not alike."""

    fields: tuple[ChangedField, ...]


class Difference(Frozen):
    """What was added, removed and changed."""

    before: str
    """Version of the earlier state."""
    after: str
    added: tuple[ItemName, ...]
    removed: tuple[ItemName, ...]
    changed: tuple[ChangedItem, ...]

    def in_words(self) -> str:
        """The difference as one line."""
        return (
            f"From {self.before} to {self.after}: {len(self.added)} added, {len(self.removed)} removed, "
            f"{len(self.changed)} changed."
        )


def difference(before: Knowledge, after: Knowledge) -> Difference:
    """Items added, removed and changed from one state to another, in the order of kinds and files."""
    earlier = {(kind, item.id): item for kind, item in before.items()}
    later = {(kind, item.id): item for kind, item in after.items()}
    changed = []
    for (kind, item_id), item in later.items():
        was = earlier.get((kind, item_id))
        if was is not None and was != item:
            changed.append(
                ChangedItem(kind=kind, id=item_id, title=item.title, fields=_changed_fields(was, item))
            )
    return Difference(
        before=before.edition.version,
        after=after.edition.version,
        added=tuple(_name(kind, item) for (kind, _), item in later.items() if (kind, item.id) not in earlier),
        removed=tuple(
            _name(kind, item) for (kind, _), item in earlier.items() if (kind, item.id) not in later
        ),
        changed=tuple(changed),
    )


def _name(kind: str, item: Entry) -> ItemName:
    return ItemName(kind=kind, id=item.id, title=item.title)


def _changed_fields(was: Entry, now: Entry) -> tuple[ChangedField, ...]:
    before, after = was.model_dump(mode="json"), now.model_dump(mode="json")
    return tuple(
        ChangedField(field=name, before=before.get(name), after=after.get(name))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    )
