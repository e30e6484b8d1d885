"""What is fuzzed: each reader with its valid seeds, its mutations, and one call that reads an input."""

from __future__ import annotations

import os
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from random import Random

import diffusion_seeds
import mutation
import pet_seeds
import seeds

from neoher.errors import InputError
from neoher.imaging.projection import calibrate_projection
from neoher.imaging.ultrasound import calibrate_ultrasound
from neoher.intake.dynamic import find_dynamic
from neoher.intake.files.objects import find_objects
from neoher.intake.plane_image import read_plane_image
from neoher.intake.plane_pixels import read_display_pixels
from neoher.intake.regions.reading import read_region
from neoher.measure import adc
from neoher.measure.adc import AdcInputs, AdcValue
from neoher.measure.suv import SuvInputs, SuvValue, compute
from neoher.record.conclusion import Conclusion
from neoher.record.reading.case_file import read_case

__all__ = ["READERS", "Reader"]


class Reader(ABC):
    """One reader of foreign input. `seeds`: valid inputs by their kind."""

    seeds: dict[str, bytes]

    @abstractmethod
    def mutated(self, seed: bytes, random: Random) -> bytes:
        """The seed with something wrong."""

    @abstractmethod
    def read(self, kind: str, content: bytes, folder: Path) -> None:
        """Read the input as a user's call would; `folder` is this reader's own, empty at its first call."""


class Exam(Reader):
    """A dynamic exam in a folder, of whose objects the one in the middle is mutated."""

    def __init__(self) -> None:
        self.exams = seeds.exams()
        self.seeds = {kind: objects[len(objects) // 2] for kind, objects in self.exams.items()}

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_dicom(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        objects = self.exams[kind]
        if not (folder / kind).exists():
            (folder / kind).mkdir()
            for number, data in enumerate(objects):
                (folder / kind / f"{number}.dcm").write_bytes(data)
        (folder / kind / f"{len(objects) // 2}.dcm").write_bytes(content)
        exam = find_dynamic(folder / kind)
        exam.load(range(len(exam.time_axis.phases)))


class Archive(Reader):
    """A dynamic exam in an archive whose bytes are mutated."""

    def __init__(self) -> None:
        self.seeds = seeds.archives()

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_bytes(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        (folder / kind).write_bytes(content)
        exam = find_dynamic(folder / kind)
        exam.load(range(len(exam.time_axis.phases)))


class Pet(Reader):
    """A PET series of whose objects the one in the middle is mutated; SUV is taken of the others.

    An input that changes their SUV without a new warning is a failure like a crash.
    """

    REGIONS = ("voxels:0,0,0,7,7,1", "voxels:0,0,3,7,7,4")

    def __init__(self) -> None:
        self.series = pet_seeds.pet_series()
        self.middle = pet_seeds.SLICES // 2
        self.seeds = {kind: objects[self.middle] for kind, objects in self.series.items()}
        self.truth: dict[str, Conclusion[SuvValue]] = {}

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_dicom(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        if kind not in self.truth:
            (folder / kind).mkdir()
            for number, data in enumerate(self.series[kind]):
                (folder / kind / f"{number}.dcm").write_bytes(data)
            self.truth[kind] = self.measured(folder / kind)
        (folder / kind / f"{self.middle}.dcm").write_bytes(content)
        found, truth = self.measured(folder / kind), self.truth[kind]
        assert truth.value is not None
        if found.value is None:
            assert found.missing
            return
        if {one.code for one in found.warnings} - {one.code for one in truth.warnings}:
            return
        for one, other in zip(found.value.regions, truth.value.regions, strict=True):
            for name in ("min", "median", "mean", "max", "volume_cc"):
                value, right = getattr(one, name), getattr(other, name)
                assert abs(value - right) <= 1e-6 * right, f"{name} is {value}, not {right}, without a word"

    def measured(self, path: Path) -> Conclusion[SuvValue]:
        return compute(SuvInputs(path=path, region=self.REGIONS))


class Diffusion(Reader):
    """A diffusion exam of which one object of the middle slice is mutated; ADC is taken of other slices.

    An input that changes it without a new warning is a failure like a crash. Of the enhanced exam, which is a
    single object, only that it is read or refused is asked.
    """

    REGIONS = ("voxels:0,0,0,7,7,1", "voxels:0,0,3,7,7,4")
    """Below and above the mutated slice; each form is measured in one of them."""

    def __init__(self) -> None:
        self.exams = diffusion_seeds.diffusion_exams()
        self.seeds = {kind: objects[0] for kind, objects in self.exams.items()}
        self.region = {kind: self.REGIONS[number % 2] for number, kind in enumerate(self.exams)}
        self.truth: dict[str, Conclusion[AdcValue]] = {}

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_dicom(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        if kind not in self.truth:
            (folder / kind).mkdir()
            for number, data in enumerate(self.exams[kind]):
                (folder / kind / f"{number}.dcm").write_bytes(data)
            self.truth[kind] = self.measured(folder, kind)
        (folder / kind / "0.dcm").write_bytes(content)
        found, truth = self.measured(folder, kind), self.truth[kind]
        assert truth.value is not None
        if found.value is None:
            assert found.missing
            return
        if len(self.exams[kind]) == 1:
            return
        if {one.code for one in found.warnings} - {one.code for one in truth.warnings}:
            return
        assert found.value.b_values == truth.value.b_values
        for name in ("mean", "median", "p15", "p25", "minimum", "maximum", "voxels", "volume_cc"):
            value, right = getattr(found.value, name), getattr(truth.value, name)
            assert abs(value - right) <= 1e-6 * right, f"{name} is {value}, not {right}, without a word"

    def measured(self, folder: Path, kind: str) -> Conclusion[AdcValue]:
        return adc.compute(AdcInputs(path=folder / kind, region=self.region[kind]))


class Region(Reader):
    """A region object, put on a grid."""

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        (folder / kind).write_bytes(content)
        read_region(str(folder / kind), seeds.GRID)


class Segmentation(Region):
    """SEG objects."""

    def __init__(self) -> None:
        self.seeds = seeds.segmentations()

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_dicom(seed, random)


class StructureSet(Region):
    """RTSTRUCT objects."""

    def __init__(self) -> None:
        self.seeds = seeds.structure_sets()

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_dicom(seed, random)


class LabelMap(Region):
    """NIfTI files."""

    def __init__(self) -> None:
        self.seeds = seeds.label_maps()

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_nifti(seed, random)


class Record(Reader):
    """case.yaml."""

    def __init__(self) -> None:
        self.seeds = seeds.case_texts()

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_text(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        (folder / f"{kind}.yaml").write_bytes(content)
        read_case(folder / f"{kind}.yaml")


class PlaneImage(Reader):
    """A mammogram, a tomosynthesis or an ultrasound image: its calibration, then its pixels for a picture."""

    def __init__(self) -> None:
        self.seeds = seeds.plane_images()

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_dicom(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        (folder / f"{kind}.dcm").write_bytes(content)
        # Of several frames the second: what is stated by frame is looked at.
        image = read_plane_image(folder / f"{kind}.dcm", frame=1 if kind in seeds.OF_FRAMES else 0)
        if image.projection is not None:
            calibrate_projection(image.projection, image.label)
        else:
            points = ((10.0, 10.0), (20.0, 20.0))
            calibrate_ultrasound(
                image.regions,
                image.size,
                points,
                pixel_spacing=image.pixel_spacing,
                processed=image.processed,
            )
        pixels = read_display_pixels(find_objects(folder / f"{kind}.dcm")[0])
        assert pixels.shape[:2] == image.size


class Misbehaving(Reader):
    """A reader that does what none may do, to see that it is noticed."""

    def __init__(self) -> None:
        self.seeds = {"reads": b""}

    def mutated(self, seed: bytes, random: Random) -> bytes:
        return mutation.mutate_bytes(seed, random)

    def read(self, kind: str, content: bytes, folder: Path) -> None:
        if kind == "escapes":
            raise KeyError(content, folder)
        if kind == "refuses":
            raise InputError("no", str(folder))
        if kind == "loops":
            while True:
                time.sleep(0.1)
        if kind == "eats":
            bytearray(int(2.2 * 2**30))
        if kind == "eats-quietly":
            try:
                bytearray(2**40)
            except MemoryError as error:
                raise InputError("broken") from error
        if kind == "dies":
            os.kill(os.getpid(), signal.SIGSEGV)


READERS: dict[str, type[Reader]] = {
    "dicom": Exam,
    "archive": Archive,
    "pet": Pet,
    "diffusion": Diffusion,
    "seg": Segmentation,
    "rtstruct": StructureSet,
    "nifti": LabelMap,
    "case": Record,
    "plane": PlaneImage,
    "misbehaving": Misbehaving,
}
