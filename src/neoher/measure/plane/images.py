"""The image that a pair of callipers lies on, among those of its exam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from neoher.errors import InputError, NoSuchImages
from neoher.intake.plane_image import PlaneImage, PlaneObject, find_plane_images, plane_image_of
from neoher.record.calliper import Calliper
from neoher.record.exam import Modality, PlaneExam

__all__ = ["PlacedCalliper", "exam_objects", "place"]

_MODALITIES = {
    Modality.MG: frozenset({"MG", "DX", "CR"}),
    Modality.US: frozenset({"US"}),
}
"""What the images of an exam may be: older mammograms were stored as computed or digital radiographs."""
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class PlacedCalliper:
    """A pair of callipers with its image."""

    calliper: Calliper
    found: PlaneObject
    image: PlaneImage
    """The very frame."""

    @property
    def name(self) -> str:
        """The image for a reader: its file, and the frame where it has several."""
        frame = f", frame {self.image.frame}" if self.image.frames > 1 else ""
        return f"{PurePosixPath(self.found.source.label).name}{frame}"


def exam_objects(images: Path, exam: PlaneExam) -> tuple[PlaneObject, ...]:
    """The plane images of an exam.

    Raises: NoSuchImages where none of its modality lies there; ImageError where one cannot be read.
    """
    assert exam.modality is not None  # the classes of plane exams fix it
    found = find_plane_images(images, _MODALITIES[exam.modality])
    if not found:
        raise NoSuchImages(
            f"there is no {exam.modality.in_words} image here.",
            str(images),
            f"Correct `images` of exam {exam.id} in case.yaml.",
        )
    return found


def place(calliper: Calliper, objects: Sequence[PlaneObject], exam: PlaneExam) -> PlacedCalliper:
    """The callipers on their image.

    Raises: InputError where no image, or more than one, is named so; ImageError for a frame that it has not.
    """
    if calliper.sop_instance is not None:
        fitting = [one for one in objects if one.image.sop_uid == calliper.sop_instance]
        named = f"SOP Instance UID {calliper.sop_instance}"
    elif calliper.image is not None:
        fitting = [one for one in objects if _is_called(one, calliper.image)]
        named = f"'{calliper.image}'"
    else:
        fitting, named = list(objects), "no name"
    if len(fitting) != 1:
        labels = ", ".join(one.source.label for one in objects[:_SHOWN])
        more = f" and {len(objects) - _SHOWN} more" if len(objects) > _SHOWN else ""
        many = "no image" if not fitting else f"{len(fitting)} images"
        raise InputError(
            f"callipers ({calliper.span}) on exam {exam.id} name {named}, and {many} of the exam fit.",
            f"case.yaml, exam {exam.id}",
            f"Name one by `image` or `sop_instance`. There are: {labels}{more}.",
        )
    found = fitting[0]
    image = found.image if calliper.frame == 0 else plane_image_of(found.source, calliper.frame)
    return PlacedCalliper(calliper, found, image)


def _is_called(found: PlaneObject, name: str) -> bool:
    """Whether the object's path ends in this name, whole folders and file compared."""
    wanted, path = PurePosixPath(name).parts, PurePosixPath(found.source.label).parts
    return path[-len(wanted) :] == wanted
