"""A wish's template, brought into the conversation just before the style is."""

from limner.bots import replies as r
from limner.bots.discord.desk import Desk
from limner.bots.discord.updates.fetch import Fetcher
from limner.bots.discord.updates.incoming import Attachment
from limner.bots.errors import UnfetchableError
from limner.bots.events import TemplateReceived
from limner.bots.words import reason_text
from limner.storage.users import User

__all__ = ["bring"]


async def bring(desk: Desk, fetcher: Fetcher, user: User, file: Attachment) -> list[r.Reply]:
    """Fetch a template and have it kept for the next style; return what came in its way, nothing where it is kept."""
    try:
        data = await fetcher.fetch(file)
    except UnfetchableError as error:
        return [r.Said(reason_text(error.reason))]
    replies = await desk.handle(user, TemplateReceived(data, file.name))
    if any(isinstance(one, r.StylesShown) for one in replies):
        return []
    # No photo of a set is refused here, so its reason is a sentence like others.
    return [r.Said(reason_text(one.reason)) if isinstance(one, r.PhotoRefused) else one for one in replies]
