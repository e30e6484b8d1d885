"""What the software is for and what it must not be used for: the same words wherever they are shown."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["GUIDANCE", "MEASURING", "IntendedUse"]


class IntendedUse(NamedTuple):
    """One statement of intended use."""

    title: str
    statement: str
    not_for: tuple[str, ...]


MEASURING = IntendedUse(
    title="Measuring",
    statement=(
        "Measurements are for research use. neoher is not a cleared or certified medical device; its numbers "
        "are not for diagnosis and not for the management of a patient."
    ),
    not_for=(
        "finding or excluding cancer",
        "deciding for or against a treatment, a biopsy or an operation",
        "stating that no cancer is left: an image without enhancement is not a pathologic complete response",
        "exams whose time axis, region or quality nobody has looked at",
    ),
)

GUIDANCE = IntendedUse(
    title="Guidance",
    statement=(
        "Guidance supports a professional who can review its basis. It works from recorded values, lists "
        "options with sources and dates, and leaves every decision to the treating team and the patient."
    ),
    not_for=(
        "use without a professional who can check each source",
        "emergencies",
        "HER2-negative disease, children, or situations that a rule says it does not cover",
        "replacing a multidisciplinary meeting",
    ),
)
