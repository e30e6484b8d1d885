"""The specimens whose HER2 is followed, and the forms of what is concluded from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from neoher.pathology.her2.facts import SPECTRUM_WORDS, Her2Facts, Her2Status, Spectrum, ThreeClass
from neoher.pathology.her2.ihc import IhcScore
from neoher.pathology.her2.ish import IshGroup, IshResult, Probe
from neoher.record.calculator import Option
from neoher.record.conclusion import Frozen
from neoher.record.rows import Column, Row
from neoher.record.values.dates import Day

__all__ = [
    "DatedHer2",
    "Her2ChangeInputs",
    "Her2Course",
    "Her2Point",
    "Her2Row",
    "Her2Shift",
    "Setting",
    "ShiftKind",
]

_Left = Column(may_be_left_out=True)
_Positive = Annotated[float | None, Field(gt=0, allow_inf_nan=False)]


class Setting(StrEnum):
    """When in her course a specimen was taken."""

    BIOPSY = "biopsy"
    """Before therapy."""
    DURING_THERAPY = "during-therapy"
    RESIDUAL = "residual"
    """The specimen of the operation after therapy."""
    METASTASIS = "metastasis"
    OTHER = "other"

    @property
    def in_words(self) -> str:
        """The setting for a reader."""
        return {
            Setting.BIOPSY: "before therapy",
            Setting.DURING_THERAPY: "during therapy",
            Setting.RESIDUAL: "surgical specimen after therapy",
            Setting.METASTASIS: "metastasis",
            Setting.OTHER: "specimen",
        }[self]


class Her2Row(Row):
    """One specimen with its HER2 findings; what is not stated stays not known."""

    specimen: str
    """Name of the specimen."""
    date: Annotated[Day, Column(takes="a date, YYYY-MM-DD")]
    """Day it was taken."""
    setting: Setting
    """When it was taken; residual: the operation after therapy."""
    ihc: Annotated[IhcScore | None, _Left] = None
    """IHC score as reported."""
    membrane_staining: Annotated[bool | None, _Left] = None
    """With IHC 0: whether any membrane stains."""
    ish_probe: Annotated[Probe | None, _Left] = None
    ish_result: Annotated[IshResult | None, _Left] = None
    """The laboratory's verdict."""
    ratio: Annotated[_Positive, Column(unit="HER2/CEP17", may_be_left_out=True)] = None
    copies: Annotated[_Positive, Column(unit="HER2 signals per cell", may_be_left_out=True)] = None
    recount_ratio: Annotated[_Positive, Column(unit="HER2/CEP17", may_be_left_out=True)] = None
    recount_copies: Annotated[_Positive, Column(unit="HER2 signals per cell", may_be_left_out=True)] = None
    text: Annotated[str | None, _Left] = None
    """The report's wording."""

    def her2_facts(self) -> Her2Facts | None:
        """The findings as `neoher her2` takes them; None where none is stated."""
        stated = {
            name: value for name in Her2Facts.model_fields if (value := getattr(self, name, None)) is not None
        }
        return Her2Facts.model_validate(stated) if stated else None


@dataclass(frozen=True, slots=True)
class DatedHer2:
    """The HER2 findings of one specimen on its day."""

    specimen: str
    date: dt.date
    setting: Setting
    facts: Her2Facts | None
    """None where nothing is stated."""
    where: str
    """Where they stand, for messages: a line, a path in the record."""
    contradiction: str = ""
    """Why nothing is concluded, where the recorded facts exclude each other."""


class Her2ChangeInputs(Frozen):
    """The specimens of one cancer."""

    rows: Annotated[
        tuple[Her2Row, ...], Option("file", positional=True, rows=Her2Row, takes="a CSV, columns below")
    ]
    """A CSV with one specimen a row."""


class ShiftKind(StrEnum):
    """How a later result differs from an earlier one."""

    LOSS = "loss"
    """Positive to negative."""
    GAIN = "gain"
    """Negative to positive."""
    DISCORDANT = "discordant"
    """Two biopsies before therapy, one positive and one negative: no change over time."""
    LABEL = "label"
    """The same status, another spectrum label."""
    UNCHANGED = "unchanged"
    """The same status and label."""
    SAME_STATUS = "same-status"
    """The same status; a label is not known on one side."""
    OPEN = "open"
    """One of the two is not settled or not known."""

    @property
    def in_words(self) -> str:
        """The kind for a reader."""
        return {
            ShiftKind.LOSS: "HER2 lost: positive to negative",
            ShiftKind.GAIN: "HER2 gained: negative to positive",
            ShiftKind.DISCORDANT: "biopsies before therapy differ",
            ShiftKind.LABEL: "same status, another label",
            ShiftKind.UNCHANGED: "unchanged",
            ShiftKind.SAME_STATUS: "same status; the labels cannot be compared",
            ShiftKind.OPEN: "cannot be compared: one result is not settled",
        }[self]


class Her2Point(Frozen):
    """HER2 of one specimen; null where it cannot be said."""

    specimen: str
    date: Day
    setting: Setting
    status: Her2Status | None
    ihc: IhcScore | None
    ish_group: IshGroup | None
    spectrum: Spectrum | None
    three_class: ThreeClass | None

    def in_words(self) -> str:
        """The result as one line for a reader."""
        status = f"HER2-{self.status}" if self.status else "HER2 cannot be said"
        label = f", {SPECTRUM_WORDS[self.spectrum]}" if self.spectrum else ""
        return f"{self.date}, {self.setting.in_words} ({self.specimen}): {status}{label}"


class Her2Shift(Frozen):
    """A later result against an earlier one."""

    from_specimen: str
    to_specimen: str
    from_setting: Setting
    to_setting: Setting
    from_status: Her2Status | None
    to_status: Her2Status | None
    from_spectrum: Spectrum | None
    to_spectrum: Spectrum | None
    days: int
    """Days between the two specimens."""
    kind: ShiftKind

    def in_words(self) -> str:
        """The comparison as one line for a reader."""
        return f"{self.from_specimen} to {self.to_specimen} ({self.days} days): {self.kind.in_words}"


class Her2Course(Frozen):
    """The results in date order and the comparisons between them."""

    results: tuple[Her2Point, ...]
    changes: tuple[Her2Shift, ...]
    """Each later result against the first, and against the one before."""

    def in_words(self) -> str:
        """The results and comparisons, one a line, for a reader."""
        said = [point.in_words() for point in self.results] + [shift.in_words() for shift in self.changes]
        return "\n".join(said)
