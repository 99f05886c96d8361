"""A base that does not fit its GPU is refused before anything of it is loaded, with what would fit."""

from pathlib import Path

import pytest

from limner.engine import room
from limner.engine.bases import NANO
from limner.engine.errors import UnknownBaseError
from limner.engine.models.running import Running
from limner.tests.fakes.sparse import write_sparse

GIB = 1 << 30


def test_without_a_gpu_there_is_always_room() -> None:
    """On a processor nothing is refused: the system swaps, and says so itself."""
    assert room.gpu_memory(Running(device="cpu")) is None
    room.check_room("nano", Running(device="cpu"))


def test_a_base_that_fits_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nano fits any GPU of today."""
    monkeypatch.setattr(room, "gpu_memory", lambda _: 2 * GIB)
    room.check_room("nano", Running(device="cuda"))
    assert room.too_large(NANO, Running(device="cuda"), 2 * GIB) is None


@pytest.mark.parametrize(
    "memory, advice",
    [(18, "LIMNER_OFFLOAD=1."), (12, "LIMNER_OFFLOAD=1 and LIMNER_QUANTISE=int8."), (6, "nano.")],
)
def test_a_base_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int, advice: str
) -> None:
    """Z-Image on a smaller GPU names both figures, and the settings or the models that would fit."""
    directory = write_sparse(tmp_path / "z-image", "zimage")
    monkeypatch.setattr(room, "gpu_memory", lambda _: memory * GIB)
    with pytest.raises(UnknownBaseError, match=rf"it takes .* to paint .* there are {memory}\.0 GiB\. ") as caught:
        room.check_room(directory, Running(device="cuda"))
    assert str(caught.value).endswith(advice)


def test_settings_that_save_are_counted(tmp_path: Path) -> None:
    """Who offloads already is not refused for what waits elsewhere."""
    directory = write_sparse(tmp_path / "z-image", "zimage")
    assert room.too_large(directory, Running(device="cuda", offload=True), 18 * GIB) is None
