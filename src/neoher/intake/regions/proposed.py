"""A proposed region in a file: the file itself says that nobody has accepted it yet.

The status stands in the NIfTI header, so that it goes wherever the file goes: `intent_name` holds it,
`descrip` who accepted it and when. A proposal is refused as a region to measure in until a person accepts it.
A region that a person redraws in another program and saves without that header is that person's own.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from nibabel.nifti1 import Nifti1Image
from numpy.typing import NDArray

from neoher.errors import InputError, RegionError
from neoher.record.storing import replace_atomically
from neoher.volume.grid import Grid

__all__ = [
    "AcceptedProposal",
    "ProposalStatus",
    "accept_proposal",
    "accepted_proposal",
    "refuse_unaccepted",
    "write_proposal",
]

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
NAME_LENGTH = 40
_SAME_PLACE_MM = 0.01
ENDINGS = (".nii", ".nii.gz")


class ProposalStatus(StrEnum):
    """What the header says; 16 characters at most."""

    PROPOSED = "neoher proposed"
    ACCEPTED = "neoher accepted"


def write_proposal(labels: NDArray[np.uint16], grid: Grid, path: Path, description: str) -> None:
    """Write foci or a whole extent as a proposal.

    Parameters: `labels`, shape of the grid, 0 outside; `description`, what made it, kept to 80 characters.
    Raises: InputError where the name is no NIfTI's, the folder is missing, or a file is there already.
    """
    refuse_to_overwrite(path)
    # NIfTI counts columns, rows, slices and points right, forward, up.
    affine = LPS_TO_RAS @ grid.affine()[:, [2, 1, 0, 3]]
    image = Nifti1Image(np.ascontiguousarray(labels.transpose(2, 1, 0)), affine)  # type: ignore[no-untyped-call]
    _write(image, path, ProposalStatus.PROPOSED, description)


@dataclass(frozen=True, slots=True)
class AcceptedProposal:
    """A proposal that a person accepted, not yet written."""

    image: Nifti1Image
    out: Path
    by: str
    stated: str
    """What its header says: who, when, and what made it."""
    made_by: str

    def write(self) -> None:
        """Write the file."""
        _write(self.image, self.out, ProposalStatus.ACCEPTED, self.stated)

    def labels_on(self, grid: Grid) -> NDArray[np.uint16]:
        """The labels, shape of the grid, 0 outside.

        Raises: RegionError where the proposal lies on another grid than that of these images.
        """
        labels = np.asarray(self.image.dataobj).transpose(2, 1, 0).astype(np.uint16)
        affine = LPS_TO_RAS @ grid.affine()[:, [2, 1, 0, 3]]
        stated = np.asarray(self.image.affine, dtype=np.float64)
        if labels.shape != grid.shape or not np.allclose(stated, affine, atol=_SAME_PLACE_MM):
            raise RegionError(
                "the proposal lies on another grid than these images.",
                str(self.out),
                "Give the exam that it was proposed on, and save corrections on its own grid.",
            )
        return labels


def accept_proposal(path: Path, out: Path, by: str, on: dt.date) -> str:
    """Write an accepted copy of a proposal; what its header now says. Raises: as `accepted_proposal`."""
    accepted = accepted_proposal(path, out, by, on)
    accepted.write()
    return accepted.stated


def accepted_proposal(path: Path, out: Path, by: str, on: dt.date) -> AcceptedProposal:
    """An accepted copy of a proposal, to be written under the name `out`.

    Parameters: `by`, who looked at it and accepts it, kept in the header.
    Raises: RegionError where the file is no proposal; InputError where `by` is no name, or `out` is there.
    """
    name = " ".join(by.split())
    if not name or len(name) > NAME_LENGTH or not name.isascii():
        raise InputError(
            f"'{by}' does not fit the file's header.",
            "by",
            f"Give a name or initials of at most {NAME_LENGTH} ASCII characters.",
        )
    refuse_to_overwrite(out)
    image = _opened(path)
    if _status(image.header) is not ProposalStatus.PROPOSED:
        raise RegionError(
            "this is no proposal that waits to be accepted.",
            str(path),
            "A region drawn by a person needs no acceptance; an accepted one has it.",
        )
    made_by = _text(image.header, "descrip").partition(";")[0]
    stated = f"accepted {on.isoformat()} by {name}; {made_by}"
    return AcceptedProposal(image, out, name, stated[:79], made_by)


def refuse_unaccepted(header: Any, where: str) -> str:
    """What an accepted proposal's header says of its acceptance; '' for any other file.

    Raises: RegionError for a proposal that nobody has accepted.
    """
    status = _status(header)
    if status is ProposalStatus.PROPOSED:
        raise RegionError(
            "this region is a proposal that nobody has accepted: nothing is measured in it.",
            where,
            "Look at it on the images, correct it where needed, then: neoher accept FILE --by NAME.",
        )
    return _text(header, "descrip") if status is ProposalStatus.ACCEPTED else ""


def refuse_to_overwrite(path: Path) -> None:
    """Raises: InputError where a region cannot be written under that name."""
    if not path.name.endswith(ENDINGS):
        raise InputError(f"{path.name} is no NIfTI file's name.", str(path), "End it with .nii.gz or .nii.")
    if path.exists():
        raise InputError("there is such a file already; it is kept.", str(path), "Give another name.")
    if not path.parent.is_dir():
        raise InputError("the folder is not there.", str(path.parent), "Make it first.")


def _opened(path: Path) -> Nifti1Image:
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        return Nifti1Image.from_bytes(data)
    except Exception as problem:
        raise RegionError(
            "this cannot be read as a NIfTI file.", str(path), "Give the proposal's file."
        ) from problem


def _write(image: Nifti1Image, path: Path, status: ProposalStatus, description: str) -> None:
    header: Any = image.header
    header.set_xyzt_units("mm")
    header.set_intent("label", name=status.value)
    header["descrip"] = re.sub(r"[^ -~]", "?", description)[:79].encode()
    content = io.BytesIO(image.to_bytes()).getvalue()
    # No time stamp in the archive: the same proposal is the same file.
    replace_atomically(path, gzip.compress(content, mtime=0) if path.name.endswith(".gz") else content)


def _status(header: Any) -> ProposalStatus | None:
    stated = _text(header, "intent_name")
    return next((status for status in ProposalStatus if status.value == stated), None)


def _text(header: Any, field: str) -> str:
    return bytes(header[field].tobytes()).split(b"\0")[0].decode("latin-1").strip()
