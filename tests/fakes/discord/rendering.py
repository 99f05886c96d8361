"""Messages as Discord writes them, and telling of them at the gateway."""

from typing import Any

from limner.tests.fakes.discord.clock import iso
from limner.tests.fakes.discord.places import DM, Json, Message
from limner.tests.fakes.discord.world import World

SCHEME = "attachment://"


def message_json(world: World, message: Message, *, nested: bool = False) -> Json:
    """Give the message object; the addresses of its files are good for a day from now."""
    files = [world.files.json(id_) for id_ in message.files]
    found: Json = {"id": str(message.id), "channel_id": str(message.channel.id), "type": message.kind}
    found |= {"content": message.content, "author": message.author.json(), "flags": message.flags}
    found |= {"timestamp": iso(message.created_at), "pinned": message.pinned, "tts": False}
    found["edited_timestamp"] = iso(message.edited_at) if message.edited_at else None
    found |= {"mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": files}
    found |= {"embeds": linked(message.embeds, files), "components": linked(message.components, files)}
    found |= {"nonce": message.nonce} if message.nonce else {}
    if message.metadata is not None:
        found |= {"interaction_metadata": message.metadata}
        found |= {"application_id": str(world.me.id), "webhook_id": str(world.me.id)}
    found |= {"thread": message.thread.json()} if message.thread else {}
    return found | (_reference(world, message.reference) if message.reference and not nested else {})


def _reference(world: World, target: Message) -> Json:
    place: Json = {"message_id": str(target.id), "channel_id": str(target.channel.id), "type": 0}
    guild = target.channel.guild
    place |= {"guild_id": str(guild.id)} if guild else {}
    there = target.id in target.channel.messages
    return {
        "message_reference": place,
        "referenced_message": message_json(world, target, nested=True) if there else None,
    }


def linked(part: Any, files: list[Json]) -> Any:
    """Put the addresses of files where components name them by `attachment://`."""
    if isinstance(part, list):
        return [linked(item, files) for item in part]
    if not isinstance(part, dict):
        return part
    if str(part.get("url", "")).startswith(SCHEME):
        found = next((file for file in files if file["filename"] == part["url"].removeprefix(SCHEME)), None)
        return part if found is None else part | {"attachment_id": found["id"], **_media(found)}
    return {name: linked(value, files) for name, value in part.items()}


def _media(file: Json) -> Json:
    kept = ("url", "proxy_url", "width", "height", "content_type")
    return {name: file[name] for name in kept if name in file} | {"loading_state": 2, "placeholder": ""}


def tell_message(world: World, event: str, message: Message) -> None:
    """Tell of a message that came or changed, its content only to those that may read it."""
    world.changed.fire()
    if message.only_for is not None:
        return
    guild = message.channel.guild
    full = message_json(world, message)
    if guild is None:
        world.sessions.tell(event, full | {"channel_type": DM}, None, "DIRECT_MESSAGES")
        return
    if not guild.installed:
        return
    full["guild_id"] = str(guild.id)
    if (member := guild.members.get(message.author.id)) is not None:
        full["member"] = {name: value for name, value in member.json().items() if name != "user"}
    own = message.author is world.me or f"<@{world.me.id}>" in message.content
    bare = None if own else full | {"content": "", "attachments": [], "embeds": [], "components": []}
    world.sessions.tell(event, full, guild.id, "GUILD_MESSAGES", bare=bare)


def tell_deleted(world: World, message: Message) -> None:
    """Tell that a message is gone."""
    world.changed.fire()
    guild = message.channel.guild
    gone: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if message.only_for is None and guild is None:
        world.sessions.tell("MESSAGE_DELETE", gone, None, "DIRECT_MESSAGES")
    elif message.only_for is None and guild is not None and guild.installed:
        world.sessions.tell("MESSAGE_DELETE", gone | {"guild_id": str(guild.id)}, guild.id, "GUILD_MESSAGES")
