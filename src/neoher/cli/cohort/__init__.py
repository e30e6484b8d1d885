"""`neoher cohort`: the commands over many patients; each lies in its own module and is loaded when called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App, Group

__all__ = ["COHORT_COMMANDS", "register_cohort"]

SUMMARY = "Many patients: table 1, response rates, survival, agreement and checks of printed statistics."
COHORT_COMMANDS: dict[str, tuple[str, str]] = {
    "describe": (
        "Table 1: every column by group, with tests and standardised differences.",
        "neoher cohort describe cohort.csv --by her2_class",
    ),
    "dictionary": (
        "What each column means: definitions, codes, units, from when each endpoint is counted.",
        "neoher cohort dictionary cohort.csv --mapping clinic.yaml",
    ),
    "rates": (
        "Rates of an outcome by group: intervals, differences, ratios, tests, strata, interaction.",
        "neoher cohort rates cohort.csv --outcome pcr --by her2_class --strata hr",
    ),
    "verify": (
        "Printed statistics against printed counts: which tests and roundings reproduce them.",
        "neoher cohort verify --p 0.287 --counts 13/68 6/49",
    ),
    "agreement": (
        "Imaging against pathology: Bland-Altman, Lin's concordance, ICC, over- and undersizing, kappa.",
        "neoher cohort agreement cohort.csv --measured mri_mm --reference pathology_mm --by her2_class,hr",
    ),
    "change": (
        "Change of FTV, diameter, SUV or ADC over visits: waterfall, spider, ROC, cross-validated cut-offs.",
        "neoher cohort change cohort.csv --visits ftv_t0_cc,ftv_t1_cc,ftv_t2_cc --outcome pcr --by hr",
    ),
    "doseresponse": (
        "Dose-response curves of cell lines: figures, relative and absolute IC50, drugs compared.",
        "neoher cohort doseresponse responses.csv --out page",
    ),
    "her2change": (
        "HER2 before and after therapy: transition table, Sankey diagram, loss compared between classes.",
        "neoher cohort her2change cohort.csv --before her2_before --after her2_after --pcr pcr",
    ),
    "her2pet": (
        "HER2 PET against biopsy: flow, classes by tracer, SUVmax by class, false positives, ROC.",
        "neoher cohort her2pet events.csv --window 61",
    ),
    "measure": (
        "The images of a folder of cases on many workers, into Parquet; a stopped run goes on.",
        "neoher cohort measure cases/ --workers 4 --memory 2GiB",
    ),
    "fit": (
        "A model of an outcome on your own cohort, with its model card. Research use.",
        "neoher cohort fit cohort.csv --outcome pcr --predictors age,her2_class,hr --model "
        "model.json --out card",
    ),
    "predict": (
        "A fitted model applied to a table; nothing is said outside its data. Research use.",
        "neoher cohort predict new.csv --model model.json",
    ),
    "survival": (
        "Survival by group: Kaplan-Meier, log-rank, Cox; competing events by Aalen-Johansen and Fine-Gray.",
        "neoher cohort survival cohort.csv --time efs_days --event efs_event --by her2_class --at 1095,1825",
    ),
}
"""What each command does, and one example; the command NAME is the function of that name in its module."""


def register_cohort(app: App, *, group: Group) -> None:
    """Add `neoher cohort` with its commands to `app`."""
    from cyclopts import App

    cohort = App(
        name="cohort", help=SUMMARY, group=group, help_format="markdown", result_action="return_value"
    )
    for name, (summary, example) in COHORT_COMMANDS.items():
        module = name.replace("-", "_")
        text = f"{summary}\n\nExample: `{example}`"
        cohort.command(f"neoher.cli.cohort.{module}:{module}", name=name, help=text)
    app.command(cohort)
