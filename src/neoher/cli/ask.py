"""`neoher ask`: a question in free words, answered by stored statements or by facts of the case."""

from __future__ import annotations

import datetime as dt
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from neoher.guidance.asking import Answer, AnswerLine
    from neoher.record.case import Case
    from neoher.record.measurement import Measurements

__all__ = ["ask"]

KEY_VARIABLE = "NEOHER_REPHRASE_KEY"
"""Where the key of the endpoint that rephrases is read from: an option would show it to other users."""


def ask(
    question: str,
    /,
    *,
    case: Path | None = None,
    audience: Annotated[Literal["clinician", "patient", "researcher"], Parameter(name="--for")] = "clinician",
    region: Literal["US", "EU", "UK", "CH"] | None = None,
    today: dt.date | None = None,
    conversation: Path | None = None,
    overlay: Path | None = None,
    rephrase: str | None = None,
    model: str = "default",
    html: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """A question in free words, answered by stored statements with their sources, or not at all.

    Works offline. Nothing leaves the machine unless --rephrase names an endpoint; then the stored statements
    of the answer go there, never the question, never the case.

    Parameters
    ----------
    question
        The question, in quotes.
    case
        A case folder, or its case.yaml: facts of the patient are answered from it.
    audience
        Who asks: the wording is chosen by it.
    region
        Whose rules come first; left out, the region of the case.
    today
        The day of asking: what was not known on it is not answered. Left out, the machine's date.
    conversation
        A file that keeps the questions so far, so that a follow-up may leave out what it is about.
    overlay
        A hospital's own folder of knowledge files, laid over ours.
    rephrase
        Address of an OpenAI-compatible endpoint that words the answer anew; what the stored text does not
        hold is thrown out. The key is read from NEOHER_REPHRASE_KEY.
    model
        The endpoint's name for its model.
    html
        Write the answer as a page to this file as well.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_json
    from neoher.errors import InputError
    from neoher.guidance.asking import Question
    from neoher.guidance.asking import ask as answer_to
    from neoher.guidance.asking.conversation import Conversation, Turn, read_conversation, write_conversation
    from neoher.guidance.knowledge import load_knowledge
    from neoher.guidance.knowledge.kinds.item import Place
    from neoher.guidance.knowledge.kinds.statement import Audience

    if not question.strip():
        raise InputError("the question is empty.", remedy='Ask in quotes: neoher ask "When is surgery done?"')
    if len(question) > LONGEST:
        raise InputError(f"the question is longer than {LONGEST} letters.", remedy="Ask one thing at a time.")
    held = read_conversation(conversation) if conversation else Conversation()
    record, measurements = _case_and_measurements(case)
    answer = answer_to(
        Question(
            question,
            audience=Audience(audience),
            today=today or dt.date.today(),
            region=Place(region) if region else None,
            case=record,
            conversation=held,
            measurements=measurements,
        ),
        load_knowledge(overlay),
    )
    if rephrase is not None:
        from neoher.guidance.asking.rephrasing import Endpoint, rephrased

        answer = rephrased(answer, Endpoint(rephrase, model, os.environ.get(KEY_VARIABLE, "")))
    if html is not None:
        from neoher.guidance.asking.page import answer_page
        from neoher.record.storing import replace_atomically

        replace_atomically(html, answer_page(answer).encode())
    if conversation is not None:
        items = tuple(line.item for line in answer.answer if line.item)
        turn = Turn(question=question, understood_as=answer.understood_as, items=items)
        write_conversation(conversation, held.after(turn))
    if json:
        print_json(answer.as_json())
        return
    _print_for_people(answer)


def _case_and_measurements(path: Path | None) -> tuple[Case | None, Measurements | None]:
    """The record, and what was measured on its images where that is stored beside it."""
    if path is None:
        return None, None
    from neoher.record.reading.case_file import read_case
    from neoher.record.storing import read_measurements

    folder = path if path.is_dir() else path.parent
    return read_case(path), read_measurements(folder)


LONGEST = 2000
_WIDTH = 100


def _print_for_people(answer: Answer) -> None:
    bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    if answer.understood_as.strip().lower() != answer.question.strip().lower():
        print(f"Read as: {answer.understood_as}\n")
    if answer.abstained:
        _say("Not answered. " + (answer.reason or ""), bold=bold)
    for line in answer.answer:
        _print_line(line, bold=bold, for_patient=answer.audience == "patient")
    for caution in answer.warnings:
        _say(f"Note: {caution.message} [{caution.code}]", indent="  ")
    if answer.missing and answer.audience == "patient":
        _say("\nSome facts that this answer would need are not written down in the record. Ask your team.")
    elif answer.missing:
        print("\nMissing")
        for path in answer.missing:
            print(f"  {path}")
    related = answer.held if answer.abstained else answer.related
    if related:
        print("\nWhat is held nearby" if answer.abstained else "\nRelated")
        for each in related:
            _say(f"{each.question}  [{each.item}]", indent="  ")
    edition = answer.knowledge
    print()
    _say(f"{answer.disclaimer} Knowledge {edition.version} of {edition.date}.", indent="  ")


def _print_line(line: AnswerLine, *, bold: bool, for_patient: bool) -> None:
    lead = "Differs: " if line.differs else ""
    _say(lead + line.text, bold=bold and not line.differs)
    standing = [line.sort or "", f"grade {line.grade}" if line.grade else "", line.verification or ""]
    standing += [line.review or "", f"since {line.since}" if line.since else ""]
    standing += [f"applies in {', '.join(line.regions)}" if line.regions else ""]
    standing += ["past its date of review" if line.expired else ""]
    shown = "; ".join(part for part in standing if part)
    if line.item:
        _say(f"[{line.item}] {shown}", indent="  ")
    if line.paths:
        _say("from your record" if for_patient else f"from the record: {', '.join(line.paths)}", indent="  ")
    for source in line.cited:
        grade = f", grade {source.grade}" if source.grade else ""
        _say(f"- {source.citation} ({source.kind}{grade}) {source.id}", indent="  ")
    print()


def _say(text: str, *, indent: str = "", bold: bool = False) -> None:
    filled = textwrap.fill(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    print(f"\x1b[1m{filled}\x1b[0m" if bold else filled)
