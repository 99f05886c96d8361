"""Routes about the bot, its gateway, users and guilds."""

from limner.tests.fakes.discord.clock import iso
from limner.tests.fakes.discord.errors import unknown
from limner.tests.fakes.discord.permissions import BITS
from limner.tests.fakes.discord.places import THREADS, Guild, Json
from limner.tests.fakes.discord.world import Ask, World

IDENTIFIES_A_DAY = 1000


def get_me(ask: Ask) -> Json:
    """Tell who the bot is."""
    return ask.world.me.json() | {"verified": True, "mfa_enabled": False, "locale": "en-US", "flags": 0, "email": None}


def get_user(ask: Ask) -> Json:
    """Tell about a user. Raises ApiError."""
    user = ask.world.users.get(ask.id("user_id"))
    if user is None:
        raise unknown("User")
    return user.json()


def get_application(ask: Ask) -> Json:
    """Tell about the application."""
    me = ask.world.me
    owner: Json = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None, "global_name": None}
    found: Json = {"id": str(me.id), "name": me.username, "description": "", "icon": None, "bot_public": True}
    found |= {"bot_require_code_grant": False, "owner": owner, "team": None, "verify_key": "0" * 64, "flags": 0}
    return found | {"approximate_guild_count": len(ask.world.guilds), "summary": "", "bot": me.json()}


def get_gateway(ask: Ask) -> Json:
    """Tell where the gateway is, in how many shards, and how often one may identify."""
    used = ask.world.sessions.identified
    limit: Json = {"total": IDENTIFIES_A_DAY, "remaining": IDENTIFIES_A_DAY - used, "reset_after": 86_400_000}
    found: Json = {"url": ask.world.gateway_url, "shards": ask.world.shards}
    return found | {"session_start_limit": limit | {"max_concurrency": 1}}


def get_guild(ask: Ask) -> Json:
    """Tell about a guild. Raises ApiError."""
    return guild_json(ask.world, ask.guild())


def get_member(ask: Ask) -> Json:
    """Tell about a member of a guild. Raises ApiError."""
    guild = ask.guild()
    if ask.id("user_id") not in ask.world.users:
        raise unknown("User")
    member = guild.members.get(ask.id("user_id"))
    if member is None:
        raise unknown("Member")
    return member.json()


def guild_json(world: World, guild: Guild) -> Json:
    """Give the guild object: everybody's role, the bot's, and no others."""
    found: Json = {"id": str(guild.id), "name": guild.name, "icon": None, "splash": None, "discovery_splash": None}
    found |= {"owner_id": str(guild.owner_id), "afk_channel_id": None, "afk_timeout": 300, "verification_level": 0}
    found |= {"default_message_notifications": 1, "explicit_content_filter": 0, "mfa_level": 0, "features": []}
    found |= {"emojis": [], "stickers": [], "system_channel_id": None, "system_channel_flags": 0, "premium_tier": 0}
    found |= {"rules_channel_id": None, "vanity_url_code": None, "description": None, "banner": None, "nsfw_level": 0}
    found |= {"public_updates_channel_id": None, "preferred_locale": guild.locale, "application_id": None}
    bot: Json = {"tags": {"bot_id": str(world.me.id)}, "managed": True}
    found["roles"] = [
        _role(guild.id, "@everyone", guild.everyone, 0),
        _role(guild.bot_role, world.me.username, guild.bot_may, 1) | bot,
    ]
    return found | {"premium_progress_bar_enabled": False, "safety_alerts_channel_id": None}


def guild_create(world: World, guild: Guild) -> Json:
    """Give what GUILD_CREATE tells: the guild with its channels, its threads, and of the members the bot alone."""
    seen = [channel.json() for channel in guild.channels.values() if channel.may(world.me) & BITS["VIEW_CHANNEL"]]
    threads = [each for each in world.channels.values() if each.guild is guild and each.kind in THREADS]
    found: Json = {"joined_at": iso(world.now()), "large": False, "unavailable": False, "voice_states": []}
    found |= {"member_count": len(guild.members) + 1, "members": [bot_member(world, guild)], "presences": []}
    found |= {"channels": seen, "threads": [thread.json() for thread in threads if not thread.archived]}
    found |= {"stage_instances": [], "soundboard_sounds": [], "guild_scheduled_events": list(guild.events.values())}
    return guild_json(world, guild) | found


def bot_member(world: World, guild: Guild) -> Json:
    """Give the bot as a member of a guild."""
    found: Json = {"user": world.me.json(), "nick": None, "avatar": None, "roles": [str(guild.bot_role)], "flags": 0}
    return found | {"joined_at": iso(world.now()), "deaf": False, "mute": False, "pending": False}


def _role(id_: int, name: str, permissions: int, position: int) -> Json:
    found: Json = {"id": str(id_), "name": name, "permissions": str(permissions), "position": position, "color": 0}
    colours: Json = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    found |= {"colors": colours, "hoist": False, "icon": None, "unicode_emoji": None}
    return found | {"managed": False, "mentionable": False, "flags": 0}
