"""Calls find the base that they name: alone, or at a seat of its floor."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from limner.engine.errors import UnknownBaseError
from limner.engine.faces import Detection
from limner.engine.hall import Hall, OneAtATime
from limner.engine.models.running import Running
from limner.tests.fakes.base import ColourAnalyser, make_faces


class Crowded(ColourAnalyser):
    """Counts how many look through it at once."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def detect(self, image: np.ndarray) -> list[Detection]:
        """Look for as long as it takes others to come in."""
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.01)
        found = super().detect(image)
        with self._lock:
            self.inside -= 1
        return found


def test_an_analyser_is_asked_one_at_a_time() -> None:
    """Eight threads get what each would get alone, and never two of them look at once."""
    crowded = Crowded()
    analyser = OneAtATime(crowded)
    image = make_faces(1)[0].image
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: analyser.detect(image), range(8)))
    assert crowded.most == 1
    (face,) = ColourAnalyser().detect(image)
    assert [one.box for (one,) in found] == [face.box] * 8
    assert analyser.space == crowded.space
    assert np.array_equal(analyser.embed(image, face), ColourAnalyser().embed(image, face))


def test_alone_there_is_no_floor(tiny_directory: Path) -> None:
    """With one seat a call gets the base itself, and the next one the same."""
    hall = Hall(Running(), 1)
    with hall.seat(str(tiny_directory), "one", []) as first:
        assert first.floor is None
    with hall.seat(str(tiny_directory), "two", []) as second:
        assert second is first


def test_seats_are_on_one_floor(tiny_directory: Path) -> None:
    """With two seats two calls sit on the floor of one base, each in a slot of its own."""
    hall = Hall(Running(), 2)
    with hall.seat(str(tiny_directory), "one", []) as first, hall.seat(str(tiny_directory), "two", []) as second:
        assert first.denoiser is second.denoiser
        assert first.floor.floor is second.floor.floor
        assert {first.floor.slot, second.floor.slot} == {0, 1}
    first.floor.floor.close()


def test_another_base_waits_for_those_who_draw(tiny_directory: Path, epsilon_directory: Path) -> None:
    """A call for another base is let in when the last one of the first has left, and that one's floor is closed."""
    hall = Hall(Running(), 2)
    order: list[str] = []

    def other() -> None:
        with hall.seat(str(epsilon_directory), "two", []) as base:
            order.append("second base")
            base.floor.floor.close()

    with ThreadPoolExecutor(1) as pool:
        with hall.seat(str(tiny_directory), "one", []) as first:
            waiting = pool.submit(other)
            time.sleep(0.3)
            order.append("first leaves")
        waiting.result(60)
    assert order == ["first leaves", "second base"]
    assert first.floor.floor.closed


def test_a_base_that_there_is_not_leaves_the_hall_usable(tiny_directory: Path) -> None:
    """A wrong name is told, and the next call gets its base."""
    hall = Hall(Running(), 2)
    with pytest.raises(UnknownBaseError), hall.seat("/no/such/base", "one", []):
        pytest.fail("There is no such base.")
    with hall.seat(str(tiny_directory), "one", []) as base:
        base.floor.floor.close()
