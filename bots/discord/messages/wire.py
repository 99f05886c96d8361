"""The calls that write: to an interaction's own way, to a channel, to a person. What it is told to send, it sends.

The way's own message is named `@original`: that edits it, however often, also after a restart, when its number is not
known. The library paces calls and repeats those that Discord was too busy for. Source:
https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from io import BytesIO
from typing import Any

import discord
from discord.http import MultipartParameters, Route, handle_message_parameters

from limner.bots.discord.messages.outgoing import Controls, Outgoing, Way
from limner.bots.discord.messages.views import view

__all__ = ["Wire", "is_closed_way", "is_no_entry", "is_too_large"]

WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
NOBODY = discord.AllowedMentions.none()

UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, TOO_LARGE, INVALID_TOKEN = 10015, 10062, 40005, 50027


def is_closed_way(error: discord.HTTPException) -> bool:
    """Say whether an interaction's way is over: another one has to be found."""
    return error.status == 401 or error.code in {UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, INVALID_TOKEN}


def is_no_entry(error: discord.HTTPException) -> bool:
    """Say whether we may not write there, or there is no such place: a channel, a person's direct messages, a message.

    Whatever the code (50001, 50013, 50007, 10003, 50278): trying again would change nothing.
    """
    return error.status in {403, 404}


def is_too_large(error: discord.HTTPException) -> bool:
    """Say whether the files were too large together."""
    return error.status == 413 or error.code == TOO_LARGE


class Wire:
    """Writes as one bot. Every method raises discord.HTTPException, or an OSError where Discord cannot be reached."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._homes: dict[str, int] = {}

    async def answer(self, way: Way, message: Outgoing) -> str:
        """Write the way's own message, or replace it; doing it again changes nothing."""
        return await self._write("PATCH", f"{WEBHOOK}/messages/@original", message, **self._way(way))

    async def follow(self, way: Way, message: Outgoing, *, quiet: bool) -> str:
        """Write a further message; `quiet` shows it to the person alone."""
        flags = discord.MessageFlags(ephemeral=quiet)
        return await self._write("POST", f"{WEBHOOK}?wait=true", message, flags=flags, **self._way(way))

    async def controls(self, way: Way, controls: Controls) -> None:
        """Replace what can be pressed under the way's own message, and nothing else of it."""
        with handle_message_parameters(view=view(controls)) as params:
            await self._call(Route("PATCH", f"{WEBHOOK}/messages/@original", **self._way(way)), params)

    async def take_back(self, way: Way) -> None:
        """Delete the way's own message."""
        route = Route("DELETE", f"{WEBHOOK}/messages/@original", **self._way(way))
        await self._client.http.request(route)

    async def channel(self, channel_id: int, message: Outgoing) -> str:
        """Write to a channel, for everybody there."""
        return await self._write("POST", "/channels/{channel_id}/messages", message, channel_id=channel_id)

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

    async def _write(
        self,
        method: str,
        path: str,
        message: Outgoing,
        *,
        flags: discord.MessageFlags = discord.utils.MISSING,
        **where: Any,
    ) -> str:
        files = [discord.File(BytesIO(one.data), one.name, description=one.about or None) for one in message.files]
        with handle_message_parameters(
            content=message.words, view=view(message.controls), attachments=files, allowed_mentions=NOBODY, flags=flags
        ) as params:
            sent = await self._call(Route(method, path, **where), params)
        return f"{sent['channel_id']} {sent['id']}"

    async def _call(self, route: Route, params: MultipartParameters) -> Any:
        if params.files:
            return await self._client.http.request(route, files=params.files, form=params.multipart)
        return await self._client.http.request(route, json=params.payload)

    def _way(self, way: Way) -> dict[str, Any]:
        return {"webhook_id": self._client.application_id, "webhook_token": way.token}
