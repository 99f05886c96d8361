"""The web chat as an aiohttp application: the routes, and what runs beside them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress

from aiohttp import web

from limner.bots.conversation import Conversation
from limner.bots.delivery import SWEEP_S, Delivery
from limner.bots.phrases import in_words
from limner.bots.ports import NewsSource
from limner.bots.web import guard, handlers, pictures
from limner.bots.web.context import CONTEXT, PLATFORM, Context
from limner.bots.web.crowd import Crowd, Doors
from limner.bots.web.page import add_page
from limner.bots.web.pages import Pages
from limner.bots.web.session import Sessions
from limner.bots.web.stream import stream
from limner.bots.words import Words

__all__ = ["LOCAL_HOSTS", "create_app"]

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1", "[::1]")

EVENT_BYTES = 64 * 1024
"""The largest body of a request other than photos, which are read by the chunk and have their own limit."""


def create_app(
    conversation: Conversation,
    news: NewsSource,
    *,
    session_key: bytes,
    hosts: Iterable[str] = LOCAL_HOSTS,
    secure_cookies: bool = False,
    doors: Doors | None = None,
    sweep_s: float = SWEEP_S,
) -> web.Application:
    """Make the web chat for a conversation; run it with `aiohttp.web`.

    `news` is where progress comes from (the queue client); `session_key` signs cookies (`session_key(master_key)`);
    `hosts` are the names it answers to, none meaning all; `secure_cookies` belongs to a server behind HTTPS; `doors`
    bound what one address may do. Results and progress are delivered for as long as the application runs.
    """
    pages = Pages()
    delivery = Delivery(conversation, conversation.tools.storage, news, PLATFORM, pages, sweep_s=sweep_s)
    names = frozenset(host.lower() for host in hosts)
    app = web.Application(
        middlewares=[guard.rim, guard.known_host(names), guard.same_site], client_max_size=EVENT_BYTES
    )
    crowd = Crowd(doors or Doors())
    app[CONTEXT] = Context(conversation, Sessions(session_key, secure=secure_cookies), pages, delivery, crowd)
    app.on_response_prepare.append(guard.add_headers)
    app.on_shutdown.append(_close_pages)
    app.cleanup_ctx.append(_deliver)
    add_page(app, Words(), in_words(conversation.tools.limits))
    _add_api(app)
    return app


def _add_api(app: web.Application) -> None:
    add = app.router
    add.add_get("/health", handlers.health)
    add.add_get("/api/state", handlers.state)
    add.add_get("/api/events", stream)
    add.add_post("/api/say", handlers.say)
    add.add_post("/api/photos", handlers.photos)
    add.add_post("/api/template", handlers.template)
    add.add_post("/api/seen", handlers.seen)
    add.add_get("/api/photos/{id:[0-9a-f]{32}}/thumbnail", pictures.thumbnail)
    add.add_get("/api/portraits/{id:[0-9a-f]{32}}", pictures.portrait)
    add.add_get("/api/requests/{id:[0-9a-f]{32}}/preview", pictures.sketch)
    add.add_get("/api/styles/{name}/preview", pictures.preview)


async def _close_pages(app: web.Application) -> None:
    # Otherwise the server would wait for open pages, which never end by themselves.
    app[CONTEXT].pages.close()


async def _deliver(app: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(app[CONTEXT].delivery.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
