"""A calculator's explanation comes apart into paragraphs, lists and formulas, and nothing of it is lost."""

from __future__ import annotations

import re

from neoher.pathology.residual_burden.calculator import CALCULATOR as RESIDUAL_BURDEN
from neoher.report.explanation import explained


def test_a_formula_keeps_its_lines_and_a_paragraph_does_not() -> None:
    told = explained("**A formula**, in\nmm:\n\n```\na = b\nc   = d\n```\n\nIt `ends` *here*, 2 * 3.")
    assert told.formulas == ("a = b\nc   = d",)
    assert told.paragraphs == ("A formula, in mm:", "It ends here, 2 * 3.")


def test_a_list_is_a_list_also_behind_its_lead() -> None:
    told = explained("A voxel counts when\n- it is bright\n- it lies\n  inside\n\n| a | b |\n| - | - |")
    assert told.paragraphs == ("A voxel counts when",)
    assert told.items == ("it is bright", "it lies inside")
    assert told.formulas == ("| a | b |\n| - | - |",)


def test_every_word_of_an_explanation_is_on_the_page() -> None:
    text = RESIDUAL_BURDEN.explanation
    told = explained(text)
    shown = " ".join((*told.paragraphs, *told.formulas, *told.items))
    assert set(re.findall(r"\w+", text)) == set(re.findall(r"\w+", shown))
