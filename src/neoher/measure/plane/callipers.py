"""Lengths between callipers as one of a case's methods: mammography and ultrasound, lesion by lesion."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from neoher.errors import InputError, NeoherError
from neoher.intake.dicom.digest import digest_of_sources
from neoher.intake.plane_image import PlaneObject
from neoher.measure.dce_exam import Watch
from neoher.measure.length import DICOM, length_on
from neoher.measure.method import images_of
from neoher.measure.once import Once
from neoher.measure.plane.images import PlacedCalliper, exam_objects, place
from neoher.measure.plane.lengths import CalliperReading, LesionLengths, join_readings, side_of
from neoher.record.conclusion import Caution, Conclusion, Step
from neoher.record.exam import Exam, PlaneExam
from neoher.record.finding import FindingState
from neoher.record.lesion import Side
from neoher.record.measurement import InputObjects, Quantity

__all__ = ["CALLIPERS", "METHOD", "Callipers", "PreparedLengths", "lesions_with_callipers"]

METHOD = "length/1"
"""Name and version; the version rises whenever a number could change."""


@dataclass(frozen=True, slots=True)
class PreparedLengths:
    """The plane images of an exam and the callipers of one lesion on them."""

    exam: str
    objects: tuple[PlaneObject, ...]
    """All plane images of the exam, for pictures."""
    placed: tuple[PlacedCalliper, ...]
    images: InputObjects
    region_objects: InputObjects | None
    lengths: LesionLengths | None
    """None without callipers."""
    warnings: tuple[tuple[str, str], ...] = ()
    nothing_seen: bool = False
    """The report says of every lesion of the exam that it is not seen."""

    @property
    def stated_parameters(self) -> Mapping[str, JsonValue]:
        """Where the lengths lie: those on a detector are not to be compared with those in the body."""
        if self.lengths is None:
            return {"plane": None, "nothing_seen": self.nothing_seen}
        return {"plane": self.lengths.plane}

    def measure(self) -> tuple[Conclusion[Any], tuple[Quantity, ...]]:
        """The lesion's lengths; without callipers their path in the record is missing."""
        if self.lengths is None:
            return self._without_callipers(), ()
        in_pixels = any(size is None for size in self.lengths.sizes_mm.values())
        conclusion = Conclusion[LesionLengths](
            value=self.lengths,
            because=(
                *(_step(one) for one in self.lengths.readings),
                Step(
                    step=self.lengths.in_words(),
                    rule="the longest of each span over the images that count; pixels never become mm",
                    inputs={"plane": self.lengths.plane or None, "side": self.lengths.side or None},
                ),
            ),
            missing=("pixel calibration",) if in_pixels else (),
            warnings=tuple(Caution(code=code, message=message) for code, message in self.warnings),
            sources=(DICOM,),
        )
        return conclusion, tuple(self.lengths.quantities())

    def _without_callipers(self) -> Conclusion[LesionLengths]:
        if not self.nothing_seen:
            return Conclusion[LesionLengths](value=None, missing=(f"exams.{self.exam}.callipers",))
        step = Step(
            step="no lesion is seen on this exam, as reported: there is nothing to set callipers on",
            rule="what is gone has no length, and none of 0 mm",
            inputs={"exam": self.exam},
        )
        return Conclusion[LesionLengths](value=None, because=(step,))

    def refuse_other_side(self, lesion: str | None, side: Side | None) -> None:
        """Raise InputError where the images are of the other breast than the lesion."""
        on = self.lengths.side if self.lengths else ""
        if side is not None and on and on != side.value:
            raise InputError(
                f"lesion {lesion} lies on the {side}, its callipers on images of the {on} side.",
                f"case.yaml, exam {self.exam}",
                "Correct the lesion, its side, or the image that the callipers name.",
            )


@dataclass(frozen=True, slots=True)
class Callipers:
    """Lengths between two points on a mammogram, a tomosynthesis slice or an ultrasound image."""

    name: str = METHOD
    title: str = "Lengths between callipers"

    def applies(self, exam: Exam) -> bool:
        """Mammography and ultrasound."""
        return isinstance(exam, PlaneExam)

    def prepare(
        self,
        folder: Path,
        exam: Exam,
        lesion: str | None,
        watch: Watch | None,  # noqa: ARG002 - a few headers need no watching
        once: Once,  # noqa: ARG002 - no other method reads them
    ) -> PreparedLengths | None:
        """Find the images and measure on them: all that it takes stands in their headers.

        None where there are neither callipers nor images that can be read: nothing was to be measured.
        Raises: NoSuchImages, ImageError, InputError.
        """
        assert isinstance(exam, PlaneExam)  # `applies` said so
        callipers = [one for one in exam.callipers if one.lesion == lesion]
        try:
            objects = exam_objects(images_of(folder, exam), exam)
        except NeoherError:
            if callipers:
                raise
            return None
        placed = tuple(place(one, objects, exam) for one in callipers)
        used = {id(one.found): one.found for one in placed}.values() or objects
        images = digest_of_sources(
            (one.source for one in used), f"{exam.modality}, {len(used)} image{'s' if len(used) > 1 else ''}"
        )
        if not placed:
            stated = [one.finding for one in exam.findings if one.lesion is not None]
            gone = bool(stated) and all(one is FindingState.ABSENT for one in stated)
            return PreparedLengths(exam.id, objects, (), images, None, None, nothing_seen=gone)
        readings, warnings = _readings(placed)
        lengths, joined = join_readings(lesion or "", readings)
        return PreparedLengths(
            exam.id,
            objects,
            placed,
            images,
            _digest(placed),
            lengths,
            tuple(dict.fromkeys((*warnings, *joined))),
        )


CALLIPERS = Callipers()


def lesions_with_callipers(exam: Exam) -> tuple[str | None, ...]:
    """Each lesion that has callipers on this exam, in their order."""
    return tuple(dict.fromkeys(one.lesion for one in exam.callipers)) if isinstance(exam, PlaneExam) else ()


def _readings(placed: Sequence[PlacedCalliper]) -> tuple[list[CalliperReading], list[tuple[str, str]]]:
    readings, warnings = [], []
    for one in placed:
        found = length_on(one.image, one.calliper.start, one.calliper.end)
        warnings += [(code, f"{one.name}: {message}") for code, message in found.warnings]
        view = f"{one.image.view}, magnified".removeprefix(", ") if one.image.magnified else one.image.view
        readings.append(
            CalliperReading(
                span=one.calliper.span,
                image=one.name,
                view=view,
                side=side_of(one.image.laterality),
                start=one.calliper.start,
                end=one.calliper.end,
                length=found.value,
                counted=True,
            )
        )
    return readings, warnings


def _step(one: CalliperReading) -> Step:
    view = f", {one.view}" if one.view else ""
    return Step(
        step=f"{one.span} on {one.image}{view}: {one.length.in_words()}",
        rule=one.not_counted or "distance of the two points, each direction by its own pixel size",
        inputs={"from": list(one.start), "to": list(one.end), "sop_instance": one.length.sop_instance},
    )


def _digest(placed: Sequence[PlacedCalliper]) -> InputObjects:
    """The callipers themselves: other points are another measurement."""
    stated = [
        [one.calliper.span, one.image.sop_uid, one.image.frame, *one.calliper.start, *one.calliper.end]
        for one in placed
    ]
    text = json.dumps(sorted(stated, key=str), separators=(",", ":"))
    count = len(placed)
    return InputObjects(
        description=f"{count} pair{'s' if count > 1 else ''} of callipers in case.yaml",
        count=count,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
