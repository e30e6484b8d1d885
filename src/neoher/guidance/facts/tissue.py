"""Facts of tissue: HER2 and receptors before therapy, what is left after it."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.errors import InputError
from neoher.guidance.facts.course import operation_of
from neoher.guidance.facts.fact import Patient, Read, unknown
from neoher.pathology.complete_response import CompleteResponseFacts, complete_response
from neoher.pathology.her2.assessment import CALCULATOR as HER2
from neoher.pathology.her2.facts import Her2Assessment, Her2Status, Spectrum
from neoher.pathology.receptors import ReceptorFacts, Receptors, ReceptorStatus, receptors
from neoher.pathology.recorded import her2_facts
from neoher.record.chronology.problem import entry_path
from neoher.record.conclusion import Caution, Conclusion
from neoher.record.lesion import LesionKind
from neoher.record.specimen import Her2Result, Specimen, SpecimenKind
from neoher.record.surgery import SurgicalSpecimen

__all__ = ["her2_cautions", "tissue_facts"]

_DISCORDANT = "ihc-ish-discordant"


def tissue_facts(patient: Patient) -> dict[str, Read]:
    """HER2, hormone receptors and markers before therapy; pCR, nodes and HER2 after it."""
    biopsies = _before_therapy(patient)
    facts = _her2_before(biopsies)
    facts |= _receptors_before(biopsies)
    facts["node_proven"] = _node_proven(patient)
    mutated = [each.pik3ca for each in biopsies if each.pik3ca]
    # Investigational: it decides nothing, so that it is not asked for where it is not stated.
    facts["pik3ca_mutated"] = Read("mutated" in mutated if mutated else "not stated", ("specimens",))
    return facts | _after_surgery(patient, facts["hr"])


def _before_therapy(patient: Patient) -> tuple[Specimen, ...]:
    start = patient.first_dose
    operation = operation_of(patient)
    operated = operation[1].date if operation else None
    limit = start or operated
    return tuple(
        each
        for each in patient.case.specimens
        if patient.owns(each)
        and each.malignant != "no"
        and not _of_metastasis(patient, each)
        and (limit is None or each.date is None or each.date <= limit)
    )


def _of_metastasis(patient: Patient, specimen: Specimen) -> bool:
    lesion = patient.case.lesion(specimen.lesion) if specimen.lesion else None
    return lesion is not None and lesion.kind is LesionKind.METASTASIS


def _her2_before(biopsies: tuple[Specimen, ...]) -> dict[str, Read]:
    """Positive where one biopsy is; negative only where every core biopsy is decided and none is positive."""
    if not biopsies:
        names = ("her2", "her2_spectrum", "her2_discordant", "ihc_ish_discordant", "her2_waits_for")
        return dict.fromkeys(names, unknown("specimens"))
    concluded = {each.id: _conclusion(each.her2) for each in _tested(biopsies)}
    values = {name: each.value if each else None for name, each in concluded.items()}
    positive = [name for name, value in values.items() if value and value.status is Her2Status.POSITIVE]
    negative = [name for name, value in values.items() if value and value.status is Her2Status.NEGATIVE]
    waits = {name: _waits_for(concluded[name]) for name in values if name not in {*positive, *negative}}
    open_ones = tuple(f"specimens[{name}].her2" for name in waits)
    listed = ", ".join(f"{what} ({name})" for name, what in waits.items())
    paths = tuple(f"specimens[{name}].her2" for name in values)
    spectra = {str(v.spectrum) for v in values.values() if v and v.spectrum is not None}
    if positive:
        status, spectra = (
            Read("positive", paths),
            {str(v.spectrum) for n in positive if (v := values[n]) and v.spectrum},
        )
    elif open_ones:
        status, spectra = unknown(*open_ones, asks=f"HER2 before therapy: {listed}"), set()
    else:
        status = Read("negative", paths)
    not_classed = open_ones or tuple(f"{path}.ihc" for path in paths)
    discordant = any(
        caution.code == _DISCORDANT for each in concluded.values() if each for caution in each.warnings
    )
    return {
        "her2": status,
        "her2_spectrum": Read(_highest(spectra), paths)
        if spectra
        else unknown(*not_classed, asks=status.asks),
        "her2_discordant": Read(bool(positive and negative), paths),
        "ihc_ish_discordant": Read(discordant, paths),
        "her2_waits_for": Read(listed if status.value is None else "nothing", paths),
    }


def her2_cautions(patient: Patient) -> Iterator[Caution]:
    """What the conclusion on HER2 of each biopsy before therapy warns of."""
    for each in _tested(_before_therapy(patient)):
        concluded = _conclusion(each.her2)
        for caution in concluded.warnings if concluded else ():
            yield Caution(code=caution.code, message=f"{each.id}: {caution.message}")


def _tested(biopsies: tuple[Specimen, ...]) -> tuple[Specimen, ...]:
    """Those of which HER2 is asked: a needle aspirate only where it was tested, or there is no other."""
    asked = tuple(
        each for each in biopsies if each.kind is not SpecimenKind.FINE_NEEDLE_ASPIRATION or each.her2
    )
    return asked or biopsies


def _waits_for(concluded: Conclusion[Her2Assessment] | None) -> str:
    """The test that HER2 of a biopsy still waits for, in words."""
    if concluded is None:
        return "a HER2 test"
    if concluded.value is not None and concluded.value.status is Her2Status.INDETERMINATE:
        return "adjudication: the blinded recount gave another group"
    missing = concluded.missing
    if any("recount" in each for each in missing):
        return "the blinded recount of the ISH"
    tests = [
        word
        for name, word in (("her2.ihc", "IHC"), ("her2.ish", "ISH"))
        if any(e.startswith(name) for e in missing)
    ]
    return " and ".join(tests) or "a HER2 test"


def _highest(spectrum: set[str]) -> str:
    order = [str(each) for each in Spectrum]
    return min(spectrum, key=lambda each: order.index(each) if each in order else len(order))


def _conclusion(stated: Her2Result | None) -> Conclusion[Her2Assessment] | None:
    if stated is None:
        return None
    try:
        return HER2.compute(her2_facts(stated))
    except InputError:
        # The record contradicts itself; where HER2 itself is concluded the contradiction is named.
        return None


def _her2(stated: Her2Result | None) -> Her2Assessment | None:
    concluded = _conclusion(stated)
    return concluded.value if concluded else None


def _receptors_before(biopsies: tuple[Specimen, ...]) -> dict[str, Read]:
    read = [(each, _receptors(each)) for each in biopsies]
    paths = tuple(
        f"specimens[{each.id}].{name}" for each in biopsies for name in ("er_percent", "pr_percent")
    )
    paths = paths or ("specimens",)
    said = [value.hormone_receptor for _, value in read if value and value.hormone_receptor]
    low = any(value.er is ReceptorStatus.LOW_POSITIVE for _, value in read if value)
    if ReceptorStatus.POSITIVE in said:
        return {"hr": Read("positive", paths), "er_low": Read(low, paths)}
    if said:
        return {"hr": Read("negative", paths), "er_low": Read(False, paths)}
    unstated = tuple(
        f"specimens[{each.id}].{name}"
        for each in biopsies
        if each.kind is not SpecimenKind.FINE_NEEDLE_ASPIRATION
        for name in ("er_percent", "pr_percent")
        if getattr(each, name) is None
    )
    return {"hr": unknown(*(unstated or paths)), "er_low": unknown(*(unstated or paths))}


def _receptors(specimen: Specimen) -> Receptors | None:
    return receptors(ReceptorFacts(er_percent=specimen.er_percent, pr_percent=specimen.pr_percent)).value


def _node_proven(patient: Patient) -> Read:
    """Whether tissue of a regional node held cancer before therapy."""
    nodes = {each.id for each in patient.lesions(LesionKind.NODE)}
    of_nodes = [each for each in patient.case.specimens if each.lesion in nodes]
    if any(each.malignant == "yes" or each.her2 is not None for each in of_nodes):
        return Read(True, ("specimens",))
    if of_nodes and all(each.malignant == "no" for each in of_nodes):
        return Read(False, tuple(f"specimens[{each.id}].malignant" for each in of_nodes))
    return unknown(
        *(f"specimens[{each.id}].malignant" for each in of_nodes), *(() if of_nodes else ("specimens",))
    )


def _after_surgery(patient: Patient, hr_before: Read) -> dict[str, Read]:
    operation = operation_of(patient)
    names = ("pcr", "ypn", "residual_her2", "hr_ever", "margins", "nodes_examined")
    if operation is None:
        return {**dict.fromkeys(names, unknown("surgery")), "hr_ever": hr_before}
    position, surgery = operation
    path = entry_path(patient.case, "surgery", position, "specimen")
    if surgery.specimen is None:
        return {**dict.fromkeys(names, unknown(path)), "hr_ever": hr_before}
    specimen = surgery.specimen
    margins = (
        Read(str(specimen.margins), (f"{path}.margins",)) if specimen.margins else unknown(f"{path}.margins")
    )
    examined = specimen.nodes_examined
    count_path = f"{path}.nodes_examined"
    return {
        "pcr": _pcr(specimen, path),
        "ypn": _ypn(specimen, path),
        "residual_her2": _residual_her2(specimen, path),
        "hr_ever": _hr_ever(specimen, path, hr_before),
        "margins": margins,
        "nodes_examined": unknown(count_path) if examined is None else Read(float(examined), (count_path,)),
    }


def _pcr(specimen: SurgicalSpecimen, path: str) -> Read:
    facts = CompleteResponseFacts(ypt=specimen.ypT, ypn=specimen.ypN)
    value = complete_response(facts).value
    paths = (f"{path}.ypT", f"{path}.ypN")
    complete = value.breast_and_nodes if value else None
    if complete is None:
        stated = {"ypT": specimen.ypT, "ypN": specimen.ypN}
        open_ones = tuple(f"{path}.{name}" for name, said in stated.items() if said in {None, "X", "0(mol+)"})
        return unknown(*(open_ones or paths))
    return Read(complete, paths)


def _ypn(specimen: SurgicalSpecimen, path: str) -> Read:
    """negative, isolated cells, micrometastasis, positive (a category of ypN1 or more that is not micro)."""
    name = f"{path}.ypN"
    match specimen.ypN:
        case None | "X" | "0(mol+)":
            return unknown(name)
        case "0":
            return Read("negative", (name,))
        case "0(i+)":
            return Read("isolated cells", (name,))
        case "1mi":
            return Read("micrometastasis", (name,))
    return Read("positive", (name,))


def _residual_her2(specimen: SurgicalSpecimen, path: str) -> Read:
    value = _her2(specimen.her2)
    decided = value is not None and value.status in {Her2Status.POSITIVE, Her2Status.NEGATIVE}
    return Read(str(value.status), (f"{path}.her2",)) if value and decided else unknown(f"{path}.her2")


def _hr_ever(specimen: SurgicalSpecimen, path: str, before: Read) -> Read:
    """Hormone receptors positive in the biopsy or in the residual cancer."""
    facts = ReceptorFacts(er_percent=specimen.er_percent, pr_percent=specimen.pr_percent)
    after = receptors(facts).value
    if before.value == "positive" or (after and after.hormone_receptor is ReceptorStatus.POSITIVE):
        return Read("positive", (*before.paths, f"{path}.er_percent"))
    return before
