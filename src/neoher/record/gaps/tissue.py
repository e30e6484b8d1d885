"""What is missing about the cancers, their lesions and the tissue taken before therapy."""

from __future__ import annotations

from collections.abc import Iterator

from neoher.record.case import Case
from neoher.record.gaps.missing_fact import MissingFact, essential, useful
from neoher.record.lesion import Cancer, Lesion, LesionKind
from neoher.record.specimen import Specimen, SpecimenKind

__all__ = ["missing_tissue"]

_BEFORE_THERAPY = {
    None,
    SpecimenKind.CORE_BIOPSY,
    SpecimenKind.VACUUM_BIOPSY,
    SpecimenKind.FINE_NEEDLE_ASPIRATION,
    SpecimenKind.SKIN_BIOPSY,
}
_HER2_RULES = "(ASCO/CAP 2018, doi 10.1200/JCO.2018.77.8738)"
_RECEPTOR_RULES = "(ASCO/CAP 2020, doi 10.1200/JCO.19.02309)"


def missing_tissue(case: Case) -> Iterator[MissingFact]:
    """Facts about cancers, lesions and biopsies that the record does not state."""
    if not case.cancers:
        yield essential(
            "cancers", "the cancer", "Side and stage decide what is compared and which therapy applies."
        )
    for cancer in case.cancers:
        yield from _stage(cancer)
        yield from _lesions(case, cancer)
    if not case.specimens:
        why = f"HER2 status and receptors come from tissue taken before therapy {_HER2_RULES}."
        yield essential("specimens", "the biopsy before therapy", why)
        return
    for owner in case.cancers or (None,):
        yield from _biomarkers(case, owner)
    for specimen in case.specimens:
        yield from _her2(specimen)
        if specimen.date is None:
            why = "A biopsy bears on an image inside a window of days, on response before therapy."
            yield useful(f"specimens[{specimen.id}].date", f"date of specimen {specimen.id}", why)


def _stage(cancer: Cancer) -> Iterator[MissingFact]:
    path = f"cancers[{cancer.id}]"
    if cancer.side is None:
        why = "Lesions, images and surgery are checked against the side."
        yield essential(f"{path}.side", f"side of cancer {cancer.id}", why)
    stage = cancer.stage
    stated = {"T": stage.T, "N": stage.N, "M": stage.M} if stage else dict.fromkeys("TNM")
    for name, value in stated.items():
        if value is None:
            why = "The stage before therapy decides the options before and after surgery."
            yield essential(f"{path}.stage.{name}", f"clinical {name} category of {cancer.id}", why)
    if cancer.grade is None:
        why = "Grade 3 counts one point in CPS+EG and Neo-Bioscore (PMC11724176)."
        yield useful(f"{path}.grade", f"grade of {cancer.id}", why)
    if cancer.extent is None or cancer.extent.focality is None:
        why = "More than one focus changes surgery (Portnow, RadioGraphics 2023)."
        yield useful(f"{path}.extent.focality", f"unifocal, multifocal or multicentric: {cancer.id}", why)


def _lesions(case: Case, cancer: Cancer) -> Iterator[MissingFact]:
    own = [lesion for lesion in case.lesions if case.cancer_of(lesion) is cancer]
    if not any(lesion.kind in {LesionKind.PRIMARY, None} for lesion in own):
        why = "Measurements are followed over visits by the lesion they belong to."
        yield essential("lesions", f"the primary lesion of {cancer.id}", why)
    for lesion in own:
        if lesion.kind is None:
            why = "A node is measured otherwise than a breast lesion (RECIST 1.1, PMID 19097774)."
            yield essential(f"lesions[{lesion.id}].kind", f"what {lesion.id} is", why)
        if lesion.clip is None and not case.surgery:
            yield from _clip(case, lesion)


def _clip(case: Case, lesion: Lesion) -> Iterator[MissingFact]:
    path, what = f"lesions[{lesion.id}].clip", f"marker clip in {lesion.id}"
    if lesion.kind is LesionKind.PRIMARY:
        why = "Without one the bed cannot be found after a complete response."
        yield essential(path, what, why)
    sampled = any(specimen.lesion == lesion.id for specimen in case.specimens)
    if lesion.kind is LesionKind.NODE and sampled:
        why = "A biopsied node is clipped to be removed by targeted dissection (PMID 26811528, unverified)."
        yield essential(path, what, why)


def _before_therapy(case: Case, cancer: Cancer | None) -> list[Specimen]:
    """Biopsies that hold this cancer, those of the breast before those of nodes."""
    found = [
        specimen
        for specimen in case.specimens
        if specimen.kind in _BEFORE_THERAPY
        and specimen.malignant != "no"
        and case.cancer_of(specimen) is cancer
    ]
    return sorted(found, key=lambda specimen: _is_of_a_node(case, specimen))


def _is_of_a_node(case: Case, specimen: Specimen) -> bool:
    lesion = case.lesion(specimen.lesion) if specimen.lesion else None
    return lesion is not None and lesion.kind is LesionKind.NODE


def _biomarkers(case: Case, cancer: Cancer | None) -> Iterator[MissingFact]:
    specimens = _before_therapy(case, cancer)
    of = f" of {cancer.id}" if cancer else ""
    if not specimens:
        yield essential(
            "specimens", f"the biopsy before therapy{of}", f"HER2 status comes from it {_HER2_RULES}."
        )
        return
    path = f"specimens[{specimens[0].id}]"
    her2 = [specimen.her2 for specimen in specimens if specimen.her2 is not None]
    if not any(result.ihc or result.ish or result.intensity or result.text for result in her2):
        why = f"The status decides whether any of this applies {_HER2_RULES}."
        yield essential(f"{path}.her2", f"HER2 result{of}", why)
    if all(specimen.er_percent is None for specimen in specimens):
        why = f"Endocrine therapy, and how a response is read, depend on it {_RECEPTOR_RULES}."
        yield essential(f"{path}.er_percent", f"oestrogen receptor{of}", why)
    if all(specimen.pr_percent is None for specimen in specimens):
        why = f"Part of the receptor status {_RECEPTOR_RULES}."
        yield essential(f"{path}.pr_percent", f"progesterone receptor{of}", why)
    if all(specimen.ki67_percent is None for specimen in specimens):
        why = "Kept beside the receptors; no HER2-specific limit is known."
        yield useful(f"{path}.ki67_percent", f"Ki-67{of}", why)


def _her2(specimen: Specimen) -> Iterator[MissingFact]:
    result, path = specimen.her2, f"specimens[{specimen.id}].her2"
    if result is None:
        return
    ish = result.ish
    if result.ihc == "2+" and ish is None:
        why = f"IHC 2+ is equivocal; the status is decided by ISH {_HER2_RULES}."
        yield essential(f"{path}.ish", f"HER2 in situ hybridisation of {specimen.id}", why)
    if ish is not None and ish.copies is None:
        why = f"Ratio and HER2 copies together make the ISH group {_HER2_RULES}."
        yield essential(f"{path}.ish.copies", f"HER2 copies per cell of {specimen.id}", why)
    if ish is not None and ish.ratio is None and ish.probe != "single":
        why = f"Ratio and HER2 copies together make the ISH group {_HER2_RULES}."
        yield essential(f"{path}.ish.ratio", f"HER2/CEP17 ratio of {specimen.id}", why)
    if ish is not None and result.ihc is None and result.intensity is None:
        why = f"ISH groups 2 to 4 are decided with IHC of the same tissue {_HER2_RULES}."
        yield essential(f"{path}.ihc", f"HER2 immunohistochemistry of {specimen.id}", why)
    if result.ihc == "0" and result.membrane_staining is None and result.intensity is None:
        why = "IHC 0 is null without and ultralow with membrane staining (doi 10.1016/j.modpat.2025.100925)."
        yield useful(f"{path}.membrane_staining", f"any membrane staining in {specimen.id}", why)
