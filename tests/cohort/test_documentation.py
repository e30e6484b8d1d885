"""The mapping in the documentation is one that is read."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from neoher.cohort.table.building import read_cohort
from neoher.cohort.table.mapping import Mapping

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "cohort.md"


def documented() -> str:
    (found,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
    return str(found)


def test_the_mapping_of_the_documentation_is_valid() -> None:
    mapping = Mapping.model_validate(yaml.safe_load(documented()))
    assert mapping.name == "our clinic"


def test_the_mapping_of_the_documentation_reads_a_table(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(documented(), encoding="utf-8")
    (tmp_path / "table.csv").write_text(
        "Nr;Alter;HER2;HR;pCR;Diameter;Datum;OP;MRT\n"
        "1;39,5;2;j;j;3,4;01.02.2020;01.08.2020;20.07.2020\n"
        "2;60;9;n;n;;01.03.2020;01.09.2020;02.09.2020\n",
        encoding="utf-8",
    )
    cohort = read_cohort(tmp_path / "table.csv", mapping=str(tmp_path / "mapping.yaml"))
    assert cohort.frame["ld_mm"].tolist()[0] == 34
    assert cohort.frame["group"].tolist()[0] == "luminal HER2"
    assert [warning.code for warning in cohort.warnings] == ["mri-after-surgery"]
