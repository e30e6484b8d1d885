from __future__ import annotations

import io

from neoher.cli.printing import conclusion_lines, print_conclusion
from neoher.record.conclusion import Caution, Conclusion, Step

CONCLUSION = Conclusion[dict[str, object]](
    value={"voxels": 42644, "volume_cc": 42.16512, "phases": [{"index": 0}, {"index": 1}], "known": None},
    because=(Step(step="counted", rule="PE of 70 % or more " * 8, inputs={"pe_percent": 70.0, "voi": None}),),
    missing=("injected_at",),
    warnings=(Caution(code="injection-date-missing", message="No date."),),
    sources=("PMID:22623692",),
)


def test_a_value_without_words_of_its_own_is_listed_field_by_field() -> None:
    lines = list(conclusion_lines(CONCLUSION, width=80))
    assert lines[:4] == [
        "voxels     42644",
        "volume_cc  42.1651",
        "phases     (index 0), (index 1)",
        "known      not known",
    ]


def test_every_part_of_the_basis_is_shown_in_the_width_asked_for() -> None:
    lines = list(conclusion_lines(CONCLUSION, width=60))
    text = "\n".join(lines)
    for part in (
        "Missing",
        "injected_at",
        "No date. [injection-date-missing]",
        "counted",
        "pe_percent 70",
        "PMID:22623692",
    ):
        assert part in text
    assert "voi" not in text
    assert max(map(len, lines)) <= 60


def test_printing_on_a_file_that_knows_no_unicode_still_gives_valid_json() -> None:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding="ascii")
    print_conclusion(Conclusion[str](value="≥ 10 %"), as_json=True, file=file)
    file.flush()
    assert b"\\u2265 10 %" in raw.getvalue()
