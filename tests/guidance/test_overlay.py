"""A hospital's own files over ours, and what differs between two states."""

from __future__ import annotations

from pathlib import Path

import pytest

from neoher.errors import KnowledgeError
from neoher.guidance.knowledge import load_knowledge
from neoher.guidance.knowledge.difference import difference
from neoher.guidance.knowledge.kinds.item import Review

OVERLAY = """\
defaults: {verification: verified, checked: 2026-11-20, since: "2026-11"}
sources:
  - {id: "hospital:sop-7", kind: guideline, title: Our procedure 7, accessed: 2026-11-20, reading: ours,
     facts: ["Echo every 2 months."]}
statements:
  - id: heart.ours
    title: Our echo schedule
    subject: cardiac
    kind: practice
    sources: ["hospital:sop-7"]
    review: approved
    reviewers: [Dr A, cardiology]
    approved_on: 2026-11-20
    clinician: Echo every 2 months.
    patient: The heart is checked every 2 months.
    researcher: Echo every 2 months.
  - id: surgery.timing
    title: When surgery is done here
    subject: surgery
    kind: practice
    sources: ["hospital:sop-7"]
    clinician: Surgery as our procedure says.
    patient: Surgery follows soon after treatment.
    researcher: Local procedure.
withdraw:
  statements: [guide.nccn]
"""


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    folder = tmp_path / "hospital"
    folder.mkdir()
    (folder / "ours.yaml").write_text(OVERLAY, encoding="utf-8")
    return folder


def test_an_overlay_adds_replaces_and_withdraws_and_says_so(hospital: Path) -> None:
    ours, theirs = load_knowledge(), load_knowledge(hospital)
    assert theirs.statements["heart.ours"].review is Review.APPROVED
    assert theirs.origin("statements", "heart.ours") == "hospital"
    assert theirs.statements["surgery.timing"].title == "When surgery is done here"
    assert "guide.nccn" not in theirs.statements
    assert theirs.origin("statements", "surgery.clip") == "neoher"
    assert theirs.edition.version == f"{ours.edition.version}+hospital"
    assert theirs.edition.fingerprint != ours.edition.fingerprint
    # Ours is untouched.
    assert "heart.ours" not in ours.statements
    assert "guide.nccn" in ours.statements


def test_the_difference_names_what_an_overlay_changes(hospital: Path) -> None:
    found = difference(load_knowledge(), load_knowledge(hospital))
    assert [(each.kind, each.id) for each in found.added] == [
        ("sources", "hospital:sop-7"),
        ("statements", "heart.ours"),
    ]
    assert [each.id for each in found.removed] == ["guide.nccn"]
    (changed,) = found.changed
    assert changed.id == "surgery.timing"
    assert "clinician" in {each.field for each in changed.fields}
    back = difference(load_knowledge(hospital), load_knowledge())
    assert (back.added, back.removed) == (found.removed, found.added)


def test_a_state_does_not_differ_from_itself() -> None:
    found = difference(load_knowledge(), load_knowledge())
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_an_overlay_that_withdraws_what_is_not_there_is_refused(hospital: Path) -> None:
    (hospital / "ours.yaml").write_text("withdraw: {statements: [no.such]}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"no\.such, which is not there"):
        load_knowledge(hospital)
