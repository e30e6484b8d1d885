"""How long measuring takes by stage, and what is read of an exam only once."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from neoher.errors import ImageError
from neoher.measure import stages
from neoher.measure.once import Once
from neoher.measure.stages import Stage, stage, timed


class Clock:
    """Stands where its hands were put."""

    seconds = 0.0

    def perf_counter(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stages, "time", made)
    return made


def test_a_stage_inside_another_counts_for_itself_alone(clock: Clock) -> None:
    with timed() as times:
        with stage(Stage.REGIONS):
            clock.seconds += 1
            with stage(Stage.PIXELS):
                clock.seconds += 10
                with stage(Stage.HEADERS):
                    clock.seconds += 100
            clock.seconds += 2
        with stage(Stage.PIXELS):
            clock.seconds += 20
    assert times.in_order() == {"reading headers": 100, "reading pixels": 30, "regions": 3}


def test_a_stage_that_fails_is_counted(clock: Clock) -> None:
    with timed() as times:
        with contextlib.suppress(ImageError), stage(Stage.REGIONS), stage(Stage.PIXELS):
            clock.seconds += 5
            raise ImageError("the file is truncated.", "a.dcm", "")
        with stage(Stage.REGIONS):
            clock.seconds += 7
    assert times.in_order() == {"reading pixels": 5, "regions": 7}


def test_nobody_asked_nothing_is_counted(clock: Clock) -> None:
    with timed() as times:
        pass
    with stage(Stage.REGIONS):
        clock.seconds += 1
    assert times.in_order() == {}


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    once = Once()
    with pytest.raises(ImageError):
        once.headers(tmp_path / "none")
    assert once.made("a", lambda: 1) == 1
    assert once.made("a", lambda: 2) == 1
    with pytest.raises(ImageError):
        once.headers(tmp_path / "none")
