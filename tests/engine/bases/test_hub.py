"""`limner models pull` fetches a hub id through the hub's own library into its cache, and finds it there."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from limner.tests.fakes.model_server import COMMIT, ModelServer, files_below

UNET = "unet/diffusion_pytorch_model.safetensors"


class Ended(NamedTuple):
    """What a command left."""

    code: int
    said: str
    complained: str


@pytest.fixture
async def server(written: Callable[[str], Path]) -> AsyncIterator[ModelServer]:
    """Serve a small base, with a pickle beside it."""
    files = files_below(written("sd15")) | {"unet/diffusion_pytorch_model.bin": b"pickle"}
    async with ModelServer(files) as running:
        yield running


@pytest.fixture
def environ(server: ModelServer, tmp_path: Path) -> dict[str, str]:
    """Give the environment of a command that knows this server alone."""
    hub = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "0"}
    own = {"LIMNER_HOME": str(tmp_path / "home"), "MODELSCOPE_ENDPOINT": server.url}
    return {**os.environ, **hub, **own, "HF_HUB_DISABLE_XET": "1"}


async def limner_models(environ: Mapping[str, str], *words: str) -> Ended:
    """Run `limner models` in a process of its own: the library reads its settings when it is imported."""
    command = (sys.executable, "-m", "limner.deploy.cli", "models", *words)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=pipe, stderr=pipe)
    said, complained = await process.communicate()
    return Ended(process.returncode or 0, said.decode(), " ".join(complained.decode().split()))


async def test_a_pulled_base_is_found_listed_and_whole(server: ModelServer, environ: dict[str, str]) -> None:
    """After a pull the base is listed under its id and found offline, without its pickle, and passes the check."""
    pulled = await limner_models(environ, "pull", "owner/model")
    assert pulled.code == 0, pulled.complained
    directory = Path(pulled.said.strip())
    assert UNET in files_below(directory)
    assert "unet/diffusion_pytorch_model.bin" not in {path for path, _ in server.asked}
    offline = environ | {"HF_HUB_OFFLINE": "1"}
    assert (await limner_models(offline, "path", "owner/model")).said.strip() == str(directory)
    assert "owner/model" in (await limner_models(offline, "list")).said
    checked = await limner_models(offline, "check", "owner/model")
    assert checked.code == 0, checked.complained
    assert "to train a Face LoRA" in checked.said


async def test_the_command_fetches_from_modelscope_too(environ: dict[str, str]) -> None:
    """A base of ModelScope is fetched, listed and found by the same commands."""
    name = "modelscope://owner/model"
    pulled = await limner_models(environ, "pull", name)
    assert pulled.code == 0, pulled.complained
    assert name in (await limner_models(environ, "list")).said
    assert (await limner_models(environ, "path", name)).said == pulled.said


async def test_an_interrupted_download_goes_on(server: ModelServer, environ: dict[str, str]) -> None:
    """A transfer that breaks off ends with the right file, and the server is asked for the rest alone."""
    # The library writes in pieces of 10 MB, so the file is larger; the command looks at its size alone.
    server.files[UNET] = bytes(25 << 20)
    server.cut[UNET] = 21 << 20
    first = await limner_models(environ, "pull", "owner/model")
    again = first if first.code == 0 else await limner_models(environ, "pull", "owner/model")
    assert again.code == 0, again.complained
    assert (Path(again.said.strip()) / UNET).read_bytes() == server.files[UNET]
    assert [wished for path, wished in server.asked if path == UNET and wished]


async def test_damage_is_found_and_mended(environ: dict[str, str]) -> None:
    """A bit that changed on the disk is found by the check, and a second pull fetches that file again."""
    directory = Path((await limner_models(environ, "pull", "owner/model")).said.strip())
    file = (directory / UNET).resolve()
    good = file.read_bytes()
    file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    found = await limner_models(environ, "check", "owner/model")
    assert found.code == 1
    assert f"{UNET} is not what its publisher has" in found.complained
    assert (await limner_models(environ, "pull", "owner/model")).code == 0
    assert (directory / UNET).read_bytes() == good


async def test_a_damaged_file_is_thrown_away(server: ModelServer, environ: dict[str, str]) -> None:
    """A file whose SHA-256 is not the hub's is not kept."""
    server.wrong.add(UNET)
    refused = await limner_models(environ, "pull", "owner/model")
    assert refused.code == 1
    assert "arrived damaged" in refused.complained
    assert "is missing" in (await limner_models(environ, "path", "owner/model")).complained


async def test_a_commit_is_a_revision(environ: dict[str, str]) -> None:
    """A base can be pinned to a commit."""
    assert (await limner_models(environ, "pull", f"owner/model@{COMMIT}")).code == 0
    assert (await limner_models(environ, "path", f"owner/model@{COMMIT}")).code == 0


@pytest.mark.parametrize(
    "name,sentence",
    [("owner/model@v9", "no revision 'v9'"), ("owner/other", "knows no such model")],
)
async def test_what_the_hub_does_not_have(name: str, sentence: str, environ: dict[str, str]) -> None:
    """A wrong revision and a wrong name each end in their own sentence."""
    refused = await limner_models(environ, "pull", name)
    assert refused.code == 1
    assert sentence in refused.complained
    assert "Traceback" not in refused.complained


async def test_a_gated_model_says_how_to_get_it(server: ModelServer, environ: dict[str, str]) -> None:
    """A model whose makers want their terms accepted says where and how."""
    server.gated = True
    assert (
        "Accept their terms on the page of owner/model"
        in (await limner_models(environ, "pull", "owner/model")).complained
    )


async def test_offline_refuses_at_once(server: ModelServer, environ: dict[str, str]) -> None:
    """With HF_HUB_OFFLINE or LIMNER_OFFLINE nothing is asked of the hub."""
    for name in ("HF_HUB_OFFLINE", "LIMNER_OFFLINE"):
        refused = await limner_models(environ | {name: "1"}, "pull", "owner/model")
        assert refused.code == 1
        assert "limner is offline" in refused.complained
    assert not server.asked
