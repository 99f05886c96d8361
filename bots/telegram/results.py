"""Portraits on their way to a person: as an album with buttons below, as files, or into the group they came from."""

from collections.abc import Sequence

from limner.bots.replies import PortraitsReady, PreviewReady
from limner.bots.telegram.desk import Desk, home
from limner.bots.telegram.groups import came_from
from limner.bots.telegram.messages.albums import Shown, paged, send_files, send_pictures
from limner.bots.telegram.messages.outgoing import Picture, Place
from limner.storage.errors import NotFoundError
from limner.storage.portraits import Portrait
from limner.storage.requests import Request
from limner.storage.users import User

__all__ = ["Results"]


class Results:
    """Sends portraits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def request(self, user: User, request_id: str) -> Request:
        """Find one of a person's own requests; NotFoundError for anybody else's."""
        request = await self._desk.storage.requests.get(request_id)
        if request.user_id != user.id:
            raise NotFoundError("request", request_id)
        return request

    def pages(self, ready: PortraitsReady) -> list[Sequence[Portrait]]:
        """Cut a request's portraits into albums."""
        return paged(ready.portraits)

    async def album(self, user: User, ready: PortraitsReady, page: Sequence[Portrait], once: str) -> list[int]:
        """Send one album of portraits, `once`; the very first picture says what they are."""
        words = self._desk.renderer(user).caption(ready)
        first = ready.portraits[0].id
        shown = [await self._shown(user, one, words if one.id == first else "") for one in page]
        ids = await send_pictures(self._desk.sender, home(user), shown, once)
        await self._note(user, ready.request.id, ids)
        return ids

    async def preview(self, user: User, ready: PreviewReady, once: str) -> list[int]:
        """Send the first sketch to the private chat, `once`; nothing where its request has ended meanwhile."""
        try:
            data = await self._desk.storage.requests.read_preview(ready.request.id, user.id)
        except NotFoundError:
            return []
        words = self._desk.renderer(user).preview(ready)
        ids = await self._desk.sender.send(home(user), Picture(data, words), once)
        await self._note(user, ready.request.id, ids)
        return ids

    async def buttons(self, user: User, ready: PortraitsReady, once: str) -> list[int]:
        """Send the message below the albums, `once`."""
        group = await came_from(self._desk.storage, user) is not None
        text = self._desk.renderer(user).portraits(ready, group=group)
        return await self._desk.sender.send(home(user), text, once)

    async def files(self, user: User, request_id: str) -> bool:
        """Send a request's portraits as files; False where there are none (any more)."""
        portraits = await self._portraits(user, request_id)
        for page in paged(portraits):
            shown = [await self._shown(user, one) for one in page]
            await send_files(self._desk.sender, home(user), shown)
        return bool(portraits)

    async def show(self, user: User, request_id: str, place: Place, words: str) -> bool:
        """Send a request's portraits to a group; False where there are none (any more)."""
        portraits = await self._portraits(user, request_id)
        for at, page in enumerate(paged(portraits)):
            shown = [await self._shown(user, one, words if n == at == 0 else "") for n, one in enumerate(page)]
            await send_pictures(self._desk.sender, place, shown)
        return bool(portraits)

    async def drop(self, user: User, request_id: str) -> int:
        """Delete a request's portraits here and in the chat; return how many there were."""
        portraits = await self._portraits(user, request_id)
        for portrait in portraits:
            await self._desk.storage.portraits.delete(portrait.id, user.id)
        note = await self._desk.storage.users.recall(user.id, _album(request_id))
        await self._desk.sender.delete(home(user).chat_id, [int(one) for one in (note or "").split()])
        await self._desk.storage.users.remember(user.id, _album(request_id), None)
        return len(portraits)

    async def _portraits(self, user: User, request_id: str) -> Sequence[Portrait]:
        await self.request(user, request_id)
        return await self._desk.storage.portraits.of_request(request_id)

    async def _shown(self, user: User, portrait: Portrait, words: str = "") -> Shown:
        data = await self._desk.storage.portraits.read(portrait.id, user.id)
        return Shown(Picture(data, words), f"limner-{portrait.style}-{portrait.id[:8]}.png")

    async def _note(self, user: User, request_id: str, ids: Sequence[int]) -> None:
        users, name = self._desk.storage.users, _album(request_id)
        known = (await users.recall(user.id, name) or "").split()
        await users.remember(user.id, name, " ".join((*known, *map(str, ids))))


def _album(request_id: str) -> str:
    return f"album:{request_id}"
