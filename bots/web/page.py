"""The page itself: one HTML file with its words filled in, and the few files beside it.

Everything is read once at the start, so that no path of a request ever reaches the file system.
"""

import hashlib
import html
import re
from collections.abc import Mapping
from importlib.resources import files

from aiohttp import web
from aiohttp.typedefs import Handler

from limner.bots.words import Words

__all__ = ["add_page", "filled"]

PLACEHOLDER = re.compile(r"\{\{([a-z0-9-]+)\}\}")

KINDS = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


def add_page(app: web.Application, words: Words, limits: Mapping[str, int]) -> None:
    """Add the routes of the page and of the files it needs."""
    for entry in files("limner.bots.web").joinpath("static").iterdir():
        name, text = entry.name, entry.read_text("utf-8")
        if name == "index.html":
            app.router.add_get("/", _file(filled(text, words, limits), "text/html"))
        elif (kind := KINDS.get("." + name.rpartition(".")[2])) is not None:
            app.router.add_get(f"/static/{name}", _file(text, kind))


def filled(page: str, words: Words, limits: Mapping[str, int]) -> str:
    """Fill the page's ``{{text-id}}`` with words, escaped for HTML; raise MissingWordsError where there are none."""
    plain = {"language": words.language, "limit-bytes": str(limits["limit"] * 2**20)}

    def word(match: re.Match[str]) -> str:
        text = match.group(1)
        return plain.get(text) or html.escape(words.say(text, limits))

    return PLACEHOLDER.sub(word, page)


def _file(text: str, kind: str) -> Handler:
    body = text.encode()
    tag = hashlib.sha256(body).hexdigest()[:32]

    async def serve(request: web.Request) -> web.Response:
        response = web.Response(body=body, content_type=kind, charset="utf-8")
        response.etag = tag
        # Asked for each time, answered with 304: an update of limner shows at once.
        response.headers["Cache-Control"] = "no-cache"
        known = request.if_none_match
        if known is not None and any(etag.value == tag for etag in known):
            return web.Response(status=304, headers=response.headers)
        return response

    return serve
