"""HER2 status of one specimen by ASCO/CAP 2018 (affirmed 2023), with the spectrum label beside it.

The status {positive, negative, equivocal, indeterminate} and the spectrum label are two things:
the label never overwrites the status.
"""

from __future__ import annotations

from neoher.pathology.her2.claims import facts_of_wording, ruling_with_claims
from neoher.pathology.her2.facts import Her2Assessment, Her2Facts, Her2Status, Spectrum, ThreeClass
from neoher.pathology.her2.ihc import IhcReading, IhcScore
from neoher.pathology.her2.ihc_reading import read_ihc
from neoher.pathology.her2.ish import IshGroup, IshResult, Probe, SingleProbeResult, single_probe
from neoher.pathology.her2.ish_verdict import refuse_other_verdict
from neoher.pathology.her2.plausibility import (
    refuse_implausible_counts,
    warn_of_doubtful_counts,
    with_ratio_of_means,
)
from neoher.pathology.her2.reader_disagreement import warn_of_reader_disagreement
from neoher.pathology.her2.status import first_count, refuse_impossible_ish, ruling_of
from neoher.pathology.reasoning import Reasoning
from neoher.pathology.sources import (
    ASCO_CAP_2018,
    ASCO_CAP_2023,
    BAEZ_NAVARRO_2023,
    FERNANDEZ_2022,
    MA_2025,
    RAKHA_2026,
    ZAAKOUK_2023,
)
from neoher.record.calculator import Calculator
from neoher.record.conclusion import Conclusion

__all__ = ["CALCULATOR", "her2"]


def her2(facts: Her2Facts) -> Conclusion[Her2Assessment]:
    """HER2 status, dual-probe group and spectrum label of one specimen.

    Returns: no value while neither IHC nor ISH decides anything; 'equivocal' with the test still to be done
    in `missing`; 'indeterminate' where the result is to be adjudicated.
    Raises: InputError where the facts contradict each other.
    Source: ASCO/CAP 2018 (PMID 29846122), affirmed 2023 (doi 10.1200/JCO.22.02864); ultralow and absent by
    Rakha 2026 (doi 10.1016/j.modpat.2025.100925).
    Does not judge heterogeneity, controls or whether the cells counted are invasive; decides no treatment.
    """
    reasons: Reasoning[Her2Assessment] = Reasoning()
    facts, claims = facts_of_wording(facts, CALCULATOR.read, reasons)
    refuse_impossible_ish(facts)
    refuse_implausible_counts(facts)
    facts = with_ratio_of_means(facts, reasons)
    refuse_other_verdict(facts)
    warn_of_doubtful_counts(facts, reasons)
    reading = read_ihc(facts, reasons)
    score = reading.score if reading else None
    group = first_count(facts, reasons)
    ruling = ruling_with_claims(ruling_of(facts, score, reasons), claims, facts, score, reasons)
    if ruling is None:
        return reasons.conclude(None)
    reasons.step(f"HER2 {ruling.status}", ruling.rule, ASCO_CAP_2018)
    reasons.cite(ASCO_CAP_2023)
    spectrum = _spectrum(ruling.status, reading)
    if reading is None and ruling.status is Her2Status.NEGATIVE:
        spectrum = claims.spectrum
    _explain_spectrum(spectrum, reasons)
    _warn_of_discordance(facts, score, group, ruling.status, reasons)
    if ruling.status is not Her2Status.POSITIVE:
        warn_of_reader_disagreement(facts, score, reasons)
    return reasons.conclude(
        Her2Assessment(
            status=ruling.status,
            ihc=score,
            ish_group=group,
            spectrum=spectrum,
            three_class=_three_class(ruling.status, spectrum),
        )
    )


def _spectrum(status: Her2Status, reading: IhcReading | None) -> Spectrum | None:
    if reading is None or status in {Her2Status.EQUIVOCAL, Her2Status.INDETERMINATE}:
        return None
    if status is Her2Status.POSITIVE:
        return {
            IhcScore.THREE_PLUS: Spectrum.THREE_PLUS,
            IhcScore.TWO_PLUS: Spectrum.TWO_PLUS_ISH_POSITIVE,
        }.get(reading.score, Spectrum.ISH_POSITIVE)
    if reading.score is not IhcScore.ZERO:
        return Spectrum.LOW
    if reading.membrane_staining is None:
        return Spectrum.ZERO_UNSPECIFIED
    return Spectrum.ULTRALOW if reading.membrane_staining else Spectrum.ABSENT


def _three_class(status: Her2Status, spectrum: Spectrum | None) -> ThreeClass | None:
    if status is Her2Status.POSITIVE:
        return ThreeClass.POSITIVE
    if spectrum is None:
        return None
    return ThreeClass.LOW if spectrum is Spectrum.LOW else ThreeClass.ZERO


def _explain_spectrum(spectrum: Spectrum | None, reasons: Reasoning[Her2Assessment]) -> None:
    if spectrum is None:
        return
    reasons.step(
        f"spectrum {spectrum}",
        "label beside the status: 3+; 2+/ISH+; ISH+ with IHC 0 or 1+; low: 1+, or 2+ with negative ISH; "
        "IHC 0 by its membrane staining: ultralow, absent, or 0-unspecified",
        RAKHA_2026 if spectrum in {Spectrum.ULTRALOW, Spectrum.ABSENT, Spectrum.ZERO_UNSPECIFIED} else None,
    )
    if spectrum is Spectrum.ZERO_UNSPECIFIED:
        reasons.miss("her2.membrane_staining")
    if spectrum is Spectrum.TWO_PLUS_ISH_POSITIVE:
        reasons.warn(
            "her2-moderate-investigational",
            "HER2-moderate (Ma 2025, investigational): one retrospective cohort, with fewer complete "
            "responses than 3+. No guideline knows the subgroup: it is HER2-positive, and no treatment is "
            "withheld for it.",
            MA_2025,
        )
    if spectrum in {Spectrum.LOW, Spectrum.ULTRALOW, Spectrum.ABSENT, Spectrum.ZERO_UNSPECIFIED}:
        reasons.warn(
            "spectrum-not-for-neoadjuvant-decisions",
            "HER2-low and ultralow have no role in neoadjuvant decisions: the status is negative.",
            ASCO_CAP_2023,
        )


def _warn_of_discordance(
    facts: Her2Facts,
    score: IhcScore | None,
    group: IshGroup | None,
    status: Her2Status,
    reasons: Reasoning[Her2Assessment],
) -> None:
    single = facts.ish_probe is Probe.SINGLE and facts.copies is not None and single_probe(facts.copies)
    reported_negative = group is None and facts.ish_result is IshResult.NEGATIVE
    if score is IhcScore.THREE_PLUS and (
        group == 5 or single is SingleProbeResult.NEGATIVE or reported_negative
    ):
        reasons.warn(
            "ihc-ish-discordant",
            "IHC 3+ with negative ISH: positive by IHC; review controls, heterogeneity and the specimen.",
        )
    if score in {IhcScore.ZERO, IhcScore.ONE_PLUS} and status is Her2Status.POSITIVE:
        reasons.warn(
            "ihc-ish-discordant",
            f"IHC {score} with positive ISH: positive by ISH; review controls, heterogeneity and the "
            "specimen.",
        )
    if (
        group in {2, 3, 4}
        and score is not IhcScore.THREE_PLUS
        and status in {Her2Status.POSITIVE, Her2Status.NEGATIVE}
    ):
        reasons.warn(
            "ish-group-comment",
            f"Group {group} is rare (groups 2 to 4 together about 5 % of cases): evidence of benefit from "
            "HER2-directed therapy is limited, and a repeat near a cut may fall on its other side by chance.",
            ASCO_CAP_2018,
        )


CALCULATOR = Calculator(
    name="her2",
    summary="HER2 status by ASCO/CAP 2018/2023 from IHC and ISH, with the spectrum label beside it.",
    inputs=Her2Facts,
    output=Her2Assessment,
    compute=her2,
    example="--ihc 2+ --ish-probe dual --ratio 2.4 --copies 5.6",
    sources=(
        ASCO_CAP_2018,
        ASCO_CAP_2023,
        RAKHA_2026,
        MA_2025,
        FERNANDEZ_2022,
        BAEZ_NAVARRO_2023,
        ZAAKOUK_2023,
    ),
    explanation="""\
**Why two answers.** The *status* is the result that guidelines and labels act on: positive by IHC 3+ or by
ISH. The *spectrum label* describes the same specimen more finely and never overwrites the status. HER2-low
and ultralow matter in metastatic disease, for a retest of residual disease and for reading a HER2 PET; they
have no role in neoadjuvant decisions. `2+/ISH+` prints as *HER2-moderate (Ma 2025, investigational)*: a
name from one retrospective cohort that no guideline knows; such a tumour is HER2-positive.

**From staining to score.** A score needs its staining in *more than* 10 % of the invasive cells. A pattern
that none of the four definitions covers is 2+ by the guideline's note. That weak or moderate complete
staining of 10 % or less, faint complete and weak incomplete staining fall under the note is this program's
reading of it.

**From counts to group.** A value at a cut belongs to the higher class: ratio 2.0, 4.0 and 6.0 copies.
Groups 2 to 4 are worked up with IHC of the same sample; with IHC 2+ an observer blinded to the first result
recounts 20 cells or more. A recount that falls into another group is `indeterminate`: it goes to
adjudication. With IHC 2+ and a single probe between 4.0 and 6.0 copies a dual-probe test is needed.

**What is not known.** A score, a ratio or a count that is not given is never taken as negative. `equivocal`
means that a test is still to be done, named in `missing`. Where a number of the ISH is missing, the status
is given only if every result that remains possible gives the same. Facts that contradict each other (IHC 3+
with no staining, a ratio from a single probe) are refused.

**Counts that cannot be.** More than 100 copies per cell, a ratio above 50 and counts that imply more than 50
CEP17 signals per cell are refused, with the likely mistake: 816 signals are the total of the cells counted,
not the mean of one. The limits are this program's. Where HER2 and CEP17 signals per cell are stated and the
ratio is not, it is computed.

**Where readers disagree.** With IHC 0 or 1+ a warning says how far readers parted near 0, ultralow and 1+ in
studies of readers: the label may change with another reader, the negative status does not.

**From a report's wording.** `--text` reads what a report says of HER2: each phrase that was understood is a
step, what was not read is named in a warning, and nothing is guessed. A clause is read from its test or gene
to its first unknown word; doubt ('?', 'suspicious for'), a range of scores, an earlier result, a control and
an in situ component are left alone; so is a single '+' or '-' after HER2, which may be a score or a verdict.
'HER2 low' alone gives the label without a score; 'equivocal' alone gives the status, not 2+. A word such as
'negative' closes nothing that the findings leave open. Two results in one text, a word against its findings
(3+ and negative), and a wording against a given option are refused. A laboratory's verdict ('not amplified',
`--ish-result`) counts where its ratio and copies are not both given and the number that is given points the
same way; otherwise the counts decide.

It does not judge heterogeneity, controls or the cells that were chosen, and recommends no treatment. The
guideline was read in its abstract, pocket card and figures as published by the guideline service, not in
the full text.""",
)
