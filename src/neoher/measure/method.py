"""What a way of measuring exams must offer, so that a case's images can be measured by all of them alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from pydantic import JsonValue

from neoher.errors import InputError, RegionError
from neoher.measure.dce_exam import Watch
from neoher.measure.once import Once
from neoher.record.conclusion import Conclusion
from neoher.record.exam import Exam
from neoher.record.measurement import InputObjects, Quantity
from neoher.record.region import Region, RegionPurpose

__all__ = ["Method", "Prepared", "images_of", "lesions_with_region", "region_source", "regions_of"]


class Prepared(Protocol):
    """An exam read as far as its headers: what decides the value is named and hashed."""

    @property
    def images(self) -> InputObjects:
        """The image objects, hashed."""

    @property
    def region_objects(self) -> InputObjects | None:
        """The region's objects, hashed; None where there is none to measure in."""

    @property
    def stated_parameters(self) -> Mapping[str, JsonValue]:
        """Every parameter that decides the value, as it is stored."""

    def measure(self) -> tuple[Conclusion[Any], tuple[Quantity, ...]]:
        """Read the pixels and compute. Raises: NeoherError where they cannot be trusted."""


class Method(Protocol):
    """One way of measuring an exam."""

    @property
    def name(self) -> str:
        """Name and version: 'ftv/1'. The version rises whenever the numbers could change."""

    @property
    def title(self) -> str:
        """For a reader: 'Functional tumour volume'."""

    def applies(self, exam: Exam) -> bool:
        """Whether exams of this kind are measured this way, as far as the record tells."""

    def prepare(
        self, folder: Path, exam: Exam, lesion: str | None, watch: Watch | None, once: Once
    ) -> Prepared | None:
        """Read the headers of `exam` below the case folder `folder`; `once`: what was read of it before.

        None: the exam holds no images that this method measures, which is no problem of theirs.
        Raises: NeoherError where the images or the region cannot be trusted.
        """


def images_of(folder: Path, exam: Exam) -> Path:
    """The exam's images on disk. Raises: InputError where they are not there."""
    images = folder / str(exam.images)
    if not images.exists():
        raise InputError(
            f"the images of exam {exam.id} are not there.",
            str(images),
            f"Put them there, or correct `images` of exam {exam.id} in case.yaml.",
        )
    return images


def lesions_with_region(exam: Exam) -> Iterator[str | None]:
    """Each lesion that has a region to measure in on this exam; None once where no region is stated."""
    lesions = dict.fromkeys(region.lesion for region in exam.regions if region.holds_a_lesion)
    yield from lesions or (None,)


def regions_of(
    folder: Path, exam: Exam, lesion: str | None, prefer: RegionPurpose = RegionPurpose.VOI
) -> tuple[Region | None, tuple[Region, ...]]:
    """The region to measure the lesion in, if there is one, and those to leave out.

    `prefer`: the purpose that goes before another, where a lesion has a volume of interest and an outline.
    Raises: RegionError where several regions of one lesion and purpose stand on the exam.
    """
    inside = [region for region in exam.regions if region.lesion == lesion and region.holds_a_lesion]
    inside = [region for region in inside if region.purpose is prefer] or inside
    if len(inside) > 1:
        raise RegionError(
            f"exam {exam.id} has {len(inside)} regions to measure lesion {lesion} in.",
            str(folder / "case.yaml"),
            "Keep one, or give them different lesions.",
        )
    outside = tuple(
        region
        for region in exam.regions
        if region.purpose is RegionPurpose.OMIT and region.lesion in (None, lesion)
    )
    return (inside[0] if inside else None), outside


def region_source(region: Region) -> str:
    """The region as `neoher.intake.regions.reading.read_region` takes it: a file, or a box in mm."""
    if region.file is not None:
        return region.file
    assert region.box_mm is not None  # the record holds one of both
    return ",".join(repr(float(value)) for value in (*region.box_mm.lower, *region.box_mm.upper))
