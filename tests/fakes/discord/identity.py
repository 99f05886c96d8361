"""Who connects to the gateway: what an IDENTIFY must say, what it is told at once, and members on request.

Source: https://docs.discord.com/developers/events/gateway-events.
"""

from typing import Any

from limner.tests.fakes.discord.about import bot_member, guild_create
from limner.tests.fakes.discord.errors import GatewayError
from limner.tests.fakes.discord.sessions import KNOWN, PRIVILEGED, Json, Session
from limner.tests.fakes.discord.world import World


def begin(world: World, data: Json) -> Session:
    """Begin a session, with READY and the guilds of its shard waiting in it. Raises GatewayError."""
    _check(world, data)
    number, count = data.get("shard", [0, 1])
    session = world.sessions.new(data["intents"], (number, count))
    ready: Json = {"v": 10, "user": world.me.json(), "session_id": session.id, "shard": [number, count]}
    ready |= {"resume_gateway_url": world.gateway_url, "private_channels": [], "session_type": "normal"}
    ready |= {"application": {"id": str(world.me.id), "flags": 0}, "relationships": [], "_trace": []}
    guilds = [each for each in world.guilds.values() if each.installed and session.is_for(each.id)]
    session.tell("READY", ready | {"guilds": [{"id": str(each.id), "unavailable": True} for each in guilds]})
    for guild in guilds if session.wants("GUILDS") else []:
        session.tell("GUILD_CREATE", guild_create(world, guild))
    return session


def _check(world: World, data: Json) -> None:
    known = {"token", "properties", "compress", "large_threshold", "shard", "presence", "intents"}
    if data.keys() - known:
        raise GatewayError(4002, f"IDENTIFY has the unknown fields {data.keys() - known}.")
    if data.get("token") != world.token:
        raise GatewayError(4004, "Authentication failed.")
    intents, shard = data.get("intents"), data.get("shard", [0, 1])
    if isinstance(intents, bool) or not isinstance(intents, int) or intents & ~KNOWN:
        raise GatewayError(4013, f"Invalid intents {intents!r}.")
    if intents & PRIVILEGED & ~world.privileged:
        raise GatewayError(4014, f"Disallowed intents: {intents & PRIVILEGED & ~world.privileged}.")
    if not _is_shard(shard):
        raise GatewayError(4010, f"Invalid shard {shard}.")
    if shard[1] < world.shards:
        raise GatewayError(4011, f"{world.shards} shards are required.")


def _is_shard(shard: Any) -> bool:
    whole = isinstance(shard, list) and len(shard) == 2 and all(isinstance(number, int) for number in shard)
    return whole and 0 <= shard[0] < shard[1]


def tell_members(world: World, session: Session, data: Json) -> None:
    """Tell the members of a guild that are asked for by ids or by the beginning of a name. Raises GatewayError."""
    guild = world.guilds.get(int(data.get("guild_id", 0)))
    if guild is None or not guild.installed:
        return
    everybody = data.get("query") == "" and not data.get("limit")
    if everybody and not session.wants("GUILD_MEMBERS"):
        raise GatewayError(4014, "All members are told only with the GUILD_MEMBERS intent.")
    wanted = {int(each) for each in data.get("user_ids") or []}
    query = data.get("query")
    found = [
        member.json()
        for member in guild.members.values()
        if member.user.id in wanted or (query is not None and member.user.username.startswith(query))
    ]
    found += [bot_member(world, guild)] if everybody else []
    chunk: Json = {"guild_id": str(guild.id), "members": found, "chunk_index": 0, "chunk_count": 1, "not_found": []}
    session.tell("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if "nonce" in data else {}))
