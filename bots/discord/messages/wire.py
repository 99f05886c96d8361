"""The calls that write: to an interaction's own way, to a channel, to a person. What it is told to send, it sends.

The way's own message is named `@original`: that edits it, however often, also after a restart, when its number is not
known. These calls go by the library's adapter for webhooks, which sends no bot's token with them (they do not count
against the bot's rate) and logs none of an interaction's. The library paces calls and repeats those that Discord was
too busy for. Source: https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from io import BytesIO
from typing import Any

import aiohttp
import discord
from discord.http import MultipartParameters, Route, handle_message_parameters
from discord.webhook.async_ import async_context

from limner.bots.discord.messages.outgoing import Controls, Outgoing, Way
from limner.bots.discord.messages.views import view

__all__ = ["ARCHIVED", "AWAY", "Wire", "is_closed_way", "is_no_entry", "is_too_large", "parameters", "reference"]

WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
NOBODY = discord.AllowedMentions.none()
PEOPLE = discord.AllowedMentions(users=True, roles=False, everyone=False)
"""In a channel, long after they asked, a person is called by their name."""

UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, TOO_LARGE, INVALID_TOKEN, ARCHIVED = 10015, 10062, 40005, 50027, 50083

AWAY = (aiohttp.ClientError, OSError, TimeoutError)
"""What is raised where Discord cannot be reached."""


def is_closed_way(error: discord.HTTPException) -> bool:
    """Say whether an interaction's way is over: another one has to be found."""
    return error.status == 401 or error.code in {UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_TOKEN}


def is_no_entry(error: discord.HTTPException) -> bool:
    """Say whether we may not write there, or there is no such place: a channel, a person's direct messages, a message.

    Whatever the code (50001, 50013, 50007, 10003, 50278): trying again would change nothing.
    """
    return error.status in {403, 404} or error.code == ARCHIVED


def is_too_large(error: discord.HTTPException) -> bool:
    """Say whether the files were too large together."""
    return error.status == 413 or error.code == TOO_LARGE


class Wire:
    """Writes as one bot. Every method raises discord.HTTPException, or one of AWAY where Discord cannot be reached."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._homes: dict[str, int] = {}

    async def answer(self, way: Way, message: Outgoing) -> str:
        """Write the way's own message, or replace it; doing it again changes nothing."""
        with parameters(message) as params:
            return reference(await self._by_way(way, "PATCH", "/messages/@original", params))

    async def follow(self, way: Way, message: Outgoing, *, quiet: bool) -> str:
        """Write a further message; `quiet` shows it to the person alone."""
        with parameters(message, flags=discord.MessageFlags(ephemeral=quiet)) as params:
            return reference(await self._by_way(way, "POST", "", params))

    async def controls(self, way: Way, controls: Controls) -> None:
        """Replace what can be pressed under the way's own message, and nothing else of it."""
        with handle_message_parameters(view=view(controls)) as params:
            await self._by_way(way, "PATCH", "/messages/@original", params)

    async def take_back(self, way: Way) -> None:
        """Delete the way's own message."""
        await self._by_way(way, "DELETE", "/messages/@original")

    async def channel(self, channel_id: int, message: Outgoing) -> str:
        """Write to a channel, for everybody there."""
        with parameters(message, allowed_mentions=PEOPLE) as params:
            return reference(await self._client.http.send_message(channel_id, params=params))

    async def direct(self, person_id: str, message: Outgoing) -> str:
        """Write to a person's direct messages."""
        if person_id not in self._homes:
            opened = await self._client.http.start_private_message(int(person_id))
            self._homes[person_id] = int(opened["id"])
        return await self.channel(self._homes[person_id], message)

    async def delete(self, channel_id: int, message_id: int) -> None:
        """Delete one of our messages in a channel or in direct messages."""
        await self._client.http.delete_message(channel_id, message_id)

    async def is_member(self, server_id: int, person_id: str) -> bool:
        """Say whether a person is still in a server."""
        try:
            await self._client.http.get_member(server_id, int(person_id))
        except discord.NotFound:
            return False
        return True

    async def _by_way(self, way: Way, method: str, path: str, params: MultipartParameters | None = None) -> Any:
        webhook = discord.Webhook.partial(self._client.application_id or 0, way.token, client=self._client)
        route = Route(method, WEBHOOK + path, webhook_id=webhook.id, webhook_token=webhook.token)
        return await async_context.get().request(
            route,
            webhook.session,
            payload=params.payload if params else None,
            multipart=params.multipart if params else None,
            files=params.files if params else None,
            params={"wait": "true"} if method == "POST" else None,
            proxy=self._client.http.proxy,
            proxy_auth=self._client.http.proxy_auth,
        )


def parameters(message: Outgoing, **how: Any) -> MultipartParameters:
    """Put a message into the library's form, mentioning nobody unless `how` says so. Use it as a context."""
    files = [discord.File(BytesIO(one.data), one.name, description=one.about or None) for one in message.files]
    shown = {"allowed_mentions": NOBODY, **how}
    return handle_message_parameters(content=message.words, view=view(message.controls), attachments=files, **shown)


def reference(sent: Any) -> str:
    """Say where a message stands, from what Discord answers: `channel message`."""
    return f"{sent['channel_id']} {sent['id']}"
