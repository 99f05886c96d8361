"""Where the painter's calls find a base model: alone, or at a seat of its floor.

Loads torch when the first of them comes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from limner.engine.faces import Analyser, Detection, EmbeddingSpace, Floats, Pixels
from limner.engine.models.running import Running
from limner.engine.room import check_room

if TYPE_CHECKING:
    from limner.engine.floor.seats import Seats
    from limner.engine.models.base import BaseModel


class Hall:
    """Keeps one base in memory, and with several `seats` the floor on it.

    One base at a time: two would not fit into the memory that was promised. Another one is loaded when nobody is left.
    """

    def __init__(self, running: Running, seats: int) -> None:
        self._running = running
        self._seats = seats
        self._door = threading.Lock()
        self._name = ""
        self._base: BaseModel | None = None
        self._floor: Seats | None = None

    @contextmanager
    def seat(self, name: str, who: str, styles_dirs: Sequence[str]) -> Iterator[BaseModel]:
        """Give a base for one call of `who`; with several seats, as it is seen from one of them.

        Raises what `load_base` and `check_room` raise.
        """
        with self._door:
            if name != self._name or (self._floor is not None and self._floor.floor.closed):
                self._load(name, styles_dirs)
            base, floor = self._base, self._floor
        assert base is not None
        if floor is None:
            yield base
            return
        with floor.taken(who) as seated:
            yield seated

    def _load(self, name: str, styles_dirs: Sequence[str]) -> None:
        from limner.engine.models.base import load_base

        if self._floor is not None and not self._floor.floor.closed:
            self._floor.clear()
        self._name, self._base, self._floor = "", None, None
        check_room(name, self._running)
        self._base = load_base(name, self._running)
        if self._seats > 1:
            from limner.engine.floor.layout import laid_out
            from limner.engine.styles import load_styles

            self._floor = laid_out(self._base, self._seats, load_styles(*styles_dirs))
        self._name = name


class OneAtATime:
    """An analyser for several threads: dlib's networks keep what they compute in themselves."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._lock = threading.Lock()

    @property
    def space(self) -> EmbeddingSpace:
        """See `Analyser`."""
        return self._analyser.space

    def detect(self, image: Pixels) -> list[Detection]:
        """See `Analyser`."""
        with self._lock:
            return self._analyser.detect(image)

    def embed(self, image: Pixels, detection: Detection) -> Floats:
        """See `Analyser`."""
        with self._lock:
            return self._analyser.embed(image, detection)
