"""/event: what those who may hold events in a server can do there. The answers are for them alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import discord

from limner.bots import event_phrases, hosting
from limner.bots.discord.desk import PLATFORM, Desk
from limner.bots.discord.messages.outgoing import Outgoing
from limner.bots.discord.messages.venue import Ground, Venue
from limner.bots.discord.rules import Rules
from limner.bots.discord.stage import Spot, written
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.hosting import USUAL, USUAL_MEMBERS, Plan, lasting
from limner.bots.replies import Said
from limner.storage.events import AvatarEvent
from limner.storage.servers import Server
from limner.storage.users import User

__all__ = ["HOSTED", "Hosting"]

HOSTED = ("event create", "event status", "event end", "event cancel")


class Hosting:
    """Answers /event."""

    def __init__(self, desk: Desk, venue: Venue, rules: Rules, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._venue = venue
        self._rules = rules
        self._clock = clock

    async def obey(self, host: User, incoming: Incoming) -> Outgoing:
        """Open, tell, end or call off the server's event, and say so; words for who may not."""
        if incoming.server_id is None or not incoming.installed or not incoming.host:
            return self._desk.renderer(host).text("discord-event-hosts")
        community = await self._desk.storage.users.community(PLATFORM, str(incoming.server_id), host.language)
        if incoming.name == "event create":
            return await self._open(host, community, incoming)
        event = await self._desk.storage.events.of_community(community.id)
        if event is None or event.state not in {"open", "closing"}:
            return self._desk.renderer(host).text("event-none")
        if incoming.name == "event status":
            return await self._standing(host, event)
        end = hosting.close if incoming.name == "event end" else hosting.cancel
        return self._said(host, await end(self._desk.conversation.tools, event))

    async def _open(self, host: User, community: User, incoming: Incoming) -> Outgoing:
        lasts = lasting(str(incoming.options["duration"])) if "duration" in incoming.options else USUAL
        if lasts is None:
            return self._desk.renderer(host).text("discord-event-duration")
        server = await self._desk.storage.servers.get(PLATFORM, community.platform_id.rpartition(":")[2])
        channel_id = int(server.channel_id or incoming.channel_id or 0)
        gallery = bool(incoming.options.get("gallery", True))
        ground = self._venue.ground(incoming.server_id or 0, channel_id, gallery=gallery)
        if ground is None or ground.lacks:
            return self._refused(host, channel_id, ground)
        plan = Plan(
            place=written(Spot(incoming.server_id or 0, channel_id, 0 if ground.threads else channel_id)),
            title=ground.title,
            style=str(incoming.options.get("style", "")),
            lasts=lasts,
            most_members=int(incoming.options.get("members", USUAL_MEMBERS)),
            gallery=gallery,
            payer="community" if incoming.options.get("payer") == "server" else "host",
        )
        return await self._opened(host, community, server, plan, ground, channel_id)

    async def _opened(
        self, host: User, community: User, server: Server, plan: Plan, ground: Ground, channel_id: int
    ) -> Outgoing:
        tools, now = self._desk.conversation.tools, self._clock()
        speaking = replace(host, language=server.language or host.language)
        said = await hosting.open_event(tools, speaking, community, plan, now)
        if all(one.text != "event-opened" for one in said):
            return self._said(host, said)
        args = {"channel": f"<#{channel_id}>"}
        said = [Said("discord-event-opened", args) if one.text == "event-opened" else one for one in said]
        if ground.misses:
            permissions = self._rules.named(host.language, ground.misses)
            said.append(Said("discord-event-misses", {"permissions": permissions}))
        return self._said(host, said)

    async def _standing(self, host: User, event: AvatarEvent) -> Outgoing:
        phrases = self._desk.words(host.language)
        title = discord.utils.escape_markdown(event_phrases.title(phrases, event))
        counts = await self._desk.storage.events.counts(event.id)
        lines = [f"**{title}**", event_phrases.standing(phrases, counts)]
        if event.announcement is not None:
            channel, message = event.announcement.split()
            server = event.place.partition(" ")[0]
            lines.append(f"https://discord.com/channels/{server}/{channel}/{message}")
        if event.payer_id is not None:
            available = (await self._desk.storage.quota.balance(event.payer_id)).available
            lines.append(phrases.words.say("event-pool-for", {"members": available // event.portraits}))
        return Outgoing("\n".join(lines))

    def _refused(self, host: User, channel_id: int, ground: Ground | None) -> Outgoing:
        lacks = ("view_channel",) if ground is None else ground.lacks
        permissions = self._rules.named(host.language, lacks)
        args = {"channel": f"<#{channel_id}>", "permissions": permissions}
        return self._desk.renderer(host).text("discord-event-lacks", args)

    def _said(self, host: User, said: list[Said]) -> Outgoing:
        return Outgoing("\n".join(self._desk.renderer(host).text(one.text, one.args).words for one in said))
