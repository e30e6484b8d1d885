"""The band near 0, ultralow and 1+ in which readers disagree, with what studies of readers found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neoher.pathology.her2.ihc import CUT_PERCENT, IhcScore
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import BAEZ_NAVARRO_2023, FERNANDEZ_2022, ZAAKOUK_2023

if TYPE_CHECKING:
    from neoher.pathology.her2.facts import Her2Assessment, Her2Facts

__all__ = ["READER_DISAGREEMENT", "warn_of_reader_disagreement"]

READER_DISAGREEMENT = "reader-disagreement-band"
"""Code of the warning that another reader may well score this specimen differently."""
NEAR_CUT_PERCENT = 5.0
"""A share this close to the cut of 10 % is named; a design choice of this project, no limit is published."""


def warn_of_reader_disagreement(
    facts: Her2Facts, score: IhcScore | None, reasons: Reasoning[Her2Assessment]
) -> None:
    """Warn where the label rests on 0, ultralow or 1+; the status, negative either way, does not change.

    Sources: Fernandez 2022 (as summarised by The ASCO Post), Zaakouk 2023 (PMID 37419078), an interobserver
    study of 105 cancers (Mod Pathol 2023;36(1)); abstracts, not read in full.
    """
    if score not in {IhcScore.ZERO, IhcScore.ONE_PLUS}:
        return
    near = facts.percent is not None and 0 < abs(facts.percent - CUT_PERCENT) <= NEAR_CUT_PERCENT
    at_cut = facts.percent == CUT_PERCENT
    share = (
        f" The stained share, {facts.percent:g} %, lies beside the cut of 10 % (within {NEAR_CUT_PERCENT:g} "
        "points, this program's limit), where expert readers parted."
        if near or at_cut
        else ""
    )
    reasons.warn(
        READER_DISAGREEMENT,
        f"IHC {score} lies in the band 0 / ultralow / 1+ in which readers disagree: of 56 negative cores "
        "scored by about 1,400 laboratories, a quarter had 70 % agreement or less (Fernandez 2022); of 105 "
        "cancers without amplification, 16 pathologists all agreed on 4.7 % (Mod Pathol 2023); of 50 slides, "
        "16 experts all agreed on 6 %, every one of them 3+ (Zaakouk 2023). Another reading may change the "
        f"label, not the negative status.{share}",
        FERNANDEZ_2022,
    )
    reasons.cite(BAEZ_NAVARRO_2023)
    reasons.cite(ZAAKOUK_2023)
