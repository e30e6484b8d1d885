"""`neoher suv`: every unit, decay rule and time rule on DICOM objects of known SUV, and what is refused."""

from __future__ import annotations

import datetime as dt
import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from neoher.errors import ImageError, InputError, SeriesError
from neoher.imaging.pet.body import Normalisation
from neoher.measure.suv import SuvInputs, SuvValue, compute
from neoher.record.conclusion import Conclusion

Write = Callable[..., Path]
LESION = (slice(2, 5), slice(4, 8), slice(3, 7))
BOX = "voxels:3,4,2,6,7,4"
STORED = 2e-4
"""Half a stored step of the coarsest slice, as a share of the lesion's uptake."""


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    numbers = itertools.count()

    def written(scan: Any) -> Path:
        folder: Path = scan.write(tmp_path_factory.mktemp("pet") / str(next(numbers)))
        return folder

    return written


def suv_of(folder: Path, **stated: Any) -> Conclusion[SuvValue]:
    return compute(SuvInputs(path=folder, region=(BOX,), **stated))


def codes(conclusion: Conclusion[SuvValue]) -> set[str]:
    return {warning.code for warning in conclusion.warnings}


def assert_true_suv(conclusion: Conclusion[SuvValue], scan: Any, factor: float = 1.0) -> None:
    assert conclusion.value is not None, conclusion.missing
    (region,) = conclusion.value.regions
    truth = factor * scan.suv()[LESION]
    assert region.max == pytest.approx(truth.max(), rel=STORED)
    assert region.min == pytest.approx(truth.min(), rel=STORED)
    assert region.mean == pytest.approx(truth.mean(), rel=STORED)
    assert region.median == pytest.approx(np.median(truth), rel=STORED)
    assert region.volume_cc == pytest.approx(48 * 0.048)
    assert region.tlg == pytest.approx(truth.mean() * 48 * 0.048, rel=STORED)


# Decay correction -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["START", "ADMIN", "NONE"])
@pytest.mark.parametrize("nuclide", ["18F", "68Ga", "64Cu", "89Zr", "124I"])
def test_each_decay_correction_gives_the_same_suv(write: Write, fdg: Any, nuclide: str, kind: str) -> None:
    scan = fdg.but(nuclide=nuclide, decay_correction=kind)
    conclusion = suv_of(write(scan))
    assert_true_suv(conclusion, scan)
    assert conclusion.value is not None
    assert conclusion.value.nuclide == nuclide
    assert conclusion.value.decay_correction == kind


@pytest.mark.parametrize("kind", ["START", "ADMIN", "NONE"])
def test_a_zirconium_scan_days_later_and_earlier_in_the_day_than_the_injection(
    write: Write, scan: Any, kind: str
) -> None:
    assert scan.started.time() < scan.injected.time()
    conclusion = suv_of(write(scan.but(decay_correction=kind)))
    assert_true_suv(conclusion, scan)
    assert conclusion.value is not None
    assert conclusion.value.injection_time == "2025-02-08T10:15:00"
    assert conclusion.value.half_life_s == 282_276
    assert conclusion.value.hours_after_injection == pytest.approx(5 * 24 - 70 / 60)
    expected = "2025-02-08T10:15:00" if kind == "ADMIN" else "2025-02-13T09:05:00"
    assert conclusion.value.reference_time == expected


@pytest.mark.parametrize("kind", ["START", "ADMIN", "NONE"])
@pytest.mark.parametrize(
    ("injected", "started"),
    [
        ("2024-12-29T15:00:00", "2025-01-03T08:30:00"),  # over a year's end
        ("2024-02-28T15:00:00", "2024-03-01T08:30:00"),  # over a leap day
        ("2025-03-30T01:00:00", "2025-04-04T23:59:00"),  # over a month's end, beds over midnight
        ("2025-02-08T10:15:00", "2025-02-16T23:57:00"),  # beds over midnight
    ],
)
def test_days_months_and_years_end_between_injection_and_scan(
    write: Write, scan: Any, kind: str, injected: str, started: str
) -> None:
    written = scan.but(
        injected=dt.datetime.fromisoformat(injected),
        started=dt.datetime.fromisoformat(started),
        decay_correction=kind,
    )
    assert_true_suv(suv_of(write(written)), written)


def test_a_case_worked_by_hand_in_the_knowledge_base(write: Write, scan: Any) -> None:
    # Knowledge 4.8: C = 2500 Bq/mL, 72.52 MBq net, 68 kg, 144 h after the injection.
    def flat(data: Dataset, _: int) -> None:
        data.RescaleSlope = 2.5
        data.PixelData = np.full((12, 10), 1000, dtype=np.int16).tobytes()

    at = scan.but(activity_mbq=72.52, started=dt.datetime(2025, 2, 14, 10, 15), edit=flat)
    start = suv_of(write(at)).value
    admin = suv_of(write(at.but(decay_correction="ADMIN"))).value
    assert start is not None
    assert admin is not None
    assert round(start.regions[0].mean or 0, 2) == 8.37
    assert round(admin.regions[0].mean or 0, 3) == 2.344


def test_uncorrected_frames_that_last_long_are_named(write: Write, fdg: Any) -> None:
    long = fdg.but(decay_correction="NONE", bed_s=600.0)
    conclusion = suv_of(write(long))
    assert_true_suv(conclusion, long)
    assert "decay-within-frame" in codes(conclusion)


# Units ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", ["F", "M", "O"])
@pytest.mark.parametrize("suv_type", [None, "BW", "LBM", "LBMJAMES128", "LBMJANMA", "IBW"])
def test_values_normalised_by_the_scanner_come_back_to_body_weight(
    write: Write, scan: Any, suv_type: str | None, sex: str
) -> None:
    written = scan.but(units="GML", suv_type=suv_type, sex=sex)
    conclusion = suv_of(write(written))
    assert_true_suv(conclusion, written)
    assert "normalised-by-scanner" in codes(conclusion)


def test_body_surface_comes_back_to_body_weight(write: Write, scan: Any) -> None:
    for suv_type in ("BSA", None):
        written = scan.but(units="CM2ML", suv_type=suv_type)
        assert_true_suv(suv_of(write(written)), written)


@pytest.mark.parametrize("kind", ["START", "ADMIN", "NONE"])
def test_counts_are_converted_by_the_activity_factor(write: Write, scan: Any, kind: str) -> None:
    written = scan.but(units="CNTS", philips_activity_factor=3.7, decay_correction=kind)
    assert_true_suv(suv_of(write(written)), written)


def test_counts_are_converted_by_the_suv_factor_before_the_activity_factor(write: Write, scan: Any) -> None:
    written = scan.but(units="CNTS", philips_suv_factor=0.0005, philips_activity_factor=3.7)
    assert_true_suv(suv_of(write(written)), written)


def test_private_factors_count_without_their_creator_only_from_that_manufacturer(
    write: Write, scan: Any
) -> None:
    def unnamed(data: Dataset, _: int) -> None:
        del data[0x7053, 0x0010]

    def of_another(data: Dataset, index: int) -> None:
        unnamed(data, index)
        data.Manufacturer = "ACME"

    written = scan.but(units="CNTS", philips_suv_factor=0.0005, edit=unnamed)
    assert_true_suv(suv_of(write(written)), written)
    with pytest.raises(InputError, match="CNTS"):
        suv_of(write(written.but(edit=of_another)))


@pytest.mark.parametrize("units", ["PROPCPS", "CPS", "MGMINML", "NONE", "HU"])
def test_units_that_are_no_activity_are_refused(write: Write, scan: Any, units: str) -> None:
    def other(data: Dataset, _: int) -> None:
        data.Units = units

    with pytest.raises(InputError, match=f"{units}.*cannot be converted"):
        suv_of(write(scan.but(edit=other)))


def test_counts_without_a_factor_are_refused(write: Write, scan: Any) -> None:
    with pytest.raises(InputError, match="CNTS"):
        suv_of(write(scan.but(units="CNTS")))


def test_an_unknown_suv_type_is_refused(write: Write, scan: Any) -> None:
    written = scan.but(units="GML", edit=lambda data, _: setattr(data, "SUVType", "LBMXYZ"))
    with pytest.raises(InputError, match="LBMXYZ"):
        suv_of(write(written))


def test_each_slice_has_its_own_slope(write: Write, scan: Any) -> None:
    folder = write(scan)
    slopes = {float(scan.dataset(index).RescaleSlope) for index in range(6)}
    assert len(slopes) == 6
    assert_true_suv(suv_of(folder), scan)


def test_a_rescale_intercept_is_refused(write: Write, scan: Any) -> None:
    def shifted(data: Dataset, index: int) -> None:
        if index == 3:
            data.RescaleIntercept = -1

    with pytest.raises(ImageError, match="RescaleIntercept"):
        suv_of(write(scan.but(edit=shifted)))


# Normalisation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sex", ["F", "M", "O"])
@pytest.mark.parametrize("units", ["BQML", "GML"])
@pytest.mark.parametrize(
    ("normalise", "suv_type"),
    [("lbm-janmahasatian", "LBMJANMA"), ("lbm-james", "LBMJAMES128"), ("ibw", "IBW"), ("bw", "BW")],
)
def test_uptake_by_another_body_measure(
    write: Write, scan: Any, normalise: str, suv_type: str, sex: str, units: str
) -> None:
    written = scan.but(sex=sex, units=units, suv_type="BW" if units == "GML" else None)
    # The writer's own form of the formula: what a GML image of that kind would state for an SUV of 1.
    other = scan.but(sex=sex, units="GML", suv_type=suv_type)
    factor = float((other.numbers(2) / scan.suv()[2]).mean())
    conclusion = suv_of(write(written), normalise=Normalisation(normalise))
    assert_true_suv(conclusion, written, factor)
    assert ("sex-other" in codes(conclusion)) is (sex == "O" and normalise != "bw")


def test_uptake_by_body_surface(write: Write, scan: Any) -> None:
    conclusion = suv_of(write(scan), normalise=Normalisation.BODY_SURFACE)
    factor = float((scan.but(units="CM2ML").numbers(2) / scan.suv()[2]).mean())
    assert_true_suv(conclusion, scan, factor)
    assert conclusion.value is not None
    assert conclusion.value.suv_unit == "cm2/mL"


def test_what_is_not_stated_stops_only_what_needs_it(write: Write, scan: Any) -> None:
    def without(*names: str) -> Callable[[Dataset, int], None]:
        return lambda data, _: [delattr(data, name) for name in names]

    folder = write(scan.but(edit=without("PatientSize", "PatientSex")))
    assert_true_suv(suv_of(folder), scan)
    assert suv_of(folder, normalise=Normalisation.BODY_SURFACE).missing == ("height_m",)
    lean = suv_of(folder, normalise=Normalisation.LBM_JANMAHASATIAN)
    assert lean.value is None
    assert lean.missing == ("height_m", "sex")
    supplied = suv_of(folder, normalise=Normalisation.LBM_JANMAHASATIAN, height_m=1.66, sex="female")
    factor = float((scan.but(units="GML", suv_type="LBMJANMA").numbers(2) / scan.suv()[2]).mean())
    assert_true_suv(supplied, scan, factor)
    weightless = write(scan.but(edit=without("PatientWeight")))
    assert suv_of(weightless).missing == ("weight_kg",)
    assert_true_suv(suv_of(weightless, weight_kg=68), scan)


def test_a_height_in_centimetres_is_read_as_such_and_said(write: Write, scan: Any) -> None:
    folder = write(scan.but(edit=lambda data, _: setattr(data, "PatientSize", "166")))
    conclusion = suv_of(folder, normalise=Normalisation.BODY_SURFACE)
    factor = float((scan.but(units="CM2ML").numbers(2) / scan.suv()[2]).mean())
    assert_true_suv(conclusion, scan, factor)
    assert "height-in-centimetres" in codes(conclusion)


# The injection's time -------------------------------------------------------------------------------------


def without_date(data: Dataset, _: int) -> None:
    del data.RadiopharmaceuticalInformationSequence[0].RadiopharmaceuticalStartDateTime


@pytest.mark.parametrize("nuclide", ["64Cu", "89Zr", "124I"])
def test_a_slow_tracer_without_the_date_has_no_suv_until_it_is_stated(
    write: Write, scan: Any, nuclide: str
) -> None:
    written = scan.but(nuclide=nuclide, started=dt.datetime(2025, 2, 10, 9, 5), edit=without_date)
    folder = write(written)
    conclusion = suv_of(folder)
    assert conclusion.value is None
    assert conclusion.missing == ("injected_at",)
    assert "injection-date-missing" in codes(conclusion)
    stated = suv_of(folder, injected_at="2025-02-08T10:15:00")
    assert_true_suv(stated, written)
    assert stated.value is not None
    (corrected,) = stated.value.corrected
    assert (corrected.fact, corrected.images_state, corrected.used) == (
        "injected_at",
        "10:15:00",
        "2025-02-08T10:15:00",
    )


def test_images_corrected_to_the_injection_need_no_date(write: Write, scan: Any) -> None:
    written = scan.but(decay_correction="ADMIN", edit=without_date)
    conclusion = suv_of(write(written))
    assert_true_suv(conclusion, written)
    assert conclusion.missing == ()
    assert codes(conclusion) == {"maximum-is-noisy"}


@pytest.mark.parametrize("nuclide", ["18F", "68Ga"])
def test_a_fast_tracer_without_the_date_was_injected_on_the_day(write: Write, fdg: Any, nuclide: str) -> None:
    written = fdg.but(nuclide=nuclide, edit=without_date)
    conclusion = suv_of(write(written))
    assert_true_suv(conclusion, written)
    assert "injection-date-assumed" in codes(conclusion)


def test_a_fast_tracer_injected_before_midnight_was_injected_the_day_before(write: Write, fdg: Any) -> None:
    written = fdg.but(
        injected=dt.datetime(2024, 12, 31, 23, 20),
        started=dt.datetime(2025, 1, 1, 0, 25),
        edit=without_date,
    )
    conclusion = suv_of(write(written))
    assert_true_suv(conclusion, written)
    assert conclusion.value is not None
    assert conclusion.value.injection_time == "2024-12-31T23:20:00"


def test_the_date_time_tag_alone_is_enough(write: Write, scan: Any) -> None:
    def no_clock(data: Dataset, _: int) -> None:
        del scan.tracer_of(data).RadiopharmaceuticalStartTime

    assert_true_suv(suv_of(write(scan.but(edit=no_clock))), scan)


def test_a_date_alone_is_joined_with_the_time_of_day(write: Write, scan: Any) -> None:
    def date_alone(data: Dataset, _: int) -> None:
        scan.tracer_of(data).RadiopharmaceuticalStartDateTime = "20250208"

    assert_true_suv(suv_of(write(scan.but(edit=date_alone))), scan)


def test_the_two_injection_times_may_differ_and_it_is_said(write: Write, scan: Any) -> None:
    def later(data: Dataset, _: int) -> None:
        scan.tracer_of(data).RadiopharmaceuticalStartTime = "111500"

    conclusion = suv_of(write(scan.but(edit=later)))
    assert_true_suv(conclusion, scan)
    assert "injection-times-differ" in codes(conclusion)


def test_an_injection_time_in_another_zone_is_brought_to_the_scanner_s_clock(write: Write, scan: Any) -> None:
    def in_utc(data: Dataset, _: int) -> None:
        data.TimezoneOffsetFromUTC = "+0200"
        scan.tracer_of(data).RadiopharmaceuticalStartDateTime = "20250208081500+0000"

    assert_true_suv(suv_of(write(scan.but(edit=in_utc))), scan)

    def zone_of_one_alone(data: Dataset, _: int) -> None:
        scan.tracer_of(data).RadiopharmaceuticalStartDateTime = "20250208101500+0100"

    conclusion = suv_of(write(scan.but(edit=zone_of_one_alone)))
    assert_true_suv(conclusion, scan)
    assert "time-zone-not-stated" in codes(conclusion)


def test_an_injection_after_the_scan_or_long_before_it_is_refused(write: Write, scan: Any, fdg: Any) -> None:
    folder = write(scan)
    with pytest.raises(InputError, match="later than the scan"):
        suv_of(folder, injected_at="2025-02-13T09:06:00")
    with pytest.raises(InputError, match="half-lives before the scan"):
        suv_of(folder, injected_at="2024-02-08T10:15:00")
    with pytest.raises(InputError, match="half-lives before the scan"):
        suv_of(write(fdg), injected_at="2025-02-07T10:15:00")


# The time of decay correction -----------------------------------------------------------------------------


def test_a_series_time_written_again_gives_way_to_the_earliest_acquisition(write: Write, scan: Any) -> None:
    def again(data: Dataset, _: int) -> None:
        data.SeriesDate, data.SeriesTime = "20250220", "140000"

    conclusion = suv_of(write(scan.but(edit=again)))
    assert_true_suv(conclusion, scan)
    assert "series-time-rewritten" in codes(conclusion)


def test_a_series_that_starts_before_its_first_acquisition_is_corrected_to_its_start(
    write: Write, scan: Any
) -> None:
    # Decay is corrected to 09:05; the first bed begins at 09:09.
    def later(data: Dataset, index: int) -> None:
        bed = scan.bed_start(index) + dt.timedelta(minutes=4)
        data.AcquisitionTime = f"{bed:%H%M%S}"

    conclusion = suv_of(write(scan.but(edit=later)))
    assert_true_suv(conclusion, scan)
    assert codes(conclusion) == {"maximum-is-noisy"}


@pytest.mark.parametrize(
    ("group", "creator", "element", "manufacturer"),
    [
        (0x0009, "GEMS_PETD_01", 0x0D, "GE MEDICAL SYSTEMS"),
        (0x0071, "SIEMENS MED PT", 0x22, "SIEMENS"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("implicit", [True, False])
def test_vendors_keep_the_time_of_decay_correction_in_a_private_element(
    write: Write,
    scan: Any,
    group: int,
    creator: str,
    element: int,
    manufacturer: str,
    named: bool,
    implicit: bool,
) -> None:
    # All public times are those of a later reconstruction; the scan began at 09:05.
    def private(data: Dataset, _: int) -> None:
        data.Manufacturer = manufacturer
        data.SeriesTime = data.AcquisitionTime = "110000"
        data.private_block(group, creator, create=True).add_new(element, "DT", "20250213090500.00")
        if not named:
            del data[group, 0x0010]

    conclusion = suv_of(write(scan.but(edit=private, implicit=implicit)))
    assert_true_suv(conclusion, scan)
    assert conclusion.value is not None
    assert conclusion.value.reference_time == "2025-02-13T09:05:00"


def test_the_standard_s_time_of_decay_correction_is_followed(write: Write, scan: Any) -> None:
    def stated(data: Dataset, _: int) -> None:
        data.SeriesTime = data.AcquisitionTime = "110000"
        data.DecayCorrectionDateTime = "20250213090500"

    assert_true_suv(suv_of(write(scan.but(edit=stated))), scan)


@pytest.mark.parametrize("stamp", ["20190213090500", "20250213110000"])
def test_a_private_time_that_does_not_fit_the_scan_is_left_aside(write: Write, scan: Any, stamp: str) -> None:
    # De-identification shifts public dates and forgets private ones.
    def private(data: Dataset, _: int) -> None:
        data.Manufacturer = "GE MEDICAL SYSTEMS"
        data.private_block(0x0009, "GEMS_PETD_01", create=True).add_new(0x0D, "DT", stamp)

    conclusion = suv_of(write(scan.but(edit=private)))
    assert_true_suv(conclusion, scan)
    assert "decay-reference-ignored" in codes(conclusion)


def test_acquisition_times_without_a_date_are_those_nearest_to_the_series(write: Write, scan: Any) -> None:
    def no_dates(data: Dataset, _: int) -> None:
        del data.AcquisitionDate

    for kind in ("START", "NONE"):
        midnight = scan.but(
            started=dt.datetime(2025, 2, 12, 23, 58),
            decay_correction=kind,
            edit=no_dates,
        )
        conclusion = suv_of(write(midnight))
        assert_true_suv(conclusion, midnight)
        assert "series-time-rewritten" not in codes(conclusion)


def test_without_series_time_the_earliest_acquisition_counts(write: Write, scan: Any) -> None:
    def no_series_time(data: Dataset, _: int) -> None:
        del data.SeriesTime

    assert_true_suv(suv_of(write(scan.but(edit=no_series_time))), scan)


def test_times_that_are_not_stated_are_missing(write: Write, scan: Any) -> None:
    def timeless(data: Dataset, _: int) -> None:
        del data.SeriesTime, data.AcquisitionTime

    assert suv_of(write(scan.but(edit=timeless))).missing == ("reference_time",)
    assert suv_of(write(scan.but(edit=timeless, decay_correction="NONE"))).missing == ("acquisition_time",)
    assert_true_suv(suv_of(write(scan.but(edit=timeless, decay_correction="ADMIN"))), scan)


def test_acquisitions_over_half_a_day_are_no_single_scan(write: Write, scan: Any) -> None:
    def stale_date(data: Dataset, _: int) -> None:
        # Beds after midnight still carry the date of the day before.
        data.AcquisitionDate = "20250213"

    written = scan.but(started=dt.datetime(2025, 2, 13, 23, 57), edit=stale_date)
    with pytest.raises(SeriesError, match="not one scan"):
        suv_of(write(written))


# Dose and nuclide -----------------------------------------------------------------------------------------


def test_a_dose_in_megabecquerel_is_read_as_such_and_said(write: Write, scan: Any) -> None:
    def in_mbq(data: Dataset, _: int) -> None:
        scan.tracer_of(data).RadionuclideTotalDose = "74.0"

    conclusion = suv_of(write(scan.but(edit=in_mbq)))
    assert_true_suv(conclusion, scan)
    assert "dose-in-megabecquerel" in codes(conclusion)


@pytest.mark.parametrize("dose", ["2.0", "24.9", "2001", "74000", "740000", "6e9", "-74000000"])
def test_a_dose_of_no_certain_unit_is_refused_until_it_is_stated(write: Write, scan: Any, dose: str) -> None:
    def other(data: Dataset, _: int) -> None:
        scan.tracer_of(data).RadionuclideTotalDose = dose

    folder = write(scan.but(edit=other))
    with pytest.raises(InputError, match="RadionuclideTotalDose"):
        suv_of(folder)
    assert_true_suv(suv_of(folder, injected_mbq=74.0), scan)


def test_a_dose_that_is_not_stated_is_missing(write: Write, scan: Any) -> None:
    def none(data: Dataset, _: int) -> None:
        del scan.tracer_of(data).RadionuclideTotalDose

    folder = write(scan.but(edit=none))
    assert suv_of(folder).missing == ("injected_mbq",)
    assert_true_suv(suv_of(folder, injected_mbq=74.0), scan)


def test_the_residual_is_subtracted_at_the_time_of_the_injection(write: Write, fdg: Any) -> None:
    folder = write(fdg)
    # 20 MBq left 54.9 min after the injection, half of 109.8 min: 20 x 2^0.5 at the injection.
    net = 290 - 20 * 2**0.5
    later = suv_of(folder, residual_mbq=20, residual_at="2025-02-08T11:09:54")
    assert_true_suv(later, fdg, 290 / net)
    assert_true_suv(suv_of(folder, residual_mbq=20), fdg, 290 / 270)
    assert "residual-time-assumed" in codes(suv_of(folder, residual_mbq=20))
    with pytest.raises(InputError, match="residual"):
        suv_of(folder, residual_mbq=290)


def test_a_half_life_that_is_not_the_nuclide_s_is_refused_until_the_nuclide_is_stated(
    write: Write, scan: Any
) -> None:
    def of_fluorine(data: Dataset, _: int) -> None:
        scan.tracer_of(data).RadionuclideHalfLife = "6586.2"

    folder = write(scan.but(edit=of_fluorine))
    with pytest.raises(InputError, match=r"half-life .* 18F, the nuclide says 89Zr"):
        suv_of(folder)
    stated = suv_of(folder, nuclide="89Zr")
    assert_true_suv(stated, scan)
    assert "half-life-replaced" in codes(stated)


def test_code_meaning_and_tracer_must_name_one_nuclide(write: Write, scan: Any) -> None:
    def tracer_named(data: Dataset, _: int) -> None:
        scan.tracer_of(data).Radiopharmaceutical = "FDG -- fluorodeoxyglucose"

    with pytest.raises(InputError, match="18F"):
        suv_of(write(scan.but(edit=tracer_named)))
    assert_true_suv(suv_of(write(scan.but(edit=tracer_named)), nuclide="89Zr-trastuzumab"), scan)


def test_half_life_and_nuclide_stand_in_for_one_another(write: Write, scan: Any) -> None:
    def no_nuclide(data: Dataset, _: int) -> None:
        del scan.tracer_of(data).RadionuclideCodeSequence

    def no_half_life(data: Dataset, _: int) -> None:
        del scan.tracer_of(data).RadionuclideHalfLife

    def neither(data: Dataset, index: int) -> None:
        no_nuclide(data, index)
        no_half_life(data, index)

    for edit in (no_nuclide, no_half_life):
        conclusion = suv_of(write(scan.but(edit=edit)))
        assert_true_suv(conclusion, scan)
        assert conclusion.value is not None
        assert conclusion.value.nuclide == "89Zr"
    folder = write(scan.but(edit=neither))
    assert suv_of(folder).missing == ("nuclide",)
    assert_true_suv(suv_of(folder, nuclide="89Zr"), scan)


def test_a_nuclide_not_held_is_measured_by_its_stated_half_life(write: Write, scan: Any) -> None:
    def of_yttrium(data: Dataset, _: int) -> None:
        item = scan.tracer_of(data)
        item.RadionuclideHalfLife = "53064"
        item.RadionuclideCodeSequence[0].CodeValue = "C-162A3"
        item.RadionuclideCodeSequence[0].CodeMeaning = "^86^Yttrium"

    one_day = scan.but(started=dt.datetime(2025, 2, 9, 10, 15), edit=of_yttrium)
    conclusion = suv_of(write(one_day))
    assert "half-life-not-checked" in codes(conclusion)
    # The images hold activity of 89Zr after 24 h: 0.8088 of the dose; that of 86Y would be 0.3235 of it.
    assert_true_suv(conclusion, one_day, 0.8088 / 2 ** (-86400 / 53064))
    with pytest.raises(InputError, match="names no nuclide"):
        suv_of(write(one_day), nuclide="99Xx")


# What the scanner normalised cannot be corrected afterwards -----------------------------------------------


@pytest.mark.parametrize(
    "stated",
    [
        {"injected_mbq": 60.0},
        {"injected_at": "2025-02-08T08:00:00"},
        {"residual_mbq": 2.0},
        {"nuclide": "18F"},
    ],
)
def test_a_correction_of_what_the_scanner_normalised_is_refused(
    write: Write, scan: Any, stated: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="cannot be corrected afterwards"):
        suv_of(write(scan.but(units="GML")), **stated)


def test_what_agrees_with_the_scanner_is_no_correction(write: Write, scan: Any) -> None:
    folder = write(scan.but(units="GML"))
    conclusion = suv_of(folder, injected_mbq=74.0, injected_at="2025-02-08T10:15:30", nuclide="89Zr")
    assert_true_suv(conclusion, scan)


def test_a_corrected_weight_replaces_the_scanner_s(write: Write, scan: Any) -> None:
    for units in ("GML", "BQML"):
        conclusion = suv_of(write(scan.but(units=units)), weight_kg=34.0)
        assert_true_suv(conclusion, scan, 0.5)


# Which images ---------------------------------------------------------------------------------------------


def test_folders_and_archives_give_the_same(write: Write, scan: Any, tmp_path: Path) -> None:
    folder = write(scan)
    with zipfile.ZipFile(tmp_path / "pet.zip", "w") as archive:
        for file in sorted(folder.iterdir(), key=lambda one: hash(one.name)):
            archive.write(file, f"inner/{file.name}")
    assert suv_of(folder).value == suv_of(tmp_path / "pet.zip").value


def test_of_two_series_the_one_corrected_for_attenuation_is_taken(write: Write, scan: Any) -> None:
    def uncorrected(data: Dataset, _: int) -> None:
        data.CorrectedImage = ["NORM", "DECY"]
        data.SeriesDescription = "PET NAC"

    folder = write(scan)
    scan.but(series=4, edit=uncorrected).write(folder)
    conclusion = suv_of(folder)
    assert_true_suv(conclusion, scan)
    assert "series-left-out" in codes(conclusion)
    assert "attenuation-not-corrected" in codes(suv_of(folder, series=("PET NAC",)))


def test_two_series_are_not_chosen_between(write: Write, scan: Any) -> None:
    folder = write(scan)
    scan.but(series=4).write(folder)
    with pytest.raises(SeriesError, match="2 PET series"):
        suv_of(folder)
    assert_true_suv(suv_of(folder, series=("4",)), scan)


def test_several_frames_at_one_place_are_refused(write: Write, scan: Any) -> None:
    folder = write(scan)

    def second(data: Dataset, _: int) -> None:
        data.SOPInstanceUID += ".2"

    later = scan.but(edit=second, started=scan.started + dt.timedelta(minutes=10))
    later.write(folder / "second")
    with pytest.raises(SeriesError, match="2 images at one place"):
        suv_of(folder)


def test_a_missing_slice_and_a_second_patient_are_refused(write: Write, scan: Any) -> None:
    with pytest.raises(SeriesError, match="gap"):
        suv_of(write(scan.but(slices=(0, 1, 3, 4, 5))))
    with pytest.raises(SeriesError, match="2 patients"):
        suv_of(write(scan.but(edit=lambda data, index: setattr(data, "PatientID", f"P{index // 5}"))))


def test_missing_slices_at_an_end_are_said(write: Write, scan: Any) -> None:
    def whole(data: Dataset, _: int) -> None:
        data.NumberOfSlices = 6

    conclusion = suv_of(write(scan.but(slices=(0, 1, 2, 3, 4), edit=whole)))
    assert_true_suv(conclusion, scan)
    assert "slice-count-differs" in codes(conclusion)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PatientWeight", 60),
        ("PatientSex", "M"),
        ("SeriesTime", "090000"),
        ("DecayCorrection", "ADMIN"),
        ("Units", "GML"),
        ("RadionuclideTotalDose", 70e6),
        ("RadionuclideHalfLife", 282_240),
        ("RadiopharmaceuticalStartDateTime", "20250207101500"),
        ("RadiopharmaceuticalStartTime", "101400"),
    ],
)
@pytest.mark.parametrize("where", [0, 3])
def test_images_that_contradict_one_another_are_refused(
    write: Write, scan: Any, name: str, value: Any, where: int
) -> None:
    # Each value is right in itself: only that the other slices state another one shows the mistake.
    def other(data: Dataset, index: int) -> None:
        if index == where:
            setattr(scan.tracer_of(data) if name.startswith("Radio") else data, name, value)

    with pytest.raises(SeriesError, match="contradict one another"):
        suv_of(write(scan.but(edit=other)))


def test_more_activity_than_was_injected_is_said(write: Write, scan: Any) -> None:
    # 34 cc with an SUV of 1 hold 34 g of 68 kg; a dose typed 5,000 times too small does not fit in them.
    conclusion = suv_of(write(scan), injected_mbq=0.01)
    assert "more-activity-than-injected" in codes(conclusion)


def test_without_a_region_the_whole_image_is_measured_and_said(write: Write, scan: Any) -> None:
    conclusion = compute(SuvInputs(path=write(scan)))
    assert conclusion.value is not None
    (region,) = conclusion.value.regions
    assert (region.name, region.voxels) == ("whole image", 720)
    assert region.max == pytest.approx(scan.suv().max(), rel=STORED)
    assert conclusion.missing == ("region",)
    assert "no-region" in codes(conclusion)


# Laws -----------------------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(days=st.integers(-20_000, 20_000), seconds=st.integers(0, 86_399))
def test_shifting_every_time_changes_nothing(write: Write, scan: Any, days: int, seconds: int) -> None:
    shift = dt.timedelta(days=days, seconds=seconds)
    moved = scan.but(injected=scan.injected + shift, started=scan.started + shift)
    assert_true_suv(suv_of(write(moved)), scan)


@settings(max_examples=15)
@given(factor=st.floats(0.02, 50), kind=st.sampled_from(["START", "ADMIN", "NONE"]))
def test_scaling_dose_and_counts_together_changes_nothing(
    write: Write, scan: Any, factor: float, kind: str
) -> None:
    scaled = scan.but(activity_mbq=74.0 * factor, decay_correction=kind)
    assert_true_suv(suv_of(write(scaled)), scan)


@settings(max_examples=10)
@given(order=st.permutations(range(6)))
def test_the_order_of_files_and_instance_numbers_changes_nothing(
    write: Write, scan: Any, order: list[int]
) -> None:
    def renumbered(data: Dataset, index: int) -> None:
        data.InstanceNumber = order[index] + 1
        data.SOPInstanceUID = f"1.2.3.{order[index]}"

    assert suv_of(write(scan.but(edit=renumbered))).value == suv_of(write(scan)).value


@settings(max_examples=15)
@given(
    weight=st.floats(35, 180),
    height=st.floats(1.4, 2.0),
    activity=st.floats(30, 200),
    hours=st.floats(20, 200),
    kind=st.sampled_from(["START", "ADMIN", "NONE"]),
)
def test_any_patient_and_time_give_the_true_suv(
    write: Write, scan: Any, weight: float, height: float, activity: float, hours: float, kind: str
) -> None:
    drawn = scan.but(
        weight_kg=round(weight, 2),
        height_m=round(height, 3),
        activity_mbq=round(activity, 3),
        started=(scan.injected + dt.timedelta(hours=hours)).replace(microsecond=0),
        decay_correction=kind,
    )
    assert_true_suv(suv_of(write(drawn)), drawn)


# References and segmentation ------------------------------------------------------------------------------


def test_several_regions_references_and_ratios(write: Write, scan: Any) -> None:
    background = "voxels:0,0,0,9,2,5"
    conclusion = compute(
        SuvInputs(
            path=write(scan),
            region=(BOX, background),
            liver=background,
            blood_pool="voxels:0,9,0,9,11,5",
            normalise=Normalisation.LBM_JANMAHASATIAN,
        )
    )
    assert conclusion.value is not None
    lesion, _ = conclusion.value.regions
    lean = float((scan.but(units="GML", suv_type="LBMJANMA").numbers(2) / scan.suv()[2]).mean())
    liver = lean * scan.suv()[:, :3, :]
    blood = lean * scan.suv()[:, 9:, :]
    assert lesion.peak is not None
    assert lesion.tumour_to_liver == pytest.approx(lesion.peak / liver.mean(), rel=STORED)
    assert lesion.tumour_to_blood == pytest.approx(lesion.peak / blood.mean(), rel=STORED)
    # PERCIST 1.0: 1.5 x liver SUL mean + 2 SD
    threshold = 1.5 * liver.mean() + 2 * liver.std(ddof=1)
    assert conclusion.value.percist_threshold == pytest.approx(threshold, rel=STORED)


def test_a_fixed_threshold_a_share_of_the_maximum_and_percist_choose_voxels(write: Write, scan: Any) -> None:
    folder = write(scan)
    truth = scan.suv()[LESION]
    whole = "voxels:0,0,0,9,11,5"

    def voxels(**how: Any) -> int:
        value = compute(SuvInputs(path=folder, region=(whole,), **how)).value
        assert value is not None
        return value.regions[0].voxels

    assert voxels() == 720
    assert voxels(segment="fixed", threshold=6.0) == int((truth >= 6).sum())
    assert voxels(segment="percent", percent=80) == int((truth >= 0.8 * truth.max()).sum())
    assert voxels(segment="percent") == 48
    liver = "voxels:0,0,0,9,2,5"
    assert (
        voxels(segment="percist", liver=liver, normalise=Normalisation.LBM_JANMAHASATIAN) == 48
    )  # the threshold lies between background and lesion


def test_a_threshold_that_no_voxel_reaches_gives_no_number(write: Write, scan: Any) -> None:
    value = suv_of(write(scan), segment="fixed", threshold=50).value
    assert value is not None
    (region,) = value.regions
    assert (region.max, region.peak, region.voxels) == (None, None, 0)


def test_percist_needs_lean_body_mass_and_a_reference(write: Write, scan: Any) -> None:
    with pytest.raises(InputError, match="lean body mass"):
        suv_of(write(scan), segment="percist")
    with pytest.raises(InputError, match="liver"):
        suv_of(write(scan), segment="percist", normalise=Normalisation.LBM_JAMES)
    with pytest.raises(InputError, match="fixed threshold"):
        suv_of(write(scan), segment="fixed")


def test_two_tracers_in_one_image_are_refused(write: Write, scan: Any) -> None:
    def doubled(data: Dataset, _: int) -> None:
        item = scan.tracer_of(data)
        data.RadiopharmaceuticalInformationSequence = Sequence([item, item])

    with pytest.raises(ImageError, match="2 radiopharmaceuticals"):
        suv_of(write(scan.but(edit=doubled)))
