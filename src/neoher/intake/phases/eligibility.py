"""Which images can be a contrast phase: magnitude images of a T1-weighted gradient echo, as acquired.

Maps, subtractions and projections are made from phases and are never taken as one; localisers, T2 and
diffusion are other examinations. A reason is given for every image left out.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from neoher.intake.dicom.frames import Frame
from neoher.intake.dicom.header_facts import Identity, Protocol
from neoher.intake.dicom.headers import ENHANCED_MR_CLASSES, MR_CLASS, Header

__all__ = ["why_not_a_phase", "why_not_a_phase_object"]

_OTHER_IMAGE_TYPES: Final = {
    "a subtraction": {"SUB", "SUBTRACT", "SUBTRACTION"},
    "a projection": {"MIP", "MAX_IP", "MIN_IP", "MINIP", "PROJECTION IMAGE", "PROJECTION"},
    "reformatted": {"MPR", "REFORMATTED", "RESAMPLED"},
    "a localiser": {"LOCALIZER", "SCOUT", "SURVEY"},
    "diffusion": {"ADC", "DIFFUSION", "TRACEW", "FA", "EADC", "DWI"},
    "a map": {"PE", "PE1", "PE2", "SER", "T1 MAP", "T2 MAP", "R2 MAP", "MAP", "WASH_IN", "WASH_OUT", "TTP"},
    "a phase image, not magnitude": {
        "P",
        "PHASE",
        "PHASE MAP",
        "P_FFE",
        "REAL",
        "IMAGINARY",
        "R_FFE",
        "I_FFE",
    },
    "a fat or opposed-phase image": {"F", "FAT", "OP", "OUT_PHASE", "OPP_PHASE", "FF", "FAT_FRACTION"},
}
_OTHER_DESCRIPTIONS: Final = {
    "a subtraction": re.compile(r"(?<![a-z])sub(s|tr|tract(ed|ion)s?)?(?![a-z])|subtract", re.IGNORECASE),
    "a projection": re.compile(r"(?<![a-z])(mip|minip|3d[ _-]?proj)(?![a-z])|projection", re.IGNORECASE),
    "a localiser": re.compile(
        r"locali[sz]er|scout|survey|calibration|(?<![a-z])(loc|asset|cal)(?![a-z])", re.I
    ),
    "a map": re.compile(
        r": ?(PE\d?|SER)$|wash[ _-]?(in|out)|(?<![a-z])(t1|t2)[ _-]?map|ktrans|(?<![a-z])ttp(?![a-z])", re.I
    ),
    "T2-weighted": re.compile(r"(?<![a-z0-9])(t2|stir|tirm|flair)(?![a-z0-9])", re.IGNORECASE),
    "diffusion": re.compile(r"(?<![a-z])(dwi|adc|resolve|diff|diffusion)(?![a-z])", re.IGNORECASE),
}
_LONGEST_T1_ECHO_MS: Final = 15.0
"""T1-weighted gradient echo of the breast has echo times of 1-5 ms; T2-weighted ones start at 50 ms."""


def why_not_a_phase_object(header: Header) -> str:
    """Why no image of the object can be a contrast phase; '' where one may be."""
    if header.identity.modality != "MR":
        return f"modality {header.identity.modality or 'not stated'}"
    if header.identity.sop_class_uid not in (MR_CLASS, *ENHANCED_MR_CLASSES):
        return "no MR image"
    if header.pixels is None:
        return "no image matrix"
    if header.pixels.samples != 1:
        return "a colour image"
    return _why_not(header.identity, header.protocol)


def why_not_a_phase(frame: Frame) -> str:
    """Why an image of an object that may hold phases cannot be one itself; '' where it may be."""
    if frame.placement is None:
        return "it does not state where it lies"
    if frame.protocol is frame.header.protocol:  # judged with its object
        return ""
    return _why_not(frame.header.identity, frame.protocol)


@lru_cache(maxsize=4096)
def _why_not(identity: Identity, protocol: Protocol) -> str:
    kinds = {part.upper() for part in protocol.image_type}
    if protocol.image_type and protocol.image_type[0].upper() == "DERIVED":
        return "derived (ImageType)"
    for reason, names in _OTHER_IMAGE_TYPES.items():
        if kinds & names:
            return f"{reason} (ImageType)"
    for reason, pattern in _OTHER_DESCRIPTIONS.items():
        if pattern.search(identity.series_description):
            return f"{reason} (series description)"
    sequence = set(protocol.scanning_sequence)
    if sequence and not sequence & {"GR", "RM"}:
        return f"no gradient echo (ScanningSequence {'/'.join(protocol.scanning_sequence)})"
    if protocol.b_value:
        return "diffusion (b-value)"
    if protocol.echo_ms is not None and protocol.echo_ms > _LONGEST_T1_ECHO_MS:
        return f"not T1-weighted (echo time {protocol.echo_ms:g} ms)"
    return ""
