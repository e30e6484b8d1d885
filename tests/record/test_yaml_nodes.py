"""YAML as people write it."""

from __future__ import annotations

import pytest

from neoher.errors import RecordError
from neoher.record.reading.yaml_nodes import parse_yaml


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("off", "off"),
        ("y", "y"),
        ("1:30", "1:30"),
        ("007", "007"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+2", "+2"),
        ("2+", "2+"),
        ("2025-02-08", "2025-02-08"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("'2'", "2"),
        ("2", 2),
        ("-2", -2),
        ("2.50", 2.5),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_scalar_means_what_it_looks_like(written: str, meant: object) -> None:
    value, _ = parse_yaml(f"field: {written}", "case.yaml")
    assert value == {"field": meant}
    assert isinstance(value, dict)
    assert type(value["field"]) is type(meant)


def test_every_entry_knows_its_line() -> None:
    _, lines = parse_yaml("a: 1\nb:\n  - c: 2\n  - c: 3\n    d: {e: 4}\n", "case.yaml")
    assert lines.line(("b", 1, "c")) == 4
    assert lines.line(("b", 1, "d", "e")) == 5
    assert lines.line(("b", 1, "absent")) == 4
    assert lines.line(("absent",)) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", r"case.yaml, line 2: `a` is given twice, first on line 1"),
        ("a: &x 1\nb: *x\n", "anchors"),
        ("a: !!python/object/apply:os.system [ls]\n", "the tag"),
        ("a: 1\n---\na: 2\n", "second document"),
        ("a:\n\t- 1\n", "line 2, column 1: a tab stands where"),
        ("a: [1, 2\n", "not YAML"),
        ("? [1]\n: 2\n", "a field's name cannot be a list"),
        ("[" * 5000, "nested more than 40 deep"),
        ("- " * 5000, "nested more than 40 deep"),
        ("- 1\n" * 30_000, "more than 20000 entries"),
        ("a: \x01\n", "not YAML"),
    ],
)
def test_what_would_hide_a_fact_or_exhaust_the_machine_is_refused(text: str, message: str) -> None:
    with pytest.raises(RecordError, match=message):
        parse_yaml(text, "case.yaml")


def test_aliases_that_would_grow_without_end_are_refused_unread() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(RecordError, match="aliases"):
        parse_yaml(bomb, "case.yaml")
