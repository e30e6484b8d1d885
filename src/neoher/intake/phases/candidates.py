"""Which images of an exam make the dynamic: those that lie on one grid and were acquired in one way.

Parts of series are put together when their planes, slice positions and protocol agree; the set in which
slice positions repeat is the dynamic. With several such sets nothing is chosen silently.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from neoher.errors import NoSuchImages, SeriesError
from neoher.intake.dicom.frames import Frame, frames_of
from neoher.intake.dicom.geometry import SAME_PLACE_MM, Plane, by_place, plane_of
from neoher.intake.dicom.header_facts import Protocol
from neoher.intake.dicom.series import Series
from neoher.intake.phases.eligibility import why_not_a_phase, why_not_a_phase_object

__all__ = ["Candidate", "LeftOut", "choose_dynamic", "find_candidates"]

_PROTOCOL_TOLERANCE: Final = 0.10
"""Relative difference of repetition and echo time up to which two series are of one dynamic."""
_FLIP_TOLERANCE_DEGREES: Final = 1.0
_SHARED_PLACES: Final = 0.5
"""Two stacks are of one dynamic when they share at least this fraction of the larger one's positions."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A series that is no part of the dynamic, with the reason."""

    series: Series
    reason: str
    notable: bool = False
    """Whether a reader should know: it could have been a phase, had it been acquired like the others."""


@dataclass(slots=True)
class Candidate:
    """Images that lie on one grid and were acquired in one way."""

    plane: Plane
    series: list[Series]
    frames: list[Frame]

    def places(self) -> list[tuple[float, int]]:
        """Slice positions along the normal in mm, rising, each with the number of its frames."""
        return [(place, len(frames)) for place, frames in by_place(self.frames, self.plane)]

    @property
    def time_points(self) -> int:
        """How often the most frequent slice position is there."""
        return max(count for _, count in self.places())

    @property
    def title(self) -> str:
        """How a reader finds it."""
        names = "; ".join(series.title for series in self.series)
        date = self.series[0].date
        return f"{self.time_points} time point(s), {self.plane.orientation}, {date or 'undated'}: {names}"


def find_candidates(series: Sequence[Series]) -> tuple[list[Candidate], list[LeftOut]]:
    """Sets of images that can be phases of one dynamic, and the series left out with the reason.

    Raises SeriesError for a series that mixes image sizes or orientations while repeating its positions, and
    where the frame of reference changes between phases that otherwise belong together.
    """
    left_out: list[LeftOut] = []
    candidates: list[Candidate] = []
    for one in series:
        frames, reason = _eligible_frames(one)
        parts = _parts(one, frames) if frames else []
        if len(parts) > 1:
            reason = _mixed(one, parts)
        if reason:
            left_out.append(LeftOut(one, reason))
            continue
        for part in parts:
            home = next((known for known in candidates if _belongs(part, known)), None)
            if home is None:
                candidates.append(part)
                continue
            _refuse_other_frame_of_reference(part, home)
            home.series += part.series
            home.frames += part.frames
    return candidates, left_out


def choose_dynamic(
    candidates: Sequence[Candidate], left_out: Sequence[LeftOut], where: str
) -> tuple[Candidate, list[LeftOut]]:
    """The one dynamic among the candidates, and what else was left out.

    Raises SeriesError where there is none, listing why each series is none, or more than one, listing them.
    """
    dynamic = [candidate for candidate in candidates if candidate.time_points > 1]
    if not dynamic:
        raise NoSuchImages(
            "no dynamic contrast exam is here: no slice position was acquired at two times or more."
            + _listing([f"{one.series.title}: {one.reason}" for one in left_out])
            + _listing([candidate.title for candidate in candidates]),
            where,
            "Give the folder that holds the images before contrast and those after.",
        )
    most = max(candidate.time_points for candidate in dynamic)
    fullest = [candidate for candidate in dynamic if candidate.time_points == most]
    runners_up = max((c.time_points for c in dynamic if c.time_points < most), default=0)
    if len(fullest) > 1 or runners_up > 2:
        raise SeriesError(
            f"{len(dynamic)} sets of images could be the dynamic; which one is meant is not guessed."
            + _listing([candidate.title for candidate in dynamic]),
            where,
            "Give the folder of one of them, or name its series (UID, number or description).",
        )
    chosen = fullest[0]
    rest = [
        LeftOut(series, *_why_beside(candidate, chosen))
        for candidate in candidates
        if candidate is not chosen
        for series in candidate.series
    ]
    return chosen, [*left_out, *rest]


def _eligible_frames(series: Series) -> tuple[list[Frame], str]:
    """The frames that can be phases; or none, and why."""
    reasons: Counter[str] = Counter()
    frames: list[Frame] = []
    for header in series.headers:
        reason = why_not_a_phase_object(header)
        if reason:
            reasons[reason] += 1
            continue
        for frame in frames_of(header):
            reason = why_not_a_phase(frame)
            if reason:
                reasons[reason] += 1
            else:
                frames.append(frame)
    if not frames:
        return [], reasons.most_common(1)[0][0] if reasons else "no images"
    return frames, ""


def _parts(series: Series, frames: Sequence[Frame]) -> list[Candidate]:
    """The frames of one series by plane and by contrast (echo, water and others of one acquisition)."""
    parts: list[Candidate] = []
    by_kind: dict[tuple[Plane, int], list[Frame]] = defaultdict(list)
    for frame in frames:  # equal protocols are mostly one and the same object, which its id tells fastest
        by_kind[plane_of(frame), id(frame.protocol)].append(frame)
    for (plane, _), members in by_kind.items():
        part = Candidate(plane, [series], members)
        home = next((known for known in parts if _same_kind(part, known)), None)
        if home is None:
            parts.append(part)
        else:
            home.frames += part.frames
    return parts


def _mixed(series: Series, parts: Sequence[Candidate]) -> str:
    """Why a series of several kinds of image is left out; refused where it looks like the dynamic itself."""
    main = max(parts, key=lambda part: len(part.frames))
    odd = next(part for part in parts if part is not main)
    sizes = sorted({f"{part.plane.rows} x {part.plane.columns}" for part in parts})
    if main.time_points > 1:
        raise SeriesError(
            f"the images of series {series.title} differ in size, orientation, spacing or protocol"
            f" ({', '.join(sizes)}).",
            odd.frames[0].header.source.label,
            "Take the odd images out, or export the series again by itself.",
        )
    return f"images of different size, orientation or protocol ({', '.join(sizes)})"


def _belongs(part: Candidate, known: Candidate) -> bool:
    if part.series[0].study_uid != known.series[0].study_uid or not _same_kind(part, known):
        return False
    one, two = [place for place, _ in part.places()], [place for place, _ in known.places()]
    shared = sum(_has_near(two, place) for place in one)
    return shared >= _SHARED_PLACES * max(len(one), len(two))


def _same_kind(one: Candidate, two: Candidate) -> bool:
    return (
        one.plane.matches(two.plane)
        and _aside(one.frames[0], two.frames[0], one.plane) <= 2 * SAME_PLACE_MM
        and _same_protocol(one.frames[0].protocol, two.frames[0].protocol)
    )


def _same_protocol(one: Protocol, two: Protocol) -> bool:
    return (
        _near(one.repetition_ms, two.repetition_ms)
        and _near(one.echo_ms, two.echo_ms)
        and abs((one.flip_degrees or 0.0) - (two.flip_degrees or 0.0)) <= _FLIP_TOLERANCE_DEGREES
        and _fat_saturated(one) == _fat_saturated(two)
    )


def _near(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(one - two) <= _PROTOCOL_TOLERANCE * max(one, two)


def _fat_saturated(protocol: Protocol) -> bool:
    return any(option.upper() in {"FS", "FATSAT", "SFS"} for option in protocol.scan_options)


def _aside(one: Frame, two: Frame, plane: Plane) -> float:
    """How far two planes are shifted against each other within the plane, in mm."""
    if one.placement is None or two.placement is None:
        return 0.0
    shift = [a - b for a, b in zip(one.placement.position_mm, two.placement.position_mm, strict=True)]
    along = sum(part * axis for part, axis in zip(shift, plane.normal, strict=True))
    rest = [part - along * axis for part, axis in zip(shift, plane.normal, strict=True)]
    return float(sum(part * part for part in rest) ** 0.5)


def _has_near(places: Sequence[float], place: float) -> bool:
    """Whether the rising `places` hold one within SAME_PLACE_MM."""
    at = bisect_left(places, place - SAME_PLACE_MM)
    return at < len(places) and places[at] <= place + SAME_PLACE_MM


def _refuse_other_frame_of_reference(part: Candidate, home: Candidate) -> None:
    one = part.frames[0].header.identity.frame_of_reference_uid
    two = home.frames[0].header.identity.frame_of_reference_uid
    if one and two and one != two:
        raise SeriesError(
            "two series of one dynamic have different frames of reference: the patient was repositioned"
            " between them, and their voxels cannot be compared"
            f" ({home.series[0].title}; {part.series[0].title}).",
            part.frames[0].header.source.label,
            "Give the folder of the series that belong together.",
        )


def _why_beside(candidate: Candidate, chosen: Candidate) -> tuple[str, bool]:
    """Why a set of images is no part of the dynamic, and whether that deserves a warning."""
    if candidate.time_points > 1:
        return f"another set with {candidate.time_points} time points, fewer than the dynamic", True
    one, two = candidate.frames[0].protocol, chosen.frames[0].protocol
    same_plane, same_protocol = candidate.plane.matches(chosen.plane), _same_protocol(one, two)
    if not same_plane:
        return "other image size, spacing or orientation than the dynamic", same_protocol
    if same_protocol:
        return "other slice positions than the dynamic", True
    return (
        "other protocol than the dynamic"
        f" (TR {one.repetition_ms}, TE {one.echo_ms} ms, flip {one.flip_degrees} degrees,"
        f" against {two.repetition_ms}, {two.echo_ms}, {two.flip_degrees})"
    ), True


def _listing(lines: Sequence[str]) -> str:
    return "".join(f"\n    {line}" for line in lines)
