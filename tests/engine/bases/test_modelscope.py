"""A base model is fetched from ModelScope whole, or not at all, whatever happens on the way."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from limner.engine.bases import find_base
from limner.engine.bases.pull import Source, pull
from limner.engine.errors import PullError
from limner.tests.fakes.model_server import ModelServer, files_below

NAME = "modelscope://owner/model"
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
async def server(written: Callable[[str], Path]) -> AsyncIterator[ModelServer]:
    """Serve a small base, with a pickle and a picture beside it."""
    files = files_below(written("sd15")) | {"unet/diffusion_pytorch_model.bin": b"pickle", "show.png": b"picture"}
    async with ModelServer(files) as running:
        yield running


async def fetch(server: ModelServer, shelf: Path, name: str = NAME, **settings: Any) -> Path:
    """Fetch on a thread, as the server runs on this one."""
    source = Source(shelf, server.url, **settings)
    return await asyncio.to_thread(pull, name, source, lambda *_: None)


async def test_only_what_is_needed_is_fetched(server: ModelServer, tmp_path: Path) -> None:
    """The base is found afterwards under its name, without the pickle and the picture; a second run fetches nothing."""
    directory = await fetch(server, tmp_path)
    assert find_base(NAME, tmp_path) == directory
    assert {path for path, _ in server.asked} == set(files_below(directory)) - {"limner_sums.json"}
    assert "unet/diffusion_pytorch_model.bin" not in files_below(directory)
    server.asked.clear()
    await fetch(server, tmp_path)
    assert [path for path, _ in server.asked] == ["model_index.json"]


async def test_an_interrupted_download_goes_on(server: ModelServer, tmp_path: Path) -> None:
    """A transfer that broke off is told, the base is not whole, and the next run asks for the rest alone."""
    server.cut[UNET] = 1000
    with pytest.raises(PullError, match="what has arrived is kept"):
        await fetch(server, tmp_path)
    with pytest.raises(Exception, match=rf"Fetch what is missing with `limner models pull {NAME}`"):
        find_base(NAME, tmp_path)
    directory = await fetch(server, tmp_path)
    assert (UNET, f"bytes=1000-{len(server.files[UNET]) - 1}") in server.asked
    assert (directory / UNET).read_bytes() == server.files[UNET]
    assert not any(path.endswith(".part") for path in files_below(directory))


async def test_a_damaged_file_is_thrown_away(server: ModelServer, tmp_path: Path) -> None:
    """A file whose SHA-256 differs is not kept; when the server tells the right one, the next run mends it."""
    server.wrong.add(UNET)
    with pytest.raises(PullError, match="arrived damaged"):
        await fetch(server, tmp_path)
    assert not any("unet/diffusion" in path for path in files_below(tmp_path))
    server.wrong.clear()
    assert (await fetch(server, tmp_path) / UNET).exists()


async def test_a_wrong_revision_is_told(server: ModelServer, tmp_path: Path) -> None:
    """A revision that does not exist is named, with what to do."""
    with pytest.raises(PullError, match=r"no revision 'v9'.*leave @REVISION out"):
        await fetch(server, tmp_path, f"{NAME}@v9")


async def test_no_room_is_told_before_the_download(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is too full is told before any weights are asked for."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(PullError, match=r"0\.0 GiB free\. Free some space"):
        await fetch(server, tmp_path)
    assert [path for path, _ in server.asked] == ["model_index.json"]


async def test_offline_refuses_at_once(server: ModelServer, tmp_path: Path) -> None:
    """Offline nothing is asked of the network, and the settings for it are named."""
    with pytest.raises(PullError, match="LIMNER_OFFLINE"):
        await fetch(server, tmp_path, offline=True)
    assert not server.asked


async def test_pickles_alone_are_refused(server: ModelServer, tmp_path: Path) -> None:
    """A model whose weights are pickles is refused before they are fetched."""
    del server.files[UNET]
    with pytest.raises(PullError, match=r"model\.bin is a pickle"):
        await fetch(server, tmp_path)
    assert [path for path, _ in server.asked] == ["model_index.json"]


async def test_a_repository_of_files_says_so(server: ModelServer, tmp_path: Path) -> None:
    """A repository that is not in diffusers' layout is refused, with its files as the way out."""
    server.files = {"realistic.safetensors": b"", "README.md": b""}
    with pytest.raises(PullError, match=r"single files \(realistic\.safetensors\)\. Download one"):
        await fetch(server, tmp_path)


async def test_a_listing_cannot_lead_out_of_the_folder(server: ModelServer, tmp_path: Path) -> None:
    """A file whose path climbs out of the model's folder is not fetched."""
    server.files["../outside.json"] = b"{}"
    await fetch(server, tmp_path / "shelf")
    assert not any(path.endswith("outside.json") for path in files_below(tmp_path))
