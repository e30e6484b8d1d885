"""What the reference page of `neoher suv` says, and the publications behind it."""

from __future__ import annotations

from neoher.record.calculator import Source

__all__ = ["EXPLANATION", "PERCIST", "SOURCES", "VALUE_SOURCES"]

MANUAL = "https://oncoray.github.io/suv_computation"
IBSI = "PMID:32154773"
PERCIST = "PMID:19403881"
JANMAHASATIAN = "PMID:16176118"
VALUE_SOURCES = (MANUAL, IBSI)

EXPLANATION = """\
SUV = C × W / A: activity concentration C (Bq/mL) times body weight W (g) over the activity A (Bq) that is
left of the net injected activity at the time to which C is corrected. `DecayCorrection` says which time
that is:

- START: the start of the scan, A = A0 × 2^(−t / T). It is the start of the series, unless the images state
  the time of decay correction themselves (0018,9701, or privately: GE 0009,100D, Siemens 0071,1022). A
  series time that does not fit the acquisition times is that of a header written again: then the earliest
  acquisition counts, with a warning.
- ADMIN: the injection; A0 counts undecayed.
- NONE: each slice decays to the start of its own acquisition.

Units: BQML as above; GML and CM2ML are normalised by the scanner already, by what SUVType says; CNTS by
Philips' factor (7053,1000) to SUV, or (7053,1009) to Bq/mL. PROPCPS, counts without a factor, a rescale
intercept other than 0, a half-life that is not the nuclide's, an injection after the scan, and images that
contradict one another are refused. Doses from 25 to 2,000 are read as MBq, with a warning; other doses that
cannot be Bq are refused.

The time of day of an injection without its date is enough for a tracer faster than 12 h: the last such time
before the scan is taken, with a warning. For 64Cu, 89Zr or 124I the value is null until the date is stated
(`--injected-at`): six days of 89Zr taken for none is an SUV wrong by 3.6.

SUL is SUV by lean body mass; its formula always stands beside it. Weight, height or sex that are not stated
stop only what needs them.

It does not find lesions, does not correct for partial volume, motion or scatter, and does not judge HER2: a
HER2 PET's uptake is no IHC class. Values of different tracers are never compared."""

SOURCES = (
    Source(
        id=MANUAL,
        citation="Vácha, Hofheinz, Braune, Löck, Zwanenburg: SUV computation (CC BY 4.0).",
        reading="its rules for units, factors and times; its digital reference objects are reproduced",
    ),
    Source(
        id=IBSI,
        citation="Zwanenburg et al., Image Biomarker Standardisation Initiative. Radiology 2020;295:328.",
        reading="definition of the peaks; the values of its digital phantom are reproduced",
    ),
    Source(
        id=PERCIST,
        citation="Wahl et al., PERCIST 1.0. J Nucl Med 2009;50:122S (PMC2755245).",
        reading="not opened; as quoted in PMC4976461 and PMC2938069",
    ),
    Source(
        id=JANMAHASATIAN,
        citation="Janmahasatian et al., lean body mass. Clin Pharmacokinet 2005;44:1051.",
        reading="not opened; the formula as several public implementations have it",
    ),
)
