"""Scores that are deliberately not there: asking for one is answered with the reason."""

from __future__ import annotations

import contextlib
import io

import pytest

from neoher.cli.main import run


def asked(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(list(words))
    return status, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("predict", "made for patients who had surgery first"),
        ("PREDICT-v3", "made for patients who had surgery first"),
        ("her2-event", "no verified source"),
        ("HER2-EveNT", "no verified source"),
        ("iris", "no verified source"),
        ("IRIS", "no verified source"),
        ("cts5", "not validated for HER2-positive cancer"),
        ("her2dx", "proprietary"),
        ("nomogram", "without trastuzumab"),
        ("neo-bioscore-survival", "figures were not read"),
    ],
)
@pytest.mark.parametrize("more", [(), ("--age", "50", "--json")])
def test_asking_for_what_is_not_held_says_why(command: str, reason: str, more: tuple[str, ...]) -> None:
    status, out, err = asked(command, *more)
    assert (status, out) == (2, "")
    assert reason in err
    assert "unknown command" not in err.lower()


@pytest.mark.parametrize("command", ["survival", "bioscores", "her3"])
def test_another_word_is_an_unknown_command_as_ever(command: str) -> None:
    status, out, err = asked(command)
    assert (status, out) == (2, "")
    assert "is not there" not in err
