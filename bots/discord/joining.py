"""Taking part in an avatar event: what its buttons and its form do. All of it is between the bot and the member.

Whoever is known begins with one press; who gives photos begins by themselves, once those were looked at.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from limner.bots import events
from limner.bots.discord.asking import Asking
from limner.bots.discord.desk import Desk
from limner.bots.discord.ladder import Ladder
from limner.bots.discord.messages.buttons import AGREE, GALLERY
from limner.bots.discord.messages.outgoing import Outgoing, Place
from limner.bots.discord.rules import Rules
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.discord.wishes import Wish
from limner.bots.replies import ConsentAsked, EventShown, Reply, Said
from limner.storage.users import User

__all__ = ["CARD", "Joining"]

CARD = frozenset({"reveal", "hide", "quit"})
"""Presses under a member's own card, which they change."""

NAME = 64

Act = Callable[[User, Incoming], Awaitable[object]]


class Joining:
    """Speaks for members; `acts` are what buttons and the form do, by their names."""

    def __init__(self, desk: Desk, ladder: Ladder, asking: Asking, rules: Rules) -> None:
        self._desk = desk
        self._ladder = ladder
        self._asking = asking
        self._rules = rules
        self.acts: Mapping[str, Act] = {
            "join": self._join,
            "bring": self._join,
            "mine": self._mine,
            "make": self._make,
            "reveal": self._reveal,
            "hide": self._hide,
            "unshow": self._hide,
            "leave": self._leave,
            "quit": self._leave,
        }

    async def _join(self, user: User, incoming: Incoming) -> None:
        refusal = await self._rules.outsider(incoming, user.language)
        if refusal is not None:
            await self._answer(user, incoming, refusal)
            return
        replies = await self._joined(user, incoming)
        card = next((one for one in replies if isinstance(one, EventShown)), None)
        waits = any(isinstance(one, ConsentAsked) for one in replies) or (card is not None and not card.served)
        if waits and (incoming.files or card is None or card.ready):
            await self._begin(user, incoming)
        else:
            await self._say(user, incoming, replies)

    async def _joined(self, user: User, incoming: Incoming) -> Sequence[Reply]:
        name, gallery = incoming.person.name[:NAME], GALLERY in incoming.values
        return await self._desk.handle(user, events.EventJoined(incoming.argument, name, gallery))

    async def _begin(self, user: User, incoming: Incoming) -> None:
        event = await self._desk.storage.events.get(incoming.argument)
        wish = Wish(event.style, incoming.key, _private(incoming), "taking", incoming.files, event_id=event.id)
        await self._asking.begin(user, wish, agreed=AGREE in incoming.values, again=incoming.again)
        if event.gallery and not incoming.files:
            # Who gave photos was asked in the form whether theirs may be shown; who did not is asked now.
            await self._offer(user, incoming)

    async def _offer(self, user: User, incoming: Incoming) -> None:
        replies = await self._joined(user, incoming)
        if any(isinstance(one, EventShown) for one in replies):
            await self._ladder.bring(user, _private(incoming), self._desk.renderer(user).answer(replies))

    async def _mine(self, user: User, incoming: Incoming) -> None:
        if await self._desk.storage.events.member(incoming.argument, user.id) is None:
            await self._say(user, incoming, [Said("event-not-in")])
            return
        # Whoever takes part already is shown how they stand.
        await self._say(user, incoming, await self._joined(user, incoming))

    async def _make(self, user: User, incoming: Incoming) -> None:
        event = await self._desk.storage.events.get(incoming.argument)
        wish = Wish(event.style, incoming.key, _private(incoming), "consent", event_id=event.id)
        await self._asking.ask(user, wish)

    async def _reveal(self, user: User, incoming: Incoming) -> None:
        await self._speak(user, incoming, events.EventGallery(incoming.argument, gallery=True))

    async def _hide(self, user: User, incoming: Incoming) -> None:
        await self._speak(user, incoming, events.EventGallery(incoming.argument, gallery=False))

    async def _leave(self, user: User, incoming: Incoming) -> None:
        await self._speak(user, incoming, events.EventLeft(incoming.argument))

    async def _speak(self, user: User, incoming: Incoming, event: events.Event) -> None:
        await self._say(user, incoming, await self._desk.handle(user, event))

    async def _say(self, user: User, incoming: Incoming, replies: Sequence[Reply]) -> None:
        await self._answer(user, incoming, self._desk.renderer(user).answer(replies))

    async def _answer(self, user: User, incoming: Incoming, message: Outgoing) -> None:
        await self._ladder.answer(user, incoming.way, message)


def _private(incoming: Incoming) -> Place:
    """Return the place of an interaction, whose portraits are for its person alone whatever the server has chosen."""
    return Place(incoming.way, incoming.server_id, incoming.channel_id, public=False)
