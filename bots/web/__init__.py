"""The web chat: one page, local by default.

    app         the routes and what holds for all of them
    session     the cookie and the token
    crowd       what one address may do: bring new people, send photos side by side
    say         a page's events, spoken to the conversation
    uploads     photos out of a request's body
    pages       the open pages, to which results and progress go
    stream      server-sent events
    pictures    thumbnails, portraits and previews, for their owner
    render      replies as the page wants them
    page        the page itself

Everything here translates and decides nothing.
"""

from limner.bots.web.app import create_app
from limner.bots.web.session import session_key

__all__ = ["create_app", "session_key"]
