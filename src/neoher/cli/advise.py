"""`neoher advise`: next steps for a case, from its record alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from neoher.guidance.advice.content import Advice
    from neoher.record.conclusion import Conclusion

__all__ = ["advise"]

WIDTH = 96
SHOWN = 3
"""Reasons shown for a missing fact; `--json` has all."""


def advise(
    case: Path,
    *,
    today: dt.date | None = None,
    overlay: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Next steps for a case: options with their basis, alerts, pitfalls, what is missing.

    Options, never orders: for a professional who can review their basis. No image is read.

    Parameters
    ----------
    case
        The case folder, or its case.yaml.
    today
        The day on which it is asked: the case is judged by what was known then, and facts dated later are
        left out; left out, the machine's date.
    overlay
        A folder of knowledge files of one's own, laid over ours.
    json
        Print one JSON object.
    """
    from neoher.cli.printing import print_json
    from neoher.guidance.advice import advise as advised
    from neoher.guidance.knowledge import load_knowledge
    from neoher.record.checking import read_sound_case

    conclusion = advised(read_sound_case(case), load_knowledge(overlay), today or dt.date.today())
    value = conclusion.value
    assert value is not None  # advice always has a value; it may be empty
    if json:
        # The contract names these keys for this command, and those of a conclusion for every command.
        answer = conclusion.as_json()
        print_json(answer | {name: answer["value"][name] for name in ("options", "alerts", "pitfalls")})
        return
    for line in _lines(value, conclusion):
        print(line)


def _lines(advice: Advice, conclusion: Conclusion[Advice]) -> Iterator[str]:
    yield from (line for each in advice.out_of_scope for line in _wrapped(each))
    yield from _alerts(advice)
    yield from _options(advice)
    if advice.pitfalls:
        yield from ("", "Pitfalls")
        for pitfall in advice.pitfalls:
            yield from _wrapped(f"{pitfall.text} [{', '.join(pitfall.sources)}]", 2)
    for difference in advice.differences:
        yield from ("", f"They differ: {difference.text}")
        for position in difference.positions:
            yield from _wrapped(f"{position.since}  {position.says} ({position.verification})", 2)
    missing = [each for each in advice.missing_facts if not each.assumed]
    if missing:
        yield from ("", "Missing")
        for fact in missing:
            yield f"  {fact.path}: {fact.what}"
            more = f"; and {len(fact.decides) - SHOWN} more" if len(fact.decides) > SHOWN else ""
            yield from _wrapped(f"for: {'; '.join(fact.decides[:SHOWN])}{more}", 6)
    assumed = [each.path for each in advice.missing_facts if each.assumed]
    if assumed:
        yield ""
        yield from _wrapped(
            f"Nothing is stated there, and it was taken as 'not so far': {', '.join(assumed)}."
        )
    yield from (
        line for each in conclusion.warnings for line in ("", *_wrapped(f"{each.message} [{each.code}]"))
    )
    yield ""
    yield from _wrapped(
        f"Knowledge {advice.knowledge_version} of {advice.knowledge_date}, as of {advice.today}; what a "
        "clinician has approved says so. Options, not orders: for a professional who can review their basis."
    )
    yield f"{conclusion.software.name} {conclusion.software.version}"


def _alerts(advice: Advice) -> Iterator[str]:
    if advice.alerts:
        yield "Alerts"
    for alert in advice.alerts:
        yield from _wrapped(f"{alert.severity.upper()}: {alert.text}", 2)
        yield from _wrapped(f"{alert.rule} [{', '.join(alert.sources)}; {alert.verification}]", 8)


def _options(advice: Advice) -> Iterator[str]:
    topic = None
    for option in advice.options:
        if option.topic is not topic:
            topic = option.topic
            yield from ("", f"Options: {topic}")
        of = f" ({option.cancer})" if option.cancer else ""
        yield from _wrapped(f"{option.strength}{of}: {option.text}", 2)
        if option.not_before:
            yield from _wrapped(f"not before: {', '.join(option.not_before)}", 6)
        for note in option.notes:
            yield from _wrapped(note, 6)
        yield from _wrapped(f"would change it: {'; '.join(option.would_change)}", 6)
        yield from _wrapped(f"{', '.join(option.sources)} ({option.verification}; {option.review})", 6)


def _wrapped(text: str, indent: int = 0) -> list[str]:
    import textwrap

    first = " " * indent
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=f"{first}  ", break_on_hyphens=False
    )
