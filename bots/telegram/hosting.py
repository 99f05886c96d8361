"""/event in a group: what an administrator may hold there, read from a line of words.

The line names a style and, in any order, how long (30m, 3h, 2d), for how many, `nogallery`, and `group` where the
group's own quota is to be taken.
"""

import re
from dataclasses import replace

from limner.bots import event_phrases, hosting
from limner.bots.hosting import USUAL, USUAL_MEMBERS, Plan, lasting
from limner.bots.phrases import Phrases
from limner.bots.replies import Said
from limner.bots.telegram.desk import Desk
from limner.bots.telegram.messages.outgoing import Place, Text
from limner.bots.telegram.messages.render import Renderer
from limner.bots.telegram.stage import written
from limner.bots.telegram.updates.incoming import Command, Incoming
from limner.bots.telegram.updates.reception import PLATFORM
from limner.storage.database import utc_now
from limner.storage.events import AvatarEvent
from limner.storage.users import User

__all__ = ["Hosting", "help_text", "read_plan"]


class Hosting:
    """Answers /event in groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def obey(self, incoming: Incoming, command: Command) -> None:
        """Open, tell, end or call off the group's event; answer in the group."""
        host = await self._desk.user(incoming.sender)
        renderer = self._desk.renderer(host)
        where = Place(incoming.chat_id, incoming.thread_id, incoming.message_id)
        text = await self._answer(host, incoming, command.argument.strip(), renderer)
        await self._desk.sender.send(where, text)

    async def moved(self, old: int, new: int) -> None:
        """Follow a group that became another chat: its account and its event go with it."""
        community = await self._desk.storage.users.move_community(PLATFORM, str(old), str(new))
        event = community and await self._desk.storage.events.of_community(community.id)
        if event and event.state in {"open", "closing"}:
            # A topic's id would be another one too; the announcement stays in the old chat.
            await self._desk.storage.events.note(event.id, place=written(Place(new)), announcement=None)

    async def _answer(self, host: User, incoming: Incoming, argument: str, renderer: Renderer) -> Text:
        community = await self._desk.storage.users.community(PLATFORM, str(incoming.chat_id), host.language)
        event = await self._desk.storage.events.of_community(community.id)
        alive = event if event is not None and event.state in {"open", "closing"} else None
        if not argument:
            return help_text(renderer) if alive is None else await self._standing(alive, renderer)
        if not await self._may_host(incoming):
            return renderer.text("telegram-event-admins")
        if argument.lower() in {"end", "cancel"}:
            return await self._ended(alive, argument.lower(), renderer)
        plan = read_plan(argument, renderer.phrases)
        if plan is None:
            return help_text(renderer)
        here = Place(incoming.chat_id, incoming.thread_id)
        plan = replace(plan, place=written(here), title=incoming.title)
        tools = self._desk.conversation.tools
        return _joined(renderer, await hosting.open_event(tools, host, community, plan, utc_now()))

    async def _standing(self, event: AvatarEvent, renderer: Renderer) -> Text:
        counts = await self._desk.storage.events.counts(event.id)
        return renderer.plain(event_phrases.standing(renderer.phrases, counts))

    async def _ended(self, event: AvatarEvent | None, how: str, renderer: Renderer) -> Text:
        if event is None:
            return renderer.text("event-none")
        end = hosting.close if how == "end" else hosting.cancel
        return _joined(renderer, await end(self._desk.conversation.tools, event))

    async def _may_host(self, incoming: Incoming) -> bool:
        # The list, and not the one member: a bot that is no administrator itself may always ask for it.
        # https://core.telegram.org/bots/api#getchatadministrators
        administrators = await self._desk.sender.bot.get_chat_administrators(incoming.chat_id)
        return incoming.sender.id in {member.user.id for member in administrators}


def read_plan(line: str, phrases: Phrases) -> Plan | None:
    """Read what an event shall be; None for words that say nothing here. The place is still to be filled in."""
    plan = Plan("", "", "", USUAL, USUAL_MEMBERS)
    names = {name.lower(): card.name for card in phrases.styles for name in (card.name, card.title)}
    for word in line.lower().split():
        if word in names:
            plan = replace(plan, style=names[word])
        elif (lasts := lasting(word)) is not None:
            plan = replace(plan, lasts=lasts)
        elif re.fullmatch(r"\d{1,6}", word):
            plan = replace(plan, most_members=int(word))
        elif word == "nogallery":
            plan = replace(plan, gallery=False)
        elif word == "group":
            plan = replace(plan, payer="community")
        elif not plan.style:
            plan = replace(plan, style=word)  # told as unknown, with the styles there are
        else:
            return None
    return plan if plan.style else None


def help_text(renderer: Renderer) -> Text:
    """Say how an event is held."""
    styles = ", ".join(card.name for card in renderer.phrases.styles)
    return renderer.text("telegram-event-help", {"styles": styles})


def _joined(renderer: Renderer, said: list[Said]) -> Text:
    words = " ".join(renderer.say(one.text, {**renderer.phrases.limits, **one.args}) for one in said)
    return renderer.plain(words)
