"""Pictures together: cut into albums, gone on with where one broke off, and as files at the worst.

Telegram may send the first pictures of an album and refuse the rest; its answer says at which one it stopped.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from telegram.error import BadRequest

from limner.bots.telegram.limits import ALBUM, LEAST_ALBUM, PHOTO_BYTES
from limner.bots.telegram.messages.outgoing import Album, Document, Documents, Outgoing, Picture, Place
from limner.bots.telegram.messages.sender import Sender

__all__ = ["Shown", "paged", "send_files", "send_pictures"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

STOPPED = re.compile(r"failed to send message #(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture with the name it has as a file."""

    picture: Picture
    name: str


def paged(items: Sequence[T], most: int = ALBUM) -> list[Sequence[T]]:
    """Cut into parts of `most` at most, as even as can be: none is left with a single item where that can be helped."""
    pages = -(-len(items) // most)
    sizes = [len(items) // pages + (n < len(items) % pages) for n in range(pages)]
    return [items[sum(sizes[:n]) : sum(sizes[: n + 1])] for n in range(pages)]


async def send_pictures(sender: Sender, place: Place, shown: Sequence[Shown], once: str | None = None) -> list[int]:
    """Send one to ten pictures, `once` as `Sender.send` has it; return the message ids that are known.

    What Telegram does not take as pictures goes as files. Raises what `Sender.send` raises.
    """
    if any(len(one.picture.data) > PHOTO_BYTES for one in shown):
        return await send_files(sender, place, shown, once)
    try:
        return await sender.send(place, _pictures(shown), once)
    except BadRequest as error:
        arrived = _arrived(error)
        logger.info("Pictures were not taken (%s); %d of them have arrived.", error.message, arrived)
        rest = shown[arrived:]
        if not rest:
            return []
        return await (send_pictures if arrived else send_files)(sender, place, rest, once)


async def send_files(sender: Sender, place: Place, shown: Sequence[Shown], once: str | None = None) -> list[int]:
    """Send one to ten pictures as files, untouched; return the message ids. Raises what `Sender.send` raises."""
    files = [Document(one.picture.data, one.name) for one in shown]
    return await sender.send(place, files[0] if len(files) < LEAST_ALBUM else Documents(tuple(files)), once)


def _pictures(shown: Sequence[Shown]) -> Outgoing:
    pictures = [one.picture for one in shown]
    return pictures[0] if len(pictures) < LEAST_ALBUM else Album(tuple(pictures))


def _arrived(error: BadRequest) -> int:
    found = STOPPED.search(error.message)
    return int(found[1]) - 1 if found else 0
