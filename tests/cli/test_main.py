"""How the command line ends: answered, refused, or our fault."""

from __future__ import annotations

import sys

import pytest

from neoher import __version__
from neoher.cli import main


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"neoher {__version__}\n"


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "neoher.simulate.mr.dicom_writing", None)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    for name in [name for name in sys.modules if name.startswith(("pydicom.", "neoher.simulate"))]:
        monkeypatch.delitem(sys.modules, name)
    assert main.run(["simulate", "nowhere"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "needs the package pydicom" in printed.err
    assert 'pip install "neoher[images]"' in printed.err


def test_an_error_of_ours_ends_with_status_1_and_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: list[str]) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(main, "_parse_and_run", broken)
    monkeypatch.delenv("NEOHER_TRACEBACK", raising=False)
    assert main.run(["check", "somewhere"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "our fault" in printed.err
    assert "Traceback" not in printed.err


def test_the_list_of_commands_shows_the_intended_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "not a cleared or certified medical device" in printed
    for command in (
        "check",
        "init",
        "simulate",
        "ftv",
        "her2",
        "pcr",
        "rcb",
        "stage",
        "grade",
        "bioscore",
        "measure",
        "report",
    ):
        assert f" {command} " in printed
