"""What a server's administrators have chosen: where the bot may be asked, who may ask, and who sees the portraits."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from limner.bots.discord.desk import PLATFORM, Desk
from limner.bots.discord.messages.outgoing import Outgoing, Place
from limner.bots.discord.updates.incoming import Incoming
from limner.bots.words import closest, named
from limner.storage.servers import Server
from limner.storage.users import User

__all__ = ["PERMISSIONS", "Rules"]

PERMISSIONS = {
    "view_channel": "discord-permission-view-channel",
    "send_messages": "discord-permission-send-messages",
    "send_messages_in_threads": "discord-permission-send-in-threads",
    "attach_files": "discord-permission-attach-files",
    "read_message_history": "discord-permission-read-history",
    "create_public_threads": "discord-permission-create-threads",
    "manage_threads": "discord-permission-manage-threads",
    "create_events": "discord-permission-create-events",
}


class Rules:
    """Keeps and applies the choices; `lacking` names what the bot may not do in a channel."""

    def __init__(self, desk: Desk, lacking: Callable[[int, int], Sequence[str]]) -> None:
        self._desk = desk
        self._lacking = lacking

    async def place(self, incoming: Incoming) -> Place:
        """Say where something was asked for, and whether its portraits are for everybody there."""
        server = await self._server(incoming)
        public = server is not None and server.public and not incoming.lacks
        return Place(incoming.way, incoming.server_id, incoming.channel_id, public=public)

    async def refusal(self, incoming: Incoming, language: str) -> Outgoing | None:
        """Say why portraits may not be asked for here, or by this person; None where they may."""
        server, words = await self._server(incoming), self._desk.words(language).words
        if server is None:
            return None
        if server.channel_id is not None and server.channel_id != str(incoming.channel_id):
            return Outgoing(words.say("discord-channel-only", {"channel": f"<#{server.channel_id}>"}))
        return await self.outsider(incoming, language)

    async def outsider(self, incoming: Incoming, language: str) -> Outgoing | None:
        """Say that only a role may ask here, which this person does not have; None where they may."""
        server, words = await self._server(incoming), self._desk.words(language).words
        if server is None:
            return None
        if server.role_id is not None and int(server.role_id) not in incoming.roles:
            return Outgoing(words.say("discord-role-only", {"role": f"<@&{server.role_id}>"}))
        return None

    async def lacks(self, user: User, incoming: Incoming) -> str:
        """Say what the bot lacks to show portraits to a channel that is meant to see them; else nothing."""
        server = await self._server(incoming)
        if server is None or not server.public or not incoming.lacks:
            return ""
        permissions = self.named(user.language, incoming.lacks)
        return self._desk.renderer(user).say("discord-lacks", {"permissions": permissions})

    async def change(self, user: User, incoming: Incoming) -> Outgoing:
        """Change what was asked to be changed, and tell how everything stands."""
        if incoming.server_id is None or not incoming.installed or not incoming.manager:
            return self._desk.renderer(user).text("discord-settings-admins")
        servers = self._desk.storage.servers
        server = await servers.get(PLATFORM, str(incoming.server_id))
        changed = _changed(server, incoming.options)
        if changed != server:
            await servers.put(changed)
        return Outgoing(self._told(user, changed, incoming))

    def _told(self, user: User, server: Server, incoming: Incoming) -> str:
        say = self._desk.renderer(user).say
        lines = [
            say("discord-settings-channel", {"channel": f"<#{server.channel_id}>"})
            if server.channel_id
            else say("discord-settings-anywhere"),
            say("discord-settings-role", {"role": f"<@&{server.role_id}>"})
            if server.role_id
            else say("discord-settings-everybody"),
            say("discord-settings-public") if server.public else say("discord-settings-private"),
            say("discord-settings-language", {"language": named(server.language)})
            if server.language
            else say("discord-settings-own-language"),
        ]
        channel_id = int(server.channel_id or incoming.channel_id or 0)
        missing = self._lacking(incoming.server_id or 0, channel_id) if server.public else ()
        if missing:
            args = {"channel": f"<#{channel_id}>", "permissions": self.named(user.language, missing)}
            lines.append(say("discord-lacks-there", args))
        return "\n".join(lines)

    def named(self, language: str, permissions: Sequence[str]) -> str:
        """List permissions as Discord calls them in a language."""
        say = self._desk.words(language).words.say
        return ", ".join(say(PERMISSIONS[name]) for name in permissions)

    async def _server(self, incoming: Incoming) -> Server | None:
        # Where somebody brings the bot along as their own app, the server has chosen nothing.
        if incoming.server_id is None or not incoming.installed:
            return None
        return await self._desk.storage.servers.get(PLATFORM, str(incoming.server_id))


def _changed(server: Server, options: dict[str, str | int | bool]) -> Server:
    if options.get("reset"):
        server = Server(server.platform, server.server_id)
    if "channel" in options:
        server = replace(server, channel_id=str(options["channel"]))
    if "role" in options:
        # The role that everybody has carries the server's own id.
        role = str(options["role"])
        server = replace(server, role_id=None if role == server.server_id else role)
    if "public" in options:
        server = replace(server, public=bool(options["public"]))
    if "language" in options:
        server = replace(server, language=closest(str(options["language"])))
    return server
