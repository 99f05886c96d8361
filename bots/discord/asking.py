"""From a wish to a request: consent, photos, their verdicts, and then the style that was wished for.

Everything may be repeated: what a process before us began, this one ends, and nothing is asked for twice.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from weakref import WeakValueDictionary

from limner.bots import replies as r
from limner.bots.account import CONSENT_VERSION
from limner.bots.discord.desk import Desk
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.messages import event_buttons
from limner.bots.discord.messages.outgoing import Controls, Outgoing, Place
from limner.bots.discord.messages.render import Refused
from limner.bots.discord.progress import Progress
from limner.bots.discord.templating import bring
from limner.bots.discord.updates.fetch import Fetcher
from limner.bots.discord.wishes import Wish, Wishes, spoken
from limner.bots.errors import NoWayError, UnfetchableError
from limner.bots.events import AgainAsked, ConsentGiven, EventBegun, PhotoReceived, StyleChosen
from limner.storage.photos import Photo
from limner.storage.users import User

__all__ = ["Asking"]

Asked = StyleChosen | AgainAsked | EventBegun

COUNT_PAUSE_S = 1.5
"""Between two edits that only count photos; the last verdict is told whenever it comes."""


class Asking:
    """Asks for portraits on behalf of people."""

    def __init__(
        self,
        desk: Desk,
        ladder: Ladder,
        progress: Progress,
        fetcher: Fetcher,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._ladder = ladder
        self._progress = progress
        self._fetcher = fetcher
        self._now = now
        self.wishes = Wishes(desk.storage.users)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._counted: dict[str, tuple[str, float]] = {}

    async def begin(self, user: User, wish: Wish, *, agreed: bool, again: bool, note: str = "") -> None:
        """Begin with a wish: ask for consent, take the photos in, or ask for the portraits at once."""
        styles = self._desk.conversation.tools.styles
        if wish.style not in styles:
            unknown: list[r.Reply] = [
                r.Said("style-unknown", {"style": wish.style}),
                r.StylesShown(tuple(styles.values())),
            ]
            await self._answer(user, wish.place, self._desk.renderer(user).answer(unknown))
            return
        if agreed:
            await self._desk.handle(user, ConsentGiven(CONSENT_VERSION))
        if not await self._desk.storage.users.has_consent(user.id, CONSENT_VERSION):
            await self._ask_consent(user, replace(wish, state="consent"))
            return
        await self._go_on(user, wish, again=again, note=note)

    async def agreed(self, user: User, version: str, place: Place, *, again: bool) -> None:
        """Write a consent down, and go on with what it was asked for."""
        replies = await self._desk.handle(user, ConsentGiven(version))
        wish = await self.wishes.of(user)
        if version != CONSENT_VERSION or wish is None:
            await self._show(user, place, replies)
        elif wish.state == "consent" or again:
            await self._go_on(user, replace(wish, place=replace(wish.place, way=place.way)), again=again)
            if not wish.files:
                await self.wishes.drop(user)

    async def ask(self, user: User, wish: Wish, event: Asked | None = None, note: str = "") -> None:
        """Ask for portraits from photos that are known; for consent first, where its text has changed since.

        `event` says what is asked for where that is not the wish itself.
        """
        replies = await (self._spoken(user, event) if event else self._wished(user, wish))
        if any(isinstance(one, r.ConsentAsked) for one in replies):
            await self._ask_consent(user, replace(wish, state="consent"))
        else:
            await self._show(user, wish.place, replies, note, wish.event_id)

    async def settle(self, user: User) -> None:
        """Go on with a person's wish as far as the verdicts on its photos allow.

        Raises NoWayError where the outcome had to be told and could not be; calling it again is harmless.
        """
        lock = self._locks.setdefault(user.id, asyncio.Lock())
        async with lock:
            wish = await self.wishes.of(user)
            if wish is None or wish.state == "consent":
                return
            standing = await self._desk.conversation.standing(user)
            if standing.count.checking or wish.state == "taking":
                await self._count(user, wish, standing.count)
                return
            refused = await self._refused(user, wish, standing.set_id)
            if standing.count.enough:
                await self._request(user, wish, refused)
            else:
                await self._too_few(user, wish, standing.count, standing.set_id, refused)
            await self.wishes.drop(user)
            self._counted.pop(user.id, None)

    async def _ask_consent(self, user: User, wish: Wish) -> None:
        await self.wishes.keep(user, wish)
        asked = self._desk.renderer(user).answer([r.ConsentAsked(CONSENT_VERSION)])
        await self._answer(user, wish.place, asked)

    async def _go_on(self, user: User, wish: Wish, *, again: bool, note: str = "") -> None:
        # With a request already, a process before us has done all but answer.
        if not wish.files or await self._asked(user, wish):
            await self.ask(user, wish, note=note)
            return
        if await self._desk.storage.requests.active(user.id):
            await self._show(user, wish.place, [r.Said("request-busy")])
            return
        known = await self.wishes.of(user)
        if known is None or known.key != wish.key or known.state != "looking":
            await self._take(user, await self._after(known, wish), again=again)
        await self.settle(user)

    async def _asked(self, user: User, wish: Wish) -> bool:
        if not wish.event_id:
            return await self._desk.storage.requests.keyed(user.id, wish.key) is not None
        waits = await self._desk.storage.events.joining(user.id)
        return waits is None or waits.id != wish.event_id

    async def _wished(self, user: User, wish: Wish) -> Sequence[r.Reply]:
        """Speak a wish, its template first; a template that leads to no request does not wait for another wish."""
        if wish.template is None or await self._asked(user, wish):
            return await self._spoken(user, spoken(wish))
        if hindered := await bring(self._desk, self._fetcher, user, wish.template):
            return hindered
        replies = await self._spoken(user, spoken(wish))
        if not any(isinstance(one, r.RequestAccepted) for one in replies):
            await self._desk.storage.templates.drop(user.id)
        return replies

    async def _spoken(self, user: User, event: Asked) -> Sequence[r.Reply]:
        """Speak for a person; of an event's request that is under way already, say that it is."""
        if isinstance(event, EventBegun):
            for request in await self._desk.storage.requests.active(user.id):
                if request.event_id == event.event_id:
                    return [r.RequestAccepted(request, None)]
        return await self._desk.handle(user, event)

    async def _after(self, known: Wish | None, wish: Wish) -> Wish:
        """Go on from a wish whose photos are still being looked at: theirs is the same set, and the newer message."""
        if known is None or known.state == "consent" or known.key == wish.key:
            return replace(wish, state="taking")
        await self._ladder.take_back(known.place.way)
        template = wish.template or known.template
        return replace(wish, state="taking", names=known.names, refused=known.refused, template=template)

    async def _take(self, user: User, wish: Wish, *, again: bool) -> None:
        await self.wishes.keep(user, wish)
        names, refused = dict(wish.names), list(wish.refused)
        for number, file in enumerate(wish.files):
            for reply in await self._taken(user, wish, number, again=again):
                if isinstance(reply, r.PhotoTaken):
                    names[reply.photo_id] = file.name
                elif isinstance(reply, r.PhotoRefused):
                    refused.append((file.name, reply.reason))
        # From here on the verdicts decide, and the addresses of the files are not needed any more.
        await self.wishes.keep(user, replace(wish, state="looking", names=names, refused=tuple(refused)))

    async def _taken(self, user: User, wish: Wish, number: int, *, again: bool) -> Sequence[r.Reply]:
        file, most = wish.files[number], self._desk.conversation.tools.limits.most_photos
        if number >= most:
            return [r.PhotoRefused("too_many", None, file.name)]
        try:
            data = await self._fetcher.fetch(file)
        except UnfetchableError as error:
            return [r.PhotoRefused(error.reason, None, file.name)]
        return await self._desk.handle(user, PhotoReceived(data, file.name, f"discord:{file.id}", again))

    async def _count(self, user: User, wish: Wish, count: r.SetCount) -> None:
        key, at = self._counted.get(user.id, ("", 0.0))
        if key != wish.key or self._now() - at >= COUNT_PAUSE_S:
            self._counted[user.id] = wish.key, self._now()
            renderer = self._desk.renderer(user)
            await self._ladder.edit(wish.place.way, Outgoing(renderer.count(count)))

    async def _request(self, user: User, wish: Wish, refused: Sequence[Refused]) -> None:
        replies = await self._wished(user, wish)
        await self._show(user, wish.place, replies, event_id=wish.event_id)
        if refused:
            without = self._desk.renderer(user).too_few(r.Said("discord-without"), refused, ())
            await self._ladder.bring(user, replace(wish.place, public=False), without)

    async def _too_few(
        self, user: User, wish: Wish, count: r.SetCount, set_id: str, refused: Sequence[Refused]
    ) -> None:
        renderer = self._desk.renderer(user)
        figures = {"good": count.good, "least": count.least, "missing": count.least - count.good}
        controls = renderer.buttons.photos(wish.style, set_id)
        if wish.event_id:
            controls = event_buttons.photos(renderer.say, user.platform_id, wish.event_id, set_id)
        said = r.Said("photos-too-few", figures)
        if wish.template is not None:  # the form behind the button takes photos alone
            said, controls = r.Said("template-photos-first", figures), ()
        await self._answer(user, wish.place, renderer.too_few(said, refused, controls))

    async def _refused(self, user: User, wish: Wish, set_id: str) -> list[Refused]:
        photos = [one for one in await self._desk.storage.photos.of_set(set_id) if one.id in wish.names]
        bad = [await self._one_refused(user, wish, one) for one in photos if one.state == "refused"]
        return [*bad, *(Refused(name, reason) for name, reason in wish.refused)]

    async def _one_refused(self, user: User, wish: Wish, photo: Photo) -> Refused:
        thumbnail = await self._desk.storage.photos.thumbnail(photo.id, user.id)
        return Refused(wish.names[photo.id], photo.reason or "unknown", thumbnail)

    async def _show(
        self, user: User, place: Place, replies: Sequence[r.Reply], note: str = "", event_id: str = ""
    ) -> None:
        message = self._desk.renderer(user).answer(replies)
        if controls := await self._controls(user, {one.text for one in replies if isinstance(one, r.Said)}, event_id):
            message = replace(message, controls=controls)
        if note:
            message = replace(message, words=f"{message.words}\n{note}")
        accepted = next((one for one in replies if isinstance(one, r.RequestAccepted)), None)
        try:
            await self._answer(user, place, message)
        except NoWayError:
            if accepted is None:
                raise
        if accepted is not None:
            await self._progress.began(user, accepted.request.id, place)

    async def _controls(self, user: User, said: set[str], event_id: str) -> Controls:
        """Return what can be pressed under sentences that ask for it."""
        renderer = self._desk.renderer(user)
        active = await self._desk.storage.requests.active(user.id) if "request-busy" in said else ()
        if active:
            return renderer.buttons.waiting(active[0].id)
        if event_id and "event-pool-empty" in said:
            return event_buttons.paint(renderer.say, user.platform_id, event_id)
        return ()

    async def _answer(self, user: User, place: Place, message: Outgoing) -> None:
        await self._ladder.answer(user, place.way, message)
