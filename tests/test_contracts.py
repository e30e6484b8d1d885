"""The published contract of the command line, held against the declarations of the calculators."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from neoher.cli.calculators import CALCULATORS, CalculatorReference
from neoher.cli.cohort import COHORT_COMMANDS
from neoher.cli.cohort.survival import survival
from neoher.cli.knowledge import KNOWLEDGE_COMMANDS
from neoher.cohort.dose_response.facts import CurveResult, DoseRow
from neoher.cohort.result import CohortResult, Estimate, Excluded, ResultTable
from neoher.cohort.result import TestResult as CohortTest
from neoher.cohort.survival.cox import Ties
from neoher.cohort.survival.kaplan_meier import Interval
from neoher.guidance.advice import Advice, AdviceOption
from neoher.guidance.heart.facts import Action, CardiacDrug, CardiacVerdict, RuleSet
from neoher.pathology.her2.facts import Her2Status, Spectrum, ThreeClass
from neoher.record.calculator import models_of
from neoher.record.conclusion import Caution, Conclusion, Step
from neoher.record.rows import columns_of
from neoher.record.values.allowed import choices
from neoher.response.change_table import ChangeRow, LesionChange
from neoher.response.fdg.percist_facts import MetabolicResponse
from neoher.response.fdg.scans import FdgRow
from neoher.response.her2pet.facts import Her2PetInputs, Her2PetRow
from neoher.response.recist.facts import BestResponse, RecistRow, Response
from neoher.response.specimen.facts import Agreement, ExamAgainstSpecimen, SpecimenRow

pytestmark = pytest.mark.shared

SHARED_ROW = {"stage", "grade", "bioscore", "her2pet-pairs", "specimen"}
"""Commands whose options the contract gives in words."""
TABLE_ALONE = {"change", "doseresponse", "eortc", "percist", "who"}
"""Commands that take a table, and no option that the contract names."""
IN_WORDS = {"stage", "grade", "her2pet-pairs", "specimen", "change", "doseresponse", "eortc", "who"}
"""Commands whose value the contract gives in words."""
BEYOND_THE_CONTRACT = {
    *("receptors", "her2-change", "her2-heterogeneity", "outlook", "length", "pattern", "phergain"),
    "her2-uptake",
    *("propose", "accept", "carry"),
}
"""Commands that the contract does not name; adding is free."""
IN_CONTRACT = [each for each in CALCULATORS if each.name not in BEYOND_THE_CONTRACT]


@pytest.fixture(scope="module")
def contract(shared_data: Path) -> str:
    return (shared_data.parent / "design" / "contracts.md").read_text(encoding="utf-8")


def row_of(contract: str, command: str) -> tuple[str, str]:
    """The options cell and the value cell of a calculator's row."""
    for line in contract.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 3 and re.search(
            rf"`neoher (\w+\\\|)*{command}(\\\|\w+)*( [A-Z]+(\.csv)?)*`", cells[0]
        ):
            return (
                own_part(cells[0], command, cells[1]).replace("\\|", "|"),
                own_part(cells[0], command, cells[2]).replace("\\|", "|"),
            )
    pytest.fail(f"the contract has no row of neoher {command}")


def own_part(commands: str, command: str, cell: str) -> str:
    """What a cell says of one command, where a row is shared by several."""
    sharing = re.findall(r"`neoher ([a-z0-9-]+)", commands)
    return cell.split("; ")[sharing.index(command)] if len(sharing) > 1 else cell


def keys_of(value: str) -> list[str]:
    """The keys of the first JSON object in a cell, in order; those of objects inside it are not its own."""
    keys, depth = [], 0
    for brace, key in re.findall(
        r'([{}])|(?<!: )(?<!:)(?<!\|)"([\w/ ]+)"', value
    ):  # a value follows a colon or a bar
        depth += {"{": 1, "}": -1, "": 0}[brace]
        if brace and depth == 0:
            break
        if key and depth == 1:
            keys.append(key)
    return keys


@pytest.mark.parametrize("reference", IN_CONTRACT, ids=lambda each: each.name)
def test_every_option_of_the_contract_is_declared(contract: str, reference: CalculatorReference) -> None:
    options, value = row_of(contract, reference.name)
    calculator = reference.load()
    rows = [option.rows for _, option in calculator.options().values() if option.rows is not None]
    if rows:
        # Where the input is a table, the contract names its columns, and options beside the value.
        options += value
    declared = {f"--{option.name}" for _, option in calculator.options().values()}
    if calculator.table is not None:
        declared |= {"--table", "--out"}
    named = set(re.findall(r"--[a-z][a-z-]*", options))
    assert bool(named) is (reference.name not in SHARED_ROW | TABLE_ALONE)
    assert named <= declared


@pytest.mark.parametrize("reference", IN_CONTRACT, ids=lambda each: each.name)
def test_the_value_has_the_fields_of_the_contract_in_its_order(
    contract: str, reference: CalculatorReference
) -> None:
    _, value = row_of(contract, reference.name)
    output = models_of(reference.load().output)[0]
    promised = keys_of(value)
    assert bool(promised) is (reference.name not in IN_WORDS)
    # What stands in the contract keeps its name, meaning and place; more may follow.
    assert [field.alias or name for name, field in output.model_fields.items()][: len(promised)] == promised


def test_the_table_of_recist_has_the_columns_and_values_of_the_contract(contract: str) -> None:
    options, value = row_of(contract, "recist")
    written = re.search(r"`(lesion,.*?)`", options)
    assert written is not None
    stated = re.sub(r"\(.*?\)", lambda found: found[0].replace(",", " "), written[1])
    promised = dict(re.findall(r"([a-z_]+)(?:\((.*?)\))?(?:,|$)", stated))
    columns = columns_of(RecistRow)
    assert list(columns) == list(promised)
    for name in ("role", "kind", "finding"):
        assert list(choices(columns[name][0])) == promised[name].split("|")
    assert list(choices(columns["status"][0])) == promised["status"].split(";")[0].split("|")
    assert [name for name, (_, column) in columns.items() if column.may_be_left_out] == [
        "finding",
        *list(columns)[-3:],
    ]
    classes = re.search(r"with `([A-Z /-]+)`", value)
    assert classes is not None
    assert set(classes[1].split()) == set(Response)
    assert next(iter(BestResponse.model_fields)) == "best"


def test_the_table_of_her2_pet_pairs_has_the_columns_of_the_contract_and_may_have_more(contract: str) -> None:
    options, _ = row_of(contract, "her2pet-pairs")
    written = re.search(r"`(patient,.*?)`", options)
    assert written is not None
    promised = re.sub(r"\(.*?\)", "", written[1]).split(",")
    columns = columns_of(Her2PetRow)
    assert list(columns)[: len(promised)] == promised
    assert all(column.may_be_left_out for _, column in list(columns.values())[len(promised) :])
    assert choices(columns["event"][0]) == ("scan", "biopsy", "drug")
    assert Her2PetInputs.model_fields["window"].default == 61


def test_the_table_of_specimens_has_the_columns_and_values_of_the_contract(contract: str) -> None:
    options, value = row_of(contract, "specimen")
    written = re.search(r"`(patient,.*?)`", options)
    assert written is not None
    columns = columns_of(SpecimenRow)
    assert [name for name, (_, column) in columns.items() if not column.may_be_left_out] == written[1].split(
        ","
    )
    verdicts, *named = re.findall(r"`(.*?)`", value)
    assert verdicts.split("|") == list(Agreement)
    assert set(named) <= set(ExamAgainstSpecimen.model_fields)


def test_the_tables_of_fdg_scans_have_the_columns_and_classes_of_the_contract(contract: str) -> None:
    options, value = row_of(contract, "percist")
    written = re.search(r"`(lesion,.*?)`", options)
    assert written is not None
    promised = [name.split("(")[0] for name in re.split(r",", written[1])]
    columns = columns_of(FdgRow)
    assert list(columns)[: len(promised)] == promised
    kinds = re.search(r"kind\((.*?)\)", written[1])
    assert kinds is not None
    assert list(choices(columns["kind"][0])) == kinds[1].split("|")
    for name in ("percist", "eortc"):
        calculator = next(each for each in CALCULATORS if each.name == name).load()
        assert next(option.rows for _, option in calculator.options().values()) is FdgRow
    classes = re.search(r'"response":((?:"\w+"\|?)+)', value)
    assert classes is not None
    assert re.findall(r"\w+", classes[1]) == list(MetabolicResponse)


def test_the_table_of_who_is_that_of_recist() -> None:
    calculator = next(each for each in CALCULATORS if each.name == "who").load()
    assert [option.rows for _, option in calculator.options().values()] == [RecistRow]


def test_the_table_of_changes_has_the_columns_and_fields_of_the_contract(contract: str) -> None:
    options, value = row_of(contract, "change")
    written = re.search(r"`(lesion,.*?)`", options)
    assert written is not None
    assert list(columns_of(ChangeRow))[:6] == written[1].split(",")
    fields = list(LesionChange.model_fields)
    # 'per lesion, quantity and visit: change, percent, limit, `beyond_noise`'
    assert fields[:7] == re.findall(r"\b(lesion|quantity|visit|change|percent|limit|beyond_noise)\b", value)


def test_dose_response_has_the_columns_and_estimates_of_the_contract(contract: str) -> None:
    options, value = row_of(contract, "doseresponse")
    columns, estimates = (re.search(r"`([a-z0-9_]+(?:,[a-z0-9_]+)+)`", cell) for cell in (options, value))
    assert columns is not None
    assert estimates is not None
    needed = [name for name, (_, column) in columns_of(DoseRow).items() if not column.may_be_left_out]
    assert needed == columns[1].split(",")
    fields = list(CurveResult.model_fields)
    for name in estimates[1].split(","):
        # "with intervals": each estimate stands before its limits.
        place = fields.index(name)
        assert fields[place + 1 : place + 3] == [f"{name}_low", f"{name}_high"]


def test_the_commands_of_survival_have_the_options_of_the_contract(contract: str) -> None:
    written = re.search(r"`survival (--.*?)`", contract)
    assert written is not None
    parameters = inspect.signature(survival).parameters
    for option, listed in re.findall(r"--([a-z-]+) ([A-Za-z0-9|,-]+)", written[1]):
        assert option in parameters
        if "|" in listed:
            assert listed.split("|") == list({"ties": Ties, "interval": Interval}[option])


def test_the_table_of_residual_burden_has_the_columns_of_the_contract(contract: str) -> None:
    options, _ = row_of(contract, "rcb")
    calculator = next(each for each in CALCULATORS if each.name == "rcb").load()
    columns = re.findall(r"`([a-z_0-9]+(?:,[a-z_0-9]+)+)`", options)
    assert [each.split(",") for each in columns] == [
        list(calculator.columns()),
        list(calculator.result_columns()),
    ]


def test_the_classes_of_her2_are_those_of_the_contract(contract: str) -> None:
    _, value = row_of(contract, "her2")
    match = re.search(r"\{.*?\}", value)
    assert match is not None
    alternatives = {
        key: [each.strip('"') for each in listed.split("|") if each != "null"]
        for key, listed in re.findall(r'"(\w+)": ((?:"[^"]*"|null|[0-9.]+)(?:\|(?:"[^"]*"|null))*)', match[0])
    }
    assert alternatives["status"] == list(Her2Status)
    assert alternatives["spectrum"] == list(Spectrum)
    assert alternatives["three_class"] == list(ThreeClass)


def test_a_conclusion_in_json_has_the_keys_of_the_contract(contract: str) -> None:
    line = next(line for line in contract.splitlines() if line.startswith("- A conclusion in JSON"))
    match = re.search(r"`(\{.*\})`", line)
    assert match is not None
    written = (
        re.sub(r"…\|null", "null", match[1]).replace('"…"', "null").replace("{…}", "{}").replace("…", "null")
    )
    shape = json.loads(written)
    conclusion = Conclusion[int](
        value=1,
        because=(Step(step="a", rule="b"),),
        missing=("c",),
        warnings=(Caution(code="d", message="e"),),
        sources=("f",),
    ).as_json()
    assert list(conclusion) == list(shape)
    for name in ("because", "warnings"):
        assert conclusion[name][0].keys() == shape[name][0].keys()
    assert conclusion["software"].keys() == shape["software"].keys()
    assert conclusion["software"]["name"] == shape["software"]["name"]


def test_the_commands_of_the_knowledge_base_are_those_of_the_contract(contract: str) -> None:
    (row,) = re.findall(r"`neoher knowledge ([^`]+)`", contract)
    commands = re.split(r"\\?\|", row)
    assert [word.split()[0] for word in commands if not word.startswith("ris")] == list(KNOWLEDGE_COMMANDS)


# Cohort commands -----------------------------------------------------------------------------------------


def test_cohort_commands_are_those_of_the_contract(contract: str) -> None:
    (row,) = [line for line in contract.splitlines() if line.startswith("| `neoher cohort COMMAND TABLE")]
    # `neoher doseresponse` is a calculator, its page stands among the cohort commands; `dictionary` is ours.
    for command in COHORT_COMMANDS.keys() - {"doseresponse", "dictionary"}:
        assert f"`{command}" in row, command
    keys = re.findall(r'"(\w+)"', row[row.index('`{"n"') :])
    top = ["n", "excluded", "table", "estimates", "tests", "methods_text"]
    inner = {"excluded": Excluded, "estimates": Estimate, "tests": CohortTest}
    plain = CohortResult(
        title="t", n=1, main=ResultTable(name="t", title="t", columns=(), rows=()), methods_text="m"
    ).as_json()
    assert [key for key in keys if key in top] == top
    assert list(plain)[1:7] == top
    stated = {
        name: set(re.findall(r'"(\w+)"', re.findall(rf'"{name}": \[{{(.*?)}}\]', row)[0])) for name in inner
    }
    for name, model in inner.items():
        assert stated[name] <= set(model.model_fields), name


def test_the_actions_of_the_cardiac_rules_are_those_of_the_contract(contract: str) -> None:
    options, value = row_of(contract, "cardiac")
    (actions,) = re.findall(r'"action": ((?:"[a-z-]+"\|?)+)', value)
    assert {each.strip('"') for each in actions.split("|")} == set(Action)
    drugs = re.search(r"--drug ([a-z0-9|-]+)", options)
    assert drugs is not None
    assert drugs[1].split("|") == list(CardiacDrug)
    regions = re.search(r"--region ([A-Z|]+)", options)
    assert regions is not None
    assert set(regions[1].split("|")) <= set(RuleSet)
    assert list(CardiacVerdict.model_fields)[:2] == ["action", "next_echo"]


def test_advice_has_the_fields_of_the_contract(contract: str) -> None:
    line = next(line for line in contract.splitlines() if line.startswith("| `neoher advise CASE"))
    inside = re.search(r'\{"options": \[\{(.*?)\}\]', line)
    assert inside is not None
    assert set(re.findall(r'"(\w+)"', inside[1])) <= set(AdviceOption.model_fields)
    rest = line.replace(inside[0], '{"options": []')
    written = re.search(r"`(\{.*\})`", rest)
    assert written is not None
    assert list(json.loads(written[1].replace("…", ""))) == list(Advice.model_fields)[:4]
