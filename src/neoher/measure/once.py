"""What several methods, or several lesions, need of one exam: read once, kept while the exam is measured."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

from neoher.intake.dicom.headers import Header, Progress
from neoher.intake.dicom.headers_below import headers_below
from neoher.measure.stages import Stage, stage

__all__ = ["Once"]

Made = TypeVar("Made")


class Once:
    """Readings by what was asked for. One that fails is not kept, and fails again."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}

    def made(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made at the first asking; `key` must name all that it depends on."""
        if key not in self._made:
            self._made[key] = make()
        made: Made = self._made[key]
        return made

    def headers(self, images: Path, progress: Progress | None = None) -> list[Header]:
        """The headers of every object below `images`."""
        with stage(Stage.HEADERS):
            return self.made(("headers", images), lambda: headers_below(images, progress))
