"""The knowledge base that we ship: sound, complete, dated, and found by every name."""

from __future__ import annotations

import ast
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import neoher
from neoher.cli.calculators import CALCULATORS
from neoher.errors import InputError
from neoher.guidance.knowledge import Knowledge, load_knowledge
from neoher.guidance.knowledge.base import Contents
from neoher.guidance.knowledge.checking import check_knowledge
from neoher.guidance.knowledge.compiled import COMPILED, compile_folder
from neoher.guidance.knowledge.kinds.item import (
    Item,
    PcrDefinition,
    Place,
    Review,
    Verification,
    first_day,
)
from neoher.guidance.knowledge.kinds.limits import CardiacLimits, LvefAction, LvefRow
from neoher.guidance.knowledge.kinds.source import SourceKind
from neoher.response.repeatability import REPEATABILITY

EDITION_DAY = dt.date(2026, 11, 22)
CODE = Path(neoher.__file__).parent
CITED = re.compile(r"[\"']((?:PMID:\d+|doi:10\.[^\"'\s]+|PMC\d{6,}|AJCC:\d|NCIt:C\d+))[\"']")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def test_the_compiled_form_is_current() -> None:
    assert COMPILED.read_text(encoding="utf-8") == compile_folder(), "python scripts/compile_knowledge.py"


def test_nothing_is_wrong_in_what_we_ship(knowledge: Knowledge) -> None:
    checked = check_knowledge(knowledge, EDITION_DAY).value
    assert checked is not None
    assert [f"{each.item}: {each.message}" for each in checked.findings] == []


def test_every_chapter_has_statements(knowledge: Knowledge) -> None:
    for subject in knowledge.edition.subjects:
        assert knowledge.statements_about(subject.id), subject.id


def test_nothing_is_called_approved_that_nobody_approved(knowledge: Knowledge) -> None:
    assert {item.review for _, item in knowledge.items()} == {Review.SUBMITTED}


def test_a_design_decision_says_so_wherever_it_stands(knowledge: Knowledge) -> None:
    for kind, item in knowledge.items():
        if isinstance(item, Item) and item.sources == ("neoher:design",):
            assert item.verification in {Verification.DESIGN, Verification.COMPUTED}, (kind, item.id)


def declared_sources(text: str) -> set[str]:
    """The ids of the publications that a module declares as `Source("id", …)`."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and node.args)
    named = (call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Source")
    return {
        first.value for first in named if isinstance(first, ast.Constant) and isinstance(first.value, str)
    }


def test_every_source_id_in_the_code_is_held(knowledge: Knowledge) -> None:
    named = {source.id for reference in CALCULATORS for source in reference.load().sources}
    named |= {source for known in REPEATABILITY.values() for source in known.sources}
    for file in CODE.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        named |= set(CITED.findall(text)) | declared_sources(text)
    assert len(named) > 25
    assert sorted(name for name in named if knowledge.find_source(name) is None) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("doi:10.1200/JCO.2018.77.8738", "PMID:29846122"),
        ("https://doi.org/10.1200/jco.2018.77.8738", "PMID:29846122"),
        ("PMC2755245", "PMID:19403881"),
        ("recist.eortc.org", "https://recist.eortc.org"),
        ("Ma 2025", "doi:10.4143/crt.2024.1200"),
    ],
)
def test_a_source_is_found_by_every_number_it_is_known_by(
    knowledge: Knowledge, name: str, expected: str
) -> None:
    assert knowledge.source(name).id == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("enhertu", "T-DXd"),
        ("KADCYLA", "T-DM1"),
        ("DB-05", "DESTINY-Breast05"),
        ("TCbHP", "TCHP"),
        ("pneumonitis", "term.ILD"),
        ("Phesgo", "pertuzumab-trastuzumab-sc"),
    ],
)
def test_an_item_is_found_by_brand_abbreviation_and_synonym(
    knowledge: Knowledge, name: str, expected: str
) -> None:
    assert expected in [item.id for _, item in knowledge.named(name)]


def test_an_unknown_id_is_answered_with_the_nearest(knowledge: Knowledge) -> None:
    with pytest.raises(InputError, match="DESTINY-Breast11"):
        knowledge.item("DESTINY-Breast12")


# What was known when: knowledge 5.1 (FDA 2026-05-15), 08.
@pytest.mark.parametrize(
    ("day", "region", "tdxd_known", "page_of_january"),
    [
        (dt.date(2022, 6, 1), Place.US, False, False),
        (dt.date(2026, 2, 1), Place.US, False, True),
        (dt.date(2026, 5, 14), Place.US, False, True),
        (dt.date(2026, 5, 15), Place.US, True, False),
        (dt.date(2026, 11, 22), Place.US, True, False),
        (dt.date(2026, 11, 22), Place.EU, False, True),
    ],
)
def test_a_day_and_a_region_know_what_was_known_there_and_then(
    knowledge: Knowledge, day: dt.date, region: Place, tdxd_known: bool, page_of_january: bool
) -> None:
    then = knowledge.as_of(day, region)
    assert ("residual.high-risk-tdxd" in then.statements) is tdxd_known
    assert ("oracle.residual-tdm1" in then.statements) is page_of_january
    assert len(then.sources) == len(knowledge.sources)


@pytest.mark.parametrize(
    ("stated", "before", "from_then"),
    [
        ("2019", dt.date(2019, 12, 30), dt.date(2019, 12, 31)),
        ("2024-02", dt.date(2024, 2, 28), dt.date(2024, 2, 29)),
        ("2026-05-15", dt.date(2026, 5, 14), dt.date(2026, 5, 15)),
        # What the edition of 2026-11-22 holds was out by then.
        ("2026", dt.date(2026, 11, 21), dt.date(2026, 11, 22)),
        ("2026-11", dt.date(2026, 11, 21), dt.date(2026, 11, 22)),
        ("2027", dt.date(2026, 12, 31), dt.date(2027, 1, 1)),
    ],
)
def test_a_bare_year_or_month_counts_from_its_end_or_from_the_edition_that_holds_it(
    knowledge: Knowledge, stated: str, before: dt.date, from_then: dt.date
) -> None:
    dated = knowledge.statements["result.kristine"].model_copy(update={"since": stated})
    alone = Knowledge(knowledge.edition, Contents(statements=(dated,)))
    assert not alone.as_of(before).statements
    assert list(alone.as_of(from_then).statements) == ["result.kristine"]


@given(
    day=st.dates(dt.date(1995, 1, 1), dt.date(2030, 1, 1)),
    later=st.integers(0, 4000),
    region=st.sampled_from([None, *Place]),
)
def test_time_only_adds_or_supersedes(day: dt.date, later: int, region: Place | None) -> None:
    """What was known on a day and is not later was superseded or has ended; nothing is known too early."""
    knowledge = load_knowledge()
    then, now = knowledge.as_of(day, region), knowledge.as_of(day + dt.timedelta(days=later), region)
    for kind, item in then.items():
        if not isinstance(item, Item):
            continue
        assert first_day(item.since) <= day
        assert region is None or not item.regions or region in item.regions
        assert not [name for name in item.supersedes if name in {each.id for each in then.contents.of(kind)}]
    gone = {item.id for _, item in then.items()} - {item.id for _, item in now.items()}
    for name in gone:
        item = knowledge.item(name)
        assert isinstance(item, Item)
        assert item.until is not None or knowledge.superseding(name)


# Knowledge 5.3: the trials' own figures, typed here a second time from the table.
@pytest.mark.parametrize(
    ("trial", "result", "arm", "value", "definition"),
    [
        ("NeoSphere", "bpcr", "THP", 45.8, PcrDefinition.BREAST),
        ("NeoSphere", "tpcr", "THP", 39.3, PcrDefinition.TOTAL),
        ("TRYPHAENA", "tpcr", "C", 63.6, PcrDefinition.TOTAL),
        ("TRYPHAENA", "bpcr", "C", 66.2, PcrDefinition.BREAST),
        ("DESTINY-Breast11", "tpcr", "TDXd-THP", 67.3, PcrDefinition.TOTAL),
        ("HELEN-006", "tpcr", "nabPHP", 66.3, PcrDefinition.TOTAL),
        ("CompassHER2-pCR", "tpcr", "ER-positive", 33, PcrDefinition.TOTAL),
        ("NSABP-B-41", "tpcr", "LH", 60.2, PcrDefinition.TOTAL),
    ],
)
def test_a_rate_of_complete_response_carries_its_definition(
    knowledge: Knowledge, trial: str, result: str, arm: str, value: float, definition: PcrDefinition
) -> None:
    (held,) = [each for each in knowledge.trials[trial].results if each.id == result]
    assert {each.arm: each.value for each in held.values}[arm] == value
    assert held.definition == definition


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("oracle.neosphere", "result.neosphere-breast"),
        ("oracle.tchp", "result.tryphaena-total"),
        ("oracle.residual-tdm1", "residual.high-risk-tdxd"),
        ("oracle.regimens", "choice.preferred-us"),
        ("oracle.no-deescalation", "choice.drop-carboplatin"),
        ("oracle.never-stop", "duration.holds"),
        ("oracle.pcr-hp", "pcr-after.n-positive"),
    ],
)
def test_what_the_page_of_january_2026_said_is_superseded(knowledge: Knowledge, old: str, new: str) -> None:
    """Knowledge 08: each row of the answer page that evidence has overtaken."""
    assert old in knowledge.statements
    assert new in [item.id for item in knowledge.superseding(old)]


def first_action(limits: CardiacLimits, lvef: float, fall: float, lower_limit: float) -> LvefAction | None:
    """The first row of the table that holds, by its conditions as numbers alone: a second reading of them."""
    for row in limits.rows:
        if holds(row, lvef, fall, below=lvef < lower_limit):
            return row.action
    return None


def holds(row: LvefRow, lvef: float, fall: float, *, below: bool) -> bool:
    conditions = [
        row.lvef_percent is None or row.lvef_percent.holds(lvef),
        row.fall_points is None or row.fall_points.holds(fall),
        row.below_lower_limit is None or row.below_lower_limit is below,
        row.symptoms is not True,
    ]
    return all(conditions)


# Knowledge 5.6: the table and the worked cases 5.5 and 5.6, and the limits themselves from both sides.
@pytest.mark.parametrize(
    ("table", "lvef", "baseline", "action"),
    [
        ("cardiac.trastuzumab.US", 44, 60, LvefAction.HOLD),
        ("cardiac.trastuzumab.US", 51, 62, LvefAction.HOLD),
        ("cardiac.trastuzumab.US", 56, 66, None),
        ("cardiac.trastuzumab.US", 64, 80, LvefAction.HOLD),
        ("cardiac.trastuzumab.US", 65, 80, None),
        ("cardiac.trastuzumab.EU", 51, 62, None),
        ("cardiac.trastuzumab.EU", 49, 59, LvefAction.HOLD),
        ("cardiac.trastuzumab.EU", 50, 70, None),
        ("cardiac.T-DXd", 43, 55, LvefAction.HOLD),
        ("cardiac.T-DXd", 45, 55, LvefAction.HOLD),
        ("cardiac.T-DXd", 45, 54, LvefAction.RECHECK),
        ("cardiac.T-DXd", 46, 66, LvefAction.CONTINUE),
        ("cardiac.T-DXd", 46, 67, LvefAction.HOLD),
        ("cardiac.T-DXd", 39, 45, LvefAction.HOLD),
        ("cardiac.T-DM1.EBC", 44, 50, LvefAction.HOLD),
        ("cardiac.T-DM1.EBC", 45, 55, LvefAction.HOLD),
        ("cardiac.T-DM1.EBC", 45, 54, LvefAction.RECHECK),
        ("cardiac.T-DM1.EBC", 50, 70, None),
        ("cardiac.pertuzumab.US", 49, 59, LvefAction.HOLD),
        ("cardiac.pertuzumab.US", 49, 58, None),
    ],
)
def test_the_cardiac_rows_decide_as_the_labels_do(
    knowledge: Knowledge, table: str, lvef: float, baseline: float, action: LvefAction | None
) -> None:
    assert first_action(knowledge.cardiac_limits[table], lvef, baseline - lvef, lower_limit=55) == action


# Knowledge 5.7 and 5.8: T-DM1 in early disease; platelets 60 hold here and not by the metastatic table.
@pytest.mark.parametrize(
    ("table", "value", "expected"),
    [
        ("tox.T-DM1.platelets.early", 60, "same dose"),
        ("tox.T-DM1.platelets.early", 75, None),
        ("tox.T-DM1.platelets.early", 24, "one level less"),
        ("tox.T-DM1.platelets.metastatic", 60, None),
        ("tox.T-DM1.bilirubin.early", 1.5, "one level less"),
        ("tox.T-DM1.bilirubin.early", 1.0, None),
        ("tox.T-DM1.bilirubin.early", 2.1, "stop"),
        ("tox.T-DM1.ast.early", 5.0, "same dose"),
        ("tox.T-DM1.ast.early", 5.1, "one level less"),
        ("tox.T-DM1.alt.early", 20.1, "stop"),
        ("tox.T-DM1.alt.early", 3.0, None),
    ],
)
def test_the_dose_changes_are_those_of_the_label(
    knowledge: Knowledge, table: str, value: float, expected: str | None
) -> None:
    rows = [
        row
        for row in knowledge.toxicity_limits[table].rows
        if row.value is not None and row.value.holds(value) and row.repeated_at_least is None
    ]
    found = (rows[0].then or rows[0].action.value) if rows else None
    assert found == expected


def test_ratings_that_were_not_read_stay_unknown(knowledge: Knowledge) -> None:
    unread = {item.variant for item in knowledge.appropriateness.values() if item.ratings is None}
    assert unread == {4, 5, 6, 7, 8}


def test_patient_pages_and_answer_pages_are_told_from_guidelines(knowledge: Knowledge) -> None:
    kinds = {source.id: source.kind for source in knowledge.sources.values()}
    assert kinds["radiologyinfo:monitoring-neoadjuvant-2021"] is SourceKind.PATIENT_PAGE
    assert kinds["droracle:neoadjuvant-her2-2026"] is SourceKind.EXPERT_ANSWER
    assert kinds["doi:10.1200/JCO.20.03399"] is SourceKind.GUIDELINE


def test_the_knowledge_loads_without_yaml_numpy_or_images() -> None:
    script = (
        "import sys\n"
        "from neoher.guidance.knowledge import load_knowledge\n"
        "load_knowledge()\n"
        "heavy = {'yaml', 'numpy', 'pydicom', 'numba', 'jinja2', 'rapidfuzz'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
