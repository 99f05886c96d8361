"""The composition root: parts of limner, made from the settings and put together.

The only place that knows both the settings and the parts. Everything opened here is closed here.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from limner.bots.conversation import Conversation
from limner.bots.styles import StyleCard
from limner.bots.turn import Limits
from limner.deploy.errors import MissingPartError, PreparingError, UnusableError, UserMistakeError
from limner.deploy.keys import master_key
from limner.deploy.models import engine_name, model_problem, pack_problem, parser_problem
from limner.deploy.settings import Settings
from limner.deploy.signing import signing_problem
from limner.engine.styles import load_styles
from limner.queue.client import QueueClient
from limner.storage import Storage, migrate, open_storage

if TYPE_CHECKING:
    from aiohttp import web


async def migrated(settings: Settings) -> None:
    """Make the home folder, and bring the database to the newest schema.

    Raises UnusableError, and MissingPartError where the database's driver is not installed.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _opening("DATABASE_URL"):
        await asyncio.to_thread(migrate, settings.database_url)


async def prepared() -> None:
    """Do in a process of its own what only a start needs: `limner prepare`, with this process's environment.

    Alembic and Pillow would take a tenth of the memory of a process that then runs for months. Raises PreparingError.
    """
    process = await asyncio.create_subprocess_exec(*(sys.executable, "-m", "limner.deploy.cli", "prepare"), stderr=PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise PreparingError(said.decode(errors="replace").strip(), process.returncode)


@asynccontextmanager
async def storage_of(settings: Settings) -> AsyncIterator[Storage]:
    """Open storage, and forget again whom a backup brought back; the database must have been migrated.

    Raises UnusableError.
    """
    key = master_key(settings)
    async with AsyncExitStack() as stack:
        with _opening("OBJECT_STORE_URL"):
            opened = open_storage(
                settings.database_url,
                settings.object_store_url,
                key,
                free_portraits=settings.free_portraits,
                daily_portraits=settings.daily_portraits,
                deletions_url=settings.deletions_url,
            )
            storage = await stack.enter_async_context(opened)
        with _opening("LIMNER_DELETIONS_URL" if settings.deletions_url else "OBJECT_STORE_URL"):
            await storage.reapply()
        yield storage


@contextmanager
def _opening(name: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "asyncpg":
            raise
        raise MissingPartError("asyncpg, which speaks with PostgreSQL,", "postgres") from error
    except Exception as error:  # each library behind such a URL has a tree of errors of its own
        raise UnusableError(name, error) from error


@asynccontextmanager
async def redis_of(settings: Settings, *, stops: bool = False) -> AsyncIterator[str]:
    """Give the URL of Redis: the one that is set, or the embedded server's, started now unless it runs.

    With `stops` an embedded server is stopped at the end of the block.
    """
    if settings.redis_url is not None:
        yield settings.redis_url
        return
    from limner.queue.embedded import start_embedded, stop_embedded

    try:
        yield await asyncio.to_thread(start_embedded, settings.home)
    finally:
        if stops:
            await asyncio.to_thread(stop_embedded, settings.home)


async def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C; jobs in progress go back into their places.

    Raises UserMistakeError where a model is not on this machine, since a worker never fetches one, and where pictures
    cannot be signed as is set: they do not go out unsigned then.
    """
    from limner.queue.child import engine_command
    from limner.queue.leased import Timing
    from limner.queue.worker import run

    if problem := model_problem(settings.base_model, settings.shelf):
        raise UserMistakeError(problem)
    if problem := await asyncio.to_thread(signing_problem, settings.signing):
        raise UserMistakeError(problem)
    options, painting = engine_options(settings), settings.running.arguments()
    await prepared()
    async with redis_of(settings) as redis_url, storage_of(settings) as storage:
        async with queue_of(redis_url):  # says in one sentence what `run` would say in a traceback
            pass
        folders = tuple(map(str, settings.style_folders))
        await run(
            redis_url,
            storage,
            base=engine_name(settings.base_model, settings.shelf),
            styles_dirs=folders,
            threads=settings.engine_threads,
            seats=settings.seats,
            engine=lambda kind: engine_command(kind, *options, *(painting if kind == "painter" else ())),
            timing=Timing(retention_days=settings.retention_days),
        )


def engine_options(settings: Settings) -> list[str]:
    """Return what the engine's processes are told of the settings. Raises UserMistakeError for missing files."""
    options: list[str] = []
    if settings.insightface_pack is not None:
        if problem := pack_problem(settings.insightface_pack):
            raise UserMistakeError(problem)
        # The packs are 326 MB (buffalo_l) and 407 MB (antelopev2) large, and ONNX Runtime copies what it loads.
        options += ["--insightface-pack", settings.insightface_pack, "--memory-mib", "4096"]
    options += ["--youngest-age", str(settings.youngest_age)] if settings.youngest_age else []
    if settings.face_parser is not None:
        if problem := parser_problem(settings.face_parser):
            raise UserMistakeError(problem)
        options += ["--face-parser", settings.face_parser]
    return options + (settings.signing.arguments() if settings.signing else [])


@asynccontextmanager
async def web_chat(settings: Settings, redis_url: str) -> AsyncIterator[str]:
    """Serve the web chat for the length of the block; give its address. The database must have been migrated.

    Raises UserMistakeError when the port is taken or may not be used.
    """
    from aiohttp import web

    from limner.bots.web import create_app, session_key
    from limner.bots.web.app import LOCAL_HOSTS
    from limner.bots.web.crowd import Doors

    async with storage_of(settings) as storage, queue_of(redis_url) as queue:
        conversation = Conversation(storage, queue, style_cards(settings), limits=limits_of(settings))
        app = create_app(
            conversation,
            queue,
            session_key=session_key(master_key(settings)),
            hosts=(*LOCAL_HOSTS, settings.web_host, *settings.web_names),
            secure_cookies=settings.web_https,
            doors=Doors(settings.web_new_an_hour, proxied=settings.web_proxied),
        )
        # Open pages are closed by the application itself; two seconds are for downloads that are almost done.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            yield await _listen(runner, settings)
        finally:
            await runner.cleanup()


async def _listen(runner: "web.AppRunner", settings: Settings) -> str:
    from aiohttp import web

    site = web.TCPSite(runner, settings.web_host, settings.web_port)
    try:
        await site.start()
    except OSError as error:
        asked = f"{settings.web_host}, port {settings.web_port}"
        message = f"The web chat cannot listen on {asked} ({error.strerror}). Set LIMNER_WEB_PORT to another port."
        raise UserMistakeError(message) from error
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


@asynccontextmanager
async def queue_of(redis_url: str) -> AsyncIterator[QueueClient]:
    """Connect to the queue for the length of the block. Raises UnusableError."""
    with _opening("REDIS_URL"):
        queue = await QueueClient.connect(redis_url)
    try:
        yield queue
    finally:
        await queue.close()


def limits_of(settings: Settings) -> Limits:
    """Return what the bots promise people, with the operator's numbers."""
    return Limits(retention_days=settings.retention_days)


def style_cards(settings: Settings) -> list[StyleCard]:
    """Return the styles as the bots show them, previews read into memory."""
    return [
        StyleCard(style.name, style.title, style.words, style.preview.read_bytes() if style.preview else None)
        for style in load_styles(*settings.style_folders).values()
    ]
