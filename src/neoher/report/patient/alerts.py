"""Alerts of safety as the patient is told them: what it is about, and whom to ask how soon."""

from __future__ import annotations

import datetime as dt

from neoher.guidance.advice import Alert
from neoher.guidance.knowledge import Knowledge
from neoher.report.numbers import long_date

__all__ = ["alert_in_words"]

_BY_CODE = {
    "lvef-hold": "Your heart value has fallen. Treatment is usually paused then. Call your team before the "
    "next dose.",
    "lvef-stop": "Your heart value is low. One of your medicines is usually stopped then. Call your team "
    "before the next dose.",
    "lvef-recheck": "Your heart value has fallen a little. It should be checked again early. Ask your team "
    "for a day.",
    "lvef-undecided": "Something is missing to judge your heart value. Ask your team to look at it before "
    "the next dose.",
    "lvef-not-measured": "No heart check is recorded, and you have a medicine that can make the heart "
    "weaker. Ask your team about it before the next dose.",
    "lvef-below-start": "Your heart value is too low to begin some medicines against HER2. Ask your team "
    "what this means for you.",
    "anthracycline-with-her2-drug": "The record says that two medicines were given at the same time that "
    "both strain the heart. This is not done. Call your team before the next dose.",
    "lvef-below-normal": "Your heart value is a little low. A heart doctor should see you before treatment "
    "against HER2 begins.",
    "contraindication-not-understood": "The record names a reason against some treatment that this program "
    "did not understand. Ask your team whether it is taken into account.",
    "one-systemic-therapy": "You have more than one cancer. They are treated together, with one plan of "
    "medicines.",
    "anthracycline-dose-not-known": "You have had a medicine that can strain the heart, and its dose is not "
    "recorded. Ask how your heart is looked after.",
    "anthracycline-cumulative": "You have had a medicine that can strain the heart. Ask how your heart is "
    "looked after.",
}
_TESTS = {"lvef": "a heart check", "hepatitis_b": "a test for hepatitis B", "pregnancy": "a pregnancy test"}
_EVENTS = {
    "alt": "A liver value is too high",
    "ast": "A liver value is too high",
    "ast-or-alt": "A liver value is too high",
    "bilirubin": "A liver value is too high",
    "nodular-regenerative-hyperplasia": "A rare change of the liver is recorded",
    "platelets": "Your blood platelets are too low",
    "platelets-grade-4": "Your blood platelets are too low",
    "neutrophils": "Your white blood cells are too low",
    "neutropenia-grade-4-or-febrile-neutropenia": "Your white blood cells are too low",
    "ild": "A lung inflammation is recorded",
    "radiation-pneumonitis": "A lung inflammation after radiotherapy is recorded",
}
_ACTIONS = {
    "stop": "A medicine is stopped for good then. Call your team before the next dose.",
    "hold": "Treatment is usually paused then. Call your team before the next dose.",
    "resume": "It is over. Treatment may go on: ask your team when, and with which dose.",
    "continue": "Ask your team how it is watched.",
}
_UNNAMED = "There is a safety note in your record. Ask your team to explain it to you."


def alert_in_words(alert: Alert, knowledge: Knowledge) -> str:
    """One or two plain sentences; every alert has some, also one that an overlay brought."""
    rule = knowledge.rules.get(alert.code)
    if rule is not None:
        return rule.patient or _UNNAMED
    if alert.code in _BY_CODE:
        return _BY_CODE[alert.code]
    if alert.code in {"lvef-next", "lvef-overdue"}:
        due = long_date(dt.date.fromisoformat(str(alert.numbers["next_echo"])))
        return (
            f"Your next heart check is due on {due}."
            if alert.code == "lvef-next"
            else f"Your heart check was due on {due}. Ask your team for a day soon."
        )
    if alert.code == "baseline-test-missing":
        absent = ", ".join(_TESTS[name] for name in alert.numbers)
        return f"Some checks before treatment are not recorded: {absent}. Ask whether they were done."
    event, _, action = alert.code.rpartition("-")
    if event in _EVENTS and action in _ACTIONS:
        return f"{_EVENTS[event]}. {_ACTIONS[action]}"
    return _UNNAMED
