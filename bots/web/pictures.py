"""Pictures for the page: thumbnails and portraits for their owner alone, previews of styles for everybody."""

from aiohttp import web

from limner.bots.web.context import CONTEXT
from limner.storage.errors import NotFoundError

__all__ = ["portrait", "preview", "sketch", "thumbnail"]

# For an hour the browser need not ask again; nobody between us and it may keep a copy.
PRIVATE = "private, max-age=3600"

KINDS = ((b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))


async def thumbnail(request: web.Request) -> web.Response:
    """Return the thumbnail of one of the asking person's photos: 204 where there is none, 404 for anybody else's."""
    context = request.app[CONTEXT]
    user = await context.user(context.sessions.read(request))
    photo_id = request.match_info["id"]
    data = await context.conversation.tools.storage.photos.thumbnail(photo_id, user.id)
    return web.Response(status=204, headers={"Cache-Control": "no-store"}) if data is None else _picture(data)


async def portrait(request: web.Request) -> web.Response:
    """Return one of the asking person's portraits, with `?download` as a file; 404 for anybody else's."""
    context = request.app[CONTEXT]
    user = await context.user(context.sessions.read(request))
    portrait_id = request.match_info["id"]
    response = _picture(await context.conversation.tools.storage.portraits.read(portrait_id, user.id))
    if "download" in request.query:
        response.headers["Content-Disposition"] = f'attachment; filename="limner-{portrait_id[:8]}.png"'
    return response


async def sketch(request: web.Request) -> web.Response:
    """Return the first sketch of one of the asking person's requests; 404 for anybody else's, and once it has ended."""
    context = request.app[CONTEXT]
    user = await context.user(context.sessions.read(request))
    response = _picture(
        await context.conversation.tools.storage.requests.read_preview(request.match_info["id"], user.id)
    )
    # It lives for minutes, and no browser needs to keep it for longer.
    response.headers["Cache-Control"] = "no-store"
    return response


async def preview(request: web.Request) -> web.Response:
    """Return the preview of a style."""
    card = request.app[CONTEXT].conversation.tools.styles.get(request.match_info["name"])
    if card is None or card.preview is None:
        raise NotFoundError("preview of style", request.match_info["name"])
    return _picture(card.preview)


def _picture(data: bytes) -> web.Response:
    # Told from the bytes and never from what somebody claimed; with nosniff, nothing can pass for a script.
    kind = next((kind for magic, kind in KINDS if data.startswith(magic)), "application/octet-stream")
    return web.Response(body=data, content_type=kind, headers={"Cache-Control": PRIVATE})
