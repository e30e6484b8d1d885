"""Reading case.yaml: every refusal says file, line, field and remedy."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neoher.errors import RecordError
from neoher.record.case import Case
from neoher.record.exam import MrExam, PtExam
from neoher.record.lesion import NodeStation
from neoher.record.reading.case_file import read_case, read_case_text, read_with_places

Changed = Callable[..., str]


def test_the_contracts_sketch_reads_as_it_stands(sketch: str) -> None:
    case = read_case_text(sketch)
    assert case.patient.id == "P001"
    assert case.cancers[0].stage is not None
    assert (case.cancers[0].stage.T, case.cancers[0].stage.N, case.cancers[0].stage.M) == ("2", "1", "0")
    assert case.lesions[0].clip == dt.date(2025, 2, 10)
    assert case.lesions[1].station is NodeStation.LEVEL_I
    mri, pet = case.exams[0], case.exams[3]
    assert isinstance(mri, MrExam)
    assert mri.findings[0].longest_mm == 38
    assert isinstance(pet, PtExam)
    assert pet.injected_at == dt.datetime(2025, 2, 8, 10, 15)
    assert case.surgery[0].specimen is not None
    assert case.surgery[0].specimen.bed_mm == (12, 9)
    assert case.adverse_events == "none"
    assert case.contraindications is None, "left out is not known"


def _entries(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    found = [(*path, key) for key, _ in children if isinstance(key, str)]
    for key, child in children:
        found += _entries(child, (*path, key))
    return found


def _referred_to(path: tuple[str | int, ...]) -> bool:
    """Entries whose removal leaves a reference without its target."""
    return path in {
        ("cancers",),
        ("lesions",),
        ("cancers", 0, "id"),
        ("lesions", 0, "id"),
        ("lesions", 1, "id"),
    }


def test_every_field_but_the_version_and_the_patients_id_may_be_left_out(sketch: str) -> None:
    plain = yaml.load(sketch, Loader=yaml.BaseLoader)
    paths = [path for path in _entries(plain) if not _referred_to(path)]
    required = {("neoher",), ("patient",), ("patient", "id")}
    assert len(paths) > 90
    for path in paths:
        if path in required:
            continue
        text = _without(sketch, path)
        try:
            read_case_text(text)
        except RecordError as error:  # pragma: no cover - says which field
            pytest.fail(f"{path} may be left out: {error}")
    for path in required:
        with pytest.raises(RecordError):
            read_case_text(_without(sketch, path))


def _without(sketch: str, path: tuple[str | int, ...]) -> str:
    from neoher.record.reading.yaml_nodes import parse_yaml

    plain, _ = parse_yaml(sketch, "case.yaml")
    target = plain
    for key in path[:-1]:
        target = target[key]  # type: ignore[index,call-overload]
    del target[path[-1]]  # type: ignore[union-attr,arg-type]
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def test_what_was_read_and_written_reads_the_same_again(case: Case) -> None:
    assert read_case_text(_written(case)) == case


def _written(case: Case) -> str:
    return yaml.safe_dump(case.model_dump(mode="json", by_alias=True, exclude_none=True), allow_unicode=True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # a descriptor of another modality
        (
            "margin: spiculated",
            "margin: angular",
            "line 14, exams[E1].findings[0].margin: 'angular' is for `margin` "
            "on ultrasound; this exam is MRI.\n  Allowed are circumscribed, irregular, spiculated.",
        ),
        (
            "hilum: absent",
            "kinetics_delayed: washout",
            "line 16, exams[E2].findings[0].kinetics_delayed: "
            "`kinetics_delayed` belongs to MRI; this exam is ultrasound.",
        ),
        (
            "hilum: absent",
            "calcifications: {morphology: amorphous}",
            "exams[E2].findings[0].calcifications: a group of "
            "fields is for `calcifications` on mammography; this exam is ultrasound.",
        ),
        (
            "modality: US",
            "modality: US, tracer: 18F-FDG",
            "`tracer` belongs to PET and bone scan; this exam is ultrasound.",
        ),
        # unknown words
        (
            "margin: spiculated",
            "margn: spiculated",
            "line 14, exams[E1].findings[0].margn: there is no field `margn` here.\n  Did you mean `margin`?",
        ),
        ("exams:", "exam:", "line 12, exam: there is no field `exam` here.\n  Did you mean `exams`?"),
        (
            "modality: MR",
            "modality: XR",
            "line 13, exams[E1].modality: the modality 'XR' is not known.\n  Allowed are "
            "MR, MG, US, PT, CT, NM, DX.",
        ),
        (
            "sex: female",
            "sex: Female",
            "line 2, patient.sex: 'Female' is not a value of `sex`.\n  Did you mean "
            "'female'? Allowed are female, male, other.",
        ),
        ('ihc: "2+"', "ihc: 3", "specimens[B1].her2.ihc: '3' is not a value of `ihc`.\n  Did you mean '3+'?"),
        # units and numbers
        (
            "longest_mm: 38",
            'longest_mm: "38"',
            "the text '38' has no unit; a unit is never guessed.\n  Write 38 "
            "without quotes, or name the unit: '38 mm'.",
        ),
        (
            "longest_mm: 38",
            "longest_mm: 38 kg",
            "the unit 'kg' does not fit this field.\n  Write a number in mm",
        ),
        (
            "longest_mm: 38",
            "longest_mm: 3,8",
            "the number 8 stands alone.\n  A decimal is written with a point",
        ),
        ("longest_mm: 38", "longest_mm: 0", "0 lies outside what is possible here: above 0 mm"),
        (
            "cellularity_percent: 5",
            "cellularity_percent: 110",
            "surgery.specimen.cellularity_percent: 110 lies outside what is possible here",
        ),
        (
            "birth_year: 1976",
            'birth_year: "1976"',
            "a whole number is expected here, the text '1976' was found.",
        ),
        ("grade: 3", "grade: true", "line 4, cancers[C1].grade: a whole number is expected here."),
        ("bed_mm: [12, 9]", "bed_mm: [12]", "surgery.specimen.bed_mm[1]: a number is missing from the list."),
        # dates
        (
            "date: 2025-02-08",
            "date: 08.02.2025",
            "exams[E1].date: '08.02.2025' is not a date.\n  Write it as YYYY-MM-DD",
        ),
        (
            "injected_at: 2025-02-08T10:15",
            "injected_at: 2025-02-08",
            "line 18, exams[E3].injected_at: '2025-02-08' has no time of day; midnight would be a guess.",
        ),
        # identity and place
        (
            "lesion: L1, longest_mm: 38",
            "lesion: L9, longest_mm: 38",
            "line 14, exams[E1].findings[0].lesion: there is no lesion L9.\n  The lesions are L1, N1.",
        ),
        (
            "cancer: C1, kind: node",
            "cancer: C7, kind: node",
            "line 8, lesions[N1].cancer: there is no cancer C7.",
        ),
        (
            "side: left, site: upper",
            "side: right, site: upper",
            "line 7, lesions[L1].side: lesion L1 lies on the right, its cancer C1 on the left.",
        ),
        (
            "site: axilla level I",
            "site: armpit",
            "line 8, lesions[N1].site: 'armpit' is no station of a regional "
            "node.\n  Allowed are axilla, axilla level I",
        ),
        ("images: imaging/t0-mr", "images: ../other", "exams[E1].images: '../other' leaves the case folder."),
        ("images: imaging/t0-mr", "images: /etc/passwd", "leaves the case folder."),
        # statements of absence
        ("adverse_events: none", "adverse_events: []", "an empty list says nothing.\n  Write `none`"),
        (
            "adverse_events: none",
            "adverse_events: no",
            "'no' is not a value of `adverse_events`.\n  Did you mean 'none'?",
        ),
        # a term that came with a later edition
        (
            "date: 2025-02-07, findings: [{",
            "lexicon_version: BI-RADS 2013, findings: [{type: non-mass lesion}, {",
            "exams[E2].findings[0].type: 'non-mass lesion' on ultrasound is no term of BI-RADS 2013.",
        ),
        # findings that contradict themselves
        (
            "type: mass, margin: spiculated",
            "type: non-mass enhancement, margin: spiculated",
            "exams[E1].findings[0]"
            ".margin: `margin` describes a mass, the finding is stated as non-mass enhancement.",
        ),
        (
            "longest_mm: 38",
            "longest_mm: 38, short_mm: 50",
            "the short axis, 50 mm, exceeds the longest, 38 mm.",
        ),
        (
            "longest_mm: 38",
            "longest_mm: 38, finding: absent",
            "a lesion that is stated as absent has a size.",
        ),
        (
            "nodes_positive: 0, largest_met_mm: 0",
            "nodes_positive: 2, largest_met_mm: 0",
            "2 nodes are positive and the largest metastasis is 0 mm.",
        ),
        (
            "lesion: N1, short_mm: 16",
            "lesion: L1, short_mm: 16",
            "exams[E2].findings[0].cortex_mm: `cortex_mm` does not describe a primary, which L1 is.",
        ),
        # shape of the file
        ("patient: {id: P001,", "patient: {", "line 2, patient.id: `id` is missing."),
        (
            "heart: [",
            "heart: [5, ",
            "line 22, heart[0]: a group of fields (name: value) is expected here, the number 5 was found.",
        ),
        ("neoher: 1", "neoher: 2", "line 1, neoher: '2' is not a value of `neoher`.\n  Allowed are 1."),
    ],
)
def test_a_refusal_names_line_field_and_remedy(changed: Changed, old: str, new: str, message: str) -> None:
    with pytest.raises(RecordError) as refused:
        read_case_text(changed((old, new)), "folder/case.yaml")
    assert message in str(refused.value)
    assert refused.value.where.startswith("folder/case.yaml")


def test_all_problems_are_listed_in_the_order_of_the_file(changed: Changed) -> None:
    text = changed(("sex: female", "sex: woman"), ("grade: 3", "grade: 9"), ("mg: 840", "mg: 840 mm"))
    with pytest.raises(RecordError) as refused:
        read_case_text(text)
    assert [int(line) for line in re.findall(r"line (\d+),", str(refused.value))] == [2, 4, 21]
    assert "3 entries cannot be accepted" in refused.value.what


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('T: "2"', "T: 2"),
        ('N: "1"', "N: 0"),
        ('ihc: "2+"', "ihc: 2+"),
        ('ihc: "2+"', "ihc: 0"),
        ("id: P001", "id: 007"),
        ("longest_mm: 38", "longest_mm: 3.8 cm"),
        ("injected_mbq: 73.8", "injected_mbq: 2 mCi"),
        ("clip: 2025-02-10}", "clip: none}"),
        ('ypT: "1a"', "ypT: is"),
        ("modality: MR, ", ""),
        ("surgery: {", "surgery:\n - {"),
        ("region: US", "region: ~"),
        ("findings: [{site: chest, metastases: none}]", "findings: ~"),
        ("adverse_events: none", "contraindications:"),
        ("id: E4", "id: ~"),
    ],
)
def test_what_people_write_is_understood(changed: Changed, old: str, new: str) -> None:
    read_case_text(changed((old, new)))


def test_an_identifier_keeps_its_zeros(changed: Changed) -> None:
    assert read_case_text(changed(("id: P001", "id: 007"))).patient.id == "007"


def test_with_two_cancers_each_entry_names_its_own(changed: Changed) -> None:
    second = ("cancers:", "cancers:\n  - {id: C2, side: right}\n#")
    specimen = ("restaging: {", "restaging: {cancer: C1, "), ("surgery: {", "surgery: {cancer: C1, ")
    read_case_text(changed(second, *specimen))
    with pytest.raises(RecordError, match=r"lesions\[L1\].cancer: which cancer\? The patient has 2: C2, C1"):
        read_case_text(changed(second, *specimen, ("cancer: C1, kind: primary", "kind: primary")))


def test_an_exam_without_a_modality_keeps_its_descriptors_only_if_one_modality_has_them_all() -> None:
    start = "neoher: 1\npatient: {id: P}\nexams: [{findings: [{site: breast, "
    assert (
        read_case_text(start + "margin: spiculated, kinetics_delayed: washout}]}]").exams[0].modality is None
    )
    with pytest.raises(RecordError, match="State the exam's `modality`"):
        read_case_text(start + "kinetics_delayed: washout, echo_pattern: hypoechoic}]}]")


def test_the_file_is_found_in_its_folder(tmp_path: Path, sketch: str) -> None:
    (tmp_path / "case.yaml").write_text(sketch, encoding="utf-8-sig")
    assert read_case(tmp_path) == read_case(tmp_path / "case.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a record"),
        (b"- 1", "not a record"),
        (b"neoher: 1\npatient: {id: \xff\xfe}", "line 2: the file is not UTF-8"),
        (b"a" * 5_000_001, "at most 5 MB"),
    ],
)
def test_a_file_that_is_no_record_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "case.yaml").write_bytes(content)
    with pytest.raises(RecordError, match=message):
        read_case(tmp_path)


def test_a_folder_without_a_record_says_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="neoher init"):
        read_case(tmp_path)
    with pytest.raises(RecordError, match="no such file or folder"):
        read_case(tmp_path / "absent")


def test_a_path_in_the_record_leads_to_its_line(tmp_path: Path, sketch: str) -> None:
    (tmp_path / "case.yaml").write_text(sketch)
    _, places = read_with_places(tmp_path)
    assert places.place("exams[E3].injected_at").endswith("case.yaml, line 18, exams[E3].injected_at")
    assert "line 17" in places.place("exams[E3].weight_kg"), "a field that is left out: the line of its entry"
    assert places.place("contraindications").endswith("case.yaml, contraindications")


JUNK = st.sampled_from(
    [
        "",
        "~",
        "[]",
        "{}",
        "[",
        "{",
        "true",
        "-1",
        "1e400",
        "9" * 30,
        '"',
        "*a",
        "&a",
        "!x",
        "- ",
        "\t",
        "\x00",
        "\ufeff",
        "é",
        "none",
        "2025-13-01",
        ".nan",
        "|\n",
        "<<: ",
        "0x1F",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_record_gives_a_case_or_one_clear_refusal(sketch: str, data: st.DataObject) -> None:
    text = sketch
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 20))
        text = text[:start] + data.draw(JUNK) + text[start + length :]
    try:
        read_case_text(text)
    except RecordError as error:
        said = error.what, error.where
        assert all(said)
