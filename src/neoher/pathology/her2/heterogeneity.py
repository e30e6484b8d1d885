"""HER2 heterogeneity of one tumour from its sampled areas, by the definition of Filho 2021."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import FILHO_2021
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen
from neoher.record.rows import Column, Row

__all__ = ["CALCULATOR", "AreaRow", "Heterogeneity", "HeterogeneityInputs", "heterogeneity"]

LOW_PERCENT = 5.0
HIGH_PERCENT = 50.0
"""Amplification in more than 5 % and fewer than 50 % of the cells, both limits outside (Filho 2021)."""
FEWEST_SITES = 2
"""The definition samples two sites of the tumour."""


class AreaRow(Row):
    """One area of the tumour in which cells were counted."""

    area: str
    """Name of the area."""
    site: str
    """The biopsy or the part of the tumour from which it comes; areas of two sites are needed."""
    cells: Annotated[int | None, Field(ge=1, le=10_000), Column(unit="invasive cells")] = None
    """Cells counted."""
    amplified_percent: Annotated[
        float | None, Field(ge=0, le=100, allow_inf_nan=False), Column(unit="% of cells")
    ] = None
    """Share of the cells counted with HER2 amplification."""
    fish: Literal["positive", "negative"] | None = None
    """Verdict of the in situ hybridisation on the area."""


class HeterogeneityInputs(Frozen):
    """The sampled areas of one tumour."""

    rows: Annotated[
        tuple[AreaRow, ...], Option("file", positional=True, rows=AreaRow, takes="a CSV, columns below")
    ]
    """A CSV with one sampled area a row."""


class Heterogeneity(Frozen):
    """Whether the tumour is heterogeneous by this definition."""

    heterogeneous: bool
    areas: tuple[str, ...]
    """The areas that make it so; none where it is not."""
    sites: int
    """Sites sampled."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        if self.heterogeneous:
            return f"HER2 heterogeneous (Filho 2021): {', '.join(self.areas)}"
        return f"not HER2 heterogeneous by Filho 2021 in the areas of {self.sites} sites"


def heterogeneity(inputs: HeterogeneityInputs) -> Conclusion[Heterogeneity]:
    """Whether amplification is heterogeneous over the sampled areas.

    Returns: no value ('not assessable') with fewer than two sites, or while an area lacks its cell count, its
    share of amplified cells or its verdict and nothing else decides: never 'homogeneous' for want of facts.
    Raises: InputError where an area's verdict and its share of amplified cells exclude each other.
    Source: Filho et al., Cancer Discov 2021 (doi 10.1158/2159-8290.CD-20-1557, PMC8598376): an area with
    amplification in more than 5 % and fewer than 50 % of cells, or an area that is negative by FISH, in
    biopsies from two sites. It was made for HER2-positive cancers.
    Does not read IHC patterns, and says nothing about a tumour that is negative throughout.
    """
    reasons: Reasoning[Heterogeneity] = Reasoning()
    reasons.cite(FILHO_2021)
    sites = {row.site for row in inputs.rows}
    if len(sites) < FEWEST_SITES:
        reasons.miss("areas from a second site")
        reasons.step(
            "not assessable", "the definition samples two sites of the tumour (Filho 2021)", FILHO_2021
        )
        return reasons.conclude(None)
    verdicts = {row.area: _area(row, reasons) for row in inputs.rows}
    if len(verdicts) < len(inputs.rows):
        raise InputError("two rows have the same area.", where="area", remedy="Name each area once.")
    if all(verdict == "negative" for verdict in verdicts.values()):
        reasons.warn(
            "definition-not-applicable",
            "No area shows amplification: the definition was made for HER2-positive cancer and is not "
            "applied.",
        )
        return reasons.conclude(None)
    mixed = tuple(area for area, verdict in verdicts.items() if verdict in {"mixed", "negative"})
    positive = any(verdict in {"mixed", "positive"} for verdict in verdicts.values())
    if mixed and positive:
        _compare_with_trial(reasons)
        return reasons.conclude(Heterogeneity(heterogeneous=True, areas=mixed, sites=len(sites)))
    if None in verdicts.values():
        return reasons.conclude(None)
    return reasons.conclude(Heterogeneity(heterogeneous=False, areas=(), sites=len(sites)))


def _area(row: AreaRow, reasons: Reasoning[Heterogeneity]) -> Literal["mixed", "negative", "positive"] | None:
    """What an area shows; None where it cannot be said."""
    percent = row.amplified_percent
    if percent is not None and row.fish == "negative" and percent >= HIGH_PERCENT:
        raise InputError(
            f"{row.area} is FISH-negative, yet {percent:g} % of its cells are amplified.",
            where="fish, amplified_percent",
            remedy="Correct one of them.",
        )
    absent = [
        name
        for name, value in (("cells", row.cells), ("amplified_percent", percent), ("fish", row.fish))
        if value is None
    ]
    verdict: Literal["mixed", "negative", "positive"] | None = None
    if percent is not None and row.cells is not None and LOW_PERCENT < percent < HIGH_PERCENT:
        verdict, absent = "mixed", []
    elif row.fish == "negative" and row.cells is not None:
        verdict, absent = "negative", []
    elif not absent:
        verdict = "positive"
    reasons.miss(*(f"{row.area}.{name}" for name in absent))
    reasons.step(
        f"{row.area}: {_WORDS[verdict]}",
        "heterogeneous: amplification in more than 5 % and fewer than 50 % of cells, or negative by FISH "
        "(Filho 2021)",
        FILHO_2021,
        site=row.site,
        cells=row.cells,
        amplified_percent=percent,
        fish=row.fish,
    )
    return verdict


_WORDS = {
    "mixed": "amplification in part of the cells",
    "negative": "negative by FISH",
    "positive": "amplified, not heterogeneous",
    None: "cannot be said",
}


def _compare_with_trial(reasons: Reasoning[Heterogeneity]) -> None:
    reasons.warn(
        "heterogeneity-and-response",
        "In the trial (T-DM1 with pertuzumab, 164 patients) 16 of 157 were heterogeneous (10 %): none of "
        "them had a complete response, against 55 % of the others. Another regimen was not studied there.",
        FILHO_2021,
    )


CALCULATOR = Calculator(
    name="her2-heterogeneity",
    summary="HER2 heterogeneity of a tumour from areas sampled at two sites (Filho 2021).",
    inputs=HeterogeneityInputs,
    output=Heterogeneity,
    compute=heterogeneity,
    example="areas.csv",
    example_table="""\
area,site,cells,amplified_percent,fish
A1,biopsy 1,50,90,positive
A2,biopsy 2,50,20,positive
""",
    sources=(FILHO_2021,),
    explanation="""\
**The definition** (Filho 2021, T-DM1 with pertuzumab before surgery): in biopsies from two sites of the
tumour, an area with HER2 amplification in more than 5 % and fewer than 50 % of the cells, or an area that
is HER2-negative by FISH. Exactly 5 % and exactly 50 % lie outside. ATEMPT used the same share of cells.

With areas of one site only, or without cell counts, the answer is null, 'not assessable': never
'homogeneous'. A tumour without any amplified area is not judged, since the definition was made for
HER2-positive cancer.""",
)
