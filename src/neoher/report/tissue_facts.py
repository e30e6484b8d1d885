"""Tissue facts as labels and values: what a pathologist stated of a specimen, nothing concluded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from neoher.pathology.receptors import ReceptorFacts, ReceptorStatus, receptors
from neoher.record.specimen import Her2Result, Specimen, TissueFacts
from neoher.record.surgery import SurgicalSpecimen
from neoher.report.content import Fact
from neoher.report.numbers import NOT_KNOWN, number, with_unit

__all__ = ["specimen_facts", "surgical_facts"]


def specimen_facts(specimen: Specimen) -> tuple[Fact, ...]:
    """Receptors and what else is stated of a biopsy; the hormone receptors also where they are not known."""
    facts = [
        _oestrogen_receptor(specimen.er_percent),
        _percent("progesterone receptor", specimen.pr_percent),
        *_stated(specimen),
        *_her2(specimen.her2),
    ]
    if specimen.pik3ca:
        facts.append(Fact("PIK3CA", specimen.pik3ca))
    if specimen.her2dx_pcr_score is not None:
        facts.append(Fact("HER2DX pCR score, as reported", f"{specimen.her2dx_pcr_score:g}"))
    return tuple(facts)


def surgical_facts(specimen: SurgicalSpecimen) -> tuple[Fact, ...]:
    """What is stated of the specimen after therapy; the facts of residual burden also where not known."""
    facts = [
        _stage(specimen),
        _bed(specimen),
        _percent("cellularity", specimen.cellularity_percent),
        _percent("in situ share of the cancer", specimen.cis_percent),
        _nodes(specimen),
        _length("largest nodal metastasis", specimen.largest_met_mm),
        *_stated(specimen),
    ]
    if specimen.er_percent is not None:
        facts.append(_oestrogen_receptor(specimen.er_percent))
    if specimen.pr_percent is not None:
        facts.append(_percent("progesterone receptor", specimen.pr_percent))
    if specimen.invasive_mm is not None:
        facts.append(_length("largest invasive focus", specimen.invasive_mm))
    if specimen.invasive_and_in_situ_mm is not None:
        facts.append(_length("invasive and in situ extent", specimen.invasive_and_in_situ_mm))
    if specimen.margins:
        facts.append(Fact("margins", str(specimen.margins)))
    if specimen.lymphovascular_invasion:
        facts.append(Fact("lymphovascular invasion", str(specimen.lymphovascular_invasion)))
    if specimen.clip_in_specimen is not None:
        facts.append(Fact("clip in the specimen", specimen.clip_in_specimen))
    if specimen.clipped_node_removed is not None:
        facts.append(Fact("clipped node removed", specimen.clipped_node_removed))
    if specimen.miller_payne is not None:
        facts.append(Fact("Miller-Payne grade, as reported", str(specimen.miller_payne)))
    return tuple(facts)


def _stated(tissue: TissueFacts) -> Iterator[Fact]:
    if tissue.histology:
        yield Fact("histology", tissue.histology)
    if tissue.grade is not None:
        yield Fact("grade", str(tissue.grade))
    if tissue.ki67_percent is not None:
        yield _percent("Ki-67", tissue.ki67_percent)
    if tissue.tils_percent is not None:
        yield _percent("stromal lymphocytes (TILs)", tissue.tils_percent)
    if tissue.text:
        yield Fact("report", f"“{tissue.text}”")


def _her2(stated: Her2Result | None) -> Iterator[Fact]:
    if stated is None or (stated.text and stated.model_fields_set == {"text"}):
        # A wording alone stands with what was understood from it beside the assessment.
        return
    staining = [str(value) for value in (stated.intensity, stated.completeness) if value is not None]
    if stated.percent is not None:
        staining.append(f"{with_unit(stated.percent, '%')} of cells")
    ihc = ", ".join([*([stated.ihc] if stated.ihc else []), *staining])
    yield _fact("HER2 immunohistochemistry", ihc)
    if stated.ish is None:
        yield Fact("HER2 in situ hybridisation", NOT_KNOWN, known=False)
        return
    ish = stated.ish
    counts = (
        (f"{ish.probe} probe" if ish.probe else ""),
        (f"ratio {ish.ratio:g}" if ish.ratio is not None else ""),
        (f"{ish.copies:g} HER2 copies per cell" if ish.copies is not None else ""),
        (f"{ish.cep17:g} CEP17 per cell" if ish.cep17 is not None else ""),
        (f"{ish.cells} cells" if ish.cells is not None else ""),
        (f"recount: ratio {ish.recount_ratio:g}" if ish.recount_ratio is not None else ""),
        (f"recount: {ish.recount_copies:g} copies" if ish.recount_copies is not None else ""),
    )
    yield _fact("HER2 in situ hybridisation", ", ".join(part for part in counts if part))


def _stage(specimen: SurgicalSpecimen) -> Fact:
    parts = [
        f"ypT{specimen.ypT}" if specimen.ypT is not None else "",
        f"ypN{specimen.ypN}" if specimen.ypN is not None else "",
    ]
    return _fact("category", " ".join(part for part in parts if part))


def _bed(specimen: SurgicalSpecimen) -> Fact:
    if specimen.bed_mm is None:
        return Fact("tumour bed", NOT_KNOWN, known=False)
    first, second = specimen.bed_mm
    return Fact("tumour bed", f"{number(first, 'mm')} × {with_unit(second, 'mm')}")


def _nodes(specimen: SurgicalSpecimen) -> Fact:
    if specimen.nodes_positive is None:
        return Fact("positive nodes", NOT_KNOWN, known=False)
    examined = (
        f"of {specimen.nodes_examined} examined"
        if specimen.nodes_examined is not None
        else f"(number examined {NOT_KNOWN})"
    )
    return Fact("positive nodes", f"{specimen.nodes_positive} {examined}")


def _oestrogen_receptor(percent: float | None) -> Fact:
    fact = _percent("oestrogen receptor", percent)
    value = receptors(ReceptorFacts(er_percent=percent)).value
    low = value is not None and value.er is ReceptorStatus.LOW_POSITIVE
    return replace(fact, text=f"{fact.text}, low positive (1 to 10 %, ASCO/CAP 2020)") if low else fact


def _percent(label: str, value: float | None) -> Fact:
    return _fact(label, "" if value is None else with_unit(value, "%"))


def _length(label: str, value: float | None) -> Fact:
    return _fact(label, "" if value is None else with_unit(value, "mm"))


def _fact(label: str, text: str) -> Fact:
    return Fact(label, text) if text else Fact(label, NOT_KNOWN, known=False)
