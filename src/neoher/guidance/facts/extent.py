"""Facts of stage and extent: what the clinic and the images say of breast and nodes."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.guidance.facts.fact import Patient, Read, unknown
from neoher.record.chronology.problem import entry_path
from neoher.record.extent import ChestWallInvolvement, Extent, Focality, SkinInvolvement
from neoher.record.finding import Metastases
from neoher.record.lesion import LesionKind

__all__ = ["extent_facts"]

_INVOLVED = {SkinInvolvement.INVASION, SkinInvolvement.INFLAMMATORY, ChestWallInvolvement.INVASION}
_SUSPECTED = {SkinInvolvement.SUSPECTED, ChestWallInvolvement.SUSPECTED}


def extent_facts(patient: Patient) -> dict[str, Read]:
    """Categories before and after therapy, focality, extent, skin, chest wall, clips, distant disease."""
    facts = _clinical(patient)
    if any(each.skin is SkinInvolvement.INFLAMMATORY for _, each in _extents(patient)):
        facts["inflammatory"] = Read(True, (f"{patient.cancer_path}.extent.skin",))
    facts["inoperable_at_presentation"] = _inoperable(facts)
    facts["ycn"] = _ycn(patient)
    facts["distant_at_restaging"] = _distant_at_restaging(patient)
    facts["focality"] = _focality(patient)
    facts["skin_or_chest_wall"] = _skin_or_chest_wall(patient, facts["ct"])
    facts["metastases_on_imaging"] = _metastases(patient)
    facts["whole_extent_mm"] = _whole_extent(patient)
    occult = facts["ct"].value == "0" and not patient.lesions(LesionKind.PRIMARY)
    # T0: no primary is known that could carry a clip.
    facts["clip_primary"] = (
        Read("no primary is known", facts["ct"].paths) if occult else _clip(patient, LesionKind.PRIMARY)
    )
    facts["clip_node"] = _clip(patient, LesionKind.NODE)
    return facts


def _clinical(patient: Patient) -> dict[str, Read]:
    stage = patient.cancer.stage if patient.cancer else None
    path = f"{patient.cancer_path}.stage"
    tumour = stage.T if stage else None
    nodes = stage.N if stage else None
    return {
        "ct": _category(None if tumour == "X" else tumour, f"{path}.T", whole=("4",)),
        "cn": _category(None if nodes == "X" else nodes, f"{path}.N", whole=("1", "2", "3")),
        "cm": _distant(patient, path),
        "inflammatory": unknown(f"{path}.T") if tumour is None else Read(tumour == "4d", (f"{path}.T",)),
    }


def _distant(patient: Patient, path: str) -> Read:
    """M of this cancer; 1 where it is 1 of another or tissue of a metastasis held cancer.

    Distant disease is the patient's, not one cancer's.
    """
    distant = {each.id for each in patient.case.lesions if each.kind is LesionKind.METASTASIS}
    for specimen in patient.case.specimens:
        if specimen.lesion in distant and specimen.malignant == "yes":
            return Read("1", (f"specimens[{specimen.id}].malignant",))
    for each in patient.case.cancers:
        if each.stage and each.stage.M == "1":
            return Read("1", (f"cancers[{each.id}].stage.M",))
    if _recorded_metastasis(patient) is not None:
        return unknown("specimens", asks="tissue of the metastasis that is on record")
    stage = patient.cancer.stage if patient.cancer else None
    return _category(stage.M if stage else None, f"{path}.M", whole=("0",))


def _category(stated: str | None, path: str, *, whole: tuple[str, ...]) -> Read:
    """The category; those in `whole` without their letters (4b is 4)."""
    if stated is None:
        return unknown(path)
    return Read(next((each for each in whole if stated.startswith(each)), stated), (path,))


def _inoperable(facts: dict[str, Read]) -> Read:
    """cT4 or cN2-3: inoperable at presentation as DESTINY-Breast05 took it."""
    tumour, nodes = facts["ct"], facts["cn"]
    answers = [
        None if tumour.value is None else tumour.value == "4",
        None if nodes.value is None else nodes.value in {"2", "3"},
    ]
    if True in answers:
        return Read(True, (*tumour.paths, *nodes.paths))
    if None in answers:
        return unknown(*(path for each in (tumour, nodes) if each.value is None for path in each.paths))
    return Read(False, (*tumour.paths, *nodes.paths))


def _ycn(patient: Patient) -> Read:
    for position, each in reversed(list(enumerate(patient.case.restaging))):
        if patient.owns(each):
            path = entry_path(patient.case, "restaging", position, "ycN")
            if each.ycN in {None, "X"}:
                return unknown(path)
            return Read("0" if each.ycN == "0" else "positive", (path,))
    return unknown("restaging.ycN")


def _distant_at_restaging(patient: Patient) -> Read:
    """Whether distant disease was found at a restaging (ycM1): one such finding is not undone by a later one.

    Distant disease is the patient's, whichever cancer the restaging names. Before and under therapy no
    restaging has to be there; after it one that says nothing of M leaves it open.
    """
    stated = [
        (entry_path(patient.case, "restaging", position, "ycM"), each)
        for position, each in enumerate(patient.case.restaging)
    ]
    found = tuple(path for path, each in stated if each.ycM == "1")
    if found:
        return Read(True, found)
    own = [(path, each) for path, each in stated if patient.owns(each)]
    if own:
        path, last = own[-1]
        return Read(False, (path,)) if last.ycM is not None else unknown(path)
    going_on = not patient.before_surgery or not all(each.ended for each in patient.before_surgery)
    return Read(False, ("restaging",)) if going_on else unknown("restaging.ycM")


def _whole_extent(patient: Patient) -> Read:
    """The longest span over all foci in mm: of the exams after the first dose, else of those before it."""
    start = patient.first_dose
    extents: list[tuple[bool, str, Extent]] = [
        (exam.date is not None and start is not None and exam.date > start, f"exams[{exam.id}].extent", each)
        for exam in patient.case.exams
        for each in exam.extent
        if patient.owns(each) or (patient.cancer and each.cancer == patient.cancer.id)
    ]
    if patient.cancer and patient.cancer.extent:
        extents.append((False, f"{patient.cancer_path}.extent", patient.cancer.extent))
    stated = [
        (after, float(each.whole_extent_mm), f"{path}.whole_extent_mm")
        for after, path, each in extents
        if each.whole_extent_mm is not None
    ]
    if not stated:
        return unknown(f"{patient.cancer_path}.extent.whole_extent_mm")
    _, largest, path = max(stated)
    return Read(largest, (path,))


def _extents(patient: Patient) -> Iterator[tuple[str, Extent]]:
    """Extent as stated of the cancer, then as exams show it."""
    if patient.cancer and patient.cancer.extent:
        yield f"{patient.cancer_path}.extent", patient.cancer.extent
    for exam in patient.case.exams:
        for each in exam.extent:
            if patient.owns(each) or (patient.cancer and each.cancer == patient.cancer.id):
                yield f"exams[{exam.id}].extent", each


def _focality(patient: Patient) -> Read:
    """The widest that is stated: unifocal only where nothing says more."""
    order = list(Focality)
    stated = [(path, each.focality) for path, each in _extents(patient) if each.focality]
    if not stated:
        return unknown(f"{patient.cancer_path}.extent.focality")
    widest = max((focality for _, focality in stated), key=order.index)
    return Read(str(widest), tuple(f"{path}.focality" for path, _ in stated))


def _skin_or_chest_wall(patient: Patient, tumour: Read) -> Read:
    """involved, suspected or none; none only where both were looked for."""
    extents = list(_extents(patient))
    path = f"{patient.cancer_path}.extent"
    signs = [each.skin for _, each in extents if each.skin] + [
        each.chest_wall for _, each in extents if each.chest_wall
    ]
    if tumour.value == "4" or any(each in _INVOLVED for each in signs):
        return Read("involved", (*tumour.paths, path))
    if any(each in _SUSPECTED for each in signs):
        return Read("suspected", (path,))
    looked = {
        "skin": any(each.skin for _, each in extents),
        "chest_wall": any(each.chest_wall for _, each in extents),
    }
    missed = tuple(f"{path}.{name}" for name, stated in looked.items() if not stated)
    return unknown(*missed) if missed else Read("none", (path,))


def _metastases(patient: Patient) -> Read:
    stated = [
        (f"exams[{exam.id}].findings[{position}].metastases", finding.metastases)
        for exam in patient.case.exams
        for position, finding in enumerate(exam.findings)
        if finding.metastases is not None
    ]
    recorded = _recorded_metastasis(patient)
    if recorded is not None:
        return recorded
    order = list(Metastases)
    gravest = max((each for _, each in stated), key=order.index, default=None)
    kinds = [f"lesions[{each.id}].kind" for each in patient.case.lesions if each.kind is None]
    if gravest is None or (gravest is Metastases.NONE and kinds):
        return unknown(*kinds, *(() if stated else ("exams",)))
    return Read(str(gravest), tuple(path for path, _ in stated))


def _recorded_metastasis(patient: Patient) -> Read | None:
    """Present where a lesion is recorded as a metastasis and no tissue of it was free of cancer."""
    for lesion in patient.case.lesions:
        free = any(each.lesion == lesion.id and each.malignant == "no" for each in patient.case.specimens)
        if lesion.kind is LesionKind.METASTASIS and not free:
            return Read(str(Metastases.PRESENT), (f"lesions[{lesion.id}].kind",))
    return None


def _clip(patient: Patient, kind: LesionKind) -> Read:
    """Whether every primary, or one node, carries a clip."""
    lesions = patient.lesions(kind)
    if not lesions:
        return unknown("lesions")
    path = tuple(f"lesions[{each.id}].clip" for each in lesions)
    clips = [each.clip for each in lesions]
    if kind is LesionKind.NODE:
        if any(each is not None and each != "none" for each in clips):
            return Read(True, path)
        return unknown(*path) if None in clips else Read(False, path)
    if "none" in clips:
        return Read(False, path)
    return unknown(*path) if None in clips else Read(True, path)
