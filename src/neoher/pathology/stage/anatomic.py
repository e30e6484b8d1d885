"""The anatomic stage group of T, N and M after therapy, by AJCC, 8th edition.

Groups: MSD Manual, table of anatomic staging, October 2023; NCIt C139541 for stage III. From memory and
unverified: T1 includes T1mi, N0 includes isolated tumour cells, T2 to T4 with N1mi count as N1, and no stage
group after a pathological complete response.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product

__all__ = ["AnatomicStage", "NoGroup", "possible_groups"]


class AnatomicStage(StrEnum):
    """Anatomic stage group; prognostic stage groups do not apply after therapy."""

    ZERO = "0"
    IA = "IA"
    IB = "IB"
    IIA = "IIA"
    IIB = "IIB"
    IIIA = "IIIA"
    IIIB = "IIIB"
    IIIC = "IIIC"
    IV = "IV"


class NoGroup(StrEnum):
    """Why categories that are known have no group."""

    COMPLETE_RESPONSE = "complete response"
    NO_TUMOUR_CLEAR_NODES = "T0 N0"
    NOT_IN_TABLE = "not in the table"


TUMOUR = ("0", "is", "1", "2", "3", "4")
NODES = ("0", "0(i+)", "1mi", "1", "2", "3")


def possible_groups(
    tumour: str | None, nodes: str | None, distant: str | None
) -> frozenset[AnatomicStage | NoGroup]:
    """Every group that the categories allow; one where they decide it.

    Parameters: `tumour`, `nodes`, `distant`: ypT, ypN and M without prefix; None or X: not known. ypN 1 may
    be 1mi or 1a to 1c; ypN 0(mol+) may count as clear or as isolated cells.
    """
    metastases = ("0", "1") if distant is None else (distant,)
    return frozenset(
        _group(t, n, m) for t, n, m in product(_tumour_classes(tumour), _node_classes(nodes), metastases)
    )


def _tumour_classes(category: str | None) -> tuple[str, ...]:
    if category in {None, "X"}:
        return TUMOUR
    return ("is",) if category == "is" else (str(category)[0],)


def _node_classes(category: str | None) -> tuple[str, ...]:
    match category:
        case None | "X":
            return NODES
        case "1":
            return ("1mi", "1")
        case "0(mol+)":
            return ("0", "0(i+)")
        case "0(i+)" | "1mi":
            return (category,)
    return (category[0],)


def _group(tumour: str, nodes: str, distant: str) -> AnatomicStage | NoGroup:
    if distant == "1":
        return AnatomicStage.IV
    if nodes == "3":
        return AnatomicStage.IIIC
    if tumour in {"0", "is"} and nodes == "0":
        return NoGroup.COMPLETE_RESPONSE
    clear = nodes in {"0", "0(i+)"}
    match tumour:
        case "is":
            # The table has no in situ cancer with metastasis in nodes.
            return AnatomicStage.ZERO if clear else NoGroup.NOT_IN_TABLE
        case "0" if clear:
            return NoGroup.NO_TUMOUR_CLEAR_NODES
        case "0" | "1":
            by_nodes = {"1mi": AnatomicStage.IB, "1": AnatomicStage.IIA, "2": AnatomicStage.IIIA}
            return AnatomicStage.IA if clear else by_nodes[nodes]
        case "2":
            if clear:
                return AnatomicStage.IIA
            return AnatomicStage.IIIA if nodes == "2" else AnatomicStage.IIB
        case "3":
            return AnatomicStage.IIB if clear else AnatomicStage.IIIA
    return AnatomicStage.IIIB
