"""Server-sent events: one line for each open page, from the number it saw last."""

import asyncio
import json
from typing import Any

from aiohttp import web

from limner.bots.errors import NotSignedInError
from limner.bots.web.context import CONTEXT
from limner.bots.web.pages import Message, Page
from limner.bots.web.render import Renderer

__all__ = ["encode", "stream"]

# Proxies cut lines that are silent for 30 to 60 seconds.
KEEP_ALIVE_S = 15.0

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep events back until 4 KB have come together
}


async def stream(request: web.Request) -> web.StreamResponse:
    """Send what happens until the page is closed.

    Begins after `Last-Event-ID` (a browser that reconnects sends it), or after the query's `after` (the cursor of the
    state that the page was drawn from).
    """
    context = request.app[CONTEXT]
    try:
        session = context.sessions.read(request)
    except NotSignedInError:
        # 204 tells a browser not to connect again: whoever was forgotten in another tab has nothing to wait for.
        return web.Response(status=204)
    user = await context.user(session)
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    last_id = request.headers.get("Last-Event-ID") or request.query.get("after")
    page = context.pages.open(user.id, last_id)
    context.delivery.wake()
    try:
        await _send(response, page, context.renderer(user))
    except ConnectionError:
        pass  # the page was closed; what it did not confirm stays in the outbox
    finally:
        context.pages.leave(user.id, page)
    return response


async def _send(response: web.StreamResponse, page: Page, renderer: Renderer) -> None:
    await response.write(b"retry: 1000\n\n")
    while True:
        try:
            async with asyncio.timeout(KEEP_ALIVE_S):
                message = await page.queue.get()
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if message is None:
            return
        await response.write(encode(message, renderer))


def encode(message: Message, renderer: Renderer) -> bytes:
    """Write a message as https://html.spec.whatwg.org/multipage/server-sent-events.html has it."""
    head = f"id: {message.id}\n" if message.id else ""
    # JSON has no raw line ends, so one data line is enough.
    data = json.dumps(_in_words(message, renderer), ensure_ascii=False)
    return f"{head}event: {message.event}\ndata: {data}\n\n".encode()


def _in_words(message: Message, renderer: Renderer) -> Any:
    match message.event:
        case "news":
            notice, replies = message.data
            return {"notice": notice, "replies": renderer.replies(replies)}
        case "progress":
            return renderer.reply(message.data)
        case _:
            return message.data
