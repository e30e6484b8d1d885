"""Regression of breast and nodes under neoadjuvant therapy: Miller-Payne and Sataloff."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from neoher.errors import InputError
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.regression_grade.facts import (
    MillerPayneNodes,
    RegressionFacts,
    RegressionGrade,
    SataloffBreast,
    SataloffNodes,
)
from neoher.pathology.sources import (
    BREAST_CANCER_2013,
    OGSTON_2003,
    REGRESSION_GRADES_TABLE,
    SATALOFF_1995,
)
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATOR", "regression_grade"]

# (metastasis in the nodes now, effect of therapy in the nodes)
NODE_CLASSES: dict[tuple[bool, bool], tuple[MillerPayneNodes, SataloffNodes]] = {
    (False, False): ("A", "N-B"),
    (True, False): ("B", "N-D"),
    (True, True): ("C", "N-C"),
    (False, True): ("D", "N-A"),
}


def regression_grade(facts: RegressionFacts) -> Conclusion[RegressionGrade]:
    """Grades by Miller-Payne (breast 1 to 5, nodes A to D) and Sataloff (T-A to T-D, N-A to N-D).

    Returns: a grade is null while a fact it rests on is not known; no value where all are.
    Raises: InputError where two facts cannot both be true.
    Sources: Ogston 2003 (PMID 14659147) and Sataloff 1995 (PMID 7874340), both as later tables give them.
    Neither system says whether the response is a pathological complete response.
    """
    reasons: Reasoning[RegressionGrade] = Reasoning()
    payne = _miller_payne(facts, reasons)
    breast = _sataloff_breast(facts, reasons)
    payne_nodes, nodes = _nodes(facts, reasons)
    if payne is None and breast is None and nodes is None:
        return reasons.conclude(None)
    return reasons.conclude(
        RegressionGrade(
            miller_payne=payne,
            miller_payne_nodes=payne_nodes,
            sataloff_breast=breast,
            sataloff_nodes=nodes,
        )
    )


# Miller-Payne ---------------------------------------------------------------------------------------------


def _miller_payne(
    facts: RegressionFacts, reasons: Reasoning[RegressionGrade]
) -> Literal[1, 2, 3, 4, 5] | None:
    loss = _loss(facts)
    _refuse_cells_against_loss(facts, loss)
    if facts.compared_with_biopsy is False:
        reasons.miss("compared_with_biopsy")
        reasons.warn(
            "biopsy-needed",
            "Miller-Payne compares with the biopsy before therapy: without it there is no grade.",
        )
        return None
    if loss is None and facts.invasive_remaining is not False:
        reasons.miss("loss_percent")
        return None
    # A loss of 100 % and 'no invasive cell remains' are one statement.
    grade = 5 if loss is None else _grade_of(loss)
    reasons.step(
        f"Miller-Payne grade {grade}",
        "1 no reduction; 2 up to and with 30 %; 3 over 30 up to and with 90 %; 4 over 90 %; 5 no invasive "
        "cell, in situ cancer may remain (Ogston 2003, as tables give it)",
        OGSTON_2003,
        loss_percent=None if loss is None else float(loss),
        invasive_remaining=facts.invasive_remaining,
    )
    reasons.cite(REGRESSION_GRADES_TABLE)
    _warn_of_miller_payne(facts, loss, grade, reasons)
    return grade


def _loss(facts: RegressionFacts) -> Fraction | None:
    """Loss of invasive cells in %, exact as written; below 0 where there are more than before."""
    before, after = facts.cellularity_before_percent, facts.cellularity_after_percent
    stated = None if facts.loss_percent is None else Fraction(repr(facts.loss_percent))
    if before is None or after is None:
        return stated
    computed = 100 * (1 - Fraction(repr(after)) / Fraction(repr(before)))
    if stated is not None and _grade_of(stated) != _grade_of(computed):
        raise InputError(
            f"a loss of {float(stated):g} % is stated; from {before:g} % to {after:g} % it is "
            f"{float(computed):.3g} %, another grade.",
            where="loss_percent, cellularity_before_percent, cellularity_after_percent",
            remedy="Correct one of them, or state the loss alone.",
        )
    return computed if stated is None else stated


def _grade_of(loss: Fraction) -> Literal[1, 2, 3, 4, 5]:
    if loss <= 0:
        return 1
    if loss <= 30:
        return 2
    if loss <= 90:
        return 3
    return 4 if loss < 100 else 5


def _refuse_cells_against_loss(facts: RegressionFacts, loss: Fraction | None) -> None:
    if loss is None or facts.invasive_remaining is None or facts.invasive_remaining == (loss < 100):
        return
    where = "loss_percent" if facts.loss_percent is not None else "cellularity_after_percent"
    if facts.invasive_remaining:
        what = "invasive cells remain, yet the loss is 100 %."
        remedy = "For scattered cells state a loss below 100, such as 99."
    else:
        what = f"no invasive cell remains, yet the loss is {float(loss):.3g} %."
        remedy = "Without an invasive cell the loss is 100 %."
    raise InputError(what, where=f"invasive_remaining, {where}", remedy=remedy)


def _warn_of_miller_payne(
    facts: RegressionFacts, loss: Fraction | None, grade: int, reasons: Reasoning[RegressionGrade]
) -> None:
    if loss == 30:
        reasons.warn(
            "exactly-30-percent",
            "A loss of exactly 30 % is grade 2 ('up to 30 %'); one published table writes below 30 %.",
            BREAST_CANCER_2013,
        )
    if grade == 5:
        reasons.warn(
            "breast-only",
            "Grade 5 speaks of the breast alone and allows in situ cancer: whether the response is complete "
            "also rests on the nodes.",
        )
    if facts.compared_with_biopsy is None and facts.cellularity_before_percent is None:
        reasons.warn(
            "conditions-not-stated",
            "Not stated, though Miller-Payne holds only if: the specimen was compared with the biopsy before "
            "therapy.",
        )


# Sataloff -------------------------------------------------------------------------------------------------


def _sataloff_breast(facts: RegressionFacts, reasons: Reasoning[RegressionGrade]) -> SataloffBreast | None:
    effect = facts.effect_percent
    _refuse_near_total_against_effect(facts)
    if effect == 50:
        reasons.miss("effect_percent")
        reasons.warn(
            "exactly-50-percent-not-defined",
            "Sataloff defines over 50 % and under 50 %, not exactly 50 %: ask the pathologist on which side "
            "it lies.",
            SATALOFF_1995,
        )
        return None
    grade = _class_of(effect, facts.near_total)
    if grade is None:
        reasons.miss("effect_percent" if effect is None else "near_total")
        return None
    reasons.step(
        f"Sataloff {grade}",
        "T-A total or near total; T-B over 50 %, not near total; T-C under 50 %; T-D none (Sataloff 1995, as "
        "tables give it)",
        SATALOFF_1995,
        effect_percent=effect,
        near_total=facts.near_total,
    )
    reasons.cite(REGRESSION_GRADES_TABLE)
    if grade == "T-A":
        reasons.warn(
            "not-a-complete-response",
            "T-A holds complete responses and minimal residual disease together: it is no statement of a "
            "pathological complete response.",
        )
    return grade


def _class_of(effect: float | None, near_total: bool | None) -> SataloffBreast | None:
    if near_total or effect == 100:
        return "T-A"
    if effect is None:
        return None
    if effect == 0:
        return "T-D"
    if effect < 50:
        return "T-C"
    return "T-B" if near_total is False else None


def _refuse_near_total_against_effect(facts: RegressionFacts) -> None:
    effect, near_total = facts.effect_percent, facts.near_total
    if effect is None or near_total is None:
        return
    if (near_total and effect <= 50) or (not near_total and effect == 100):
        said = "total or near total" if near_total else "neither total nor near total"
        raise InputError(
            f"an effect of {effect:g} % is stated as {said}.",
            where="effect_percent, near_total",
            remedy="Correct one of them.",
        )


# Nodes ----------------------------------------------------------------------------------------------------


def _nodes(
    facts: RegressionFacts, reasons: Reasoning[RegressionGrade]
) -> tuple[MillerPayneNodes | None, SataloffNodes | None]:
    metastasis, effect = facts.node_metastasis, facts.node_effect
    if metastasis is None or effect is None:
        stated = {"node_metastasis": metastasis, "node_effect": effect}
        reasons.miss(*(name for name, value in stated.items() if value is None))
        return None, None
    payne, sataloff = NODE_CLASSES[metastasis, effect]
    reasons.step(
        f"nodes: Miller-Payne {payne}, Sataloff {sataloff}",
        "metastasis and effect of therapy; the letters of Miller-Payne are given from memory, unverified",
        SATALOFF_1995,
        node_metastasis=metastasis,
        node_effect=effect,
    )
    reasons.warn(
        "unverified-rule", "The node classes A to D of Miller-Payne are given from memory: check them."
    )
    return payne, sataloff


CALCULATOR = Calculator(
    name="grade",
    summary="Regression of breast and nodes under therapy: Miller-Payne and Sataloff.",
    inputs=RegressionFacts,
    output=RegressionGrade,
    compute=regression_grade,
    example="--loss 95 --compared-with-biopsy yes --effect 95 --near-total yes --node-metastasis no "
    "--node-effect yes",
    sources=(OGSTON_2003, SATALOFF_1995, REGRESSION_GRADES_TABLE, BREAST_CANCER_2013),
    explanation="""\
| Miller-Payne, breast | loss of invasive cells against the biopsy before therapy |
|---|---|
| 1 | none |
| 2 | up to and with 30 % |
| 3 | over 30 %, up to and with 90 % |
| 4 | over 90 %, scattered cells remain |
| 5 | no invasive cell; in situ cancer may remain |

| Sataloff, breast | therapeutic effect |
|---|---|
| T-A | total or near total |
| T-B | over 50 %, not near total |
| T-C | under 50 % |
| T-D | none |

| nodes | Miller-Payne | Sataloff |
|---|---|---|
| no metastasis, no effect of therapy | A | N-B |
| metastasis, no effect | B | N-D |
| metastasis and effect | C | N-C |
| effect, no metastasis left | D | N-A |

**At the limits.** A loss of exactly 30 % is grade 2 (one published table writes below 30 %), of exactly 90 %
grade 3. Sataloff does not define exactly 50 %: there is no class then, and the pathologist is asked. No
number defines 'near total': it must be stated.

**Not a complete response by themselves.** Miller-Payne grades the breast alone; T-A also holds minimal
residual disease. The node letters of Miller-Payne are given from memory and unverified; neither original
paper was opened.""",
)
