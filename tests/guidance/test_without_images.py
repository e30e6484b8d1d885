"""Advice and cardiac rules work where no image can be read: the rooms of images are not importable at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REFUSING = """
import sys

GONE = ("neoher.imaging", "neoher.intake", "neoher.volume", "pydicom", "numba", "numpy")

class Gone:
    def find_spec(self, name, path=None, target=None):
        if name in GONE or name.startswith(tuple(each + "." for each in GONE)):
            raise ModuleNotFoundError(f"{name} is taken off the path", name=name)
        return None

sys.meta_path.insert(0, Gone())
from neoher.cli.main import main
main(sys.argv[1:])
"""
CASE = """\
neoher: 1
patient: {id: P1, region: US}
cancers: [{id: C1, stage: {T: "2", N: "1"}}]
specimens: [{id: B1, er_percent: 0, pr_percent: 0, her2: {ihc: "3+"}}]
heart: [{date: 2026-11-01, lvef_percent: 62}]
"""


def neoher_without_images(*words: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", REFUSING, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_advise_needs_no_image_and_no_numpy(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    answer = neoher_without_images("advise", str(tmp_path), "--today", "2026-11-22", "--json")
    conclusion = {"value", "because", "missing", "warnings", "sources", "software"}
    assert answer.keys() == conclusion | {"options", "alerts", "pitfalls"}
    value = answer["value"]
    assert isinstance(value, dict)
    assert {"options", "alerts", "missing", "pitfalls"} <= value.keys()
    assert {"text", "strength", "sources", "would_change"} <= value["options"][0].keys()
    assert {"neo-tdxd-thp", "neo-tchp"} <= {each["rule"] for each in value["options"]}
    for name in ("options", "alerts", "missing", "pitfalls"):
        assert value[name] == answer[name]


def test_cardiac_needs_no_image_and_no_numpy() -> None:
    words = ["--drug", "trastuzumab", "--region", "US", "--lvef", "2025-02-12=62", "--lvef", "2025-05-14=51"]
    answer = neoher_without_images("cardiac", *words, "--lln", "55", "--json")
    value = answer["value"]
    assert isinstance(value, dict)
    assert value["applied"] == "US"
    assert {name: verdict["action"] for name, verdict in value["by_rule_set"].items()} == {
        "US": "hold",
        "EU": "continue",
    }
