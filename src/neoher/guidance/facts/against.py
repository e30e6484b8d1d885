"""Names of drugs, classes and regimens as a reason against them states them, and the drugs they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from neoher.guidance.facts.treatments import drugs_named, regimen_named
from neoher.guidance.knowledge import Knowledge
from neoher.guidance.knowledge.kinds.treatment import Drug

__all__ = ["Against", "against_named", "carriers", "drugs_within"]

PROCEDURES = frozenset(
    {
        "mri",
        "mr",
        "mr imaging",
        "magnetic resonance imaging",
        "contrast",
        "contrast medium",
        "contrast agent",
        "iodinated contrast",
        "gadolinium",
        "gadolinium contrast",
        "ct",
        "pet",
        "pet/ct",
        "mammography",
        "mammogram",
        "tomosynthesis",
        "ultrasound",
        "biopsy",
        "surgery",
        "anaesthesia",
        "anesthesia",
        "breast conservation",
        "breast-conserving surgery",
        "mastectomy",
        "lumpectomy",
        "axillary dissection",
        "sentinel-node biopsy",
        "sentinel node biopsy",
        "radiotherapy",
        "radiation",
        "radiation therapy",
        "endocrine therapy",
        "tamoxifen",
        "aromatase inhibitor",
        "ovarian suppression",
    }
)
"""What a reason can speak against that is no drug of the regimens held here."""
_CYTOTOXIC = frozenset({"taxane", "platinum", "anthracycline", "alkylating agent", "antimetabolite"})
_CONJUGATE = "HER2 antibody-drug conjugate"
_CLASS_NAMES: Mapping[str, str] = {
    "anthracycline": "anthracycline",
    "taxane": "taxane",
    "taxoid": "taxane",
    "platinum": "platinum",
    "platin": "platinum",
    "alkylating": "alkylating agent",
    "alkylator": "alkylating agent",
    "antimetabolite": "antimetabolite",
    "fluoropyrimidine": "antimetabolite",
    "chemotherapy": "chemotherapy",
    "cytotoxic chemotherapy": "chemotherapy",
    "chemo": "chemotherapy",
    "cytostatic": "chemotherapy",
    "cytotoxic": "chemotherapy",
    "her2 antibody": "antibodies",
    "her2 antibodies": "antibodies",
    "antiher2 antibody": "antibodies",
    "antiher2 antibodies": "antibodies",
    "monoclonal antibody": "antibodies",
    "monoclonal antibodies": "antibodies",
    "dual blockade": "antibodies",
    "dual her2 blockade": "antibodies",
    "antiher2": "her2",
    "her2": "her2",
    "her2directed": "her2",
    "her2targeted": "her2",
    "her2blockade": "her2",
    "her2 blockade": "her2",
    "antibodydrug conjugate": "conjugates",
    "antibody drug conjugate": "conjugates",
    "her2 antibodydrug conjugate": "conjugates",
    "adc": "conjugates",
    "conjugate": "conjugates",
    "tyrosine kinase inhibitor": "HER2 tyrosine kinase inhibitor",
    "tki": "HER2 tyrosine kinase inhibitor",
}
_FILLERS = re.compile(
    r"\b(?:any|all|every|further|other|the|use of|therapy|therapies|treatment|treatments|drugs?|agents?|"
    r"compounds?|based|containing|regimens?|class)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*(?:[+,;/&]|\band\b|\bor\b|\bwith\b|\bplus\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Against:
    """What a stated name stands for."""

    drugs: frozenset[str] = frozenset()
    """Each of these is ruled out."""
    together: tuple[frozenset[str], ...] = ()
    """A regimen is ruled out: every other one that holds all of its drugs is, too."""
    open_drugs: frozenset[str] = frozenset()
    """Drugs of which the name leaves open whether it means them."""
    not_understood: tuple[str, ...] = ()
    """Parts of the name that are not known here."""


def against_named(text: str, knowledge: Knowledge) -> Against:
    """The drugs that `text` names: drugs and brands, classes, regimens, or procedures, which are no drugs.

    'Chemotherapy' leaves open whether antibody-drug conjugates are meant, and says so.
    """
    whole = _of_part(text, knowledge)
    if whole is not None:
        return whole
    parts = [part for part in _PARTS.split(text) if part.strip()]
    found = [(part, _of_part(part, knowledge)) for part in parts]
    understood = [each for _, each in found if each is not None]
    return Against(
        drugs=frozenset().union(*(each.drugs for each in understood)),
        together=tuple(one for each in understood for one in each.together),
        open_drugs=frozenset().union(*(each.open_drugs for each in understood)),
        not_understood=tuple(part.strip() for part, each in found if each is None),
    )


def drugs_within(text: str, knowledge: Knowledge) -> frozenset[str]:
    """The drugs and classes that a free wording names somewhere: 'anaphylaxis to docetaxel'."""
    words = re.findall(r"[A-Za-z0-9][A-Za-z0-9-]*", text)
    spans = (" ".join(words[i : i + size]) for size in (3, 2, 1) for i in range(len(words) - size + 1))
    found = (_of_part(span, knowledge) for span in spans if len(span) > _INITIAL)
    return frozenset().union(*(each.drugs for each in found if each is not None))


_INITIAL = 2
"""A name within a sentence is longer: one or two letters there are no abbreviation of a drug."""


def _of_part(text: str, knowledge: Knowledge) -> Against | None:
    if " ".join(text.lower().split()) in PROCEDURES:
        return Against()
    regimen = regimen_named(text, knowledge)
    drugs = drugs_named(text, knowledge)
    if regimen is not None and drugs is not None and len(drugs) > 1:
        return Against(together=(drugs,))
    by_class = _of_class(text, knowledge)
    if by_class is not None:
        return by_class
    return None if drugs is None else Against(drugs=drugs)


def _of_class(text: str, knowledge: Knowledge) -> Against | None:
    """The drugs of a class; a word such as 'therapy' or 'based' beside its name changes nothing."""
    plain = _FILLERS.sub(" ", text)
    for candidate in (text, plain, re.sub(r"\bchemotherapy\b", " ", plain, flags=re.IGNORECASE)):
        key = _key(candidate)
        name = _CLASS_NAMES.get(key) or _CLASS_NAMES.get(key.removesuffix("s"))
        if name is not None:
            members = frozenset(each.id for each in knowledge.contents.drugs if _belongs(each, name))
            carried = frozenset(each.id for each in knowledge.contents.drugs if each.drug_class == _CONJUGATE)
            return Against(drugs=members, open_drugs=carried if name == "chemotherapy" else frozenset())
    return None


def _key(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9 ]", "", text.lower()).split())


def _belongs(drug: Drug, name: str) -> bool:
    """Whether a drug is of a class, by the class that the knowledge base gives it."""
    match name:
        case "chemotherapy":
            return drug.drug_class in _CYTOTOXIC
        case "conjugates":
            return drug.drug_class == _CONJUGATE
        case "her2":
            return drug.her2_directed
        case "antibodies":
            # A conjugate carries its antibody: who cannot have the antibody cannot have the conjugate.
            return drug.her2_directed and "antibod" in drug.drug_class.lower()
    return drug.drug_class == name


def carriers(knowledge: Knowledge, antibody: str) -> frozenset[str]:
    """The conjugates that carry an antibody: T-DM1 and T-DXd carry trastuzumab."""
    return frozenset(
        drug.id
        for drug in knowledge.contents.drugs
        if drug.drug_class == _CONJUGATE and antibody in drug.title.lower()
    )
