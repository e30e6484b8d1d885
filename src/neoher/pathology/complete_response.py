"""Pathological complete response (pCR) after neoadjuvant therapy, under each definition in use."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from neoher.errors import InputError
from neoher.pathology.categories import YpN, YpT
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import BOSSUYT_2015, CORTAZAR_2014, PROVENZANO_2015
from neoher.record.calculator import Calculator, Option
from neoher.record.conclusion import Conclusion, Frozen

__all__ = ["CALCULATOR", "CompleteResponse", "CompleteResponseFacts", "complete_response"]

NO_INVASIVE_TUMOUR = {"0", "is"}
UNDECIDED_NODES = {"X", "0(mol+)"}


class CompleteResponseFacts(Frozen):
    """The pathologist's categories after therapy. None: not known; never taken as clear."""

    ypt: Annotated[YpT | None, Option("ypt")] = None
    """ypT as reported: 0 no tumour, is in situ cancer alone, X could not be assessed."""
    ypn: Annotated[YpN | None, Option("ypn")] = None
    """ypN as reported: 0(i+) isolated tumour cells alone, X could not be assessed."""
    lymphovascular_only: Annotated[bool | None, Option("vessels-only")] = None
    """Whether tumour in lymph or blood vessels is the only residual invasive cancer."""


class CompleteResponse(Frozen):
    """Whether each definition is met; null where it cannot be said."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    breast_and_nodes: bool | None = Field(alias="ypT0/is ypN0")
    """No invasive cancer in breast and nodes; in situ cancer allowed (FDA, ASCO, NRG)."""
    breast_and_nodes_without_in_situ: bool | None = Field(alias="ypT0 ypN0")
    """Neither invasive nor in situ cancer (GBG)."""
    breast: bool | None = Field(alias="ypT0/is")
    """No invasive cancer in the breast, whatever the nodes (NeoSphere, NeoALTTO); not comparable with the
    others."""

    def in_words(self) -> str:
        """The result as one line for a reader."""
        said = {True: "yes", False: "no", None: "cannot be said"}
        stated = self.model_dump(by_alias=True).items()
        return "Complete response: " + "; ".join(f"{name} {said[met]}" for name, met in stated)


def complete_response(facts: CompleteResponseFacts) -> Conclusion[CompleteResponse]:
    """Whether the response is complete under each definition; each is true, false or not known by itself.

    One category can rule a definition out alone; to meet it, every category it rests on must be stated.
    Returns: no value where no definition can be decided.
    Raises: InputError where tumour in vessels is said to be all that remains, yet there is more.
    Sources: definitions, Cortazar 2014 (PMID 24529560, not opened); isolated tumour cells,
    Provenzano 2015 (doi 10.1038/modpathol.2015.74), Bossuyt 2015 (doi 10.1093/annonc/mdv161).
    """
    _refuse_more_than_vessels(facts)
    reasons: Reasoning[CompleteResponse] = Reasoning()
    reasons.cite(CORTAZAR_2014)
    breast = _breast_clear(facts, reasons)
    no_in_situ = _nothing_in_the_breast(facts, breast, reasons)
    nodes = _nodes_clear(facts, reasons)
    value = CompleteResponse(
        breast_and_nodes=_both(breast, nodes),
        breast_and_nodes_without_in_situ=_both(no_in_situ, nodes),
        breast=breast,
    )
    _name_what_is_missing(facts, value, reasons)
    if value.breast and facts.lymphovascular_only is None:
        reasons.warn(
            "conditions-not-stated",
            "Not stated, though a complete response holds only if: no tumour remains in lymph or blood "
            "vessels.",
        )
    undecided = all(met is None for met in value.model_dump().values())
    return reasons.conclude(None if undecided else value)


def _refuse_more_than_vessels(facts: CompleteResponseFacts) -> None:
    if not facts.lymphovascular_only:
        return
    if facts.ypt is not None and facts.ypt not in NO_INVASIVE_TUMOUR | {"X"}:
        raise InputError(
            f"tumour in vessels is stated as all that remains, yet ypT{facts.ypt} is invasive cancer.",
            where="ypt, lymphovascular_only",
            remedy="Correct one of them.",
        )
    if facts.ypn is not None and facts.ypn[0] in "123":
        raise InputError(
            f"tumour in vessels is stated as all that remains, yet ypN{facts.ypn} is cancer in nodes.",
            where="ypn, lymphovascular_only",
            remedy="Correct one of them.",
        )


def _breast_clear(facts: CompleteResponseFacts, reasons: Reasoning[CompleteResponse]) -> bool | None:
    """Whether the breast holds no invasive cancer."""
    if facts.lymphovascular_only:
        reasons.step(
            "invasive cancer remains in vessels: no complete response",
            "residual tumour in vessels alone rules it out (given from memory, unverified)",
            lymphovascular_only=True,
        )
        return False
    if facts.ypt is None or facts.ypt == "X":
        return None
    clear = facts.ypt in NO_INVASIVE_TUMOUR
    found = "no invasive cancer" if clear else "invasive cancer"
    reasons.step(
        f"{found} in the breast",
        "ypT0 and ypTis hold none; every other category does, also ypT1mi",
        ypT=facts.ypt,
    )
    return clear


def _nothing_in_the_breast(
    facts: CompleteResponseFacts, breast: bool | None, reasons: Reasoning[CompleteResponse]
) -> bool | None:
    """Whether the breast holds neither invasive nor in situ cancer."""
    if breast is None or not breast:
        return breast
    if facts.ypt == "is":
        reasons.step("in situ cancer remains", "ypT0 ypN0 does not allow it; ypT0/is ypN0 does", ypT="is")
    return facts.ypt == "0"


def _nodes_clear(facts: CompleteResponseFacts, reasons: Reasoning[CompleteResponse]) -> bool | None:
    """Whether the nodes hold no tumour cell."""
    if facts.ypn is None or facts.ypn in UNDECIDED_NODES:
        if facts.ypn == "0(mol+)":
            reasons.warn(
                "molecular-finding-in-nodes",
                "ypN0(mol+): no rule is held on whether a molecular finding alone rules out a complete "
                "response. Ask the pathologist.",
            )
        return None
    if facts.ypn == "0(i+)":
        reasons.step(
            "isolated tumour cells in a node: no complete response in the nodes",
            "after neoadjuvant therapy ypN0(i+) rules it out (Provenzano 2015, Bossuyt 2015)",
            PROVENZANO_2015,
            ypN=facts.ypn,
        )
        reasons.cite(BOSSUYT_2015)
        return False
    clear = facts.ypn == "0"
    reasons.step(
        "no tumour in the nodes" if clear else "cancer in the nodes",
        "only ypN0 is clear; every other category is not, also ypN1mi",
        ypN=facts.ypn,
    )
    return clear


def _both(first: bool | None, second: bool | None) -> bool | None:
    """'And' over true, false and not known."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def _name_what_is_missing(
    facts: CompleteResponseFacts, value: CompleteResponse, reasons: Reasoning[CompleteResponse]
) -> None:
    if value.breast is None:
        reasons.miss("ypt")
    if value.breast_and_nodes is None and (facts.ypn is None or facts.ypn in UNDECIDED_NODES):
        reasons.miss("ypn")


CALCULATOR = Calculator(
    name="pcr",
    summary="Pathological complete response after neoadjuvant therapy, under each definition.",
    inputs=CompleteResponseFacts,
    output=CompleteResponse,
    compute=complete_response,
    example="--ypt is --ypn 0",
    sources=(CORTAZAR_2014, PROVENZANO_2015, BOSSUYT_2015),
    explanation="""\
**Three definitions**, each answered by itself, for rates under different ones cannot be compared:

| key | what it asks |
|---|---|
| `ypT0/is ypN0` | no invasive cancer in breast and nodes; in situ cancer may remain (FDA, ASCO, NRG) |
| `ypT0 ypN0` | in situ cancer neither (GBG) |
| `ypT0/is` | the breast alone, whatever the nodes (NeoSphere, NeoALTTO) |

The first is the primary endpoint of DESTINY-Breast11, HELEN-006 and PHERGain.

**Isolated tumour cells** in a node after therapy, ypN0(i+), rule out both definitions that ask for the nodes.
Tumour in vessels as all that remains rules out every one; that rule is given from memory and unverified.

**What is not known stays so.** ypTX, ypNX and a category that was not stated decide nothing: the definition
is null unless the other category rules it out alone. A molecular finding alone, ypN0(mol+), is for the
pathologist.

It reads the categories that the pathologist stated, gives no prognosis, and says nothing of distant
metastases.""",
)
