"""What holds for every request: where it may come from, what an answer may do in a browser, and the rim for errors."""

import logging
import math

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from limner.bots.errors import BadEventError, BadUploadError, CrowdedError, NotSignedInError
from limner.bots.words import Words, closest
from limner.storage.errors import NotFoundError

__all__ = ["add_headers", "known_host", "rim", "same_site"]

logger = logging.getLogger(__name__)


HEADERS = {
    # blob: shows a photo from the file that was just picked, before it has been sent.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that every answer has, errors and streams too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def known_host(hosts: frozenset[str]) -> Middleware:
    """Answer only requests to our own names: a foreign name that resolves to this machine gets nothing (DNS rebinding).

    The empty set means every name: for a server behind a proxy that checks it.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = request.url.host or ""
        if hosts and name.lower() not in hosts:
            raise web.HTTPMisdirectedRequest(text="This server does not answer to that name.")
        return await handler(request)

    return check


@web.middleware
async def same_site(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer the API to our own page only; every current browser says where a request comes from."""
    came_from = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.path.startswith("/api/") and came_from not in {"same-origin", "none"}:
        raise web.HTTPForbidden(text="Another site may not ask for this.")
    return await handler(request)


@web.middleware
async def rim(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn errors into answers with words; the one place where an unforeseen one is caught."""
    words = Words()
    try:
        return await handler(request)
    except NotFoundError:
        return _words(404, words.say("not-here"))
    except NotSignedInError as error:
        return _words(403, str(error))
    except CrowdedError as error:
        logger.info("%s %s: %s", request.method, request.path, error)
        language = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]
        minutes = max(1, math.ceil(error.wait_s / 60))
        return _words(429, Words(closest(language)).say(error.text, {"minutes": minutes}))
    except (BadUploadError, BadEventError) as error:
        logger.info("%s %s: %s", request.method, request.path, error)
        return _words(400, words.say("upload-unreadable"))
    except (web.HTTPException, ConnectionError):
        raise
    except Exception:
        logger.exception("%s %s failed.", request.method, request.path)
        return _words(500, words.say("went-wrong"))


def _words(status: int, text: str) -> web.Response:
    reply = {"kind": "said", "text": text}
    return web.json_response({"replies": [reply]}, status=status, headers={"Cache-Control": "no-store"})
