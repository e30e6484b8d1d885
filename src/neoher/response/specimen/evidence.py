"""Published agreement of each modality with the specimen, for a patient like this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neoher.record.calculator import Source
from neoher.record.conclusion import Frozen
from neoher.response.specimen import sources
from neoher.response.specimen.modalities import ImagingKind

__all__ = ["Profile", "PublishedAgreement", "published_agreement"]

AFTER_THERAPY = "after therapy"
SURGERY_FIRST = "surgery first, no therapy before it"


@dataclass(frozen=True, slots=True)
class Profile:
    """What tells apart the patients of the published comparisons; None: not known."""

    hormone_receptors: bool | None
    """Whether oestrogen or progesterone receptors are positive."""
    non_mass: bool | None
    """Whether the lesion was a non-mass enhancement on MRI, at any time."""
    calcifications: bool | None
    """Whether mammography showed calcifications with the lesion, at any time."""
    seen: bool | None
    """Whether this modality still shows the lesion."""


class PublishedAgreement(Frozen):
    """One published comparison of a modality with the specimen."""

    population: str
    """Who was compared, how many, and whether therapy came before surgery."""
    agreement: str
    """What was found."""
    source: str
    """Id of the publication."""
    reading: str
    """How far the publication was read."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A published comparison and whom it concerns; None in a condition: everybody."""

    kind: ImagingKind
    setting: str
    population: str
    agreement: str
    source: Source
    hormone_receptors: bool | None = None
    non_mass: bool | None = None
    calcifications: bool | None = None
    seen: bool | None = None

    def concerns(self, profile: Profile) -> bool:
        """Whether it is about such a patient; where her receptors are not known, both groups are shown."""
        receptors = self.hormone_receptors in {None, profile.hormone_receptors}
        return (receptors or profile.hormone_receptors is None) and all(
            asked is None or asked is known
            for asked, known in (
                (self.non_mass, profile.non_mass),
                (self.calcifications, profile.calcifications),
                (self.seen, profile.seen),
            )
        )


def published_agreement(kind: ImagingKind, profile: Profile) -> tuple[PublishedAgreement, ...]:
    """What was published on a modality for a patient of this profile; those after therapy first.

    Each with its source and how far that was read. () where none is held. Gives no probability of its own.
    """
    found = [entry for entry in _ENTRIES if entry.kind is kind and entry.concerns(profile)]
    found.sort(key=lambda entry: entry.setting != AFTER_THERAPY)
    return tuple(
        PublishedAgreement(
            population=f"{entry.population}, {entry.setting}",
            agreement=entry.agreement,
            source=entry.source.id,
            reading=entry.source.reading,
        )
        for entry in found
    )


_META = "19 studies, 958 patients"
_INDIVIDUAL = "8 studies, 300 patients"
_PREOPERATIVE = "84 patients"

_ENTRIES: Sequence[_Entry] = (
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        _META,
        "mean difference +1 mm, limits of agreement −42 to +44 mm",
        sources.MARINOVICH_2013,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        _INDIVIDUAL,
        "mean difference 0 mm, limits of agreement ±38 mm",
        sources.MARINOVICH_2015,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "98 patients",
        "absolute difference 10 ± 20 mm; it depends on tumour type, morphology, hormone receptors and HER2",
        sources.CHEN_2013,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "50 lesions after chemotherapy",
        "slope 0.75 (R = 0.92); the shrinkage pattern matters",
        sources.TAKEDA_NAC,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "non-mass enhancement, three readers",
        "agreement with the specimen 0.74 to 0.85",
        sources.NON_MASS_SIZE,
        non_mass=True,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "hormone-receptor-positive and HER2-positive, of 265 patients",
        "of complete responses on MRI 0 % were pathological ones; negative predictive value 89.5 %",
        sources.MRI_BY_SUBTYPE,
        hormone_receptors=True,
        seen=False,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "hormone-receptor-negative and HER2-positive, of 265 patients",
        "of complete responses on MRI 57.1 % were pathological ones; negative predictive value 88.8 %",
        sources.MRI_BY_SUBTYPE,
        hormone_receptors=False,
        seen=False,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "HER2-positive",
        "of complete responses on MRI 73 % were pathological ones",
        sources.LINDERS_2023,
        seen=False,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "HER2-positive, hormone-receptor-positive, in TRAIN-3 (467 patients)",
        "of complete responses on MRI up to nine cycles 53 % were pathological ones",
        sources.TRAIN_3,
        hormone_receptors=True,
        seen=False,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "HER2-positive, hormone-receptor-negative, in TRAIN-3 (467 patients)",
        "of complete responses on MRI 87 % (up to nine cycles) to 88 % (up to three) were pathological ones",
        sources.TRAIN_3,
        hormone_receptors=False,
        seen=False,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "29 patients whose calcifications remained",
        "concordance with the specimen 0.566; of mammography 0.196",
        sources.CALCIFICATIONS_AFTER_THERAPY,
        calcifications=True,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "hormone-receptor-negative and HER2-positive, of 243 patients whose calcifications remained",
        "sensitivity 70.4 %, specificity 48.7 %",
        sources.CALCIFICATIONS_HER2,
        hormone_receptors=False,
        calcifications=True,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "hormone-receptor-positive and HER2-positive, of 243 patients whose calcifications remained",
        "accuracy 72.4 %",
        sources.CALCIFICATIONS_HER2,
        hormone_receptors=True,
        calcifications=True,
    ),
    _Entry(
        ImagingKind.MRI,
        AFTER_THERAPY,
        "1,219 and 1,232 patients (ultrasound and MRI)",
        "for pathological complete response: sensitivity 44.4 %, specificity 92.9 %, positive predictive "
        "value 77.7 %",
        sources.ULTRASOUND_AND_MRI,
    ),
    _Entry(
        ImagingKind.MRI,
        SURGERY_FIRST,
        _PREOPERATIVE,
        "concordant in 82.1 %; of the errors 80 % were over",
        sources.AZHDEH,
    ),
    _Entry(
        ImagingKind.MRI,
        SURGERY_FIRST,
        "HER2-positive among 516 patients",
        "concordance 0.524 (all patients: r 0.70)",
        sources.BAE,
    ),
    _Entry(
        ImagingKind.ULTRASOUND,
        AFTER_THERAPY,
        _META,
        "mean difference +1 mm",
        sources.MARINOVICH_2013,
    ),
    _Entry(
        ImagingKind.ULTRASOUND,
        AFTER_THERAPY,
        _INDIVIDUAL,
        "mean difference −3 mm",
        sources.MARINOVICH_2015,
    ),
    _Entry(
        ImagingKind.ULTRASOUND,
        AFTER_THERAPY,
        "1,219 and 1,232 patients (ultrasound and MRI)",
        "for pathological complete response: sensitivity 36.2 %, specificity 90.2 %, positive predictive "
        "value 67.3 %",
        sources.ULTRASOUND_AND_MRI,
    ),
    _Entry(
        ImagingKind.ULTRASOUND,
        SURGERY_FIRST,
        _PREOPERATIVE,
        "concordant in 76.2 %; of the errors 70 % were under",
        sources.AZHDEH,
    ),
    _Entry(
        ImagingKind.ULTRASOUND,
        SURGERY_FIRST,
        "HER2-positive among 516 patients",
        "concordance 0.490 (all patients: r 0.62)",
        sources.BAE,
    ),
    _Entry(
        ImagingKind.MAMMOGRAPHY,
        AFTER_THERAPY,
        _META,
        "mean difference +4 mm",
        sources.MARINOVICH_2013,
    ),
    _Entry(
        ImagingKind.MAMMOGRAPHY,
        AFTER_THERAPY,
        _INDIVIDUAL,
        "mean difference 0 mm, limits of agreement wider than those of MRI",
        sources.MARINOVICH_2015,
    ),
    _Entry(
        ImagingKind.MAMMOGRAPHY,
        AFTER_THERAPY,
        "29 patients whose calcifications remained",
        "concordance with the specimen 0.196, of MRI 0.566; 55.2 % of the calcifications were malignant",
        sources.CALCIFICATIONS_AFTER_THERAPY,
        calcifications=True,
    ),
    _Entry(
        ImagingKind.MAMMOGRAPHY,
        SURGERY_FIRST,
        _PREOPERATIVE,
        "concordant in 64.3 %",
        sources.AZHDEH,
    ),
    _Entry(
        ImagingKind.CLINICAL,
        AFTER_THERAPY,
        _META,
        "mean difference −3 mm",
        sources.MARINOVICH_2013,
    ),
    _Entry(
        ImagingKind.CLINICAL,
        AFTER_THERAPY,
        _INDIVIDUAL,
        "underestimates",
        sources.MARINOVICH_2015,
    ),
    _Entry(
        ImagingKind.CONTRAST_MAMMOGRAPHY,
        AFTER_THERAPY,
        "prospective, 2026",
        "sensitivity 91.3 %, specificity 70.6 %, negative predictive value 94.7 % (MRI 73.9, 74.5 and "
        "86.4 %); the order of these figures is to be verified",
        sources.CEM_2026,
    ),
)
