"""Copies of portraits, for where the portrait itself cannot go. A worker writes them; here they are waited for."""

import asyncio
import logging
from dataclasses import replace

from limner.bots.discord.desk import Desk
from limner.bots.discord.limits import AVATAR_BYTES, AVATAR_SIDE
from limner.bots.discord.messages.outgoing import File
from limner.queue.connection import UNREACHABLE
from limner.queue.messages import CopyPortrait
from limner.storage.users import User

__all__ = ["Copies"]

logger = logging.getLogger(__name__)

LOOK_S, LOOKS = 0.4, 50
"""A copy is there in a second or two; after 20 s the workers are away, or have too much to do."""


class Copies:
    """Gives copies of a person's own portraits. NotFoundError where a portrait is another's, or gone."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def smaller(self, user: User, portrait_id: str, file: File, most_bytes: int) -> File | None:
        """Give a portrait's file again with so many bytes at most; None where nobody makes it in time."""
        return await self._copied(CopyPortrait(portrait_id, user.id, most_bytes, square=False), file)

    async def square(self, user: User, portrait_id: str, file: File, most_bytes: int) -> File | None:
        """Give a portrait's file as an avatar; as it is where nobody cuts it in time, None where that is too large."""
        most = min(most_bytes, AVATAR_BYTES)
        if len(file.data) <= most and _is_avatar(file.data):
            return file
        copy = await self._copied(CopyPortrait(portrait_id, user.id, most, square=True), file)
        return copy or (file if len(file.data) <= most_bytes else None)

    async def ask(self, user: User, portrait_id: str, most_bytes: int) -> None:
        """Have a smaller copy made that will be wanted in a moment."""
        await self._ask(CopyPortrait(portrait_id, user.id, most_bytes, square=False))

    async def _copied(self, command: CopyPortrait, file: File) -> File | None:
        jpeg = await self._look(command)
        if jpeg is None and await self._ask(command):
            jpeg = await self._wait(command)
        return None if jpeg is None else replace(file, name=file.name.removesuffix("png") + "jpg", data=jpeg)

    async def _wait(self, command: CopyPortrait) -> bytes | None:
        for _ in range(LOOKS):
            await asyncio.sleep(LOOK_S)
            jpeg = await self._look(command)
            if jpeg is not None:
                return jpeg
        logger.warning("Portrait %s was not copied within %g s.", command.portrait_id, LOOKS * LOOK_S)
        return None

    async def _look(self, command: CopyPortrait) -> bytes | None:
        portraits = self._desk.storage.portraits
        return await portraits.read_copy(
            command.portrait_id, command.user_id, command.most_bytes, square=command.square
        )

    async def _ask(self, command: CopyPortrait) -> bool:
        try:
            await self._desk.conversation.tools.queue.copy_portrait(command)
        except UNREACHABLE as error:
            logger.warning("No copy of portrait %s can be asked for: %s.", command.portrait_id, type(error).__name__)
            return False
        return True


def _is_avatar(png: bytes) -> bool:
    """Say whether a PNG is square and no larger than an avatar: its size stands at its beginning."""
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    return 0 < width == height <= AVATAR_SIDE
