"""What the page asks for, and what it is given. Each handler translates; the conversation decides."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from limner.bots.errors import BadUploadError, NotSignedInError
from limner.bots.events import ForgetConfirmed, PhotoReceived, TemplateReceived
from limner.bots.replies import PhotoRefused, Reply
from limner.bots.web.context import CONTEXT, PLATFORM
from limner.bots.web.say import event_of
from limner.bots.web.uploads import uploads
from limner.storage.users import User

__all__ = ["health", "photos", "say", "seen", "state", "template"]

PAGE_HEADER = "X-Page"
MOST_NOTICES = 200
HEALTH_S = 3.0

UPLOAD_S = 600.0
"""20 MB at a quarter of a megabit a second. Whoever sends nothing must not keep others from sending."""


async def state(request: web.Request) -> web.Response:
    """Return everything the page is drawn from; whoever has no session is given one.

    The session begins here and not with the page: the cookie is strict, so that somebody who follows a link from
    elsewhere asks for the page without it, and must not be given another in its place.
    """
    context = request.app[CONTEXT]
    try:
        session, known = context.sessions.read(request), True
    except NotSignedInError:
        context.crowd.admit(request)
        session, known = context.sessions.new(), False
    user = await context.user(session)
    receipts = await context.receipts(user)
    response = _json({**await context.state(user, session), "receipts": receipts})
    if not known:
        context.sessions.give(response, session)
    return await _told(request, response, user) if receipts else response


async def say(request: web.Request) -> web.Response:
    """Take one event and return the replies and the state after it."""
    context = request.app[CONTEXT]
    session = context.sessions.check_token(request)
    event = event_of(await request.read())
    user = await context.user(session)
    if not isinstance(event, ForgetConfirmed):
        return _json(await context.say(user, event, session, _page(request)))
    replies = await context.conversation.handle(user, event)
    context.pages.drop(user.id)
    response = _json({"replies": context.renderer(user).replies(replies)})
    context.sessions.take(response)
    # The browser's copies of portraits and thumbnails go too (https://www.w3.org/TR/clear-site-data/).
    response.headers["Clear-Site-Data"] = '"cache"'
    return await _told(request, response, user)


async def photos(request: web.Request) -> web.Response:
    """Take one or more photos; each is accepted or refused by itself."""
    context = request.app[CONTEXT]
    session = context.sessions.check_token(request)
    user = await context.user(session)
    limits = context.conversation.tools.limits
    replies: list[Reply] = []
    async with context.crowd.sending(request), context.reading, _in_time():
        count = 0
        async for upload in uploads(request, limits.photo_bytes, limits.most_photos):
            count += 1
            if upload.data is None:
                replies.append(PhotoRefused("too_large", None, upload.name))
            elif count > limits.most_photos:
                replies.append(PhotoRefused("too_many", None, upload.name))
            else:
                event = PhotoReceived(upload.data, upload.name)
                async with context.storing:
                    replies.extend(await context.conversation.handle(user, event))
    context.pages.tell(user.id, "changed", _page(request))
    rendered = context.renderer(user).replies(replies)
    return _json({"replies": rendered, "state": await context.state(user, session)})


async def template(request: web.Request) -> web.Response:
    """Take a picture in whose place the person wants to be painted; of several the last counts."""
    context = request.app[CONTEXT]
    session = context.sessions.check_token(request)
    user = await context.user(session)
    replies: list[Reply] = []
    async with context.crowd.sending(request), context.reading, _in_time():
        async for upload in uploads(request, context.conversation.tools.limits.photo_bytes, 1):
            if upload.data is None:
                replies = [PhotoRefused("too_large", None, upload.name)]
            else:
                async with context.storing:
                    replies = await context.conversation.handle(user, TemplateReceived(upload.data, upload.name))
    context.pages.tell(user.id, "changed", _page(request))
    rendered = context.renderer(user).replies(replies)
    return _json({"replies": rendered, "state": await context.state(user, session)})


async def seen(request: web.Request) -> web.Response:
    """Note that results have arrived on the page: ``{"notices": [id, …]}``; ids of anybody else's do nothing."""
    context = request.app[CONTEXT]
    user = await context.user(context.sessions.check_token(request))
    body = await request.json()
    ids = body.get("notices") if isinstance(body, Mapping) else None
    if not isinstance(ids, list) or len(ids) > MOST_NOTICES:
        raise web.HTTPBadRequest(text="Send the notices that were seen.")
    await context.delivery.arrived(user.id, {str(one) for one in ids})
    return web.Response(status=204)


async def health(request: web.Request) -> web.Response:
    """Say whether storage and the queue answer: 200, or 503 with what does not."""
    context = request.app[CONTEXT]
    checks = {
        "storage": context.conversation.tools.storage.outbox.pending(PLATFORM, 1),
        "queue": context.delivery.news.latest_news(),
    }
    answers = await asyncio.gather(
        *(asyncio.wait_for(check, HEALTH_S) for check in checks.values()), return_exceptions=True
    )
    away = [name for name, answer in zip(checks, answers, strict=True) if isinstance(answer, BaseException)]
    return _json({"status": "away" if away else "ok", "away": away}, status=503 if away else 200)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(UPLOAD_S):
            yield
    except TimeoutError as error:
        raise BadUploadError(f"The photos did not arrive within {UPLOAD_S:g} s.") from error


async def _told(request: web.Request, response: web.Response, user: User) -> web.Response:
    """Send what tells a receipt; it is owed until the last byte is out."""
    await response.prepare(request)
    await response.write_eof()
    await request.app[CONTEXT].conversation.tools.storage.receipts.told(PLATFORM, user.platform_id)
    return response


def _page(request: web.Request) -> str:
    return request.headers.get(PAGE_HEADER, "")[:40]


def _json(data: Any, status: int = 200) -> web.Response:
    return web.json_response(data, status=status, headers={"Cache-Control": "no-store"})
