"""Figures of `neoher ask` over tests/guidance/questions: what it answers, what it refuses, every miss.

    python scripts/ask_evaluation.py            # the held half, and every statement reached
    python scripts/ask_evaluation.py --half set # the half on which the thresholds were set
    python scripts/ask_evaluation.py --check    # exit status 1 where a target is missed

The questions are split by the hash of their text, so that nobody chooses which half one falls into; a file
that states its `half` was split before it was read, and its held half never shown to whoever set the
thresholds. A citation supports an answer where every number of the text stands in the facts that the
knowledge base holds of its sources, by the same check as `neoher knowledge check`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from neoher.guidance.asking import Answer, Question, ask
from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.guidance.knowledge.checking import check_knowledge
from neoher.guidance.knowledge.kinds.statement import Statement

__all__ = ["Asked", "Figures", "evaluate", "main", "read_questions", "unreached"]

QUESTIONS = Path(__file__).resolve().parents[1] / "tests" / "guidance" / "questions"
TODAY = dt.date(2026, 11, 22)
MOST_WRONGLY_ANSWERED, MOST_REFUSED, MOST_WRONG_FIRST = 2.0, 10.0, 5.0
"""Targets on the held half, in %."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the set."""

    group: str
    text: str
    first: tuple[str, ...]
    """The items of which any may stand first; none: nothing may be answered."""
    corrected: bool = False
    """The belief that the question takes for granted must be named."""
    half: str | None = None
    """Which half its file states that it belongs to: set or held."""

    @property
    def held(self) -> bool:
        """Whether it belongs to the half that the thresholds have not seen."""
        if self.half is not None:
            return self.half == "held"
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 1


@dataclass
class Figures:
    """What a set of questions gave."""

    answerable: int = 0
    refused: list[str] = field(default_factory=list)
    wrong_first: list[str] = field(default_factory=list)
    unanswerable: int = 0
    wrongly_answered: list[str] = field(default_factory=list)
    premises: int = 0
    not_corrected: list[str] = field(default_factory=list)
    answers: int = 0
    unsupported: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def wrongly_answered_percent(self) -> float:
        """Answers given to what nothing is held on, in %."""
        return 100 * len(self.wrongly_answered) / max(self.unanswerable, 1)

    @property
    def refused_percent(self) -> float:
        """Answerable questions that were refused, in %."""
        return 100 * len(self.refused) / max(self.answerable, 1)

    @property
    def wrong_first_percent(self) -> float:
        """Answerable questions with a wrong statement first, in %."""
        return 100 * len(self.wrong_first) / max(self.answerable, 1)

    def lines(self) -> Iterator[str]:
        """The figures and every miss."""
        right = self.answerable - len(self.refused) - len(self.wrong_first)
        abstained = len(self.refused) + self.unanswerable - len(self.wrongly_answered)
        rightly = self.unanswerable - len(self.wrongly_answered)
        yield f"answerable {self.answerable}: right first {_percent(right, self.answerable)}"
        yield f"  wrong statement first {_percent(len(self.wrong_first), self.answerable)}"
        yield f"  refused {_percent(len(self.refused), self.answerable)}"
        yield (
            f"out of scope or not held {self.unanswerable}: answered "
            f"{_percent(len(self.wrongly_answered), self.unanswerable)}"
        )
        recall = _percent(rightly, self.unanswerable)
        yield f"abstention: precision {_percent(rightly, abstained)}, recall {recall}"
        unnamed = _percent(len(self.not_corrected), self.premises)
        yield f"beliefs to be named {self.premises}: not named {unnamed}"
        supported = self.answers - len(self.unsupported)
        yield f"citation support: {_percent(supported, self.answers)} of the lines given"
        yield (
            f"time per question: mean {1000 * sum(self.seconds) / max(len(self.seconds), 1):.0f} ms, "
            f"longest {1000 * max(self.seconds, default=0):.0f} ms"
        )
        for title, misses in (
            ("Answered though nothing is held", self.wrongly_answered),
            ("Refused", self.refused),
            ("Wrong statement first", self.wrong_first),
            ("Belief not named", self.not_corrected),
            ("Not supported by its source", self.unsupported),
        ):
            yield from (f"\n{title}", *(f"  {miss}" for miss in misses)) if misses else ()


def _percent(part: int, whole: int) -> str:
    return f"{part}/{whole} ({100 * part / whole:.1f} %)" if whole else f"{part}/0"


def read_questions(folder: Path = QUESTIONS) -> list[Asked]:
    """The questions of every file of the folder."""
    files = sorted(folder.glob("*.yaml"))
    contents = ((file.stem, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)
    return [
        Asked(
            group, each["ask"], tuple(each.get("first", ())), bool(each.get("corrected")), content.get("half")
        )
        for group, content in contents
        for each in content["questions"]
    ]


def evaluate(questions: Sequence[Asked], knowledge: Knowledge, today: dt.date = TODAY) -> Figures:
    """Ask every question and hold the answers against what may stand first."""
    figures = Figures()
    unsupported = _unsupported(knowledge, today)
    ask(Question("warm up", today=today), knowledge)
    for each in questions:
        begun = time.perf_counter()
        answer = ask(Question(each.text, today=today), knowledge)
        figures.seconds.append(time.perf_counter() - begun)
        figures.answers += len(answer.answer)
        figures.unsupported += [
            f"{each.text}: {line.item}"
            for line in answer.answer
            if not line.sources or line.item in unsupported
        ]
        _judge(each, answer, figures)
    return figures


def _judge(each: Asked, answer: Answer, figures: Figures) -> None:
    first = answer.answer[0].item if answer.answer else None
    if not each.first:
        figures.unanswerable += 1
        if first is not None:
            figures.wrongly_answered.append(f"{each.text} -> {first}")
        return
    figures.answerable += 1
    if first is None:
        figures.refused.append(f"{each.text} ({answer.reason})")
    elif first not in each.first:
        figures.wrong_first.append(f"{each.text} -> {first}, not {' or '.join(each.first)}")
    if each.corrected:
        figures.premises += 1
        if first is not None and not any(line.corrects for line in answer.answer):
            figures.not_corrected.append(f"{each.text} -> {first}")


def _unsupported(knowledge: Knowledge, today: dt.date) -> set[str]:
    """Statements with a number that no source record of theirs holds."""
    checked = check_knowledge(knowledge, today).value
    findings = checked.findings if checked else ()
    return {each.item for each in findings if each.kind == "statements" and "number" in each.code}


def unreached(knowledge: Knowledge, today: dt.date = TODAY) -> list[str]:
    """Statements that are neither first nor second answer to any generated question on their own subject.

    The questions are made of a statement's title, keywords and the belief that it corrects.
    """
    return [
        each.id
        for each in knowledge.contents.statements
        if not any(
            each.id in [line.item for line in ask(Question(question, today=today), knowledge).answer][:2]
            for question in _generated(each)
        )
    ]


def _generated(statement: Statement) -> Iterator[str]:
    yield f"{statement.title}?"
    yield f"What is known about this: {statement.title}?"
    for keyword in statement.keywords:
        yield f"{statement.title}: {keyword}?"
    if statement.corrects:
        yield f"Is it true? {statement.corrects}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; the exit status says whether the targets are met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("held", "set", "both"), default="held")
    parser.add_argument("--check", action="store_true", help="exit status 1 where a target is missed")
    chosen = parser.parse_args(arguments)
    knowledge = load_knowledge()
    questions = [
        each for each in read_questions() if chosen.half == "both" or each.held is (chosen.half == "held")
    ]
    figures = evaluate(questions, knowledge)
    print(f"{len(questions)} questions, half: {chosen.half}; knowledge {knowledge.edition.version}")
    print("\n".join(figures.lines()))
    missed = unreached(knowledge)
    print(f"\nstatements that no generated question reaches: {len(missed)} of {len(knowledge.statements)}")
    print("\n".join(f"  {name}" for name in missed))
    met = (
        figures.wrongly_answered_percent <= MOST_WRONGLY_ANSWERED
        and figures.refused_percent <= MOST_REFUSED
        and figures.wrong_first_percent <= MOST_WRONG_FIRST
        and not missed
        and not figures.unsupported
    )
    return 0 if met or not chosen.check else 1


if __name__ == "__main__":
    sys.exit(main())
