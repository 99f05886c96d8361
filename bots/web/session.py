"""Who is speaking: a signed cookie, and a token that proves the page itself is asking.

There is no table of sessions. The cookie holds a random id and our signature; storage knows the person by the id's
hash, so that reading the database lets nobody in.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from aiohttp import web

from limner.bots.errors import NotSignedInError

__all__ = ["COOKIE", "TOKEN_HEADER", "Session", "Sessions", "session_key"]

COOKIE = "limner"
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the header's name, not a token
YEAR_S = 365 * 24 * 3600


def session_key(master_key: bytes) -> bytes:
    """Derive the key that signs cookies, so that it need not be kept anywhere and is not the master key itself."""
    return hmac.digest(master_key, b"limner web sessions 1", "sha256")


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session. `cookie` is what the browser keeps; `token` goes into a header of every change."""

    platform_id: str
    cookie: str
    token: str


class Sessions:
    """Makes sessions and recognises them."""

    def __init__(self, key: bytes, *, secure: bool = False) -> None:
        self._key = key
        self._secure = secure

    def new(self) -> Session:
        """Make a session that nobody can guess: 256 random bits."""
        return self._session(secrets.token_urlsafe(32))

    def read(self, request: web.Request) -> Session:
        """Recognise the session of a request; raise NotSignedInError for none, or one that was not made here."""
        cookie = request.cookies.get(COOKIE, "")
        session_id, _, signature = cookie.partition(".")
        # Bytes, because compare_digest refuses text that is not ASCII, and a cookie may hold anything.
        if not session_id or not hmac.compare_digest(signature.encode(), self._sign("cookie", session_id).encode()):
            raise NotSignedInError("This request carries no session of ours; load the page again.")
        return self._session(session_id)

    def check_token(self, request: web.Request) -> Session:
        """Recognise the session and that our own page is asking; raise NotSignedInError otherwise."""
        session = self.read(request)
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), session.token.encode()):
            raise NotSignedInError("This request lacks the page's token; load the page again.")
        return session

    def give(self, response: web.StreamResponse, session: Session) -> None:
        """Hand the cookie to the browser."""
        response.set_cookie(
            COOKIE, session.cookie, max_age=YEAR_S, path="/", httponly=True, samesite="Strict", secure=self._secure
        )

    def take(self, response: web.StreamResponse) -> None:
        """Take the cookie back."""
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=self._secure)

    def _session(self, session_id: str) -> Session:
        return Session(
            platform_id=hashlib.sha256(session_id.encode()).hexdigest(),
            cookie=f"{session_id}.{self._sign('cookie', session_id)}",
            token=self._sign("token", session_id),
        )

    def _sign(self, purpose: str, session_id: str) -> str:
        return hmac.new(self._key, f"{purpose}:{session_id}".encode(), "sha256").hexdigest()
