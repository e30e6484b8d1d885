"""`neoher cohort agreement`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from neoher.cli.cohort.common import Output, Reading, deliver, names_of, share_of

__all__ = ["agreement"]


def agreement(
    table: Path,
    /,
    *,
    measured: Annotated[
        list[str], Parameter(help="Column held against the reference; several: A,B or repeated.", negative="")
    ],
    reference: Annotated[str, Parameter(help="Column of the reference, such as the size in the specimen.")],
    by: Annotated[
        list[str] | None,
        Parameter(
            help="Give everything again within the groups of this column; may be repeated.", negative=""
        ),
    ] = None,
    band: Annotated[
        float, Parameter(help="A difference up to this is concordant, in the unit of the sizes.")
    ] = 5.0,
    level: Annotated[float, Parameter(help="Coverage of the intervals.")] = 0.95,
    reading: Reading | None = None,
    output: Output | None = None,
) -> None:
    """Imaging against pathology: Bland-Altman, Lin's concordance, ICC, over- and undersizing, kappa."""
    from neoher.cohort.agreement.analysis import AgreementQuestion, analyse_agreement

    cohort = (reading or Reading()).cohort(table)
    question = AgreementQuestion(names_of(measured), reference, names_of(by), band, share_of(level))
    deliver(analyse_agreement(cohort, question), cohort.files, "agreement", output or Output())
