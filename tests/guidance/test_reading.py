"""Reading knowledge files: what is taken, and what is refused with file, line and field."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neoher.errors import InputError, KnowledgeError
from neoher.guidance.knowledge.compiled import DATA, compile_folder, read_current
from neoher.guidance.knowledge.kinds.item import Verification, first_day
from neoher.guidance.knowledge.kinds.statement import Statement
from neoher.guidance.knowledge.reading import read_folder
from neoher.guidance.knowledge.schema import knowledge_schema


def test_a_fact_written_as_text_is_read_as_its_source_is(folder: Path) -> None:
    (source,) = read_folder(folder).contents.sources
    assert [fact.verification for fact in source.facts] == [
        Verification.VERIFIED,
        Verification.UNVERIFIED,
        Verification.VERIFIED,
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("sources: [PMID:1]", "sources: []", "sources"),
        ("    since: 2020\n", "    since: 2020-13\n", "since"),
        ("kind: evidence", "kind: rumour", "kind"),
        ("patient: About 13 of 100 are missed.", "colour: red", "patient"),
        ("statements:", "opinions:", "`opinions` is no kind"),
        ("title: False-negative rate\n", "title: False-negative rate\n    review: approved\n", "approved"),
        ("    accessed: 2026-11-01\n", "    accessed: yesterday\n", "accessed"),
    ],
)
def test_what_cannot_be_accepted_is_named_with_its_line(
    changed: Callable[[str, str], Path], before: str, after: str, said: str
) -> None:
    with pytest.raises(KnowledgeError) as refused:
        read_folder(changed(before, after))
    assert said in str(refused.value)
    assert "axilla.yaml, line " in str(refused.value)


def test_an_id_given_twice_is_refused_with_both_places(folder: Path) -> None:
    (folder / "more.yaml").write_text((folder / "axilla.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"PMID:1 is there twice, first at .*axilla\.yaml, line 3"):
        read_folder(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such folder"):
        read_folder(tmp_path / "nowhere")


def test_a_stale_compiled_form_is_never_taken_for_current(folder: Path, tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.json"
    compiled.write_text(compile_folder(folder), encoding="utf-8")
    assert read_current(folder, compiled).contents.statements[0].title == "False-negative rate"
    file = folder / "axilla.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("title: False-negative rate", "title: Newer"),
        encoding="utf-8",
    )
    assert read_current(folder, compiled).contents.statements[0].title == "Newer"


def test_a_broken_or_absent_compiled_form_is_made_good_from_the_files(folder: Path, tmp_path: Path) -> None:
    compiled = tmp_path / "compiled.json"
    whole = compile_folder(folder)
    for content in (None, "", whole[: len(whole) // 2], whole.replace('"subject"', '"object"')):
        if content is not None:
            compiled.write_text(content, encoding="utf-8")
        assert read_current(folder, compiled).contents == read_folder(folder).contents


def test_the_compiled_form_holds_the_same_items_as_the_files(folder: Path) -> None:
    compiled = json.loads(compile_folder(folder))
    assert compiled["contents"]["statements"][0]["clinician"] == "The false-negative rate is 12.6 %."


def test_a_partial_date_begins_with_the_first_day_it_can_mean() -> None:
    assert first_day("2024-02").isoformat() == "2024-02-01"
    assert first_day("2025").isoformat() == "2025-01-01"
    assert first_day("2026-05-15").isoformat() == "2026-05-15"


def test_the_published_schema_takes_every_file_that_we_ship() -> None:
    """As an editor would: the file as YAML reads it, dates as texts."""
    validator = jsonschema.Draft202012Validator(knowledge_schema())
    for file in sorted(DATA.rglob("*.yaml")):
        if file.name != "edition.yaml":
            stated = yaml.load(file.read_text(encoding="utf-8"), Loader=_Texts)
            problems = [f"{list(each.path)}: {each.message[:200]}" for each in validator.iter_errors(stated)]
            assert not problems, (file.name, problems[:3])


@given(
    start=st.integers(0, 900), length=st.integers(0, 60), put=st.text("{}[]:,-#&*!|>'\"\n\t 0aé", max_size=6)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_damaged_file_is_read_or_refused_never_half_read(
    folder: Path, start: int, length: int, put: str
) -> None:
    whole = (folder / "axilla.yaml").read_text(encoding="utf-8")
    alone = folder / "damaged"
    alone.mkdir(exist_ok=True)
    damaged = whole[:start] + put + whole[start + length :]
    (alone / "axilla.yaml").write_text(damaged, encoding="utf-8")
    refused = ""
    statements: tuple[Statement, ...] = ()
    try:
        statements = read_folder(alone).contents.statements
    except InputError as error:
        refused = str(error)
    assert "axilla.yaml" in refused or not refused
    assert all(each.sources and each.clinician for each in statements)


class _Texts(yaml.CSafeLoader):
    """YAML whose dates stay texts, as a JSON Schema sees them."""


_Texts.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
