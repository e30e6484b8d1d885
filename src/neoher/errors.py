"""The one tree of errors.

NeoherError
├── InputError                what was given is not what the command takes, or contradicts itself
│   ├── RecordError           case.yaml or measurements.json: file, line, field, remedy
│   ├── KnowledgeError        files of the knowledge base or of an overlay: file, line, field, remedy
│   ├── ImageError            a DICOM, NIfTI or archive file that cannot be read as what it claims to be
│   │   ├── SeriesError       files that do not make one series: gaps, mixed sizes, two patients
│   │   │   └── NoSuchImages  none of the images is of the kind that was asked for
│   │   └── PhaseOrderError   contrast phases whose order or time cannot be trusted
│   ├── TableError            a cohort's table: row, column, what the cell cannot be
│   ├── RegionError           SEG, RTSTRUCT, NIfTI or box that does not fit the image
│   └── GridMismatch          two volumes that must share a grid do not
└── MissingExtra              a part of neoher that is not installed here

An absent fact is no error: it gives a conclusion without a value and an entry in `missing`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "GridMismatch",
    "ImageError",
    "InputError",
    "KnowledgeError",
    "MissingExtra",
    "NeoherError",
    "NoSuchImages",
    "PhaseOrderError",
    "RecordError",
    "RegionError",
    "SeriesError",
    "TableError",
]


@dataclass(eq=False)
class NeoherError(Exception):
    """Something the user can mend: what is wrong, where, and how to mend it.

    `what` and `remedy` are sentences; `where` names a file, a field or an option.
    """

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  {self.remedy}" if self.remedy else head

    def __reduce__(self) -> tuple[type[NeoherError], tuple[str, str, str]]:
        return type(self), (self.what, self.where, self.remedy)


class InputError(NeoherError):
    """What was given contradicts itself or is not what the command takes (exit status 2)."""


class RecordError(InputError):
    """case.yaml or measurements.json cannot be read as a record."""


class KnowledgeError(InputError):
    """Files of the knowledge base, or a hospital's own laid over them, that cannot be accepted."""


class ImageError(InputError):
    """A DICOM, NIfTI or archive file that cannot be read as what it claims to be."""


class SeriesError(ImageError):
    """Files that do not make one series: slice gaps, mixed sizes, two patients, missing slices."""


class NoSuchImages(SeriesError):  # noqa: N818 - names what is not there
    """None of the images is of the kind that was asked for; another measurement may still read them."""


class PhaseOrderError(ImageError):
    """Contrast phases whose order or time cannot be trusted."""


class TableError(InputError):
    """Cells of a cohort's table that cannot be what their column takes: row, column, remedy."""


class RegionError(InputError):
    """A region (SEG, RTSTRUCT, NIfTI, box) that does not fit the image."""


class GridMismatch(InputError):  # noqa: N818 - named in the style guide of the project
    """Two volumes that must share a grid do not."""


class MissingExtra(NeoherError):  # noqa: N818 - names what is missing, not a failure
    """A part of neoher that is not installed here, with the command that installs it."""
