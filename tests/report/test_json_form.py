"""report.json: the same content for programs, with keys that stay."""

from __future__ import annotations

import json
from dataclasses import replace

from neoher.report.content import ReportContent
from neoher.report.json_form import as_json


def test_the_keys_of_the_report_are_those_that_other_programs_rely_on(content: ReportContent) -> None:
    assert list(as_json(content)) == [
        "neoher_report",
        "patient",
        "audience",
        "generated_on",
        "software",
        "key_line",
        "identity",
        "cancers",
        "treatment",
        "safety",
        "timeline",
        "visits",
        "lesions",
        "her2",
        "residual_burden",
        "sections",
        "missing",
        "problems",
        "cautions",
        "intended_use",
        "provenance",
    ]


def test_numbers_are_unrounded_with_unit_origin_and_source(content: ReportContent) -> None:
    plain = json.loads(json.dumps(as_json(content), allow_nan=False))
    row = plain["lesions"][0]["rows"][0]
    assert (row["quantity"], row["unit"], row["origin"]) == ("functional_tumour_volume", "cm3", "measured")
    assert [cell["value"] for cell in row["cells"]] == [12.345, 6.1725, None, 0.0]
    assert row["cells"][1]["change"]["value"]["percent"] == -50.0
    assert row["cells"][2]["absent"] == "not measured: slice 12 is missing."
    sources = {entry["id"]: entry for entry in plain["provenance"]}
    assert sources[row["cells"][0]["provenance"]]["images_sha256"].startswith("E1aaa")
    assert sources["m1"]["parameters"]["pe_percent"] == 70.0


def test_conclusions_have_the_form_of_the_contract(content: ReportContent) -> None:
    plain = as_json(content)
    conclusion = plain["her2"][0]["conclusion"]  # type: ignore[index, call-overload]
    assert set(conclusion) == {"value", "because", "missing", "warnings", "sources", "software"}  # type: ignore[arg-type]
    burden = plain["residual_burden"][0]["conclusion"]["value"]  # type: ignore[index, call-overload]
    assert burden["class"] == "I"  # type: ignore[index, call-overload]


def test_dates_are_iso_and_a_number_that_is_none_is_null(content: ReportContent) -> None:
    table = content.lesions[0]
    cells = (replace(table.rows[0].cells[0], value=float("nan")), *table.rows[0].cells[1:])
    rows = (replace(table.rows[0], cells=cells), *table.rows[1:])
    plain = as_json(replace(content, lesions=(replace(table, rows=rows),)))
    assert plain["generated_on"] == "2026-09-02"
    assert plain["lesions"][0]["rows"][0]["cells"][0]["value"] is None  # type: ignore[index, call-overload]


def test_pictures_are_left_out(content: ReportContent) -> None:
    assert '"svg"' not in json.dumps(as_json(content))
